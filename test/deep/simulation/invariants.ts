import {
  beginsSomething,
  resources,
  statuses,
  type Transition,
  transitions,
} from '../../../src/state/engine/transitions.ts';
import type { Database } from '../../../src/state/storage/database.ts';

/** Which EBS volume stands for which volume: its source, or a member. */
const standsFor = `SELECT volume.key AS volume, ebs_volume.key AS ebs, 1 AS source FROM volume
    JOIN ebs_volume ON ebs_volume.organization = volume.organization AND ebs_volume.id = volume.id
  UNION ALL SELECT volume, ebs_volume, 0 FROM member`;

/** What holds of the database whatever was called; a statement finds the rows of which it does not. */
const rules: Record<string, string> = {
  'a status is one of the table': resources
    .map((table) => `SELECT '${table}' AS what, key FROM ${table} WHERE status NOT IN (${list(statuses[table])})`)
    .join(' UNION ALL '),

  'what is under way ends as the table says, and nothing else does': resources
    .map((table) => {
      const ends = transitions
        .filter((row: Transition) => row.resource === table && ['clock', 'fault'].includes(row.cause))
        .flatMap((row) => row.from.map((from) => `(status = '${from}' AND due_action = '${row.action}')`));
      const under = (transitions as readonly Transition[]).filter(
        (row) => row.resource === table && beginsSomething(row),
      );
      const waiting = list([...new Set(under.map(({ to }) => to))]);
      return `SELECT '${table}' AS what, key FROM ${table} WHERE CASE WHEN status IN (${waiting}) OR due_action IS NOT NULL
        THEN due_action IS NULL OR NOT (${ends.join(' OR ')}) ELSE due_at IS NOT NULL END`;
    })
    .join(' UNION ALL '),

  'a row is of an account of its own organization': [
    ...['token', 'autoscaling_rule', 'instance', 'volume', 'snapshot', 'modification', 'attachment'],
    ...['role_arn', 'ebs_volume', 'member', 'ebs_attachment', 'ebs_modification'],
  ]
    .map(
      (table) => `SELECT '${table}' AS what, ${table}.account AS key FROM ${table}
        LEFT JOIN account ON account.key = ${table}.account WHERE account.organization IS NOT ${table}.organization`,
    )
    .join(' UNION ALL '),

  'what hangs on a thing is of the same account': [
    ...[
      ['modification', 'volume'],
      ['attachment', 'volume'],
      ['attachment', 'instance'],
      ['member', 'volume'],
      ['member', 'ebs_volume'],
      ['ebs_attachment', 'ebs_volume'],
      ['ebs_attachment', 'instance'],
      ['ebs_modification', 'ebs_volume'],
    ].map(([table, on]) => ofOneAccount(table as string, on as string)),
    `${ofOneAccount('snapshot', 'volume')} AND snapshot.volume IS NOT NULL`,
  ].join(' UNION ALL '),

  'a volume is on one instance, in its zone, and a device holds one volume': `SELECT 'zone' AS what, attachment.key FROM attachment JOIN volume ON volume.key = attachment.volume
       JOIN instance ON instance.key = attachment.instance WHERE volume.availability_zone <> instance.availability_zone
     UNION ALL SELECT 'device', min(key) FROM attachment GROUP BY instance, attachment_point HAVING count(*) > 1
     UNION ALL SELECT 'volume', min(key) FROM attachment GROUP BY volume HAVING count(*) > 1`,

  'a volume that was replaced holds nothing any more': `SELECT 'attachment' AS what, attachment.key FROM attachment
       JOIN volume ON volume.key = attachment.volume WHERE volume.status = 'replaced'
     UNION ALL SELECT 'backing', volume.key FROM member JOIN volume ON volume.key = member.volume
       WHERE volume.status = 'replaced'
     UNION ALL SELECT 'replaced_by', key FROM volume WHERE (status = 'replaced') <> (replaced_by IS NOT NULL)`,

  'a volume has the EBS volumes behind it that it should': `SELECT 'volume' AS what, key FROM volume
     WHERE (SELECT count(*) FROM member WHERE member.volume = volume.key) <>
       CASE WHEN status IN ('creating', 'managed', 'deactivating') THEN backing_count ELSE 0 END`,

  'an EBS volume stands for a volume, in its zone and encrypted as it is': `SELECT 'ebs' AS what, ebs_volume.key
     FROM ebs_volume LEFT JOIN (${standsFor}) AS stands ON stands.ebs = ebs_volume.key
     LEFT JOIN volume ON volume.key = stands.volume
     WHERE volume.key IS NULL OR volume.availability_zone <> ebs_volume.availability_zone
       OR volume.encrypted <> ebs_volume.encrypted OR volume.kms_key_id IS NOT ebs_volume.kms_key_id`,

  'a volume has the source that it says, and an ordinary one is as its own': `SELECT 'volume' AS what, volume.key
     FROM volume LEFT JOIN ebs_volume ON ebs_volume.organization = volume.organization AND ebs_volume.id = volume.id
     WHERE volume.has_source <> (ebs_volume.key IS NOT NULL) OR (volume.status IN ('ordinary', 'activating') AND
       (ebs_volume.size_gb, ebs_volume.iops, ebs_volume.throughput, ebs_volume.volume_type, ebs_volume.tags) IS NOT
       (volume.size_gb, volume.iops, volume.throughput, volume.volume_type, volume.tags))`,

  'members hold what their volume does, all as much as each other': `SELECT 'member' AS what, volume.key FROM volume
       JOIN member ON member.volume = volume.key JOIN ebs_volume ON ebs_volume.key = member.ebs_volume
     GROUP BY volume.key HAVING sum(ebs_volume.size_gb) < volume.size_gb
       OR count(DISTINCT ebs_volume.size_gb || ' ' || ebs_volume.iops || ' ' || ebs_volume.throughput) > 1`,

  'EBS volumes are where their volume is, as far as it is': `SELECT 'ebs' AS what, ebs_volume.key
       FROM (${standsFor}) AS stands JOIN ebs_volume ON ebs_volume.key = stands.ebs
       JOIN volume ON volume.key = stands.volume
       LEFT JOIN ebs_attachment ON ebs_attachment.ebs_volume = ebs_volume.key
       LEFT JOIN attachment ON attachment.volume = volume.key
     WHERE ebs_attachment.instance IS NOT attachment.instance OR ebs_attachment.status IS NOT attachment.status
       OR ebs_attachment.due_at IS NOT attachment.due_at OR ebs_attachment.due_action IS NOT attachment.due_action
       OR (ebs_volume.status = 'in-use') <> (ebs_attachment.key IS NOT NULL)
       OR (ebs_volume.id = volume.id AND ebs_attachment.device_name IS NOT attachment.device_name)`,

  'EBS volumes are modified as their volume is': `SELECT 'ebs' AS what, stands.ebs AS key FROM (${standsFor}) AS stands
       JOIN volume ON volume.key = stands.volume
       LEFT JOIN ebs_modification ON ebs_modification.ebs_volume = stands.ebs
         AND ebs_modification.status = 'modifying'
       LEFT JOIN modification ON modification.volume = volume.key AND modification.status = 'modifying'
     WHERE NOT (stands.source AND volume.status NOT IN ('ordinary', 'activating'))
       AND modification.backing_count IS NULL AND (ebs_modification.due_at IS NOT modification.due_at
         OR ebs_modification.due_action IS NOT modification.due_action)`,

  'a device holds one volume of EBS, or the whole of one of Datafy': `SELECT 'device' AS what, min(key) AS key FROM
       (SELECT instance, attachment_point, volume.id, volume.key FROM attachment JOIN volume ON volume.key = attachment.volume
        UNION SELECT instance, attachment_point, id, 0 FROM ebs_attachment
          JOIN ebs_volume ON ebs_volume.key = ebs_attachment.ebs_volume)
     GROUP BY instance, attachment_point HAVING count(DISTINCT id) > 1`,

  'one modification of a volume is under way at a time': `SELECT 'volume' AS what, volume AS key FROM modification
     WHERE status = 'modifying' GROUP BY volume HAVING count(*) > 1`,

  'an id is given once in a world': `SELECT id AS what, min(key) AS key FROM
     (SELECT organization, id, key FROM volume UNION ALL SELECT organization, id, key FROM ebs_volume
      WHERE key IN (SELECT ebs_volume FROM member))
     GROUP BY organization, id HAVING count(*) > 1`,

  'foreign keys lead somewhere': `SELECT "table" AS what, rowid AS key FROM pragma_foreign_key_check`,
};

