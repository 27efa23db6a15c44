// Written by `npm run docs` from the schemas: edit those, and run it again.
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
  /** A UUID. Left out: made, the same every time. */
  accountId?: string;
  /** Left out: account-1, account-2, by its place in the list. */
  name?: string;
  /** 12 digits. Left out: its role ARN's, or made from its accountId. */
  awsAccountId?: string;
  /** The AWS role that Datafy uses for it. Left out: none. */
  roleArn?: string;
  /** Left out: the beginning of the world. RFC 3339. */
  createdAt?: string;
}

/** A token. It has either `token` or `secretHash`. */
export interface SeedToken {
  /** A UUID. Left out: the first account. The organization's own makes it an organization token. */
  accountId?: string;
  /** The secret: any string. Only its hash is kept. */
  token?: string;
  /** A SHA-256 in 64 hex digits. The SHA-256 of the secret, instead of the secret. */
  secretHash?: string;
  /** A UUID. Left out: made, the same every time. */
  tokenId?: string;
  /** What it is for. */
  description?: string;
  /** Whether it may only read. Left out: it may do everything. */
  readOnly?: boolean;
  /** Its roles, instead of readOnly. */
  roleIds?: string[];
  /** Left out: never. RFC 3339. */
  expires?: string;
  /** After the beginning of the world, instead of an instant; below 0, it has expired already. */
  expiresInMinutes?: number;
  /** Left out: the beginning of the world. RFC 3339. */
  createdAt?: string;
}

/**
 * An autoscaling rule: which ordinary volumes Datafy takes over by itself [C]. It does not act on the document's own.
 */
export interface SeedRule {
  /** A UUID. Left out: made, the same every time. */
  ruleId?: string;
  /** A UUID. Whose it is. Left out: the first account's. */
  accountId?: string;
  /** Left out: yes. */
  active?: boolean;
  /** JsonLogic. */
  rule: Record<string, unknown>;
}

/** An EC2 instance. */
export interface SeedInstance {
  /** `i-` and 8 to 17 hex digits. Left out: made, the same every time. */
  instanceId?: string;
  /** A UUID. Whose it is. Left out: the first account's. */
  accountId?: string;
  /** Left out: us-east-1a. */
  availabilityZone?: string;
  /** An instance type. Left out: m5.large. */
  instanceType?: string;
  /** Whether Datafy's agent runs on it. Left out: yes. */
  agent?: boolean;
  /** A Sensor only looks. Left out: AutoScaler. */
  agentMode?: 'AutoScaler' | 'Sensor';
  /** A version of three numbers. The agent's. Left out: 1.37.1, the newest. */
  agentVersion?: string;
  /** The Kubernetes cluster that it is of. */
  clusterName?: string;
  /** The node group that it is of. */
  nodeGroupName?: string;
  /** AWS tags. */
  tags?: Tag[];
  /** Left out: the beginning of the world. RFC 3339. */
  createdAt?: string;
}

/** Where a volume is attached. */
export interface AttachmentDocument {
  /** `i-` and 8 to 17 hex digits. An instance of the same account, in the same zone. */
  instanceId: string;
  /** Such as /dev/sdf; one volume per device. */
  deviceName: string;
  /** Left out: attached. */
  status?: AttachmentStatus;
  /** When the transition under way ends. Left out, or without `at`: it is held. */
  due?: Due;
  /** Whether the volume goes with the instance. Left out: no. */
  deleteOnTermination?: boolean;
  /** Left out: when the volume was created. RFC 3339. */
  startedAt?: string;
  /** The request that caused the last change, by its number in the journal. */
  changedBy?: number;
}

/** A modification of a volume, with the values that it brings. */
export interface ModificationDocument {
  /** At most one of a volume is modifying. */
  status: ModificationStatus;
  /** When the transition under way ends. Left out, or without `at`: it is held. */
  due?: Due;
  /** GiB. */
  sizeGb: number;
  /** Left out: as the volume has. */
  iops?: number;
  /** MiB/s. Left out: as the volume has. */
  throughput?: number;
  /** How many EBS volumes the array is to have. Left out: as the volume has. */
  backingCount?: 4 | 6 | 8;
  /** Left out: no. */
  expandFilesystem?: boolean;
  /** Left out: when the volume was created. RFC 3339. */
  startedAt?: string;
  /** The request that caused the last change, by its number in the journal. */
  changedBy?: number;
}

