import { EmulatorError } from '../errors.ts';
import type { Attachments, AttachmentWithInstance } from './attachments.ts';
import { checkGp3, gp3, regionOf, supported } from './ebs.ts';
import type { Effects, Machine, Tx } from './machine.ts';
import type { Modifications } from './modifications.ts';
import { checkTags } from './tags.ts';
import { plainBackingCount, type VolumeRow, type Volumes, volumeThing } from './volumes.ts';
import type { Worlds } from './worlds.ts';

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
  tags?: readonly { key?: string; value?: string }[];
  mode: VolumeRow['datafy_mode'];
  /** Left out or 0: no array. */
  arraySize?: number;
}

/** The sizes an array can have [C]. */
const arraySizes = [4, 6, 8];

/**
 * How many EBS volumes stand behind a volume of this mode: the array of the performance modes, or two [C].
 *
 * @throws EmulatorError `array-size-invalid`
 */
function checkArray(mode: VolumeRow['datafy_mode'], arraySize = 0): number {
  const invalid = (problem: string) => new EmulatorError('array-size-invalid', { problem });
  if (mode === 'autoscaling') {
    if (arraySize) throw invalid(`is ${arraySize}, but datafyMode autoscaling has no array: leave it out`);
    return plainBackingCount;
  }
  if (!arraySize) throw invalid(`is missing: datafyMode ${mode} needs it, as one of ${arraySizes.join(', ')}`);
  if (!arraySizes.includes(arraySize)) throw invalid(`is ${arraySize}: it must be one of ${arraySizes.join(', ')}`);
  return arraySize;
}

export type Autoscaling = ReturnType<typeof createAutoscaling>;

/** Autoscaling switched on and off: how a volume becomes managed, and an ordinary one again. */
export function createAutoscaling(
  machine: Machine,
  worlds: Worlds,
  volumes: Volumes,
  attachments: Attachments,
  modifications: Modifications,
) {
  return {
    /**
     * Begins a new, empty autoscaling volume [C].
     *
     * @throws EmulatorError `availability-zone-invalid`, `disk-size-missing`, `array-size-invalid`,
     *   `kms-key-without-encryption`, `tags-invalid`, and gp3's limits
     */
    create(tx: Tx, request: CreateVolumeRequest): VolumeRow {
      regionOf(request.availabilityZone);
      const tags = checkTags(request.tags, 'body/volumeProperties/tags');
      const backingCount = checkArray(request.mode, request.arraySize);
      const count = backingCount === plainBackingCount ? 1 : backingCount;
      if (!request.sizeGb) throw new EmulatorError('disk-size-missing');
      if (request.kmsKeyId && !request.encrypted) throw new EmulatorError('kms-key-without-encryption');
      const performance = {
        sizeGb: request.sizeGb,
        iops: request.iops || gp3.iops.minimum * count,
        throughput: request.throughput || gp3.throughput.minimum * count,
      };
      checkGp3(performance, count);
      const id = worlds.makeId(tx, 'vol');
      const key = volumes.insert(tx, {
        ...machine.begin(tx, 'volume', 'create'),
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
      volumes.addBacking(tx, key, backingCount);
      return volumes.byKey(tx, key);
    },

    /**
     * Switches autoscaling on. The original EBS volume stays, as the source [A].
     *
     * @throws EmulatorError `volume-not-found`, `volume-not-ordinary`, `volume-unsupported`
     */
    activate(tx: Tx, volumeId: string): void {
      const volume = volumes.find(tx, volumeId);
      const reason = volume.status === 'ordinary' ? unsupportedReason(volume, attachments.of(volume)) : undefined;
      if (reason) throw new EmulatorError('volume-unsupported', { volumeId, reason });
      machine.apply(tx, 'volume', 'activate', volumeThing(volume));
    },

    /**
     * Switches autoscaling off: the data is copied back to one fresh EBS volume, which takes the device over [C][D].
     *
     * @throws EmulatorError `volume-not-found`, `volume-not-managed`, `modification-in-progress`,
     *   `attachment-in-transition`
     */
    deactivate(tx: Tx, volumeId: string): void {
      const volume = volumes.find(tx, volumeId);
      machine.apply(tx, 'volume', 'deactivate', volumeThing(volume));
      const modification = modifications.underWay(volume);
      if (modification) machine.apply(tx, 'modification', 'outlast', modification);
      const attachment = attachments.of(volume);
      if (attachment) machine.apply(tx, 'attachment', 'keep', attachments.thing(volume, attachment));
    },

    effects: {
      'volume.finish-activation'(tx, key) {
        volumes.addBacking(tx, key);
      },

      'volume.finish-deactivation'(tx, key) {
        const volume = volumes.byKey(tx, key);
        const id = worlds.makeId(tx, 'vol');
        const replacement = volumes.insert(tx, {
          ...machine.begin(tx, 'volume', 'appear'),
          id,
          origin: 'ebs',
          has_source: 1,
          size_gb: volume.size_gb,
          // An array's totals may be more than one volume can have.
          iops: Math.min(volume.iops, gp3.iops.maximum),
          throughput: Math.min(volume.throughput, gp3.throughput.maximum),
          availability_zone: volume.availability_zone,
          encrypted: volume.encrypted,
          kms_key_id: volume.kms_key_id,
          file_system: volume.file_system,
          tags: volume.tags,
        });
        volumes.markReplaced(tx, key, id);
        volumes.removeBacking(tx, key);
        attachments.handOver(tx, key, replacement);
      },
    } satisfies Effects as Effects,
  };
}

/** Why a volume cannot be autoscaled, if it cannot: what Datafy's app calls Unsupported [D]. */
export function unsupportedReason(
  volume: VolumeRow,
  attachment: AttachmentWithInstance | undefined,
): string | undefined {
  if (volume.boot) return 'it is a boot volume';
  if (!supported.volumeTypes.includes(volume.volume_type)) return `its type ${volume.volume_type} is not supported`;
  if (!supported.fileSystems.includes(volume.file_system))
    return `its file system ${volume.file_system} is not supported`;
  if (!attachment) return 'it is not attached to any instance';
  if (!attachment.instance_agent) return `its instance ${attachment.instance_id} runs no Datafy agent`;
  return undefined;
}
