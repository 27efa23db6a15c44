import type {
  SeedAccount,
  SeedDocument,
  SeedInstance,
  SeedRule,
  SeedSnapshot,
  SeedToken,
  SeedVolume,
} from './seed-document.ts';
import type { Pace } from './time.ts';
import type { SnapshotStatus, VolumeStatus } from './words.ts';

/** A sub-account, as an export has it. */
export interface AccountDocument extends SeedAccount {
  /** A UUID. */
  accountId: string;
  /** Any text. */
  name: string;
}

/** A token, as an export has it: with the hash of its secret. */
export interface TokenDocument extends SeedToken {
  /** A UUID: whose it is. */
  accountId: string;
}

/** An autoscaling rule, as an export has it. */
export interface RuleDocument extends SeedRule {
  /** A UUID. */
  ruleId: string;
  /** A UUID: whose it is. */
  accountId: string;
  /** Whether it acts. */
  active: boolean;
}

/** An EC2 instance, as an export has it. */
export interface InstanceDocument extends SeedInstance {
  /** `i-` and 8 to 17 hex digits. */
  instanceId: string;
  /** A UUID: whose it is. */
  accountId: string;
  /** Such as `us-east-1a`. */
  availabilityZone: string;
  /** Whether Datafy's agent runs on it. */
  agent: boolean;
}

/** A volume, as an export has it. */
export interface VolumeDocument extends SeedVolume {
  /** `vol-` and 8 to 17 hex digits. */
  volumeId: string;
  /** A UUID: whose it is. */
  accountId: string;
  /** Where it stands. */
  status: VolumeStatus;
  /** Such as `us-east-1a`. */
  availabilityZone: string;
}

/** A Datafy snapshot, as an export has it. */
export interface SnapshotDocument extends SeedSnapshot {
  /** `dsnap-` and 8 to 17 hex digits. */
  datafySnapshotId: string;
  /** A UUID: whose it is. */
  accountId: string;
  /** Where it stands. */
  status: SnapshotStatus;
  /** GiB. */
  sizeGb: number;
  /** One per EBS volume that was behind its volume. */
  ebsSnapshots: { snapshotId: string; volumeId: string }[];
}

/**
 * A whole world as JSON: what an export answers with. It has all that the world holds, so that an import of it changes
 * nothing.
 */
export interface WorldDocument extends SeedDocument {
  /** Any text. */
  name: string;
  /** In milliseconds. */
  pace?: Partial<Pace>;
  /** Its sub-accounts. */
  accounts: AccountDocument[];
  /** Of the organization and of its accounts. */
  tokens: TokenDocument[];
  /** Autoscaling rules. */
  rules?: RuleDocument[];
  /** Of all accounts. */
  instances: InstanceDocument[];
  /** Of all accounts. */
  volumes: VolumeDocument[];
  /** Of all accounts. */
  snapshots: SnapshotDocument[];
}
