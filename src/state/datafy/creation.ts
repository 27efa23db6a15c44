import { EmulatorError } from '../../ground/errors.ts';
import { arraySizes, checkPerformance, gp3, regionOf } from '../aws/ebs.ts';
import { checkTags, type TagInput } from '../aws/tags.ts';
import type { Machine, Tx } from '../engine/machine.ts';
import type { Worlds } from '../engine/worlds.ts';
import { ebsSnapshotsOf } from './ebs-snapshots.ts';
import { arrayCount, plainBackingCount } from './fields/volume.ts';
import type { Members } from './members.ts';
import type { SnapshotRow, Snapshots } from './snapshots.ts';
import type { VolumeRow, Volumes } from './volumes.ts';

export interface CreateVolumeRequest {
  availabilityZone: string;
  /** GiB */
  sizeGb: number;
  /** Left out or 0: the default. With an array, the total. */
  iops?: number;
  /** MiB/s; left out or 0: the default. With an array, the total. */
  throughput?: number;
  encrypted: boolean;
  kmsKeyId?: string;
  tags?: readonly TagInput[];
  mode: VolumeRow['datafy_mode'];
  /** Left out or 0: no array. */
  arraySize?: number;
}

/** What to restore: a Datafy snapshot, or all EBS snapshots of one. */
export type RestoreSource = { datafySnapshotId: string } | { snapshotIds: readonly string[]; region: string };

export interface RestoreRequest {
  source: RestoreSource;
  availabilityZone: string;
  /** GiB; left out or 0: the snapshot's. */
  sizeGb?: number;
  /** Left out or 0: the default. */
  iops?: number;
  /** MiB/s; left out or 0: the default. */
  throughput?: number;
  tags?: readonly TagInput[];
}

