import type { Database } from 'better-sqlite3';
import { EmulatorError } from '../../ground/errors.ts';
import { prepareChanges } from '../aws/volumes.ts';
import type { Begun, Thing, Tx } from '../engine/machine.ts';
import { hasOneOf, volumeStatuses } from '../engine/transitions.ts';
import { columnsOf, defaultsOf, type NewRowOf, type RowOf } from '../fields/field.ts';
import { type Owned, ownedColumns, prepareInsert, type UnderWay, underWayColumns } from '../fields/table.ts';
import { volumeFields } from './fields/volume.ts';

/** A volume as it is stored: the columns of its fields, and those that no field has. */
export interface VolumeRow extends Owned, UnderWay, RowOf<typeof volumeFields> {}

/** Of a volume's row, what most callers ask for. */
export type VolumeHeadRow = Pick<
  VolumeRow,
  'id' | 'status' | 'has_source' | 'size_gb' | 'iops' | 'throughput' | 'replaced_by'
>;

/** What a new volume is made from: the rest has its default, and it is as old as the transaction unless it says. */
export type NewVolume = Begun<'volume'> &
  Omit<NewRowOf<typeof volumeFields>, 'created_at'> &
  Partial<Pick<VolumeRow, 'created_at'>>;

const defaults = defaultsOf(volumeFields);

export type Volumes = ReturnType<typeof createVolumes>;

