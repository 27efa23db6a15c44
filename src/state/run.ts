import { EmulatorError } from '../errors.ts';
import { type Database, SqliteError } from './database.ts';
import type { Change, Effects, Machine, Tx } from './machine.ts';
import type { Worlds } from './worlds.ts';

/** What the engine tells whoever listens, after each commit. */
export interface Observer {
  /** `request` null: these came due. */
  changed?(organization: number, changes: readonly Change[], request: number | null): void;
  /** A world was made anew. */
  renewed?(organization: number): void;
  /** A document was put in place of a world. */
  replaced?(organization: number): void;
  removed?(organization: number): void;
}

/** The account that a call runs against. */
export interface Target extends Pick<Tx, 'organization' | 'account' | 'accountId' | 'ownAccount'> {
  /** The request, by its number in the world's journal. */
  request?: number;
}

interface Parts {
  worlds: Worlds;
  machine: Machine;
  effects: Effects;
  observer: Observer;
}

/** How a verb is run: what is due in its world first, then the verb, in one transaction; then who listens is told. */
export function createRun(db: Database, { worlds, machine, effects, observer }: Parts) {
  /** Does what is due in a world; answers what that was. */
  function settle(organization: number): readonly Change[] {
    const world = worlds.get(organization);
    const settled = machine.settle(world, worlds.now(world), effects);
    if (settled.length > 0) observer.changed?.(organization, settled, null);
    return settled;
  }

  const transaction = db.transaction((body: (tx: Tx) => unknown, tx: Tx) => body(tx));

  /** @throws EmulatorError `account-not-found` where the account was deleted while the call was under way. */
  function inTransaction<R>(body: (tx: Tx) => R, tx: Tx): R {
    try {
      return transaction(body, tx) as R;
    } catch (error) {
      if (error instanceof SqliteError && error.code === 'SQLITE_CONSTRAINT_FOREIGNKEY') {
        throw new EmulatorError('account-not-found', { accountId: tx.accountId });
      }
      throw error;
    }
  }

  function run<R>(target: Target, body: (tx: Tx) => R): R {
    const { organization, account, accountId, ownAccount, request = null } = target;
    settle(organization);
    const world = worlds.get(organization);
    const changes: Change[] = [];
    const { pace } = world;
    const tx: Tx = { organization, account, accountId, ownAccount, now: worlds.now(world), pace, request, changes };
    const result = inTransaction(body, tx);
    if (changes.length > 0) observer.changed?.(organization, changes, request);
    return result;
  }

  return { settle, run };
}
