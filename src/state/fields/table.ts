import type { Database } from 'better-sqlite3';
import type { Instant } from '../../ground/clock.ts';

/** The columns that every thing of an account has. */
export interface Owned {
  key: number;
  organization: number;
  account: number;
}

/** When what is under way ends, and how. */
export interface UnderWay {
  due_at: Instant | null;
  due_action: string | null;
}

/** The columns that no field has: those of `Owned`, but for the key, and those of `UnderWay`. */
export const ownedColumns = ['organization', 'account'] as const;
export const underWayColumns = ['due_at', 'due_action'] as const;

/**
 * Prepares the INSERT of a table.
 *
 * @returns what inserts a row, and answers with its key.
 */
export function prepareInsert<Row extends object>(
  db: Database,
  table: string,
  columns: readonly (keyof Row & string)[],
): (row: Row) => number {
  const insert = db.prepare(
    `INSERT INTO ${table} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`,
  );
  return (row) => Number(insert.run(...columns.map((column) => row[column])).lastInsertRowid);
}

/** Prepares the UPDATE of some columns of a thing of an account. */
export function prepareUpdate<Row extends Owned>(
  db: Database,
  table: string,
  columns: readonly (keyof Row & string)[],
): (row: Row) => void {
  const update = db.prepare<Row>(
    `UPDATE ${table} SET ${columns.map((column) => `${column} = @${column}`).join(', ')}
     WHERE key = @key AND organization = @organization AND account = @account`,
  );
  return (row) => void update.run(row);
}
