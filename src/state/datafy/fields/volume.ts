import { Type } from '@sinclair/typebox';
import { volumeTypes } from '../../aws/ebs.ts';
import { statuses } from '../../engine/transitions.ts';
import { type Faces, face } from '../../fields/face.ts';
import { type Fields, flag, json, kept, moment, orNull, propertiesOf } from '../../fields/field.ts';
import {
  ageMinutes,
  changedBy,
  due,
  id,
  instant,
  iopsOf,
  lastRequest,
  name,
  named,
  nullable,
  ownerId,
  plainId,
  plainZone,
  positive,
  sizeInGb,
  strict,
  strictObject,
  tag,
  tags,
  tagsGiven,
  text,
  throughputInMibs,
  told,
  upTo,
  utc,
  uuid,
  words,
  yesOrNo,
} from '../../fields/schemas.ts';
import { attachmentFields, attachmentOfVolume } from './attachment.ts';
import { modificationFields, modificationOfVolume } from './modification.ts';

/** How many EBS volumes stand behind a managed volume that was made without an array [C]. */
export const plainBackingCount = 2;

/** Over how many volumes gp3's limits are totals: an array's, and one where there is no array [C]. */
export function arrayCount(backingCount: number): number {
  return backingCount === plainBackingCount ? 1 : backingCount;
}

export const origins = ['ebs', 'native', 'snapshot'] as const;
const modification = Type.Object(propertiesOf(modificationFields), strict);

/** A volume, ordinary or managed: its columns and its document, in the order of an export. */
export const volumeFields = {
  volumeId: kept('id', Type.Optional(id('vol', 'Left out: made, the same every time.'))),
  accountId: Type.Optional(uuid("Left out: its instance's, or the first account's.")),
  status: kept('status', Type.Optional(words(statuses.volume, 'Left out: managed.'))),
  due,
  sizeGb: kept('size_gb', positive('GiB')),
  iops: kept('iops', Type.Optional(positive('Left out: 3000, or so many for each of an array.'))),
  throughput: kept('throughput', Type.Optional(positive('MiB/s. Left out: 125, or so many for each of an array.'))),
  availabilityZone: kept('availability_zone', Type.Optional(text("Left out: its instance's, or us-east-1a."))),
  volumeType: kept(
    'volume_type',
    Type.Optional(words(volumeTypes, 'Left out: gp3. The limits of its type hold.')),
    'gp3',
  ),
  origin: kept(
    'origin',
    Type.Optional(words(origins, 'What it was made as. Left out: ebs, or snapshot with restoredFrom.')),
  ),
  restoredFrom: orNull('restored_from', Type.Optional(id('dsnap', 'The snapshot that it was made from.'))),
  replacedBy: orNull('replaced_by', Type.Optional(id('vol', 'Of a replaced volume: what took over.'))),
  hasSource: flag(
    'has_source',
    Type.Optional(yesOrNo('Whether its EBS volume is still there. Left out: if it is ordinary or activating.')),
    false,
  ),
  encrypted: flag('encrypted', Type.Optional(yesOrNo('Left out: no.')), false),
  kmsKeyId: orNull('kms_key_id', Type.Optional(text('The key that it is encrypted with.'))),
  datafyMode: kept(
    'datafy_mode',
    Type.Optional(words(['autoscaling', 'performance', 'autoscaling_performance'], 'Left out: autoscaling.')),
    'autoscaling',
  ),
  backingVolumeIds: Type.Optional(
    Type.Array(id('vol', 'An EBS volume behind it.'), {
      maxItems: 8,
      description: 'The EBS volumes behind it. Left out: made, as many as backingCount says.',
    }),
  ),
  backingVolumes: Type.Optional(
    Type.Array(
      strictObject({
        volumeId: id('vol', 'One of backingVolumeIds.'),
        deviceName: Type.Optional(text('Where it is on the instance of its volume. Left out: one that is free.')),
        attachedAt: Type.Optional(instant('Left out: when the attachment of its volume began.')),
        createdAt: Type.Optional(instant('Left out: when the volume was created.')),
      }),
      { maxItems: 8, description: 'What the EBS volumes behind it have of their own.' },
    ),
  ),
  backingCount: kept(
    'backing_count',
    Type.Optional(
      Type.Unsafe<2 | 4 | 6 | 8>({
        type: 'integer',
        enum: [2, 4, 6, 8],
        description: 'How many EBS volumes are behind it. Left out: as many as are named, or 2, or an array of 4.',
      }),
    ),
    plainBackingCount,
  ),
  boot: flag('boot', Type.Optional(yesOrNo('Whether its instance starts from it. Left out: no.')), false),
  fileSystem: kept('file_system', Type.Optional(name('Left out: ext4.', 64)), 'ext4'),
  tags: json('tags', tags, []),
  attachment: Type.Optional(
    Type.Object(propertiesOf(attachmentFields), { ...strict, description: 'Where it is. Left out: on no instance.' }),
  ),
  modifications: Type.Optional(Type.Array(modification, { description: 'Changes of its size, oldest first.' })),
  ageMinutes,
  createdAt: moment('created_at', Type.Optional(instant('Left out: by ageMinutes, or the beginning of the world.'))),
  changedBy: orNull('changed_by', changedBy),
} satisfies Fields;

