import { resources, statuses, type Transition, transitions } from '../../../src/state/engine/transitions.ts';
import type { Database } from '../../../src/state/storage/database.ts';

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
      const under = (transitions as readonly Transition[]).filter((row) => row.resource === table && row.next);
      const waiting = list([...new Set(under.map(({ to }) => to))]);
      return `SELECT '${table}' AS what, key FROM ${table} WHERE CASE WHEN status IN (${waiting})
        THEN due_action IS NULL OR NOT (${ends.join(' OR ')}) ELSE due_action IS NOT NULL OR due_at IS NOT NULL END`;
    })
    .join(' UNION ALL '),

  'a row is of an account of its own organization': [
    ...['token', 'autoscaling_rule', 'instance', 'volume', 'snapshot', 'modification', 'attachment'],
    ...['role_arn', 'backing_volume'],
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
      ['backing_volume', 'volume'],
    ].map(([table, on]) => ofOneAccount(table as string, on as string)),
    `${ofOneAccount('snapshot', 'volume')} AND snapshot.volume IS NOT NULL`,
  ].join(' UNION ALL '),

  'a volume is on one instance, in its zone, and a device holds one volume': `SELECT 'zone' AS what, attachment.key FROM attachment JOIN volume ON volume.key = attachment.volume
       JOIN instance ON instance.key = attachment.instance WHERE volume.availability_zone <> instance.availability_zone
     UNION ALL SELECT 'device', min(key) FROM attachment GROUP BY instance, attachment_point HAVING count(*) > 1
     UNION ALL SELECT 'volume', min(key) FROM attachment GROUP BY volume HAVING count(*) > 1`,

  'a volume that was replaced holds nothing any more': `SELECT 'attachment' AS what, attachment.key FROM attachment
       JOIN volume ON volume.key = attachment.volume WHERE volume.status = 'replaced'
     UNION ALL SELECT 'backing', volume.key FROM backing_volume JOIN volume ON volume.key = backing_volume.volume
       WHERE volume.status = 'replaced'
     UNION ALL SELECT 'replaced_by', key FROM volume WHERE (status = 'replaced') <> (replaced_by IS NOT NULL)`,

  'a volume has the EBS volumes behind it that it should': `SELECT 'volume' AS what, key FROM volume
     WHERE (SELECT count(*) FROM backing_volume WHERE backing_volume.volume = volume.key) <>
       CASE WHEN status IN ('creating', 'managed', 'deactivating') THEN backing_count ELSE 0 END`,

  'one modification of a volume is under way at a time': `SELECT 'volume' AS what, volume AS key FROM modification
     WHERE status = 'modifying' GROUP BY volume HAVING count(*) > 1`,

  'an id is given once in a world': `SELECT id AS what, min(key) AS key FROM
     (SELECT organization, id, key FROM volume UNION ALL SELECT organization, id, volume FROM backing_volume)
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
