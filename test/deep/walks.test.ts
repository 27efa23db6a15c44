import type { Database } from 'better-sqlite3';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type ControlledClock, controlledClock } from '../../src/clock.ts';
import { EmulatorError } from '../../src/errors.ts';
import { openDatabase } from '../../src/state/database.ts';
import { createState, type State, type Target } from '../../src/state/index.ts';
import { type Pace, paceKeys, paces } from '../../src/state/pace.ts';
import { emptySeed } from '../../src/state/seeds/empty.ts';
import type { WorldDocument } from '../../src/state/world-document.ts';
import { beginning, createWorld } from '../world.ts';
import { sized } from './size.ts';

// Random walks of calls over two worlds, beside a model of what they should do. The model is written from the rules, not
// from the table: it imports neither the table nor the machine.

const walks = sized(300, 5_000);
const steps = 40;
const limit = sized(120_000, 3_600_000);

// ---- The worlds that every walk begins with. Both have the same ids, which must not matter.

const organizationIds = ['b0000000-0000-4000-a000-000000000001', 'b0000000-0000-4000-a000-000000000002'] as const;
const accountIds = ['c0000000-0000-4000-a000-000000000001', 'c0000000-0000-4000-a000-000000000002'] as const;
const [zone, otherZone, otherRegion] = ['us-east-1a', 'us-east-1b', 'eu-west-1a'] as const;
const nobody = 'vol-0ffffffffffffffff';

const instances = [
  { instanceId: 'i-1', account: 0, availabilityZone: zone, agent: true },
  { instanceId: 'i-2', account: 0, availabilityZone: zone, agent: true },
  { instanceId: 'i-3', account: 0, availabilityZone: zone, agent: false },
  { instanceId: 'i-4', account: 0, availabilityZone: otherZone, agent: true },
  { instanceId: 'i-5', account: 1, availabilityZone: zone, agent: true },
];
const on = (instanceId: string, deviceName: string) => ({ attachment: { instanceId, deviceName } });
const volumes = [
  { volumeId: 'vol-1', account: 0, status: 'managed', sizeGb: 10, backing: ['vol-11', 'vol-12'] },
  {
    volumeId: 'vol-2',
    account: 0,
    status: 'managed',
    sizeGb: 20,
    backing: ['vol-21', 'vol-22'],
    ...on('i-1', '/dev/sdf'),
  },
  { volumeId: 'vol-3', account: 0, status: 'ordinary', sizeGb: 30, backing: [], ...on('i-1', '/dev/sdg') },
  { volumeId: 'vol-4', account: 0, status: 'ordinary', sizeGb: 8, backing: [], boot: true, ...on('i-2', '/dev/xvda') },
  { volumeId: 'vol-5', account: 0, status: 'ordinary', sizeGb: 40, backing: [], ...on('i-3', '/dev/sdf') },
  { volumeId: 'vol-6', account: 0, status: 'activating', sizeGb: 50, backing: [] },
  {
    volumeId: 'vol-7',
    account: 1,
    status: 'managed',
    sizeGb: 60,
    backing: ['vol-71', 'vol-72'],
    ...on('i-5', '/dev/sdf'),
  },
  { volumeId: 'vol-8', account: 1, status: 'ordinary', sizeGb: 70, backing: [], ...on('i-5', '/dev/sdg') },
] as const;
const snapshots = [
  {
    snapshotId: 'dsnap-1',
    account: 0,
    volumeId: 'vol-1',
    status: 'completed',
    sizeGb: 5,
    parts: ['snap-11', 'snap-12'],
  },
  {
    snapshotId: 'dsnap-2',
    account: 0,
    volumeId: 'vol-2',
    status: 'pending',
    sizeGb: 20,
    parts: ['snap-21', 'snap-22'],
  },
  { snapshotId: 'dsnap-3', account: 1, volumeId: 'vol-7', status: 'error', sizeGb: 60, parts: ['snap-31', 'snap-32'] },
] as const;

const seedOf = (world: number): WorldDocument => ({
  ...emptySeed,
  organizationId: organizationIds[world] as string,
  accounts: accountIds.map((accountId) => ({ accountId, name: accountId })),
  tokens: accountIds.map((accountId) => ({ accountId, token: `${world}-${accountId}`, description: '' })),
  instances: instances.map(({ account, ...instance }) => ({ ...instance, accountId: accountIds[account] as string })),
  volumes: volumes.map(({ account, backing, ...volume }) => ({
    ...volume,
    accountId: accountIds[account],
    availabilityZone: zone,
    backingVolumeIds: [...backing],
  })),
  snapshots: snapshots.map(({ account, snapshotId, parts, ...snapshot }) => ({
    ...snapshot,
    accountId: accountIds[account],
    datafySnapshotId: snapshotId,
    ebsSnapshots: parts.map((part) => ({ snapshotId: part, volumeId: part })),
  })),
});

