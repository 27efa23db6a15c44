import type { Database } from 'better-sqlite3';
import { formatInstant, type Instant } from '../../ground/clock.ts';
import type { AttachmentRow } from '../datafy/attachments.ts';
import { ebsSnapshotsOf } from '../datafy/ebs-snapshots.ts';
import { attachmentFields } from '../datafy/fields/attachment.ts';
import { modificationFields } from '../datafy/fields/modification.ts';
import { snapshotFields } from '../datafy/fields/snapshot.ts';
import { volumeFields } from '../datafy/fields/volume.ts';
import type { ModificationRow } from '../datafy/modifications.ts';
import type { SnapshotRow } from '../datafy/snapshots.ts';
import type { VolumeRow } from '../datafy/volumes.ts';
import type {
  AccountDocument,
  DueDocument,
  Seed,
  SnapshotDocument,
  TokenDocument,
  VolumeDocument,
} from '../document/document.ts';
import { readPace } from '../engine/pace.ts';
import type { Worlds } from '../engine/worlds.ts';
import { documentOf } from '../fields/field.ts';
import type { UnderWay } from '../fields/table.ts';
import { accountFields } from '../tenancy/account-fields.ts';
import type { AccountRow } from '../tenancy/accounts.ts';
import { tokenFields } from '../tenancy/token-fields.ts';
import type { StoredToken } from '../tenancy/tokens.ts';
import { exportedLists, type Lists } from './lists.ts';

export type Export = ReturnType<typeof createExport>;

/** What `{ ...optional(…) }` adds: nothing where the value is null. */
function optional<K extends string, V>(key: K, value: V | null): Partial<Record<K, V>> {
  return value === null ? {} : ({ [key]: value } as Record<K, V>);
}

/** When what is under way ends; undefined where nothing is. */
const due = ({ due_action, due_at }: UnderWay): DueDocument | undefined =>
  due_action === null
    ? undefined
    : { action: due_action, ...optional('at', due_at === null ? null : formatInstant(due_at)) };

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
export function createExport(db: Database, worlds: Worlds, lists: Lists) {
  const owned = <T>(table: string, columns = `${table}.*`) =>
    db.prepare<[organization: number], Owned<T>>(
      `SELECT ${columns}, account.id AS account_id FROM ${table} JOIN account ON account.key = ${table}.account
       WHERE ${table}.organization = +? ORDER BY ${table}.key`,
    );
  const accounts = db.prepare<[organization: number], AccountRow & { arn: string | null }>(
    `SELECT account.*, role_arn.arn FROM account
     LEFT JOIN role_arn ON role_arn.organization = account.organization AND role_arn.account = account.key
     WHERE account.organization = +? ORDER BY account.position`,
  );
  const tokens = owned<StoredToken>('token');
  const failingRoles = db.prepare<[organization: number], { roleArn: string; reason: string }>(
    'SELECT arn AS roleArn, reason FROM failing_role WHERE organization = +? ORDER BY arn',
  );
  const volumes = owned<VolumeRow>('volume');
  const backing = db.prepare<
    [organization: number],
    { volume: number; id: string; created_at: Instant; device_name: string | null; started_at: Instant | null }
  >(
    `SELECT member.volume, ebs_volume.id, ebs_volume.created_at, device_name, started_at
     FROM member JOIN ebs_volume ON ebs_volume.key = member.ebs_volume
     LEFT JOIN ebs_attachment ON ebs_attachment.ebs_volume = ebs_volume.key
     WHERE member.organization = +? ORDER BY member.volume, member.position`,
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
      return documentOf(volumeFields, row, {
        accountId: row.account_id,
        due: due(row),
        backingVolumeIds: (backingOf.get(row.key) ?? []).map(({ id }) => id),
        backingVolumes: backingOf.get(row.key)?.map(({ id, created_at, device_name, started_at }) => ({
          volumeId: id,
          ...optional('deviceName', device_name),
          ...optional('attachedAt', started_at === null ? null : formatInstant(started_at)),
          createdAt: formatInstant(created_at),
        })),
        attachment:
          attachment &&
          documentOf(attachmentFields, attachment, { instanceId: attachment.instance_id, due: due(attachment) }),
        modifications: modificationsOf
          .get(row.key)
          ?.map((change) => documentOf(modificationFields, change, { due: due(change) })),
      }) as VolumeDocument;
    });
  }

  function exportSnapshots(organization: number): SnapshotDocument[] {
    return snapshots.all(organization).map(
      (row) =>
        documentOf(snapshotFields, row, {
          accountId: row.account_id,
          due: due(row),
          ebsSnapshots: ebsSnapshotsOf(row).map((part) => ({ snapshotId: part.id, volumeId: part.volume_id })),
        }) as SnapshotDocument,
    );
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
      awsAccountId: own.aws_id,
      ...optional('roleArn', own.arn),
      accounts: subAccounts.map(
        (row) => documentOf(accountFields, row, { roleArn: row.arn ?? undefined }) as AccountDocument,
      ),
      tokens: tokens
        .all(organization)
        .map((row) => documentOf(tokenFields, row, { accountId: row.account_id }) as TokenDocument),
      failingRoles: failingRoles.all(organization),
      ...exportedLists(lists, organization),
      volumes: exportVolumes(organization),
      snapshots: exportSnapshots(organization),
    };
  };
}
