import { Type } from '@sinclair/typebox';
import { statuses } from '../../engine/transitions.ts';
import { type Faces, face } from '../../fields/face.ts';
import { type Fields, flag, kept, moment, orNull } from '../../fields/field.ts';
import {
  changedBy,
  due,
  id,
  instant,
  lastRequest,
  ownerId,
  plainDevice,
  plainId,
  text,
  told,
  utc,
  words,
  yesOrNo,
} from '../../fields/schemas.ts';

/** A volume on an instance. In a document it stands in its volume. */
export const attachmentFields = {
  instanceId: id('i', 'An instance of the same account, in the same zone.'),
  deviceName: kept('device_name', text('Such as /dev/sdf; one volume per device.')),
  status: kept('status', Type.Optional(words(statuses.attachment, 'Left out: attached.')), 'attached'),
  due,
  deleteOnTermination: flag(
    'delete_on_termination',
    Type.Optional(yesOrNo('Whether the volume goes with the instance. Left out: no.')),
    false,
  ),
  startedAt: moment('started_at', Type.Optional(instant('Left out: when the volume was created.'))),
  changedBy: orNull('changed_by', changedBy),
} satisfies Fields;

const { deviceName, status, deleteOnTermination, startedAt } = attachmentFields;

const goes = told(Type.Boolean(), 'Whether the volume goes with the instance [P].');
const place = {
  instanceId: plainId('i'),
  deviceName: face(deviceName, plainDevice),
  status: face(status, told(words(statuses.attachment), 'Where it stands.')),
  deleteOnTermination: face(deleteOnTermination, goes),
} satisfies Faces;

/** What the answer about a volume says of where it is. */
export const attachmentOfVolume = place;

/** A volume on an instance, as a list of these has it. */
export const attachmentView = {
  volumeId: plainId('vol'),
  accountId: ownerId,
  ...place,
  startTime: face(startedAt, utc),
  changedBy: face(attachmentFields.changedBy, lastRequest),
} satisfies Faces;

/** Where a volume is to be attached, as if in AWS. */
export const newAttachment = {
  instanceId: told(Type.String(), "`i-` and 8 to 17 hex digits, in the volume's availability zone."),
  deviceName: face(
    deviceName,
    told(Type.String(), '`/dev/sd[a-z]` or `/dev/xvd[a-z]`, with up to two more characters [D].'),
  ),
  deleteOnTermination: face(
    deleteOnTermination,
    told(Type.Optional(Type.Boolean({ default: false })), 'Whether it goes with the instance; left out: false.'),
  ),
} satisfies Faces;
