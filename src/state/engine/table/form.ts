import type { TransitionErrorCode } from '../../../ground/errors.ts';
import type { PaceKey } from '../pace.ts';

export const statuses = {
  // What AWS has comes first: at one instant, it is there before what Datafy makes of it.
  ebs_volume: ['creating', 'available', 'in-use'],
  ebs_attachment: ['attaching', 'attached', 'detaching'],
  ebs_modification: ['modifying', 'completed', 'failed'],
  volume: ['creating', 'ordinary', 'activating', 'managed', 'deactivating', 'replaced'],
  modification: ['modifying', 'completed', 'failed'],
  snapshot: ['pending', 'completed', 'error'],
  attachment: ['attaching', 'attached', 'detaching'],
} as const;

export type Resource = keyof typeof statuses;
export type Status<R extends Resource = Resource> = (typeof statuses)[R][number];

export const resources = Object.keys(statuses) as Resource[];

/**
 * Which resource callers know by the id of another: it has a column with the name of that one, which holds its key. What
 * comes due together follows the other's order, which an export and import keeps.
 */
export const goesBy: Partial<Record<Resource, Resource>> = {
  ebs_attachment: 'ebs_volume',
  ebs_modification: 'ebs_volume',
  modification: 'volume',
  attachment: 'volume',
};

/**
 * Where a behaviour is known from: `P` Datafy's published API document, `C` what Datafy's own public
 * clients send and expect, `D` product documentation (Datafy's, or AWS's for EBS), `A` our assumption.
 */
export type Source = 'P' | 'C' | 'D' | 'A';

export interface Transition<R extends Resource = Resource, Action extends string = string> {
  resource: R;
  action: Action;
  /** The action in a caller's words, where its name here is not that. */
  says?: string;
  /** `absent`: the row does not exist yet. */
  from: readonly (Status<R> | 'absent')[];
  /** `same`: allowed, and leaves the status alone. `absent`: the row goes. */
  to: Status<R> | 'same' | 'absent';
  /** What sets it off: a caller, the world's clock, another transition, or a fault somebody planted. */
  cause: 'request' | 'clock' | 'cascade' | 'fault';
  /**
   * Of one that the clock causes, where it ends nothing that is under way:
   * `recurring`: something happens in a row now and then, and its effect schedules the next time; the status stays.
   * `forgetting`: a row is dropped, or changed, that nobody waits for; nobody is told of it.
   * Neither keeps a world from being idle.
   */
  kind?: 'recurring' | 'forgetting';
  /** How long the new status lasts, as a name of the world's pace, and the action that ends it. */
  next?: { takes: PaceKey; action: string };
  /** Neither the journal nor a listener is told: it follows from a change that they are told of. */
  quiet?: true;
  /** The error a caller gets from any other status. */
  refusal: TransitionErrorCode;
  /** What to tell a caller who tries from this status. */
  hints?: Partial<Record<Status<R>, string>>;
  source: Source;
  note: string;
}
