import { Type } from '@sinclair/typebox';
import { greatestSizeGb } from '../../aws/ebs.ts';
import { statuses } from '../../engine/transitions.ts';
import { type Faces, face } from '../../fields/face.ts';
import { type Fields, flag, json, kept, moment, orNull } from '../../fields/field.ts';
import {
  ageMinutes,
  changedBy,
  count,
  due,
  id,
  instant,
  lastRequest,
  ownerId,
  plainId,
  positive,
  strict,
  tag,
  tags,
  text,
  told,
  utc,
  uuid,
  words,
  yesOrNo,
} from '../../fields/schemas.ts';

/** How far the snapshots of a volume are counted [A]. */
export const greatestGeneration = 2 ** 31;

const ebsSnapshot = Type.Object(
  { snapshotId: id('snap', 'Its id.'), volumeId: id('vol', 'The EBS volume that it is of.') },
  strict,
);

/** A Datafy snapshot, a set of EBS snapshots: its columns and its document, in the order of an export. */
export const snapshotFields = {
  datafySnapshotId: kept('id', Type.Optional(id('dsnap', 'Left out: made, the same every time.'))),
  accountId: Type.Optional(uuid("Left out: its volume's.")),
  volumeId: kept('volume_id', id('vol', 'What it is of. The volume may be gone.')),
  status: kept('status', Type.Optional(words(statuses.snapshot, 'Left out: completed.'))),
  due,
  sizeGb: kept('size_gb', Type.Optional(positive("GiB. Left out: the volume's.", greatestSizeGb))),
  region: kept('region', Type.Optional(text("Left out: the volume's."))),
  encrypted: flag('encrypted', Type.Optional(yesOrNo("Left out: the volume's."))),
  kmsKeyId: orNull('kms_key_id', Type.Optional(text("Left out: the volume's."))),
  generation: kept(
    'generation',
    Type.Optional(count(greatestGeneration, 'Counts the snapshots of a volume. Left out: the next of its volume.')),
  ),
  description: kept('description', Type.Optional(text('Left out: empty.')), ''),
  tags: json('tags', tags, []),
  ebsSnapshots: Type.Optional(
    Type.Array(ebsSnapshot, { description: 'Left out: made, one per EBS volume behind its volume.' }),
  ),
  ageMinutes,
  startedAt: moment('started_at', Type.Optional(instant('Left out: by ageMinutes, or the beginning of the world.'))),
  changedBy: orNull('changed_by', changedBy),
} satisfies Fields;

const its = snapshotFields;

/** What whoever makes a snapshot is told of it. */
export const snapshotHead = {
  datafySnapshotId: face(its.datafySnapshotId, plainId('dsnap')),
  volumeId: face(its.volumeId, told(Type.String(), 'The volume that it was taken of.')),
  status: face(its.status, told(words(statuses.snapshot), 'Where it stands.')),
  startTime: face(its.startedAt, utc),
  volumeSizeGb: face(its.sizeGb, told(Type.Integer(), 'GiB, when it was taken.')),
  description: face(its.description, told(Type.String(), 'Empty where none was given.')),
} satisfies Faces;

const { datafySnapshotId, volumeId, status, startTime, volumeSizeGb, description } = snapshotHead;

/** A snapshot as a reader sees it, in this order. */
export const snapshotView = {
  datafySnapshotId,
  accountId: ownerId,
  volumeId,
  status,
  startTime,
  volumeSizeGb,
  region: face(its.region, told(Type.String(), 'Such as `us-east-1`.')),
  description,
  ebsSnapshots: told(
    Type.Array(Type.Object({ snapshotId: Type.String(), volumeId: Type.String(), tags: Type.Array(tag) })),
    "What it consists of; their tags have Datafy's own before the caller's [C].",
  ),
} satisfies Faces;

/** The same for whoever runs the tests, with the caller's tags and the cause of the last change. */
export const inventorySnapshotView = {
  ...snapshotView,
  tags: face(its.tags, Type.Array(tag, { description: "The caller's own." })),
  changedBy: face(its.changedBy, lastRequest),
} satisfies Faces;
