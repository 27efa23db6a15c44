import type { Instant } from '../../ground/clock.ts';
import type { Tag } from '../aws/tags.ts';
import type { EbsVolumeRow } from '../aws/volumes.ts';
import type { Tx } from '../engine/machine.ts';
import type { AttachmentRow, Attachments } from './attachments.ts';
import { unsupportedReason } from './autoscaling.ts';
import { ebsSnapshotsOf } from './ebs-snapshots.ts';
import { type Members, withoutOurs } from './members.ts';
import type { ModificationRow, Modifications } from './modifications.ts';
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
export interface VolumeDescription {
  volumeId: string;
  accountId: string;
  status: VolumeRow['status'];
  /** What Datafy's app calls it [D]: on, off but eligible, or not possible. */
  autoscaling: 'Active' | 'Inactive' | 'Unsupported';
  unsupportedReason: string | null;
  origin: VolumeRow['origin'];
  hasSource: boolean;
  volumeType: string;
  volumeSizeGb: number;
  volumeIops: number;
  /** MiB/s */
  volumeThroughput: number;
  availabilityZone: string;
  encrypted: boolean;
  kmsKeyId: string | null;
  tags: Tag[];
  attachment: {
    instanceId: string;
    deviceName: string;
    status: AttachmentRow['status'];
    deleteOnTermination: boolean;
  } | null;
  /** The last modification, whether it is under way or has ended. */
  modification: {
    status: ModificationRow['status'];
    volumeSizeGb: number;
    volumeIops: number;
    volumeThroughput: number;
    startTime: Instant;
  } | null;
  backingVolumes: BackingVolume[];
  restoredFrom: string | null;
  replacedBy: string | null;
  replaces: string | null;
  createdAt: Instant;
}

export interface BackingVolume {
  volumeId: string;
  volumeSizeGb: number;
  volumeIops: number;
  volumeThroughput: number;
  tags: Tag[];
}

/** What whoever makes a Datafy snapshot is told of it. */
export interface SnapshotHead {
  datafySnapshotId: string;
  volumeId: string;
  status: SnapshotRow['status'];
  startTime: Instant;
  volumeSizeGb: number;
  description: string;
}

/** A Datafy snapshot as a reader sees it, with the EBS snapshots that it consists of. */
export interface SnapshotDescription extends SnapshotHead {
  accountId: string;
  region: string;
  ebsSnapshots: { snapshotId: string; volumeId: string; tags: Tag[] }[];
}

/** Autoscaling is on from the moment a volume is created with it, and until it is off [A]. */
const autoscalingOn: readonly VolumeRow['status'][] = ['creating', 'managed', 'deactivating'];

export type Describe = ReturnType<typeof createDescribe>;

export function createDescribe(
  volumes: Volumes,
  members: Members,
  attachments: Attachments,
  modifications: Modifications,
) {
  const volumeHead = (row: VolumeHeadRow): VolumeHead => ({
    volumeId: row.id,
    isManaged: autoscalingOn.includes(row.status),
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

    snapshotHead,

    volume(row: VolumeRow, accountId: string): VolumeDescription {
      const attachment = attachments.of(row);
      const modification = modifications.latest(row);
      const reason = row.status === 'ordinary' ? unsupportedReason(row, attachment) : undefined;
      return {
        volumeId: row.id,
        accountId,
        status: row.status,
        autoscaling: autoscalingOn.includes(row.status) ? 'Active' : reason ? 'Unsupported' : 'Inactive',
        unsupportedReason: reason ?? null,
        origin: row.origin,
        hasSource: row.has_source === 1,
        volumeType: row.volume_type,
        volumeSizeGb: row.size_gb,
        volumeIops: row.iops,
        volumeThroughput: row.throughput,
        availabilityZone: row.availability_zone,
        encrypted: row.encrypted === 1,
        kmsKeyId: row.kms_key_id,
        tags: JSON.parse(row.tags),
        attachment: attachment
          ? {
              instanceId: attachment.instance_id,
              deviceName: attachment.device_name,
              status: attachment.status,
              deleteOnTermination: attachment.delete_on_termination === 1,
            }
          : null,
        modification: modification
          ? {
              status: modification.status,
              volumeSizeGb: modification.size_gb,
              volumeIops: modification.iops,
              volumeThroughput: modification.throughput,
              startTime: modification.started_at,
            }
          : null,
        backingVolumes: members.of(row).map(backingVolume),
        restoredFrom: row.restored_from,
        replacedBy: row.replaced_by,
        replaces: volumes.replaces(row) ?? null,
        createdAt: row.created_at,
      };
    },

    snapshot(row: SnapshotRow, accountId: string): SnapshotDescription {
      const tags: Tag[] = [
        { key: 'Managed-By', value: 'Datafy.io' },
        { key: 'datafy:source-volume:id', value: row.volume_id },
        { key: 'datafy:snapshot:id', value: row.id },
        { key: 'datafy:snapshot:generation-id', value: String(row.generation) },
        ...withoutOurs(JSON.parse(row.tags)),
      ];
      return {
        ...snapshotHead(row),
        accountId,
        region: row.region,
        ebsSnapshots: ebsSnapshotsOf(row).map((part) => ({ snapshotId: part.id, volumeId: part.volume_id, tags })),
      };
    },
  };
}

function snapshotHead(row: SnapshotRow): SnapshotHead {
  return {
    datafySnapshotId: row.id,
    volumeId: row.volume_id,
    status: row.status,
    startTime: row.started_at,
    volumeSizeGb: row.size_gb,
    description: row.description,
  };
}

const backingVolume = (row: EbsVolumeRow): BackingVolume => ({
  volumeId: row.id,
  volumeSizeGb: row.size_gb,
  volumeIops: row.iops,
  volumeThroughput: row.throughput,
  tags: JSON.parse(row.tags),
});
