import type { Database } from 'better-sqlite3';
import type { Instant } from '../../ground/clock.ts';
import type { Along, Begun, Machine, Thing, Tx } from '../engine/machine.ts';
import type { Effects } from '../engine/settle.ts';
import { isUnderWay } from '../engine/transitions.ts';
import { begunColumns, type Owned, ownedColumns, prepareInsert } from '../fields/table.ts';
import type { Performance } from './ebs.ts';
import type { EbsVolumeRow, EbsVolumes } from './volumes.ts';

/** A change of an EBS volume: what it is to have. */
export interface EbsModificationRow extends Owned, Begun<'ebs_modification'> {
  ebs_volume: number;
  size_gb: number;
  iops: number;
  /** MiB/s */
  throughput: number;
  started_at: Instant;
}

export type EbsModifications = ReturnType<typeof createEbsModifications>;

/** Changes of size, IOPS and throughput of EBS volumes. */
export function createEbsModifications(db: Database, machine: Machine, ebsVolumes: EbsVolumes) {
  const insert = prepareInsert<Omit<EbsModificationRow, 'key'>>(db, 'ebs_modification', [
    ...ownedColumns,
    ...begunColumns,
    'ebs_volume',
    'size_gb',
    'iops',
    'throughput',
    'started_at',
  ]);
  const latest = db.prepare<[organization: number, volume: number, account: number], EbsModificationRow>(
    'SELECT * FROM ebs_modification WHERE organization = +? AND ebs_volume = +? AND account = +? ORDER BY key DESC LIMIT 1',
  );
  const byKey = db.prepare<[organization: number, key: number, account: number], EbsModificationRow>(
    'SELECT * FROM ebs_modification WHERE organization = +? AND key = +? AND account = +?',
  );

  return {
    /**
     * Begins a change; the EBS volume keeps its values until it lands.
     *
     * @param along what it ends with; left out: it takes its own time.
     * @throws EmulatorError `modification-in-progress`
     */
    modify(tx: Tx, volume: EbsVolumeRow, to: Performance, along?: Along): void {
      const row = latest.get(volume.organization, volume.key, volume.account);
      const existing = row && isUnderWay('ebs_modification', row.status) ? thing(volume, row) : undefined;
      insert({
        ...machine.begin(tx, 'ebs_modification', 'modify', volume.id, { existing, ...(along && { along }) }),
        organization: tx.organization,
        account: tx.account,
        ebs_volume: volume.key,
        size_gb: to.sizeGb,
        iops: to.iops,
        throughput: to.throughput,
        started_at: tx.now,
      });
    },

    effects: {
      'ebs_modification.complete'(tx, key) {
        const row = byKey.get(tx.organization, key, tx.account);
        if (!row) return;
        const { ebs_volume, size_gb: sizeGb, iops, throughput, changed_by } = row;
        ebsVolumes.resize(tx, ebs_volume, { sizeGb, iops, throughput }, changed_by);
      },
    } satisfies Effects as Effects,
  };
}

function thing({ id }: EbsVolumeRow, { key, status, size_gb }: EbsModificationRow): Thing {
  return { key, id, status, situation: () => `EBS volume ${id} is being modified to ${size_gb} GiB` };
}
