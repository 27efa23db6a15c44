import { clearImmediate, setImmediate } from '../../ground/timers.ts';
import { type Database, isDiskFailure, SqliteError } from '../storage/database.ts';
import { createTrim } from '../storage/write-ahead-log.ts';

/** The open transaction: all that is written in one turn of the event loop. */
interface Turn {
  end: NodeJS.Immediate;
  /** How many verbs have written in it. None: it has but settled what came due. */
  verbs: number;
  /** Whom to tell of what once it is committed, in this order. */
  untold: (() => void)[];
  kept: PromiseWithResolvers<void>;
}

export type Commits = ReturnType<typeof createCommits>;

/**
 * When writes are committed: all of one turn of the event loop together, so that they cost one sync. Each is a savepoint
 * of the turn's transaction: one that throws takes back its own writes, and no other's.
 *
 * @param ending a transaction is about to be committed: what was put off until then is written.
 * @param lost a transaction has been given up: what is remembered of its rows holds no longer.
 */
export function createCommits(db: Database, ending: () => void, lost: () => void) {
  const begin = db.prepare('BEGIN IMMEDIATE');
  const commit = db.prepare('COMMIT');
  const rollback = db.prepare('ROLLBACK');
  const trimLog = createTrim(db);
  const savepoint = db.transaction((body: () => unknown) => body());
  let turn: Turn | undefined;
  /** The last commit failed. Until one succeeds each verb is committed by itself, so that others need not fail with it. */
  let failing = false;
  /** How often something was written, or taken back. */
  let changes = 0;

  function open(): Turn {
    begin.run();
    const kept = Promise.withResolvers<void>();
    // It may be that nobody waits for it.
    kept.promise.catch(() => undefined);
    return { end: setImmediate(endTurn), verbs: 0, untold: [], kept };
  }

  function endTurn(): void {
    // Where several call at once, more are on their way: those of one more turn come along.
    if (turn && turn.verbs > 1) turn.end = setImmediate(commitTurn);
    else commitTurn();
  }

  /** Commits what is open; answers why it could not, where a verb is lost by that. */
  function commitTurn(): unknown {
    if (!turn) return undefined;
    const ended = turn;
    try {
      ending();
      commit.run();
    } catch (error) {
      lose(ended, error);
      return ended.verbs > 0 ? error : undefined;
    }
    clearImmediate(ended.end);
    turn = undefined;
    if (ended.verbs > 0) failing = false;
    ended.kept.resolve();
    trimLog();
    for (const tell of ended.untold) tell();
    return undefined;
  }

  /**
   * Commits what is open, now.
   *
   * @throws SqliteError where that fails, and a verb is lost by it.
   */
  function flush(): void {
    const error = commitTurn();
    if (error !== undefined) throw error;
  }

  /** The turn is as if it had never been. */
  function drop({ end }: Turn): void {
    changes++;
    clearImmediate(end);
    turn = undefined;
    if (db.inTransaction) rollback.run();
    lost();
  }

  function lose(ended: Turn, error: unknown): void {
    const { verbs, kept } = ended;
    drop(ended);
    failing = true;
    // What came due comes due again: whoever has only looked has seen nothing wrong.
    if (verbs > 0) kept.reject(error);
    else kept.resolve();
  }

  /** Writes: all of `body`, or nothing where it throws. */
  function write<R>(body: () => R): R {
    changes++;
    turn ??= open();
    try {
      return savepoint(body) as R;
    } catch (error) {
      // SQLite gives some transactions up as a whole, and not just back to the savepoint.
      if (error instanceof SqliteError && !db.inTransaction) lose(turn, error);
      throw error;
    }
  }

  /**
   * Writes in steps that are each done whole or not at all, so that it needs no savepoint: where it throws, those that
   * were done stay. Where the disk has failed, all of the turn is given up.
   */
  function join<R>(body: () => R): R {
    changes++;
    turn ??= open();
    try {
      return body();
    } catch (error) {
      if (isDiskFailure(error) || !db.inTransaction) lose(turn, error);
      throw error;
    }
  }

  /** A verb: what it writes is kept, or its caller is told, at the latest by `kept`. */
  function verb<R>(body: () => R): R {
    if (failing) return alone(body);
    const result = body();
    if (turn) turn.verbs++;
    return result;
  }

  /**
   * A verb that shares its transaction with no other: when it returns, it is committed. One that throws has written
   * nothing, in however many steps it writes.
   *
   * @throws SqliteError where that fails: nothing has been changed.
   */
  function alone<R>(body: () => R): R {
    flush();
    const own = open();
    turn = own;
    let result: R;
    try {
      result = body();
    } catch (error) {
      if (turn === own) {
        drop(own);
        own.kept.resolve();
      }
      throw error;
    }
    own.verbs++;
    changes++;
    flush();
    return result;
  }

  return {
    join,
    write,
    verb,
    alone,
    flush,

    /** Tells somebody of what was written, as soon as it is committed; never, where that fails. */
    afterwards(tell: () => void): void {
      if (turn) turn.untold.push(tell);
      else tell();
    },

    /** A number that is another after every write: what was read before may not hold any more. */
    changes: () => changes,

    /** Resolves once all that was done so far is committed, or rejects; undefined where all of it is. */
    kept: (): Promise<void> | undefined => turn?.kept.promise,
  };
}