/** New autoscaling volumes: empty ones, and ones from a snapshot. */
export function createCreation(
  machine: Machine,
  worlds: Worlds,
  volumes: Volumes,
  members: Members,
  snapshots: Snapshots,
) {
  /** @throws EmulatorError `snapshot-not-found`, `snapshot-set-invalid`, `region-mismatch` */
  function findSource(tx: Tx, source: RestoreSource): SnapshotRow {
    if ('datafySnapshotId' in source) {
      const row = snapshots.byDatafyId(tx, source.datafySnapshotId);
      if (row) return row;
      const { datafySnapshotId: id } = source;
      throw snapshots.notFound(tx, id, id.startsWith('snap-') ? 'ebs' : undefined);
    }
    const { snapshotIds, region } = source;
    const [first] = snapshotIds;
    // Older clients pass on the datafySnapshotIds that GET /api/v1/aws/snapshots told them [A].
    if (first?.startsWith('dsnap-') && snapshotIds.length === 1)
      return inRegion(findSource(tx, { datafySnapshotId: first }), region);
    if (!first) throw new EmulatorError('snapshot-set-invalid', { reason: 'empty' });
    const rows = snapshotIds.map((id) => {
      const row = snapshots.byEbsId(tx, id);
      if (!row) {
        throw snapshots.notFound(tx, id, id.startsWith('dsnap-') ? 'datafy' : undefined);
      }
      return row;
    });
    const [row] = rows as [SnapshotRow];
    const stranger = rows.findIndex((each) => each.key !== row.key);
    if (stranger > 0) {
      throw new EmulatorError('snapshot-set-invalid', {
        reason: 'mixed',
        snapshotIds: [first, snapshotIds[stranger] ?? ''],
        datafySnapshotIds: [row.id, rows[stranger]?.id ?? ''],
      });
    }
    if (new Set(snapshotIds).size !== snapshotIds.length) {
      throw new EmulatorError('snapshot-set-invalid', { reason: 'repeated' });
    }
    const missing = ebsSnapshotsOf(row)
      .filter((part) => !snapshotIds.includes(part.id))
      .map((part) => part.id);
    if (missing.length > 0) {
      throw new EmulatorError('snapshot-set-invalid', { reason: 'incomplete', datafySnapshotId: row.id, missing });
    }
    return inRegion(row, region);
  }

  /** A new volume, once the EBS volumes behind it are on their way too. */
  function withMembers(tx: Tx, key: number): VolumeRow {
    const volume = volumes.byKey(tx, key);
    members.add(tx, volume, volume);
    return volume;
  }

  return {
    /**
     * Begins a new, empty autoscaling volume [C].
     *
     * @throws EmulatorError `availability-zone-invalid`, `disk-size-missing`, `array-size-invalid`,
     *   `kms-key-without-encryption`, `tags-invalid`, and gp3's limits
     */
    create(tx: Tx, request: CreateVolumeRequest): VolumeRow {
      regionOf(request.availabilityZone);
      const tags = checkTags(request.tags);
      const backingCount = checkArray(request.mode, request.arraySize);
      const count = arrayCount(backingCount);
      if (!request.sizeGb) throw new EmulatorError('disk-size-missing');
      if (request.kmsKeyId && !request.encrypted) throw new EmulatorError('kms-key-without-encryption');
      const performance = {
        sizeGb: request.sizeGb,
        iops: request.iops || gp3.iops.minimum * count,
        throughput: request.throughput || gp3.throughput.minimum * count,
      };
      checkPerformance('gp3', performance, count);
      const id = worlds.makeId(tx, 'vol');
      const key = volumes.insert(tx, {
        ...machine.begin(tx, 'volume', 'create', id),
        id,
        origin: 'native',
        size_gb: performance.sizeGb,
        iops: performance.iops,
        throughput: performance.throughput,
        availability_zone: request.availabilityZone,
        encrypted: request.encrypted ? 1 : 0,
        kms_key_id: request.kmsKeyId || null,
        datafy_mode: request.mode,
        backing_count: backingCount,
        tags: JSON.stringify(tags),
      });
      return withMembers(tx, key);
    },

    /**
     * Begins a new autoscaling volume, of the size that the snapshot's volume had, or larger [P][C].
     *
     * @throws EmulatorError `snapshot-not-found`, `snapshot-set-invalid`, `snapshot-not-completed`, `region-mismatch`,
     *   `size-below-snapshot`, `availability-zone-invalid`, `tags-invalid`, and gp3's limits
     */
    restore(tx: Tx, request: RestoreRequest): { volumeId: string; sizeGb: number } {
      const region = regionOf(request.availabilityZone);
      const tags = checkTags(request.tags);
      const snapshot = findSource(tx, request.source);
      machine.apply(tx, 'snapshot', 'restore', snapshots.thing(snapshot));
      inRegion(snapshot, region, request.availabilityZone);
      const sizeGb = request.sizeGb || snapshot.size_gb;
      if (sizeGb < snapshot.size_gb) {
        throw new EmulatorError('size-below-snapshot', {
          snapshotId: snapshot.id,
          snapshotSizeGb: snapshot.size_gb,
          sizeGb,
        });
      }
      const performance = {
        sizeGb,
        iops: request.iops || gp3.iops.minimum,
        throughput: request.throughput || gp3.throughput.minimum,
      };
      checkPerformance('gp3', performance);
      const volumeId = worlds.makeId(tx, 'vol');
      const key = volumes.insert(tx, {
        ...machine.begin(tx, 'volume', 'restore', volumeId),
        id: volumeId,
        origin: 'snapshot',
        restored_from: snapshot.id,
        size_gb: performance.sizeGb,
        iops: performance.iops,
        throughput: performance.throughput,
        availability_zone: request.availabilityZone,
        encrypted: snapshot.encrypted,
        kms_key_id: snapshot.kms_key_id,
        tags: JSON.stringify(tags),
      });
      withMembers(tx, key);
      return { volumeId, sizeGb: performance.sizeGb };
    },
  };
}

/**
 * How many EBS volumes stand behind a new volume: the array of the performance modes, or two [C].
 *
 * @throws EmulatorError `array-size-invalid`
 */
function checkArray(mode: VolumeRow['datafy_mode'], arraySize = 0): VolumeRow['backing_count'] {
  const possible = mode === 'autoscaling' ? [] : arraySizes;
  if (mode === 'autoscaling' ? arraySize !== 0 : !arraySizes.includes(arraySize)) {
    throw new EmulatorError('array-size-invalid', { mode, arraySize, possible });
  }
  return (arraySize || plainBackingCount) as VolumeRow['backing_count'];
}

/**
 * @param availabilityZone the zone that the region is of, where the caller named that
 * @throws EmulatorError `region-mismatch`
 */
function inRegion(row: SnapshotRow, region: string, availabilityZone?: string): SnapshotRow {
  if (row.region === region) return row;
  const named = availabilityZone === undefined ? {} : { availabilityZone };
  throw new EmulatorError('region-mismatch', { snapshotId: row.id, snapshotRegion: row.region, region, ...named });
}
