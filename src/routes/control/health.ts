import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from '@sinclair/typebox';
import type { Door } from '../served.ts';

export const schema = {
  operationId: 'health',
  summary: 'Whether the emulator serves: it answers once the seed is in place',
  tags: ['Process'],
  response: {
    200: Type.Object({
      status: Type.String(),
      version: Type.String(),
      uptimeSeconds: Type.Number(),
      apis: Type.Array(Type.String()),
    }),
  },
};

/** Open to everyone: it says nothing of what the emulator holds. */
export function healthRoutes({ version, surfaces }: Door): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get('/health', { schema, config: { logAt: 'trace' } }, (_request, reply) => {
      reply.send({
        status: 'ok',
        version,
        uptimeSeconds: Math.round(process.uptime() * 1000) / 1000,
        apis: surfaces.filter(({ isWatched }) => isWatched).map(({ name }) => name),
      });
    });
  };
}
