import type { CreateVolumeRequest } from '../../state/index.ts';

/** What clients ask of a volume that comes from snapshots: 0 or left out has what the snapshot, or gp3, has. */
interface RestoredProperties {
  availabilityZone: string;
  diskSize?: number;
  volumeIops?: number;
  volumeThroughput?: number;
  tags?: CreateVolumeRequest['tags'];
}

/** What they ask of an empty one. */
interface NewProperties extends RestoredProperties {
  encrypted?: boolean;
  kmsKeyId?: string;
}

/** What is asked of a volume from snapshots, in the engine's words. */
export const restoredOf = (asked: RestoredProperties) => ({
  availabilityZone: asked.availabilityZone,
  sizeGb: asked.diskSize ?? 0,
  iops: asked.volumeIops ?? 0,
  throughput: asked.volumeThroughput ?? 0,
  tags: asked.tags ?? [],
});

/** What is asked of an empty volume, in the engine's words. */
export const newOf = (asked: NewProperties) => ({
  ...restoredOf(asked),
  encrypted: asked.encrypted ?? false,
  kmsKeyId: asked.kmsKeyId ?? '',
});
