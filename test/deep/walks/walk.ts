import fc from 'fast-check';
import type { WorldDocument } from '../../../src/state/document/document.ts';
import { type Pace, paceKeys, paces } from '../../../src/state/engine/pace.ts';
import type { State, Target } from '../../../src/state/index.ts';
import { emptySeed } from '../../../src/state/seeds/empty.ts';
import { type Refusal, type Source, type Step, verbs } from '../../model/verbs.ts';
import { regionOf, rules, type Tag, type World } from '../../model/world.ts';

/** What a random walk is made of: two worlds, and the commands that go to them. */

// ---- The worlds that every walk begins with. Both have the same ids, which must not matter.

const organizationIds = ['b0000000-0000-4000-a000-000000000001', 'b0000000-0000-4000-a000-000000000002'] as const;
export const accountIds = ['c0000000-0000-4000-a000-000000000001', 'c0000000-0000-4000-a000-000000000002'] as const;
const [zone, otherZone, otherRegion] = ['us-east-1a', 'us-east-1b', 'eu-west-1a'] as const;
const nobody = {
  volume: 'vol-0ffffffffffffffff',
  snapshot: 'dsnap-0ffffffffffffffff',
  instance: 'i-0ffffffffffffffff',
};
const [first, second] = accountIds;
const place = { accountId: first, availabilityZone: zone };

const instances = [
  { instanceId: 'i-1', ...place, agent: true },
  { instanceId: 'i-2', ...place, agent: true, clusterName: 'autoscaled' },
  { instanceId: 'i-3', ...place, agent: false },
  { instanceId: 'i-4', ...place, availabilityZone: otherZone, agent: true },
  { instanceId: 'i-5', ...place, accountId: second, agent: true },
];
const on = (instanceId: string, deviceName: string, deleteOnTermination = false) => ({
  attachment: { instanceId, deviceName, deleteOnTermination },
});
const managed = (number: number) => ({
  volumeId: `vol-${number}`,
  ...place,
  status: 'managed' as const,
  sizeGb: 10 * number,
  backingVolumeIds: [`vol-${number}1`, `vol-${number}2`],
});
const ordinary = (number: number) => ({
  volumeId: `vol-${number}`,
  ...place,
  status: 'ordinary' as const,
  sizeGb: 10 * number,
  backingVolumeIds: [],
});
const volumes: WorldDocument['volumes'] = [
  managed(1),
  { ...managed(2), ...on('i-1', '/dev/sdf', true) },
  { ...ordinary(3), ...on('i-1', '/dev/sdg') },
  { ...ordinary(4), sizeGb: 8, boot: true, ...on('i-2', '/dev/xvda', true) },
  { ...ordinary(5), ...on('i-3', '/dev/sdf', true) },
  { ...ordinary(6), status: 'activating' },
  { ...managed(7), accountId: second, ...on('i-5', '/dev/sdf') },
  { ...ordinary(8), accountId: second, ...on('i-5', '/dev/sdg') },
  { ...ordinary(9), tags: [{ key: 'autoscale', value: 'yes' }] },
];
const snapshot = (
  number: number,
  of: number,
  status: 'completed' | 'pending' | 'error',
  accountId: string = first,
) => ({
  datafySnapshotId: `dsnap-${number}`,
  accountId,
  volumeId: `vol-${of}`,
  status,
  sizeGb: 5 * of,
  ebsSnapshots: [1, 2].map((part) => ({ snapshotId: `snap-${number}${part}`, volumeId: `vol-${of}${part}` })),
});
const snapshots = [snapshot(1, 1, 'completed'), snapshot(2, 2, 'pending'), snapshot(3, 7, 'error', second)];

export const seedOf = (world: number, ruled: boolean): WorldDocument => ({
  ...emptySeed,
  organizationId: organizationIds[world] as string,
  accounts: accountIds.map((accountId) => ({ accountId, name: accountId })),
  tokens: accountIds.map((accountId) => ({ accountId, token: `${world}-${accountId}`, description: '' })),
  rules: ruled
    ? rules.map((rule, at) => ({
        ruleId: `d0000000-0000-4000-a000-00000000000${at}`,
        accountId: first,
        active: true,
        rule,
      }))
    : [],
  instances,
  volumes,
  snapshots,
});

// ---- The commands, as fast-check makes them up and prints them.

