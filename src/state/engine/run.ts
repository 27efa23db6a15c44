import { type Instant, latestInstant } from '../../ground/clock.ts';
import { EmulatorError } from '../../ground/errors.ts';
import { SqliteError } from '../storage/database.ts';
import type { Commits } from './commits.ts';
import type { Change, Machine, Tx } from './machine.ts';
import { type Effect, type Effects, joinEffects, type Recurred, type Told } from './settle.ts';
import type { World, Worlds } from './worlds.ts';

const nothing: readonly Change[] = [];

/** What the engine tells whoever listens, after each commit. */
export interface Observer {
  /** `request` null: these came due. */
  changed?(organization: number, changes: readonly Change[], request: number | null): void;
  /** A transition threw when it was due, and is held. `begunBy`: the request that began it. */
  parked?(organization: number, change: Change, begunBy: number | null, error: unknown): void;
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
  commits: Commits;
  worlds: Worlds;
  machine: Machine;
  /** Of each part: what else happens when a transition ends. */
  effects: readonly Effects[];
  observer: Observer;
}

/** How a verb is run: what is due in its world first, then the verb; once that is committed, who listens is told. */
export function createRun({ commits, worlds, machine, effects, observer }: Parts) {
  function tell(organization: number, changes: readonly Change[], request: Tx['request']): void {
    if (changes.length > 0) commits.afterwards(() => observer.changed?.(organization, changes, request));
  }

  /** Tells what a verb did. What of it took no time is told when the world is settled next. */
  function tellOf({ organization, changes, request, ended: endedChanges }: Tx): void {
    tell(organization, changes, request);
    if (!endedChanges) return;
    const ended = { changes: endedChanges, isKept: false };
    machine.due.hasEnded(organization, ended);
    commits.afterwards(() => {
      ended.isKept = true;
    });
  }

  /** Tells what took no time of the verb before: at once, where that is committed. */
  function tellEnded(organization: number): readonly Change[] {
    const ended = machine.due.takeEnded(organization);
    if (!ended) return nothing;
    if (ended.isKept) observer.changed?.(organization, ended.changes, null);
    else tell(organization, ended.changes, null);
    return ended.changes;
  }

  /** An effect that throws has made no ids. */
  const careful: Effects = {};
  for (const [name, effect] of Object.entries(joinEffects(effects)) as [keyof Effects, Effect][]) {
    careful[name] = (tx, key, id) => worlds.ids.attempt(tx.organization, () => effect(tx, key, id));
  }

  machine.haveEffects(careful);

  /** Does what is due in a world, by now or an instant that was read before; answers what that was. */
  function settle(organization: number, now?: Instant): readonly Change[] {
    const world = worlds.get(organization);
    return settleBy(world, now ?? worlds.now(world));
  }

  /**
   * Moves a controlled clock from one end of what is under way to the next, until nothing is, or its end is beyond the
   * latest instant. What recurs, and what is to be forgotten, is done on the way only.
   */
  function settleUntilIdle(organization: number): readonly Change[] {
    const recurred: Recurred = new Map();
    const settled: Change[] = [];
    for (;;) {
      const world = worlds.get(organization);
      settled.push(...settleBy(world, worlds.now(world), recurred));
      const next = machine.due.nextEnd(organization);
      if (next > latestInstant) return settled;
      worlds.setClock(organization, next);
    }
  }

  function settleBy(world: World, now: Instant, recurred?: Recurred): readonly Change[] {
    const ended = tellEnded(world.key);
    if (!machine.due.isDue(world.key, now)) return ended;
    const told: Told = {
      settled: (changes) => tell(world.key, changes, null),
      parked: (...what) => commits.afterwards(() => observer.parked?.(world.key, ...what)),
    };
    const settled = commits.join(() => machine.settle(world, now, told, recurred));
    return ended.length > 0 ? [...ended, ...settled] : settled;
  }

  function prepare(target: Target): Tx {
    const { organization, account, accountId, ownAccount, request = null } = target;
    const world = worlds.get(organization);
    const now = worlds.now(world);
    settleBy(world, now);
    return { organization, account, accountId, ownAccount, now, pace: world.pace, request, changes: [] };
  }

  /**
   * A verb that writes.
   *
   * @throws EmulatorError `account-not-found` where the account was deleted while the call was under way.
   */
  function run<R>(target: Target, body: (tx: Tx) => R): R {
    return commits.verb(() => {
      const tx = prepare(target);
      try {
        const result = worlds.ids.attempt(tx.organization, () => commits.write(() => body(tx)));
        tellOf(tx);
        return result;
      } catch (error) {
        if (error instanceof SqliteError && error.code === 'SQLITE_CONSTRAINT_FOREIGNKEY') {
          throw new EmulatorError('account-not-found', { accountId: tx.accountId });
        }
        throw error;
      }
    });
  }

  /**
   * A verb that reads and refuses first, and answers with what is to be written, in one statement: that is spared a
   * savepoint.
   */
  function runPlan<R>(target: Target, plan: (tx: Tx) => () => R): R {
    return commits.verb(() => {
      const tx = prepare(target);
      const write = plan(tx);
      const result = worlds.ids.attempt(tx.organization, () => commits.join(write));
      tellOf(tx);
      return result;
    });
  }

  /** A verb that only reads. */
  const read = <R>(target: Target, body: (tx: Tx) => R): R => body(prepare(target));

  return { settle, settleUntilIdle, run, runPlan, read };
}
