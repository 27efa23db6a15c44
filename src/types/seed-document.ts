import type { ClockSetting, Due, Pace, PaceName } from './time.ts';
import type {
  AttachmentStatus,
  ModificationStatus,
  SnapshotStatus,
  Tag,
  VolumeOrigin,
  VolumeStatus,
  VolumeType,
} from './words.ts';

/** A sub-account. */
export interface SeedAccount {
  /** A UUID; left out: one that is made. */
  accountId?: string;
  /** Left out: `account-1`, `account-2`, by its place in the list. */
  name?: string;
  /** The IAM role that Datafy acts with [C]. */
  roleArn?: string;
  /** RFC 3339; left out: the beginning of the world. */
  createdAt?: string;
}

/** A token. It has either `token` or `secretHash`. */
export interface SeedToken {
  /** A UUID; the organization's own account makes it an organization token [P]. Left out: the first account's. */
  accountId?: string;
  /** The secret: any string. Only its hash is kept, so that an export has none. */
  token?: string;
  /** The SHA-256 of the secret: 64 hex digits. */
  secretHash?: string;
  /** A UUID; left out: one that is made. */
  tokenId?: string;
  /** Any text; left out: empty. */
  description?: string;
  /** Short for the role that may only read [D]. */
  readOnly?: boolean;
  /** UUIDs [D], or `admin` and `read-only` [A]; left out: a role that may do everything [A]. */
  roleIds?: string[];
  /** RFC 3339; left out: never. */
  expires?: string;
  /** Minutes after the beginning of the world, instead of an instant; below 0, it has expired already. */
  expiresInMinutes?: number;
  /** RFC 3339; left out: the beginning of the world. */
  createdAt?: string;
}

/** An autoscaling rule: which ordinary volumes Datafy takes over by itself [C]. It does not act on the document's own. */
export interface SeedRule {
  /** A UUID; left out: one that is made. */
  ruleId?: string;
  /** A UUID; left out: the first account's. */
  accountId?: string;
  /** Left out: true. */
  active?: boolean;
  /** JsonLogic. */
  rule: Record<string, unknown>;
}

/** An EC2 instance. */
export interface SeedInstance {
  /** `i-` and 8 to 17 hex digits; left out: one that is made. */
  instanceId?: string;
  /** A UUID; left out: the first account's. */
  accountId?: string;
  /** Left out: `us-east-1a`. */
  availabilityZone?: string;
  /** Whether Datafy's agent runs on it: a managed volume needs it to be attached [P]. Left out: true. */
  agent?: boolean;
  /** The Kubernetes cluster that it is in. */
  clusterName?: string;
  /** The node group that it is in; left out: none. */
  nodeGroupName?: string;
  /** 50 at most [D]; left out: none. */
  tags?: Tag[];
  /** RFC 3339; left out: the beginning of the world. */
  createdAt?: string;
}

/** Where a volume is attached. */
export interface AttachmentDocument {
  /** `i-` and 8 to 17 hex digits. */
  instanceId: string;
  /** Such as `/dev/sdf`. */
  deviceName: string;
  /** Left out: attached. */
  status?: AttachmentStatus;
  /** Of one that is attaching or detaching. */
  due?: Due;
  /** Whether the volume goes with the instance [P]. */
  deleteOnTermination?: boolean;
  /** RFC 3339; left out: when the volume was created. */
  startedAt?: string;
  /** The request that caused the last change, by its number in the journal. */
  changedBy?: number;
}

/** A modification of a volume, with the values that it brings. */
export interface ModificationDocument {
  /** Where it stands. */
  status: ModificationStatus;
  /** Of one that is modifying. */
  due?: Due;
  /** GiB. */
  sizeGb: number;
  /** Left out: as the volume has. */
  iops?: number;
  /** MiB/s; left out: as the volume has. */
  throughput?: number;
  /** Whether the file system grows with it [P]. */
  expandFilesystem?: boolean;
  /** RFC 3339; left out: when the volume was created. */
  startedAt?: string;
  /** The request that caused the last change, by its number in the journal. */
  changedBy?: number;
}

