import type { Statement } from 'better-sqlite3';
import type { Instant } from '../../ground/clock.ts';
import { EmulatorError } from '../../ground/errors.ts';
import type { Database } from '../storage/database.ts';
import { createDue } from './due.ts';
import type { Faults } from './faults.ts';
import type { Memory } from './remembered.ts';
import { createSettle, type Effects } from './settle.ts';
import {
  type Action,
  beginsSomething,
  hasOneOf,
  type Resource,
  type Status,
  type Transition,
  table as theTable,
  transitions,
} from './transitions.ts';
import type { Change, Thing, Tx } from './tx.ts';

export type { Change, Thing, Tx } from './tx.ts';

/** The columns that a transition decides, for the INSERT that brings a row into being. */
export interface Begun<R extends Resource> {
  status: Status<R>;
  due_at: Instant | null;
  due_action: string | null;
  changed_by: number | null;
}

/**
 * The transition under way that another one shares the fate of: it ends at the same instant, is held where that is
 * held, and fails where that fails. Without a `due_action`, that has ended already.
 */
export type Along = Pick<Begun<Resource>, 'due_at' | 'due_action'>;
/** The same, and the status that a caller is told of: one that lasts no time has ended in the row. */
export type New<R extends Resource> = Begun<R> & { told: Status<R> };

/** What a transition is about. */
interface About {
  /** The volume, where its id is another than the row's. */
  volumeId?: string;
  isNew?: boolean;
  /** What it ends with. */
  along?: Along;
}

/** What a transition under way waits for. `at` null: nothing, it is held. */
export interface Pending {
  action: string;
  at: Instant | null;
}

export type Machine = ReturnType<typeof createMachine>;

/**
 * The one place that guards and moves. It alone writes a status: `begin` for a new row, `apply` for one that is
 * there, `settle` for all that came due.
 */
export function createMachine(db: Database, faults: Faults, memory: Memory, table = theTable) {
  const due = createDue(db, table, memory);
  const rows = new Map<string, Map<string, { row: Transition; move: Statement | undefined }>>(
    table.resources.map((resource) => [resource, new Map()]),
  );
  for (const row of table.transitions) {
    rows.get(row.resource)?.set(row.action, { row, move: prepareMove(db, row) });
  }
  /** What else happens when a transition ends; undefined as long as nobody has said. */
  let effects: Effects | undefined;

  function lookUp<R extends Resource>(resource: R, action: Action<R> | string) {
    const found = rows.get(resource)?.get(action);
    if (!found) throw new Error(`The table has no ${resource} ${action}`);
    return found;
  }

  /**
   * The columns of a row that this transition moves, or that is `isNew`; remembers when what follows is due. Of a new row,
   * what takes no time and has nothing else happen has ended already.
   */
  function outcome(tx: Tx, row: Transition, id: string, { volumeId = id, isNew = false, along }: About = {}) {
    const { resource, action, to: status, next: after } = row;
    if (!row.quiet) tx.changes.push({ resource, id, action, to: status, at: tx.now });
    const columns = { status, due_at: null, due_action: null, changed_by: tx.request };
    if (!after) return columns;
    const { row: end } = lookUp(resource, after.action);
    if (along) return { ...columns, ...shared(tx, end, along) };
    const fault = end.kind ? undefined : faults.ofTransition(tx.organization, row, tx.accountId, volumeId);
    if (fault?.effect.outcome === 'hold') return { ...columns, due_action: after.action };
    const takes = tx.pace[after.takes];
    if (takes === 'keep') return columns;
    if (isNew && takes === 0 && !fault && endsByItself(end)) {
      if (!row.quiet) {
        tx.ended ??= [];
        tx.ended.push({ resource, id, action: end.action, to: end.to, at: tx.now });
      }
      return { ...columns, status: end.to };
    }
    const at = tx.now + takes;
    due.expect(tx.organization, resource, at);
    return { ...columns, due_at: at, due_action: fault?.effect.outcome === 'fail' ? 'fail' : after.action };
  }

  /** The columns of a row that ends with another one: by `end`, if all goes well. */
  function shared(tx: Tx, end: Transition, { due_at, due_action }: Along) {
    if (due_action === null) return { status: end.to };
    if (due_at !== null) due.expect(tx.organization, end.resource, due_at);
    return { due_at, due_action: due_action === 'fail' ? 'fail' : end.action };
  }

  /** Whether an end leaves a row with another status, with which nothing else happens, and nothing comes after it. */
  function endsByItself({ resource, action, to, kind, next }: Transition): boolean {
    if (!effects || `${resource}.${action}` in effects) return false;
    return !kind && !next && to !== 'same' && to !== 'absent';
  }

  /** @throws EmulatorError with the transition's refusal. Only here its sentence is made. */
  function refuse(row: Transition, thing: Thing): never {
    throw new EmulatorError(row.refusal, {
      situation: thing.situation(),
      action: row.says ?? row.action,
      expected: row.from,
      hint: row.hints?.[thing.status as Status] ?? thing.hint?.(),
    });
  }

  /**
   * The status columns of a new row that goes by `id`. `existing`, where the caller found one in the way, gets the
   * table's refusal. `volumeId`: the volume that it is about, where its id is another. `along`: what it ends with.
   *
   * @throws EmulatorError with the transition's refusal.
   */
  function begin<R extends Resource>(
    tx: Tx,
    resource: R,
    action: Action<R>,
    id: string,
    { existing, ...about }: { existing?: Thing | undefined; volumeId?: string; along?: Along } = {},
  ): New<R> {
    const { row } = lookUp(resource, action);
    if (existing) refuse(row, existing);
    if (!row.from.includes('absent')) throw new Error(`${resource} ${action} does not begin a row`);
    return { ...outcome(tx, row, id, { ...about, isNew: true }), told: row.to } as New<R>;
  }

  /**
   * Guards only: for a verb that has more to check before it moves. A fault that is planted for the move is not spent.
   *
   * @throws EmulatorError with the transition's refusal.
   */
  function allow<R extends Resource>(resource: R, action: Action<R>, thing: Thing): void {
    const { row } = lookUp(resource, action);
    if (!(row.from as readonly string[]).includes(thing.status)) refuse(row, thing);
  }

  /**
   * Moves a row as the table says, or refuses. Where the action keeps the status, it only guards.
   *
   * @param along what it ends with, where that is another transition.
   * @returns how it ends
   * @throws EmulatorError with the transition's refusal: nothing was changed.
   */
  function apply<R extends Resource>(tx: Tx, resource: R, action: Action<R>, thing: Thing, along?: Along): Along {
    allow(resource, action, thing);
    const { row, move } = lookUp(resource, action);
    if (!move) return ended;
    const { due_at, due_action, changed_by } = outcome(tx, row, thing.id, along && { along });
    const at = [thing.key, tx.organization, tx.account] as const;
    const { changes } =
      row.to === 'absent' ? move.run(...at) : move.run(due_at, due_action, tx.byClock ? 1 : 0, changed_by, ...at);
    if (changes === 0) refuse(row, thing);
    return { due_at, due_action };
  }

  /**
   * The status columns of a row that a document puts in place. Where the status is one of a transition under way and
   * `due` says no instant, it is held there: it never comes due by itself.
   */
  function place<R extends Resource>(resource: R, status: Status<R>, due?: Partial<Pending>): Begun<R> {
    const action = due?.action ?? usualEnd(resource, status);
    if (action !== null && !ends(resource, status, action)) {
      throw new EmulatorError('world-invalid', {
        problem: `a ${resource} that is ${status} does not end by ${action}`,
      });
    }
    return { status, due_at: due?.at ?? null, due_action: action, changed_by: null };
  }

  const schedules = new Map(
    table.transitions.filter(({ kind }) => kind).map((row) => [row, prepareSchedule(db, row)] as const),
  );

  /**
   * Says when a row recurs, or is to be forgotten, in place of what was said before. Nothing may be under way in it.
   *
   * @throws Error where the table has no such thing for a row of this status, or it would recur at this instant again.
   */
  function schedule<R extends Resource>(tx: Tx, resource: R, action: Action<R>, key: number, at: Instant): void {
    const { row } = lookUp(resource, action);
    if (row.kind === 'recurring' && at <= tx.now) throw new Error(`${resource} ${action} would recur without end`);
    const changes = schedules.get(row)?.run(at, key, tx.organization, tx.account).changes;
    if (changes !== 1) throw new Error(`The ${resource} with key ${key} allows no ${action}`);
    due.expect(tx.organization, resource, at);
  }

  const rowOf = (resource: Resource, action: string) => lookUp(resource, action).row;

  return {
    begin,
    allow,
    apply,
    place,
    schedule,
    due,
    /** Says, once, what else happens when transitions end. */
    haveEffects(all: Effects): void {
      effects = all;
    },
    ...createSettle(db, { table, due, rowOf, effects: () => effects ?? {}, apply }),
  };
}

