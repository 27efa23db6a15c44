import type { Database } from 'better-sqlite3';
import { EmulatorError } from '../../ground/errors.ts';
import { arraySizes, checkPerformance, gp3, type Performance } from '../aws/ebs.ts';
import type { Machine, Thing, Tx } from '../engine/machine.ts';
import type { Effects } from '../engine/settle.ts';
import { attachmentStatuses, isUnderWay } from '../engine/transitions.ts';
import { columnsOf, type RowOf } from '../fields/field.ts';
import { type Owned, ownedColumns, prepareInsert, type UnderWay, underWayColumns } from '../fields/table.ts';
import { type Attachments, placeOf } from './attachments.ts';
import { modificationFields } from './fields/modification.ts';
import { arrayCount, plainBackingCount } from './fields/volume.ts';
import type { Members } from './members.ts';
import { type VolumeRow, type Volumes, volumeThing } from './volumes.ts';

export interface ModificationRow extends Owned, UnderWay, RowOf<typeof modificationFields> {
  volume: number;
}

/** What a caller wants changed; what is left out stays. */
export interface ModifyRequest {
  sizeGb?: number;
  iops?: number;
  throughput?: number;
  /** How many EBS volumes the array is to have. */
  arraySize?: 4 | 6 | 8;
  expandFilesystem: boolean;
  /** Refuse volumes that are not managed. */
  autoscalingOnly: boolean;
}

/** The same by the infrastructure-as-code call: 0 and the present value both change nothing. */
export interface ModifyAttachedRequest {
  sizeGb?: number;
  iops?: number;
  throughput?: number;
  arraySize?: number;
}

export type Modifications = ReturnType<typeof createModifications>;

