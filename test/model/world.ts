import type { Pace } from '../../src/state/engine/pace.ts';

/**
 * A model of what a world holds, and of what time does to it: plain objects, written from the rules and not from the
 * table. It knows neither the table nor the machine, so that what both agree on is right twice.
 *
 * `due` is the instant at which a status ends; what is held never ends. Ids are the engine's to choose: the model takes
 * them over when it is told (`learn.ts`), and until then they are undefined.
 */
export interface Volume {
  id: string | undefined;
  account: number;
  status: string;
  due: number;
  /** When its original EBS volume goes: nobody is told of that. */
  sourceGoes?: number;
  size: number;
  iops: number;
  throughput: number;
  zone: string;
  type: string;
  fileSystem: string;
  boot: boolean;
  tags: Tag[];
  /** Over how many volumes gp3's limits are totals. */
  array: number;
  /** How many EBS volumes stand behind it, and which: they are known later. */
  backingCount: number;
  backing: string[];
  attachment: Attachment | undefined;
  modification: Modification | undefined;
  restoredFrom: string | null;
  /** It may be gone from the world. */
  replacedBy: Volume | undefined;
  createdAt: number;
}

export interface Attachment {
  instanceId: string;
  deviceName: string;
  deleteOnTermination: boolean;
  status: string;
  due: number;
}

export interface Modification {
  status: string;
  due: number;
  size: number;
  iops: number;
  throughput: number;
  /** How large the array is to be. */
  array: number | undefined;
}

export interface Snapshot {
  id: string | undefined;
  account: number;
  volumeId: string;
  status: string;
  due: number;
  size: number;
  region: string;
  /** How many EBS snapshots it is made of: its parts, known later. */
  count: number;
  parts: string[];
  /** The EBS volumes that they are of: while those are unknown, the very list that its volume has of them. */
  of: string[];
  startedAt: number;
}

export interface Instance {
  id: string | undefined;
  account: number;
  zone: string;
  agent: boolean;
  cluster: string | null;
  tags: Tag[];
}

export interface Tag {
  key: string;
  value: string;
}

export interface World {
  pace: Pace;
  /** Where its clock stands; undefined: it has the process's. */
  standsAt: number | undefined;
  volumes: Volume[];
  snapshots: Snapshot[];
  instances: Instance[];
  /** The accounts with the rules of `rules`. */
  ruled: readonly number[];
}

export const never = Number.POSITIVE_INFINITY;

/** What a volume has until something is said of it. */
export const ordinaryVolume = {
  ...{ status: 'ordinary', due: never, iops: 3_000, throughput: 125, type: 'gp3', fileSystem: 'ext4', boot: false },
  ...{ array: 1, backingCount: 0, restoredFrom: null },
  ...{ id: undefined, attachment: undefined, modification: undefined, replacedBy: undefined },
} as const;

export const regionOf = (zone: string) => zone.slice(0, -1);

export const instanceOf = (world: World, { attachment }: Volume) =>
  world.instances.find(({ id }) => id !== undefined && id === attachment?.instanceId);

/**
 * Ends what is due, earliest first; of several at one instant the older volume first, on which the order of ids hangs.
 * Answers whether anything was.
 */
export function settle(world: World, now: number): boolean {
  for (let ended = false; ; ended = true) {
    let earliest: { due: number; end: () => void } = { due: never, end: () => undefined };
    const offer = (due: number, end: () => void) => {
      if (due < earliest.due) earliest = { due, end };
    };
    for (const volume of world.volumes) {
      const { modification, attachment } = volume;
      offer(volume.due, () => end(world, volume));
      offer(volume.sourceGoes ?? never, () => {
        volume.sourceGoes = never;
      });
      if (modification) offer(modification.due, () => land(volume, modification));
      if (attachment) offer(attachment.due, () => arrive(world, volume, attachment));
    }
    for (const each of world.snapshots) {
      offer(each.due, () => Object.assign(each, { status: 'completed', due: never }));
    }
    if (earliest.due > now || earliest.due === never) return ended;
    earliest.end();
  }
}

function land(volume: Volume, modification: Modification): void {
  const { size, iops, throughput } = modification;
  Object.assign(modification, { status: 'completed', due: never });
  Object.assign(volume, { size, iops, throughput });
  // Others take the place of those behind it.
  const { array } = modification;
  if (array) Object.assign(volume, { array, backingCount: array, backing: [] });
}

function arrive(world: World, volume: Volume, attachment: Attachment): void {
  const at = attachment.due;
  if (attachment.status === 'detaching') {
    volume.attachment = undefined;
    return;
  }
  Object.assign(attachment, { status: 'attached', due: never });
  followRules(world, volume, at);
}

/** An activation takes a snapshot of what stands behind the volume then. */
function takeFirstSnapshot(world: World, volume: Volume, at: number): void {
  volume.backingCount = 2;
  const { id, account, size, zone, backing } = volume;
  if (id === undefined) throw new Error('A volume is activated of which nobody knows the id');
  world.snapshots.push({
    ...{ id: undefined, account, volumeId: id, size, region: regionOf(zone), count: 2, parts: [], of: backing },
    ...{ status: 'completed', due: never, startedAt: at },
  });
}

