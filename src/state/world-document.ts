import { type Static, Type } from '@sinclair/typebox';
import { type PaceKey, paceKeys } from './pace.ts';
import { statuses } from './transitions.ts';

/**
 * A world as a document: what a seed is written in, what an export answers with and an import takes, and what a
 * checkpoint keeps. A seed leaves most of it out; an export has all of it, so that a round trip changes nothing.
 */

const strict = { additionalProperties: false } as const;

/** One of several words. */
export const words = <const T extends readonly string[]>(values: T, description?: string) =>
  Type.Unsafe<T[number]>({ type: 'string', enum: [...values], ...(description && { description }) });

const id = (prefix: string, description?: string) =>
  Type.String({
    title: `${prefix}- and 8 to 17 hex digits`,
    pattern: `^${prefix}-[0-9a-f]{8,17}$`,
    ...(description && { description }),
  });

const uuid = (description?: string) =>
  Type.String({
    title: 'a UUID',
    pattern: '^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$',
    ...(description && { description }),
  });

/** Whole seconds or milliseconds, in UTC: what an export writes, and what years a date can have. */
const instant = (description: string) =>
  Type.String({
    title: 'an RFC 3339 instant in UTC',
    pattern: '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}(\\.\\d{1,3})?Z$',
    description: `${description} RFC 3339, in UTC.`,
  });

const positive = (description: string) => Type.Integer({ minimum: 1, maximum: 2 ** 31, description });
const count = (description: string) => Type.Integer({ minimum: 0, maximum: 2 ** 31, description });
const yesOrNo = (description: string) => Type.Boolean({ description });

const due = Type.Optional(
  Type.Object(
    {
      action: Type.Optional(Type.String({ description: 'What happens then. Left out: the usual end.' })),
      at: Type.Optional(instant('When.')),
    },
    { ...strict, description: 'When the transition under way ends. Left out, or without `at`: it is held.' },
  ),
);

const tags = Type.Optional(
  Type.Array(Type.Object({ key: Type.String({ minLength: 1 }), value: Type.String() }, strict), { maxItems: 50 }),
);

const changedBy = Type.Optional(count('The request that caused the last change, by its number in the journal.'));

export const clockSchema = Type.Object(
  {
    mode: words(['system', 'controlled'], 'Whether time is the machine’s, or moves only when told.'),
    now: Type.Optional(instant('Where a controlled clock stands.')),
  },
  strict,
);

const milliseconds = Type.Optional(Type.Integer({ minimum: 0, maximum: 30 * 24 * 3_600_000 }));

export const paceSchema = Type.Object(
  Object.fromEntries(paceKeys.map((key) => [key, milliseconds])) as Record<PaceKey, typeof milliseconds>,
  { ...strict, description: 'Milliseconds per timed transition.' },
);

const account = Type.Object(
  {
    accountId: uuid(),
    name: Type.String({ minLength: 1 }),
    roleArn: Type.Optional(Type.String()),
    createdAt: Type.Optional(instant('Left out: the beginning of the world.')),
  },
  strict,
);

const token = Type.Object(
  {
    accountId: uuid("The organization's own account makes it an organization token."),
    token: Type.Optional(Type.String({ minLength: 1, description: 'The secret: any string. Only its hash is kept.' })),
    secretHash: Type.Optional(Type.String({ pattern: '^[0-9a-f]{64}$', description: 'Its SHA-256, instead.' })),
    tokenId: Type.Optional(uuid()),
    description: Type.Optional(Type.String()),
    readOnly: Type.Optional(yesOrNo('Short for the role that may only read.')),
    roleIds: Type.Optional(Type.Array(uuid())),
    expires: Type.Optional(instant('Left out: never.')),
    expiresInMinutes: Type.Optional(
      Type.Integer({
        minimum: -100 * 366 * 24 * 60,
        maximum: 100 * 366 * 24 * 60,
        description: 'After the beginning of the world; below 0, it has expired already.',
      }),
    ),
    createdAt: Type.Optional(instant('Left out: the beginning of the world.')),
  },
  strict,
);

const rule = Type.Object(
  {
    ruleId: uuid(),
    accountId: uuid(),
    active: Type.Boolean(),
    rule: Type.Unsafe<Record<string, unknown>>({
      type: 'object',
      additionalProperties: true,
      description: 'JsonLogic.',
    }),
  },
  strict,
);

const instance = Type.Object(
  {
    instanceId: id('i'),
    accountId: uuid(),
    availabilityZone: Type.String(),
    agent: yesOrNo("Whether Datafy's agent runs on it."),
    clusterName: Type.Optional(Type.String()),
    nodeGroupName: Type.Optional(Type.String()),
    tags,
    createdAt: Type.Optional(instant('Left out: the beginning of the world.')),
  },
  strict,
);

const attachment = Type.Object(
  {
    instanceId: id('i'),
    deviceName: Type.String(),
    status: Type.Optional(words(statuses.attachment, 'Left out: attached.')),
    due,
    deleteOnTermination: Type.Optional(Type.Boolean()),
    startedAt: Type.Optional(instant('Left out: when the volume was created.')),
    changedBy,
  },
  strict,
);

