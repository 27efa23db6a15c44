import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { controlledClock } from '../../../src/ground/clock.ts';
import { shareOf } from '../../../src/state/datafy/members.ts';
import type { WorldDocument } from '../../../src/state/document/document.ts';
import { paces } from '../../../src/state/engine/pace.ts';
import { createState } from '../../../src/state/index.ts';
import { emptySeed } from '../../../src/state/seeds/empty.ts';
import { openDatabase } from '../../../src/state/storage/database.ts';
import { beginning, createWorld } from '../../support/world.ts';

// What AWS has while Datafy's calls are made: read from its rows, which no view changes.

const accountId = 'c0000000-0000-4000-a000-000000000001';
const [instanceId, other] = ['i-00000001', 'i-00000002'];
const availabilityZone = 'us-east-1a';
const ordinary = 'vol-00000001';
const place = { accountId, availabilityZone };
const seed = {
  ...emptySeed,
  accounts: [{ accountId, name: 'one' }],
  tokens: [],
  instances: [instanceId, other].map((id) => ({ ...place, instanceId: id, agent: true })),
  volumes: [
    {
      ...place,
      volumeId: ordinary,
      status: 'ordinary',
      sizeGb: 101,
      iops: 4_000,
      throughput: 250,
      volumeType: 'gp3',
      encrypted: true,
      kmsKeyId: 'alias/one',
      tags: [{ key: 'Name', value: 'data' }],
      attachment: { instanceId, deviceName: '/dev/sdf' },
    },
  ],
} as unknown as WorldDocument;

const pace = paces.realistic;
let world: ReturnType<typeof open>;
beforeEach(() => {
  world = open();
});
afterEach(() => {
  world.db.close();
});

function open() {
  const db = openDatabase(':memory:');
  const clock = controlledClock(beginning);
  const state = createState(db, clock);
  const organization = createWorld(state, seed, { clockNow: null, pace });
  const target = { ...state.targetIn(organization, accountId), request: 7 };
  const volumes = db.prepare(
    `SELECT ebs_volume.id, ebs_volume.status, size_gb, iops, throughput, volume_type, encrypted, kms_key_id,
       ebs_volume.tags, device_name, ebs_attachment.status AS attachment, instance.id AS instance
     FROM ebs_volume LEFT JOIN ebs_attachment ON ebs_attachment.ebs_volume = ebs_volume.key
     LEFT JOIN instance ON instance.key = ebs_attachment.instance
     WHERE ebs_volume.organization = ? ORDER BY ebs_volume.key`,
  );
  /** What AWS has, once all is done that is due. */
  const inAws = () => {
    state.control.clock(organization);
    return volumes.all(organization) as Record<string, unknown>[];
  };
  const columns = (...names: string[]) => inAws().map((row) => names.map((name) => row[name]));
  return { db, clock, state, organization, target, inAws, columns };
}

/** A new managed volume, with nothing else in AWS but what the seed has. */
function create(more: object = {}): string {
  const request = { availabilityZone, sizeGb: 100, encrypted: false, mode: 'autoscaling' as const };
  return world.state.createVolume(world.target, { ...request, ...more }).volumeId;
}
const at = (deviceName: string, to = instanceId) => ({ instanceId: to, deviceName, deleteOnTermination: false });
const wait = (...of: (keyof typeof pace)[]) => {
  for (const key of of) world.clock.advance(pace[key]);
};

describe('what each member has', () => {
  const gp3 = { size_gb: 100, iops: 3_000, throughput: 125, backing_count: 2 as const };
  test.each([
    ['a pair: the whole each', { ...gp3, iops: 12_000, throughput: 500 }, [50, 12_000, 500]],
    [
      'an array of four: its part',
      { ...gp3, iops: 12_000, throughput: 500, backing_count: 4 as const },
      [25, 3_000, 125],
    ],
    [
      'an array of six: rounded up',
      { ...gp3, iops: 24_001, throughput: 2_000, backing_count: 6 as const },
      [17, 4_001, 334],
    ],
    ['of less than gp3 has: what that has', { ...gp3, iops: 300, throughput: 40 }, [50, 3_000, 125]],
    [
      'of more than gp3 can have: as much as that can',
      { ...gp3, size_gb: 900, iops: 256_000, throughput: 4_000 },
      [450, 80_000, 2_000],
    ],
    ['of more throughput than its IOPS carry: what they carry', { ...gp3, throughput: 900 }, [50, 3_000, 750]],
    ['a size that carries its IOPS', { ...gp3, size_gb: 10, iops: 5_000 }, [10, 5_000, 125]],
    ['of one GiB', { ...gp3, size_gb: 1 }, [1, 3_000, 125]],
  ])('%s', (_, volume, [sizeGb, iops, throughput]) => {
    expect(shareOf(volume)).toEqual({ sizeGb, iops, throughput });
  });
});

