import type { Database } from 'better-sqlite3';
import { formatInstant, type Instant } from '../../ground/clock.ts';
import type { InstanceRow } from '../aws/instances.ts';
import type { AttachmentRow } from '../datafy/attachments.ts';
import { ebsSnapshotsOf } from '../datafy/ebs-snapshots.ts';
import type { ModificationRow } from '../datafy/modifications.ts';
import type { SnapshotRow } from '../datafy/snapshots.ts';
import type { VolumeRow } from '../datafy/volumes.ts';
import type { Seed, SnapshotDocument, VolumeDocument } from '../document/document.ts';
import { readPace } from '../engine/pace.ts';
import type { Worlds } from '../engine/worlds.ts';

export type Export = ReturnType<typeof createExport>;

/** What `{ ...optional(…) }` adds: nothing where the value is null. */
function optional<K extends string, V>(key: K, value: V | null): Partial<Record<K, V>> {
  return value === null ? {} : ({ [key]: value } as Record<K, V>);
}

const due = (row: { due_action: string | null; due_at: Instant | null }) =>
  row.due_action === null
    ? {}
    : { due: { action: row.due_action, ...optional('at', row.due_at === null ? null : formatInstant(row.due_at)) } };

/** Rows under what they belong to, by its key. */
function groupBy<T>(rows: readonly T[], keyOf: (row: T) => number): Map<number, T[]> {
  const groups = new Map<number, T[]>();
  for (const row of rows) {
    const group = groups.get(keyOf(row));
    if (group) group.push(row);
    else groups.set(keyOf(row), [row]);
  }
  return groups;
}

type Owned<T> = T & { account_id: string };