function list(words: readonly string[]): string {
  return words.map((each) => `'${each}'`).join(', ');
}

function ofOneAccount(table: string, on: string): string {
  return `SELECT '${table}' AS what, ${table}.account AS key FROM ${table} LEFT JOIN ${on} ON ${on}.key = ${table}.${on}
    WHERE (${on}.account IS NOT ${table}.account OR ${on}.organization IS NOT ${table}.organization)`;
}

/** Something that must hold does not. `rule` says what, in the same words every time. */
export class Broken extends Error {
  readonly rule: string;
  constructor(rule: string, detail: string) {
    super(`${rule}: ${detail}`);
    this.rule = rule;
  }
}

/** @throws Broken */
export function checker(db: Database): () => void {
  const statements = Object.entries(rules).map(([rule, sql]) => ({ rule, statement: db.prepare(sql) }));
  return () => {
    for (const { rule, statement } of statements) {
      const found = statement.all();
      if (found.length > 0) throw new Broken(rule, JSON.stringify(found));
    }
  };
}

/** What is due in a world by an instant, and not done yet. */
export function dueFinder(db: Database): (organization: number, now: number) => string[] {
  const statement = db
    .prepare<{ organization: number; now: number }, string>(
      resources
        .map(
          (table) => `SELECT '${table} ' || key || ' ' || due_action || ' at ' || due_at FROM ${table}
            WHERE organization = @organization AND due_at <= @now`,
        )
        .join(' UNION ALL '),
    )
    .pluck();
  return (organization, now) => statement.all({ organization, now });
}
