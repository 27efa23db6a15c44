/**
 * Migrations: the numbered SQL files that bring a database from one version to the next. A database's
 * version is its `user_version`: how many of them have run.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type Sqlite from 'better-sqlite3';
import { packageRoot } from '../../ground/files.ts';
import { keepPlace } from './content.ts';

export interface Migration {
  /** Its file's name without the ending, such as `0001_init`. */
  readonly name: string;
  readonly sql: string;
}

const folder = fileURLToPath(new URL('db/migrations', packageRoot));

/**
 * The migrations of a folder (the project's own, db/migrations, unless told otherwise) in their order.
 *
 * @throws Error if the files are not numbered from 0001 without gaps, as NNNN_name.sql.
 */
export function projectMigrations(from: string = folder): Migration[] {
  const files = readdirSync(from).filter((file) => file.endsWith('.sql'));
  return files.sort().map((file, index) => {
    const number = String(index + 1).padStart(4, '0');
    if (!file.startsWith(`${number}_`)) {
      throw new Error(`Migrations are numbered from 0001 without gaps: ${file} stands where ${number} should`);
    }
    return { name: file.slice(0, -'.sql'.length), sql: readFileSync(join(from, file), 'utf8') };
  });
}

/**
 * Runs the migrations the database has not seen, each in one transaction with its step of `user_version`:
 * one that fails leaves the database as the one before it did.
 *
 * @returns how many ran.
 * @throws Error that names the migration, with SQLite's error as its cause.
 */
export function migrate(db: Sqlite.Database, migrations: readonly Migration[]): number {
  const applied = db.pragma('user_version', { simple: true }) as number;
  for (const [index, { name, sql }] of migrations.entries()) {
    if (index < applied) continue;
    const step = db.transaction(() => {
      db.exec(sql);
      keepPlace(db);
      db.pragma(`user_version = ${index + 1}`);
    });
    try {
      step.immediate();
    } catch (cause) {
      throw new Error(`Migration ${name} failed: ${(cause as Error).message}`, { cause });
    }
  }
  return migrations.length - applied;
}
