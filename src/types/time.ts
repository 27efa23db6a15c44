import type { Change } from './journal.ts';

/**
 * Milliseconds of the world's clock that each timed transition takes: 0 to 30 days. With 0 it is done by the next
 * request. Datafy publishes no durations: all are assumed [A].
 */
export interface Pace {
  /** Until a new volume is managed. */
  create: number;
  /** Until autoscaling is on. */
  activate: number;
  /** Until a snapshot is completed. */
  snapshot: number;
  /** Until a volume is attached. */
  attach: number;
  /** Until a volume is off its instance. */
  detach: number;
  /** Until a modification is completed. */
  modify: number;
  /** Until an ordinary volume has taken over. */
  deactivate: number;
  /** Until the original EBS volume goes, once autoscaling is on; `keep`: it stays. */
  source: number | 'keep';
}

/** `instant`: everything takes 0 ms. `realistic`: as long as EBS commonly does [A]. */
export type PaceName = 'instant' | 'realistic';

/** Whose time a world has. */
export interface ClockSetting {
  /** `system`: the machine's. `controlled`: it stands, and moves forward only when told. */
  mode: 'system' | 'controlled';
  /** Where a controlled clock stands: RFC 3339. Left out: where it is. */
  now?: string;
}

/** Where a world's clock stands; all that was due by then is done. */
export interface ClockState {
  /** `system`: the machine's time. `controlled`: it moves only when told. */
  mode: 'system' | 'controlled';
  /** RFC 3339, in UTC. */
  now: string;
  /** What came due on the way, in the order in which it happened. */
  settled: Change[];
  /** What failed when it was due, and is held: each is a bug of the emulator. */
  parked: Parked[];
}

/** A transition that failed when it was due. It is held until its thing is deleted, or its world is put back. */
export interface Parked {
  /** What it is: volume, snapshot, attachment or modification. */
  resource: string;
  /** What callers call it; an attachment and a modification go by their volume. */
  id: string;
  /** What was to happen, such as `complete`. */
  action: string;
  /** When it was due: RFC 3339, in UTC, by the world's clock. */
  at: string;
  /** Why it could not. */
  reason: string;
}

/** When the transition under way ends. A document that leaves it out, or its `at`, holds the transition for ever. */
export interface Due {
  /** What happens then; left out: the usual end. */
  action?: string;
  /** RFC 3339, in UTC. */
  at?: string;
}