const its = volumeFields;

/** One of the EBS volumes behind a volume, as a reader sees it. */
const backingVolume = Type.Object({
  volumeId: plainId('vol'),
  status: told(words(statuses.ebs_volume), 'Where it stands in AWS.'),
  volumeSizeGb: sizeInGb,
  volumeIops: iopsOf,
  volumeThroughput: throughputInMibs,
  tags: told(Type.Array(tag), "Datafy's own, then the caller's."),
  attachment: told(
    nullable(
      Type.Object({
        deviceName: told(Type.String(), 'One of its own: not that of the volume as a whole.'),
        status: told(words(statuses.ebs_attachment), 'Where it stands.'),
      }),
    ),
    'Null: it is on no instance.',
  ),
});

/** A volume as a reader sees it, in this order. */
export const volumeView = {
  volumeId: face(its.volumeId, plainId('vol')),
  accountId: ownerId,
  status: face(its.status, told(words(statuses.volume), 'Where it stands.')),
  autoscaling: told(
    words(['Active', 'Inactive', 'Unsupported']),
    "Whether autoscaling is on, off, or not possible: the words of Datafy's app [D].",
  ),
  unsupportedReason: told(nullable(Type.String()), 'Why autoscaling is not possible; null where it is.'),
  origin: face(its.origin, words(origins, 'How it came to be.')),
  hasSource: face(its.hasSource, Type.Boolean({ description: 'Whether the original EBS volume is still there.' })),
  volumeType: face(its.volumeType, told(Type.String(), 'An EBS volume type, such as gp3.')),
  volumeSizeGb: face(its.sizeGb, sizeInGb),
  volumeIops: face(its.iops, iopsOf),
  volumeThroughput: face(its.throughput, throughputInMibs),
  availabilityZone: face(its.availabilityZone, plainZone),
  encrypted: face(its.encrypted, told(Type.Boolean(), 'Whether its data is encrypted.')),
  kmsKeyId: face(its.kmsKeyId, told(nullable(Type.String()), 'The KMS key, by its name only; null: none was given.')),
  tags: face(its.tags, told(Type.Array(tag), "The caller's own.")),
  attachment: told(nullable(Type.Object(propertiesOf(attachmentOfVolume))), 'Null: it is on no instance.'),
  modification: told(
    nullable(
      Type.Object(propertiesOf(modificationOfVolume), {
        description: 'The last one, with the values it is to bring.',
      }),
    ),
    'The last one, with the values it is to bring; null: there was none.',
  ),
  backingVolumes: told(
    Type.Array(backingVolume),
    "The EBS volumes behind a managed one; their tags have Datafy's own before the caller's [C].",
  ),
  restoredFrom: face(
    its.restoredFrom,
    nullable(Type.String({ description: 'The Datafy snapshot that it was restored from.' })),
  ),
  replacedBy: face(
    its.replacedBy,
    nullable(Type.String({ description: 'The volume that took over when autoscaling was switched off.' })),
  ),
  replaces: nullable(Type.String({ description: 'The volume that it took over from.' })),
  createdAt: face(its.createdAt, utc),
} satisfies Faces;

/** The same for whoever runs the tests, with the cause of the last change. */
export const inventoryVolumeView = {
  ...volumeView,
  changedBy: face(its.changedBy, lastRequest),
} satisfies Faces;

/** An ordinary volume that is to be made, as if in AWS. What is left out has the default of its field. */
export const newVolume = {
  sizeGb: face(its.sizeGb, told(upTo(65_536, 'GiB'), 'GiB: 1 to 65536, or less by its type.')),
  availabilityZone: face(its.availabilityZone, plainZone),
  iops: face(its.iops, Type.Optional(upTo(256_000, 'Left out: 3000.'))),
  throughput: face(its.throughput, Type.Optional(upTo(4_000, 'MiB/s; left out: 125.'))),
  volumeType: face(
    its.volumeType,
    told(
      Type.Optional(
        Type.Unsafe<(typeof volumeTypes)[number]>({ type: 'string', enum: [...volumeTypes], default: 'gp3' }),
      ),
      'Left out: gp3.',
    ),
  ),
  encrypted: face(its.encrypted, told(Type.Optional(Type.Boolean({ default: false })), 'Left out: false.')),
  boot: face(
    its.boot,
    told(
      Type.Optional(Type.Boolean({ default: false, description: 'Whether an instance starts from it.' })),
      'Whether an instance starts from it; left out: false.',
    ),
  ),
  fileSystem: face(its.fileSystem, { ...its.fileSystem.schema, default: 'ext4' }),
  tags: face(its.tags, told(Type.Optional(tagsGiven), '50 at most [D]; left out: none.')),
  volumeId: face(
    its.volumeId,
    told(
      named(its.volumeId.schema, 'Left out: one that the world makes.'),
      '`vol-` and 8 to 17 hex digits; left out: one that the world makes.',
    ),
  ),
} satisfies Faces;
