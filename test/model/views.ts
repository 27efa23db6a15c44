import type { Instance, Snapshot, Tag, Volume, World } from './world.ts';

/** What a reader sees of a world, as far as the model knows it: of the model, and of what the emulator answers. */

export type VolumeView = ReturnType<typeof volumeView>;
export type SnapshotView = ReturnType<typeof snapshotView>;
export type InstanceView = ReturnType<typeof instanceView>;

/** `replaces`: the volume that it took over from, if that is still there. */
export function volumeView(volume: Volume, replaces: Volume | undefined) {
  const { attachment, modification } = volume;
  return {
    id: volume.id,
    account: volume.account,
    status: volume.status,
    size: volume.size,
    iops: volume.iops,
    throughput: volume.throughput,
    zone: volume.zone,
    type: volume.type,
    tags: textOf(volume.tags),
    on: attachment && [attachment.instanceId, attachment.deviceName, attachment.status, attachment.deleteOnTermination],
    modification: modification && [modification.status, modification.size, modification.iops, modification.throughput],
    backing: volume.backing,
    backingCount: volume.backingCount,
    restoredFrom: volume.restoredFrom,
    replacedBy: volume.replacedBy ? volume.replacedBy.id : null,
    replaces: replaces ? replaces.id : null,
    createdAt: volume.createdAt,
  };
}

export const volumeViews = ({ volumes }: World): VolumeView[] => {
  const replaced = new Map(volumes.map((each) => [each.replacedBy, each]));
  return volumes.map((each) => volumeView(each, replaced.get(each)));
};

export const snapshotView = (snapshot: Snapshot) => ({
  id: snapshot.id,
  account: snapshot.account,
  volumeId: snapshot.volumeId,
  status: snapshot.status,
  size: snapshot.size,
  region: snapshot.region,
  parts: snapshot.parts,
  of: snapshot.of,
  startedAt: snapshot.startedAt,
});

export const instanceView = (instance: Instance) => ({
  id: instance.id,
  account: instance.account,
  zone: instance.zone,
  agent: instance.agent,
  cluster: instance.cluster,
  tags: textOf(instance.tags),
});

const textOf = (tags: readonly Tag[]) => tags.map(({ key, value }) => `${key}=${value}`).join();

// ---- The same of what the emulator says: instants as numbers, from the engine, or as text, over HTTP.

type Instant = number | string;
const instantOf = (instant: Instant) => (typeof instant === 'number' ? instant : Date.parse(instant));

interface Performance {
  volumeSizeGb: number;
  volumeIops: number;
  volumeThroughput: number;
}

export interface SeenVolume extends Performance {
  volumeId: string;
  accountId: string;
  status: string;
  availabilityZone: string;
  volumeType: string;
  tags: Tag[];
  attachment: { instanceId: string; deviceName: string; status: string; deleteOnTermination: boolean } | null;
  modification: (Performance & { status: string }) | null;
  backingVolumes: { volumeId: string }[];
  restoredFrom: string | null;
  replacedBy: string | null;
  replaces: string | null;
  createdAt: Instant;
}

export interface SeenSnapshot {
  datafySnapshotId: string;
  accountId: string;
  volumeId: string;
  status: string;
  volumeSizeGb: number;
  region: string;
  ebsSnapshots: { snapshotId: string; volumeId: string }[];
  startTime: Instant;
}

export interface SeenInstance {
  instanceId: string;
  accountId: string;
  availabilityZone: string;
  agent: boolean;
  clusterName: string | null;
  tags: Tag[];
}

/** `accountIds`: of the model's accounts, in their order. */
export function seenVolume(seen: SeenVolume, accountIds: readonly string[]): VolumeView {
  const { attachment, modification } = seen;
  return {
    id: seen.volumeId,
    account: accountIds.indexOf(seen.accountId),
    status: seen.status,
    size: seen.volumeSizeGb,
    iops: seen.volumeIops,
    throughput: seen.volumeThroughput,
    zone: seen.availabilityZone,
    type: seen.volumeType,
    tags: textOf(seen.tags),
    on: attachment
      ? [attachment.instanceId, attachment.deviceName, attachment.status, attachment.deleteOnTermination]
      : undefined,
    modification: modification
      ? [modification.status, modification.volumeSizeGb, modification.volumeIops, modification.volumeThroughput]
      : undefined,
    backing: seen.backingVolumes.map(({ volumeId }) => volumeId),
    backingCount: seen.backingVolumes.length,
    restoredFrom: seen.restoredFrom,
    replacedBy: seen.replacedBy,
    replaces: seen.replaces,
    createdAt: instantOf(seen.createdAt),
  };
}

export const seenSnapshot = (seen: SeenSnapshot, accountIds: readonly string[]): SnapshotView => ({
  id: seen.datafySnapshotId,
  account: accountIds.indexOf(seen.accountId),
  volumeId: seen.volumeId,
  status: seen.status,
  size: seen.volumeSizeGb,
  region: seen.region,
  parts: seen.ebsSnapshots.map(({ snapshotId }) => snapshotId),
  of: seen.ebsSnapshots.map(({ volumeId }) => volumeId),
  startedAt: instantOf(seen.startTime),
});

export const seenInstance = (seen: SeenInstance, accountIds: readonly string[]): InstanceView => ({
  id: seen.instanceId,
  account: accountIds.indexOf(seen.accountId),
  zone: seen.availabilityZone,
  agent: seen.agent,
  cluster: seen.clusterName,
  tags: textOf(seen.tags),
});