/** Worlds out: all that a world holds, in an order and a form that give the same text again after an import. */
export function createExport(db: Database, worlds: Worlds) {
  const owned = <T>(table: string, columns = `${table}.*`) =>
    db.prepare<[number], Owned<T>>(
      `SELECT ${columns}, account.id AS account_id FROM ${table} JOIN account ON account.key = ${table}.account
       WHERE ${table}.organization = ? ORDER BY ${table}.key`,
    );
  const accounts = db.prepare<
    [number],
    { id: string; name: string; parent: number | null; created_at: Instant; arn: string | null }
  >(
    `SELECT account.id, account.name, account.parent, account.created_at, role_arn.arn FROM account
     LEFT JOIN role_arn ON role_arn.organization = account.organization AND role_arn.account = account.key
     WHERE account.organization = ? ORDER BY account.position`,
  );
  const tokens = owned<{
    id: string;
    secret_hash: Buffer;
    description: string;
    role_ids: string;
    expires_at: Instant | null;
    created_at: Instant;
  }>('token');
  const failingRoles = db.prepare<[number], { roleArn: string; reason: string }>(
    'SELECT arn AS roleArn, reason FROM failing_role WHERE organization = ? ORDER BY arn',
  );
  const rules = owned<{ id: string; active: 0 | 1; rule: string }>('autoscaling_rule');
  const instances = owned<InstanceRow>('instance');
  const volumes = owned<VolumeRow>('volume');
  const backing = db.prepare<[number], { volume: number; id: string }>(
    `SELECT volume, ebs_volume.id FROM member JOIN ebs_volume ON ebs_volume.key = member.ebs_volume
     WHERE member.organization = ? ORDER BY volume, position`,
  );
  const attachments = owned<AttachmentRow & { instance_id: string }>(
    'attachment',
    'attachment.*, (SELECT id FROM instance WHERE instance.key = attachment.instance) AS instance_id',
  );
  const modifications = owned<ModificationRow>('modification');
  const snapshots = owned<SnapshotRow>('snapshot');

  function exportVolumes(organization: number): VolumeDocument[] {
    const backingOf = groupBy(backing.all(organization), (row) => row.volume);
    const attachmentOf = groupBy(attachments.all(organization), (row) => row.volume);
    const modificationsOf = groupBy(modifications.all(organization), (row) => row.volume);
    return volumes.all(organization).map((row) => {
      const attachment = attachmentOf.get(row.key)?.[0];
      const changes = modificationsOf.get(row.key);
      return {
        volumeId: row.id,
        accountId: row.account_id,
        status: row.status,
        ...due(row),
        sizeGb: row.size_gb,
        iops: row.iops,
        throughput: row.throughput,
        availabilityZone: row.availability_zone,
        volumeType: row.volume_type,
        origin: row.origin,
        ...optional('restoredFrom', row.restored_from),
        ...optional('replacedBy', row.replaced_by),
        hasSource: row.has_source === 1,
        encrypted: row.encrypted === 1,
        ...optional('kmsKeyId', row.kms_key_id),
        datafyMode: row.datafy_mode,
        backingVolumeIds: (backingOf.get(row.key) ?? []).map(({ id }) => id),
        backingCount: row.backing_count as 2 | 4 | 6 | 8,
        boot: row.boot === 1,
        fileSystem: row.file_system,
        tags: JSON.parse(row.tags),
        ...(attachment && {
          attachment: {
            instanceId: attachment.instance_id,
            deviceName: attachment.device_name,
            status: attachment.status,
            ...due(attachment),
            deleteOnTermination: attachment.delete_on_termination === 1,
            startedAt: formatInstant(attachment.started_at),
            ...optional('changedBy', attachment.changed_by),
          },
        }),
        ...(changes && {
          modifications: changes.map((change) => ({
            status: change.status,
            ...due(change),
            sizeGb: change.size_gb,
            iops: change.iops,
            throughput: change.throughput,
            expandFilesystem: change.expand_filesystem === 1,
            startedAt: formatInstant(change.started_at),
            ...optional('changedBy', change.changed_by),
          })),
        }),
        createdAt: formatInstant(row.created_at),
        ...optional('changedBy', row.changed_by),
      };
    });
  }

  function exportSnapshots(organization: number): SnapshotDocument[] {
    return snapshots.all(organization).map((row) => ({
      datafySnapshotId: row.id,
      accountId: row.account_id,
      volumeId: row.volume_id,
      status: row.status,
      ...due(row),
      sizeGb: row.size_gb,
      region: row.region,
      encrypted: row.encrypted === 1,
      ...optional('kmsKeyId', row.kms_key_id),
      generation: row.generation,
      description: row.description,
      tags: JSON.parse(row.tags),
      ebsSnapshots: ebsSnapshotsOf(row).map((part) => ({ snapshotId: part.id, volumeId: part.volume_id })),
      startedAt: formatInstant(row.started_at),
      ...optional('changedBy', row.changed_by),
    }));
  }

  /** All that a world holds. Secrets are in it as hashes only. */
  return function exportWorld(organization: number): Seed {
    const world = worlds.row(organization);
    const [own, ...subAccounts] = accounts.all(organization);
    if (!own) throw new Error(`Organization ${world.id} has no account`);
    return {
      organizationId: world.id,
      ownAccountId: own.id,
      name: own.name,
      createdAt: formatInstant(world.created_at),
      clock:
        world.clock_now === null ? { mode: 'system' } : { mode: 'controlled', now: formatInstant(world.clock_now) },
      pace: readPace(world.pace),
      ids: { seed: world.id_seed, made: world.ids_made },
      ...optional('roleArn', own.arn),
      accounts: subAccounts.map(({ id, name, arn, created_at }) => ({
        accountId: id,
        name,
        ...optional('roleArn', arn),
        createdAt: formatInstant(created_at),
      })),
      tokens: tokens.all(organization).map((row) => ({
        accountId: row.account_id,
        secretHash: row.secret_hash.toString('hex'),
        tokenId: row.id,
        description: row.description,
        roleIds: JSON.parse(row.role_ids),
        ...optional('expires', row.expires_at === null ? null : formatInstant(row.expires_at)),
        createdAt: formatInstant(row.created_at),
      })),
      failingRoles: failingRoles.all(organization),
      rules: rules.all(organization).map((row) => ({
        ruleId: row.id,
        accountId: row.account_id,
        active: row.active === 1,
        rule: JSON.parse(row.rule),
      })),
      instances: instances.all(organization).map((row) => ({
        instanceId: row.id,
        accountId: row.account_id,
        availabilityZone: row.availability_zone,
        agent: row.agent === 1,
        ...optional('clusterName', row.cluster_name),
        ...optional('nodeGroupName', row.node_group_name),
        tags: JSON.parse(row.tags),
        createdAt: formatInstant(row.created_at),
      })),
      volumes: exportVolumes(organization),
      snapshots: exportSnapshots(organization),
    };
  };
}