const choice = fc.record({
  of: fc.oneof(
    { weight: 16, arbitrary: fc.constant('own' as const) },
    { weight: 1, arbitrary: fc.constantFrom('the other account', 'the other world', 'backing', 'nobody') },
  ),
  at: fc.nat(999),
});
type Choice = { of: string; at: number };
/** Where a command goes, and whether the world is looked at after it: what it set off may also be met by the next. */
const look = fc.constantFrom(true, true, true, false);
const where = { world: fc.constantFrom(0, 1), account: fc.constantFrom(0, 0, 0, 1), look };
const tags = fc.constantFrom('none', 'none', 'fine', 'autoscale', 'reserved');
const tagsOf: Record<string, Tag[]> = {
  none: [],
  fine: [{ key: 'Name', value: 'y' }],
  autoscale: [{ key: 'autoscale', value: 'yes' }],
  reserved: [{ key: 'aws:x', value: 'y' }],
};
const zones = fc.constantFrom(zone, zone, zone, zone, otherZone, otherRegion, 'nowhere');
const iops = fc.constantFrom(0, 0, 0, 3_000, 4_000, 2_999, 80_001);
const throughput = fc.constantFrom(0, 0, 0, 125, 800, 2_001);
const devices = fc.constantFrom('/dev/sdf', '/dev/sdg', '/dev/xvdg', '/dev/sdh', '/dev/xvdba', '/dev/sda', '/dev/hda');
const clusters = fc.constantFrom(null, 'plain', 'autoscaled');
const wanted = {
  volume: choice,
  grow: fc.constantFrom(undefined, -1, 0, 1, 40, 70_000),
  iops: fc.constantFrom(undefined, undefined, 2_999, 4_000, 12_000, 80_001),
  throughput: fc.constantFrom(undefined, undefined, 125, 600, 2_001),
};
const attachment = { volume: choice, instance: choice, deviceName: devices, deleteOnTermination: fc.boolean() };

const verb = <const V extends string, T extends object>(name: V, of: { [K in keyof T]: fc.Arbitrary<T[K]> }) =>
  fc.record({ verb: fc.constant(name), ...where, ...of }) as unknown as fc.Arbitrary<
    { verb: V; world: number; account: number; look: boolean } & T
  >;

