import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { formatInstant } from '../../clock.ts';
import { EmulatorError } from '../../errors.ts';
import type { State } from '../../state/index.ts';
import { typeName } from '../../validation.ts';
import * as schemas from './schemas.ts';

/** The five published calls [P]. */
export function volumeRoutes(state: State): FastifyPluginAsyncTypebox {
  return async (app) => {
    const config = { surface: 'published' } as const;

    app.post('/volumes/:volumeId/create-snapshot', { config, schema: schemas.createSnapshot }, (request, reply) => {
      const { useSourceVolume, autoscalingOnly = true, description, tags } = request.body;
      if (useSourceVolume) throw new EmulatorError('field-internal', { field: 'body/useSourceVolume' });
      const snapshot = state.createSnapshot(request.target, request.params.volumeId, {
        autoscalingOnly,
        ...(description !== undefined && { description }),
        ...(tags && { tags }),
      });
      reply.send({ ...snapshot, startTime: formatInstant(snapshot.startTime) });
    });

    app.post('/volumes/create-from-snapshots', { config, schema: schemas.createFromSnapshots }, (request, reply) => {
      const { source, volumeProperties } = request.body;
      const { availabilityZone, volumeIops, volumeThroughput, tags } = volumeProperties;
      const { volumeId, sizeGb } = state.restore(request.target, {
        source,
        availabilityZone,
        iops: volumeIops ?? 0,
        throughput: volumeThroughput ?? 0,
        ...(tags && { tags }),
      });
      reply.send({ volumeId, volumeSizeGB: sizeGb });
    });

    app.post('/volumes/:volumeId/attach', { config, schema: schemas.attach }, (request, reply) => {
      const { instanceId, deviceName, deleteOnTermination = false } = request.body;
      state.attach(request.target, request.params.volumeId, { instanceId, deviceName, deleteOnTermination });
      reply.send();
    });

    app.post(
      '/volumes/:volumeId/deactivate-autoscaling',
      { config: { surface: 'deactivation' }, schema: schemas.deactivateAutoscaling },
      (request, reply) => {
        state.deactivate(request.target, request.params.volumeId);
        reply.send();
      },
    );

    app.post(
      '/volumes/:volumeId/modify',
      { config, schema: schemas.modify, preValidation: acceptEitherSpelling },
      (request, reply) => {
        const { volumeSizeGB, expandFilesystem = false, autoscalingOnly = true } = request.body;
        state.modify(request.target, request.params.volumeId, {
          sizeGb: volumeSizeGB,
          expandFilesystem,
          autoscalingOnly,
        });
        reply.send();
      },
    );
  };
}

/**
 * The published document declares `volumeSizeGB` and requires `volumeSizeGb`, so callers send the one or the other:
 * whichever came is given both names, and then validated. Two different values are refused [A].
 */
async function acceptEitherSpelling(request: FastifyRequest): Promise<void> {
  const body = request.body;
  if (typeof body !== 'object' || body === null) return;
  const { volumeSizeGB: upper, volumeSizeGb: lower } = body as Record<string, unknown>;
  if (upper !== undefined && lower !== undefined && upper !== lower) {
    throw new EmulatorError('size-contradictory', { upper, lower });
  }
  const size = lower === undefined ? upper : lower;
  if (size === undefined) return;
  if (lower !== undefined && !Number.isInteger(lower)) {
    // Validation would name the other spelling.
    throw new EmulatorError('request-invalid', {
      problems: `body/volumeSizeGb must be integer, not ${typeName(lower)}`,
    });
  }
  Object.assign(body, { volumeSizeGB: size, volumeSizeGb: size });
}
