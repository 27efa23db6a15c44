import {
  followRules,
  gp3Refusal,
  instanceOf,
  isSupported,
  limitRefusal,
  ordinaryVolume,
  regionOf,
  type Snapshot,
  type Tag,
  type Volume,
  type World,
} from './world.ts';

/** Where and when a verb is asked for. What was due by then has been settled. */
export interface Step {
  world: World;
  account: number;
  now: number;
}

/** The code that a verb is refused with, or undefined where it is done: the model has moved on then. */
export type Refusal = string | undefined;

const isReserved = (tags: readonly Tag[]) => tags.some(({ key }) => key.startsWith('aws:'));
const knownZone = (zone: string) => /^[a-z]+-[a-z]+-\d[a-z]$/.test(zone);
const knownDevice = (deviceName: string) => /^\/dev\/(sd|xvd)/.test(deviceName);
/** What of a device name EC2 looks at: the letters, of which a1 is the same as a. */
const pointOf = (deviceName: string) => deviceName.replace(/^\/dev\/(sd|xvd)/, '').replace(/^a1$/, 'a');

const find = ({ world, account }: Step, id: string) =>
  world.volumes.find((each) => each.account === account && each.id !== undefined && each.id === id);
const findInstance = ({ world, account }: Step, id: string) =>
  world.instances.find((each) => each.account === account && each.id !== undefined && each.id === id);

/** What only managed volumes allow, and ordinary ones too where the caller says so. */
const available = (status: string, autoscalingOnly: boolean): Refusal => {
  if (autoscalingOnly) return status === 'managed' ? undefined : 'volume-not-managed';
  return status === 'managed' || status === 'ordinary' ? undefined : 'volume-not-available';
};

function createSnapshot(step: Step, id: string, o: { autoscalingOnly: boolean; tags: Tag[] }): Refusal {
  const volume = find(step, id);
  if (!volume) return 'volume-not-found';
  const refused = available(volume.status, o.autoscalingOnly);
  if (refused) return refused;
  if (isReserved(o.tags)) return 'tags-invalid';
  step.world.snapshots.push({
    id: undefined,
    account: step.account,
    volumeId: id,
    status: 'pending',
    due: step.now + step.world.pace.snapshot,
    size: volume.size,
    region: regionOf(volume.zone),
    count: volume.status === 'managed' ? volume.backingCount : 1,
    parts: [],
    of: volume.status === 'managed' ? volume.backing : [id],
    startedAt: step.now,
  });
  return undefined;
}

export type Source = { datafySnapshotId: string } | { snapshotIds: string[]; region: string };

function restore(
  step: Step,
  o: { source: Source; size: number; zone: string; iops: number; throughput: number; tags: Tag[] },
): Refusal {
  if (!knownZone(o.zone)) return 'availability-zone-invalid';
  if (isReserved(o.tags)) return 'tags-invalid';
  const own = step.world.snapshots.filter(({ account }) => account === step.account);
  let found: Snapshot | undefined;
  if ('datafySnapshotId' in o.source) {
    const { datafySnapshotId } = o.source;
    found = own.find(({ id }) => id === datafySnapshotId);
    if (!found) return 'snapshot-not-found';
  } else {
    const ids = o.source.snapshotIds;
    if (ids.length === 0) return 'snapshot-set-invalid';
    if (ids.some((id) => !own.some(({ parts }) => parts.includes(id)))) return 'snapshot-not-found';
    found = own.find(({ parts }) => parts.includes(ids[0] as string)) as Snapshot;
    if ([...ids].sort().join() !== [...found.parts].sort().join()) return 'snapshot-set-invalid';
    if (found.region !== o.source.region) return 'region-mismatch';
  }
  if (found.status !== 'completed') return 'snapshot-not-completed';
  if (found.region !== regionOf(o.zone)) return 'region-mismatch';
  const [size, iops, throughput] = [o.size || found.size, o.iops || 3_000, o.throughput || 125];
  if (size < found.size) return 'size-below-snapshot';
  const refused = gp3Refusal(size, iops, throughput, 1);
  if (refused) return refused;
  create(step, { size, iops, throughput, zone: o.zone, array: 1, tags: o.tags, restoredFrom: found.id ?? null });
  return undefined;
}

/** `array` 0: none. With one, `iops` is what each of its volumes has. */
function createVolume(
  step: Step,
  o: { size: number; zone: string; array: number; iops: number; throughput: number; tags: Tag[] },
): Refusal {
  if (!knownZone(o.zone)) return 'availability-zone-invalid';
  if (isReserved(o.tags)) return 'tags-invalid';
  if (o.array === 3) return 'array-size-invalid';
  if (o.size === 0) return 'disk-size-missing';
  const array = o.array || 1;
  const [iops, throughput] = [(o.iops || 3_000) * array, o.throughput || 125 * array];
  const refused = gp3Refusal(o.size, iops, throughput, array);
  if (refused) return refused;
  create(step, { size: o.size, iops, throughput, zone: o.zone, array, tags: o.tags, restoredFrom: null });
  return undefined;
}

