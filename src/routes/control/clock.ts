import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from '@sinclair/typebox';
import { formatInstant, parseInstant } from '../../ground/clock.ts';
import { EmulatorError } from '../../ground/errors.ts';
import { clockSchema, paceSchema, paceSetting, type State } from '../../state/index.ts';
import { worldOf } from '../../surface/call.ts';
import { change, renderChange, responses, strict, strictObject } from './shared.ts';

const tags = ['Time'];

const parked = Type.Object({
  resource: Type.String(),
  id: Type.String(),
  action: Type.String({ description: 'What was to happen.' }),
  at: Type.String({ format: 'date-time', description: 'When it was due.' }),
  reason: Type.String({ description: 'Why it could not.' }),
});

export const clock = Type.Object(
  {
    mode: clockSchema.properties.mode,
    now: Type.String({ format: 'date-time' }),
    settled: Type.Array(change, { description: 'What came due on the way, in the order in which it happened.' }),
    parked: Type.Array(parked, {
      description: 'What failed when it was due, and is held: each is a bug of the emulator.',
    }),
  },
  { description: 'Where the clock stands; all that was due by then is done.' },
);

const read = { operationId: 'getClock', summary: "The world's time", tags, response: responses(200, clock) };

export const set = {
  operationId: 'setClock',
  summary: 'Follow the system, or stand still until moved; forward only',
  tags,
  body: strictObject({
    mode: clockSchema.properties.mode,
    now: { ...clockSchema.properties.now, description: 'Where a controlled clock is to stand. Left out: here.' },
  }),
  response: responses(200, clock),
};

/** Ten years: what a test may leap, and far from where dates end. */
const maxAdvanceSeconds = 10 * 366 * 24 * 3600;

const advance = {
  operationId: 'advanceClock',
  summary: 'Move a controlled clock, by seconds or until nothing is under way; answers when all that came due is done',
  tags,
  body: Type.Unsafe<{ seconds: number } | { untilIdle: true }>({
    oneOf: [
      Type.Object({ seconds: Type.Number({ minimum: 0, maximum: maxAdvanceSeconds }) }, strict),
      Type.Object({ untilIdle: Type.Unsafe<true>({ type: 'boolean', enum: [true] }) }, strict),
    ],
  }),
  response: responses(200, clock),
};

export const pace = { ...paceSchema, description: 'Milliseconds per timed transition.' };
const readPace = { operationId: 'getPace', summary: 'How long transitions take', tags, response: responses(200, pace) };

export const setPace = {
  operationId: 'setPace',
  summary: 'Change how long transitions take that begin from now on',
  tags,
  body: { ...paceSetting, description: 'By a name, or in milliseconds. What is left out stays as it is.' },
  response: responses(200, pace),
};

/** A world's time. */
export function clockRoutes(state: State): FastifyPluginAsyncTypebox {
  const { control } = state;
  const render = ({ mode, now, settled, parked }: ReturnType<typeof control.clock>) => ({
    mode,
    now: formatInstant(now),
    settled: settled.map(renderChange),
    parked: parked.map(renderChange),
  });

  return async (app) => {
    app.get('/clock', { schema: read }, (request, reply) => {
      reply.send(render(control.clock(worldOf(request))));
    });

    app.put('/clock', { schema: set }, (request, reply) => {
      const { mode, now } = request.body;
      const instant = now === undefined ? undefined : parseInstant(now);
      if (now !== undefined && mode === 'system') {
        throw new EmulatorError('request-invalid', { problems: 'body/now goes with mode controlled only' });
      }
      reply.send(render(control.setClock(worldOf(request), mode, instant)));
    });

    app.post('/clock/advance', { schema: advance }, (request, reply) => {
      reply.send(render(control.advance(worldOf(request), request.body)));
    });

    app.get('/pace', { schema: readPace }, (request, reply) => {
      reply.send(control.pace(worldOf(request)));
    });

    app.put('/pace', { schema: setPace }, (request, reply) => {
      reply.send(control.setPace(worldOf(request), request.body));
    });
  };
}