/** A volume, ordinary or managed. */
export interface SeedVolume {
  /** `vol-` and 8 to 17 hex digits; left out: one that is made. */
  volumeId?: string;
  /** A UUID; left out: its instance's, or the first account's. */
  accountId?: string;
  /** Left out: `managed`. */
  status?: VolumeStatus;
  /** Of one that is creating, activating or deactivating. */
  due?: Due;
  /** GiB. */
  sizeGb: number;
  /** Left out: 3000, or so many for each of an array. */
  iops?: number;
  /** MiB/s; left out: 125, or so many for each of an array. */
  throughput?: number;
  /** Left out: its instance's, or `us-east-1a`. */
  availabilityZone?: string;
  /** Left out: `gp3`. The limits of its type hold. */
  volumeType?: VolumeType;
  /** Left out: `ebs`, or `snapshot` with `restoredFrom`. */
  origin?: VolumeOrigin;
  /** The Datafy snapshot that it was restored from: `dsnap-` and 8 to 17 hex digits. */
  restoredFrom?: string;
  /** Of a replaced volume: the id of the one that took over. */
  replacedBy?: string;
  /** Whether the original EBS volume is still there; left out: whether it is one that was not replaced. */
  hasSource?: boolean;
  /** Left out: false. */
  encrypted?: boolean;
  /** A KMS key, by its name only; left out: none. */
  kmsKeyId?: string;
  /** What Datafy looks after [C]; left out: `autoscaling`. */
  datafyMode?: 'autoscaling' | 'performance' | 'autoscaling_performance';
  /** The EBS volumes behind it, 8 at most; left out: as many new ones as `backingCount` says. */
  backingVolumeIds?: string[];
  /** 2, or the size of an array; left out: as `backingVolumeIds` has, or 2, or 4 in the performance modes. */
  backingCount?: 2 | 4 | 6 | 8;
  /** Whether an instance starts from it. */
  boot?: boolean;
  /** Left out: ext4. */
  fileSystem?: string;
  /** 50 at most [D]; left out: none. */
  tags?: Tag[];
  /** Left out: it is on no instance. */
  attachment?: AttachmentDocument;
  /** Oldest first. */
  modifications?: ModificationDocument[];
  /** Minutes before the beginning of the world at which it came to be, instead of an instant. */
  ageMinutes?: number;
  /** RFC 3339; left out: by `ageMinutes`, or the beginning of the world. */
  createdAt?: string;
  /** The request that caused the last change, by its number in the journal. */
  changedBy?: number;
}

/** A Datafy snapshot, with the EBS snapshots that it consists of. */
export interface SeedSnapshot {
  /** `dsnap-` and 8 to 17 hex digits; left out: one that is made. */
  datafySnapshotId?: string;
  /** A UUID; left out: its volume's. */
  accountId?: string;
  /** `vol-` and 8 to 17 hex digits: the volume that it was taken of. */
  volumeId: string;
  /** Left out: `completed`. */
  status?: SnapshotStatus;
  /** Of one that is pending. */
  due?: Due;
  /** GiB; left out: the volume's. */
  sizeGb?: number;
  /** Left out: the volume's. */
  region?: string;
  /** Left out: the volume's. */
  encrypted?: boolean;
  /** Left out: the volume's. */
  kmsKeyId?: string;
  /** Counts the snapshots of a volume [C]; left out: the next of its volume. */
  generation?: number;
  /** Any text; left out: empty. */
  description?: string;
  /** The caller's own, 50 at most [D]; left out: none. */
  tags?: Tag[];
  /** `snap-` and `vol-`, each with 8 to 17 hex digits; left out: made, one per EBS volume behind its volume. */
  ebsSnapshots?: { snapshotId: string; volumeId: string }[];
  /** Minutes before the beginning of the world at which it was taken, instead of an instant. */
  ageMinutes?: number;
  /** RFC 3339; left out: by `ageMinutes`, or the beginning of the world. */
  startedAt?: string;
  /** The request that caused the last change, by its number in the journal. */
  changedBy?: number;
}

/**
 * A world as somebody writes it: a seed, or the body of an import. What is left out is filled in, the same way every
 * time.
 */
export interface SeedDocument {
  /** Where the schema of seed files is, for an editor. It says nothing else. */
  $schema?: string;
  /** A UUID; left out: that of the world it is put in. */
  organizationId?: string;
  /** A UUID: the organization's own account; left out: the organization's id. */
  ownAccountId?: string;
  /** Left out: `organization`. */
  name?: string;
  /** The beginning of the world: RFC 3339; left out: now. */
  createdAt?: string;
  /** Left out: the system's. */
  clock?: ClockSetting;
  /** By a name, or in milliseconds: what is left out takes 0 ms. */
  pace?: Partial<Pace> | PaceName;
  /** The stream that ids come from, and how many have been made. */
  ids?: { seed: string; made: number };
  /** The IAM role of the organization's own account. */
  roleArn?: string;
  /** Its sub-accounts; left out: one. */
  accounts?: SeedAccount[];
  /** Left out: `organization-token`, and `account-token` for the first account. */
  tokens?: SeedToken[];
  /** Roles that fail Datafy's permission check, and what it says of them. */
  failingRoles?: { roleArn: string; reason: string }[];
  /** Autoscaling rules; they act on what comes, not on what the document has. */
  rules?: SeedRule[];
  /** Of all accounts; left out: none. */
  instances?: SeedInstance[];
  /** Of all accounts; left out: none. */
  volumes?: SeedVolume[];
  /** Of all accounts; left out: none. */
  snapshots?: SeedSnapshot[];
}