function create(
  { world, account, now }: Step,
  what: Pick<Volume, 'size' | 'iops' | 'throughput' | 'zone' | 'array' | 'tags' | 'restoredFrom'>,
): void {
  const backingCount = what.array === 1 ? 2 : what.array;
  const begun = { status: 'creating', due: now + world.pace.create, createdAt: now };
  world.volumes.push({ ...ordinaryVolume, ...what, ...begun, account, backingCount, backing: [] });
}

export interface Place {
  instanceId: string;
  deviceName: string;
  deleteOnTermination: boolean;
}

function attach(step: Step, id: string, place: Place): Refusal {
  const volume = find(step, id);
  if (!volume) return 'volume-not-found';
  if (volume.status !== 'managed') return 'volume-not-managed';
  return beginAttach(step, volume, place, true);
}

/** In AWS: only ordinary volumes, and no agent is needed. */
function attachInAws(step: Step, id: string, place: Place): Refusal {
  const volume = find(step, id);
  if (!volume) return 'volume-not-found';
  if (volume.status !== 'ordinary') return 'volume-not-ordinary';
  return beginAttach(step, volume, place, false);
}

function beginAttach(step: Step, volume: Volume, place: Place, needsAgent: boolean): Refusal {
  if (!knownDevice(place.deviceName)) return 'device-name-invalid';
  const instance = findInstance(step, place.instanceId);
  if (!instance) return 'instance-not-found';
  if (volume.attachment) return 'volume-already-attached';
  if (needsAgent && !instance.agent) return 'instance-without-agent';
  if (instance.zone !== volume.zone) return 'availability-zone-mismatch';
  const taken = step.world.volumes.some(
    ({ attachment }) =>
      attachment?.instanceId === place.instanceId && pointOf(attachment.deviceName) === pointOf(place.deviceName),
  );
  if (taken) return 'device-in-use';
  volume.attachment = { ...place, status: 'attaching', due: step.now + step.world.pace.attach };
  return undefined;
}

function detach(step: Step, id: string, o: { instanceId: string; force: boolean }): Refusal {
  const volume = find(step, id);
  if (!volume) return 'volume-not-found';
  if (volume.status !== 'managed' && volume.status !== 'ordinary') return 'volume-not-available';
  if (!findInstance(step, o.instanceId)) return 'instance-not-found';
  if (!volume.attachment) return 'volume-not-attached';
  if (volume.attachment.instanceId !== o.instanceId) return 'attached-elsewhere';
  if (!o.force && volume.attachment.status !== 'attached') return 'attachment-in-transition';
  Object.assign(volume.attachment, { status: 'detaching', due: step.now + step.world.pace.detach });
  return undefined;
}

export interface Change {
  size?: number;
  iops?: number;
  throughput?: number;
  array?: number;
}

function modify(step: Step, id: string, o: Change & { expandFilesystem: boolean; autoscalingOnly: boolean }): Refusal {
  const volume = find(step, id);
  if (!volume) return 'volume-not-found';
  const refused = available(volume.status, o.autoscalingOnly);
  if (refused) return refused;
  if (o.size !== undefined && o.size <= volume.size) return 'size-not-larger';
  const { size = volume.size, array = volume.array } = o;
  // What an array of that size cannot have is lost, or made up.
  const within = (value: number, least: number, most: number) => Math.max(least * array, Math.min(value, most * array));
  const iops = o.iops ?? (o.array ? within(volume.iops, 3_000, 80_000) : volume.iops);
  const throughput = o.throughput ?? (o.array ? within(volume.throughput, 125, 2_000) : volume.throughput);
  const limit = limitRefusal(volume.type, size, iops, throughput, array);
  if (limit) return limit;
  if (o.expandFilesystem && volume.attachment?.status !== 'attached') return 'filesystem-without-instance';
  if (volume.modification?.status === 'modifying') return 'modification-in-progress';
  const due = step.now + step.world.pace.modify;
  volume.modification = { status: 'modifying', due, size, iops, throughput, array: o.array };
  return undefined;
}

/** As infrastructure as code asks: only of attached volumes, and what is so already, or is 0, is not asked for. */
function modifyAttached(step: Step, id: string, o: Change & { arraySize?: number }): Refusal {
  const volume = find(step, id);
  if (!volume) return 'volume-not-found';
  const refused = available(volume.status, false);
  if (refused) return refused;
  if (!volume.attachment) return 'volume-not-attached';
  const array = o.arraySize && o.arraySize !== (volume.array === 1 ? 2 : volume.array) ? o.arraySize : undefined;
  if (array && volume.array === 1) return 'array-size-fixed';
  if (array && ![4, 6, 8].includes(array)) return 'array-size-invalid';
  if (!o.size && !o.iops && !o.throughput && !o.arraySize) return 'nothing-to-modify';
  const asked: Change = {};
  for (const name of ['size', 'iops', 'throughput'] as const) {
    const value = o[name];
    if (value && value !== volume[name]) asked[name] = value;
  }
  if (array) asked.array = array;
  if (Object.keys(asked).length === 0) return undefined;
  return modify(step, id, { ...asked, expandFilesystem: false, autoscalingOnly: false });
}

