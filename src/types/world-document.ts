import type { ClockSetting, Due, Pace } from './time.ts';

/** A key and its value, as AWS has them: keys of up to 128 characters, values of up to 256 [D]. */
export interface Tag {
  /** Neither empty nor beginning with `aws:` [D] or `datafy:` [C]. */
  key: string;
  /** May be empty. */
  value: string;
}

/**
 * Where a volume stands. The words are the emulator's [A]: `ordinary` is a plain EBS volume, `managed` one that Datafy
 * autoscales, `replaced` one whose autoscaling was switched off and that another volume took over from.
 */
export type VolumeStatus = 'creating' | 'ordinary' | 'activating' | 'managed' | 'deactivating' | 'replaced';

/** Where a Datafy snapshot stands: `pending` [P], then `completed` or `error` [D]. */
export type SnapshotStatus = 'pending' | 'completed' | 'error';

/** Where an attachment stands, in EBS's words [D]. What is detached is no attachment any more. */
export type AttachmentStatus = 'attaching' | 'attached' | 'detaching';

/** Where a modification stands, in EBS's words, but for its `optimizing` [D]. */
export type ModificationStatus = 'modifying' | 'completed' | 'failed';

/** How a volume came to be: as an EBS volume, as one of Datafy's own, or from a Datafy snapshot [C]. */
export type VolumeOrigin = 'ebs' | 'native' | 'snapshot';

/** A sub-account. */
export interface AccountDocument {
  /** A UUID. */
  accountId: string;
  /** Any text. */
  name: string;
  /** The IAM role that Datafy acts with [C]. */
  roleArn?: string;
  /** RFC 3339, in UTC; left out: the beginning of the world. */
  createdAt?: string;
}

/** A token. It has either `token` or `secretHash`. */
export interface TokenDocument {
  /** A UUID; the organization's own account makes it an organization token [P]. */
  accountId: string;
  /** The secret: any string. Only its hash is kept, so that an export has none. */
  token?: string;
  /** The SHA-256 of the secret: 64 hex digits. */
  secretHash?: string;
  /** A UUID; left out: one that the world makes. */
  tokenId?: string;
  /** Any text; left out: empty. */
  description?: string;
  /** Short for the role that may only read [D]. */
  readOnly?: boolean;
  /** UUIDs [D]; left out: a role that may do everything [A]. */
  roleIds?: string[];
  /** RFC 3339, in UTC; left out: never. */
  expires?: string;
  /** Minutes after the beginning of the world, instead of an instant; below 0, it has expired already. */
  expiresInMinutes?: number;
  /** RFC 3339, in UTC; left out: the beginning of the world. */
  createdAt?: string;
}

/** An autoscaling rule: which ordinary volumes Datafy takes over by itself [C]. */
export interface RuleDocument {
  /** A UUID. */
  ruleId: string;
  /** A UUID. */
  accountId: string;
  /** Whether it acts. */
  active: boolean;
  /** JsonLogic. */
  rule: Record<string, unknown>;
}

/** An EC2 instance. */
export interface InstanceDocument {
  /** `i-` and 8 to 17 hex digits. */
  instanceId: string;
  /** A UUID. */
  accountId: string;
  /** Such as `us-east-1a`. */
  availabilityZone: string;
  /** Whether Datafy's agent runs on it: a managed volume needs it to be attached [P]. */
  agent: boolean;
  /** The Kubernetes cluster that it is in. */
  clusterName?: string;
  /** The node group that it is in; left out: none. */
  nodeGroupName?: string;
  /** 50 at most [D]; left out: none. */
  tags?: Tag[];
  /** RFC 3339, in UTC; left out: the beginning of the world. */
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
  /** RFC 3339, in UTC; left out: when the volume was created. */
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
  /** Left out: 3000. */
  iops?: number;
  /** MiB/s; left out: 125. */
  throughput?: number;
  /** Whether the file system grows with it [P]. */
  expandFilesystem?: boolean;
  /** RFC 3339, in UTC; left out: when the volume was created. */
  startedAt?: string;
  /** The request that caused the last change, by its number in the journal. */
  changedBy?: number;
}

