import type { Statement } from 'better-sqlite3';
import type { Instant } from '../../ground/clock.ts';
import { EmulatorError } from '../../ground/errors.ts';
import type { Database } from '../storage/database.ts';
import { createDue } from './due.ts';
import type { Faults } from './faults.ts';
import { createSettle } from './settle.ts';
import { type Action, type Resource, resources, type Status, type Transition, transitions } from './transitions.ts';
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
export function createMachine(db: Database, faults: Faults) {
  const due = createDue(db);
  const rows = new Map<string, Map<string, { row: Transition; move: Statement | undefined }>>(
    resources.map((resource) => [resource, new Map()]),
  );
  for (const row of transitions as readonly Transition[]) {
    rows.get(row.resource)?.set(row.action, { row, move: prepareMove(db, row) });
  }

  function lookUp<R extends Resource>(resource: R, action: Action<R> | string) {
    const found = rows.get(resource)?.get(action);
    if (!found) throw new Error(`The table has no ${resource} ${action}`);
    return found;
  }

  /** The columns of a row that this transition moves; remembers when what follows is due. */
  function outcome(tx: Tx, row: Transition, id: string, volumeId = id, along?: Along) {
    const { resource, action, to: status, next: after } = row;
    if (!row.quiet) tx.changes.push({ resource, id, action, to: status, at: tx.now });
    const columns = { status, due_at: null, due_action: null, changed_by: tx.request };
    if (!after) return columns;
    if (along) return { ...columns, ...shared(tx, resource, after.action, along) };
    const fault = faults.ofTransition(tx.organization, row, tx.accountId, volumeId);
    if (fault?.effect.outcome === 'hold') return { ...columns, due_action: after.action };
    const at = tx.now + tx.pace[after.takes];
    due.expect(tx.organization, resource, at);
    return { ...columns, due_at: at, due_action: fault?.effect.outcome === 'fail' ? 'fail' : after.action };
  }

  /** The columns of a row that ends with another one: by `action`, if all goes well. */
  function shared(tx: Tx, resource: Resource, action: string, { due_at, due_action }: Along) {
    if (due_action === null) return { status: lookUp(resource, action).row.to };
    if (due_at !== null) due.expect(tx.organization, resource, due_at);
    return { due_at, due_action: due_action === 'fail' ? 'fail' : action };
  }

  function refuse(row: Transition, thing: Thing): never {
    throw new EmulatorError(row.refusal, {
      situation: thing.situation,
      action: row.says ?? row.action,
      expected: row.from,
      hint: row.hints?.[thing.status as Status] ?? thing.hint,
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
    { existing, volumeId, along }: { existing?: Thing | undefined; volumeId?: string; along?: Along } = {},
  ): Begun<R> {
    const { row } = lookUp(resource, action);
    if (existing) refuse(row, existing);
    if (!row.from.includes('absent')) throw new Error(`${resource} ${action} does not begin a row`);
    return outcome(tx, row, id, volumeId, along) as Begun<R>;
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
    const { due_at, due_action, changed_by } = outcome(tx, row, thing.id, thing.id, along);
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

  return { begin, allow, apply, place, due, ...createSettle(db, due, apply) };
}

/** Of what does not wait for anything. */
export const ended: Along = { due_at: null, due_action: null };

/** The action that ends a status of a transition under way, if all goes well; null for any other status. */
export function usualEnd(resource: Resource, status: string): string | null {
  const began: Transition | undefined = transitions.find(
    (row: Transition) => row.resource === resource && row.to === status && row.next,
  );
  return began?.next?.action ?? null;
}

/** Whether an action is one that ends this status by itself. */
export function ends(resource: Resource, status: string, action: string): boolean {
  const row: Transition | undefined = transitions.find((each) => each.resource === resource && each.action === action);
  return (row?.cause === 'clock' || row?.cause === 'fault') && (row.from as readonly string[]).includes(status);
}

/** Tells the journal of a change that is no transition. */
export function note(tx: Tx, resource: Change['resource'], id: string, action: string): void {
  tx.changes.push({ resource, id, action, at: tx.now });
}

/** The conditional UPDATE (or DELETE) of a transition; none where it keeps the status, or makes the row. */
function prepareMove(db: Database, row: Transition): Statement | undefined {
  if (row.to === 'same' || row.from.includes('absent')) return undefined;
  const from = row.from.map((status) => `status = '${status}'`).join(' OR ');
  const guard = `WHERE key = ? AND organization = ? AND account = ? AND (${from})`;
  // What comes due by itself is not parked.
  const unpark = row.cause === 'clock' || row.cause === 'fault' ? '' : 'parked = NULL,';
  return db.prepare(
    row.to === 'absent'
      ? `DELETE FROM ${row.resource} ${guard}`
      : `UPDATE ${row.resource} SET status = '${row.to}', due_at = ?, due_action = ?, ${unpark}
          changed_by = CASE WHEN ? THEN changed_by ELSE ? END ${guard}`,
  );
}
