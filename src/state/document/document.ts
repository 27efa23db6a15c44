import { type Static, type TSchema, Type } from '@sinclair/typebox';
import { greatestCount } from '../../ground/ids.ts';
import { greatestSizeGb, volumeTypes } from '../aws/ebs.ts';
import { greatestGeneration } from '../datafy/ebs-snapshots.ts';
import { statuses } from '../engine/transitions.ts';
import { roleId } from '../tenancy/roles.ts';
import {
  ageMinutes,
  changedBy,
  count,
  createdAt,
  due,
  id,
  instant,
  longest,
  name,
  owner,
  positive,
  strict,
  tags,
  text,
  uuid,
  words,
  yesOrNo,
} from './document-fields.ts';
import { clockSchema, type paceSchema, paceSetting } from './time.ts';

/**
 * A world as a document: what a seed is written in, what an export answers with and an import takes, and what a
 * checkpoint keeps. A seed leaves most of it out, and `world-defaults.ts` fills that in; an export has all of it, so
 * that a round trip changes nothing.
 */

const account = Type.Object(
  {
    accountId: Type.Optional(uuid('Left out: made, the same every time.')),
    name: Type.Optional(name('Left out: account-1, account-2, by its place in the list.')),
    roleArn: Type.Optional(text('The AWS role that Datafy uses for it. Left out: none.')),
    createdAt,
  },
  strict,
);

const token = Type.Object(
  {
    accountId: Type.Optional(
      uuid("Left out: the first account. The organization's own makes it an organization token."),
    ),
    token: Type.Optional(name('The secret: any string. Only its hash is kept.')),
    secretHash: Type.Optional(
      Type.String({
        title: 'a SHA-256 in 64 hex digits',
        pattern: '^[0-9a-f]{64}$',
        description: 'The SHA-256 of the secret, instead of the secret.',
      }),
    ),
    tokenId: Type.Optional(uuid('Left out: made, the same every time.')),
    description: Type.Optional(text('What it is for.')),
    readOnly: Type.Optional(yesOrNo('Whether it may only read. Left out: it may do everything.')),
    roleIds: Type.Optional(Type.Array(roleId('A role.'), { description: 'Its roles, instead of readOnly.' })),
    expires: Type.Optional(instant('Left out: never.')),
    expiresInMinutes: Type.Optional(
      Type.Integer({
        minimum: -longest,
        maximum: longest,
        description: 'After the beginning of the world, instead of an instant; below 0, it has expired already.',
      }),
    ),
    createdAt,
  },
  strict,
);

const failingRole = Type.Object(
  { roleArn: text('The role.'), reason: text('What the permission check says of it.') },
  strict,
);

const rule = Type.Object(
  {
    ruleId: Type.Optional(uuid('Left out: made, the same every time.')),
    accountId: owner,
    active: Type.Optional(yesOrNo('Left out: yes.')),
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
    instanceId: Type.Optional(id('i', 'Left out: made, the same every time.')),
    accountId: owner,
    availabilityZone: Type.Optional(text('Left out: us-east-1a.')),
    agent: Type.Optional(yesOrNo("Whether Datafy's agent runs on it. Left out: yes.")),
    clusterName: Type.Optional(name('The Kubernetes cluster that it is of.', 256)),
    nodeGroupName: Type.Optional(name('The node group that it is of.', 256)),
    tags,
    createdAt,
  },
  strict,
);

const attachment = Type.Object(
  {
    instanceId: id('i', 'An instance of the same account, in the same zone.'),
    deviceName: text('Such as /dev/sdf; one volume per device.'),
    status: Type.Optional(words(statuses.attachment, 'Left out: attached.')),
    due,
    deleteOnTermination: Type.Optional(yesOrNo('Whether the volume goes with the instance. Left out: no.')),
    startedAt: Type.Optional(instant('Left out: when the volume was created.')),
    changedBy,
  },
  { ...strict, description: 'Where it is. Left out: on no instance.' },
);

