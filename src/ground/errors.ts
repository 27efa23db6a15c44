import type { Instant } from './clock.ts';

/**
 * Everything a caller can be refused for: a stable code, what kind of refusal it is, and the facts that tell one such
 * refusal from another.
 *
 * The sentence is in `src/words`, where a surface may say it in its own way. The kind decides the HTTP status, surface
 * by surface (`src/surface/surface.ts`).
 */
export type Kind =
  | 'forbidden'
  | 'unauthorized'
  | 'invalid'
  | 'missing'
  | 'disallowed'
  | 'conflict'
  | 'unsupported'
  | 'unavailable';

export interface WrongStatus {
  /** The thing with its id, and the state it is in, such as `Volume vol-… is replaced`. */
  situation: string;
  /** What the caller wanted to do with it. */
  action: string;
  expected: readonly string[];
  /** What helps. It may name fields of the request, as in `send {force}`: each surface puts its own name there. */
  hint?: string | undefined;
}

/** What has a size in the limits of EBS. */
interface OutOfRange {
  value: number;
  minimum: number;
  maximum: number;
  unit: string;
}

/** A code without facts. */
interface NoFacts {
  none?: never;
}

interface Row<F> {
  readonly kind: Kind;
  /** It is never there: it is for its type alone. */
  readonly facts?: F;
}

const row = <F = NoFacts>(kind: Kind): Row<F> => ({ kind });

