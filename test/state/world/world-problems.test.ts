import { Ajv } from 'ajv';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { controlledClock, parseInstant } from '../../../src/ground/clock.ts';
import { EmulatorError } from '../../../src/ground/errors.ts';
import { fillWorld } from '../../../src/state/document/defaults.ts';
import { type SeedDocument, worldDocument } from '../../../src/state/document/document.ts';
import { findProblems } from '../../../src/state/document/problems.ts';
import { createState } from '../../../src/state/index.ts';
import { defaultSeed } from '../../../src/state/seeds/default.ts';
import { openDatabase } from '../../../src/state/storage/database.ts';
import { sentenceOf } from '../../../src/words/index.ts';
import { beginning } from '../../support/world.ts';

const [one, two] = ['11111111-0000-4000-8000-000000000001', '11111111-0000-4000-8000-000000000002'];
const nowhere = '99999999-8888-4777-8666-555555555555';
const roleArn = 'arn:aws:iam::123456789012:role/datafy';

/** A world with one of everything, in which nothing is wrong. */
function sound() {
  return {
    organizationId: '10000000-0000-4000-8000-000000000000',
    clock: { mode: 'controlled', now: '2026-01-01T00:00:00Z' },
    accounts: [{ accountId: one, roleArn }, { accountId: two }],
    tokens: [
      { token: 'first', accountId: one },
      { token: 'second', accountId: two, tokenId: '11111111-0000-4000-8000-00000000000a' },
    ],
    failingRoles: [{ roleArn, reason: 'none' }],
    rules: [
      {
        ruleId: '11111111-0000-4000-8000-00000000000b',
        accountId: one,
        rule: { and: [{ in: [{ var: 'cluster_name' }, ['a']] }] },
      },
    ],
    instances: [
      { instanceId: 'i-00000001', accountId: one, availabilityZone: 'us-east-1a', tags: [{ key: 'Name', value: 'a' }] },
      { instanceId: 'i-00000002', accountId: two, availabilityZone: 'us-east-1a' },
    ],
    volumes: [
      {
        volumeId: 'vol-00000001',
        accountId: one,
        status: 'managed',
        sizeGb: 100,
        availabilityZone: 'us-east-1a',
        backingVolumeIds: ['vol-0000001a', 'vol-0000001b'],
        attachment: { instanceId: 'i-00000001', deviceName: '/dev/sdf' },
        modifications: [
          { status: 'completed', sizeGb: 90 },
          { status: 'modifying', sizeGb: 200 },
        ],
        tags: [{ key: 'Name', value: 'a' }],
      },
      { volumeId: 'vol-00000002', accountId: one, status: 'creating', sizeGb: 100, origin: 'native' },
      { volumeId: 'vol-00000003', accountId: one, status: 'replaced', sizeGb: 10, replacedBy: 'vol-00000004' },
      {
        volumeId: 'vol-00000004',
        accountId: one,
        status: 'ordinary',
        sizeGb: 10,
        attachment: { instanceId: 'i-00000001', deviceName: '/dev/sdg' },
      },
      { volumeId: 'vol-00000005', accountId: two, sizeGb: 100, restoredFrom: 'dsnap-00000001' },
      { volumeId: 'vol-00000006', accountId: one, sizeGb: 100, datafyMode: 'performance', backingCount: 6 },
    ],
    snapshots: [
      { datafySnapshotId: 'dsnap-00000001', accountId: one, volumeId: 'vol-00000001', generation: 0 },
      { datafySnapshotId: 'dsnap-00000002', accountId: one, volumeId: 'vol-00000001', status: 'pending' },
      {
        datafySnapshotId: 'dsnap-00000003',
        accountId: one,
        volumeId: 'vol-000000ff',
        sizeGb: 5,
        region: 'us-east-1',
        ebsSnapshots: [{ snapshotId: 'snap-00000001', volumeId: 'vol-000000fa' }],
      },
    ],
    // biome-ignore lint/suspicious/noExplicitAny: it is broken here on purpose
  } satisfies SeedDocument as any;
}

