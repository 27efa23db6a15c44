import type { Database } from 'better-sqlite3';
import type { Instant } from '../../ground/clock.ts';
import type { Tx } from '../engine/tx.ts';

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

/** The columns that a transition decides: those of a row that no document describes by its fields. */
export const begunColumns = ['status', ...underWayColumns, 'changed_by'] as const;

/** The things of one list of a world's document: all of them out, in the order they were made, and one of them in. */
export interface Listed<D> {
  exported(organization: number): D[];
  /** Puts a thing in place as a document has it, in the transaction's account. */
  put(tx: Tx, document: D): void;
}

/** Prepares the SELECT of all things of a world, in the order they were made, each with the id of its account. */
export function prepareAll<Row extends Owned>(
  db: Database,
  table: string,
): (organization: number) => (Row & { account_id: string })[] {
  const all = db.prepare<[organization: number], Row & { account_id: string }>(
    `SELECT ${table}.*, account.id AS account_id FROM ${table} JOIN account ON account.key = ${table}.account
     WHERE ${table}.organization = +? ORDER BY ${table}.key`,
  );
  return (organization) => all.all(organization);
}

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
     WHERE key = +@key AND organization = +@organization AND account = +@account`,
  );
  return (row) => void update.run(row);
}
