import type { Database } from 'better-sqlite3';
import { EmulatorError } from '../../ground/errors.ts';
import { regionOf } from '../aws/ebs.ts';
import { checkTags, type TagInput } from '../aws/tags.ts';
import type { Along, Machine, Thing, Tx } from '../engine/machine.ts';
import { volumeStatuses } from '../engine/transitions.ts';
import type { Worlds } from '../engine/worlds.ts';
import { columnsOf, type RowOf } from '../fields/field.ts';
import { type Owned, ownedColumns, prepareInsert, type UnderWay, underWayColumns } from '../fields/table.ts';
import { type EbsColumns, ebsColumns } from './ebs-snapshots.ts';
import { greatestGeneration, snapshotFields } from './fields/snapshot.ts';
import { ownAccountHint, type VolumeRow, type Volumes, volumeThing } from './volumes.ts';

/** A Datafy snapshot: a set of EBS snapshots under one id. */
export interface SnapshotRow extends Owned, UnderWay, EbsColumns, RowOf<typeof snapshotFields> {
  volume: number | null;
}

export interface CreateSnapshotRequest {
  /** Refuse volumes that are not managed. */
  autoscalingOnly: boolean;
  description?: string;
  tags?: readonly TagInput[];
}

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
  const byId = db.prepare<[organization: number, id: string, account: number], SnapshotRow>(
    'SELECT * FROM snapshot WHERE organization = +? AND id = +? AND account = +?',
  );
  // A world makes its ids in ascending order: the set that is looked at first is the one. Those of a document may lie
  // within each other.
  const byEbsId = db.prepare<{ organization: number; account: number; id: string }, SnapshotRow>(
    `SELECT * FROM snapshot WHERE organization = +@organization AND account = +@account AND ebs_first <= +@id AND ebs_last >= +@id
       AND EXISTS (SELECT 1 FROM json_each(ebs_snapshots) AS part WHERE part.value ->> 'id' = +@id)
     ORDER BY ebs_first DESC LIMIT 1`,
  );
  const lastGeneration = db
    .prepare<[volume: number, organization: number, account: number], number>(
      'SELECT max(generation) FROM snapshot WHERE volume = +? AND organization = +? AND account = +?',
    )
    .pluck();
  const insert = prepareInsert<Omit<SnapshotRow, 'key'>>(db, 'snapshot', [
    ...ownedColumns,
    ...underWayColumns,
    'volume',
    'ebs_snapshots',
    'ebs_first',
    'ebs_last',
    ...columnsOf(snapshotFields),
  ]);
  /** All that a snapshot of a volume needs to know of it. `backing`: the ids of the EBS volumes behind it, as JSON. */
  const source = db.prepare<[organization: number, id: string, account: number], SnapshotSource>(
    `SELECT key, id, status, replaced_by, size_gb, availability_zone, encrypted, kms_key_id,
       (SELECT coalesce(max(generation) + 1, 0) FROM snapshot WHERE snapshot.volume = volume.key) AS generation,
       (SELECT json_group_array(id) FROM
         (SELECT ebs_volume.id FROM member JOIN ebs_volume ON ebs_volume.key = member.ebs_volume
          WHERE member.volume = volume.key ORDER BY position)) AS backing
     FROM volume WHERE organization = +? AND id = +? AND account = +?`,
  );
  const inAccounts = `FROM snapshot JOIN account ON account.key = snapshot.account
    WHERE snapshot.organization = +@organization AND snapshot.account IN (SELECT value FROM json_each(@accounts))`;
  const count = db.prepare<Record<string, unknown>, number>(`SELECT count(*) ${inAccounts}`).pluck();
  const page = db.prepare<Record<string, unknown>, SnapshotRow & { account_id: string }>(
    `SELECT snapshot.*, account.id AS account_id ${inAccounts} ORDER BY snapshot.key LIMIT +@limit OFFSET +@offset`,
  );

  function thing(row: SnapshotRow): Thing {
    return { key: row.key, id: row.id, status: row.status, situation: () => `Snapshot ${row.id} is ${row.status}` };
  }

  /** @param meant which kind of snapshot the id is of, where it stands in the place of the other. */
  function notFound(tx: Tx, snapshotId: string, meant?: 'ebs' | 'datafy') {
    const hint = ownAccountHint(tx);
    const facts = { snapshotId, accountId: tx.accountId, ...(hint && { hint }), ...(meant && { meant }) };
    return new EmulatorError('snapshot-not-found', facts);
  }

  const ofEbsId = ({ organization, account }: Tx, id: string) => byEbsId.get({ organization, account, id });

  /** Generations count a volume's snapshots up from 0 [C]. */
  function nextGeneration(tx: Tx, volume: number): number {
    return (lastGeneration.get(volume, tx.organization, tx.account) ?? -1) + 1;
  }

  /** Begins a snapshot. @param along when it ends, where the pace does not say it. */
  function take(
    tx: Tx,
    volume: SnapshotSource,
    said: Pick<SnapshotRow, 'description' | 'tags'> & Partial<Pick<SnapshotRow, 'changed_by'>>,
    along?: Along,
  ): SnapshotRow {
    const id = worlds.makeId(tx, 'dsnap');
    const set = partVolumes(volume).map((volume_id) => ({ id: worlds.makeId(tx, 'snap'), volume_id }));
    const row = {
      ...machine.begin(tx, 'snapshot', 'create', id, { volumeId: volume.id, ...(along && { along }) }),
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
      started_at: tx.now,
      ...said,
      ...ebsColumns(set),
    };
    return { key: insert(row), ...row, status: row.told };
  }

  return {
    /**
     * The Datafy snapshot that an id names: its own, or that of one of its EBS snapshots.
     *
     * @throws EmulatorError `snapshot-not-found`
     */
    find(tx: Tx, snapshotId: string): SnapshotRow {
      const row = byId.get(tx.organization, snapshotId, tx.account) ?? ofEbsId(tx, snapshotId);
      if (!row) throw notFound(tx, snapshotId);
      return row;
    },

    byDatafyId: (tx: Tx, datafySnapshotId: string) => byId.get(tx.organization, datafySnapshotId, tx.account),
    byEbsId: ofEbsId,
    notFound,
    thing,

    insert,
    nextGeneration,

    /**
     * How a snapshot is begun: one EBS snapshot per backing volume [C], or one of the volume itself where it is ordinary
     * [A].
     *
     * @returns what writes it.
     * @throws EmulatorError `volume-not-found`, `volume-not-managed`, `volume-not-available`, `tags-invalid`,
     *   `generations-exhausted`
     */
    plan(tx: Tx, volumeId: string, request: CreateSnapshotRequest): () => SnapshotRow {
      const volume = source.get(tx.organization, volumeId, tx.account) ?? volumes.notFound(tx, volumeId);
      machine.allow('volume', request.autoscalingOnly ? 'snapshot' : 'snapshot-any', volumeThing(volume));
      const tags = checkTags(request.tags);
      if (volume.generation > greatestGeneration) {
        throw new EmulatorError('generations-exhausted', { volumeId, last: greatestGeneration });
      }
      return () => take(tx, volume, { description: request.description ?? '', tags: JSON.stringify(tags) });
    },

    /**
     * The snapshot that an activation takes [D]: it is of the members, and completed in the same instant [A]. A volume
     * whose generations are exhausted has none.
     */
    takeAtActivation(tx: Tx, { id, changed_by }: VolumeRow): void {
      const volume = source.get(tx.organization, id, tx.account) ?? volumes.notFound(tx, id);
      if (volume.generation > greatestGeneration) return;
      take(tx, volume, { description: '', tags: '[]', changed_by }, { due_at: tx.now, due_action: 'complete' });
    },

    /** A page of the snapshots of some accounts of one world, oldest first, and how many there are in all. */
    page(organization: number, accounts: readonly number[], limit: number, offset: number) {
      const where = { organization, accounts: JSON.stringify(accounts) };
      return { count: count.get(where) ?? 0, rows: page.all({ ...where, limit, offset }) };
    },
  };

  /** The EBS volumes that a snapshot of a volume is made of. */
  function partVolumes({ status, id, backing }: SnapshotSource): string[] {
    return volumeStatuses.managed.includes(status) ? JSON.parse(backing) : [id];
  }
}
