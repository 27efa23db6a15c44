import type { FastifyInstance } from 'fastify';
import { guard } from '../auth/guard.ts';
import type { State } from '../state/index.ts';
import { inventoryRoutes } from './inventory/routes.ts';
import { volumeRoutes } from './volumes/routes.ts';

/**
 * The table of contents: every room, where it is, and who may enter.
 *
 * @param strict leave out everything that is not Datafy's own API.
 */
export function openRooms(app: FastifyInstance, state: State, strict: boolean): void {
  app.register(
    async (datafy) => {
      guard(datafy, state);
      datafy.register(volumeRoutes(state));
      if (!strict) datafy.register(inventoryRoutes(state));
    },
    { prefix: '/api/v1' },
  );
}
