import { Type } from '@sinclair/typebox';
import { headers, infrastructureCall, instant, oneAccount, refusals } from '../shared.ts';

/** Infrastructure-as-code calls on snapshots, as older versions of Datafy's AWS Terraform provider make them [C]. */

export const getAwsSnapshot = {
  ...infrastructureCall,
  tags: ['Infrastructure: snapshots'],
  operationId: 'getAwsSnapshot',
  summary: 'Read a snapshot by its EBS id or its Datafy id',
  headers,
  querystring: oneAccount,
  params: Type.Object({ snapshotId: Type.String({ description: 'snap-… or dsnap-…' }) }),
  response: {
    200: Type.Object(
      {
        snapshotId: Type.String({ description: 'The id that was asked for.' }),
        volumeId: Type.String({ description: 'The volume that the snapshot is of.' }),
        region: Type.String(),
        readyToUse: Type.Boolean({ description: 'Whether it can be restored.' }),
        sizeBytes: Type.Integer({ description: 'The size of the volume in GiB × 2³⁰.' }),
        snapshotCreationTime: instant,
        datafySnapshotIds: Type.Array(Type.String(), { description: 'The Datafy snapshot that it is, or belongs to.' }),
      },
      { description: 'The snapshot.' },
    ),
    ...refusals(404),
  },
};