// ---- The model: plain objects. `due` is the instant a status ends at; held ones never do.

interface Volume {
  /** Known once the engine has told it. */
  id: string | undefined;
  account: number;
  status: string;
  due: number;
  size: number;
  iops: number;
  throughput: number;
  zone: string;
  boot: boolean;
  /** Over how many volumes gp3's limits are totals. */
  array: number;
  backingCount: number;
  /** Known once the engine has told them. */
  backing: string[];
  attachment: { instanceId: string; deviceName: string; status: string; due: number } | undefined;
  modification: { status: string; due: number; size: number; iops: number; throughput: number } | undefined;
  restoredFrom: string | null;
  replacedBy: Volume | undefined;
  createdAt: number;
}

interface Snapshot {
  id: string | undefined;
  account: number;
  volumeId: string;
  status: string;
  due: number;
  size: number;
  region: string;
  /** The EBS volumes that its parts are of. */
  of: string[];
  /** Known once the engine has told them. */
  parts: string[];
  startedAt: number;
}

interface World {
  pace: Pace;
  /** Where its clock stands; undefined: it has the process's. */
  standsAt: number | undefined;
  volumes: Volume[];
  snapshots: Snapshot[];
}

const never = Number.POSITIVE_INFINITY;
const fresh = { due: never, iops: 3_000, throughput: 125, zone, boot: false, array: 1, restoredFrom: null } as const;
const nothing = { attachment: undefined, modification: undefined, replacedBy: undefined } as const;

function begin(pace: Pace, standsAt: number | undefined): World {
  return {
    pace,
    standsAt,
    volumes: volumes.map((volume) => ({
      ...fresh,
      ...nothing,
      id: volume.volumeId,
      account: volume.account,
      status: volume.status,
      size: volume.sizeGb,
      boot: 'boot' in volume,
      backingCount: volume.backing.length,
      backing: [...volume.backing],
      attachment: 'attachment' in volume ? { ...volume.attachment, status: 'attached', due: never } : undefined,
      createdAt: beginning,
    })),
    snapshots: snapshots.map((snapshot) => ({
      id: snapshot.snapshotId,
      account: snapshot.account,
      volumeId: snapshot.volumeId,
      status: snapshot.status,
      due: never,
      size: snapshot.sizeGb,
      region: 'us-east-1',
      of: [...snapshot.parts],
      parts: [...snapshot.parts],
      startedAt: beginning,
    })),
  };
}

const nowOf = (world: World, clock: ControlledClock) => world.standsAt ?? clock.now();

/** Ends what is due, earliest first; of several at one instant the older volume first, on which the order of ids hangs. */
function settle(world: World, now: number): void {
  for (;;) {
    const events: { due: number; end: () => void }[] = [];
    for (const volume of world.volumes) {
      const { modification, attachment } = volume;
      events.push({ due: volume.due, end: () => endOf(world, volume) });
      if (modification) events.push({ due: modification.due, end: () => land(volume) });
      if (attachment) {
        const off = () => (volume.attachment = undefined);
        const onIt = () => Object.assign(attachment, { status: 'attached', due: never });
        events.push({ due: attachment.due, end: attachment.status === 'detaching' ? off : onIt });
      }
    }
    for (const each of world.snapshots) {
      events.push({ due: each.due, end: () => Object.assign(each, { status: 'completed', due: never }) });
    }
    const earliest = events.reduce((a, b) => (b.due < a.due ? b : a));
    if (earliest.due > now) return;
    earliest.end();
  }
}

function land(volume: Volume): void {
  const { modification } = volume;
  if (!modification) return;
  const { size, iops, throughput } = modification;
  Object.assign(modification, { status: 'completed', due: never });
  Object.assign(volume, { size, iops, throughput });
}

function endOf(world: World, volume: Volume): void {
  const at = volume.due;
  volume.due = never;
  if (volume.status === 'activating') volume.backingCount = 2;
  if (volume.status !== 'deactivating') {
    volume.status = 'managed';
    return;
  }
  const { size, account, attachment } = volume;
  // What one volume of that size cannot have is lost.
  const iops = Math.min(volume.iops, 80_000, Math.max(3_000, 500 * size));
  const throughput = Math.min(volume.throughput, 2_000, Math.floor(iops / 4));
  const impossible = gp3Refusal(size, iops, throughput, 1);
  if (impossible) throw new Error(`${volume.id} gives way to a volume that AWS would refuse: ${impossible}`);
  const place = { account, zone: volume.zone, attachment, createdAt: at };
  const replacedBy: Volume = {
    ...{ ...fresh, ...nothing, id: undefined, status: 'ordinary', size, backingCount: 0, backing: [] },
    ...{ iops, throughput },
    ...place,
  };
  Object.assign(volume, { status: 'replaced', backingCount: 0, backing: [], attachment: undefined, replacedBy });
  world.volumes.push(replacedBy);
}

