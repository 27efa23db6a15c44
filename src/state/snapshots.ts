import type { Database } from 'better-sqlite3';
import type { Instant } from '../clock.ts';
import { EmulatorError } from '../errors.ts';
import { regionOf } from './ebs.ts';
import type { Machine, Thing, Tx } from './machine.ts';
import { checkTags, type TagInput } from './tags.ts';
import type { Status } from './transitions.ts';
import { ownAccountHint, type VolumeRow, type Volumes, volumeThing } from './volumes.ts';
import type { Worlds } from './worlds.ts';

/** A Datafy snapshot: a set of EBS snapshots under one id. */
export interface SnapshotRow {
  key: number;
  organization: number;
  account: number;
  id: string;
  volume: number | null;
  volume_id: string;
  generation: number;
  status: Status<'snapshot'>;
  due_at: Instant | null;
  due_action: string | null;
  changed_by: number | null;
  size_gb: number;
  region: string;
  encrypted: 0 | 1;
  kms_key_id: string | null;
  description: string;
  tags: string;
  started_at: Instant;
}

/** One of the EBS snapshots of a set, and the EBS volume it is of. */
export interface EbsSnapshot {
  id: string;
  volume_id: string;
}

export interface CreateSnapshotRequest {
  /** Refuse volumes that are not managed. */
  autoscalingOnly: boolean;
  description?: string;
  tags?: readonly TagInput[];
}

/** Every column but the key, in the order of their values in an INSERT. */
const columns = [
  'organization',
  'account',
  'id',
  'volume',
  'volume_id',
  'generation',
  'status',
  'due_at',
  'due_action',
  'changed_by',
  'size_gb',
  'region',
  'encrypted',
  'kms_key_id',
  'description',
  'tags',
  'started_at',
] as const satisfies readonly (keyof SnapshotRow)[];

interface SnapshotSource
  extends Pick<
    VolumeRow,
    'key' | 'id' | 'status' | 'replaced_by' | 'size_gb' | 'availability_zone' | 'encrypted' | 'kms_key_id'
  > {
  generation: number;
  backing: string;
}

export type Snapshots = ReturnType<typeof createSnapshots>;

