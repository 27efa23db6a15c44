import type { Database } from 'better-sqlite3';
import type { Instant } from '../clock.ts';
import { makeUuid } from '../ids.ts';
import { hashSecret } from '../secrets.ts';
import type { Accounts } from './accounts.ts';
import type { Attachments } from './attachments.ts';
import { gp3, regionOf } from './ebs.ts';
import type { Instances } from './instances.ts';
import type { Machine, Tx } from './machine.ts';
import type { Modifications } from './modifications.ts';
import type { Pace } from './pace.ts';
import type { RoleArns } from './role-arns.ts';
import type { Snapshots } from './snapshots.ts';
import type { Tag } from './tags.ts';
import { roles, type Tokens } from './tokens.ts';
import type { Status } from './transitions.ts';
import type { Volumes } from './volumes.ts';
import type { Worlds } from './worlds.ts';

/** What a world is made from. Ages are minutes before the world's beginning. */
export interface Seed {
  /** Also the id of the organization's own account: a UUID. */
  organizationId: string;
  name: string;
  accounts: readonly { accountId: string; name: string }[];
  tokens: readonly SeedToken[];
  /** Roles that fail Datafy's permission check, and what it says of them. */
  failingRoles?: readonly { roleArn: string; reason: string }[];
  instances: readonly SeedInstance[];
  volumes: readonly SeedVolume[];
  snapshots: readonly SeedSnapshot[];
}

export interface SeedToken {
  /** The secret, any string: only its hash is stored. */
  token: string;
  /** The organization's id makes it an organization token. */
  accountId: string;
  description: string;
  readOnly?: boolean;
  /** Left out: never. Below zero: it has expired already. */
  expiresInMinutes?: number;
}

export interface SeedInstance {
  instanceId: string;
  accountId: string;
  availabilityZone: string;
  /** Whether Datafy's agent runs on it. */
  agent: boolean;
  clusterName?: string;
  nodeGroupName?: string;
  tags?: readonly Tag[];
}

export interface SeedVolume {
  volumeId: string;
  accountId: string;
  /** A status of a transition under way is held: it does not end by itself. */
  status: Status<'volume'>;
  sizeGb: number;
  availabilityZone: string;
  volumeType?: string;
  /** The Datafy snapshot that it was restored from. */
  restoredFrom?: string;
  boot?: boolean;
  fileSystem?: string;
  replacedBy?: string;
  backingVolumeIds?: readonly string[];
  attachment?: { instanceId: string; deviceName: string; status?: Status<'attachment'> };
  modification?: { status: Status<'modification'>; sizeGb: number };
  tags?: readonly Tag[];
  ageMinutes?: number;
}

export interface SeedSnapshot {
  datafySnapshotId: string;
  accountId: string;
  volumeId: string;
  status: Status<'snapshot'>;
  sizeGb: number;
  description?: string;
  /** The EBS snapshots it consists of, and the EBS volumes they are of. */
  ebsSnapshots: readonly { snapshotId: string; volumeId: string }[];
  tags?: readonly Tag[];
  ageMinutes?: number;
}

export interface WorldOptions {
  /** Null: the world's time is the process's; otherwise it stands at this instant until it is moved. */
  clockNow: Instant | null;
  pace: Pace;
}

interface Parts {
  machine: Machine;
  worlds: Worlds;
  accounts: Accounts;
  tokens: Tokens;
  roleArns: RoleArns;
  instances: Instances;
  volumes: Volumes;
  attachments: Attachments;
  modifications: Modifications;
  snapshots: Snapshots;
}

const minute = 60_000;