function deactivate(step: Step, id: string): Refusal {
  const volume = find(step, id);
  if (!volume) return 'volume-not-found';
  if (volume.status !== 'managed') return 'volume-not-managed';
  if (volume.size > 65_536) return 'volume-too-large';
  if (volume.modification?.status === 'modifying') return 'modification-in-progress';
  if (volume.attachment && volume.attachment.status !== 'attached') return 'attachment-in-transition';
  Object.assign(volume, { status: 'deactivating', due: step.now + step.world.pace.deactivate });
  return undefined;
}

function activate(step: Step, id: string): Refusal {
  const volume = find(step, id);
  if (!volume) return 'volume-not-found';
  if (volume.status !== 'ordinary') return 'volume-not-ordinary';
  if (!isSupported(step.world, volume)) return 'volume-unsupported';
  Object.assign(volume, { status: 'activating', due: step.now + step.world.pace.activate });
  return undefined;
}

// ---- What happens in AWS, without Datafy

function appear(
  step: Step,
  o: Pick<Volume, 'size' | 'iops' | 'throughput' | 'zone' | 'type' | 'fileSystem' | 'boot' | 'tags'> & { id?: string },
): Refusal {
  if (!knownZone(o.zone)) return 'availability-zone-invalid';
  const refused = limitRefusal(o.type, o.size, o.iops, o.throughput, 1);
  if (refused) return refused;
  if (isReserved(o.tags)) return 'tags-invalid';
  if (o.id !== undefined && isHeld(step.world, o.id)) return 'volume-id-taken';
  step.world.volumes.push({ ...ordinaryVolume, ...o, account: step.account, backing: [], createdAt: step.now });
  return undefined;
}

/** Whether anything in the world speaks of a volume by this id: AWS gives an id once. */
const isHeld = ({ volumes, snapshots }: World, id: string) =>
  volumes.some((each) => each.id === id || each.backing.includes(id) || each.replacedBy?.id === id) ||
  snapshots.some((each) => each.volumeId === id || each.of.includes(id));

function tag(step: Step, id: string, tags: Tag[]): Refusal {
  const volume = find(step, id);
  if (!volume) return 'volume-not-found';
  if (isReserved(tags)) return 'tags-invalid';
  volume.tags = tags;
  followRules(step.world, volume, step.now);
  return undefined;
}

function remove(step: Step, id: string): Refusal {
  const volume = find(step, id);
  if (!volume) return 'volume-not-found';
  if (volume.attachment) return 'volume-attached';
  if (!['ordinary', 'managed', 'replaced'].includes(volume.status)) return 'volume-not-available';
  step.world.volumes = step.world.volumes.filter((each) => each !== volume);
  return undefined;
}

function launch(
  step: Step,
  o: { id?: string; zone: string; agent: boolean; cluster: string | null; tags: Tag[] },
): Refusal {
  if (!knownZone(o.zone)) return 'availability-zone-invalid';
  if (o.id !== undefined && step.world.instances.some(({ id }) => id === o.id)) return 'instance-id-taken';
  if (isReserved(o.tags)) return 'tags-invalid';
  step.world.instances.push({ id: undefined, ...o, account: step.account });
  return undefined;
}

function change(step: Step, id: string, o: { agent?: boolean; cluster?: string | null; tags?: Tag[] }): Refusal {
  const instance = findInstance(step, id);
  if (!instance) return 'instance-not-found';
  if (isReserved(o.tags ?? [])) return 'tags-invalid';
  Object.assign(instance, o);
  for (const volume of step.world.volumes) {
    if (instanceOf(step.world, volume) === instance) followRules(step.world, volume, step.now);
  }
  return undefined;
}

/** Its volumes come off; where an agent ran, those that are to go with it go, but for one that is deactivating. */
function terminate(step: Step, id: string): Refusal {
  const instance = findInstance(step, id);
  if (!instance) return 'instance-not-found';
  const { world } = step;
  for (const volume of world.volumes.filter((each) => instanceOf(world, each) === instance)) {
    const goes = volume.attachment?.deleteOnTermination && instance.agent && volume.status !== 'deactivating';
    volume.attachment = undefined;
    if (goes) world.volumes = world.volumes.filter((each) => each !== volume);
  }
  world.instances = world.instances.filter((each) => each !== instance);
  return undefined;
}

/** What callers ask for, each on its own: it moves the model, or says why not. */
export const verbs = {
  ...{ createSnapshot, restore, createVolume, attach, detach, modify, modifyAttached, deactivate, activate },
  ...{ appear, attachInAws, tag, remove, launch, change, terminate },
};
