import { EmulatorError } from '../../ground/errors.ts';
import { arraySizes, checkPerformance, type FieldNames, gp3, ownNames, regionOf } from '../aws/ebs.ts';
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
  names?: FieldNames;
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
  names?: Omit<FieldNames, 'arraySize'>;
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
      const hint = source.datafySnapshotId.startsWith('snap-')
        ? 'a Datafy snapshot id begins with dsnap-; EBS snapshots are restored with snapshotIds and region'
        : undefined;
      throw snapshots.notFound(tx, source.datafySnapshotId, hint);
    }
    const { snapshotIds, region } = source;
    const [first] = snapshotIds;
    // Older clients pass on the datafySnapshotIds that GET /api/v1/aws/snapshots told them [A].
    if (first?.startsWith('dsnap-') && snapshotIds.length === 1)
      return inRegion(findSource(tx, { datafySnapshotId: first }), region);
    const invalid = (problem: string) => new EmulatorError('snapshot-set-invalid', { problem });
    if (!first) throw invalid('body/source/snapshotIds is empty: name every EBS snapshot of one Datafy snapshot');
    const rows = snapshotIds.map((id) => {
      const row = snapshots.byEbsId(tx, id);
      if (!row) {
        throw snapshots.notFound(
          tx,
          id,
          id.startsWith('dsnap-') ? 'restore it with source.datafySnapshotId' : undefined,
        );
      }
      return row;
    });
    const [row] = rows as [SnapshotRow];
    const stranger = rows.findIndex((each) => each.key !== row.key);
    if (stranger > 0) {
      throw invalid(
        `Snapshots ${first} and ${snapshotIds[stranger]} belong to different Datafy snapshots, ${row.id} and ${rows[stranger]?.id}`,
      );
    }
    if (new Set(snapshotIds).size !== snapshotIds.length) {
      throw invalid('body/source/snapshotIds names a snapshot twice');
    }
    const missing = ebsSnapshotsOf(row)
      .filter((part) => !snapshotIds.includes(part.id))
      .map((part) => part.id);
    if (missing.length > 0) {
      throw invalid(`body/source/snapshotIds is not the whole set of ${row.id}: add ${missing.join(', ')}`);
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
      const { names = ownNames } = request;
      regionOf(request.availabilityZone);
      const tags = checkTags(request.tags, 'body/volumeProperties/tags');
      const backingCount = checkArray(request.mode, request.arraySize, names);
      const count = arrayCount(backingCount);
      if (!request.sizeGb) throw new EmulatorError('disk-size-missing', { field: names.sizeGb });
      if (request.kmsKeyId && !request.encrypted) throw new EmulatorError('kms-key-without-encryption');
      const performance = {
        sizeGb: request.sizeGb,
        iops: request.iops || gp3.iops.minimum * count,
        throughput: request.throughput || gp3.throughput.minimum * count,
      };
      checkPerformance('gp3', performance, count, names);
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
      const { names = ownNames } = request;
      const region = regionOf(request.availabilityZone);
      const tags = checkTags(request.tags, 'body/volumeProperties/tags');
      const snapshot = findSource(tx, request.source);
      machine.apply(tx, 'snapshot', 'restore', snapshots.thing(snapshot));
      inRegion(snapshot, region, `availabilityZone ${request.availabilityZone}`);
      const sizeGb = request.sizeGb || snapshot.size_gb;
      if (sizeGb < snapshot.size_gb) {
        throw new EmulatorError('size-below-snapshot', {
          field: names.sizeGb,
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
      checkPerformance('gp3', performance, 1, names);
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
function checkArray(mode: VolumeRow['datafy_mode'], arraySize = 0, names: FieldNames): VolumeRow['backing_count'] {
  const said = names.mode ?? `mode ${mode}`;
  const invalid = (problem: string) => new EmulatorError('array-size-invalid', { field: names.arraySize, problem });
  if (mode === 'autoscaling') {
    if (arraySize) throw invalid(`is ${arraySize}, but ${said} has no array: leave it out`);
    return plainBackingCount;
  }
  if (!arraySize) throw invalid(`is missing or 0: ${said} needs it, as one of ${arraySizes.join(', ')}`);
  if (!arraySizes.includes(arraySize)) throw invalid(`is ${arraySize}: it must be one of ${arraySizes.join(', ')}`);
  return arraySize as VolumeRow['backing_count'];
}

/** @throws EmulatorError `region-mismatch` */
function inRegion(row: SnapshotRow, region: string, field = 'source.region'): SnapshotRow {
  if (row.region === region) return row;
  throw new EmulatorError('region-mismatch', { snapshotId: row.id, snapshotRegion: row.region, region, field });
}
