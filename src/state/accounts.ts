import type { Database } from 'better-sqlite3';
import type { Instant } from '../clock.ts';

export interface AccountRow {
  key: number;
  organization: number;
  id: string;
  name: string;
  /** Null for the organization's own account. */
  parent: number | null;
  created_at: Instant;
}

export type Accounts = ReturnType<typeof createAccounts>;

/** Accounts: an organization's own, and the sub-accounts below it. */
export function createAccounts(db: Database) {
  const byId = db.prepare<[number, string], AccountRow>('SELECT * FROM account WHERE organization = ? AND id = ?');
  const subAccounts = db.prepare<[number], AccountRow>(
    'SELECT * FROM account WHERE organization = ? AND parent IS NOT NULL ORDER BY key',
  );
  const insert = db.prepare<Omit<AccountRow, 'key'>>(
    'INSERT INTO account (organization, id, name, parent, created_at) ' +
      'VALUES (@organization, @id, @name, @parent, @created_at)',
  );

  return {
    find: (organization: number, accountId: string) => byId.get(organization, accountId),
    subAccounts: (organization: number) => subAccounts.all(organization),
    insert: (row: Omit<AccountRow, 'key'>) => Number(insert.run(row).lastInsertRowid),
  };
}