const regionOf = (from: string) => from.slice(0, -1);

function gp3Refusal(size: number, iops: number, throughput: number, count: number): string | undefined {
  if (size < count || size > 65_536 * count) return 'size-out-of-range';
  if (iops < 3_000 * count || iops > 80_000 * count) return 'iops-out-of-range';
  if (throughput < 125 * count || throughput > 2_000 * count) return 'throughput-out-of-range';
  if (iops > Math.max(3_000 * count, 500 * size)) return 'iops-ratio-exceeded';
  return throughput * 4 > iops ? 'throughput-ratio-exceeded' : undefined;
}

// ---- The calls. Each says what it asks the engine, and what the model makes of it: a refusal's code, or none.

interface Step {
  world: World;
  account: number;
  now: number;
}
interface Call {
  ask(state: State, target: Target): unknown;
  predict(): string | undefined;
}

type Tags = 'none' | 'fine' | 'reserved';
const tagsOf = (tags: Tags) =>
  tags === 'none' ? {} : { tags: [{ key: tags === 'fine' ? 'Name' : 'aws:x', value: 'y' }] };

const find = ({ world, account }: Step, id: string) =>
  world.volumes.find((each) => each.account === account && each.id === id);
const only = (status: string, autoscalingOnly: boolean) => {
  if (autoscalingOnly) return status === 'managed' ? undefined : 'volume-not-managed';
  return status === 'managed' || status === 'ordinary' ? undefined : 'volume-not-available';
};