export const errors = {
  // Where a request is sent, and from which page
  'target-not-a-path': row('invalid'),
  'host-malformed': row<{ problem: string }>('invalid'),
  'host-not-allowed': row<{ name: string }>('forbidden'),
  'origin-not-allowed': row<{ origin: string }>('forbidden'),
  'site-not-allowed': row<{ site: string }>('forbidden'),

  // Who is calling, and for which account
  'authorization-missing': row('unauthorized'),
  'authorization-malformed': row('unauthorized'),
  'token-unknown': row('unauthorized'),
  'token-expired': row<{ expiredAt: Instant }>('unauthorized'),
  'token-read-only': row('unauthorized'),
  'account-not-allowed': row<{ accountIds: readonly string[] }>('unauthorized'),
  'accounts-required': row('invalid'),
  'control-token-wrong': row('unauthorized'),
  'organization-token-required': row('unauthorized'),

  // The request itself
  'request-invalid': row<{ problems: string }>('invalid'),
  'json-invalid': row<{ problem: string }>('invalid'),
  'content-type-unsupported': row<{ contentType: string; expected: string }>('invalid'),
  'content-encoding-unsupported': row<{ contentEncoding: string }>('unsupported'),
  'size-contradictory': row<{ upper: unknown; lower: unknown }>('invalid'),
  'field-internal': row<{ field: string }>('invalid'),
  'tags-invalid': row<{ at: readonly (string | number)[]; problem: string }>('invalid'),
  'availability-zone-invalid': row<{ availabilityZone: string }>('invalid'),
  'device-name-invalid': row<{ deviceName: string }>('invalid'),
  'filter-invalid': row<{ value: string; known: readonly string[] }>('invalid'),
  'snapshot-set-invalid': row<
    | { reason: 'empty' | 'repeated' }
    | { reason: 'mixed'; snapshotIds: readonly string[]; datafySnapshotIds: readonly string[] }
    | { reason: 'incomplete'; datafySnapshotId: string; missing: readonly string[] }
  >('invalid'),
  'region-mismatch': row<{
    snapshotId: string;
    snapshotRegion: string;
    region: string;
    /** The zone that the region is of, where the caller named that. */
    availabilityZone?: string;
  }>('invalid'),

  // EBS limits
  'size-out-of-range': row<OutOfRange>('invalid'),
  'iops-out-of-range': row<OutOfRange>('invalid'),
  'throughput-out-of-range': row<OutOfRange>('invalid'),
  'iops-ratio-exceeded': row<{ iops: number; sizeGb: number; maximum: number }>('invalid'),
  'throughput-ratio-exceeded': row<{ throughput: number; iops: number; maximum: number }>('invalid'),
  'size-below-snapshot': row<{ snapshotId: string; snapshotSizeGb: number; sizeGb: number }>('invalid'),
  'disk-size-missing': row('invalid'),
  'kms-key-without-encryption': row('invalid'),
  'array-size-invalid': row<{ mode: string; arraySize: number; possible: readonly number[] }>('invalid'),
  'array-contradictory': row<Record<'first' | 'second', { field: string; value: unknown }>>('invalid'),
  'volume-mode-missing': row<{ fields: readonly string[] }>('invalid'),
  'array-size-fixed': row<{ volumeId: string; current: number; wanted: number }>('invalid'),
  'nothing-to-modify': row('invalid'),
  'role-arn-invalid': row<{ roleArn: string }>('invalid'),
  'role-check-failed': row<{ roleArn: string; reason: string }>('invalid'),
  'fault-idle': row<{ problem: string }>('invalid'),
  'world-invalid': row<{ problem: string }>('invalid'),
  'clock-backwards': row<{ now: Instant; wanted: Instant }>('conflict'),
  'clock-too-far': row<{ latest: Instant }>('conflict'),
  'clock-not-controlled': row('conflict'),
  'organization-is-default': row('conflict'),
  'rule-invalid': row<{ problem: string }>('invalid'),
  'volume-not-attached': row('invalid'),
  'size-not-larger': row<{ volumeId: string; current: number; wanted: number }>('invalid'),

  // What is not there (for this account)
  'volume-not-found': row<{ volumeId: string; accountId: string; hint?: string }>('missing'),
  'snapshot-not-found': row<{
    snapshotId: string;
    accountId: string;
    hint?: string;
    /** Which kind of snapshot the id is of, where it stands in the place of the other. */
    meant?: 'ebs' | 'datafy';
  }>('missing'),
  'instance-not-found': row<{ instanceId: string; accountId: string }>('missing'),
  'account-not-found': row<{ accountId: string }>('missing'),
  'organization-not-found': row<{ organizationId: string }>('missing'),
  'fault-not-found': row<{ faultId: string }>('missing'),
  'organization-gone': row('missing'),
  'checkpoint-not-found': row<{ name: string; known: readonly string[] }>('missing'),
  'token-not-found': row<{ tokenId: string; accountId: string }>('missing'),
  'role-arn-not-found': row<{ accountId: string }>('missing'),
  'rule-not-found': row<{ ruleId: string; accountId: string }>('missing'),
  'call-not-found': row<{
    method: string;
    path: string;
    gap: boolean;
    /** Where the calls are that there are: a page, and a document. */
    described: { page: string; document: string } | undefined;
  }>('missing'),
  'method-not-allowed': row<{ method: string; path: string; methods: readonly string[] }>('disallowed'),

  // What its state does not allow
  'volume-not-absent': row<WrongStatus>('conflict'),
  'volume-not-creating': row<WrongStatus>('conflict'),
  'volume-not-ordinary': row<WrongStatus>('conflict'),
  'volume-not-activating': row<WrongStatus>('conflict'),
  'volume-not-managed': row<WrongStatus>('conflict'),
  'volume-not-deactivating': row<WrongStatus>('conflict'),
  'volume-not-available': row<WrongStatus>('conflict'),
  'volume-already-attached': row<WrongStatus>('conflict'),
  'volume-attached': row<WrongStatus>('conflict'),
  'volume-id-taken': row<{ volumeId: string; holder: string }>('conflict'),
  'instance-id-taken': row<{ instanceId: string; accountId: string }>('conflict'),
  'modification-in-progress': row<WrongStatus>('conflict'),
  'modification-ended': row<WrongStatus>('conflict'),
  'snapshot-not-absent': row<WrongStatus>('conflict'),
  'snapshot-ended': row<WrongStatus>('conflict'),
  'snapshot-not-completed': row<WrongStatus>('conflict'),
  'attachment-not-attaching': row<WrongStatus>('conflict'),
  'attachment-not-detaching': row<WrongStatus>('conflict'),
  'attached-elsewhere': row<{ volumeId: string; instanceId: string; wanted: string }>('conflict'),
  'account-owns-volumes': row<{ accountId: string; count: number }>('conflict'),
  'account-is-organization': row<{ accountId: string }>('conflict'),
  'attachment-in-transition': row<WrongStatus>('conflict'),
  'generations-exhausted': row<{ volumeId: string; last: number }>('conflict'),
  'volume-too-large': row<{ volumeId: string; sizeGb: number; maximum: number }>('conflict'),
  'volume-unsupported': row<{ volumeId: string; reason: string }>('conflict'),
  'instance-without-agent': row<{ instanceId: string }>('conflict'),
  'agent-unsuitable': row<{ instanceId: string; problem: string }>('conflict'),
  'availability-zone-mismatch': row<{
    volumeId: string;
    volumeZone: string;
    instanceId: string;
    instanceZone: string;
  }>('conflict'),
  'device-in-use': row<{
    deviceName: string;
    instanceId: string;
    occupant: { volumeId: string; deviceName: string };
  }>('conflict'),
  'filesystem-without-instance': row<{ volumeId: string }>('conflict'),

  // The machine that it runs on
  'storage-failed': row<{ reason: string }>('unavailable'),
};

export type ErrorCode = keyof typeof errors;

/** What is known of a refusal with this code. */
export type Facts<C extends ErrorCode> = (typeof errors)[C] extends Row<infer F> ? F : never;

/** The codes a transition may name: all of them take the same facts. */
export type TransitionErrorCode = {
  [C in ErrorCode]: [WrongStatus, Facts<C>] extends [Facts<C>, WrongStatus] ? C : never;
}[ErrorCode];

/**
 * A refusal: thrown by the engine and at the door, put into words and a status by the surface. Its own message is for
 * whoever debugs.
 */
export class EmulatorError<C extends ErrorCode = ErrorCode> extends Error {
  readonly code: C;
  readonly kind: Kind;
  readonly facts: Facts<C>;

  constructor(code: C, ...given: NoFacts extends Facts<C> ? [] : [Facts<C>]) {
    const facts = (given[0] ?? {}) as Facts<C>;
    super(`${code} ${JSON.stringify(facts)}`);
    this.code = code;
    this.kind = errors[code].kind;
    this.facts = facts;
  }
}
