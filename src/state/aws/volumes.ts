import type { Database } from 'better-sqlite3';
import type { Instant } from '../../ground/clock.ts';
import type { Along, Begun, Machine, Thing, Tx } from '../engine/machine.ts';
import { begunColumns, type Owned, ownedColumns, prepareInsert, prepareUpdate } from '../fields/table.ts';
import type { Performance, VolumeType } from './ebs.ts';
import type { Tag } from './tags.ts';

/** An EBS volume as it is stored, tags as JSON text. */
export interface EbsVolumeRow extends Owned, Begun<'ebs_volume'> {
  id: string;
  volume_type: VolumeType;
  size_gb: number;
  iops: number;
  /** MiB/s */
  throughput: number;
  availability_zone: string;
  encrypted: 0 | 1;
  kms_key_id: string | null;
  tags: string;
  created_at: Instant;
}

/** What an EBS volume is made from. */
export type NewEbsVolumeRow = Pick<
  EbsVolumeRow,
  | 'id'
  | 'volume_type'
  | 'size_gb'
  | 'iops'
  | 'throughput'
  | 'availability_zone'
  | 'encrypted'
  | 'kms_key_id'
  | 'tags'
  | 'created_at'
>;

export type EbsVolumes = ReturnType<typeof createEbsVolumes>;

/** The EBS volumes that AWS has. */
export function createEbsVolumes(db: Database, machine: Machine) {
  const insert = prepareInsert<Omit<EbsVolumeRow, 'key'>>(db, 'ebs_volume', [
    ...ownedColumns,
    ...begunColumns,
    'id',
    'volume_type',
    'size_gb',
    'iops',
    'throughput',
    'availability_zone',
    'encrypted',
    'kms_key_id',
    'tags',
    'created_at',
  ]);
  const byId = db.prepare<[organization: number, id: string, account: number], EbsVolumeRow>(
    'SELECT * FROM ebs_volume WHERE organization = +? AND id = +? AND account = +?',
  );
  function write(tx: Tx, begun: Begun<'ebs_volume'>, volume: NewEbsVolumeRow): EbsVolumeRow {
    const row = { ...begun, ...volume, organization: tx.organization, account: tx.account };
    return { key: insert(row), ...row };
  }

  return {
    /** Begins a new EBS volume. @param along what it is there with; left out: it takes its own time. */
    create: (tx: Tx, volume: NewEbsVolumeRow, along?: Along): EbsVolumeRow =>
      write(tx, machine.begin(tx, 'ebs_volume', 'create', volume.id, along ? { along } : {}), volume),

    /** An EBS volume is there from now on. */
    appear: (tx: Tx, volume: NewEbsVolumeRow): EbsVolumeRow =>
      write(tx, machine.begin(tx, 'ebs_volume', 'appear', volume.id), volume),

    /** Puts one in place, as a document has it. */
    write,

    /** An EBS volume of the account, if it has one of this id. */
    lookUp: (tx: Tx, id: string) => byId.get(tx.organization, id, tx.account),

    /** It is on its way to an instance. @throws EmulatorError `volume-not-available` */
    attach: (tx: Tx, row: EbsVolumeRow) => machine.apply(tx, 'ebs_volume', 'attach', thing(row)),

    /** It is off its instance. @throws EmulatorError `volume-not-available` */
    detach: (tx: Tx, row: EbsVolumeRow) => machine.apply(tx, 'ebs_volume', 'detach', thing(row)),

    delete: (tx: Tx, row: EbsVolumeRow) => machine.apply(tx, 'ebs_volume', 'delete', thing(row)),

    ...prepareChanges(db, 'ebs_volume'),
  };
}

/** What changes of a volume without a transition, in AWS and, as a caller of Datafy's sees it, in Datafy. */
export function prepareChanges(db: Database, table: 'ebs_volume' | 'volume') {
  type Sized = Pick<EbsVolumeRow, keyof Owned | 'size_gb' | 'iops' | 'throughput' | 'changed_by'>;
  const resize = prepareUpdate<Sized>(db, table, ['size_gb', 'iops', 'throughput', 'changed_by']);
  const retag = prepareUpdate<Pick<EbsVolumeRow, keyof Owned | 'tags' | 'changed_by'>>(db, table, [
    'tags',
    'changed_by',
  ]);
  return {
    resize({ organization, account }: Tx, key: number, to: Performance, changed_by: number | null): void {
      const { sizeGb: size_gb, iops, throughput } = to;
      resize({ key, organization, account, size_gb, iops, throughput, changed_by });
    },

    retag({ organization, account, request: changed_by }: Tx, key: number, tags: readonly Tag[]): void {
      retag({ key, organization, account, tags: JSON.stringify(tags), changed_by });
    },
  };
}

/** An EBS volume as the machine and its messages speak of it. */
function thing({ key, id, status }: EbsVolumeRow): Thing {
  return { key, id, status, situation: () => `EBS volume ${id} is ${status}` };
}