const calls = {
  createSnapshot: (step: Step, id: string, o: { autoscalingOnly: boolean; tags: Tags }): Call => ({
    ask: (state, target) => state.createSnapshot(target, id, { ...tagsOf(o.tags), autoscalingOnly: o.autoscalingOnly }),
    predict() {
      const volume = find(step, id);
      if (!volume) return 'volume-not-found';
      const refused = only(volume.status, o.autoscalingOnly);
      if (refused) return refused;
      if (o.tags === 'reserved') return 'tags-invalid';
      step.world.snapshots.push({
        id: undefined,
        account: step.account,
        volumeId: id,
        status: 'pending',
        due: step.now + step.world.pace.snapshot,
        size: volume.size,
        region: regionOf(volume.zone),
        of: volume.status === 'managed' ? [...volume.backing] : [id],
        parts: [],
        startedAt: step.now,
      });
      return undefined;
    },
  }),

  restore: (
    step: Step,
    source: { datafySnapshotId: string } | { snapshotIds: string[]; region: string },
    o: { size: number; zone: string; iops: number; throughput: number; tags: Tags },
  ): Call => ({
    ask: (state, target) => {
      const { size: sizeGb, zone: availabilityZone, iops, throughput } = o;
      return state.restore(target, { source, sizeGb, availabilityZone, iops, throughput, ...tagsOf(o.tags) });
    },
    predict() {
      if (o.zone === 'nowhere') return 'availability-zone-invalid';
      if (o.tags === 'reserved') return 'tags-invalid';
      const own = step.world.snapshots.filter(({ account }) => account === step.account);
      let found: Snapshot | undefined;
      if ('datafySnapshotId' in source) {
        found = own.find(({ id }) => id === source.datafySnapshotId);
        if (!found) return 'snapshot-not-found';
      } else {
        const ids = source.snapshotIds;
        if (ids.length === 0) return 'snapshot-set-invalid';
        if (ids.some((id) => !own.some(({ parts }) => parts.includes(id)))) return 'snapshot-not-found';
        found = own.find(({ parts }) => parts.includes(ids[0] as string)) as Snapshot;
        if ([...ids].sort().join() !== [...found.parts].sort().join()) return 'snapshot-set-invalid';
        if (found.region !== source.region) return 'region-mismatch';
      }
      if (found.status !== 'completed') return 'snapshot-not-completed';
      if (found.region !== regionOf(o.zone)) return 'region-mismatch';
      const [size, iops, throughput] = [o.size || found.size, o.iops || 3_000, o.throughput || 125];
      if (size < found.size) return 'size-below-snapshot';
      const refused = gp3Refusal(size, iops, throughput, 1);
      if (refused) return refused;
      const restoredFrom = found.id ?? null;
      create(step, { size, iops, throughput, zone: o.zone, array: 1, restoredFrom });
      return undefined;
    },
  }),

  createVolume: (
    step: Step,
    o: { size: number; zone: string; array: number; iops: number; throughput: number; tags: Tags },
  ): Call => ({
    ask: (state, target) =>
      state.createVolume(target, {
        availabilityZone: o.zone,
        sizeGb: o.size,
        iops: o.iops * Math.max(o.array, 1),
        throughput: o.throughput,
        encrypted: false,
        mode: o.array ? 'performance' : 'autoscaling',
        arraySize: o.array,
        ...tagsOf(o.tags),
      }),
    predict() {
      if (o.zone === 'nowhere') return 'availability-zone-invalid';
      if (o.tags === 'reserved') return 'tags-invalid';
      if (o.array === 3) return 'array-size-invalid';
      if (o.size === 0) return 'disk-size-missing';
      const array = o.array || 1;
      const [iops, throughput] = [(o.iops || 3_000) * array, o.throughput || 125 * array];
      const refused = gp3Refusal(o.size, iops, throughput, array);
      if (refused) return refused;
      create(step, { size: o.size, iops, throughput, zone: o.zone, array, restoredFrom: null });
      return undefined;
    },
  }),

  attach: (step: Step, id: string, o: { instanceId: string; deviceName: string }): Call => ({
    ask: (state, target) => state.attach(target, id, { ...o, deleteOnTermination: false }),
    predict() {
      const volume = find(step, id);
      if (!volume) return 'volume-not-found';
      if (volume.status !== 'managed') return 'volume-not-managed';
      if (o.deviceName === '/dev/hda') return 'device-name-invalid';
      const instance = instances.find((each) => each.account === step.account && each.instanceId === o.instanceId);
      if (!instance) return 'instance-not-found';
      if (volume.attachment) return 'volume-already-attached';
      if (!instance.agent) return 'instance-without-agent';
      if (instance.availabilityZone !== volume.zone) return 'availability-zone-mismatch';
      const taken = step.world.volumes.some(
        ({ attachment: each }) => each?.instanceId === o.instanceId && each.deviceName === o.deviceName,
      );
      if (taken) return 'device-in-use';
      volume.attachment = { ...o, status: 'attaching', due: step.now + step.world.pace.attach };
      return undefined;
    },
  }),

  detach: (step: Step, id: string, o: { instanceId: string | undefined; force: boolean }): Call => {
    const volume = find(step, id);
    const instanceId = o.instanceId ?? volume?.attachment?.instanceId ?? 'i-1';
    return {
      ask: (state, target) => state.detach(target, id, instanceId, o.force),
      predict() {
        if (!volume) return 'volume-not-found';
        if (volume.status !== 'managed' && volume.status !== 'ordinary') return 'volume-not-available';
        if (!instances.some((each) => each.account === step.account && each.instanceId === instanceId)) {
          return 'instance-not-found';
        }
        if (!volume.attachment) return 'volume-not-attached';
        if (volume.attachment.instanceId !== instanceId) return 'attached-elsewhere';
        if (!o.force && volume.attachment.status !== 'attached') return 'attachment-in-transition';
        Object.assign(volume.attachment, { status: 'detaching', due: step.now + step.world.pace.detach });
        return undefined;
      },
    };
  },

  modify: (
    step: Step,
    id: string,
    o: { grow?: number; iops?: number; throughput?: number; expandFilesystem: boolean; autoscalingOnly: boolean },
  ): Call => {
    const { grow, ...request } = o;
    const volume = find(step, id);
    const sizeGb = grow === undefined ? undefined : (volume?.size ?? 10) + grow;
    return {
      ask: (state, target) => state.modify(target, id, { ...request, ...(sizeGb !== undefined && { sizeGb }) }),
      predict() {
        if (!volume) return 'volume-not-found';
        const refused = only(volume.status, o.autoscalingOnly);
        if (refused) return refused;
        if (grow !== undefined && grow <= 0) return 'size-not-larger';
        const size = sizeGb ?? volume.size;
        const iops = o.iops ?? volume.iops;
        const throughput = o.throughput ?? volume.throughput;
        const limit = gp3Refusal(size, iops, throughput, volume.array);
        if (limit) return limit;
        if (o.expandFilesystem && volume.attachment?.status !== 'attached') return 'filesystem-without-instance';
        if (volume.modification?.status === 'modifying') return 'modification-in-progress';
        volume.modification = { status: 'modifying', due: step.now + step.world.pace.modify, size, iops, throughput };
        return undefined;
      },
    };
  },

  deactivate: (step: Step, id: string): Call => ({
    ask: (state, target) => state.deactivate(target, id),
    predict() {
      const volume = find(step, id);
      if (!volume) return 'volume-not-found';
      if (volume.status !== 'managed') return 'volume-not-managed';
      if (volume.size > 65_536) return 'volume-too-large';
      if (volume.modification?.status === 'modifying') return 'modification-in-progress';
      if (volume.attachment && volume.attachment.status !== 'attached') return 'attachment-in-transition';
      Object.assign(volume, { status: 'deactivating', due: step.now + step.world.pace.deactivate });
      return undefined;
    },
  }),

  activate: (step: Step, id: string): Call => ({
    ask: (state, target) => state.activate(target, id),
    predict() {
      const volume = find(step, id);
      if (!volume) return 'volume-not-found';
      if (volume.status !== 'ordinary') return 'volume-not-ordinary';
      const instance = instances.find(({ instanceId }) => instanceId === volume.attachment?.instanceId);
      if (volume.boot || !instance?.agent || volume.attachment?.status !== 'attached') return 'volume-unsupported';
      Object.assign(volume, { status: 'activating', due: step.now + step.world.pace.activate });
      return undefined;
    },
  }),
};

