import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { State, VolumeDescription } from '../../../state/index.ts';
import { targetOf } from '../../../surface/call.ts';
import { newOf } from '../new-volume.ts';
import { publishedStatuses } from '../statuses.ts';
import { newVolumeNames } from '../words.ts';
import * as schemas from './schemas.ts';

/**
 * Volume calls of the account host, known from an unmerged branch of Datafy's Terraform provider [C]. Their refusals have
 * the statuses of the published calls beside them [A].
 */
export function branchVolumeRoutes(state: State): FastifyPluginAsyncTypebox {
  return async (app) => {
    const config = { statuses: publishedStatuses };

    app.get('/volumes/:volumeId', { config, schema: schemas.getVolume }, (request, reply) => {
      // To that client a volume that is not there is an empty list, and any other status an error [C].
      const volume = state.volume(targetOf(request), request.params.volumeId);
      reply.send(volume ? { ...volume, volumes: [renderForClient(volume)] } : { volumes: [] });
    });

    app.delete('/volumes/:volumeId', { config, schema: schemas.deleteVolume }, (request, reply) => {
      state.aws.deleteVolume(targetOf(request), request.params.volumeId);
      reply.code(200).send();
    });

    const creating = { ...config, names: newVolumeNames };
    app.post(
      '/volumes/create-datafied-volume',
      { config: creating, schema: schemas.createDatafiedPair },
      (request, reply) => {
        const { volumeId, volumeSizeGb, backingVolumeIds } = state.createVolume(targetOf(request), {
          ...newOf(request.body.volumeProperties),
          mode: 'autoscaling',
        });
        reply.send({ volumeId, volumeSizeGB: volumeSizeGb, targetVolumeIds: backingVolumeIds });
      },
    );
  };
}

function renderForClient({
  volumeId,
  availabilityZone,
  volumeSizeGb,
  volumeIops,
  volumeThroughput,
  tags,
}: VolumeDescription) {
  const diskSize = volumeSizeGb * 2 ** 30;
  return { volumeId, availabilityZone, diskSize, iops: volumeIops, throughput: volumeThroughput, tags };
}
