import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { State, VolumeHead } from '../../../state/index.ts';
import { targetOf } from '../../../surface/call.ts';
import { newOf, restoredOf } from '../new-volume.ts';
import { acceptEitherSpelling } from '../size-spelling.ts';
import { newVolumeNames } from '../words.ts';
import { readArray } from './array-spelling.ts';
import * as schemas from './schemas.ts';

/** Volumes for infrastructure as code [C]. */
export function awsVolumeRoutes(state: State): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get('/aws/volumes/:volumeId', { schema: schemas.getAwsVolume }, (request, reply) => {
      reply.send(renderVolume(state.volumeHead(targetOf(request), request.params.volumeId)));
    });

    const config = { names: newVolumeNames };
    app.post(
      '/aws/volumes/create-from-snapshots',
      { config, schema: schemas.createFromSnapshots },
      (request, reply) => {
        const { source, volumeProperties } = request.body;
        const { volumeId, sizeGb } = state.restore(targetOf(request), { source, ...restoredOf(volumeProperties) });
        reply.send({ volumeId, volumeSizeGB: sizeGb });
      },
    );

    for (const [call, schema] of [
      ['create-autoscaling-volume', schemas.createAutoscalingVolume],
      ['create-datafied-volume', schemas.createDatafiedVolume],
    ] as const) {
      app.post(`/aws/volumes/${call}`, { config, schema }, (request, reply) => {
        const { volumeProperties: wanted } = request.body;
        const { mode, arraySize, names } = readArray(wanted);
        request.call.names = names;
        const volume = state.createVolume(targetOf(request), {
          ...newOf(wanted),
          mode,
          arraySize,
        });
        reply.send(renderVolume(volume));
      });
    }

    app.post('/aws/volumes/:volumeId/attach', { schema: schemas.attach }, (request, reply) => {
      const { instanceId, deviceName } = request.body;
      state.attach(targetOf(request), request.params.volumeId, { instanceId, deviceName, deleteOnTermination: false });
      reply.code(200).send();
    });

    app.post('/aws/volumes/:volumeId/detach', { schema: schemas.detach }, (request, reply) => {
      const { instanceId, force = false } = request.body;
      state.detach(targetOf(request), request.params.volumeId, instanceId, force);
      reply.code(200).send();
    });

    const preValidation = acceptEitherSpelling;
    app.post('/aws/volumes/:volumeId/modify', { schema: schemas.modify, preValidation }, (request, reply) => {
      const { volumeSizeGb = 0, volumeIops = 0, volumeThroughput = 0, arraySize = 0 } = request.body;
      state.modifyAttached(targetOf(request), request.params.volumeId, {
        sizeGb: volumeSizeGb,
        iops: volumeIops,
        throughput: volumeThroughput,
        arraySize,
      });
      reply.code(200).send();
    });
  };
}

function renderVolume({ volumeSizeGb, volumeIops, volumeThroughput, ...volume }: VolumeHead) {
  return {
    ...volume,
    isDatafied: volume.isManaged,
    sizeBytes: volumeSizeGb * 2 ** 30,
    iops: volumeIops,
    throughput: volumeThroughput,
  };
}
