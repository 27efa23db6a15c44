import type {
  SeedAccount,
  SeedDocument,
  SeedInstance,
  SeedRule,
  SeedSnapshot,
  SeedToken,
  SeedVolume,
} from './seed-document.ts';
import type { SnapshotStatus, VolumeStatus } from './words.ts';

/** A sub-account, as an export has it. */
export interface AccountDocument extends SeedAccount {
  accountId: string;
  name: string;
}

/** A token, as an export has it: with the hash of its secret. */
export interface TokenDocument extends SeedToken {
  accountId: string;
}

/** An autoscaling rule, as an export has it. */
export interface RuleDocument extends SeedRule {
  ruleId: string;
  accountId: string;
  active: boolean;
}

/** An EC2 instance, as an export has it. */
export interface InstanceDocument extends SeedInstance {
  instanceId: string;
  accountId: string;
  availabilityZone: string;
  agent: boolean;
}

/** A volume, as an export has it. */
export interface VolumeDocument extends SeedVolume {
  volumeId: string;
  accountId: string;
  status: VolumeStatus;
  availabilityZone: string;
}

/** A Datafy snapshot, as an export has it. */
export interface SnapshotDocument extends SeedSnapshot {
  datafySnapshotId: string;
  accountId: string;
  status: SnapshotStatus;
  /** GiB. */
  sizeGb: number;
  ebsSnapshots: { snapshotId: string; volumeId: string }[];
}

/**
 * A whole world as JSON: what an export answers with. It has all that the world holds, so that an import of it changes
 * nothing.
 */
export interface WorldDocument extends SeedDocument {
  name: string;
  accounts: AccountDocument[];
  tokens: TokenDocument[];
  rules?: RuleDocument[];
  instances: InstanceDocument[];
  volumes: VolumeDocument[];
  snapshots: SnapshotDocument[];
}