function create(
  step: Step,
  what: Pick<Volume, 'size' | 'iops' | 'throughput' | 'zone' | 'array' | 'restoredFrom'>,
): void {
  step.world.volumes.push({
    ...fresh,
    ...nothing,
    ...what,
    id: undefined,
    account: step.account,
    status: 'creating',
    due: step.now + step.world.pace.create,
    backingCount: what.array === 1 ? 2 : what.array,
    backing: [],
    createdAt: step.now,
  });
}

// ---- What a walk is made of, as fast-check makes it up and prints it.

const choice = fc.record({
  of: fc.oneof(
    { weight: 16, arbitrary: fc.constant('own' as const) },
    { weight: 1, arbitrary: fc.constantFrom('the other account', 'the other world', 'backing', 'nobody') },
  ),
  at: fc.nat(999),
});
const where = { world: fc.constantFrom(0, 1), account: fc.constantFrom(0, 0, 0, 1) };
const tags = fc.constantFrom<Tags>('none', 'none', 'fine', 'reserved');
const zones = fc.constantFrom(zone, zone, zone, zone, otherZone, otherRegion, 'nowhere');
const iops = fc.constantFrom(0, 0, 0, 3_000, 4_000, 2_999, 80_001);
const throughput = fc.constantFrom(0, 0, 0, 125, 800, 2_001);
const verb = <const V extends string, T extends object>(name: V, of: { [K in keyof T]: fc.Arbitrary<T[K]> }) =>
  fc.record({ verb: fc.constant(name), ...where, ...of }) as unknown as fc.Arbitrary<
    { verb: V; world: number; account: number } & T
  >;

const command = fc.oneof(
  // What anything shrinks to.
  { withCrossShrink: true },
  { weight: 1, arbitrary: fc.record({ verb: fc.constant('list' as const) }) },
  {
    weight: 6,
    arbitrary: fc.record({
      verb: fc.constant('advance' as const),
      milliseconds: fc.constantFrom(0, 1, 1_000, 3_000, 5_000, 29_999, 30_000, 60_000, 120_000, 180_000, 600_000),
    }),
  },
  { weight: 4, arbitrary: verb('createSnapshot', { volume: choice, autoscalingOnly: fc.boolean(), tags }) },
  {
    weight: 4,
    arbitrary: verb('restore', {
      snapshot: choice,
      /** `set`: by its EBS snapshots, and what is wrong with them. */
      by: fc.constantFrom('id', 'id', 'id', 'set', 'set', 'part', 'twice', 'none', 'mixed', 'wrong region'),
      size: fc.constantFrom(0, 0, 0, 1, 100),
      zone: zones,
      iops,
      throughput,
      tags,
    }),
  },
  {
    weight: 2,
    arbitrary: verb('createVolume', {
      size: fc.constantFrom(0, 1, 20, 20, 20, 70_000),
      zone: zones,
      array: fc.constantFrom(0, 0, 0, 4, 3),
      iops,
      throughput,
      tags,
    }),
  },
  {
    weight: 6,
    arbitrary: verb('attach', {
      volume: choice,
      instanceId: fc.constantFrom('i-1', 'i-2', 'i-2', 'i-3', 'i-4', 'i-5', 'i-6'),
      deviceName: fc.constantFrom('/dev/sdf', '/dev/sdg', '/dev/sdh', '/dev/xvdba', '/dev/hda'),
    }),
  },
  {
    weight: 4,
    arbitrary: verb('detach', {
      volume: choice,
      /** Undefined: the one that it is on. */
      instanceId: fc.option(fc.constantFrom('i-1', 'i-6'), { nil: undefined, freq: 4 }),
      force: fc.boolean(),
    }),
  },
  {
    weight: 6,
    arbitrary: verb('modify', {
      volume: choice,
      grow: fc.constantFrom(undefined, -1, 0, 1, 40, 70_000),
      iops: fc.constantFrom(undefined, undefined, 2_999, 4_000, 12_000, 80_001),
      throughput: fc.constantFrom(undefined, undefined, 125, 600, 2_001),
      expandFilesystem: fc.boolean(),
      autoscalingOnly: fc.boolean(),
    }),
  },
  { weight: 6, arbitrary: verb('deactivate', { volume: choice }) },
  { weight: 8, arbitrary: verb('activate', { volume: choice }) },
);
type Command = typeof command extends fc.Arbitrary<infer C> ? C : never;

