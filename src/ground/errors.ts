import { formatInstant, type Instant } from './clock.ts';

/**
 * Everything a caller can be refused for: a stable code, what kind of refusal it is, and the sentence.
 *
 * The kind decides the HTTP status, surface by surface (`render-error.ts`). A sentence names the thing, the
 * state it is in, and what was expected: clients show it to their users as it is.
 */
type Kind =
  | 'forbidden'
  | 'unauthorized'
  | 'invalid'
  | 'missing'
  | 'disallowed'
  | 'conflict'
  | 'unsupported'
  | 'unavailable';

const list = (items: readonly string[], last: string) =>
  items.length < 2 ? items.join() : `${items.slice(0, -1).join(', ')} ${last} ${items.at(-1)}`;

interface WrongStatus {
  /** The thing with its id, and the state it is in, such as `Volume vol-… is replaced`. */
  situation: string;
  /** What the caller wanted to do with it. */
  action: string;
  expected: readonly string[];
  hint?: string;
}

const wrongStatus = ({ situation, action, expected, hint }: WrongStatus) => {
  const needs = expected[0] === 'absent' ? '' : `; ${action} needs it to be ${list(expected, 'or')}`;
  return `${situation}${needs}${hint ? `: ${hint}` : ''}`;
};

const range = (d: { field: string; value: number; minimum: number; maximum: number; unit: string }) =>
  `${d.field} is ${d.value}: it must be from ${d.minimum} to ${d.maximum} ${d.unit}`;

const row = <D>(kind: Kind, message: (details: D) => string) => ({ kind, message });

