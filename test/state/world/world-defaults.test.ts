import { afterEach, describe, expect, test } from 'vitest';
import { controlledClock } from '../../../src/ground/clock.ts';
import { hashSecret } from '../../../src/ground/secrets.ts';
import { fillWorld } from '../../../src/state/document/defaults.ts';
import type { SeedDocument } from '../../../src/state/document/document.ts';
import { paces } from '../../../src/state/engine/pace.ts';
import { createState } from '../../../src/state/index.ts';
import { defaultSeed } from '../../../src/state/seeds/default.ts';
import { openDatabase } from '../../../src/state/storage/database.ts';
import { beginning } from '../../support/world.ts';

const opened: { close(): void }[] = [];
afterEach(() => {
  for (const db of opened.splice(0)) db.close();
});

/** The world that is made of a document, as it is exported. */
function made(document: SeedDocument) {
  const db = openDatabase(':memory:');
  opened.push(db);
  const { control } = createState(db, controlledClock(beginning));
  return control.export(control.create(document));
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const start = '2026-01-01T00:00:00.000Z';

test('a pace by its name is that in milliseconds, as an export has it', () => {
  expect(made({ pace: 'realistic' }).pace).toEqual(paces.realistic);
  expect(made({ pace: 'instant' }).pace).toEqual(paces.instant);
});

describe('the smallest seed: a volume', () => {
  const world = made({ volumes: [{ sizeGb: 100 }] });
  const [account] = world.accounts;

  test('gets an organization with one account', () => {
    expect(world).toMatchObject({
      organizationId: expect.stringMatching(uuid),
      ownAccountId: world.organizationId,
      name: 'organization',
      createdAt: start,
      clock: { mode: 'system' },
      accounts: [{ accountId: expect.stringMatching(uuid), name: 'account-1', createdAt: start }],
      instances: [],
      snapshots: [],
      rules: [],
      failingRoles: [],
    });
  });

  test('gets the tokens of the default world, for the organization and the account', () => {
    expect(world.tokens).toMatchObject([
      { secretHash: hashSecret('organization-token').toString('hex'), accountId: world.ownAccountId },
      { secretHash: hashSecret('account-token').toString('hex'), accountId: account?.accountId },
    ]);
  });

  test('is managed, with two EBS volumes behind it', () => {
    const id = expect.stringMatching(/^vol-0[0-9a-f]{16}$/);
    expect(world.volumes).toEqual([
      {
        volumeId: id,
        accountId: account?.accountId,
        status: 'managed',
        sizeGb: 100,
        iops: 3000,
        throughput: 125,
        availabilityZone: 'us-east-1a',
        volumeType: 'gp3',
        origin: 'ebs',
        hasSource: false,
        encrypted: false,
        datafyMode: 'autoscaling',
        backingVolumeIds: [id, id],
        backingVolumes: [
          { volumeId: id, createdAt: start },
          { volumeId: id, createdAt: start },
        ],
        backingCount: 2,
        boot: false,
        fileSystem: 'ext4',
        tags: [],
        createdAt: start,
      },
    ]);
    const [volume] = world.volumes;
    expect(new Set([volume?.volumeId, ...(volume?.backingVolumeIds ?? [])]).size).toBe(3);
  });

  test('is the same every time', () => {
    expect(made({ volumes: [{ sizeGb: 100 }] })).toEqual(world);
  });

  test('makes no id that the world makes again', () => {
    expect(world.ids).toEqual({ seed: 'world', made: 0 });
  });
});

describe('what is left out', () => {
  const [one, two] = ['11111111-0000-4000-8000-000000000001', '11111111-0000-4000-8000-000000000002'];
  const accounts = [{ accountId: one }, { accountId: two, name: 'second' }];

  test('is the name of an account, by its place', () => {
    expect(made({ accounts: [...accounts, {}] }).accounts.map(({ name }) => name)).toEqual([
      'account-1',
      'second',
      'account-3',
    ]);
  });

  test('is the owner: the first account, or the organization where there is none', () => {
    const things = {
      tokens: [{ token: 'a' }],
      rules: [{ rule: { in: [{ var: 'cluster_name' }, ['a']] } }],
      instances: [{}],
      volumes: [{ sizeGb: 1 }],
    };
    const world = made({ accounts, ...things });
    const own = made({ accounts: [], ...things });
    for (const list of ['tokens', 'rules', 'instances', 'volumes'] as const) {
      expect(world[list]).toMatchObject([{ accountId: one }]);
      expect(own[list]).toMatchObject([{ accountId: own.ownAccountId }]);
    }
    expect(world.rules).toMatchObject([{ ruleId: expect.stringMatching(uuid), active: true }]);
    expect(world.instances).toMatchObject([{ instanceId: expect.stringMatching(/^i-0/), agent: true }]);
  });

  test('is no organization token where there is no account, but for the organization', () => {
    expect(made({ accounts: [] }).tokens).toHaveLength(1);
    expect(made({ accounts, tokens: [] }).tokens).toEqual([]);
  });

  test('of a volume on an instance is its account and its zone', () => {
    const world = made({
      accounts,
      instances: [{ instanceId: 'i-00000001', accountId: two, availabilityZone: 'eu-west-1c' }],
      volumes: [{ sizeGb: 5, attachment: { instanceId: 'i-00000001', deviceName: '/dev/sdf' } }],
    });
    expect(world.volumes).toMatchObject([
      { accountId: two, availabilityZone: 'eu-west-1c', attachment: { status: 'attached' } },
    ]);
  });

  test('of a snapshot is what its volume has, and what it is made of', () => {
    const volume = { volumeId: 'vol-00000001', accountId: two, sizeGb: 7, availabilityZone: 'eu-west-1c' };
    const of = (status: 'managed' | 'ordinary') =>
      made({ accounts, volumes: [{ ...volume, status }], snapshots: [{ volumeId: volume.volumeId }] });
    const world = of('managed');
    expect(world.snapshots).toMatchObject([
      {
        datafySnapshotId: expect.stringMatching(/^dsnap-0/),
        accountId: two,
        status: 'completed',
        sizeGb: 7,
        region: 'eu-west-1',
        generation: 0,
        ebsSnapshots: world.volumes[0]?.backingVolumeIds?.map((volumeId) => ({
          snapshotId: expect.stringMatching(/^snap-0/),
          volumeId,
        })),
      },
    ]);
    expect(world.snapshots[0]?.ebsSnapshots).toHaveLength(2);
    expect(of('ordinary').snapshots[0]?.ebsSnapshots).toMatchObject([{ volumeId: volume.volumeId }]);
  });

  test('of an array is four EBS volumes, and the least that four have', () => {
    expect(made({ volumes: [{ sizeGb: 100, datafyMode: 'performance' }] }).volumes).toMatchObject([
      { backingCount: 4, iops: 12_000, throughput: 500, backingVolumeIds: { length: 4 } },
    ]);
    const six = Array.from({ length: 6 }, (_, at) => `vol-0000000${at}`);
    const world = made({ volumes: [{ sizeGb: 100, datafyMode: 'performance', backingVolumeIds: six }] });
    expect(world.volumes).toMatchObject([{ backingCount: 6, iops: 18_000, backingVolumeIds: six }]);
  });

  test('of a modification is what the volume has', () => {
    const world = made({
      volumes: [{ sizeGb: 10, iops: 4000, throughput: 200, modifications: [{ status: 'completed', sizeGb: 10 }] }],
    });
    expect(world.volumes[0]?.modifications).toMatchObject([{ iops: 4000, throughput: 200 }]);
  });

  test('stands behind no volume that Datafy does not manage', () => {
    const statuses = ['creating', 'ordinary', 'activating', 'managed', 'deactivating', 'replaced'] as const;
    const { volumes } = made({ volumes: statuses.map((status) => ({ status, sizeGb: 1 })) });
    expect(volumes.map((each) => each.backingVolumeIds?.length)).toEqual([2, 0, 0, 2, 2, 0]);
  });
});

test('what is written stays as it is', () => {
  const { ids, ownAccountId, rules, ...filled } = fillWorld(defaultSeed);
  const volumes = defaultSeed.volumes.map((volume) => ({ backingVolumeIds: [], ...volume }));
  const usual = { instanceType: 'm5.large', agentMode: 'AutoScaler', agentVersion: '1.37.1', tags: [] };
  const instances = defaultSeed.instances.map((instance) => ({ ...usual, ...instance }));
  expect(filled).toEqual({ ...defaultSeed, instances, volumes });
  expect({ ids, ownAccountId, rules }).toEqual({
    ids: { seed: defaultSeed.organizationId, made: 0 },
    ownAccountId: defaultSeed.organizationId,
    rules: [],
  });
  const world = made(defaultSeed);
  expect(fillWorld(world)).toEqual(world);
});