/** A volume, ordinary or managed. */
export interface SeedVolume {
  /** `vol-` and 8 to 17 hex digits. Left out: made, the same every time. */
  volumeId?: string;
  /** A UUID. Left out: its instance's, or the first account's. */
  accountId?: string;
  /** Left out: managed. */
  status?: VolumeStatus;
  /** When the transition under way ends. Left out, or without `at`: it is held. */
  due?: Due;
  /** GiB. */
  sizeGb: number;
  /** Left out: 3000, or so many for each of an array. */
  iops?: number;
  /** MiB/s. Left out: 125, or so many for each of an array. */
  throughput?: number;
  /** Left out: its instance's, or us-east-1a. */
  availabilityZone?: string;
  /** Left out: gp3. The limits of its type hold. */
  volumeType?: VolumeType;
  /** What it was made as. Left out: ebs, or snapshot with restoredFrom. */
  origin?: VolumeOrigin;
  /** `dsnap-` and 8 to 17 hex digits. The snapshot that it was made from. */
  restoredFrom?: string;
  /** `vol-` and 8 to 17 hex digits. Of a replaced volume: what took over. */
  replacedBy?: string;
  /** Whether its EBS volume is still there. Left out: if it is ordinary or activating. */
  hasSource?: boolean;
  /** Left out: no. */
  encrypted?: boolean;
  /** The key that it is encrypted with. */
  kmsKeyId?: string;
  /** Left out: autoscaling. */
  datafyMode?: 'autoscaling' | 'performance' | 'autoscaling_performance';
  /** The EBS volumes behind it. Left out: made, as many as backingCount says. */
  backingVolumeIds?: string[];
  /** What the EBS volumes behind it have of their own. */
  backingVolumes?: {
    /** `vol-` and 8 to 17 hex digits. One of backingVolumeIds. */
    volumeId: string;
    /** Where it is on the instance of its volume. Left out: one that is free. */
    deviceName?: string;
    /** Left out: when the attachment of its volume began. RFC 3339. */
    attachedAt?: string;
    /** Left out: when the volume was created. RFC 3339. */
    createdAt?: string;
  }[];
  /** How many EBS volumes are behind it. Left out: as many as are named, or 2, or an array of 4. */
  backingCount?: 2 | 4 | 6 | 8;
  /** Whether its instance starts from it. Left out: no. */
  boot?: boolean;
  /** Left out: ext4. */
  fileSystem?: string;
  /** AWS tags. */
  tags?: Tag[];
  /** Where it is. Left out: on no instance. */
  attachment?: AttachmentDocument;
  /** Changes of its size, oldest first. */
  modifications?: ModificationDocument[];
  /** How many minutes before the beginning of the world it came to be, instead of an instant. */
  ageMinutes?: number;
  /** Left out: by ageMinutes, or the beginning of the world. RFC 3339. */
  createdAt?: string;
  /** The request that caused the last change, by its number in the journal. */
  changedBy?: number;
}

/** A Datafy snapshot, with the EBS snapshots that it consists of. */
export interface SeedSnapshot {
  /** `dsnap-` and 8 to 17 hex digits. Left out: made, the same every time. */
  datafySnapshotId?: string;
  /** A UUID. Left out: its volume's. */
  accountId?: string;
  /** `vol-` and 8 to 17 hex digits. What it is of. The volume may be gone. */
  volumeId: string;
  /** Left out: completed. */
  status?: SnapshotStatus;
  /** When the transition under way ends. Left out, or without `at`: it is held. */
  due?: Due;
  /** GiB. Left out: the volume's. */
  sizeGb?: number;
  /** Left out: the volume's. */
  region?: string;
  /** Left out: the volume's. */
  encrypted?: boolean;
  /** Left out: the volume's. */
  kmsKeyId?: string;
  /** Counts the snapshots of a volume. Left out: the next of its volume. */
  generation?: number;
  /** Left out: empty. */
  description?: string;
  /** AWS tags. */
  tags?: Tag[];
  /** Left out: made, one per EBS volume behind its volume. */
  ebsSnapshots?: {
    /** `snap-` and 8 to 17 hex digits. Its id. */
    snapshotId: string;
    /** `vol-` and 8 to 17 hex digits. The EBS volume that it is of. */
    volumeId: string;
  }[];
  /** How many minutes before the beginning of the world it came to be, instead of an instant. */
  ageMinutes?: number;
  /** Left out: by ageMinutes, or the beginning of the world. RFC 3339. */
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
  /** A UUID. Left out: that of the world it is put in. */
  organizationId?: string;
  /** A UUID. The organization's own account. Left out: the organization's id. */
  ownAccountId?: string;
  /** Left out: organization. */
  name?: string;
  /** The beginning of the world. Left out: now. RFC 3339. */
  createdAt?: string;
  /** The time of the world. Left out: the machine's. */
  clock?: ClockSetting;
  /** How long transitions take: in milliseconds, or by a name. Left out: no time. */
  pace?: Partial<Pace> | PaceName;
  /** The stream that new ids come from. The same seed gives the same ids. */
  ids?: {
    /** Any text. */
    seed: string;
    /** How many have been made. */
    made: number;
  };
  /** 12 digits. The organization's own. Left out: its role ARN's, or made from ownAccountId. */
  awsAccountId?: string;
  /** The organization's own. */
  roleArn?: string;
  /** Its sub-accounts. Left out: one. */
  accounts?: SeedAccount[];
  /** Left out: organization-token, and account-token for the first account. */
  tokens?: SeedToken[];
  /** Roles that fail Datafy's permission check. */
  failingRoles?: {
    /** The role. */
    roleArn: string;
    /** What the permission check says of it. */
    reason: string;
  }[];
  /** Autoscaling rules. They do not act on what the document holds. */
  rules?: SeedRule[];
  /** EC2 instances. */
  instances?: SeedInstance[];
  /** EBS volumes, autoscaled by Datafy or not. */
  volumes?: SeedVolume[];
  /** Datafy snapshots. */
  snapshots?: SeedSnapshot[];
}