/** A volume, ordinary or managed. */
export interface VolumeDocument {
  /** `vol-` and 8 to 17 hex digits. */
  volumeId: string;
  /** A UUID. */
  accountId: string;
  /** Where it stands. */
  status: VolumeStatus;
  /** Of one that is creating, activating or deactivating. */
  due?: Due;
  /** GiB. */
  sizeGb: number;
  /** Left out: 3000. */
  iops?: number;
  /** MiB/s; left out: 125. */
  throughput?: number;
  /** Such as `us-east-1a`. */
  availabilityZone: string;
  /** An EBS volume type; left out: gp3. */
  volumeType?: string;
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
  /** What Datafy looks after [C]. */
  datafyMode?: 'autoscaling' | 'performance' | 'autoscaling_performance';
  /** The EBS volumes behind it, 8 at most; left out: as many new ones as `backingCount` says. */
  backingVolumeIds?: string[];
  /** How many EBS volumes are behind it; left out: 2 [C]. */
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
  /** RFC 3339, in UTC; left out: by `ageMinutes`, or the beginning of the world. */
  createdAt?: string;
  /** The request that caused the last change, by its number in the journal. */
  changedBy?: number;
}

/** A Datafy snapshot, with the EBS snapshots that it consists of. */
export interface SnapshotDocument {
  /** `dsnap-` and 8 to 17 hex digits. */
  datafySnapshotId: string;
  /** A UUID. */
  accountId: string;
  /** `vol-` and 8 to 17 hex digits: the volume that it was taken of. */
  volumeId: string;
  /** Where it stands. */
  status: SnapshotStatus;
  /** Of one that is pending. */
  due?: Due;
  /** GiB. */
  sizeGb: number;
  /** Left out: the volume's. */
  region?: string;
  /** Left out: as the volume is. */
  encrypted?: boolean;
  /** A KMS key, by its name only; left out: the volume's. */
  kmsKeyId?: string;
  /** Counts the snapshots of a volume [C]; left out: the next of its volume. */
  generation?: number;
  /** Any text; left out: empty. */
  description?: string;
  /** The caller's own, 50 at most [D]; left out: none. */
  tags?: Tag[];
  /** `snap-` and `vol-`, each with 8 to 17 hex digits; at least one. */
  ebsSnapshots: { snapshotId: string; volumeId: string }[];
  /** Minutes before the beginning of the world at which it was taken, instead of an instant. */
  ageMinutes?: number;
  /** RFC 3339, in UTC; left out: by `ageMinutes`, or the beginning of the world. */
  startedAt?: string;
  /** The request that caused the last change, by its number in the journal. */
  changedBy?: number;
}

/**
 * A whole world as JSON: what a seed is written in, what an export answers with and an import takes. A seed leaves most
 * of it out; an export has all of it, so that a round trip changes nothing.
 */
export interface WorldDocument {
  /** A UUID; left out: that of the world it is put in. */
  organizationId?: string;
  /** A UUID: the organization's own account; left out: the organization's id. */
  ownAccountId?: string;
  /** Any text. */
  name: string;
  /** The beginning of the world: RFC 3339, in UTC; left out: now. */
  createdAt?: string;
  /** Left out: the system's. */
  clock?: ClockSetting;
  /** What is left out takes 0 ms. */
  pace?: Partial<Pace>;
  /** The stream that ids come from, and how many have been made. */
  ids?: { seed: string; made: number };
  /** The IAM role of the organization's own account. */
  roleArn?: string;
  /** Its sub-accounts. */
  accounts: AccountDocument[];
  /** Of the organization and of its accounts. */
  tokens: TokenDocument[];
  /** Roles that fail Datafy's permission check, and what it says of them. */
  failingRoles?: { roleArn: string; reason: string }[];
  /** Autoscaling rules; they act on what comes, not on what the document has. */
  rules?: RuleDocument[];
  /** Of all accounts. */
  instances: InstanceDocument[];
  /** Of all accounts. */
  volumes: VolumeDocument[];
  /** Of all accounts. */
  snapshots: SnapshotDocument[];
}
