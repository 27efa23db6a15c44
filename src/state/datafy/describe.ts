import type { Tag } from '../aws/tags.ts';
import type { Tx } from '../engine/machine.ts';
import { volumeStatuses } from '../engine/transitions.ts';
import { type Said, show } from '../fields/face.ts';
import type { Attachments } from './attachments.ts';
import { unsupportedReason } from './autoscaling.ts';
import { ebsSnapshotsOf } from './ebs-snapshots.ts';
import { attachmentOfVolume } from './fields/attachment.ts';
import { modificationOfVolume } from './fields/modification.ts';
import { snapshotHead, snapshotView } from './fields/snapshot.ts';
import { volumeView } from './fields/volume.ts';
import { type MemberAsSeen, type Members, withoutOurs } from './members.ts';
import type { Modifications } from './modifications.ts';
import type { SnapshotRow } from './snapshots.ts';
import type { VolumeHeadRow, VolumeRow, Volumes } from './volumes.ts';

/** The most that a caller is told of a volume who has no use for what hangs on it. */
export interface VolumeHead {
  volumeId: string;
  /** Whether autoscaling is on. */
  isManaged: boolean;
  hasSource: boolean;
  volumeSizeGb: number;
  volumeIops: number;
  /** MiB/s */
  volumeThroughput: number;
  replacedBy: string | null;
}

/** What whoever makes a volume is told of it. */
export interface NewVolumeHead extends VolumeHead {
  /** The EBS volumes behind it, in array order. */
  backingVolumeIds: string[];
}

/** A volume as a reader sees it: its own row, and all that hangs on it. */
export type VolumeDescription = Said<typeof volumeView>;

/** What whoever makes a Datafy snapshot is told of it. */
export type SnapshotHead = Said<typeof snapshotHead>;

/** A Datafy snapshot as a reader sees it, with the EBS snapshots that it consists of. */
export type SnapshotDescription = Said<typeof snapshotView>;

export type Describe = ReturnType<typeof createDescribe>;

export function createDescribe(
  volumes: Volumes,
  members: Members,
  attachments: Attachments,
  modifications: Modifications,
) {
  const volumeHead = (row: VolumeHeadRow): VolumeHead => ({
    volumeId: row.id,
    isManaged: volumeStatuses.autoscaled.includes(row.status),
    hasSource: row.has_source === 1,
    volumeSizeGb: row.size_gb,
    volumeIops: row.iops,
    volumeThroughput: row.throughput,
    replacedBy: row.replaced_by,
  });

  return {
    volumeHead,
    newVolume: (row: VolumeRow): NewVolumeHead => ({ ...volumeHead(row), backingVolumeIds: members.ids(row) }),

    /** A volume, if the account has it. */
    lookUp(tx: Tx, volumeId: string): VolumeDescription | undefined {
      const row = volumes.lookUp(tx, volumeId);
      return row && this.volume(row, tx.accountId);
    },

    snapshotHead: (row: SnapshotRow): SnapshotHead => show(snapshotHead, row, {}),

    volume(row: VolumeRow, accountId: string): VolumeDescription {
      const attachment = attachments.of(row);
      const modification = modifications.latest(row);
      const reason = volumeStatuses.activatable.includes(row.status) ? unsupportedReason(row, attachment) : undefined;
      return show(volumeView, row, {
        accountId,
        // What Datafy's app calls it [D]: on, off but eligible, or not possible.
        autoscaling: volumeStatuses.autoscaled.includes(row.status) ? 'Active' : reason ? 'Unsupported' : 'Inactive',
        unsupportedReason: reason ?? null,
        attachment: attachment ? show(attachmentOfVolume, attachment, { instanceId: attachment.instance_id }) : null,
        modification: modification ? show(modificationOfVolume, modification, {}) : null,
        backingVolumes: members.seen(row).map(backingVolume),
        replaces: volumes.replaces(row) ?? null,
      });
    },

    snapshot(row: SnapshotRow, accountId: string): SnapshotDescription {
      const tags: Tag[] = [
        { key: 'Managed-By', value: 'Datafy.io' },
        { key: 'datafy:source-volume:id', value: row.volume_id },
        { key: 'datafy:snapshot:id', value: row.id },
        { key: 'datafy:snapshot:generation-id', value: String(row.generation) },
        ...withoutOurs(JSON.parse(row.tags)),
      ];
      return show(snapshotView, row, {
        accountId,
        ebsSnapshots: ebsSnapshotsOf(row).map((part) => ({ snapshotId: part.id, volumeId: part.volume_id, tags })),
      });
    },
  };
}

const backingVolume = (row: MemberAsSeen) => ({
  volumeId: row.id,
  status: row.status,
  volumeSizeGb: row.size_gb,
  volumeIops: row.iops,
  volumeThroughput: row.throughput,
  tags: JSON.parse(row.tags) as Tag[],
  attachment:
    row.attachment === null || row.device_name === null
      ? null
      : { deviceName: row.device_name, status: row.attachment },
});
