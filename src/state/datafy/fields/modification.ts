import { Type } from '@sinclair/typebox';
import { statuses } from '../../engine/transitions.ts';
import { type Faces, face } from '../../fields/face.ts';
import { type Fields, flag, kept, moment, orNull } from '../../fields/field.ts';
import {
  changedBy,
  due,
  instant,
  iopsOf,
  positive,
  sizeInGb,
  throughputInMibs,
  told,
  utc,
  words,
  yesOrNo,
} from '../../fields/schemas.ts';

/** A change of size, IOPS or throughput. In a document it stands in its volume. */
export const modificationFields = {
  status: kept('status', words(statuses.modification, 'At most one of a volume is modifying.')),
  due,
  sizeGb: kept('size_gb', positive('GiB')),
  iops: kept('iops', Type.Optional(positive('Left out: as the volume has.'))),
  throughput: kept('throughput', Type.Optional(positive('MiB/s. Left out: as the volume has.'))),
  backingCount: orNull(
    'backing_count',
    Type.Optional(
      Type.Unsafe<4 | 6 | 8>({
        type: 'integer',
        enum: [4, 6, 8],
        description: 'How many EBS volumes the array is to have. Left out: as the volume has.',
      }),
    ),
  ),
  expandFilesystem: flag('expand_filesystem', Type.Optional(yesOrNo('Left out: no.')), false),
  startedAt: moment('started_at', Type.Optional(instant('Left out: when the volume was created.'))),
  changedBy: orNull('changed_by', changedBy),
} satisfies Fields;

const { status, sizeGb, iops, throughput, startedAt } = modificationFields;

/** What the answer about a volume says of its last modification. */
export const modificationOfVolume = {
  status: face(status, told(words(statuses.modification), 'Where it stands.')),
  volumeSizeGb: face(sizeGb, sizeInGb),
  volumeIops: face(iops, iopsOf),
  volumeThroughput: face(throughput, throughputInMibs),
  startTime: face(startedAt, utc),
} satisfies Faces;