/** Of what does not wait for anything. */
export const ended: Along = { due_at: null, due_action: null };

/** The action that ends a status of a transition under way, if all goes well; null for any other status. */
export function usualEnd(resource: Resource, status: string): string | null {
  const began: Transition | undefined = transitions.find(
    (row: Transition) => row.resource === resource && row.to === status && beginsSomething(row),
  );
  return began?.next?.action ?? null;
}

/** Whether an action is one that ends this status by itself. */
export function ends(resource: Resource, status: string, action: string): boolean {
  const row: Transition | undefined = transitions.find((each) => each.resource === resource && each.action === action);
  return (row?.cause === 'clock' || row?.cause === 'fault') && (row.from as readonly string[]).includes(status);
}

/** Whether an action forgets something of a row of this status, which nobody waits for. */
export const isForgetting = (resource: Resource, status: string, action: string): boolean =>
  transitions.some(
    (each: Transition) =>
      each.resource === resource &&
      each.action === action &&
      each.kind === 'forgetting' &&
      (each.from as readonly string[]).includes(status),
  );

/** Tells the journal of a change that is no transition. */
export function note(tx: Tx, resource: Change['resource'], id: string, action: string): void {
  tx.changes.push({ resource, id, action, at: tx.now });
}

/** When a row comes due with nothing under way in it. */
function prepareSchedule(db: Database, { resource, action, from }: Transition): Statement {
  return db.prepare(
    `UPDATE ${resource} SET due_at = ?, due_action = '${action}', parked = NULL
     WHERE key = +? AND organization = +? AND account = +? AND ${hasOneOf(from)}`,
  );
}

/** The conditional UPDATE (or DELETE) of a transition; none where it keeps the status, or makes the row. */
function prepareMove(db: Database, row: Transition): Statement | undefined {
  if (row.to === 'same' || row.from.includes('absent')) return undefined;
  const guard = `WHERE key = +? AND organization = +? AND account = +? AND ${hasOneOf(row.from)}`;
  // What comes due by itself is not parked.
  const unpark = row.cause === 'clock' || row.cause === 'fault' ? '' : 'parked = NULL,';
  return db.prepare(
    row.to === 'absent'
      ? `DELETE FROM ${row.resource} ${guard}`
      : `UPDATE ${row.resource} SET status = '${row.to}', due_at = ?, due_action = ?, ${unpark}
          changed_by = CASE WHEN ? THEN changed_by ELSE ? END ${guard}`,
  );
}
