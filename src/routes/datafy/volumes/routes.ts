import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { EmulatorError } from '../../../ground/errors.ts';
import type { State } from '../../../state/index.ts';
import { targetOf } from '../../../surface/call.ts';
import { restoredOf } from '../new-volume.ts';
import { acceptEitherSpelling } from '../size-spelling.ts';
import { deactivationStatuses, publishedStatuses } from '../statuses.ts';
import { newVolumeNames } from '../words.ts';
import * as schemas from './schemas.ts';

/** The five published calls [P]. */
export function volumeRoutes(state: State): FastifyPluginAsyncTypebox {
  return async (app) => {
    const config = { statuses: publishedStatuses };

    app.post('/volumes/:volumeId/create-snapshot', { config, schema: schemas.createSnapshot }, (request, reply) => {
      const { useSourceVolume, autoscalingOnly = true, description, tags } = request.body;
      if (useSourceVolume) throw new EmulatorError('field-internal', { field: 'body/useSourceVolume' });
      const snapshot = state.createSnapshot(targetOf(request), request.params.volumeId, {
        autoscalingOnly,
        ...(description !== undefined && { description }),
        ...(tags && { tags }),
      });
      reply.send(snapshot);
    });

    // It takes no size: that is of the source.
    const restoring = { ...config, names: { ...newVolumeNames, sizeGb: 'source' } };
    app.post(
      '/volumes/create-from-snapshots',
      { config: restoring, schema: schemas.createFromSnapshots },
      (request, reply) => {
        const { source, volumeProperties } = request.body;
        const { volumeId, sizeGb } = state.restore(targetOf(request), { source, ...restoredOf(volumeProperties) });
        reply.send({ volumeId, volumeSizeGB: sizeGb });
      },
    );

    app.post('/volumes/:volumeId/attach', { config, schema: schemas.attach }, (request, reply) => {
      const { instanceId, deviceName, deleteOnTermination = false } = request.body;
      state.attach(targetOf(request), request.params.volumeId, { instanceId, deviceName, deleteOnTermination });
      reply.send();
    });

    app.post(
      '/volumes/:volumeId/deactivate-autoscaling',
      { config: { statuses: deactivationStatuses }, schema: schemas.deactivateAutoscaling },
      (request, reply) => {
        state.deactivate(targetOf(request), request.params.volumeId);
        reply.send();
      },
    );

    app.post(
      '/volumes/:volumeId/modify',
      { config, schema: schemas.modify, preValidation: acceptEitherSpelling },
      (request, reply) => {
        const { volumeSizeGB, expandFilesystem = false, autoscalingOnly = true } = request.body;
        state.modify(targetOf(request), request.params.volumeId, {
          sizeGb: volumeSizeGB,
          expandFilesystem,
          autoscalingOnly,
        });
        reply.send();
      },
    );
  };
}