const modification = Type.Object(
  {
    status: words(statuses.modification, 'At most one of a volume is modifying.'),
    due,
    sizeGb: positive('GiB'),
    iops: Type.Optional(positive('Left out: as the volume has.')),
    throughput: Type.Optional(positive('MiB/s. Left out: as the volume has.')),
    expandFilesystem: Type.Optional(yesOrNo('Left out: no.')),
    startedAt: Type.Optional(instant('Left out: when the volume was created.')),
    changedBy,
  },
  strict,
);

const volume = Type.Object(
  {
    volumeId: Type.Optional(id('vol', 'Left out: made, the same every time.')),
    accountId: Type.Optional(uuid("Left out: its instance's, or the first account's.")),
    status: Type.Optional(words(statuses.volume, 'Left out: managed.')),
    due,
    sizeGb: positive('GiB'),
    iops: Type.Optional(positive('Left out: 3000, or so many for each of an array.')),
    throughput: Type.Optional(positive('MiB/s. Left out: 125, or so many for each of an array.')),
    availabilityZone: Type.Optional(text("Left out: its instance's, or us-east-1a.")),
    volumeType: Type.Optional(words(volumeTypes, 'Left out: gp3. The limits of its type hold.')),
    origin: Type.Optional(
      words(['ebs', 'native', 'snapshot'], 'What it was made as. Left out: ebs, or snapshot with restoredFrom.'),
    ),
    restoredFrom: Type.Optional(id('dsnap', 'The snapshot that it was made from.')),
    replacedBy: Type.Optional(id('vol', 'Of a replaced volume: what took over.')),
    hasSource: Type.Optional(
      yesOrNo('Whether its EBS volume is still there. Left out: if its origin is ebs and it was not replaced.'),
    ),
    encrypted: Type.Optional(yesOrNo('Left out: no.')),
    kmsKeyId: Type.Optional(text('The key that it is encrypted with.')),
    datafyMode: Type.Optional(
      words(['autoscaling', 'performance', 'autoscaling_performance'], 'Left out: autoscaling.'),
    ),
    backingVolumeIds: Type.Optional(
      Type.Array(id('vol', 'An EBS volume behind it.'), {
        maxItems: 8,
        description: 'The EBS volumes behind it. Left out: made, as many as backingCount says.',
      }),
    ),
    backingCount: Type.Optional(
      Type.Unsafe<2 | 4 | 6 | 8>({
        type: 'integer',
        enum: [2, 4, 6, 8],
        description: 'How many EBS volumes are behind it. Left out: as many as are named, or 2, or an array of 4.',
      }),
    ),
    boot: Type.Optional(yesOrNo('Whether its instance starts from it. Left out: no.')),
    fileSystem: Type.Optional(name('Left out: ext4.', 64)),
    tags,
    attachment: Type.Optional(attachment),
    modifications: Type.Optional(Type.Array(modification, { description: 'Changes of its size, oldest first.' })),
    ageMinutes,
    createdAt: Type.Optional(instant('Left out: by ageMinutes, or the beginning of the world.')),
    changedBy,
  },
  strict,
);

const ebsSnapshot = Type.Object(
  { snapshotId: id('snap', 'Its id.'), volumeId: id('vol', 'The EBS volume that it is of.') },
  strict,
);

const snapshot = Type.Object(
  {
    datafySnapshotId: Type.Optional(id('dsnap', 'Left out: made, the same every time.')),
    accountId: Type.Optional(uuid("Left out: its volume's.")),
    volumeId: id('vol', 'What it is of. The volume may be gone.'),
    status: Type.Optional(words(statuses.snapshot, 'Left out: completed.')),
    due,
    sizeGb: Type.Optional(positive("GiB. Left out: the volume's.", greatestSizeGb)),
    region: Type.Optional(text("Left out: the volume's.")),
    encrypted: Type.Optional(yesOrNo("Left out: the volume's.")),
    kmsKeyId: Type.Optional(text("Left out: the volume's.")),
    generation: Type.Optional(
      count(greatestGeneration, 'Counts the snapshots of a volume. Left out: the next of its volume.'),
    ),
    description: Type.Optional(text('Left out: empty.')),
    tags,
    ebsSnapshots: Type.Optional(
      Type.Array(ebsSnapshot, { description: 'Left out: made, one per EBS volume behind its volume.' }),
    ),
    ageMinutes,
    startedAt: Type.Optional(instant('Left out: by ageMinutes, or the beginning of the world.')),
    changedBy,
  },
  strict,
);