export function createSnapshots(db: Database, machine: Machine, worlds: Worlds, volumes: Volumes) {
  const byId = db.prepare<[number, string, number], SnapshotRow>(
    'SELECT * FROM snapshot WHERE organization = ? AND id = ? AND account = ?',
  );
  const byEbsId = db.prepare<[number, string, number], SnapshotRow>(
    `SELECT snapshot.* FROM ebs_snapshot JOIN snapshot ON snapshot.key = ebs_snapshot.snapshot
     WHERE ebs_snapshot.organization = ? AND ebs_snapshot.id = ? AND ebs_snapshot.account = ?`,
  );
  const parts = db.prepare<[number, number, number], EbsSnapshot>(
    'SELECT id, volume_id FROM ebs_snapshot WHERE organization = ? AND snapshot = ? AND account = ? ORDER BY position',
  );
  const lastGeneration = db
    .prepare<[number, number, number], number>(
      'SELECT max(generation) FROM snapshot WHERE volume = ? AND organization = ? AND account = ?',
    )
    .pluck();
  const insert = db.prepare(
    `INSERT INTO snapshot (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`,
  );
  /** All that a snapshot of a volume needs to know of it. `backing`: the ids of the EBS volumes behind it, as JSON. */
  const source = db.prepare<[number, string, number], SnapshotSource>(
    `SELECT key, id, status, replaced_by, size_gb, availability_zone, encrypted, kms_key_id,
       (SELECT coalesce(max(generation) + 1, 0) FROM snapshot WHERE snapshot.volume = volume.key) AS generation,
       (SELECT json_group_array(id) FROM
         (SELECT id FROM backing_volume WHERE backing_volume.volume = volume.key ORDER BY position)) AS backing
     FROM volume WHERE organization = ? AND id = ? AND account = ?`,
  );
  const insertPart = db.prepare<[number, number, number, number, string, string]>(
    'INSERT INTO ebs_snapshot (organization, account, snapshot, position, id, volume_id) VALUES (?, ?, ?, ?, ?, ?)',
  );
  const inAccounts = `FROM snapshot JOIN account ON account.key = snapshot.account
    WHERE snapshot.organization = @organization AND snapshot.account IN (SELECT value FROM json_each(@accounts))`;
  const count = db.prepare<Record<string, unknown>, number>(`SELECT count(*) ${inAccounts}`).pluck();
  const page = db.prepare<Record<string, unknown>, SnapshotRow & { account_id: string }>(
    `SELECT snapshot.*, account.id AS account_id ${inAccounts} ORDER BY snapshot.key LIMIT @limit OFFSET @offset`,
  );

  function thing(row: SnapshotRow): Thing {
    return { key: row.key, id: row.id, status: row.status, situation: `Snapshot ${row.id} is ${row.status}` };
  }

  function notFound(tx: Tx, snapshotId: string, hint = ownAccountHint(tx)) {
    return new EmulatorError('snapshot-not-found', { snapshotId, accountId: tx.accountId, ...(hint && { hint }) });
  }

  function insertRow(row: Omit<SnapshotRow, 'key'>): number {
    return Number(insert.run(columns.map((column) => row[column])).lastInsertRowid);
  }

  function insertParts(tx: Tx, snapshot: number, set: readonly EbsSnapshot[]): void {
    for (const [position, part] of set.entries()) {
      insertPart.run(tx.organization, tx.account, snapshot, position, part.id, part.volume_id);
    }
  }

  /** Generations count a volume's snapshots up from 0 [C]. */
  function nextGeneration(tx: Tx, volume: number): number {
    return (lastGeneration.get(volume, tx.organization, tx.account) ?? -1) + 1;
  }

  return {
    /**
     * The Datafy snapshot that an id names: its own, or that of one of its EBS snapshots.
     *
     * @throws EmulatorError `snapshot-not-found`
     */
    find(tx: Tx, snapshotId: string): SnapshotRow {
      const row =
        byId.get(tx.organization, snapshotId, tx.account) ?? byEbsId.get(tx.organization, snapshotId, tx.account);
      if (!row) throw notFound(tx, snapshotId);
      return row;
    },

    byDatafyId: (tx: Tx, datafySnapshotId: string) => byId.get(tx.organization, datafySnapshotId, tx.account),
    byEbsId: (tx: Tx, snapshotId: string) => byEbsId.get(tx.organization, snapshotId, tx.account),
    notFound,
    thing,

    parts: (row: SnapshotRow) => parts.all(row.organization, row.key, row.account),
    insert: insertRow,
    insertParts,
    nextGeneration,

    /**
     * Begins a snapshot: one EBS snapshot per backing volume [C], or one of the volume itself where it is ordinary [A].
     *
     * @throws EmulatorError `volume-not-found`, `volume-not-managed`, `volume-not-available`, `tags-invalid`
     */
    create(tx: Tx, volumeId: string, request: CreateSnapshotRequest): SnapshotRow {
      const volume = source.get(tx.organization, volumeId, tx.account) ?? volumes.notFound(tx, volumeId);
      machine.apply(tx, 'volume', request.autoscalingOnly ? 'snapshot' : 'snapshot-any', volumeThing(volume));
      const tags = checkTags(request.tags, 'body/tags');
      const id = worlds.makeId(tx, 'dsnap');
      const row = {
        ...machine.begin(tx, 'snapshot', 'create', id, { volumeId: volume.id }),
        organization: tx.organization,
        account: tx.account,
        id,
        volume: volume.key,
        volume_id: volume.id,
        generation: volume.generation,
        size_gb: volume.size_gb,
        region: regionOf(volume.availability_zone),
        encrypted: volume.encrypted,
        kms_key_id: volume.kms_key_id,
        description: request.description ?? '',
        tags: JSON.stringify(tags),
        started_at: tx.now,
      };
      const key = insertRow(row);
      const set = partVolumes(volume).map((volume_id) => ({ id: worlds.makeId(tx, 'snap'), volume_id }));
      insertParts(tx, key, set);
      return { key, ...row };
    },

    /** A page of the snapshots of some accounts of one world, oldest first, and how many there are in all. */
    page(organization: number, accounts: readonly number[], limit: number, offset: number) {
      const where = { organization, accounts: JSON.stringify(accounts) };
      return { count: count.get(where) ?? 0, rows: page.all({ ...where, limit, offset }) };
    },
  };

  /** The EBS volumes that a snapshot of a volume is made of. */
  function partVolumes({ status, id, backing }: SnapshotSource): string[] {
    return status === 'managed' ? JSON.parse(backing) : [id];
  }
}
