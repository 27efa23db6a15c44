import type { Database } from 'better-sqlite3';
import { EmulatorError } from '../../ground/errors.ts';
import { makeAwsAccountId } from '../../ground/ids.ts';
import type { Volumes } from '../datafy/volumes.ts';
import { note, type Tx } from '../engine/machine.ts';
import type { Worlds } from '../engine/worlds.ts';
import { type Said, show } from '../fields/face.ts';
import { columnsOf, type RowOf } from '../fields/field.ts';
import { accountFields, accountView, inventoryAccountView } from './account-fields.ts';
import type { Tokens } from './tokens.ts';

export interface AccountRow extends RowOf<typeof accountFields> {
  key: number;
  organization: number;
  /** Null for the organization's own account. */
  parent: number | null;
}

/** An account as callers see it. */
export type Account = Said<typeof accountView>;
export type InventoryAccount = Said<typeof inventoryAccountView>;

const columns = columnsOf(accountFields);

export type Accounts = ReturnType<typeof createAccounts>;

/** Accounts: an organization's own, and the sub-accounts below it. */
export function createAccounts(db: Database, worlds: Worlds, volumes: Volumes, tokens: Tokens) {
  const byId = db.prepare<[organization: number, id: string], AccountRow>(
    'SELECT * FROM account WHERE organization = +? AND id = +?',
  );
  const subAccounts = db.prepare<[organization: number], AccountRow>(
    'SELECT * FROM account WHERE organization = +? AND parent IS NOT NULL ORDER BY position',
  );
  const insert = db.prepare<Omit<AccountRow, 'key'> & { key: number | null }>(
    `INSERT INTO account (key, organization, parent, position, ${columns.join(', ')})
     VALUES (@key, @organization, @parent,
       (SELECT coalesce(max(position) + 1, 0) FROM account WHERE organization = +@organization),
       ${columns.map((column) => `@${column}`).join(', ')})`,
  );
  const hasAwsId = db
    .prepare<[organization: number, awsId: string], number>(
      'SELECT 1 FROM account WHERE organization = +? AND aws_id = +?',
    )
    .pluck();
  const keys = db.prepare<[organization: number], { id: string; key: number }>(
    'SELECT id, key FROM account WHERE organization = +?',
  );

  const byKey = db.prepare<[organization: number, account: number], AccountRow & { parent_id: string | null }>(
    `SELECT account.*, parent.id AS parent_id FROM account LEFT JOIN account AS parent ON parent.key = account.parent
     WHERE account.organization = +? AND account.key = +?`,
  );
  const rename = db.prepare<[name: string, organization: number, account: number]>(
    'UPDATE account SET name = ? WHERE organization = +? AND key = +?',
  );
  const remove = db.prepare<[organization: number, account: number]>(
    'DELETE FROM account WHERE organization = +? AND key = +?',
  );

  const list = db.prepare<[organization: number], AccountRow & { parent_id: string | null }>(
    `SELECT account.*, parent.id AS parent_id FROM account LEFT JOIN account AS parent ON parent.key = account.parent
     WHERE account.organization = +? ORDER BY account.position`,
  );

  function view(tx: Tx, key = tx.account): Account {
    const row = byKey.get(tx.organization, key);
    if (!row) throw new EmulatorError('account-not-found', { accountId: tx.accountId });
    return show(accountView, row, { parentAccountId: row.parent_id });
  }

  const removeAll = db.prepare<[organization: number]>('DELETE FROM account WHERE organization = +?');

  return {
    view,

    /**
     * Empties a world: all else in it belongs to an account.
     *
     * @returns the keys that its accounts had, by their ids: one that is put back has to have the same, since calls under
     *   way hold it.
     */
    removeAll(organization: number): ReadonlyMap<string, number> {
      const before = new Map(keys.all(organization).map(({ id, key }) => [id, key]));
      removeAll.run(organization);
      return before;
    },

    /**
     * A new sub-account of the organization, whose own account is the caller's [C].
     */
    create(tx: Tx, name: string): Account {
      const id = worlds.makeId(tx, 'uuid');
      note(tx, 'account', id, 'create');
      let aws_id = makeAwsAccountId(id);
      for (let attempt = 1; hasAwsId.get(tx.organization, aws_id); attempt++) aws_id = makeAwsAccountId(id, attempt);
      const { lastInsertRowid } = insert.run({
        key: null,
        organization: tx.organization,
        id,
        name,
        aws_id,
        parent: tx.account,
        created_at: tx.now,
      });
      return view(tx, Number(lastInsertRowid));
    },

    rename(tx: Tx, name: string): Account {
      note(tx, 'account', tx.accountId, 'rename');
      rename.run(name, tx.organization, tx.account);
      return view(tx);
    },

    /**
     * Deletes a sub-account with its tokens, rules, role, snapshots and what AWS holds for it. Volumes that Datafy
     * stands behind are not dropped so lightly [A].
     *
     * @throws EmulatorError `account-is-organization`, `account-owns-volumes`
     */
    remove(tx: Tx): void {
      if (tx.ownAccount) throw new EmulatorError('account-is-organization', { accountId: tx.accountId });
      const count = volumes.countAutoscaling(tx);
      if (count > 0) throw new EmulatorError('account-owns-volumes', { accountId: tx.accountId, count });
      note(tx, 'account', tx.accountId, 'delete');
      tokens.forgetKnown();
      remove.run(tx.organization, tx.account);
    },

    /** The organization's own account, then its sub-accounts, oldest first. */
    list: (organization: number): InventoryAccount[] =>
      list.all(organization).map((row) => show(inventoryAccountView, row, { parentAccountId: row.parent_id })),

    setName: (organization: number, account: number, name: string) => rename.run(name, organization, account),
    find: (organization: number, accountId: string) => byId.get(organization, accountId),
    subAccounts: (organization: number) => subAccounts.all(organization),
    /** @returns its key: the one that is given, or the next. */
    insert: (row: Omit<AccountRow, 'key'>, key: number | null = null) =>
      Number(insert.run({ ...row, key }).lastInsertRowid),
  };
}