const many = <T extends TSchema>(items: T, description: string) => Type.Optional(Type.Array(items, { description }));

export const worldDocument = Type.Object(
  {
    $schema: Type.Optional(text('Where the schema of seed files is, for an editor. It says nothing else.')),
    organizationId: Type.Optional(uuid('Left out: that of the world it is put in.')),
    ownAccountId: Type.Optional(uuid("The organization's own account. Left out: the organization's id.")),
    name: Type.Optional(name('Left out: organization.')),
    createdAt: Type.Optional(instant('The beginning of the world. Left out: now.')),
    clock: Type.Optional(clockSchema),
    pace: Type.Optional(paceSetting),
    ids: Type.Optional(
      Type.Object(
        { seed: name('Any text.'), made: count(greatestCount, 'How many have been made.') },
        { ...strict, description: 'The stream that new ids come from. The same seed gives the same ids.' },
      ),
    ),
    roleArn: Type.Optional(text("The organization's own.")),
    accounts: many(account, 'Its sub-accounts. Left out: one.'),
    tokens: many(token, 'Left out: organization-token, and account-token for the first account.'),
    failingRoles: many(failingRole, "Roles that fail Datafy's permission check."),
    rules: many(rule, 'Autoscaling rules. They do not act on what the document holds.'),
    instances: many(instance, 'EC2 instances.'),
    volumes: many(volume, 'EBS volumes, autoscaled by Datafy or not.'),
    snapshots: many(snapshot, 'Datafy snapshots.'),
  },
  // An empty body, or an empty file, is a mistake rather than a world.
  { ...strict, minProperties: 1 },
);

type Complete<T, K extends keyof T> = Omit<T, K> & { [P in K]-?: NonNullable<T[P]> };

/** A document as somebody writes it. */
export type SeedDocument = Static<typeof worldDocument>;
export type AccountDocument = Complete<Static<typeof account>, 'accountId' | 'name'>;
export type TokenDocument = Complete<Static<typeof token>, 'accountId'>;
export type RuleDocument = Complete<Static<typeof rule>, 'ruleId' | 'accountId' | 'active'>;
export type InstanceDocument = Complete<
  Static<typeof instance>,
  'instanceId' | 'accountId' | 'availabilityZone' | 'agent'
>;
export type VolumeDocument = Complete<Static<typeof volume>, 'volumeId' | 'accountId' | 'status' | 'availabilityZone'>;
export type SnapshotDocument = Complete<
  Static<typeof snapshot>,
  'datafySnapshotId' | 'accountId' | 'status' | 'sizeGb' | 'ebsSnapshots'
>;
export type DueDocument = Static<typeof due>;

/** A document with all that its parts need to find each other: what an export has, and a filled-in seed. */
export interface WorldDocument
  extends Omit<
    SeedDocument,
    'name' | 'pace' | 'accounts' | 'tokens' | 'rules' | 'instances' | 'volumes' | 'snapshots'
  > {
  name: string;
  pace?: Static<typeof paceSchema>;
  accounts: AccountDocument[];
  tokens: TokenDocument[];
  rules?: RuleDocument[];
  instances: InstanceDocument[];
  volumes: VolumeDocument[];
  snapshots: SnapshotDocument[];
}

/** A document that says which organization it is: a seed that ships with the emulator. */
export type Seed = WorldDocument & { organizationId: string };
