// Written by `npm run docs` from the schemas: edit those, and run it again.
import type { Tag, VolumeType } from './words.ts';

/** Which volumes to list, oldest first unless said otherwise. */
export interface VolumeQuery {
  /**
   * Only what has this text in an id, a name, a description, or the key or value of a tag; ASCII letters in either
   * case.
   */
  search?: string;
  /** Only what is in this status, or in one of several separated by commas. */
  status?: string;
  /** By which field, and upwards or downwards. */
  sort?:
    | 'createdAt:asc'
    | 'createdAt:desc'
    | 'volumeId:asc'
    | 'volumeId:desc'
    | 'volumeSizeGb:asc'
    | 'volumeSizeGb:desc'
    | 'status:asc'
    | 'status:desc';
  /** How many to answer with, at most. */
  limit?: number;
  /** How many to pass over first. */
  offset?: number;
}

/** Which snapshots to list, oldest first unless said otherwise. */
export interface SnapshotQuery {
  /**
   * Only what has this text in an id, a name, a description, or the key or value of a tag; ASCII letters in either
   * case.
   */
  search?: string;
  /** Only what is in this status, or in one of several separated by commas. */
  status?: string;
  /** By which field, and upwards or downwards. */
  sort?:
    | 'startTime:asc'
    | 'startTime:desc'
    | 'datafySnapshotId:asc'
    | 'datafySnapshotId:desc'
    | 'volumeSizeGb:asc'
    | 'volumeSizeGb:desc'
    | 'status:asc'
    | 'status:desc';
  /** How many to answer with, at most. */
  limit?: number;
  /** How many to pass over first. */
  offset?: number;
}

/** Which attachments to list, oldest first unless said otherwise. */
export interface AttachmentQuery {
  /**
   * Only what has this text in an id, a name, a description, or the key or value of a tag; ASCII letters in either
   * case.
   */
  search?: string;
  /** Only what is in this status, or in one of several separated by commas. */
  status?: string;
  /** By which field, and upwards or downwards. */
  sort?:
    | 'startTime:asc'
    | 'startTime:desc'
    | 'volumeId:asc'
    | 'volumeId:desc'
    | 'instanceId:asc'
    | 'instanceId:desc'
    | 'deviceName:asc'
    | 'deviceName:desc';
  /** How many to answer with, at most. */
  limit?: number;
  /** How many to pass over first. */
  offset?: number;
}

/** Which instances to list, oldest first unless said otherwise. */
export interface InstanceQuery {
  /**
   * Only what has this text in an id, a name, a description, or the key or value of a tag; ASCII letters in either
   * case.
   */
  search?: string;
  /** By which field, and upwards or downwards. */
  sort?: 'createdAt:asc' | 'createdAt:desc' | 'instanceId:asc' | 'instanceId:desc';
  /** How many to answer with, at most. */
  limit?: number;
  /** How many to pass over first. */
  offset?: number;
}

/** An ordinary EBS volume to be made, as if in AWS. The limits of its type hold [D]. */
export interface NewVolume {
  /** GiB: 1 to 65536, or less by its type. */
  sizeGb: number;
  /** Such as `us-east-1a`. */
  availabilityZone: string;
  /** Left out: 3000. */
  iops?: number;
  /** MiB/s; left out: 125. */
  throughput?: number;
  /** Left out: gp3. */
  volumeType?: VolumeType;
  /** Left out: false. */
  encrypted?: boolean;
  /** Whether an instance starts from it; left out: false. */
  boot?: boolean;
  /** Left out: ext4. */
  fileSystem?: string;
  /** 50 at most [D]; left out: none. */
  tags?: Tag[];
  /** `vol-` and 8 to 17 hex digits; left out: one that the world makes. */
  volumeId?: string;
}

/** Where an ordinary volume is to be attached, as if in AWS; no agent is needed. */
export interface AttachVolume {
  /** `i-` and 8 to 17 hex digits, in the volume's availability zone. */
  instanceId: string;
  /** `/dev/sd[a-z]` or `/dev/xvd[a-z]`, with up to two more characters [D]. */
  deviceName: string;
  /** Whether it goes with the instance; left out: false. */
  deleteOnTermination?: boolean;
}

/** An instance to be launched, as if in AWS. */
export interface NewInstance {
  /** Such as `us-east-1a`. */
  availabilityZone: string;
  /** Whether Datafy's agent runs on it. Left out: true. */
  agent?: boolean;
  /** An instance type. Left out: m5.large. */
  instanceType?: string;
  /** A Sensor only looks. Left out: AutoScaler. */
  agentMode?: 'AutoScaler' | 'Sensor';
  /** A version of three numbers. The agent's. Left out: 1.37.1, the newest. */
  agentVersion?: string;
  /** The Kubernetes cluster that it is of. */
  clusterName?: string;
  /** The node group that it is of. */
  nodeGroupName?: string;
  /** 50 at most [D]; left out: none. */
  tags?: Tag[];
  /** `i-` and 8 to 17 hex digits; left out: one that the world makes. */
  instanceId?: string;
}

/** What to change of an instance; what is left out stays. */
export interface InstanceChange {
  /** Whether Datafy's agent runs on it. */
  agent?: boolean;
  /** A Sensor only looks. */
  agentMode?: 'AutoScaler' | 'Sensor';
  /** A version of three numbers. The agent's version. */
  agentVersion?: string;
  /** Null: it is in none. */
  clusterName?: string | null;
  /** Null: it is in none. */
  nodeGroupName?: string | null;
  /** These, and no others. */
  tags?: Tag[];
}