/** Worlds in: rows are put in place as the seed has them, in one transaction. */
export function createSeeder(db: Database, parts: Parts) {
  const { machine, worlds, accounts, tokens, roleArns, instances, volumes, attachments, modifications, snapshots } =
    parts;

  function load(seed: Seed, options: WorldOptions, processNow: Instant): number {
    const now = options.clockNow ?? processNow;
    const organization = worlds.insert({
      organizationId: seed.organizationId,
      name: seed.name,
      clockNow: options.clockNow,
      pace: options.pace,
      idSeed: seed.organizationId,
      createdAt: now,
    });
    const txs = new Map<string, Tx>();
    const addAccount = (accountId: string, name: string, parent: number | null) => {
      const account = accounts.insert({ organization, id: accountId, name, parent, created_at: now });
      txs.set(accountId, {
        organization,
        account,
        accountId,
        ownAccount: parent === null,
        now,
        pace: options.pace,
      });
      return account;
    };
    const txOf = (accountId: string, ageMinutes = 0): Tx => {
      const tx = txs.get(accountId);
      if (!tx) throw new Error(`The seed has no account ${accountId}`);
      return { ...tx, now: now - ageMinutes * minute };
    };

    const own = addAccount(seed.organizationId, seed.name, null);
    for (const { accountId, name } of seed.accounts) addAccount(accountId, name, own);
    for (const [at, token] of seed.tokens.entries()) {
      addToken(txOf(token.accountId), token, makeUuid(`${seed.organizationId}:token`, at));
    }
    for (const { roleArn, reason } of seed.failingRoles ?? []) roleArns.addFailing(organization, roleArn, reason);
    for (const instance of seed.instances) addInstance(txOf(instance.accountId), instance);
    for (const volume of seed.volumes) addVolume(txOf(volume.accountId, volume.ageMinutes), volume);
    for (const snapshot of seed.snapshots) addSnapshot(txOf(snapshot.accountId, snapshot.ageMinutes), snapshot);
    return organization;
  }

  function addToken(tx: Tx, token: SeedToken, id: string): void {
    const { expiresInMinutes } = token;
    tokens.insert({
      organization: tx.organization,
      account: tx.account,
      id,
      secretHash: hashSecret(token.token),
      description: token.description,
      roleIds: [token.readOnly ? roles.readOnly : roles.admin],
      expiresAt: expiresInMinutes === undefined ? null : tx.now + expiresInMinutes * minute,
      createdAt: tx.now,
    });
  }

  function addInstance(tx: Tx, instance: SeedInstance): void {
    instances.insert({
      organization: tx.organization,
      account: tx.account,
      id: instance.instanceId,
      availability_zone: instance.availabilityZone,
      agent: instance.agent ? 1 : 0,
      cluster_name: instance.clusterName ?? null,
      node_group_name: instance.nodeGroupName ?? null,
      tags: JSON.stringify(instance.tags ?? []),
      created_at: tx.now,
    });
  }

  function addVolume(tx: Tx, volume: SeedVolume): void {
    const key = volumes.insert(tx, {
      ...machine.place('volume', volume.status),
      id: volume.volumeId,
      origin: volume.restoredFrom ? 'snapshot' : 'ebs',
      restored_from: volume.restoredFrom ?? null,
      has_source: volume.restoredFrom || volume.status === 'replaced' ? 0 : 1,
      replaced_by: volume.replacedBy ?? null,
      volume_type: volume.volumeType ?? 'gp3',
      size_gb: volume.sizeGb,
      iops: gp3.iops.minimum,
      throughput: gp3.throughput.minimum,
      availability_zone: volume.availabilityZone,
      boot: volume.boot ? 1 : 0,
      file_system: volume.fileSystem ?? 'ext4',
      tags: JSON.stringify(volume.tags ?? []),
    });
    volumes.insertBacking(tx, key, volume.backingVolumeIds ?? []);
    if (volume.attachment) {
      attachments.insert({
        ...machine.place('attachment', volume.attachment.status ?? 'attached'),
        organization: tx.organization,
        account: tx.account,
        volume: key,
        instance: instances.find(tx, volume.attachment.instanceId).key,
        device_name: volume.attachment.deviceName,
        delete_on_termination: 0,
        started_at: tx.now,
      });
    }
    if (volume.modification) {
      modifications.insert({
        ...machine.place('modification', volume.modification.status),
        organization: tx.organization,
        account: tx.account,
        volume: key,
        size_gb: volume.modification.sizeGb,
        iops: gp3.iops.minimum,
        throughput: gp3.throughput.minimum,
        expand_filesystem: 0,
        started_at: tx.now,
      });
    }
  }

  function addSnapshot(tx: Tx, snapshot: SeedSnapshot): void {
    const volume = volumes.find(tx, snapshot.volumeId);
    const key = snapshots.insert({
      ...machine.place('snapshot', snapshot.status),
      organization: tx.organization,
      account: tx.account,
      id: snapshot.datafySnapshotId,
      volume: volume.key,
      volume_id: volume.id,
      generation: snapshots.nextGeneration(tx, volume.key),
      size_gb: snapshot.sizeGb,
      region: regionOf(volume.availability_zone),
      encrypted: volume.encrypted,
      kms_key_id: volume.kms_key_id,
      description: snapshot.description ?? '',
      tags: JSON.stringify(snapshot.tags ?? []),
      started_at: tx.now,
    });
    snapshots.insertParts(
      tx,
      key,
      snapshot.ebsSnapshots.map(({ snapshotId, volumeId }) => ({ id: snapshotId, volume_id: volumeId })),
    );
  }

  return { load: db.transaction(load) };
}