describe('a new volume', () => {
  test('is two gp3 volumes in AWS, which are there when it is', () => {
    const id = create({ iops: 4_000, tags: [{ key: 'Name', value: 'x' }] });
    const member = { status: 'creating', size_gb: 50, iops: 4_000, volume_type: 'gp3', instance: null };
    expect(world.inAws().slice(1)).toMatchObject([member, member]);
    expect(world.inAws().some((row) => row.id === id)).toBe(false);
    expect(JSON.parse(world.inAws()[1]?.tags as string)).toEqual([
      { key: 'Managed-By', value: 'Datafy.io' },
      { key: 'datafy:source-volume:id', value: id },
      { key: 'datafy:volume-source', value: 'native' },
      { key: 'Name', value: 'x' },
    ]);
    world.clock.advance(pace.create - 1);
    expect(world.columns('status').slice(1)).toEqual([['creating'], ['creating']]);
    world.clock.advance(1);
    expect(world.columns('status').slice(1)).toEqual([['available'], ['available']]);
  });

  test('is attached member by member, each under a name of its own, and comes off so', () => {
    const id = create();
    wait('create');
    world.state.attach(world.target, id, at('/dev/sdg'));
    const devices = ['/dev/xvdcz', '/dev/xvdcy'];
    expect(world.columns('status', 'attachment', 'device_name').slice(1)).toEqual(
      devices.map((device) => ['in-use', 'attaching', device]),
    );
    wait('attach');
    expect(world.columns('attachment').slice(1)).toEqual([['attached'], ['attached']]);
    world.state.detach(world.target, id, instanceId, false);
    expect(world.columns('status', 'attachment').slice(1)).toEqual([
      ['in-use', 'detaching'],
      ['in-use', 'detaching'],
    ]);
    wait('detach');
    expect(world.columns('status', 'attachment').slice(1)).toEqual([
      ['available', null],
      ['available', null],
    ]);
  });

  test('takes the next names that are free on its instance', () => {
    const [first, second] = [create(), create({ mode: 'performance', arraySize: 4, iops: 12_000, throughput: 500 })];
    wait('create');
    world.state.attach(world.target, first, at('/dev/xvdcx'));
    world.state.attach(world.target, second, at('/dev/sdh'));
    expect(world.columns('device_name').slice(1).flat()).toEqual(
      ['cz', 'cy', 'cw', 'cv', 'cu', 'ct'].map((end) => `/dev/xvd${end}`),
    );
    // A caller who meets one is refused, as in AWS.
    const third = create();
    wait('create');
    expect(() => world.state.attach(world.target, third, at('/dev/sdcy'))).toThrow(/\/dev\/xvdcy/);
    world.state.attach(world.target, third, at('/dev/sdcy', other));
  });

  test('has members that are modified with it, in one instant', () => {
    const id = create();
    wait('create');
    world.state.modify(world.target, id, {
      ...{ sizeGb: 300, iops: 6_000, throughput: 500, expandFilesystem: false, autoscalingOnly: true },
    });
    world.clock.advance(pace.modify - 1);
    expect(world.columns('size_gb', 'iops', 'throughput')[1]).toEqual([50, 3_000, 125]);
    world.clock.advance(1);
    expect(world.columns('size_gb', 'iops', 'throughput').slice(1)).toEqual([
      [150, 6_000, 500],
      [150, 6_000, 500],
    ]);
    expect(world.state.volume(world.target, id)).toMatchObject({ volumeSizeGb: 300, volumeIops: 6_000 });
  });

  test.each([
    ['attachment.attach', 'hold', 'attachment', 'attaching'],
    ['volume.create', 'hold', 'status', 'creating'],
  ] as const)('has members that share its fate: %s %s', (transition, outcome, column, stays) => {
    world.state.control.addFault(world.organization, { match: { transition }, effect: { outcome } });
    const id = create();
    wait('create');
    if (column === 'attachment') world.state.attach(world.target, id, at('/dev/sdg'));
    world.clock.advance(86_400_000);
    expect(world.columns(column).slice(1)).toEqual([[stays], [stays]]);
  });

  test('has members that stay as they are where its modification fails', () => {
    const id = create();
    wait('create');
    const match = { transition: 'modification.modify' };
    world.state.control.addFault(world.organization, { match, effect: { outcome: 'fail' } });
    const grow = { sizeGb: 300, expandFilesystem: false, autoscalingOnly: true };
    world.state.modify(world.target, id, grow);
    wait('modify');
    expect(world.columns('size_gb').slice(1)).toEqual([[50], [50]]);
    const ended = world.db.prepare('SELECT DISTINCT status FROM ebs_modification').pluck();
    expect(ended.all()).toEqual(['failed']);
  });

  test('goes from AWS with all its members', () => {
    const id = create();
    wait('create');
    world.state.aws.deleteVolume(world.target, id);
    expect(world.columns('id')).toEqual([[ordinary]]);
  });

  test('comes off with its instance, and its members with it', () => {
    const id = create();
    wait('create');
    world.state.attach(world.target, id, at('/dev/sdg', other));
    wait('attach');
    world.state.aws.terminateInstance(world.target, other);
    expect(world.columns('status', 'instance').slice(1)).toEqual([
      ['available', null],
      ['available', null],
    ]);
  });
});