/** The rows of volumes. */
export function createVolumes(db: Database) {
  const byId = db.prepare<[organization: number, id: string, account: number], VolumeRow>(
    'SELECT * FROM volume WHERE organization = +? AND id = +? AND account = +?',
  );
  const headById = db.prepare<[organization: number, id: string, account: number], VolumeHeadRow>(
    `SELECT id, status, has_source, size_gb, iops, throughput, replaced_by FROM volume
     WHERE organization = +? AND id = +? AND account = +?`,
  );
  const byKey = db.prepare<[organization: number, key: number, account: number], VolumeRow>(
    'SELECT * FROM volume WHERE organization = +? AND key = +? AND account = +?',
  );
  const insert = prepareInsert<Omit<VolumeRow, 'key'>>(db, 'volume', [
    ...ownedColumns,
    ...underWayColumns,
    ...columnsOf(volumeFields),
  ]);
  const ordinary = db.prepare<[organization: number, account: number], VolumeRow>(
    `SELECT * FROM volume WHERE organization = +? AND account = +? AND ${hasOneOf(volumeStatuses.activatable)} ORDER BY key`,
  );
  const onInstance = db.prepare<[organization: number, account: number, instance: number], VolumeRow>(
    `SELECT volume.* FROM attachment JOIN volume ON volume.key = attachment.volume
     WHERE attachment.organization = +? AND attachment.account = +? AND attachment.instance = +? ORDER BY volume.key`,
  );
  const countAutoscaling = db
    .prepare<[organization: number, account: number], number>(
      `SELECT count(*) FROM volume
       WHERE organization = +? AND account = +? AND ${hasOneOf(volumeStatuses.withDatafy)}`,
    )
    .pluck();
  const markReplaced = db.prepare<Record<string, unknown>>(
    `UPDATE volume SET replaced_by = @replacedBy, has_source = 0
     WHERE key = +@key AND organization = +@organization AND account = +@account`,
  );
  const setBackingCount = db.prepare<[count: number, key: number, organization: number, account: number]>(
    'UPDATE volume SET backing_count = ? WHERE key = +? AND organization = +? AND account = +?',
  );
  const dropSource = db.prepare<[key: number, organization: number, account: number]>(
    'UPDATE volume SET has_source = 0 WHERE key = +? AND organization = +? AND account = +?',
  );
  const replaces = db
    .prepare<[organization: number, replacedBy: string, account: number], string>(
      'SELECT id FROM volume WHERE organization = +? AND replaced_by = +? AND account = +?',
    )
    .pluck();
  const ownerOfMember = db
    .prepare<[organization: number, id: string, account: number], string>(
      `SELECT volume.id FROM ebs_volume JOIN member ON member.ebs_volume = ebs_volume.key
         JOIN volume ON volume.key = member.volume
       WHERE ebs_volume.organization = +? AND ebs_volume.id = +? AND ebs_volume.account = +?`,
    )
    .pluck();
  const holder = db
    .prepare<{ organization: number; id: string }, string>(
      `SELECT 'a volume of account ' || account.id
       FROM volume JOIN account ON account.key = volume.account
       WHERE volume.organization = +@organization AND volume.id = +@id
       UNION ALL SELECT 'one of the EBS volumes behind ' || volume.id
       FROM ebs_volume JOIN member ON member.ebs_volume = ebs_volume.key JOIN volume ON volume.key = member.volume
       WHERE ebs_volume.organization = +@organization AND ebs_volume.id = +@id
       UNION ALL SELECT 'the volume that snapshot ' || id || ' is of'
       FROM snapshot WHERE organization = +@organization AND volume_id = +@id
       UNION ALL SELECT 'one of the EBS volumes that snapshot ' || snapshot.id || ' is of'
       FROM snapshot JOIN json_each(ebs_snapshots) AS part
       WHERE snapshot.organization = +@organization AND part.value ->> 'volume_id' = +@id
       UNION ALL SELECT 'the volume that took over from ' || id
       FROM volume WHERE organization = +@organization AND replaced_by = +@id
       LIMIT 1`,
    )
    .pluck();
  const inAccounts = `FROM volume JOIN account ON account.key = volume.account
    WHERE volume.organization = +@organization AND volume.account IN (SELECT value FROM json_each(@accounts))`;
  const count = db.prepare<Record<string, unknown>, number>(`SELECT count(*) ${inAccounts}`).pluck();
  const page = db.prepare<Record<string, unknown>, VolumeRow & { account_id: string }>(
    `SELECT volume.*, account.id AS account_id ${inAccounts} ORDER BY volume.key LIMIT +@limit OFFSET +@offset`,
  );

  /** @throws EmulatorError `volume-not-found`, with what a caller may have meant. */
  function notFound(tx: Tx, volumeId: string): never {
    const owner = ownerOfMember.get(tx.organization, volumeId, tx.account);
    const hint = owner ? `it is one of the EBS volumes behind ${owner}: use that id` : ownAccountHint(tx);
    throw new EmulatorError('volume-not-found', { volumeId, accountId: tx.accountId, ...(hint && { hint }) });
  }

  return {
    /** @throws EmulatorError `volume-not-found` */
    find: (tx: Tx, volumeId: string): VolumeRow =>
      byId.get(tx.organization, volumeId, tx.account) ?? notFound(tx, volumeId),

    /** @throws EmulatorError `volume-not-found` */
    head: (tx: Tx, volumeId: string): VolumeHeadRow =>
      headById.get(tx.organization, volumeId, tx.account) ?? notFound(tx, volumeId),

    notFound,

    /** A volume that may not be there. */
    lookUp: (tx: Tx, volumeId: string) => byId.get(tx.organization, volumeId, tx.account),

    /**
     * What has a volume id in this world, in words, if anything has: AWS gives an id once, so also a volume that is
     * gone has it while something speaks of it.
     */
    holder: (tx: Tx, volumeId: string) => holder.get({ organization: tx.organization, id: volumeId }),

    byKey(tx: Tx, key: number): VolumeRow {
      const row = byKey.get(tx.organization, key, tx.account);
      if (!row) throw new Error(`No volume has the key ${key}`);
      return row;
    },

    insert(tx: Tx, volume: NewVolume): number {
      return insert({
        created_at: tx.now,
        ...defaults,
        ...volume,
        organization: tx.organization,
        account: tx.account,
      });
    },

    ...prepareChanges(db, 'volume'),

    /** The volumes of the account that autoscaling is off on. */
    ordinary: (tx: Tx) => ordinary.all(tx.organization, tx.account),

    onInstance: (tx: Tx, instance: number) => onInstance.all(tx.organization, tx.account, instance),

    /** How many volumes of the account Datafy stands behind. */
    countAutoscaling: (tx: Tx) => countAutoscaling.get(tx.organization, tx.account) ?? 0,

    markReplaced(tx: Tx, key: number, replacedBy: string): void {
      markReplaced.run({ key, organization: tx.organization, account: tx.account, replacedBy });
    },

    setBackingCount(tx: Tx, key: number, count: VolumeRow['backing_count']): void {
      setBackingCount.run(count, key, tx.organization, tx.account);
    },

    /** Its data is on the EBS volumes behind it: the one that it was is gone. */
    dropSource(tx: Tx, key: number): void {
      dropSource.run(key, tx.organization, tx.account);
    },

    /** The id of the volume that this one took over from, if it did. */
    replaces: (row: VolumeRow) => replaces.get(row.organization, row.id, row.account),

    /** A page of the volumes of some accounts of one world, oldest first, and how many there are in all. */
    page(organization: number, accounts: readonly number[], limit: number, offset: number) {
      const where = { organization, accounts: JSON.stringify(accounts) };
      return { count: count.get(where) ?? 0, rows: page.all({ ...where, limit, offset }) };
    },
  };
}

/** What an organization token that named no account needs to hear when nothing is found. */
export function ownAccountHint(tx: Tx): string | undefined {
  return tx.ownAccount
    ? "this call ran against the organization's own account: name a sub-account with ?accounts=<sub-account-id>"
    : undefined;
}

/** A volume as the machine and its messages speak of it. */
export function volumeThing(row: Pick<VolumeRow, 'key' | 'id' | 'status' | 'replaced_by'>): Thing {
  return {
    key: row.key,
    id: row.id,
    status: row.status,
    situation: () => `Volume ${row.id} is ${row.status}`,
    hint: () => (row.replaced_by ? `its data is on ${row.replaced_by} now` : undefined),
  };
}