const somePace: fc.Arbitrary<Pace> = fc.oneof(
  fc.constant(paces.realistic),
  fc.constant(paces.instant),
  fc.record(
    Object.fromEntries(paceKeys.map((key) => [key, fc.constantFrom(0, 1_000, 3_000, 60_000)])) as {
      [K in keyof Pace]: fc.Arbitrary<number>;
    },
  ),
);

const walk = fc.record({
  worlds: fc.tuple(
    fc.record({ pace: somePace, stands: fc.constant(false) }),
    fc.record({ pace: somePace, stands: fc.constantFrom(false, false, true) }),
  ),
  commands: fc.array(command, { minLength: steps, maxLength: steps }),
});

/** The id that a choice comes to, among the volumes or the snapshots. */
function choose<T extends { id: string | undefined; account: number }>(
  { of, at }: { of: string; at: number },
  step: Step,
  other: World,
  all: (world: World) => readonly T[],
  inner: (thing: T) => readonly string[],
): string {
  const from = of === 'the other world' ? other : step.world;
  const account = of === 'the other account' ? 1 - step.account : step.account;
  const own = all(from).filter((each) => each.account === account);
  const ids = of === 'backing' ? own.flatMap(inner) : own.map(({ id }) => id as string);
  return of === 'nobody' ? nobody : (ids[at % ids.length] ?? nobody);
}

function callOf(command: Exclude<Command, { verb: 'list' | 'advance' }>, step: Step, other: World): Call {
  if (command.verb === 'createVolume') return calls.createVolume(step, command);
  if (command.verb === 'restore') {
    const id = choose(
      command.snapshot,
      step,
      other,
      ({ snapshots: all }) => all,
      ({ parts }) => parts,
    );
    if (command.by === 'id') return calls.restore(step, { datafySnapshotId: id }, command);
    const parts = step.world.snapshots.find((each) => each.account === step.account && each.id === id)?.parts ?? [id];
    const spoilt: Record<string, string[]> = {
      part: parts.slice(1),
      twice: [...parts, ...parts.slice(0, 1)],
      none: [],
      mixed: [...parts, step.account === 0 ? 'snap-21' : 'snap-31'],
    };
    const region = command.by === 'wrong region' ? 'us-west-2' : regionOf(zone);
    return calls.restore(step, { snapshotIds: spoilt[command.by] ?? parts, region }, command);
  }
  const id = choose(
    command.volume,
    step,
    other,
    ({ volumes: all }) => all,
    ({ backing }) => backing,
  );
  if (command.verb === 'createSnapshot') return calls.createSnapshot(step, id, command);
  if (command.verb === 'attach') return calls.attach(step, id, command);
  if (command.verb === 'detach') return calls.detach(step, id, command);
  if (command.verb === 'deactivate') return calls.deactivate(step, id);
  if (command.verb === 'activate') return calls.activate(step, id);
  const { grow, iops, throughput, ...rest } = command;
  return calls.modify(step, id, {
    ...rest,
    ...(grow !== undefined && { grow }),
    ...(iops !== undefined && { iops }),
    ...(throughput !== undefined && { throughput }),
  });
}

// ---- The engine, and what of it is compared.

/** What the listing shows of a volume and of a snapshot, as far as the model knows it. */
function viewsOf({ volumes: all, snapshots: sets }: World) {
  const replaces = new Map(all.map((each) => [each.replacedBy, each.id]));
  return {
    counts: [all.length, sets.length],
    volumes: all.map((each) => ({
      id: each.id,
      account: accountIds[each.account],
      status: each.status,
      size: each.size,
      iops: each.iops,
      throughput: each.throughput,
      zone: each.zone,
      on: each.attachment && [each.attachment.instanceId, each.attachment.deviceName, each.attachment.status],
      modification: each.modification && [each.modification.status, each.modification.size],
      backing: each.backing,
      backingCount: each.backingCount,
      restoredFrom: each.restoredFrom,
      replacedBy: each.replacedBy?.id ?? null,
      replaces: replaces.get(each) ?? null,
      createdAt: each.createdAt,
    })),
    snapshots: sets.map((each) => ({
      id: each.id,
      account: accountIds[each.account],
      volumeId: each.volumeId,
      status: each.status,
      size: each.size,
      region: each.region,
      parts: each.parts,
      of: each.of,
      startedAt: each.startedAt,
    })),
  };
}

