import type { Instant } from '../../ground/clock.ts';
import { sayWhy } from '../../words/index.ts';
import { type Database, isDiskFailure } from '../storage/database.ts';
import { type Due, type DueRows, idOf } from './due.ts';
import type { Pace } from './pace.ts';
import type { Resource, Table, Transition } from './transitions.ts';
import type { Change, Thing, Tx } from './tx.ts';

/** A transition that threw when it was due: it is held, and its world goes on without it. */
export interface Parked {
  resource: Resource;
  /** What callers call the thing; an attachment or a modification goes by its volume. */
  id: string;
  /** What was to happen, and when. */
  action: string;
  at: Instant;
  reason: string;
}

/** Who is told of what came due, one by one, as it is done. */
export interface Told {
  settled(changes: readonly Change[]): void;
  /** `begunBy`: the request that began it, by its number in the world's journal. */
  parked(change: Change, begunBy: number | null, error: unknown): void;
}

const nobody: Told = { settled: () => undefined, parked: () => undefined };

/** What else happens when a transition ends, in the same transaction, at the instant it was due. */
export type Effects = Partial<Record<`${Resource}.${string}`, Effect>>;
/** `id`: what callers call the thing, whose row may be gone by then. */
export type Effect = (tx: Tx, key: number, id: string) => void;

interface Parts {
  table: Table;
  due: DueRows;
  rowOf(resource: Resource, action: string): Transition;
  /** What else happens when transitions end. */
  effects(): Effects;
  /** Moves a row as the table says. */
  apply(tx: Tx, resource: Resource, action: never, thing: Thing): unknown;
}

/** How often each row recurred while a world was settled, once or several times. */
export type Recurred = Map<string, number>;

/** Does what came due. Each transition is fenced: one that throws is parked, and all others are done. */
export function createSettle(db: Database, { table, due, rowOf, effects, apply }: Parts) {
  const park = new Map(table.resources.map((resource) => [resource, preparePark(db, resource)]));
  const clear = new Map(table.resources.map((resource) => [resource, prepareClear(db, resource)]));
  const parked = prepareParked(db, table);
  const { mostRecurrences } = table;
  const accountId = db
    .prepare<[account: number, organization: number], string>(
      'SELECT id FROM account WHERE key = +? AND organization = +?',
    )
    .pluck();

  const together = db.transaction((move: () => void) => move());

  /** A row recurs: what it does next, its effect has to schedule. */
  function recur(organization: number, { resource, key, account, due_action }: Due, recurred: Recurred): void {
    const name = `${resource} ${key}`;
    const count = (recurred.get(name) ?? 0) + 1;
    recurred.set(name, count);
    if (count > mostRecurrences) throw new Error(`it came due ${mostRecurrences} times at one go`);
    clear.get(resource)?.run(due_action, key, organization, account);
  }

  function settleOne(world: { key: number; pace: Pace }, it: Due, recurred: Recurred): readonly Change[] {
    const { resource, key, id, account, status, due_action } = it;
    const { kind } = rowOf(resource, due_action);
    const changes: Change[] = [];
    const tx: Tx = {
      organization: world.key,
      account,
      // Few ask.
      get accountId() {
        return accountId.get(account, world.key) ?? '';
      },
      ownAccount: false,
      now: it.due_at,
      pace: world.pace,
      request: null,
      byClock: true,
      changes,
    };
    const thing = { key, id, status, situation: () => `The ${resource} with key ${key} is ${status}` };
    const move = () => apply(tx, resource, due_action as never, thing);
    const effect = effects()[`${resource}.${due_action}`];
    // The move is one statement, which is done whole or not at all. With more than that, a savepoint sees to it.
    if (!effect && kind !== 'recurring') move();
    else {
      together(() => {
        if (kind === 'recurring') recur(world.key, it, recurred);
        move();
        effect?.(tx, key, id);
      });
    }
    if (kind === 'forgetting') return [];
    return tx.ended ? [...changes, ...tx.ended] : changes;
  }

  /** Holds a transition that threw, with the reason. */
  function hold(organization: number, it: Due, error: unknown, told: Told): Change {
    const { resource, key, id, account, status: to, due_action, due_at: at } = it;
    const reason = `${due_action} failed: ${sayWhy(error)}`;
    const begunBy = park.get(resource)?.get(JSON.stringify({ at, reason }), key, organization, account) ?? null;
    const change = { resource, id, action: 'park', to, at, reason };
    told.parked(change, begunBy, error);
    return change;
  }

  /**
   * Does all that came due in a world up to `now`, each at its own instant, in order of (due_at, resource, volume or key).
   * What an effect sets off is settled too, if it is due by then. Settling twice is settling once.
   *
   * Each is fenced: one that throws has changed nothing, and is parked; all others are done.
   *
   * @param recurred how often rows recurred so far, where the world is settled several times at one go.
   * @returns all of them, but for what was forgotten
   * @throws SqliteError where the disk fails, or not even parking is possible: what is left is due as before.
   */
  function settle(
    world: { key: number; pace: Pace },
    now: Instant,
    told: Told = nobody,
    recurred: Recurred = new Map(),
  ): readonly Change[] {
    const all: Change[] = [];
    const within = db.inTransaction;
    const isLost = (error: unknown) => isDiskFailure(error) || (within && !db.inTransaction);
    const settleFenced = (each: Due): void => {
      try {
        const changes = settleOne(world, each, recurred);
        all.push(...changes);
        if (changes.length > 0) told.settled(changes);
      } catch (error) {
        if (isLost(error)) throw error;
        all.push(hold(world.key, each, error, told));
      }
    };
    for (;;) {
      const dues = due.first(world.key, now, ({ resource, due_action }) => `${resource}.${due_action}` in effects());
      if (dues.length === 0) return all;
      try {
        for (const each of dues) settleFenced(each);
      } catch (error) {
        due.lookAnew(world.key);
        throw error;
      }
    }
  }

  return {
    settle,
    /** What is parked in a world, in the order in which it was due. */
    parked: (organization: number): Parked[] => parked.all({ organization }),
  };
}