export const errors = {
  // Where a request is sent, and from which page
  'target-not-a-path': row(
    'invalid',
    () => 'The target of the request is no path: this is no proxy, send the path alone, which begins with /',
  ),
  'host-malformed': row(
    'invalid',
    // It is not quoted: a name and a password may stand in it.
    (d: { problem: string }) =>
      `The request must have one Host header, with a name or an address and maybe a port: ${d.problem}`,
  ),
  'host-not-allowed': row(
    'forbidden',
    (d: { name: string }) =>
      `The request was sent to the host ${d.name}, which could be any web site's name for this machine: ` +
      `if it is yours, start the emulator with --allowed-host ${d.name}`,
  ),
  'origin-not-allowed': row(
    'forbidden',
    (d: { origin: string }) =>
      `The request comes from a page of ${JSON.stringify(d.origin)}, and only a page of the emulator's own may make it: ` +
      'send it without an Origin header',
  ),
  'site-not-allowed': row(
    'forbidden',
    (d: { site: string }) =>
      `The request comes from a page of another site (Sec-Fetch-Site: ${d.site}), and only a page of the emulator's own may make it`,
  ),

  // Who is calling, and for which account
  'authorization-missing': row(
    'unauthorized',
    () => 'The Authorization header is missing: send "Authorization: Bearer <token>"',
  ),
  'authorization-malformed': row(
    'unauthorized',
    () => 'The Authorization header is not of the form "Bearer <token>", with one token and nothing after it',
  ),
  'token-unknown': row(
    'unauthorized',
    () => 'The token is not valid: it is unknown, or was deleted. Tokens are per environment: use one of this emulator',
  ),
  'token-expired': row(
    'unauthorized',
    (d: { expiredAt: Instant }) => `The token expired at ${formatInstant(d.expiredAt)}: create a new one`,
  ),
  'token-read-only': row(
    'unauthorized',
    () => 'The token is read-only, and this call changes something: use a token with the Admin role',
  ),
  'account-not-allowed': row(
    'unauthorized',
    (d: { accountIds: readonly string[] }) =>
      `The token may not act for account ${list(d.accountIds, 'and')}: an account token acts for its own account, ` +
      'an organization token for the accounts of its organization',
  ),
  'accounts-required': row(
    'invalid',
    () =>
      'An organization token must say which accounts to list: add ?accounts=<sub-account-id>, several of them separated by commas, or ?accounts=all',
  ),

  'control-token-wrong': row(
    'unauthorized',
    () =>
      'The control surface needs its own token, the one given by --control-token: send "Authorization: Bearer <it>"',
  ),
  'organization-token-required': row(
    'unauthorized',
    () => 'Only an organization token may create or delete accounts: the token belongs to a sub-account',
  ),

  // The request itself
  'request-invalid': row('invalid', (d: { problems: string }) => d.problems),
  'json-invalid': row('invalid', (d: { problem: string }) => `The body is not valid JSON: ${d.problem}`),
  'content-type-unsupported': row(
    'invalid',
    (d: { contentType: string }) =>
      `The body's Content-Type is "${d.contentType}": send JSON, with "Content-Type: application/json" or none at all`,
  ),
  'content-encoding-unsupported': row(
    'unsupported',
    (d: { contentEncoding: string }) =>
      `The body's Content-Encoding is "${d.contentEncoding}": send it as it is, without compressing it`,
  ),
  'size-contradictory': row(
    'invalid',
    (d: { upper: unknown; lower: unknown }) =>
      `body/volumeSizeGb is ${JSON.stringify(d.lower)} and body/volumeSizeGB is ${JSON.stringify(d.upper)}: ` +
      'they are two spellings of one field, so send one of them',
  ),
  'field-internal': row(
    'invalid',
    (d: { field: string }) => `${d.field} is read-only and for Datafy's internal use: leave it out`,
  ),
  'tags-invalid': row('invalid', (d: { path: string; problem: string }) => `${d.path} ${d.problem}`),
  'availability-zone-invalid': row(
    'invalid',
    (d: { field: string; availabilityZone: string }) =>
      `${d.field} "${d.availabilityZone}" is not an availability zone: it looks like us-east-1a`,
  ),
  'device-name-invalid': row(
    'invalid',
    (d: { field: string; deviceName: string }) =>
      `${d.field} "${d.deviceName}" is not a device name: use /dev/sd[a-z] or /dev/xvd[a-z], with up to two more characters`,
  ),
  'filter-invalid': row(
    'invalid',
    (d: { parameter: string; value: string; known: readonly string[] }) =>
      `querystring/${d.parameter} has "${d.value}": it must be ${list(d.known, 'or')}; several are separated by commas`,
  ),
  'snapshot-set-invalid': row('invalid', (d: { problem: string }) => d.problem),
  'region-mismatch': row(
    'invalid',
    (d: { snapshotId: string; snapshotRegion: string; region: string; field: string }) =>
      `Snapshot ${d.snapshotId} is in region ${d.snapshotRegion}, but ${d.field} is in ${d.region}: a snapshot is restored in its own region`,
  ),

  // EBS limits
  'size-out-of-range': row('invalid', range),
  'iops-out-of-range': row('invalid', range),
  'throughput-out-of-range': row('invalid', range),
  'iops-ratio-exceeded': row(
    'invalid',
    (d: { field: string; iops: number; sizeGb: number; maximum: number }) =>
      `${d.field} ${d.iops} is too much for ${d.sizeGb} GiB: gp3 has at most 500 IOPS per GiB, here ${d.maximum}`,
  ),
  'throughput-ratio-exceeded': row(
    'invalid',
    // Either may be the one that was sent, while the other stays as it is.
    (d: { field: string; throughput: number; iopsField: string; iops: number; maximum: number }) =>
      `${d.field} ${d.throughput} MiB/s is too much for ${d.iopsField} ${d.iops}: gp3 has at most 0.25 MiB/s per IOPS, here ${d.maximum}`,
  ),
  'size-below-snapshot': row(
    'invalid',
    (d: { field: string; snapshotId: string; snapshotSizeGb: number; sizeGb: number }) =>
      `${d.field} ${d.sizeGb} GiB is less than the ${d.snapshotSizeGb} GiB of snapshot ${d.snapshotId}: leave it out, or ask for more`,
  ),
  'disk-size-missing': row(
    'invalid',
    (d: { field: string }) => `${d.field} is missing or 0: a new volume needs a size`,
  ),
  'kms-key-without-encryption': row(
    'invalid',
    () => 'kmsKeyId is given, but encrypted is not true: a key is for an encrypted volume',
  ),
  'array-size-invalid': row('invalid', (d: { field: string; problem: string }) => `${d.field} ${d.problem}`),
  'array-contradictory': row(
    'invalid',
    (d: Record<'first' | 'second', { field: string; value: unknown }>) =>
      `${d.first.field} is ${JSON.stringify(d.first.value)} and ${d.second.field} is ${JSON.stringify(d.second.value)}: ` +
      'they contradict each other, so send one of them',
  ),
  'volume-mode-missing': row(
    'invalid',
    (d: { fields: readonly string[] }) =>
      `Neither ${d.fields.join(' nor ')} is true: a volume of Datafy's has one of them, or both`,
  ),
  'array-size-fixed': row(
    'invalid',
    (d: { field: string; volumeId: string; current: number; wanted: number }) =>
      `${d.field} ${d.wanted} is not what volume ${d.volumeId} was made with, ${d.current}: it cannot be changed`,
  ),
  'nothing-to-modify': row(
    'invalid',
    (d: { fields: readonly string[] }) => `The body changes nothing: give ${list(d.fields, 'or')}, and not 0`,
  ),
  'role-arn-invalid': row(
    'invalid',
    (d: { field: string; roleArn: string }) =>
      `${d.field} "${d.roleArn}" is not the ARN of an IAM role: it looks like arn:aws:iam::123456789012:role/name`,
  ),
  'role-check-failed': row(
    'invalid',
    (d: { roleArn: string; reason: string }) =>
      `Role ${d.roleArn} failed the permission check: ${d.reason}. Mend the role, or send "skipValidation": true`,
  ),
  'fault-idle': row('invalid', (d: { problem: string }) => `The fault would do nothing: ${d.problem}`),
  'world-invalid': row('invalid', (d: { problem: string }) => `The world cannot be put in place: ${d.problem}`),
  'clock-backwards': row(
    'conflict',
    (d: { now: Instant; wanted: Instant }) =>
      `The clock stands at ${formatInstant(d.now)}, and moves forward only: ${formatInstant(d.wanted)} is before that`,
  ),
  'clock-too-far': row('conflict', (d: { latest: Instant }) => `The clock goes as far as ${formatInstant(d.latest)}`),
  'clock-not-controlled': row(
    'conflict',
    () => 'The clock of this world is the system\'s: send PUT …/clock {"mode": "controlled"} first',
  ),
  'organization-is-default': row('conflict', () => 'The default organization cannot be deleted; it can be reset'),
  'rule-invalid': row('invalid', (d: { problem: string }) => d.problem),
  // In the words that Datafy's clients know.
  'volume-not-attached': row('invalid', () => 'volume is not attached to any instance'),
  'size-not-larger': row(
    'invalid',
    (d: { field: string; volumeId: string; current: number; wanted: number }) =>
      `Volume ${d.volumeId} is ${d.current} GiB; ${d.field} ${d.wanted} must be larger than that`,
  ),

  // What is not there (for this account)
  'volume-not-found': row(
    'missing',
    (d: { volumeId: string; accountId: string; hint?: string }) =>
      `There is no volume ${d.volumeId} in account ${d.accountId}${d.hint ? `: ${d.hint}` : ''}`,
  ),
  'snapshot-not-found': row(
    'missing',
    (d: { snapshotId: string; accountId: string; hint?: string }) =>
      `There is no snapshot ${d.snapshotId} in account ${d.accountId}${d.hint ? `: ${d.hint}` : ''}`,
  ),
  'instance-not-found': row(
    'missing',
    (d: { instanceId: string; accountId: string }) => `There is no instance ${d.instanceId} in account ${d.accountId}`,
  ),
  'account-not-found': row('missing', (d: { accountId: string }) => `There is no account ${d.accountId}`),
  'organization-not-found': row(
    'missing',
    (d: { organizationId: string }) => `There is no organization ${d.organizationId}`,
  ),
  'fault-not-found': row('missing', (d: { faultId: string }) => `There is no fault ${d.faultId}`),
  'organization-gone': row('missing', () => 'The organization was deleted while the call was under way'),
  'checkpoint-not-found': row(
    'missing',
    (d: { name: string; known: readonly string[] }) =>
      `There is no checkpoint "${d.name}"${d.known.length > 0 ? `: there are ${list(d.known, 'and')}` : ''}`,
  ),
  'token-not-found': row(
    'missing',
    (d: { tokenId: string; accountId: string }) => `There is no token ${d.tokenId} in account ${d.accountId}`,
  ),
  'role-arn-not-found': row('missing', (d: { accountId: string }) => `Account ${d.accountId} has no role ARN`),
  'rule-not-found': row(
    'missing',
    (d: { ruleId: string; accountId: string }) => `There is no autoscaling rule ${d.ruleId} in account ${d.accountId}`,
  ),
  'call-not-found': row(
    'missing',
    (d: { method: string; path: string; gap: boolean; page: string; document: string }) =>
      `There is no call ${d.method} ${d.path}${d.gap ? ' (is an id in the path empty?)' : ''}; ${d.page} shows the calls there are, ${d.document} lists them`,
  ),
  'method-not-allowed': row(
    'disallowed',
    (d: { method: string; path: string; methods: readonly string[] }) =>
      `There is no call ${d.method} ${d.path}: that path takes ${list(d.methods, 'or')}`,
  ),

  // What its state does not allow
  'volume-not-absent': row('conflict', wrongStatus),
  'volume-not-creating': row('conflict', wrongStatus),
  'volume-not-ordinary': row('conflict', wrongStatus),
  'volume-not-activating': row('conflict', wrongStatus),
  'volume-not-managed': row('conflict', wrongStatus),
  'volume-not-deactivating': row('conflict', wrongStatus),
  'volume-not-available': row('conflict', wrongStatus),
  'volume-already-attached': row('conflict', wrongStatus),
  'volume-attached': row('conflict', wrongStatus),
  'volume-id-taken': row(
    'conflict',
    (d: { volumeId: string; holder: string }) => `volumeId ${d.volumeId} is taken: it is ${d.holder}`,
  ),
  'instance-id-taken': row(
    'conflict',
    (d: { instanceId: string; accountId: string }) =>
      `instanceId ${d.instanceId} is taken: it is an instance of account ${d.accountId}`,
  ),
  'modification-in-progress': row('conflict', wrongStatus),
  'modification-ended': row('conflict', wrongStatus),
  'snapshot-not-absent': row('conflict', wrongStatus),
  'snapshot-ended': row('conflict', wrongStatus),
  'snapshot-not-completed': row('conflict', wrongStatus),
  'attachment-not-attaching': row('conflict', wrongStatus),
  'attachment-not-detaching': row('conflict', wrongStatus),
  'attached-elsewhere': row(
    'conflict',
    (d: { volumeId: string; instanceId: string; wanted: string }) =>
      `Volume ${d.volumeId} is on instance ${d.instanceId}, not on ${d.wanted}`,
  ),
  'account-owns-volumes': row(
    'conflict',
    (d: { accountId: string; count: number }) =>
      `Account ${d.accountId} still owns ${d.count} autoscaling volume${d.count === 1 ? '' : 's'}: ` +
      'switch autoscaling off on each, with POST /api/v1/volumes/{volumeId}/deactivate-autoscaling, and delete it then',
  ),
  'account-is-organization': row(
    'conflict',
    (d: { accountId: string }) => `Account ${d.accountId} is the organization's own: only sub-accounts can be deleted`,
  ),
  'attachment-in-transition': row('conflict', wrongStatus),
  'generations-exhausted': row(
    'conflict',
    (d: { volumeId: string; last: number }) =>
      `Volume ${d.volumeId} has a snapshot of generation ${d.last}, and no generation comes after that`,
  ),
  'volume-too-large': row(
    'conflict',
    (d: { volumeId: string; sizeGb: number; maximum: number }) =>
      `Volume ${d.volumeId} has ${d.sizeGb} GiB, and the one EBS volume that would take over can have ${d.maximum} at most`,
  ),
  'volume-unsupported': row(
    'conflict',
    (d: { volumeId: string; reason: string }) => `Volume ${d.volumeId} cannot be autoscaled: ${d.reason}`,
  ),
  'instance-without-agent': row(
    'conflict',
    (d: { instanceId: string }) =>
      `Instance ${d.instanceId} runs no Datafy agent, and an autoscaling volume needs one: install it, or use another instance`,
  ),
  'availability-zone-mismatch': row(
    'conflict',
    (d: { volumeId: string; volumeZone: string; instanceId: string; instanceZone: string }) =>
      `Volume ${d.volumeId} is in ${d.volumeZone} and instance ${d.instanceId} in ${d.instanceZone}: both must be in one availability zone`,
  ),
  'device-in-use': row(
    'conflict',
    (d: { deviceName: string; instanceId: string; occupant: { volumeId: string; deviceName: string } }) => {
      const alias = d.occupant.deviceName === d.deviceName ? '' : `, which is there as ${d.occupant.deviceName}`;
      return `Device ${d.deviceName} of instance ${d.instanceId} is in use by volume ${d.occupant.volumeId}${alias}: choose another deviceName`;
    },
  ),
  'filesystem-without-instance': row(
    'conflict',
    (d: { volumeId: string }) =>
      `Volume ${d.volumeId} is not attached to any instance, so there is no file system to expand: attach it first, or leave expandFilesystem out`,
  ),

  // The machine that it runs on
  'storage-failed': row(
    'unavailable',
    (d: { reason: string }) =>
      `The database could not be read or written (${d.reason}): this call has changed nothing. Look at the emulator's disk, then send the call again`,
  ),
};

export type ErrorCode = keyof typeof errors;
/** The codes a transition may name: all of them take the same details. */
export type TransitionErrorCode = {
  [C in ErrorCode]: unknown extends Details<C>
    ? never
    : [WrongStatus, Details<C>] extends [Details<C>, WrongStatus]
      ? C
      : never;
}[ErrorCode];
type Details<C extends ErrorCode> = Parameters<(typeof errors)[C]['message']>[0];

/** A refusal: thrown by the engine, rendered at the door. It never carries an HTTP status. */
export class EmulatorError<C extends ErrorCode = ErrorCode> extends Error {
  readonly code: C;
  readonly kind: Kind;

  constructor(code: C, ...details: unknown extends Details<C> ? [] : [Details<C>]) {
    const { kind, message } = errors[code] as { kind: Kind; message: (details: unknown) => string };
    super(message(details[0]));
    this.code = code;
    this.kind = kind;
  }
}