const clock = () => controlledClock(beginning);

/** What the engine says when the document is put in place; undefined where it says nothing. */
function refusalOf(document: SeedDocument): string | undefined {
  const db = openDatabase(':memory:');
  try {
    createState(db, clock()).control.create(document);
    return undefined;
  } catch (error) {
    if (!(error instanceof EmulatorError)) throw error;
    return `${error.code}: ${sentenceOf(error)}`;
  } finally {
    db.close();
  }
}

const problemsOf = (document: SeedDocument) => findProblems(fillWorld(document));

// biome-ignore lint/suspicious/noExplicitAny: it is broken here on purpose
type Break = (document: any) => unknown;
const tag = (key: string, value = '') => ({ key, value });

/** What is broken, and the one sentence that says so. The sentence begins with the path of the problem. */
const broken: [string, Break, string][] = [
  // Time, and the organization itself
  [
    'a clock that stands too far',
    (d) => (d.clock.now = '9000-01-02T00:00:00Z'),
    'clock/now 9000-01-02T00:00:00Z is out of reach: a clock goes from 1000-01-01T00:00:00.000Z to 9000-01-01T00:00:00.000Z',
  ],
  [
    'a clock that stands too early for what is older',
    (d) => (d.clock.now = '0999-12-31T23:59:59Z'),
    'clock/now 0999-12-31T23:59:59Z is out of reach: a clock goes from 1000-01-01T00:00:00.000Z to 9000-01-01T00:00:00.000Z',
  ],
  [
    'a token that expires before there are dates',
    (d) => Object.assign(d.tokens[0], { createdAt: '0000-01-01T00:00:00Z', expiresInMinutes: -1 }),
    'tokens/0/expiresInMinutes is -1: no date is so far from 0000-01-01T00:00:00Z',
  ],
  [
    'a token that expires after there are dates',
    (d) => Object.assign(d.tokens[0], { createdAt: '9999-12-31T23:59:59Z', expiresInMinutes: 1 }),
    'tokens/0/expiresInMinutes is 1: no date is so far from 9999-12-31T23:59:59Z',
  ],
  [
    'an ordinary volume with volumes behind it',
    (d) => (d.volumes[3].backingVolumeIds = ['vol-0000002a', 'vol-0000002b']),
    'volumes/3/backingVolumeIds are for a volume that is creating, managed or deactivating, not ordinary: leave them out',
  ],
  [
    'an activating volume with volumes behind it',
    (d) => Object.assign(d.volumes[4], { status: 'activating', backingVolumeIds: ['vol-0000002a', 'vol-0000002b'] }),
    'volumes/4/backingVolumeIds are for a volume that is creating, managed or deactivating, not activating: leave them out',
  ],
  [
    'a replaced volume with volumes behind it',
    (d) => (d.volumes[2].backingVolumeIds = ['vol-0000002a', 'vol-0000002b']),
    'volumes/2/backingVolumeIds are for a volume that is creating, managed or deactivating, not replaced: leave them out',
  ],
  [
    'a managed volume with nothing behind it',
    (d) => (d.volumes[0].backingVolumeIds = []),
    'volumes/0/backingVolumeIds are none: a volume that is managed has EBS volumes behind it',
  ],
  [
    'a creating volume with nothing behind it',
    (d) => (d.volumes[1].backingVolumeIds = []),
    'volumes/1/backingVolumeIds are none: a volume that is creating has EBS volumes behind it',
  ],
  [
    'an ordinary volume with an array',
    (d) => Object.assign(d.volumes[3], { datafyMode: 'performance' }),
    'volumes/3/datafyMode is performance: a volume that is ordinary has no array',
  ],
  [
    'an array of three',
    (d) => {
      d.volumes[5].backingCount = undefined;
      d.volumes[5].backingVolumeIds = ['vol-0000002a', 'vol-0000002b', 'vol-0000002c'];
    },
    'volumes/5/backingVolumeIds are 3: a volume of mode performance has 4, 6 or 8 behind it',
  ],
  [
    'a deactivating volume that no one volume can take over from',
    (d) => Object.assign(d.volumes[5], { status: 'deactivating', sizeGb: 65_537 }),
    'volumes/5/sizeGb is 65537: a volume that is deactivating is at most as large as one gp3 volume can be, 65536 GiB',
  ],
  [
    'a snapshot after the last generation',
    (d) => {
      d.snapshots[0].generation = 2 ** 31;
    },
    'snapshots/1/generation would be 2147483649: the last that a volume can have is 2147483648',
  ],
  [
    'a role of the organization that is none',
    (d) => (d.roleArn = 'admin'),
    'roleArn "admin" is not the ARN of an IAM role: it looks like arn:aws:iam::123456789012:role/name',
  ],
  // Accounts and tokens
  [
    'an account of the id of the organization',
    (d) => d.accounts.push({ accountId: d.organizationId }),
    'accounts/2/accountId 10000000-0000-4000-8000-000000000000 is taken: body/ownAccountId has it',
  ],
  [
    'two accounts of one id',
    (d) => d.accounts.push({ accountId: two }),
    `accounts/2/accountId ${two} is taken: body/accounts/1/accountId has it`,
  ],
  [
    'a role that is none',
    (d) => (d.accounts[0].roleArn = 'arn:aws:iam::1:role/x'),
    'accounts/0/roleArn "arn:aws:iam::1:role/x" is not the ARN of an IAM role: it looks like arn:aws:iam::123456789012:role/name',
  ],
  [
    'two failing roles of one ARN',
    (d) => d.failingRoles.push(d.failingRoles[0]),
    `failingRoles/1/roleArn ${roleArn} is taken: body/failingRoles/0/roleArn has it`,
  ],
  ['a token without a secret', (d) => delete d.tokens[0].token, 'tokens/0 has no secret: give it token or secretHash'],
  [
    'a token with two secrets',
    (d) => (d.tokens[0].secretHash = 'a'.repeat(64)),
    'tokens/0/secretHash is there beside token: give one of the two',
  ],
  [
    'two tokens of one secret, which is not shown',
    (d) => (d.tokens[1].token = 'first'),
    'tokens/1/token is taken: body/tokens/0/token has it',
  ],
  [
    'a secret and its hash',
    (d) =>
      d.tokens.push({
        accountId: one,
        secretHash: 'a7937b64b8caa58f03721bb6bacf5c78cb235febe0e70b1b84cd99541461a08e',
      }),
    'tokens/2/secretHash is taken: body/tokens/0/token has it',
  ],
  [
    'two tokens of one id',
    (d) => (d.tokens[0].tokenId = d.tokens[1].tokenId),
    'tokens/1/tokenId 11111111-0000-4000-8000-00000000000a is taken: body/tokens/0/tokenId has it',
  ],
  // Who owns what
  [
    'a token of nobody',
    (d) => (d.tokens[0].accountId = nowhere),
    `tokens/0/accountId ${nowhere} is none of the accounts`,
  ],
  ['a rule of nobody', (d) => (d.rules[0].accountId = nowhere), `rules/0/accountId ${nowhere} is none of the accounts`],
  [
    'an instance of nobody',
    (d) => (d.instances[1].accountId = nowhere),
    `instances/1/accountId ${nowhere} is none of the accounts`,
  ],
  [
    'a volume of nobody',
    (d) => (d.volumes[5].accountId = nowhere),
    `volumes/5/accountId ${nowhere} is none of the accounts`,
  ],
  [
    'a snapshot of nobody',
    (d) => (d.snapshots[2].accountId = nowhere),
    `snapshots/2/accountId ${nowhere} is none of the accounts`,
  ],
  // Rules
  [
    'two rules of one id',
    (d) => d.rules.push(d.rules[0]),
    'rules/1/ruleId 11111111-0000-4000-8000-00000000000b is taken: body/rules/0/ruleId has it',
  ],
  [
    'a rule that is no rule',
    (d) => (d.rules[0].rule.and[0].in[0].var = 'colour'),
    'rules/0/rule/and/0/in/0/var|body/rules/0/rule.and[0].in[0].var: "colour" is not a variable "in" takes: use instance_id, cluster_name, node_group_name',
  ],
  // Instances
  [
    'two instances of one id',
    (d) => d.instances.push({ ...d.instances[1] }),
    'instances/2/instanceId i-00000002 is taken: body/instances/1/instanceId has it',
  ],
  [
    'an instance in a zone that is none',
    (d) => (d.instances[1].availabilityZone = 'us-east'),
    'instances/1/availabilityZone "us-east" is not an availability zone: it looks like us-east-1a',
  ],
  ['a tag twice', (d) => d.instances[0].tags.push(tag('Name')), 'instances/0/tags/1/key "Name" is there twice'],
  // Volumes
  [
    'two volumes of one id',
    (d) => (d.volumes[5].volumeId = 'vol-00000005'),
    'volumes/5/volumeId vol-00000005 is taken: body/volumes/4/volumeId has it',
  ],
  [
    'a volume of the id of one that is behind another',
    (d) => (d.volumes[5].volumeId = 'vol-0000001b'),
    'volumes/0/backingVolumeIds/1 vol-0000001b is taken: body/volumes/5/volumeId has it',
  ],
  [
    'one volume behind two',
    (d) => (d.volumes[4].backingVolumeIds = ['vol-0000001a', 'vol-0000005b']),
    'volumes/4/backingVolumeIds/0 vol-0000001a is taken: body/volumes/0/backingVolumeIds/0 has it',
  ],
  [
    'more behind it than it says',
    (d) => Object.assign(d.volumes[0], { backingCount: 2 }).backingVolumeIds.push('vol-0000001c', 'vol-0000001d'),
    'volumes/0/backingVolumeIds are 4, and backingCount is 2',
  ],
  [
    'one volume behind it',
    (d) => d.volumes[0].backingVolumeIds.pop(),
    'volumes/0/backingVolumeIds are 1: a volume of mode autoscaling has 2 behind it',
  ],
  [
    'an array without its mode',
    (d) => (d.volumes[1].backingCount = 4),
    'volumes/1/backingCount is 4: a volume of mode autoscaling has 2 behind it',
  ],
  [
    'a mode without its array',
    (d) => (d.volumes[5].backingCount = 2),
    'volumes/5/backingCount is 2: a volume of mode performance has 4, 6 or 8 behind it',
  ],
  [
    'a volume in a zone that is none',
    (d) => (d.volumes[5].availabilityZone = 'moon-1'),
    'volumes/5/availabilityZone "moon-1" is not an availability zone: it looks like us-east-1a',
  ],
  [
    'a reserved tag',
    (d) => d.volumes[0].tags.push(tag('aws:x')),
    'volumes/0/tags/1/key "aws:x" begins with "aws:", which is reserved',
  ],
  [
    'a tag with a long key',
    (d) => d.volumes[0].tags.push(tag('k'.repeat(129))),
    'volumes/0/tags/1/key is longer than 128 characters',
  ],
  [
    'a tag with a long value',
    (d) => d.volumes[0].tags.push(tag('k', 'v'.repeat(257))),
    'volumes/0/tags/1/value is longer than 256 characters',
  ],
  [
    'a volume that is too large',
    (d) => (d.volumes[5].sizeGb = 400_000),
    'volumes/5/sizeGb is 400000: it must be from 6 to 393216 GiB',
  ],
  ['too few IOPS', (d) => (d.volumes[1].iops = 100), 'volumes/1/iops is 100: it must be from 3000 to 80000 IOPS'],
  [
    'too many IOPS for the size',
    (d) => (d.volumes[3].iops = 6_000),
    'volumes/3/iops 6000 is too much for 10 GiB: gp3 has at most 500 IOPS per GiB, here 5000',
  ],
  [
    'too few IOPS for an array',
    (d) => (d.volumes[5].iops = 3_000),
    'volumes/5/iops is 3000: it must be from 18000 to 480000 IOPS',
  ],
  [
    'too much throughput',
    (d) => (d.volumes[1].throughput = 2_001),
    'volumes/1/throughput is 2001: it must be from 125 to 2000 MiB/s',
  ],
  [
    'too much throughput for the IOPS',
    (d) => (d.volumes[1].throughput = 1_000),
    'volumes/1/throughput 1000 MiB/s is too much for body/volumes/1/iops 3000: gp3 has at most 0.25 MiB/s per IOPS, here 750',
  ],
  [
    'a due date at rest',
    (d) => (d.volumes[0].due = { at: '2026-01-01T00:00:00Z' }),
    'volumes/0/due is for what is under way, and a volume that is managed is not: leave it out',
  ],
  [
    'a source that is to go, and is not there',
    (d) => (d.volumes[0].due = { action: 'drop-source', at: '2026-01-01T00:00:00Z' }),
    'volumes/0/due/action is "drop-source", and hasSource is not true',
  ],
  [
    'an end that is none',
    (d) => (d.volumes[1].due = { action: 'finish-activation' }),
    'volumes/1/due/action is "finish-activation", and a volume that is creating ends by finish-creation',
  ],
  [
    'an origin without its snapshot',
    (d) => (d.volumes[0].origin = 'snapshot'),
    'volumes/0/origin is snapshot: restoredFrom must say which',
  ],
  [
    'a snapshot that it was not made from',
    (d) => (d.volumes[4].origin = 'native'),
    'volumes/4/restoredFrom is for a volume whose origin is snapshot, not native',
  ],
  [
    'a successor of what was not replaced',
    (d) => (d.volumes[0].replacedBy = 'vol-000000aa'),
    'volumes/0/replacedBy is for a volume that is replaced, not managed',
  ],
  [
    'a successor of two',
    (d) => Object.assign(d.volumes[5], { status: 'replaced', replacedBy: 'vol-00000004' }),
    'volumes/5/replacedBy vol-00000004 is taken: body/volumes/2/replacedBy has it',
  ],
  // Modifications
  [
    'two modifications under way',
    (d) => (d.volumes[0].modifications[0].status = 'modifying'),
    'volumes/0/modifications/0/status is modifying, and another comes after it: only the last can be under way',
  ],
  [
    'a modification beyond the limits',
    (d) => (d.volumes[0].modifications[1].sizeGb = 70_000),
    'volumes/0/modifications/1/sizeGb is 70000: it must be from 1 to 65536 GiB',
  ],
  [
    'a modification that has ended and is due',
    (d) => (d.volumes[0].modifications[0].due = {}),
    'volumes/0/modifications/0/due is for what is under way, and a modification that is completed is not: leave it out',
  ],
  // Attachments
  [
    'an instance that is not there',
    (d) => (d.volumes[0].attachment.instanceId = 'i-00000009'),
    'volumes/0/attachment/instanceId i-00000009 is none of the instances',
  ],
  [
    'an instance of another account',
    (d) => (d.volumes[0].attachment.instanceId = 'i-00000002'),
    `volumes/0/attachment/instanceId i-00000002 is of account ${two}, and the volume of ${one}`,
  ],
  [
    'an instance in another zone',
    (d) => (d.volumes[0].availabilityZone = 'us-east-1b'),
    'volumes/0/attachment/instanceId i-00000001 is in us-east-1a, and the volume in us-east-1b',
  ],
  [
    'a device that is none',
    (d) => (d.volumes[0].attachment.deviceName = 'sdf'),
    'volumes/0/attachment/deviceName "sdf" is not a device name: use /dev/sd[a-z] or /dev/xvd[a-z], with up to two more characters',
  ],
  [
    'two volumes on one device',
    (d) => (d.volumes[3].attachment.deviceName = '/dev/sdf'),
    'volumes/3/attachment/deviceName /dev/sdf of i-00000001 is taken: body/volumes/0/attachment/deviceName has it',
  ],
  [
    'an end that an attachment has not',
    (d) => Object.assign(d.volumes[0].attachment, { status: 'attaching', due: { action: 'finish-detach' } }),
    'volumes/0/attachment/due/action is "finish-detach", and an attachment that is attaching ends by finish-attach',
  ],
  // Snapshots
  [
    'two snapshots of one id',
    (d) => (d.snapshots[2].datafySnapshotId = 'dsnap-00000001'),
    'snapshots/2/datafySnapshotId dsnap-00000001 is taken: body/snapshots/0/datafySnapshotId has it',
  ],
  [
    'two EBS snapshots of one id',
    (d) => d.snapshots[2].ebsSnapshots.push(d.snapshots[2].ebsSnapshots[0]),
    'snapshots/2/ebsSnapshots/1/snapshotId snap-00000001 is taken: body/snapshots/2/ebsSnapshots/0/snapshotId has it',
  ],
  [
    'two snapshots of one generation',
    (d) => (d.snapshots[1].generation = 0),
    'snapshots/1/generation 0 is taken: body/snapshots/0/generation of the same volume has it',
  ],
  [
    'a snapshot of a volume of another account',
    (d) => (d.snapshots[1].accountId = two),
    `snapshots/1/volumeId vol-00000001 is of account ${one}, and the snapshot of ${two}`,
  ],
  [
    'a snapshot of what is gone, without its size and region',
    (d) => {
      delete d.snapshots[2].sizeGb;
      delete d.snapshots[2].region;
    },
    'snapshots/2/volumeId vol-000000ff is none of the volumes: then the snapshot needs sizeGb and region',
  ],
  [
    'a region that is none',
    (d) => (d.snapshots[2].region = 'us-east-1a'),
    'snapshots/2/region "us-east-1a" is not a region: it looks like us-east-1',
  ],
];

