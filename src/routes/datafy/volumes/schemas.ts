import { type Static, Type } from '@sinclair/typebox';
import type { RestoreSource } from '../../../state/index.ts';
import {
  badRequest,
  headers,
  nothing,
  oneAccount,
  tagInput,
  unauthorized,
  unprocessable,
  volumeParams,
} from '../shared.ts';

/** The five published calls: structurally Datafy's own document, in our words. */

const published = { 'x-datafy-surface': 'published', 'x-datafy-source': 'P' } as const;

export const createSnapshot = {
  ...published,
  operationId: 'createSnapshotCommand',
  summary: 'Create a snapshot of a volume',
  tags: ['Volume-Lifecycle', 'Snapshots'],
  headers,
  querystring: oneAccount,
  params: volumeParams,
  body: Type.Object({
    autoscalingOnly: Type.Optional(
      Type.Boolean({ default: true, description: 'Refuse volumes on which autoscaling is off.' }),
    ),
    useSourceVolume: Type.Optional(
      Type.Boolean({ default: false, readOnly: true, description: "For Datafy's internal use." }),
    ),
    description: Type.Optional(Type.String({ description: 'What the snapshot is for.' })),
    tags: Type.Optional(Type.Array(tagInput, { description: 'Tags of the new snapshot.' })),
  }),
  response: {
    200: Type.Object(
      {
        datafySnapshotId: Type.Optional(Type.String({ description: 'The id to restore it by.' })),
        volumeId: Type.Optional(Type.String({ description: 'The volume it is of.' })),
        status: Type.Optional(Type.String()),
        startTime: Type.Optional(Type.String({ format: 'date-time' })),
        volumeSizeGb: Type.Optional(Type.Integer({ description: 'The size of the volume, in GiB.' })),
        description: Type.Optional(Type.String()),
      },
      { description: 'The snapshot has begun.' },
    ),
    ...badRequest,
    ...unauthorized,
  },
};

const source = Type.Unsafe<RestoreSource>({
  description: 'What to restore.',
  oneOf: [
    Type.Object({ datafySnapshotId: Type.String() }, { description: 'One Datafy snapshot.' }),
    Type.Object(
      { snapshotIds: Type.Array(Type.String()), region: Type.String() },
      { description: 'All EBS snapshots of one Datafy snapshot, and their region.' },
    ),
  ],
});

export const createFromSnapshots = {
  ...published,
  operationId: 'createFromSnapshotsCommand',
  summary: 'Create an autoscaling volume from a snapshot',
  tags: ['Volume-Lifecycle', 'Snapshots'],
  headers,
  querystring: oneAccount,
  body: Type.Object({
    source,
    volumeProperties: Type.Object({
      availabilityZone: Type.String(),
      volumeIops: Type.Optional(Type.Integer({ default: 3000 })),
      volumeThroughput: Type.Optional(Type.Integer({ default: 125 })),
      tags: Type.Optional(Type.Array(tagInput)),
    }),
  }),
  response: {
    200: Type.Object(
      { volumeId: Type.Optional(Type.String()), volumeSizeGB: Type.Optional(Type.Integer()) },
      { description: 'The volume is being created.' },
    ),
    ...badRequest,
    ...unauthorized,
  },
};

export const attach = {
  ...published,
  operationId: 'attachCommand',
  summary: 'Attach an autoscaling volume',
  description: "To an instance on which Datafy's agent runs.",
  tags: ['Volume-Lifecycle'],
  headers,
  querystring: oneAccount,
  params: volumeParams,
  body: Type.Object({
    instanceId: Type.String(),
    deviceName: Type.String(),
    deleteOnTermination: Type.Optional(
      Type.Boolean({
        default: false,
        description: 'Delete the volume with its instance; only where an agent runs on the instance.',
      }),
    ),
  }),
  response: { 200: nothing('The volume is being attached.'), ...badRequest, ...unauthorized },
};

export const deactivateAutoscaling = {
  ...published,
  operationId: 'deactivateAutoscalingCommand',
  summary: 'Switch autoscaling off',
  description: 'The data is copied back to an ordinary EBS volume, which takes the device over.',
  tags: ['Volume-Lifecycle'],
  headers,
  querystring: oneAccount,
  params: volumeParams,
  response: { 200: nothing('Autoscaling is being switched off.'), ...badRequest, ...unauthorized, ...unprocessable },
};

const modifyBody = Type.Object(
  {
    volumeSizeGB: Type.Optional(
      Type.Integer({ description: 'The new size in GiB: larger than the present one. Also accepted as volumeSizeGb.' }),
    ),
    expandFilesystem: Type.Optional(
      Type.Boolean({ default: false, description: 'Let the file system grow with the volume.' }),
    ),
    autoscalingOnly: Type.Optional(
      Type.Boolean({ default: true, description: 'Refuse volumes on which autoscaling is off.' }),
    ),
  },
  { description: 'What to change.' },
);

export const modify = {
  ...published,
  operationId: 'modifyCommand',
  summary: 'Change the size of a volume',
  tags: ['Volume-Lifecycle'],
  headers,
  querystring: oneAccount,
  params: volumeParams,
  // The published document declares volumeSizeGB and requires volumeSizeGb: routes.ts makes either one both.
  body: Type.Unsafe<Required<Static<typeof modifyBody>>>({ ...modifyBody, required: ['volumeSizeGb'] }),
  response: { 200: nothing('The change has begun.'), ...badRequest, ...unauthorized },
};
