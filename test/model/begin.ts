import type { WorldDocument } from '../../src/state/document/document.ts';
import type { Pace } from '../../src/state/engine/pace.ts';
import { type Instance, never, ordinaryVolume, regionOf, type Snapshot, type Volume, type World } from './world.ts';

interface When {
  pace: Pace;
  /** Where its clock stands; undefined: it has the process's. */
  standsAt: number | undefined;
  /** The instant that it is made at. */
  at: number;
}

/** The model of a world that has just been made from a document, in which nothing is under way that would end. */
export function worldOf(document: WorldDocument, { pace, standsAt, at }: When): World {
  const accountIds = document.accounts.map(({ accountId }) => accountId);
  const accountOf = ({ accountId }: { accountId: string }) => accountIds.indexOf(accountId);
  const volumes = document.volumes.map((volume): Volume => {
    const { attachment, backingVolumeIds = [] } = volume;
    return {
      ...ordinaryVolume,
      id: volume.volumeId,
      account: accountOf(volume),
      status: volume.status,
      size: volume.sizeGb,
      zone: volume.availabilityZone,
      boot: volume.boot ?? false,
      tags: volume.tags ?? [],
      backingCount: backingVolumeIds.length,
      backing: [...backingVolumeIds],
      attachment: attachment && { deleteOnTermination: false, ...attachment, status: 'attached', due: never },
      createdAt: at,
    };
  });
  const zoneOf = (volumeId: string) => volumes.find(({ id }) => id === volumeId)?.zone ?? '';
  return {
    pace,
    standsAt,
    volumes,
    snapshots: document.snapshots.map(
      (snapshot): Snapshot => ({
        id: snapshot.datafySnapshotId,
        account: accountOf(snapshot),
        volumeId: snapshot.volumeId,
        status: snapshot.status,
        due: never,
        size: snapshot.sizeGb,
        region: regionOf(zoneOf(snapshot.volumeId)),
        count: snapshot.ebsSnapshots.length,
        parts: snapshot.ebsSnapshots.map(({ snapshotId }) => snapshotId),
        of: snapshot.ebsSnapshots.map(({ volumeId }) => volumeId),
        startedAt: at,
      }),
    ),
    instances: document.instances.map(
      (instance): Instance => ({
        id: instance.instanceId,
        account: accountOf(instance),
        zone: instance.availabilityZone,
        agent: instance.agent,
        cluster: instance.clusterName ?? null,
        tags: instance.tags ?? [],
      }),
    ),
    ruled: [...new Set((document.rules ?? []).map(accountOf))],
  };
}