test('a sound world has no problem, and is put in place', () => {
  expect(problemsOf(sound())).toEqual([]);
  expect(refusalOf(sound())).toBe(undefined);
});

describe('a problem is found, with its place, and refused', () => {
  test.each(broken)('%s', (_, change, sentence) => {
    const document = sound();
    change(document);
    const [path, message = `body/${sentence}`] = sentence.includes('|')
      ? sentence.split('|')
      : [sentence.split(' ', 1)[0] as string];
    expect(problemsOf(document).map((problem) => [problem.path.join('/'), problem.message])).toEqual([[path, message]]);
    expect(refusalOf(document)).toBe(`world-invalid: The world cannot be put in place: ${message}`);
  });
});

test('five problems are named, and the others counted', () => {
  const document = sound();
  document.volumes = Array.from({ length: 7 }, (_, at) => ({ sizeGb: 70_000 + at }));
  document.snapshots = [];
  expect(refusalOf(document)).toBe(
    `world-invalid: The world cannot be put in place: ${[0, 1, 2, 3, 4]
      .map((at) => `body/volumes/${at}/sizeGb is ${70_000 + at}: it must be from 1 to 65536 GiB`)
      .join('; ')}; and 2 more`,
  );
});

describe.each([
  ['gp2', 16_384, 16_000, 250],
  ['io1', 16_384, 64_000, 1_000],
  ['io2', 65_536, 256_000, 4_000],
  ['st1', 16_384, 3_000, 500],
  ['sc1', 16_384, 3_000, 250],
  ['standard', 1_024, 3_000, 125],
] as const)('a volume of type %s', (volumeType, sizeGb, iops, throughput) => {
  const most = { sizeGb, iops, throughput };
  const documentOf = (change: object) => {
    const document = sound();
    Object.assign(document.volumes[1], { volumeType, ...most, ...change });
    return document;
  };

  test('can have as much as its type', () => {
    expect(problemsOf(documentOf({ modifications: [{ status: 'completed', ...most }] }))).toEqual([]);
    expect(problemsOf(documentOf({ sizeGb: 1, iops: 1, throughput: 1 }))).toEqual([]);
    expect(refusalOf(documentOf({}))).toBe(undefined);
  });

  test.each([
    ['sizeGb', 'GiB'],
    ['iops', 'IOPS'],
    ['throughput', 'MiB/s'],
  ] as const)('and no more %s', (field, unit) => {
    const more = { [field]: most[field] + 1 };
    const refused = `/${field} is ${most[field] + 1}: it must be from 1 to ${most[field]} ${unit}`;
    const [problem] = problemsOf(documentOf(more));
    expect(problem?.message).toBe(`body/volumes/1${refused}`);
    const [change] = problemsOf(documentOf({ modifications: [{ status: 'completed', ...most, ...more }] }));
    expect(change?.message).toBe(`body/volumes/1/modifications/0${refused}`);
  });
});