function end(world: World, volume: Volume): void {
  const at = volume.due;
  volume.due = never;
  if (volume.status === 'activating') takeFirstSnapshot(world, volume, at);
  if (volume.status !== 'deactivating') {
    volume.status = 'managed';
    const { source } = world.pace;
    if (source !== 'keep') volume.sourceGoes = at + source;
    return;
  }
  const { size, account, attachment, zone, tags, fileSystem } = volume;
  // What one volume of that size cannot have is lost.
  const iops = Math.max(3_000, Math.min(volume.iops, 80_000, 500 * size));
  const throughput = Math.max(125, Math.min(volume.throughput, 2_000, Math.floor(iops / 4)));
  const impossible = gp3Refusal(size, iops, throughput, 1);
  if (impossible) throw new Error(`${volume.id} gives way to a volume that AWS would refuse: ${impossible}`);
  const replacedBy: Volume = {
    ...ordinaryVolume,
    ...{ account, size, iops, throughput, zone, tags, fileSystem, attachment, backing: [], createdAt: at },
  };
  Object.assign(volume, { status: 'replaced', backingCount: 0, backing: [], attachment: undefined, replacedBy });
  world.volumes.push(replacedBy);
}

/** The rules that a ruled account has, as documents, and as the model reads them. */
export const rules = [
  { some: [{ var: 'tags' }, { in: [{ var: '' }, ['autoscale:yes']] }] },
  { in: [{ var: 'cluster_name' }, ['autoscaled']] },
];
const isMatched = ({ tags }: Volume, instance: Instance) =>
  tags.some(({ key, value }) => key === 'autoscale' && value === 'yes') || instance.cluster === 'autoscaled';

/** Whether autoscaling can be switched on for an ordinary volume. */
export function isSupported(world: World, volume: Volume): boolean {
  return (
    !volume.boot &&
    ['gp2', 'gp3', 'io1', 'io2'].includes(volume.type) &&
    ['ext4', 'xfs'].includes(volume.fileSystem) &&
    volume.attachment?.status === 'attached' &&
    instanceOf(world, volume)?.agent === true
  );
}

/** Switches autoscaling on where a rule says so: something that rules look at has changed at an instant. */
export function followRules(world: World, volume: Volume, at: number): void {
  if (!world.ruled.includes(volume.account) || volume.status !== 'ordinary' || !isSupported(world, volume)) return;
  const instance = instanceOf(world, volume);
  if (!instance || !isMatched(volume, instance)) return;
  Object.assign(volume, { status: 'activating', due: at + world.pace.activate });
}

/** What volumes of other types than gp3 have at most: GiB, IOPS, MiB/s. */
const most: Record<string, readonly [number, number, number]> = {
  gp2: [16_384, 16_000, 250],
  io1: [16_384, 64_000, 1_000],
  io2: [65_536, 256_000, 4_000],
  st1: [16_384, 3_000, 500],
  sc1: [16_384, 3_000, 250],
  standard: [1_024, 3_000, 125],
};

/** Why no volume of this type can be so, if none can. */
export function limitRefusal(
  type: string,
  size: number,
  iops: number,
  throughput: number,
  count: number,
): string | undefined {
  const [sizeGb, mostIops, mostThroughput] = most[type] ?? [];
  if (sizeGb === undefined || mostIops === undefined || mostThroughput === undefined) {
    return gp3Refusal(size, iops, throughput, count);
  }
  if (size < count || size > sizeGb * count) return 'size-out-of-range';
  if (iops < count || iops > mostIops * count) return 'iops-out-of-range';
  return throughput < count || throughput > mostThroughput * count ? 'throughput-out-of-range' : undefined;
}

/** Why gp3 refuses such a volume, if it does. */
export function gp3Refusal(size: number, iops: number, throughput: number, count: number): string | undefined {
  if (size < count || size > 65_536 * count) return 'size-out-of-range';
  if (iops < 3_000 * count || iops > 80_000 * count) return 'iops-out-of-range';
  if (throughput < 125 * count || throughput > 2_000 * count) return 'throughput-out-of-range';
  if (iops > Math.max(3_000 * count, 500 * size)) return 'iops-ratio-exceeded';
  return throughput * 4 > iops ? 'throughput-ratio-exceeded' : undefined;
}

/** Another world that is the same: what is done to it leaves this one as it is. */
export function copyOf(world: World): World {
  const copies = new Map<Volume, Volume>();
  const lists = new Map<string[], string[]>();
  const list = (ids: string[]): string[] => {
    const made = lists.get(ids) ?? [...ids];
    lists.set(ids, made);
    return made;
  };
  const copy = (volume: Volume): Volume => {
    const known = copies.get(volume);
    if (known) return known;
    const { attachment, modification, replacedBy } = volume;
    const made: Volume = {
      ...volume,
      backing: list(volume.backing),
      attachment: attachment && { ...attachment },
      modification: modification && { ...modification },
      replacedBy: replacedBy && copy(replacedBy),
    };
    copies.set(volume, made);
    return made;
  };
  return {
    ...world,
    volumes: world.volumes.map(copy),
    snapshots: world.snapshots.map((each) => ({ ...each, of: list(each.of), parts: [...each.parts] })),
    instances: world.instances.map((each) => ({ ...each })),
  };
}
