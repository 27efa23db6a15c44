import type { Database } from 'better-sqlite3';
import type { Instant } from '../../ground/clock.ts';
import type { Along, Begun, Machine, Thing, Tx } from '../engine/machine.ts';
import type { Effects } from '../engine/settle.ts';
import { begunColumns, type Owned, ownedColumns, prepareInsert } from '../fields/table.ts';
import { attachmentPoint } from './ebs.ts';
import type { EbsVolumeRow, EbsVolumes } from './volumes.ts';

/** An EBS volume on an instance. */
export interface EbsAttachmentRow extends Owned, Begun<'ebs_attachment'> {
  ebs_volume: number;
  instance: number;
  device_name: string;
  delete_on_termination: 0 | 1;
  started_at: Instant;
}

/** Where an EBS volume is to be. */
export interface Place {
  /** The instance's key. */
  instance: number;
  deviceName: string;
  deleteOnTermination: boolean;
}

export type EbsAttachments = ReturnType<typeof createEbsAttachments>;

/** Which EBS volumes are on which instances. */
export function createEbsAttachments(db: Database, machine: Machine, ebsVolumes: EbsVolumes) {
  const insert = prepareInsert<Omit<EbsAttachmentRow, 'key'> & { attachment_point: string }>(db, 'ebs_attachment', [
    ...ownedColumns,
    ...begunColumns,
    'ebs_volume',
    'instance',
    'device_name',
    'attachment_point',
    'delete_on_termination',
    'started_at',
  ]);
  const ofVolume = db.prepare<[organization: number, volume: number, account: number], EbsAttachmentRow>(
    'SELECT * FROM ebs_attachment WHERE organization = +? AND ebs_volume = +? AND account = +?',
  );
  const points = db
    .prepare<[organization: number, instance: number, account: number], string>(
      'SELECT attachment_point FROM ebs_attachment WHERE organization = +? AND instance = +? AND account = +?',
    )
    .pluck();

  const of = (volume: EbsVolumeRow) => ofVolume.get(volume.organization, volume.key, volume.account);

  function write(tx: Tx, begun: Begun<'ebs_attachment'>, volume: EbsVolumeRow, place: Place): void {
    insert({
      ...begun,
      organization: tx.organization,
      account: tx.account,
      ebs_volume: volume.key,
      instance: place.instance,
      device_name: place.deviceName,
      attachment_point: attachmentPoint(place.deviceName),
      delete_on_termination: place.deleteOnTermination ? 1 : 0,
      started_at: tx.now,
    });
  }

  return {
    write,

    /** The attachment points of an instance that EBS volumes have. */
    points: (tx: Tx, instance: number) => points.all(tx.organization, instance, tx.account),

    /**
     * Begins to put an EBS volume on an instance of its zone, at a device that is free.
     *
     * @param along what it ends with; left out: it takes its own time.
     * @throws EmulatorError `volume-not-available`, `volume-already-attached`
     */
    attach(tx: Tx, volume: EbsVolumeRow, place: Place, along?: Along): void {
      const row = of(volume);
      const existing = row && thing(volume, row);
      const begun = machine.begin(tx, 'ebs_attachment', 'attach', volume.id, { existing, ...(along && { along }) });
      ebsVolumes.attach(tx, volume);
      write(tx, begun, volume, place);
    },

    /** Begins to take an EBS volume off its instance, if it is on one. */
    detach(tx: Tx, volume: EbsVolumeRow, along?: Along): void {
      const row = of(volume);
      if (row) machine.apply(tx, 'ebs_attachment', 'detach', thing(volume, row), along);
    },

    /** An EBS volume is off its instance at once: that goes, or the volume itself. */
    remove(tx: Tx, volume: EbsVolumeRow): void {
      const row = of(volume);
      if (!row) return;
      machine.apply(tx, 'ebs_attachment', 'remove', thing(volume, row));
      ebsVolumes.detach(tx, volume);
    },

    effects: {
      'ebs_attachment.finish-detach'(tx, _, id) {
        const volume = ebsVolumes.lookUp(tx, id);
        if (volume) ebsVolumes.detach(tx, volume);
      },
    } satisfies Effects as Effects,
  };
}

function thing({ id }: EbsVolumeRow, { key, status, device_name }: EbsAttachmentRow): Thing {
  return { key, id, status, situation: () => `EBS volume ${id} is ${status} as ${device_name}` };
}