describe('an ordinary volume', () => {
  test('is the EBS volume of its id, at its device', () => {
    expect(world.inAws()).toMatchObject([
      { id: ordinary, status: 'in-use', size_gb: 101, iops: 4_000, device_name: '/dev/sdf', attachment: 'attached' },
    ]);
    const { volumeId } = world.state.aws.createVolume(world.target, { ...place, sizeGb: 8, volumeType: 'io2' });
    expect(world.inAws()[1]).toMatchObject({ id: volumeId, status: 'available', size_gb: 8, volume_type: 'io2' });
    world.state.aws.tagVolume(world.target, volumeId, [{ key: 'a', value: 'b' }]);
    expect(world.inAws()[1]).toMatchObject({ tags: '[{"key":"a","value":"b"}]' });
    world.state.aws.deleteVolume(world.target, volumeId);
    expect(world.inAws()).toHaveLength(1);
  });

  test('is modified itself', () => {
    const grow = { sizeGb: 200, expandFilesystem: false, autoscalingOnly: false };
    world.state.modify(world.target, ordinary, grow);
    wait('modify');
    expect(world.inAws()).toMatchObject([{ size_gb: 200, iops: 4_000, throughput: 250 }]);
  });

  test('gives way to its members where it was, when its activation ends', () => {
    world.state.activate(world.target, ordinary);
    world.clock.advance(pace.activate - 1);
    expect(world.columns('id')).toEqual([[ordinary]]);
    world.clock.advance(1);
    const member = {
      ...{ status: 'in-use', size_gb: 51, iops: 4_000, throughput: 250, encrypted: 1, kms_key_id: 'alias/one' },
      ...{ attachment: 'attached', instance: instanceId },
    };
    expect(world.inAws()).toMatchObject([member, member]);
    expect(world.state.volume(world.target, ordinary)).toMatchObject({
      status: 'managed',
      hasSource: false,
      attachment: { deviceName: '/dev/sdf' },
    });
  });

  test('is snapshotted when its activation ends, as any volume is', () => {
    world.state.activate(world.target, ordinary);
    wait('activate');
    const members = world.columns('id').flat();
    const all = () => world.state.inventory.snapshots(world.target, { limit: 9, offset: 0 }).items;
    expect(all()).toMatchObject([
      {
        volumeId: ordinary,
        status: 'completed',
        volumeSizeGb: 101,
        ebsSnapshots: members.map((volumeId) => ({ volumeId })),
        changedBy: 7,
      },
    ]);
    const generation = { key: 'datafy:snapshot:generation-id', value: '0' };
    expect(all()[0]?.ebsSnapshots[0]?.tags).toContainEqual(generation);
    world.state.createSnapshot(world.target, ordinary, { autoscalingOnly: true });
    expect(all()[1]?.ebsSnapshots[0]?.tags).toContainEqual({ ...generation, value: '1' });
    const { datafySnapshotId } = all()[0] as { datafySnapshotId: string };
    world.state.restore(world.target, { source: { datafySnapshotId }, availabilityZone });
  });

  test('takes over from the members, at the device, when autoscaling is off again', () => {
    world.state.activate(world.target, ordinary);
    wait('activate');
    world.inAws();
    world.state.deactivate(world.target, ordinary);
    wait('deactivate');
    const rows = world.inAws();
    const replacement = world.state.volume(world.target, ordinary)?.replacedBy;
    expect(rows).toMatchObject([
      { id: replacement, status: 'in-use', size_gb: 101, device_name: '/dev/sdf', attachment: 'attached' },
    ]);
    expect(JSON.parse(rows[0]?.tags as string)).toEqual([{ key: 'Name', value: 'data' }]);
    expect(world.state.volume(world.target, ordinary)).toMatchObject({ status: 'replaced', hasSource: false });
  });
});

