import type { Database } from 'better-sqlite3';
import { EmulatorError } from '../../ground/errors.ts';
import type { RuleDocument } from '../../types/world-document.ts';
import { versionNeeded } from '../aws/agent.ts';
import type { InstanceRow, Instances } from '../aws/instances.ts';
import type { Tag } from '../aws/tags.ts';
import { type Machine, note, type Tx } from '../engine/machine.ts';
import type { Effects } from '../engine/settle.ts';
import { volumeStatuses } from '../engine/transitions.ts';
import type { Worlds } from '../engine/worlds.ts';
import { columnsAsked, facedColumns, type Said, show } from '../fields/face.ts';
import { columnsOf, documentOf, type RowOf } from '../fields/field.ts';
import { type Owned, ownedColumns, prepareAll, prepareInsert, prepareUpdate } from '../fields/table.ts';
import { checkRule } from '../rules/grammar.ts';
import { type JsonValue, matches, type RuleSubject } from '../rules/match.ts';
import type { Attachments } from './attachments.ts';
import { unsupportedReason } from './autoscaling.ts';
import { ruleContent, ruleFields, ruleView } from './fields/rule.ts';
import { type VolumeRow, type Volumes, volumeThing } from './volumes.ts';

export interface RuleRow extends Owned, RowOf<typeof ruleFields> {}

/** A rule as callers see it. */
export type Rule = Said<typeof ruleView>;

export type RuleRequest = Said<typeof ruleContent>;

export type Rules = ReturnType<typeof createRules>;

/**
 * Autoscaling rules: while one is active, every volume of its account that it matches has autoscaling switched on,
 * whether it is there already or comes later [D]. A volume that cannot be autoscaled is passed over [A].
 */
export function createRules(
  db: Database,
  machine: Machine,
  worlds: Worlds,
  volumes: Volumes,
  instances: Instances,
  attachments: Attachments,
) {
  const byId = db.prepare<[organization: number, id: string, account: number], RuleRow>(
    'SELECT * FROM autoscaling_rule WHERE organization = +? AND id = +? AND account = +?',
  );
  const active = db.prepare<[organization: number, account: number], RuleRow>(
    'SELECT * FROM autoscaling_rule WHERE organization = +? AND account = +? AND active = 1 ORDER BY key',
  );
  const insert = prepareInsert<Omit<RuleRow, 'key'>>(db, 'autoscaling_rule', [
    ...ownedColumns,
    ...columnsOf(ruleFields),
  ]);
  const update = prepareUpdate<RuleRow>(db, 'autoscaling_rule', facedColumns(ruleContent));
  const all = prepareAll<RuleRow>(db, 'autoscaling_rule');
  const remove = db.prepare<[organization: number, id: string, account: number]>(
    'DELETE FROM autoscaling_rule WHERE organization = +? AND id = +? AND account = +?',
  );

  const notFound = (tx: Tx, ruleId: string) => new EmulatorError('rule-not-found', { ruleId, accountId: tx.accountId });

  const view = (tx: Tx, row: Omit<RuleRow, 'key'>): Rule => show(ruleView, row, { accountId: tx.accountId });

  /** @throws EmulatorError `rule-invalid` */
  function check(request: RuleRequest) {
    const problem = checkRule(request.rule);
    if (problem) throw new EmulatorError('rule-invalid', { problem: problem.message });
    return columnsAsked(ruleContent, request);
  }

  /** Switches autoscaling on for these volumes, where an active rule of their account says so. */
  function apply(tx: Tx, rows: readonly VolumeRow[]): void {
    const rules = active.all(tx.organization, tx.account).map((row) => JSON.parse(row.rule) as JsonValue);
    if (rules.length === 0) return;
    for (const volume of rows) {
      if (!volumeStatuses.activatable.includes(volume.status)) continue;
      const attachment = attachments.of(volume);
      if (unsupportedReason(volume, attachment)) continue;
      // An agent that is too old knows of no rules [D].
      if (attachment && versionNeeded('rules', attachment)) continue;
      const subject = subjectOf(volume, attachment && instances.find(tx, attachment.instance_id));
      if (rules.some((rule) => matches(rule, subject))) machine.apply(tx, 'volume', 'activate', volumeThing(volume));
    }
  }

  return {
    exported: (organization: number) =>
      all(organization).map((row) => documentOf(ruleFields, row, { accountId: row.account_id }) as RuleDocument),

    /** Puts a rule in place, without letting it act. @throws EmulatorError `rule-invalid` */
    put(tx: Tx, { ruleId, ...request }: RuleDocument): void {
      const { organization, account } = tx;
      insert({ ...check(request), id: ruleId, organization, account });
    },

    /** @throws EmulatorError `rule-invalid` */
    create(tx: Tx, request: RuleRequest): Rule {
      const { organization, account } = tx;
      const row = { ...check(request), id: worlds.makeId(tx, 'uuid'), organization, account };
      note(tx, 'rule', row.id, 'create');
      insert(row);
      apply(tx, volumes.ordinary(tx));
      return view(tx, row);
    },

    /** @throws EmulatorError `rule-not-found` */
    get(tx: Tx, ruleId: string): Rule {
      const row = byId.get(tx.organization, ruleId, tx.account);
      if (!row) throw notFound(tx, ruleId);
      return view(tx, row);
    },

    /** @throws EmulatorError `rule-not-found`, `rule-invalid` */
    replace(tx: Tx, ruleId: string, request: RuleRequest): Rule {
      const before = byId.get(tx.organization, ruleId, tx.account);
      if (!before) throw notFound(tx, ruleId);
      const row = { ...before, ...check(request) };
      note(tx, 'rule', ruleId, 'replace');
      update(row);
      apply(tx, volumes.ordinary(tx));
      return view(tx, row);
    },

    /** @throws EmulatorError `rule-not-found` */
    remove(tx: Tx, ruleId: string): void {
      if (remove.run(tx.organization, ruleId, tx.account).changes === 0) throw notFound(tx, ruleId);
      note(tx, 'rule', ruleId, 'delete');
    },

    /** A volume has come, or something a rule looks at has changed on it. */
    volumeChanged: (tx: Tx, volume: number) => apply(tx, [volumes.byKey(tx, volume)]),

    /** Something a rule looks at has changed on an instance. */
    instanceChanged: (tx: Tx, instance: number) => apply(tx, volumes.onInstance(tx, instance)),

    effects: {
      'attachment.finish-attach'(tx, key) {
        apply(tx, [volumes.byKey(tx, attachments.volumeOf(tx, key))]);
      },
    } satisfies Effects as Effects,
  };
}

const keyValue = (tags: string) => (JSON.parse(tags) as Tag[]).map(({ key, value }) => `${key}:${value}`);

/** What a rule sees of a volume. */
function subjectOf(volume: VolumeRow, instance: InstanceRow | undefined): RuleSubject {
  return {
    instanceId: instance?.id ?? null,
    clusterName: instance?.cluster_name ?? null,
    nodeGroupName: instance?.node_group_name ?? null,
    tags: keyValue(volume.tags),
    instanceTags: instance ? keyValue(instance.tags) : [],
  };
}
