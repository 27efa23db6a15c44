/**
 * The database: opening it, and refusing a file that is not ours to open.
 *
 * A refused file keeps every byte and nothing is left beside it, so all checks come before the first write.
 */
import { accessSync, constants, copyFileSync, existsSync, mkdtempSync, realpathSync, rmSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import Sqlite from 'better-sqlite3';
import { requireNode } from '../../ground/node-version.ts';
import type { Durability } from './durability.ts';
import { type Migration, migrate, projectMigrations } from './migrations.ts';

export type Database = Sqlite.Database;
export const SqliteError = Sqlite.SqliteError;

/** Whether it is the disk that failed, or the machine, and not the statement. */
export const isDiskFailure = (error: unknown): boolean =>
  error instanceof SqliteError && /^SQLITE_(FULL|IOERR|READONLY|CANTOPEN|NOMEM|BUSY)/.test(error.code);

/** Marks an SQLite file as this emulator's, in its header: "DFEM". */
export const applicationId = 0x4446454d;

/** Up to which size a file is checked row by row, indexes included, in bytes: beyond it that would take too long. */
const checkedWhole = 64 * 1024 * 1024;

/** How long to wait for another process to let go of the file, in milliseconds. */
const patience = 200;

export type RefusalReason = 'corrupt' | 'newer' | 'unlike' | 'foreign' | 'in-use' | 'unusable';

const sentences: Record<RefusalReason, (file: string, detail: string) => string> = {
  corrupt: (file, detail) => `${file} is damaged or no database (${detail}): restore it, or name another file`,
  newer: (file, detail) => `${file} was written by a newer emulator (${detail}): update this one, or name another file`,
  unlike: (file) => `${file} was made by an unreleased emulator with other tables: delete it, or name another file`,
  foreign: (file) => `${file} is the database of another program: name another file`,
  'in-use': (file) => `${file} is in use by another process: stop that one, or name another file`,
  unusable: (file, detail) => `${file} cannot be used: ${detail}`,
};

/** A database file that was refused; its message is one sentence that names the file and what to do. */
export class DatabaseFileError extends Error {
  override name = 'DatabaseFileError';
  readonly reason: RefusalReason;

  /** `detail` is the particular fault, where the reason alone does not say it. */
  constructor(reason: RefusalReason, file: string, detail = '', options?: ErrorOptions) {
    super(sentences[reason](`Database file ${file}`, detail), options);
    this.reason = reason;
  }
}

interface Opening {
  /** In memory it makes no difference. */
  durability?: Durability;
  migrations?: readonly Migration[];
}

/**
 * Opens the database and brings it to the newest version, creating the file where there is none.
 *
 * @param file A path, or `:memory:` for a database that ends with the process.
 * @throws DatabaseFileError for a file that must not or cannot be used; it is left as it was.
 * @throws Error for a migration that fails; the file is left at the version before it.
 */
export function openDatabase(
  file: string,
  { durability = 'full', migrations = projectMigrations() }: Opening = {},
): Database {
  requireNode();
  if (file === ':memory:') return prepare(new Sqlite(file), file, durability, migrations);
  try {
    const path = usablePath(file);
    inspectLeftovers(path, file, migrations);
    return prepare(new Sqlite(path, { timeout: patience }), file, durability, migrations);
  } catch (error) {
    throw refusal(error, file) ?? error;
  }
}

/** The path the file really has. Its folder and itself, if it exists, can be written to. */
function usablePath(file: string): string {
  const unusable = (detail: string) => new DatabaseFileError('unusable', file, detail);
  // better-sqlite3 trims the name it is given: without doing the same, another file would be checked than opened.
  let path = resolve(file.trim());
  if (existsSync(path)) path = realpathSync(path);
  if (!existsSync(dirname(path))) throw unusable('its folder does not exist, so create that first');
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat && !stat.isFile())
    throw unusable(`it is ${stat.isDirectory() ? 'a folder' : 'no regular file'}, so name a file`);
  // SQLite takes a file of one byte for an empty one, and would write over it.
  if (stat?.size === 1) throw new DatabaseFileError('corrupt', file, 'it is one byte long');
  try {
    accessSync(dirname(path), constants.W_OK | constants.X_OK);
    if (stat) accessSync(path, constants.R_OK | constants.W_OK);
  } catch {
    throw unusable('it or its folder is not writable, so give this user the permission');
  }
  return path;
}

/**
 * Checks a file whose last process was killed: its newest state stands in the -wal or -journal file beside it, which
 * SQLite works into the file itself as soon as it is opened and closed again. So the check opens a copy.
 */
