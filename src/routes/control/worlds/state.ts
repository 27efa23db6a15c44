import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { exportedWorld, type State, worldDocument } from '../../../state/index.ts';
import { worldOf } from '../../../surface/call.ts';
import { maxWorldBytes, noContent, responses } from '../shared.ts';

const reset = {
  operationId: 'resetWorld',
  summary: 'Back to the seed: state, clock, pace, ids, faults and journal',
  tags: ['Worlds'],
  response: noContent('The world is as it began.'),
};

const exportState = {
  operationId: 'exportState',
  summary: 'The whole world as a document, transitions under way included',
  tags: ['Worlds'],
  response: responses(200, exportedWorld),
};

const importState = {
  operationId: 'importState',
  summary: 'Put a document in place of the whole world, or nothing of it',
  tags: ['Worlds'],
  body: worldDocument,
  response: noContent('The world is what the document says.'),
};

/** Whole worlds, in and out. */
export function stateRoutes(state: State): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.post('/reset', { schema: reset }, (request, reply) => {
      state.control.reset(worldOf(request));
      reply.code(204).send(undefined);
    });

    app.get('/state', { schema: exportState }, (request, reply) => {
      reply.send(state.control.export(worldOf(request)));
    });

    app.put('/state', { schema: importState, bodyLimit: maxWorldBytes }, (request, reply) => {
      state.control.import(worldOf(request), request.body);
      reply.code(204).send(undefined);
    });
  };
}