test('the snapshots of one volume are looked at in time that grows with their number alone', () => {
  const snapshots = Array.from({ length: 100_000 }, () => ({ volumeId: 'vol-00000001', ebsSnapshots: [] }));
  const document = { volumes: [{ volumeId: 'vol-00000001', sizeGb: 1 }], snapshots };
  // Each was held against all before it: that took some minutes, and the test's time limit ends those.
  expect(problemsOf(document)).toEqual([]);
}, 30_000);

// ---- What the check lets through, the tables let through.

const formats = { 'date-time': (text: string) => parseInstant(text) !== undefined };
const fits = new Ajv({ strict: false, formats }).compile<SeedDocument>(worldDocument);

/** Every place of a document, but for the root. */
function placesOf(value: unknown, path: (string | number)[] = []): (string | number)[][] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) => {
    const here = [...path, Array.isArray(value) ? Number(key) : key];
    return [here, ...placesOf(item, here)];
  });
}

// biome-ignore lint/suspicious/noExplicitAny: a document of any shape
const at = (document: any, path: readonly (string | number)[]): any =>
  path.reduce((value, key) => value?.[key], document);

type Mutation = { from: number; to: number; how: 'copy' | 'drop' | 'twice' | 'word' };
const words = ['managed', 'ordinary', 'creating', 'replaced', 'deactivating', 'attaching', 'attached', 'modifying'];
const more = [...words, 'completed', 'pending', 'finish-creation', 'complete', 'fail', 'snapshot', 'ebs', 4, 1, 7e4];