function inspectLeftovers(path: string, file: string, migrations: readonly Migration[]): void {
  const leftovers = ['-wal', '-journal'].filter((ending) => existsSync(path + ending));
  if (!(statSync(path, { throwIfNoEntry: false })?.size && leftovers.length > 0)) return;
  refuseInUse(path, file);
  const folder = mkdtempSync(`${path}-check-`);
  try {
    for (const ending of ['', ...leftovers]) copyFileSync(path + ending, join(folder, `copy${ending}`));
    const copy = new Sqlite(join(folder, 'copy'));
    try {
      check(copy, file, migrations);
    } finally {
      copy.close();
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Refuses a file another process holds, without recovering what stands beside it as any usual opening does. */
function refuseInUse(path: string, file: string): void {
  const probe = new Sqlite(path, { readonly: true, timeout: patience });
  try {
    // A read-only connection is not given the exclusive lock this mode asks for, and stops there: after it
    // has met the lock of another process, before it touches the write-ahead log.
    probe.pragma('locking_mode = EXCLUSIVE');
    probe.pragma('user_version');
  } catch (error) {
    const refused = refusal(error, file);
    if (refused?.reason === 'in-use') throw refused;
  } finally {
    probe.close();
  }
}

/** Refuses what is not ours, too new or damaged. */
function check(db: Database, file: string, migrations: readonly Migration[]): void {
  const read = (name: string) => db.pragma(name, { simple: true }) as number;
  // Its size is only right once a leftover log is worked in. A log beside a file has passed `inspectLeftovers`.
  db.pragma('wal_checkpoint(TRUNCATE)');
  const version = read('user_version');
  if (read('application_id') !== applicationId) {
    if (isBlank(db)) return;
    throw new DatabaseFileError('foreign', file);
  }
  if (version < 0 || version > migrations.length) {
    throw new DatabaseFileError('newer', file, `version ${version}, while this one knows ${migrations.length}`);
  }
  // SQLite reads the missing end of a shortened last page as zeros, which its own check need not notice.
  const size = read('page_count') * read('page_size');
  if (statSync(db.name).size < size) throw new DatabaseFileError('corrupt', file, 'it has been cut off');
  const fault = findFault(db, size <= checkedWhole ? 'integrity_check(1)' : 'quick_check(1)');
  if (fault !== undefined) throw new DatabaseFileError('corrupt', file, fault);
  if (tablesOf(db) !== tablesBy(migrations.slice(0, version))) throw new DatabaseFileError('unlike', file);
}

/** The tables that migrations make, to be compared with those of a file. */
function tablesBy(migrations: readonly Migration[]): string | undefined {
  const db = new Sqlite(':memory:');
  try {
    migrate(db, migrations);
    return tablesOf(db);
  } finally {
    db.close();
  }
}

/** What a check of SQLite's finds, in its own words; undefined where that is nothing. */
function findFault(db: Database, check: string): string | undefined {
  try {
    const found = db.pragma(check, { simple: true }) as string;
    // The fault stands on the last line, below one that names the database.
    return found === 'ok' ? undefined : found.split('\n').at(-1);
  } catch (error) {
    // Such as JSON that is none any more, which the check of its column stumbles over.
    if ((error as { code?: string }).code === 'SQLITE_ERROR') return (error as Error).message;
    throw error;
  }
}

const tablesOf = (db: Database) =>
  db
    .prepare<[], string>("SELECT group_concat(type || name || coalesce(sql, ''), ';' ORDER BY name) FROM sqlite_schema")
    .pluck()
    .get();

/** Whether nobody has put anything into the database, not even a mark of whose it is. */
function isBlank(db: Database): boolean {
  const sum = `SELECT (SELECT count(*) FROM sqlite_schema) + abs(user_version) + abs(application_id)
    FROM pragma_user_version, pragma_application_id`;
  return db.prepare(sum).pluck().get() === 0;
}

/** Checks the open database, sets it up and brings it to the newest version; closes it if any of that fails. */
function prepare(db: Database, file: string, durability: Durability, migrations: readonly Migration[]): Database {
  try {
    // Before the first read: so the lock is there from then on, and the log needs no shared-memory file.
    db.pragma('locking_mode = EXCLUSIVE');
    // Functions and virtual tables with side effects are not run from a schema somebody else may have edited.
    db.pragma('trusted_schema = OFF');
    db.pragma('foreign_keys = ON');
    // What a savepoint would restore is kept in memory: past 64 KiB of it SQLite would write a file, at every request.
    db.pragma('temp_store = MEMORY');
    if (!db.memory) check(db, file, migrations);
    const blank = isBlank(db);
    if (blank) db.pragma('page_size = 8192');
    db.pragma('journal_mode = WAL');
    db.pragma(`synchronous = ${durability}`);
    // Without it, macOS has its disks keep what was synced in their cache.
    if (durability === 'full') db.pragma('fullfsync = ON');
    if (blank) db.pragma(`application_id = ${applicationId}`);
    // So that a blank file never has anything in its log that was answered: see write-ahead-log.ts.
    if (migrate(db, migrations) > 0) db.pragma('wal_checkpoint(TRUNCATE)');
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** SQLite's error, or the system's, as a refusal of the file; undefined where it is about something else. */
function refusal(error: unknown, file: string): DatabaseFileError | undefined {
  const cause = error instanceof Error && error.cause instanceof Sqlite.SqliteError ? error.cause : error;
  const refused = (reason: RefusalReason, detail: string) => new DatabaseFileError(reason, file, detail, { cause });
  // Such as "ENOSPC: no space left on device, copyfile …", where what was left beside the file is copied.
  const [, fault] = /^E[A-Z]+: (.+?), /.exec((cause as Error).message) ?? [];
  if (fault && (cause as NodeJS.ErrnoException).syscall) return refused('unusable', `${fault}, so look at its disk`);
  if (!(cause instanceof Sqlite.SqliteError)) return undefined;
  if (/^SQLITE_BUSY/.test(cause.code)) return refused('in-use', '');
  if (/^SQLITE_(CORRUPT|NOTADB)/.test(cause.code)) return refused('corrupt', cause.message);
  if (/^SQLITE_(CANTOPEN|IOERR|READONLY|FULL|PERM)/.test(cause.code))
    return refused('unusable', `${cause.message}, so look at its disk`);
  return undefined;
}
