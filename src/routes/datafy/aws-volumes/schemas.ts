import { Type } from '@sinclair/typebox';
import {
  headers,
  infrastructureCall,
  nothing,
  nullable,
  oneAccount,
  refusals,
  tagInput,
  volumeParams,
  zeroIsDefault,
} from '../shared.ts';
import { createFromSnapshots as published } from '../volumes/schemas.ts';

/** Infrastructure-as-code calls on volumes, as Datafy's AWS Terraform provider makes them [C]. */

const common = { ...infrastructureCall, tags: ['Infrastructure: volumes'], headers, querystring: oneAccount };

const volume = Type.Object({
  volumeId: Type.String(),
  hasSource: Type.Boolean({ description: 'Whether the original EBS volume still exists.' }),
  isManaged: Type.Boolean({ description: 'Whether autoscaling is on.' }),
  isDatafied: Type.Boolean({ description: 'The same, for older clients.' }),
  replacedBy: nullable(
    Type.String({ description: 'The EBS volume that took over when autoscaling was switched off.' }),
  ),
  sizeBytes: Type.Integer({ description: 'The size in GiB × 2³⁰.' }),
  iops: Type.Integer({ description: 'Over an array: the total.' }),
  throughput: Type.Integer({ description: 'MiB/s; over an array: the total.' }),
});

export const getAwsVolume = {
  ...common,
  operationId: 'getAwsVolume',
  summary: 'Read a volume',
  params: volumeParams,
  response: { 200: { ...volume, description: 'The volume.' }, ...refusals(404) },
};

export const createFromSnapshots = {
  ...common,
  operationId: 'createAwsVolumeFromSnapshots',
  summary: 'Create an autoscaling volume from a snapshot, of any size that holds it',
  body: Type.Object({
    source: published.body.properties.source,
    volumeProperties: Type.Object({
      availabilityZone: Type.String(),
      diskSize: zeroIsDefault("GiB, at least the snapshot's."),
      volumeIops: zeroIsDefault('IOPS.'),
      volumeThroughput: zeroIsDefault('MiB/s.'),
      tags: Type.Optional(Type.Array(tagInput)),
    }),
  }),
  response: {
    200: Type.Object(
      { volumeId: Type.String(), volumeSizeGB: Type.Integer() },
      { description: 'The volume is being created.' },
    ),
    ...refusals(404, 409),
  },
};

export const createAutoscalingVolume = {
  ...common,
  operationId: 'createAutoscalingVolume',
  summary: 'Create an empty autoscaling volume',
  body: Type.Object({
    volumeProperties: Type.Object({
      availabilityZone: Type.String(),
      diskSize: Type.Integer({ minimum: 0, description: 'GiB' }),
      volumeIops: zeroIsDefault('IOPS; with an array, the total.'),
      volumeThroughput: zeroIsDefault('MiB/s; with an array, the total.'),
      encrypted: Type.Optional(Type.Boolean({ default: false })),
      kmsKeyId: Type.Optional(Type.String({ description: 'Only with `encrypted`.' })),
      tags: Type.Optional(Type.Array(tagInput)),
      datafyMode: Type.Optional(
        Type.Unsafe<'autoscaling' | 'performance' | 'autoscaling_performance'>({
          type: 'string',
          enum: ['autoscaling', 'performance', 'autoscaling_performance'],
          // No default: it would be filled in beside the two booleans, and could contradict them.
          description: 'Left out: `autoscaling`.',
        }),
      ),
      performanceArraySize: Type.Optional(
        Type.Integer({ description: '4, 6 or 8: required by the two performance modes, and only valid with them.' }),
      ),
      arraySize: Type.Optional(Type.Integer({ description: 'The same, as some clients spell it.' })),
      autoscaling: Type.Optional(
        Type.Boolean({ description: 'With `performance`: the mode, as some clients spell it.' }),
      ),
      performance: Type.Optional(Type.Boolean({ description: 'Whether it has an array, of `performanceTier`.' })),
      performanceTier: Type.Optional(Type.Integer({ description: '4, 6 or 8; 0: no array.' })),
    }),
  }),
  response: { 200: { ...volume, description: 'The new volume.' }, ...refusals() },
};

export const createDatafiedVolume = {
  ...createAutoscalingVolume,
  operationId: 'createDatafiedVolume',
  summary: 'Create an empty autoscaling volume, as older clients ask for it',
  deprecated: true,
};

export const attach = {
  ...common,
  operationId: 'attachAwsVolume',
  summary: 'Attach an autoscaling volume',
  params: volumeParams,
  body: Type.Object({ instanceId: Type.String(), deviceName: Type.String() }),
  response: { 200: nothing('The volume is being attached.'), ...refusals(404, 409) },
};

export const detach = {
  ...common,
  operationId: 'detachAwsVolume',
  summary: 'Detach a volume',
  params: volumeParams,
  body: Type.Object({
    instanceId: Type.String(),
    force: Type.Optional(Type.Boolean({ default: false, description: 'Also while it is not quite attached.' })),
  }),
  response: { 200: nothing('The volume is being detached.'), ...refusals(404, 409) },
};

export const modify = {
  ...common,
  operationId: 'modifyAwsVolume',
  summary: 'Change the size, IOPS or throughput of an attached volume',
  params: volumeParams,
  body: Type.Object({
    volumeSizeGb: Type.Optional(Type.Integer({ minimum: 0, description: 'GiB. 0: as it is.' })),
    volumeIops: Type.Optional(Type.Integer({ minimum: 0, description: '0: as it is.' })),
    volumeThroughput: Type.Optional(Type.Integer({ minimum: 0, description: 'MiB/s. 0: as it is.' })),
    arraySize: Type.Optional(
      Type.Integer({
        minimum: 0,
        description: 'How many EBS volumes an array is to have: 4, 6 or 8. 0: as many as it has.',
      }),
    ),
  }),
  response: { 200: nothing('The change has begun.'), ...refusals(404, 409) },
};
