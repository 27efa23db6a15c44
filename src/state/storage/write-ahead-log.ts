import { type Database, SqliteError } from './database.ts';

/** How many pages the log may hold before they are worked into the file: 8 MB. */
const most = 1_000;

/**
 * Keeps the write-ahead log short: returns what is to be called after each commit, and never fails.
 *
 * SQLite would do that by itself, but leave a log that is whole beside a file that is ahead of it, until the next commit
 * begins the log anew. Were the process killed and the log then damaged, what is left of it would put old pages among
 * new ones, and nothing would tell. So here a commit of one page follows at once.
 */
export function createTrim(db: Database): () => void {
  if (db.memory) return () => undefined;
  db.pragma('wal_autocheckpoint = 0');
  const version = db.pragma('user_version', { simple: true });
  const look = db.prepare<[], { log: number }>('PRAGMA wal_checkpoint(NOOP)');

  return () => {
    try {
      if ((look.get()?.log ?? 0) < most) return;
      db.pragma('wal_checkpoint(PASSIVE)');
      db.pragma(`user_version = ${version}`);
    } catch (error) {
      // All is in the log and stays there; the next commit tries again.
      if (!(error instanceof SqliteError)) throw error;
    }
  };
}