const command = fc.oneof(
  // What anything shrinks to comes first.
  { withCrossShrink: true },
  {
    weight: 8,
    arbitrary: fc.record({
      verb: fc.constant('advance' as const),
      look,
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
  { weight: 6, arbitrary: verb('attach', attachment) },
  {
    weight: 4,
    arbitrary: verb('detach', {
      volume: choice,
      /** Undefined: the one that it is on. */
      instance: fc.option(choice, { nil: undefined, freq: 4 }),
      force: fc.boolean(),
    }),
  },
  {
    weight: 6,
    arbitrary: verb('modify', { ...wanted, expandFilesystem: fc.boolean(), autoscalingOnly: fc.boolean() }),
  },
  {
    weight: 4,
    arbitrary: verb('modifyAttached', { ...wanted, arraySize: fc.constantFrom(undefined, undefined, 0, 2, 4, 6) }),
  },
  { weight: 6, arbitrary: verb('deactivate', { volume: choice }) },
  { weight: 6, arbitrary: verb('activate', { volume: choice }) },
  {
    weight: 3,
    arbitrary: verb('appear', {
      size: fc.constantFrom(1, 20, 20, 70_000),
      iops: fc.constantFrom(3_000, 3_000, 100),
      throughput: fc.constantFrom(125, 125, 2_001),
      zone: zones,
      type: fc.constantFrom('gp3', 'gp3', 'gp2', 'st1'),
      fileSystem: fc.constantFrom('ext4', 'ext4', 'btrfs'),
      boot: fc.constantFrom(false, false, true),
      tags,
      /** An id of the caller's: undefined, or one that something has or had, or a new one. */
      id: fc.option(fc.oneof(choice, fc.nat(9)), { nil: undefined }),
    }),
  },
  { weight: 6, arbitrary: verb('attachInAws', attachment) },
  { weight: 4, arbitrary: verb('tag', { volume: choice, tags }) },
  { weight: 3, arbitrary: verb('remove', { volume: choice }) },
  {
    weight: 2,
    arbitrary: verb('launch', {
      zone: zones,
      agent: fc.boolean(),
      cluster: clusters,
      tags,
      id: fc.option(fc.oneof(choice, fc.nat(9)), { nil: undefined }),
    }),
  },
  {
    weight: 3,
    arbitrary: verb('change', {
      instance: choice,
      agent: fc.constantFrom(undefined, true, true, false),
      cluster: fc.option(clusters, { nil: undefined }),
      tags: fc.option(tags, { nil: undefined }),
    }),
  },
  { weight: 1, arbitrary: verb('terminate', { instance: choice }) },
);
export type Command = typeof command extends fc.Arbitrary<infer C> ? C : never;
type Verb = Exclude<Command, { verb: 'advance' }>;
export const verbNames = Object.keys(verbs) as readonly Verb['verb'][];

const somePace: fc.Arbitrary<Pace> = fc.oneof(
  fc.constant(paces.realistic),
  fc.constant(paces.instant),
  fc.record(
    Object.fromEntries(paceKeys.map((key) => [key, fc.constantFrom(0, 1_000, 3_000, 60_000)])) as {
      [K in keyof Pace]: fc.Arbitrary<number>;
    },
  ),
);

export const walkOf = (steps: number) =>
  fc.record({
    worlds: fc.tuple(
      fc.record({ pace: somePace, stands: fc.constant(false), ruled: fc.boolean() }),
      fc.record({ pace: somePace, stands: fc.constantFrom(false, false, true), ruled: fc.boolean() }),
    ),
    commands: fc.array(command, { minLength: steps, maxLength: steps }),
  });

// ---- What a command asks of the engine, and of the model.

export interface Call {
  ask(state: State, target: Target): unknown;
  predict(): Refusal;
}

/** The things of a world, by their ids, and by those of what they are made of. */
const idsIn = {
  volume: ({ volumes }: World) => volumes.map(({ account, id, backing }) => ({ account, id, inner: backing })),
  snapshot: ({ snapshots }: World) => snapshots.map(({ account, id, parts }) => ({ account, id, inner: parts })),
  instance: ({ instances }: World) => instances.map(({ account, id }) => ({ account, id, inner: [] })),
};
type Kind = keyof typeof idsIn;

/** The id that a choice comes to. */
function choose(kind: Kind, { of, at }: Choice, { world, account }: Step, other: World): string {
  const owner = of === 'the other account' ? 1 - account : account;
  const own = idsIn[kind](of === 'the other world' ? other : world).filter((each) => each.account === owner);
  const ids = own.flatMap(({ id, inner }) => (of === 'backing' ? inner : [id]));
  return (of === 'nobody' ? undefined : ids[at % ids.length]) ?? nobody[kind];
}

const defined = <T extends object>(values: T) =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };

export function callOf(command: Verb, step: Step, other: World): Call {
  const idOf = (kind: Kind, chosen: Choice) => choose(kind, chosen, step, other);
  const own = (id: string) => step.world.volumes.find((each) => each.account === step.account && each.id === id);
  const tagged = tagsOf['tags' in command ? (command.tags ?? 'none') : 'none'] as Tag[];
  /** An id that a caller brings along. */
  const brought = (kind: 'volume' | 'instance', id: Choice | number | undefined) =>
    typeof id === 'number' ? `${kind === 'volume' ? 'vol' : 'i'}-0aaaaaaa${id}` : id && idOf(kind, id);

  switch (command.verb) {
    case 'createSnapshot': {
      const id = idOf('volume', command.volume);
      const request = { autoscalingOnly: command.autoscalingOnly, tags: tagged };
      return {
        ask: (state, target) => state.createSnapshot(target, id, request),
        predict: () => verbs.createSnapshot(step, id, request),
      };
    }
    case 'restore': {
      const { size, zone: availabilityZone, iops, throughput } = command;
      const source = sourceOf(command.by, idOf('snapshot', command.snapshot), step);
      return {
        ask: (state, target) =>
          state.restore(target, { source, sizeGb: size, availabilityZone, iops, throughput, tags: tagged }),
        predict: () => verbs.restore(step, { ...command, source, tags: tagged }),
      };
    }
    case 'createVolume': {
      const { size, zone: availabilityZone, array, iops, throughput } = command;
      return {
        ask: (state, target) =>
          state.createVolume(target, {
            ...{ availabilityZone, sizeGb: size, iops: iops * Math.max(array, 1), throughput, encrypted: false },
            ...{ mode: array ? 'performance' : 'autoscaling', arraySize: array, tags: tagged },
          }),
        predict: () => verbs.createVolume(step, { ...command, tags: tagged }),
      };
    }
    case 'attach':
    case 'attachInAws': {
      const id = idOf('volume', command.volume);
      const { deviceName, deleteOnTermination } = command;
      const wanted = { instanceId: idOf('instance', command.instance), deviceName, deleteOnTermination };
      return {
        ask: (state, target) =>
          command.verb === 'attach' ? state.attach(target, id, wanted) : state.aws.attachVolume(target, id, wanted),
        predict: () => verbs[command.verb](step, id, wanted),
      };
    }
    case 'detach': {
      const id = idOf('volume', command.volume);
      const { force, instance } = command;
      const instanceId = instance ? idOf('instance', instance) : (own(id)?.attachment?.instanceId ?? 'i-1');
      return {
        ask: (state, target) => state.detach(target, id, instanceId, force),
        predict: () => verbs.detach(step, id, { instanceId, force }),
      };
    }
    case 'modify':
    case 'modifyAttached': {
      const id = idOf('volume', command.volume);
      const { iops, throughput, grow } = command;
      const size = grow === undefined ? undefined : (own(id)?.size ?? 10) + grow;
      const change = defined({ size, iops, throughput });
      const request = defined({ sizeGb: size, iops, throughput });
      if (command.verb === 'modifyAttached') {
        const { arraySize } = defined({ arraySize: command.arraySize });
        return {
          ask: (state, target) => state.modifyAttached(target, id, { ...request, ...defined({ arraySize }) }),
          predict: () => verbs.modifyAttached(step, id, { ...change, ...defined({ arraySize }) }),
        };
      }
      const { expandFilesystem, autoscalingOnly } = command;
      return {
        ask: (state, target) => state.modify(target, id, { ...request, expandFilesystem, autoscalingOnly }),
        predict: () => verbs.modify(step, id, { ...change, expandFilesystem, autoscalingOnly }),
      };
    }
    case 'deactivate':
    case 'activate': {
      const id = idOf('volume', command.volume);
      return {
        ask: (state, target) => state[command.verb](target, id),
        predict: () => verbs[command.verb](step, id),
      };
    }
    case 'appear': {
      const { size, iops, throughput, zone: availabilityZone, type, fileSystem, boot } = command;
      const id = brought('volume', command.id);
      const performance = { size, iops, throughput };
      return {
        ask: (state, target) =>
          state.aws.createVolume(target, {
            ...{ sizeGb: size, availabilityZone, iops, throughput, volumeType: type, fileSystem, boot, tags: tagged },
            ...(id !== undefined && { volumeId: id }),
          }),
        predict: () =>
          verbs.appear(step, {
            ...{ ...performance, zone: availabilityZone, type, fileSystem, boot, tags: tagged },
            ...(id !== undefined && { id }),
          }),
      };
    }
    case 'tag': {
      const id = idOf('volume', command.volume);
      return {
        ask: (state, target) => state.aws.tagVolume(target, id, tagged),
        predict: () => verbs.tag(step, id, tagged),
      };
    }
    case 'remove': {
      const id = idOf('volume', command.volume);
      return {
        ask: (state, target) => state.aws.deleteVolume(target, id),
        predict: () => verbs.remove(step, id),
      };
    }
    case 'launch': {
      const { zone: availabilityZone, agent, cluster: clusterName } = command;
      const id = brought('instance', command.id);
      return {
        ask: (state, target) =>
          state.aws.createInstance(target, {
            ...{ availabilityZone, agent, tags: tagged },
            ...(clusterName !== null && { clusterName }),
            ...(id !== undefined && { instanceId: id }),
          }),
        predict: () => {
          const wanted = { zone: availabilityZone, agent, cluster: clusterName, tags: tagged };
          return verbs.launch(step, { ...wanted, ...(id !== undefined && { id }) });
        },
      };
    }
    case 'change': {
      const id = idOf('instance', command.instance);
      const { agent, cluster } = command;
      const given = command.tags === undefined ? undefined : tagged;
      return {
        ask: (state, target) =>
          state.aws.changeInstance(target, id, defined({ agent, clusterName: cluster, tags: given })),
        predict: () => verbs.change(step, id, defined({ agent, cluster, tags: given })),
      };
    }
    case 'terminate': {
      const id = idOf('instance', command.instance);
      return {
        ask: (state, target) => state.aws.terminateInstance(target, id),
        predict: () => verbs.terminate(step, id),
      };
    }
  }
}

/** What to restore: a snapshot by its id, or its parts, with something wrong about them or nothing. */
function sourceOf(by: string, id: string, { world, account }: Step): Source {
  if (by === 'id') return { datafySnapshotId: id };
  const parts = world.snapshots.find((each) => each.account === account && each.id === id)?.parts ?? [id];
  const spoilt: Record<string, string[]> = {
    part: parts.slice(1),
    twice: [...parts, ...parts.slice(0, 1)],
    none: [],
    mixed: [...parts, account === 0 ? 'snap-21' : 'snap-31'],
  };
  return { snapshotIds: spoilt[by] ?? parts, region: by === 'wrong region' ? 'us-west-2' : regionOf(zone) };
}