/** The effects of several parts as one; where more than one has an effect of a transition, all of them happen, in order. */
export function joinEffects(parts: readonly Effects[]): Effects {
  const lists = new Map<keyof Effects, Effect[]>();
  for (const part of parts) {
    for (const [name, effect] of Object.entries(part) as [keyof Effects, Effect][]) {
      lists.set(name, [...(lists.get(name) ?? []), effect]);
    }
  }
  const all: Effects = {};
  for (const [name, list] of lists) {
    all[name] = (tx, key, id) => {
      for (const effect of list) effect(tx, key, id);
    };
  }
  return all;
}

/** Holds a transition, with the reason; answers who began it. */
function preparePark(db: Database, resource: Resource) {
  return db
    .prepare<[parked: string, key: number, organization: number, account: number], number | null>(
      `UPDATE ${resource} SET due_at = NULL, parked = ? WHERE key = +? AND organization = +? AND account = +?
       RETURNING changed_by`,
    )
    .pluck();
}

/** A row is not due any more. */
function prepareClear(db: Database, resource: Resource) {
  return db.prepare<[action: string, key: number, organization: number, account: number]>(
    `UPDATE ${resource} SET due_at = NULL, due_action = NULL
     WHERE due_action = +? AND key = +? AND organization = +? AND account = +?`,
  );
}

function prepareParked(db: Database, table: Table) {
  const ofResource = (resource: Resource) =>
    `SELECT '${resource}' AS resource, ${idOf(table, resource)} AS id, due_action AS action, parked ->> 'at' AS at,
       parked ->> 'reason' AS reason
     FROM ${resource} WHERE organization = +@organization AND parked IS NOT NULL`;
  return db.prepare<{ organization: number }, Parked>(
    `${table.resources.map(ofResource).join(' UNION ALL ')} ORDER BY at`,
  );
}
