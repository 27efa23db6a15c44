import type { Instant } from '../../ground/clock.ts';
import type { Pace } from './pace.ts';
import type { Resource } from './transitions.ts';

/** What a verb runs in: one transaction, of one account of one world, at one instant. */
export interface Tx {
  readonly organization: number;
  readonly account: number;
  readonly accountId: string;
  /** Whether it is the organization's own account: where an organization token that names no other ends up. */
  readonly ownAccount: boolean;
  readonly now: Instant;
  readonly pace: Pace;
  /** The request that all this is for, by its number in the world's journal; null where the clock is the cause. */
  readonly request: number | null;
  /** The clock is the cause: what a row says of who changed it last stays. */
  readonly byClock?: boolean;
  /** What has been changed so far: told to the journal and to listeners once the transaction is committed. */
  readonly changes: Change[];
  /** What began and, since it takes no time, has ended: told when the world is settled next. */
  ended?: Change[];
}

/** Something that was made, moved or removed. */
export interface Change {
  resource: Resource | 'account' | 'token' | 'role-arn' | 'rule' | 'instance';
  id: string;
  action: string;
  /** The status that it has now, where it is a thing with a status; `absent` where it is gone. */
  to?: string;
  at: Instant;
  /** Why a transition was parked. */
  reason?: string;
}

/** A row with a status, and how to speak of it to a caller. */
export interface Thing {
  readonly key: number;
  /** What callers call it; an attachment or a modification goes by its volume. */
  readonly id: string;
  readonly status: string;
  /** Such as `Volume vol-… is replaced`: made only for a refusal. */
  readonly situation: () => string;
  /** What the caller should know of this one, whatever was asked of it. */
  readonly hint?: () => string | undefined;
}
