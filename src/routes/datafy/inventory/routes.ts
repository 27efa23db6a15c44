import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { State } from '../../../state/index.ts';
import { targetsOf } from '../../../surface/call.ts';
import * as schemas from './schemas.ts';

/** The list extension: what the emulator holds, for the accounts a token may see [A]. */
export function inventoryRoutes(state: State): FastifyPluginAsyncTypebox {
  return async (app) => {
    const config = { about: 'list' } as const;

    app.get('/volumes', { config, schema: schemas.listVolumes }, (request, reply) => {
      const { limit = 100, offset = 0 } = request.query;
      const { count, items } = state.listVolumes(targetsOf(request), limit, offset);
      reply.send({ count, limit, offset, volumes: items });
    });

    app.get('/snapshots', { config, schema: schemas.listSnapshots }, (request, reply) => {
      const { limit = 100, offset = 0 } = request.query;
      const { count, items } = state.listSnapshots(targetsOf(request), limit, offset);
      reply.send({ count, limit, offset, snapshots: items });
    });
  };
}
