import type { Database } from 'better-sqlite3';
import { EmulatorError } from '../../ground/errors.ts';
import type { InstanceDocument } from '../../types/world-document.ts';
import type { Tx } from '../engine/machine.ts';
import { facedColumns } from '../fields/face.ts';
import { columnsOf, documentOf, type RowOf, rowOf } from '../fields/field.ts';
import { type Owned, ownedColumns, prepareAll, prepareInsert, prepareUpdate } from '../fields/table.ts';
import { instanceChange, instanceFields } from './instance-fields.ts';

/** An EC2 instance as it is stored. `agent`: whether Datafy's agent runs on it. */
export interface InstanceRow extends Owned, RowOf<typeof instanceFields> {}

export type Instances = ReturnType<typeof createInstances>;

export function createInstances(db: Database) {
  const byId = db.prepare<[organization: number, id: string, account: number], InstanceRow>(
    'SELECT * FROM instance WHERE organization = +? AND id = +? AND account = +?',
  );
  const owner = db
    .prepare<[organization: number, id: string], string>(
      `SELECT account.id FROM instance JOIN account ON account.key = instance.account
       WHERE instance.organization = +? AND instance.id = +?`,
    )
    .pluck();
  const insert = prepareInsert<Omit<InstanceRow, 'key'>>(db, 'instance', [
    ...ownedColumns,
    ...columnsOf(instanceFields),
  ]);
  const all = prepareAll<InstanceRow>(db, 'instance');
  const remove = db.prepare<[organization: number, key: number, account: number]>(
    'DELETE FROM instance WHERE organization = +? AND key = +? AND account = +?',
  );
  const update = prepareUpdate<InstanceRow>(db, 'instance', facedColumns(instanceChange));

  return {
    /** Writes what can change on an instance: all but its id, account and zone. */
    update,

    /** @throws EmulatorError `instance-not-found` */
    find(tx: Tx, instanceId: string): InstanceRow {
      const row = byId.get(tx.organization, instanceId, tx.account);
      if (!row) throw new EmulatorError('instance-not-found', { instanceId, accountId: tx.accountId });
      return row;
    },

    /** The account that has an instance of this id, if one of this world has. */
    owner: (tx: Tx, instanceId: string) => owner.get(tx.organization, instanceId),

    remove: (tx: Tx, key: number) => remove.run(tx.organization, key, tx.account),
    insert,

    exported: (organization: number) =>
      all(organization).map(
        (row) => documentOf(instanceFields, row, { accountId: row.account_id }) as InstanceDocument,
      ),

    put(tx: Tx, instance: InstanceDocument): void {
      const { organization, account, now } = tx;
      insert({ organization, account, ...rowOf(instanceFields, instance, { created_at: now }) });
    },
  };
}
