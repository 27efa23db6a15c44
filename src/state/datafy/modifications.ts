import type { Database } from 'better-sqlite3';
import { EmulatorError } from '../../ground/errors.ts';
import { checkPerformance, type Performance } from '../aws/ebs.ts';
import type { Machine, Thing, Tx } from '../engine/machine.ts';
import type { Effects } from '../engine/settle.ts';
import { columnsOf, type RowOf } from '../fields/field.ts';
import { type Owned, ownedColumns, prepareInsert, type UnderWay, underWayColumns } from '../fields/table.ts';
import type { Attachments } from './attachments.ts';
import { modificationFields } from './fields/modification.ts';
import { arrayCount } from './fields/volume.ts';
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
  const latest = db.prepare<[number, number, number], ModificationRow>(
    'SELECT * FROM modification WHERE organization = ? AND volume = ? AND account = ? ORDER BY key DESC LIMIT 1',
  );
  const byKey = db.prepare<[number, number, number], ModificationRow>(
    'SELECT * FROM modification WHERE organization = ? AND key = ? AND account = ?',
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
    if (row?.status !== 'modifying') return undefined;
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
    const wanted: Performance = {
      sizeGb: request.sizeGb ?? volume.size_gb,
      iops: request.iops ?? volume.iops,
      throughput: request.throughput ?? volume.throughput,
    };
    checkPerformance(volume.volume_type, wanted, arrayCount(volume.backing_count));
    if (request.expandFilesystem && attachments.of(volume)?.status !== 'attached') {
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
      expand_filesystem: request.expandFilesystem ? 1 : 0,
      started_at: tx.now,
    });
    members.modify(tx, volume, wanted, begun);
  }

  return {
    latest: (volume: VolumeRow) => latest.get(volume.organization, volume.key, volume.account),
    underWay,
    insert,

    /**
     * The same for a volume that has to be on an instance, as the infrastructure-as-code call wants it [C]. What is
     * wanted already is not an error: the client asks for all it knows [A].
     *
     * @throws EmulatorError `volume-not-attached`, `array-size-fixed`, `nothing-to-modify`, and what `modify` throws
     */
    modifyAttached(tx: Tx, volumeId: string, request: ModifyAttachedRequest): void {
      const volume = volumes.find(tx, volumeId);
      machine.apply(tx, 'volume', 'modify-any', volumeThing(volume));
      if (!attachments.of(volume)) throw new EmulatorError('volume-not-attached');
      const { sizeGb, iops, throughput, arraySize } = request;
      if (arraySize && arraySize !== volume.backing_count) {
        throw new EmulatorError('array-size-fixed', {
          volumeId,
          current: volume.backing_count,
          wanted: arraySize,
        });
      }
      if (!sizeGb && !iops && !throughput && !arraySize) {
        throw new EmulatorError('nothing-to-modify');
      }
      const changes = {
        ...(sizeGb && sizeGb !== volume.size_gb && { sizeGb }),
        ...(iops && iops !== volume.iops && { iops }),
        ...(throughput && throughput !== volume.throughput && { throughput }),
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
      },
    } satisfies Effects as Effects,
  };
}