describe('a document', () => {
  const documented = () => world.state.control.export(world.organization);
  const put = (document: object) => world.state.control.import(world.organization, document as never);

  test('has what members have of their own, and puts it back', () => {
    world.state.activate(world.target, ordinary);
    wait('activate');
    const [later, free] = [create(), create()];
    wait('create');
    world.state.attach(world.target, free, at('/dev/sdg'));
    wait('attach');
    world.state.attach(world.target, later, at('/dev/sdh'));
    const rows = world.db.prepare(
      `SELECT ebs_volume.id, ebs_volume.created_at, device_name, ebs_attachment.status, started_at
       FROM ebs_volume JOIN ebs_attachment ON ebs_attachment.ebs_volume = ebs_volume.key ORDER BY ebs_volume.id`,
    );
    const before = [rows.all(), documented()];
    put(documented());
    expect([rows.all(), documented()]).toEqual(before);
  });

  test('may leave out names: members have those that no other is given', () => {
    const [first, second] = [create(), create()];
    wait('create');
    for (const [place, id] of [first, second].entries())
      world.state.attach(world.target, id, at(`/dev/sd${'gh'[place]}`));
    wait('attach');
    const document = documented();
    const named = document.volumes.find(({ volumeId }) => volumeId === second);
    const unnamed = document.volumes.find(({ volumeId }) => volumeId === first);
    Object.assign(named ?? {}, {
      backingVolumes: named?.backingVolumes?.map((each, place) => ({ ...each, deviceName: `/dev/xvdc${'yz'[place]}` })),
    });
    Object.assign(unnamed ?? {}, { backingVolumes: undefined });
    put(document);
    expect(world.columns('device_name').flat().sort()).toEqual([
      '/dev/sdf',
      ...['cw', 'cx', 'cy', 'cz'].map((end) => `/dev/xvd${end}`),
    ]);
  });

  test.each([
    ['of another order', { at: 1 }, /backingVolumes\/0\/volumeId .* is not at that place of backingVolumeIds/],
    [
      'with a device that is taken',
      { deviceName: '/dev/sdf' },
      /backingVolumes\/0\/deviceName \/dev\/sdf of .* is taken/,
    ],
    ['with a device that is none', { deviceName: 'sda' }, /backingVolumes\/0\/deviceName/],
  ])('%s is refused', (_, { at: place = 0, ...own }: { at?: number; deviceName?: string }, problem) => {
    const id = create();
    wait('create');
    world.state.attach(world.target, id, at('/dev/sdg'));
    const document = documented();
    const volume = document.volumes.find(({ volumeId }) => volumeId === id);
    const volumeId = volume?.backingVolumeIds?.[place];
    Object.assign(volume ?? {}, { backingVolumes: [{ volumeId, ...own }] });
    expect(() => put(document)).toThrow(problem);
  });
});
