import type { FastifyInstance } from 'fastify';
import { EmulatorError } from '../../ground/errors.ts';
import { hashSecret } from '../../ground/secrets.ts';
import { guardAgainstPages } from '../../http/host-guard.ts';
import { controlPrefix } from '../../http/openapi.ts';
import type { State } from '../../state/index.ts';
import type { Recorder } from '../../watch/recorder.ts';
import { clockRoutes } from './clock.ts';
import { eventRoutes } from './events.ts';
import { faultRoutes } from './faults.ts';
import { healthRoutes } from './health.ts';
import { controlInventoryRoutes } from './inventory.ts';
import { requestRoutes } from './requests.ts';
import type { Operation } from './shared.ts';
import { controlNames, controlSentences } from './words.ts';
import { checkpointRoutes } from './worlds/checkpoints.ts';
import { organizationRoutes } from './worlds/organizations.ts';
import { stateRoutes } from './worlds/state.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The world that a control call is about, by its key. */
    world: number;
  }
}

export interface ControlOptions {
  version: string;
  /** Callers must send it as a bearer token; undefined: none is needed. */
  controlToken: string | undefined;
  operations: readonly Operation[];
  /** How often a stream of events gets a comment, in milliseconds. */
  commentEvery: number;
}

/**
 * The control surface, below /_emulator. Every call about a world exists twice: for the default organization, and
 * below /organizations/{organizationId} for any.
 */
export function openControl(app: FastifyInstance, state: State, recorder: Recorder, options: ControlOptions): void {
  app.register(
    async (control) => {
      // What tests do to the emulator would drown what they test in the log.
      control.addHook('onRoute', (route) => {
        route.config = { logAt: 'debug', names: controlNames, sentences: controlSentences, ...route.config };
      });
      guardAgainstPages(control);
      control.register(healthRoutes(options.version));
      control.get('/openapi.json', { schema: { hide: true } }, (_request, reply) => reply.send(app.controlDocument()));
      control.register(async (guarded) => {
        if (options.controlToken !== undefined) requireToken(guarded, options.controlToken);
        guarded.register(organizationRoutes(state));
        guarded.register(async (world) => inWorld(world, state, recorder, options));
        guarded.register(async (world) => inWorld(world, state, recorder, options), {
          prefix: '/organizations/:organizationId',
        });
      });
    },
    { prefix: controlPrefix },
  );
}

function inWorld(
  app: FastifyInstance,
  state: State,
  recorder: Recorder,
  { operations, commentEvery }: ControlOptions,
): void {
  app.decorateRequest('world', 0);
  app.addHook('onRequest', async (request) => {
    const { organizationId } = request.params as { organizationId?: string };
    const world = organizationId === undefined ? state.control.first() : state.control.find(organizationId);
    if (world === undefined) throw new EmulatorError('organization-not-found', { organizationId: 'by default' });
    request.world = world;
  });
  app.register(stateRoutes(state));
  app.register(checkpointRoutes(state));
  app.register(clockRoutes(state));
  app.register(faultRoutes(state, operations));
  app.register(requestRoutes(recorder, operations));
  app.register(eventRoutes(recorder, commentEvery));
  app.register(controlInventoryRoutes(state));
}

/** Hashes are compared, so that the comparison's time tells nothing of the token. */
function requireToken(app: FastifyInstance, controlToken: string): void {
  const expected = hashSecret(controlToken);
  app.addHook('onRequest', async (request) => {
    const [, given] = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '') ?? [];
    if (given === undefined || !hashSecret(given).equals(expected)) throw new EmulatorError('control-token-wrong');
  });
}
