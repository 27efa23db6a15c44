import { Type } from '@sinclair/typebox';
import { statuses, words } from '../../../state/index.ts';
import { errorBody, headers, instant, listQuery, nullable, tag } from '../shared.ts';

/** The list extension: ours, marked as such, and absent with --strict. */

const extension = {
  'x-emulator-extension': true,
  'x-datafy-surface': 'extension',
  'x-datafy-source': 'A',
  tags: ['Emulator'],
  headers,
};
const refusals = { 400: errorBody('The request is wrong.'), 401: errorBody('The token is missing or not valid.') };

const performance = {
  volumeSizeGb: Type.Integer({ description: 'GiB' }),
  volumeIops: Type.Integer(),
  volumeThroughput: Type.Integer({ description: 'MiB/s' }),
};

export const volume = Type.Object({
  volumeId: Type.String(),
  accountId: Type.String(),
  status: words(statuses.volume),
  autoscaling: words(['Active', 'Inactive', 'Unsupported']),
  unsupportedReason: nullable(Type.String()),
  origin: words(['ebs', 'native', 'snapshot'], 'How it came to be.'),
  hasSource: Type.Boolean({ description: 'Whether the original EBS volume is still there.' }),
  volumeType: Type.String(),
  ...performance,
  availabilityZone: Type.String(),
  encrypted: Type.Boolean(),
  kmsKeyId: nullable(Type.String()),
  tags: Type.Array(tag),
  attachment: nullable(
    Type.Object({
      instanceId: Type.String(),
      deviceName: Type.String(),
      status: words(statuses.attachment),
      deleteOnTermination: Type.Boolean(),
    }),
  ),
  modification: nullable(
    Type.Object(
      {
        status: words(statuses.modification),
        ...performance,
        startTime: instant,
      },
      { description: 'The last one, with the values it is to bring.' },
    ),
  ),
  backingVolumes: Type.Array(Type.Object({ volumeId: Type.String(), ...performance, tags: Type.Array(tag) })),
  restoredFrom: nullable(Type.String({ description: 'The Datafy snapshot that it was restored from.' })),
  replacedBy: nullable(Type.String({ description: 'The volume that took over when autoscaling was switched off.' })),
  replaces: nullable(Type.String({ description: 'The volume that it took over from.' })),
  createdAt: instant,
});

export const snapshot = Type.Object({
  datafySnapshotId: Type.String(),
  accountId: Type.String(),
  volumeId: Type.String(),
  status: words(statuses.snapshot),
  startTime: instant,
  volumeSizeGb: Type.Integer(),
  region: Type.String(),
  description: Type.String(),
  ebsSnapshots: Type.Array(Type.Object({ snapshotId: Type.String(), volumeId: Type.String(), tags: Type.Array(tag) })),
});

/** What every page of a list says of itself. */
export const page = {
  count: Type.Integer({ description: 'How many there are in all.' }),
  limit: Type.Integer(),
  offset: Type.Integer(),
};

export const listVolumes = {
  ...extension,
  operationId: 'listVolumes',
  summary: 'List volumes',
  querystring: listQuery,
  response: {
    200: Type.Object({ ...page, volumes: Type.Array(volume) }, { description: 'In the order they were made here.' }),
    ...refusals,
  },
};

export const listSnapshots = {
  ...extension,
  operationId: 'listSnapshots',
  summary: 'List snapshots',
  querystring: listQuery,
  response: {
    200: Type.Object(
      { ...page, snapshots: Type.Array(snapshot) },
      { description: 'In the order they were made here.' },
    ),
    ...refusals,
  },
};
