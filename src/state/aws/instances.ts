import type { Database } from 'better-sqlite3';
import type { Instant } from '../../ground/clock.ts';
import { EmulatorError } from '../../ground/errors.ts';
import type { Tx } from '../engine/machine.ts';

/** An EC2 instance. `agent`: whether Datafy's agent runs on it. */
export interface InstanceRow {
  key: number;
  organization: number;
  account: number;
  id: string;
  availability_zone: string;
  agent: 0 | 1;
  cluster_name: string | null;
  node_group_name: string | null;
  tags: string;
  created_at: Instant;
}

export type Instances = ReturnType<typeof createInstances>;

export function createInstances(db: Database) {
  const byId = db.prepare<[number, string, number], InstanceRow>(
    'SELECT * FROM instance WHERE organization = ? AND id = ? AND account = ?',
  );
  const owner = db
    .prepare<[number, string], string>(
      `SELECT account.id FROM instance JOIN account ON account.key = instance.account
       WHERE instance.organization = ? AND instance.id = ?`,
    )
    .pluck();
  const insert = db.prepare<Omit<InstanceRow, 'key'>>(
    'INSERT INTO instance (organization, account, id, availability_zone, agent, cluster_name, node_group_name, tags, created_at) ' +
      'VALUES (@organization, @account, @id, @availability_zone, @agent, @cluster_name, @node_group_name, @tags, @created_at)',
  );
  const remove = db.prepare<[number, number, number]>(
    'DELETE FROM instance WHERE organization = ? AND key = ? AND account = ?',
  );
  const update = db.prepare<InstanceRow>(
    `UPDATE instance SET agent = @agent, cluster_name = @cluster_name, node_group_name = @node_group_name, tags = @tags
     WHERE key = @key AND organization = @organization AND account = @account`,
  );

  return {
    /** Writes what can change on an instance: all but its id, account and zone. */
    update: (row: InstanceRow) => update.run(row),

    /** @throws EmulatorError `instance-not-found` */
    find(tx: Tx, instanceId: string): InstanceRow {
      const row = byId.get(tx.organization, instanceId, tx.account);
      if (!row) throw new EmulatorError('instance-not-found', { instanceId, accountId: tx.accountId });
      return row;
    },

    /** The account that has an instance of this id, if one of this world has. */
    owner: (tx: Tx, instanceId: string) => owner.get(tx.organization, instanceId),

    remove: (tx: Tx, key: number) => remove.run(tx.organization, key, tx.account),
    insert: (row: Omit<InstanceRow, 'key'>) => Number(insert.run(row).lastInsertRowid),
  };
}
