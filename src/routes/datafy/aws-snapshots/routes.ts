import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { restorable, type State } from '../../../state/index.ts';
import { targetOf } from '../../../surface/call.ts';
import * as schemas from './schemas.ts';

/** Snapshots for infrastructure as code [C]. */
export function awsSnapshotRoutes(state: State): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get('/aws/snapshots/:snapshotId', { schema: schemas.getAwsSnapshot }, (request, reply) => {
      const { snapshotId } = request.params;
      const snapshot = state.snapshot(targetOf(request), snapshotId);
      reply.send({
        snapshotId,
        volumeId: snapshot.volumeId,
        region: snapshot.region,
        readyToUse: restorable.includes(snapshot.status),
        sizeBytes: snapshot.volumeSizeGb * 2 ** 30,
        snapshotCreationTime: snapshot.startTime,
        datafySnapshotIds: [snapshot.datafySnapshotId],
      });
    });
  };
}