function list(state: State, organization: number, accounts: readonly number[]) {
  const someVolumes = state.listVolumes({ organization, accounts }, 1_000, 0);
  const someSnapshots = state.listSnapshots({ organization, accounts }, 1_000, 0);
  return {
    counts: [someVolumes.count, someSnapshots.count],
    volumes: someVolumes.items.map((each) => ({
      id: each.volumeId,
      account: each.accountId,
      status: each.status,
      size: each.volumeSizeGb,
      iops: each.volumeIops,
      throughput: each.volumeThroughput,
      zone: each.availabilityZone,
      on: each.attachment
        ? [each.attachment.instanceId, each.attachment.deviceName, each.attachment.status]
        : undefined,
      modification: each.modification ? [each.modification.status, each.modification.volumeSizeGb] : undefined,
      backing: each.backingVolumes.map(({ volumeId }) => volumeId),
      backingCount: each.backingVolumes.length,
      restoredFrom: each.restoredFrom,
      replacedBy: each.replacedBy,
      replaces: each.replaces,
      createdAt: each.createdAt,
    })),
    snapshots: someSnapshots.items.map((each) => ({
      id: each.datafySnapshotId,
      account: each.accountId,
      volumeId: each.volumeId,
      status: each.status,
      size: each.volumeSizeGb,
      region: each.region,
      parts: each.ebsSnapshots.map(({ snapshotId }) => snapshotId),
      of: each.ebsSnapshots.map(({ volumeId }) => volumeId),
      startedAt: each.startTime,
    })),
  };
}
type Listing = ReturnType<typeof list>;

/** Ids are the engine's to choose: the model takes over those it could not know, if they are new. */
function learn(world: World, listing: Listing): void {
  const known = new Set(
    [...world.volumes, ...world.snapshots].flatMap((each) => [
      each.id,
      ...('parts' in each ? each.parts : each.backing),
    ]),
  );
  const take = (id: string, form: RegExp) => {
    if (known.has(id) || !form.test(id)) throw new Error(`${id} is no new id`);
    known.add(id);
    return id;
  };
  const volumeId = /^vol-0[0-9a-f]{16}$/;
  for (const [at, each] of world.volumes.entries()) {
    const seen = listing.volumes[at];
    if (seen && each.id === undefined) each.id = take(seen.id, volumeId);
    if (seen?.backing.length === each.backingCount && each.backing.length === 0) {
      each.backing = seen.backing.map((id) => take(id, volumeId));
    }
  }
  for (const [at, each] of world.snapshots.entries()) {
    const seen = listing.snapshots[at];
    if (!seen || each.id !== undefined) continue;
    each.id = take(seen.id, /^dsnap-0[0-9a-f]{16}$/);
    if (seen.parts.length === each.of.length) each.parts = seen.parts.map((id) => take(id, /^snap-0[0-9a-f]{16}$/));
  }
}

/** Fails as `toEqual` does; comparing the texts first costs a fraction of it, and there are very many of these. */
function same(found: unknown, expected: unknown, what: string): void {
  if (JSON.stringify(found) !== JSON.stringify(expected)) expect(found, what).toEqual(expected);
}

/** Answers every row of one world, as text: made anew only where a row was written since, in whatever world. */
function dumper(db: Database) {
  const tables = db
    .prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    .pluck()
    .all() as string[];
  const statements = tables.map((name) => {
    const mine = name === 'organization' ? 'key' : 'organization';
    return db.prepare(`SELECT * FROM ${name} WHERE ${mine} = ? ORDER BY 1, 2`).raw();
  });
  const written = db.prepare('SELECT total_changes()').pluck();
  const made = new Map<number, { at: unknown; text: string }>();
  return (organization: number): string => {
    const at = written.get();
    const last = made.get(organization);
    if (last && last.at === at) return last.text;
    const text = statements.map((each) => JSON.stringify(each.all(organization))).join('\n');
    made.set(organization, { at, text });
    return text;
  };
}

