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

/** A sub-account, as an export has it. */
export interface AccountDocument
  extends Omit<SeedAccount, 'accountId' | 'name'>,
    Required<Pick<SeedAccount, 'accountId' | 'name'>> {}

/** A token, as an export has it: with the hash of its secret. */
export interface TokenDocument extends Omit<SeedToken, 'accountId'>, Required<Pick<SeedToken, 'accountId'>> {}

/** An autoscaling rule, as an export has it. */
export interface RuleDocument
  extends Omit<SeedRule, 'ruleId' | 'accountId' | 'active'>,
    Required<Pick<SeedRule, 'ruleId' | 'accountId' | 'active'>> {}

/** An EC2 instance, as an export has it. */
export interface InstanceDocument
  extends Omit<SeedInstance, 'instanceId' | 'accountId' | 'availabilityZone' | 'agent'>,
    Required<Pick<SeedInstance, 'instanceId' | 'accountId' | 'availabilityZone' | 'agent'>> {}

/** A volume, as an export has it. */
export interface VolumeDocument
  extends Omit<SeedVolume, 'volumeId' | 'accountId' | 'status' | 'availabilityZone'>,
    Required<Pick<SeedVolume, 'volumeId' | 'accountId' | 'status' | 'availabilityZone'>> {}

/** A Datafy snapshot, as an export has it. */
export interface SnapshotDocument
  extends Omit<SeedSnapshot, 'datafySnapshotId' | 'accountId' | 'status' | 'sizeGb' | 'ebsSnapshots'>,
    Required<Pick<SeedSnapshot, 'datafySnapshotId' | 'accountId' | 'status' | 'sizeGb' | 'ebsSnapshots'>> {}

/**
 * A whole world as JSON: what an export answers with. It has all that the world holds, so that an import of it changes
 * nothing.
 */
export interface WorldDocument
  extends Omit<
    SeedDocument,
    'name' | 'pace' | 'accounts' | 'tokens' | 'rules' | 'instances' | 'volumes' | 'snapshots'
  > {
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