const modification = Type.Object(
  {
    status: words(statuses.modification),
    due,
    sizeGb: positive('GiB'),
    iops: Type.Optional(positive('Left out: 3000.')),
    throughput: Type.Optional(positive('MiB/s; left out: 125.')),
    expandFilesystem: Type.Optional(Type.Boolean()),
    startedAt: Type.Optional(instant('Left out: when the volume was created.')),
    changedBy,
  },
  strict,
);

const ageMinutes = Type.Optional(
  count('How long before the beginning of the world it came to be, instead of an instant.'),
);

const volume = Type.Object(
  {
    volumeId: id('vol'),
    accountId: uuid(),
    status: words(statuses.volume),
    due,
    sizeGb: positive('GiB'),
    iops: Type.Optional(positive('Left out: 3000.')),
    throughput: Type.Optional(positive('MiB/s; left out: 125.')),
    availabilityZone: Type.String(),
    volumeType: Type.Optional(Type.String({ description: 'Left out: gp3.' })),
    origin: Type.Optional(words(['ebs', 'native', 'snapshot'], 'Left out: ebs, or snapshot with restoredFrom.')),
    restoredFrom: Type.Optional(id('dsnap')),
    replacedBy: Type.Optional(id('vol', 'Of a replaced volume: what took over.')),
    hasSource: Type.Optional(yesOrNo('Left out: whether it is an EBS volume that was not replaced.')),
    encrypted: Type.Optional(Type.Boolean()),
    kmsKeyId: Type.Optional(Type.String()),
    datafyMode: Type.Optional(words(['autoscaling', 'performance', 'autoscaling_performance'])),
    backingVolumeIds: Type.Optional(
      Type.Array(id('vol'), { maxItems: 8, description: 'Left out: as many new ones as backingCount says.' }),
    ),
    backingCount: Type.Optional(Type.Unsafe<2 | 4 | 6 | 8>({ type: 'integer', enum: [2, 4, 6, 8] })),
    boot: Type.Optional(Type.Boolean()),
    fileSystem: Type.Optional(Type.String({ description: 'Left out: ext4.' })),
    tags,
    attachment: Type.Optional(attachment),
    modifications: Type.Optional(Type.Array(modification, { description: 'Oldest first.' })),
    ageMinutes,
    createdAt: Type.Optional(instant('Left out: by ageMinutes, or the beginning of the world.')),
    changedBy,
  },
  strict,
);

const snapshot = Type.Object(
  {
    datafySnapshotId: id('dsnap'),
    accountId: uuid(),
    volumeId: id('vol'),
    status: words(statuses.snapshot),
    due,
    sizeGb: positive('GiB'),
    region: Type.Optional(Type.String({ description: "Left out: the volume's." })),
    encrypted: Type.Optional(Type.Boolean()),
    kmsKeyId: Type.Optional(Type.String()),
    generation: Type.Optional(count('Left out: the next of its volume.')),
    description: Type.Optional(Type.String()),
    tags,
    ebsSnapshots: Type.Array(Type.Object({ snapshotId: id('snap'), volumeId: id('vol') }, strict), { minItems: 1 }),
    ageMinutes,
    startedAt: Type.Optional(instant('Left out: by ageMinutes, or the beginning of the world.')),
    changedBy,
  },
  strict,
);

export const worldDocument = Type.Object(
  {
    organizationId: Type.Optional(uuid('Left out: that of the world it is put in.')),
    ownAccountId: Type.Optional(uuid("The organization's own account; left out: the organization's id.")),
    name: Type.String({ minLength: 1 }),
    createdAt: Type.Optional(instant('The beginning of the world; left out: now.')),
    clock: Type.Optional(clockSchema),
    pace: Type.Optional(paceSchema),
    ids: Type.Optional(
      Type.Object(
        { seed: Type.String({ minLength: 1 }), made: count('How many have been made.') },
        { ...strict, description: 'The stream that ids come from.' },
      ),
    ),
    roleArn: Type.Optional(Type.String({ description: "The organization's own." })),
    accounts: Type.Array(account, { description: 'Its sub-accounts.' }),
    tokens: Type.Array(token),
    failingRoles: Type.Optional(
      Type.Array(Type.Object({ roleArn: Type.String(), reason: Type.String() }, strict), {
        description: "Roles that fail Datafy's permission check, and what it says of them.",
      }),
    ),
    rules: Type.Optional(Type.Array(rule)),
    instances: Type.Array(instance),
    volumes: Type.Array(volume),
    snapshots: Type.Array(snapshot),
  },
  strict,
);

export type WorldDocument = Static<typeof worldDocument>;
/** A document that says which organization it is: a seed. */
export type Seed = WorldDocument & { organizationId: string };
export type AccountDocument = Static<typeof account>;
export type TokenDocument = Static<typeof token>;
export type InstanceDocument = Static<typeof instance>;
export type VolumeDocument = Static<typeof volume>;
export type SnapshotDocument = Static<typeof snapshot>;
export type DueDocument = Static<typeof due>;