function mutate(document: unknown, { from, to, how }: Mutation): void {
  const places = placesOf(document);
  const path = places[to % places.length] as (string | number)[];
  const [parent, key] = [at(document, path.slice(0, -1)), path.at(-1) as string];
  if (how === 'drop') Array.isArray(parent) ? parent.splice(Number(key), 1) : delete parent[key];
  else if (how === 'twice') Array.isArray(parent) && parent.push(structuredClone(parent[Number(key)]));
  else if (how === 'word') parent[key] = more[from % more.length];
  else {
    // What stands elsewhere under the same name: another's id, another's tags.
    const like = places.filter((each) => each.at(-1) === key);
    parent[key] = structuredClone(at(document, like[from % like.length] as string[]));
  }
}

const mutation: fc.Arbitrary<Mutation> = fc.record({
  from: fc.nat(),
  to: fc.nat(),
  how: fc.constantFrom('copy', 'copy', 'copy', 'drop', 'twice', 'word'),
});

test('a document without problems is put in place, whatever was done to it', () => {
  const seen = { fine: 0, wrong: 0 };
  fc.assert(
    fc.property(fc.constantFrom(0, 1), fc.array(mutation, { minLength: 1, maxLength: 4 }), (which, mutations) => {
      const document = which === 0 ? sound() : structuredClone(defaultSeed);
      for (const each of mutations) mutate(document, each);
      if (!fits(document)) return;
      const problems = problemsOf(document);
      const refusal = refusalOf(document);
      seen[problems.length === 0 ? 'fine' : 'wrong']++;
      expect(refusal === undefined, `${refusal}\n${JSON.stringify(problems)}`).toBe(problems.length === 0);
    }),
    { numRuns: 500 },
  );
  // Neither is rare, or the property would say little.
  expect(seen.fine).toBeGreaterThan(40);
  expect(seen.wrong).toBeGreaterThan(40);
}, 60_000);
