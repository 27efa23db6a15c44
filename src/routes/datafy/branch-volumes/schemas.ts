import { Type } from '@sinclair/typebox';
import { volume } from '../inventory/schemas.ts';
import {
  branchCall,
  headers,
  nothing,
  oneAccount,
  refusals,
  tag,
  tagInput,
  volumeParams,
  zeroIsDefault,
} from '../shared.ts';

/** Volume calls of the account host, as an unmerged branch of Datafy's Terraform provider makes them [C]. */

const common = { ...branchCall, tags: ['Volume-Lifecycle'], headers, querystring: oneAccount };

/** A volume as that client reads it. */
const clientVolume = Type.Object({
  volumeId: Type.String(),
  availabilityZone: Type.String(),
  diskSize: Type.Integer({ description: 'In bytes: the size in GiB × 2³⁰.' }),
  iops: Type.Integer(),
  throughput: Type.Integer({ description: 'MiB/s' }),
  tags: Type.Array(tag),
});

export const getVolume = {
  ...common,
  operationId: 'getVolume',
  summary: 'Read a volume',
  description:
    'The client reads `volumes`, with the one volume or none. All other fields are an extension of the emulator, and ' +
    'there where the volume is.',
  params: volumeParams,
  response: {
    200: Type.Object(
      // A required field would be written before all others, of the client's volume first.
      { ...Type.Partial(volume).properties, volumes: Type.Optional(Type.Array(clientVolume)) },
      { description: 'The volume; an empty list where there is none.' },
    ),
    ...refusals(),
  },
};

export const deleteVolume = {
  ...common,
  operationId: 'deleteVolume',
  summary: 'Delete a volume that no instance has, with the EBS volumes behind it',
  description: 'Its snapshots stay.',
  params: volumeParams,
  response: { 200: nothing('It is deleted.'), ...refusals() },
};

export const createDatafiedPair = {
  ...common,
  operationId: 'createDatafiedPair',
  summary: 'Create an empty autoscaling volume, of two EBS volumes',
  body: Type.Object({
    volumeProperties: Type.Object({
      availabilityZone: Type.String(),
      diskSize: Type.Integer({ minimum: 0, description: 'GiB' }),
      volumeIops: zeroIsDefault('IOPS.'),
      volumeThroughput: zeroIsDefault('MiB/s.'),
      encrypted: Type.Optional(Type.Boolean({ default: false })),
      kmsKeyId: Type.Optional(Type.String({ description: 'Only with `encrypted`.' })),
      tags: Type.Optional(Type.Array(tagInput)),
    }),
  }),
  response: {
    200: Type.Object(
      {
        volumeId: Type.String(),
        volumeSizeGB: Type.Integer({ description: 'As an older draft of the client reads it.' }),
        targetVolumeIds: Type.Array(Type.String(), { description: 'The two EBS volumes behind it.' }),
      },
      { description: 'The volume is being created.' },
    ),
    ...refusals(),
  },
};