export function createModifications(
  db: Database,
  machine: Machine,
  volumes: Volumes,
  members: Members,
  attachments: Attachments,
) {
  const latest = db.prepare<[organization: number, volume: number, account: number], ModificationRow>(
    'SELECT * FROM modification WHERE organization = +? AND volume = +? AND account = +? ORDER BY key DESC LIMIT 1',
  );
  const byKey = db.prepare<[organization: number, key: number, account: number], ModificationRow>(
    'SELECT * FROM modification WHERE organization = +? AND key = +? AND account = +?',
  );
  const insert = prepareInsert<Omit<ModificationRow, 'key'>>(db, 'modification', [
    ...ownedColumns,
    ...underWayColumns,
    'volume',
    ...columnsOf(modificationFields),
  ]);

  /** The modification of a volume that is under way, if one is. */
  function underWay(volume: VolumeRow): Thing | undefined {
    const row = latest.get(volume.organization, volume.key, volume.account);
    if (!row || !isUnderWay('modification', row.status)) return undefined;
    const situation = () => `Volume ${volume.id} is being modified to ${row.size_gb} GiB`;
    return { key: row.key, id: volume.id, status: row.status, situation };
  }

  /**
   * Begins a change of size, IOPS or throughput; the volume keeps its values until the change lands [C].
   *
   * @throws EmulatorError `volume-not-found`, `volume-not-managed`, `volume-not-available`, `size-not-larger`,
   *   `filesystem-without-instance`, `modification-in-progress`, and the limits of its type
   */
  function modify(tx: Tx, volumeId: string, request: ModifyRequest): void {
    const volume = volumes.find(tx, volumeId);
    machine.apply(tx, 'volume', request.autoscalingOnly ? 'modify' : 'modify-any', volumeThing(volume));
    if (request.sizeGb !== undefined && request.sizeGb <= volume.size_gb) {
      throw new EmulatorError('size-not-larger', {
        volumeId,
        current: volume.size_gb,
        wanted: request.sizeGb,
      });
    }
    const count = arrayCount(request.arraySize ?? volume.backing_count);
    const present = request.arraySize ? withinArray(volume, count) : volume;
    const wanted: Performance = {
      sizeGb: request.sizeGb ?? volume.size_gb,
      iops: request.iops ?? present.iops,
      throughput: request.throughput ?? present.throughput,
    };
    checkPerformance(volume.volume_type, wanted, count);
    if (request.expandFilesystem && !attachmentStatuses.attached.includes(attachments.of(volume)?.status ?? '')) {
      throw new EmulatorError('filesystem-without-instance', { volumeId });
    }
    const begun = machine.begin(tx, 'modification', 'modify', volumeId, { existing: underWay(volume) });
    insert({
      ...begun,
      organization: tx.organization,
      account: tx.account,
      volume: volume.key,
      size_gb: wanted.sizeGb,
      iops: wanted.iops,
      throughput: wanted.throughput,
      backing_count: request.arraySize ?? null,
      expand_filesystem: request.expandFilesystem ? 1 : 0,
      started_at: tx.now,
    });
    // Other members take the place of an array's when it changes: those that it has stay as they are.
    if (!request.arraySize) members.modify(tx, volume, wanted, begun);
  }

  return {
    latest: (volume: VolumeRow) => latest.get(volume.organization, volume.key, volume.account),
    underWay,
    insert,

    /**
     * The same for a volume that has to be on an instance, as the infrastructure-as-code call wants it [C]. What is
     * wanted already is not an error: the client asks for all it knows [A].
     *
     * @throws EmulatorError `volume-not-attached`, `array-size-fixed`, `array-size-invalid`, `nothing-to-modify`, and what
     *   `modify` throws
     */
    modifyAttached(tx: Tx, volumeId: string, request: ModifyAttachedRequest): void {
      const volume = volumes.find(tx, volumeId);
      machine.apply(tx, 'volume', 'modify-any', volumeThing(volume));
      if (!attachments.of(volume)) throw new EmulatorError('volume-not-attached');
      const { sizeGb, iops, throughput, arraySize } = request;
      const array = arraySize && arraySize !== volume.backing_count ? otherArray(volume, arraySize) : undefined;
      if (!sizeGb && !iops && !throughput && !arraySize) {
        throw new EmulatorError('nothing-to-modify');
      }
      const changes = {
        ...(sizeGb && sizeGb !== volume.size_gb && { sizeGb }),
        ...(iops && iops !== volume.iops && { iops }),
        ...(throughput && throughput !== volume.throughput && { throughput }),
        ...(array && { arraySize: array }),
      };
      if (Object.keys(changes).length === 0) return;
      modify(tx, volumeId, { ...changes, expandFilesystem: false, autoscalingOnly: false });
    },

    modify,

    effects: {
      'modification.complete'(tx, key) {
        const row = byKey.get(tx.organization, key, tx.account);
        if (!row) return;
        const { size_gb: sizeGb, iops, throughput, changed_by } = row;
        volumes.resize(tx, row.volume, { sizeGb, iops, throughput }, changed_by);
        if (row.backing_count === null) return;
        volumes.setBackingCount(tx, row.volume, row.backing_count);
        const volume = volumes.byKey(tx, row.volume);
        const attachment = attachments.of(volume);
        members.replace(tx, volume, attachment && { ...placeOf(attachment), along: attachment });
      },
    } satisfies Effects as Effects,
  };
}

/**
 * The size that an array is to have instead of its own [C].
 *
 * @throws EmulatorError `array-size-fixed` where there is no array, `array-size-invalid`
 */
function otherArray(volume: VolumeRow, arraySize: number): 4 | 6 | 8 {
  if (volume.backing_count === plainBackingCount) {
    throw new EmulatorError('array-size-fixed', {
      volumeId: volume.id,
      current: volume.backing_count,
      wanted: arraySize,
    });
  }
  if (!arraySizes.includes(arraySize)) {
    throw new EmulatorError('array-size-invalid', { mode: volume.datafy_mode, arraySize, possible: arraySizes });
  }
  return arraySize as 4 | 6 | 8;
}

/** IOPS and throughput of a volume, as close as an array of so many can have them [A]. */
function withinArray({ iops, throughput }: VolumeRow, count: number) {
  const within = (value: number, { minimum, maximum }: { minimum: number; maximum: number }) =>
    Math.max(minimum * count, Math.min(value, maximum * count));
  return { iops: within(iops, gp3.iops), throughput: within(throughput, gp3.throughput) };
}