/** What holds of any world, whatever was called. `sizes` remembers the size of each volume from one time to the next. */
function checkInvariants(
  db: Database,
  organization: number,
  { volumes: all }: Listing,
  sizes: Map<string, number>,
): void {
  const attachments = db
    .prepare(
      `SELECT count(*) AS rows, count(DISTINCT attachment.volume) AS volumes,
         count(DISTINCT instance || ' ' || device_name) AS devices,
         count(CASE WHEN volume.status <> 'replaced' THEN 1 END) AS live
       FROM attachment LEFT JOIN volume ON volume.key = attachment.volume WHERE attachment.organization = ?`,
    )
    .get(organization) as Record<'rows' | 'volumes' | 'devices' | 'live', number>;
  const { rows } = attachments;
  same(attachments, { rows, volumes: rows, devices: rows, live: rows }, 'attachments');
  for (const each of all) {
    if (each.size < (sizes.get(each.id) ?? 0)) throw new Error(`${each.id} has shrunk to ${each.size} GiB`);
    const isNew = sizes.size > 0 && !sizes.has(each.id);
    if (isNew && each.replaces && each.status !== 'ordinary') throw new Error(`${each.id} took over as ${each.status}`);
    if (each.status !== 'replaced') continue;
    const successor = all.find(({ id, account }) => id === each.replacedBy && account === each.account);
    if (successor?.replaces !== each.id) throw new Error(`${each.id} is replaced, by nothing`);
  }
  for (const each of all) sizes.set(each.id, each.size);
}

/** What was tried, and how it ended. */
const seen = new Set<string>();

function outcomeOf(ask: () => unknown): string | undefined {
  try {
    ask();
    return undefined;
  } catch (error) {
    if (error instanceof EmulatorError) return error.code;
    throw error;
  }
}

test(`${walks} walks of ${steps} steps go as the model says`, { timeout: limit }, () => {
  fc.assert(
    fc.property(walk, ({ worlds: options, commands }) => {
      const db = openDatabase(':memory:');
      try {
        const clock = controlledClock(beginning);
        const state = createState(db, clock);
        const dump = dumper(db);
        const worlds = options.map(({ pace, stands }, at) => {
          const clockNow = stands ? beginning : null;
          const organization = createWorld(state, seedOf(at), { clockNow, pace });
          const accounts = accountIds.map((id) => state.findAccount(organization, id)?.key as number);
          return {
            organization,
            accounts,
            model: begin(pace, clockNow ?? undefined),
            sizes: new Map<string, number>(),
          };
        });
        type Side = (typeof worlds)[number];

        /** The world is as the model has it, and in order; another look at it changes nothing. */
        const compare = ({ organization, accounts, model, sizes }: Side) => {
          settle(model, nowOf(model, clock));
          const listing = list(state, organization, accounts);
          const before = dump(organization);
          learn(model, listing);
          same(listing, viewsOf(model), 'what is listed');
          checkInvariants(db, organization, listing, sizes);
          state.listVolumes({ organization, accounts }, 0, 0);
          same(dump(organization), before, 'what is settled twice');
        };

        for (const command of commands) {
          if (command.verb === 'advance') clock.advance(command.milliseconds);
          if (command.verb === 'advance' || command.verb === 'list') {
            for (const side of worlds) compare(side);
            continue;
          }
          const mine = worlds[command.world] as Side;
          const other = worlds[1 - command.world] as Side;
          const { account } = command;
          const step: Step = { world: mine.model, account, now: nowOf(mine.model, clock) };
          const target: Target = {
            organization: mine.organization,
            account: mine.accounts[account] as number,
            accountId: accountIds[account] as string,
            ownAccount: false,
          };
          const call = callOf(command, step, other.model);
          const expected = call.predict();
          const before = { mine: expected && dump(mine.organization), other: dump(other.organization) };
          same(outcomeOf(() => call.ask(state, target)) ?? 'accepted', expected ?? 'accepted', command.verb);
          same(dump(other.organization), before.other, 'the other world');
          // What a refusal leaves is as it was, to the last row: another look would see nothing else.
          if (expected) same(dump(mine.organization), before.mine, 'the world, after a refusal');
          else compare(mine);
          seen.add(`${command.verb}: ${expected ?? 'accepted'}`);
        }

        // Another engine, which remembers nothing of what is due, finds the same and nothing left to do.
        const again = createState(db, clock);
        for (const { organization, accounts } of worlds) {
          const before = dump(organization);
          const listing = list(state, organization, accounts);
          same(list(again, organization, accounts), listing, 'what a new engine lists');
          same(dump(organization), before, 'what a new engine settles');
        }
      } finally {
        db.close();
      }
    }),
    { numRuns: walks },
  );
  // No call is always refused, and none always accepted: else the walks say less than they seem to.
  for (const each of Object.keys(calls)) {
    const ends = [...seen].filter((end) => end.startsWith(`${each}: `));
    expect(ends).toContain(`${each}: accepted`);
    expect(ends.length, ends.join()).toBeGreaterThan(3);
  }
});
