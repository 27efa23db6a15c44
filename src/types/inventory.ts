// Written by `npm run docs` from the schemas: edit those, and run it again.
import type { AttachmentStatus, ModificationStatus, SnapshotStatus, Tag, VolumeOrigin, VolumeStatus } from './words.ts';

/** What a volume can do: its size, its IOPS, and its throughput. */
export interface Performance {
  /** GiB. */
  volumeSizeGb: number;
  /** I/O operations per second. */
  volumeIops: number;
  /** MiB/s. */
  volumeThroughput: number;
}

/** A volume, and all that hangs on it. */
export interface InventoryVolume {
  /** `vol-` and 8 to 17 hex digits. */
  volumeId: string;
  /** A UUID: the account that it belongs to. */
  accountId: string;
  /** Where it stands. */
  status: VolumeStatus;
  /** Whether autoscaling is on, off, or not possible: the words of Datafy's app [D]. */
  autoscaling: 'Active' | 'Inactive' | 'Unsupported';
  /** Why autoscaling is not possible; null where it is. */
  unsupportedReason: string | null;
  /** How it came to be. */
  origin: VolumeOrigin;
  /** Whether the original EBS volume is still there. */
  hasSource: boolean;
  /** An EBS volume type, such as gp3. */
  volumeType: string;
  /** GiB. */
  volumeSizeGb: number;
  /** I/O operations per second. */
  volumeIops: number;
  /** MiB/s. */
  volumeThroughput: number;
  /** Such as `us-east-1a`. */
  availabilityZone: string;
  /** Whether its data is encrypted. */
  encrypted: boolean;
  /** The KMS key, by its name only; null: none was given. */
  kmsKeyId: string | null;
  /** The caller's own. */
  tags: Tag[];
  /** Null: it is on no instance. */
  attachment: {
    /** `i-` and 8 to 17 hex digits. */
    instanceId: string;
    /** Such as `/dev/sdf`. */
    deviceName: string;
    /** Where it stands. */
    status: AttachmentStatus;
    /** Whether the volume goes with the instance [P]. */
    deleteOnTermination: boolean;
  } | null;
  /** The last one, with the values it is to bring; null: there was none. */
  modification: {
    /** Where it stands. */
    status: ModificationStatus;
    /** GiB. */
    volumeSizeGb: number;
    /** I/O operations per second. */
    volumeIops: number;
    /** MiB/s. */
    volumeThroughput: number;
    /** RFC 3339, in UTC. */
    startTime: string;
  } | null;
  /** The EBS volumes behind a managed one; their tags have Datafy's own before the caller's [C]. */
  backingVolumes: {
    /** `vol-` and 8 to 17 hex digits. */
    volumeId: string;
    /** Where it stands in AWS. */
    status: 'creating' | 'available' | 'in-use';
    /** GiB. */
    volumeSizeGb: number;
    /** I/O operations per second. */
    volumeIops: number;
    /** MiB/s. */
    volumeThroughput: number;
    /** Datafy's own, then the caller's. */
    tags: Tag[];
    /** Null: it is on no instance. */
    attachment: {
      /** One of its own: not that of the volume as a whole. */
      deviceName: string;
      /** Where it stands. */
      status: AttachmentStatus;
    } | null;
  }[];
  /** The Datafy snapshot that it was restored from. */
  restoredFrom: string | null;
  /** The volume that took over when autoscaling was switched off. */
  replacedBy: string | null;
  /** The volume that it took over from. */
  replaces: string | null;
  /** RFC 3339, in UTC. */
  createdAt: string;
  /** The request that caused the last change, by its number in the journal; null: no request of the API did. */
  changedBy: number | null;
}

/** A Datafy snapshot. */
export interface InventorySnapshot {
  /** `dsnap-` and 8 to 17 hex digits. */
  datafySnapshotId: string;
  /** A UUID: the account that it belongs to. */
  accountId: string;
  /** The volume that it was taken of. */
  volumeId: string;
  /** Where it stands. */
  status: SnapshotStatus;
  /** RFC 3339, in UTC. */
  startTime: string;
  /** GiB, when it was taken. */
  volumeSizeGb: number;
  /** Such as `us-east-1`. */
  region: string;
  /** Empty where none was given. */
  description: string;
  /** What it consists of; their tags have Datafy's own before the caller's [C]. */
  ebsSnapshots: { snapshotId: string; volumeId: string; tags: Tag[] }[];
  /** The caller's own. */
  tags: Tag[];
  /** The request that caused the last change, by its number in the journal; null: no request of the API did. */
  changedBy: number | null;
}

/** A volume on an instance. */
export interface InventoryAttachment {
  /** `vol-` and 8 to 17 hex digits. */
  volumeId: string;
  /** A UUID: the account that it belongs to. */
  accountId: string;
  /** `i-` and 8 to 17 hex digits. */
  instanceId: string;
  /** Such as `/dev/sdf`. */
  deviceName: string;
  /** Where it stands. */
  status: AttachmentStatus;
  /** Whether the volume goes with the instance [P]. */
  deleteOnTermination: boolean;
  /** RFC 3339, in UTC. */
  startTime: string;
  /** The request that caused the last change, by its number in the journal; null: no request of the API did. */
  changedBy: number | null;
}

/** An instance. */
export interface InventoryInstance {
  /** `i-` and 8 to 17 hex digits. */
  instanceId: string;
  /** A UUID: the account that it belongs to. */
  accountId: string;
  /** Such as `us-east-1a`. */
  availabilityZone: string;
  /** Such as `m5.large`. */
  instanceType: string;
  /** Whether Datafy's agent runs on it. */
  agent: boolean;
  /** What the agent is; null: none runs. */
  agentMode: 'AutoScaler' | 'Sensor' | null;
  /** The agent's version; null: none runs. */
  agentVersion: string | null;
  /** The Kubernetes cluster that it is in; null: none. */
  clusterName: string | null;
  /** The node group that it is in; null: none. */
  nodeGroupName: string | null;
  /** All of them. */
  tags: Tag[];
  /** RFC 3339, in UTC. */
  createdAt: string;
}

/** An account of the world. */
export interface InventoryAccount {
  /** A UUID. */
  accountId: string;
  /** As it was created or renamed. */
  name: string;
  /** Null for the organization's own account. */
  parentAccountId: string | null;
  /** The AWS account that it is: 12 digits. */
  awsAccountId: string;
}
