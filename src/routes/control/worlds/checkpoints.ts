import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from '@sinclair/typebox';
import { formatInstant } from '../../../ground/clock.ts';
import type { State } from '../../../state/index.ts';
import { worldOf } from '../../../surface/call.ts';
import { noContent, responses, strictObject } from '../shared.ts';

const tags = ['Checkpoints'];
export const name = Type.String({ minLength: 1, maxLength: 200 });
const params = Type.Object({ name });

export const create = {
  operationId: 'createCheckpoint',
  summary: 'Keep a copy of the world under a name; one of that name is replaced',
  tags,
  body: strictObject({ name }),
  response: responses(
    201,
    Type.Object(
      { name, replaced: Type.Boolean({ description: 'Whether there was one of that name.' }) },
      { description: 'The copy.' },
    ),
  ),
};

export const list = {
  operationId: 'listCheckpoints',
  summary: 'The copies there are',
  tags,
  response: responses(
    200,
    Type.Object(
      { checkpoints: Type.Array(Type.Object({ name, createdAt: Type.String({ format: 'date-time' }) })) },
      { description: 'By name.' },
    ),
  ),
};

const restore = {
  operationId: 'restoreCheckpoint',
  summary: 'Put a copy back: state, clock, pace and ids; faults and journal stay',
  tags,
  params,
  response: noContent('The world is as it was.'),
};

const remove = {
  operationId: 'deleteCheckpoint',
  summary: 'Forget a copy',
  tags,
  params,
  response: noContent('It is gone.'),
};

/** Named copies of a world. */
export function checkpointRoutes(state: State): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.post('/checkpoints', { schema: create }, (request, reply) => {
      const { name } = request.body;
      reply.code(201).send({ name, replaced: state.control.checkpoint(worldOf(request), name) });
    });

    app.get('/checkpoints', { schema: list }, (request, reply) => {
      const checkpoints = state.control.checkpoints(worldOf(request));
      reply.send({
        checkpoints: checkpoints.map((each) => ({ name: each.name, createdAt: formatInstant(each.createdAt) })),
      });
    });

    app.post('/checkpoints/:name/restore', { schema: restore }, (request, reply) => {
      state.control.restoreCheckpoint(worldOf(request), request.params.name);
      reply.code(204).send(undefined);
    });

    app.delete('/checkpoints/:name', { schema: remove }, (request, reply) => {
      state.control.deleteCheckpoint(worldOf(request), request.params.name);
      reply.code(204).send(undefined);
    });
  };
}
