import type { FastifyInstance } from 'fastify';
import { EmulatorError } from '../../ground/errors.ts';
import { hashSecret } from '../../ground/secrets.ts';
import { jsonFormat } from '../../http/json-body.ts';
import { lastWord } from '../../http/mask.ts';
import { renderMessage } from '../datafy/refusals.ts';
import { otherStatuses } from '../datafy/statuses.ts';
import type { Door, ServedSurface } from '../served.ts';
import { clockRoutes } from './clock.ts';
import { controlDocument } from './document.ts';
import { eventRoutes } from './events.ts';
import { faultRoutes } from './faults.ts';
import { healthRoutes } from './health.ts';
import { controlInventoryRoutes } from './inventory.ts';
import { requestRoutes } from './requests.ts';
import { controlNames, controlSentences } from './words.ts';
import { checkpointRoutes } from './worlds/checkpoints.ts';
import { organizationRoutes } from './worlds/organizations.ts';
import { stateRoutes } from './worlds/state.ts';

const prefix = '/_emulator';

/**
 * The control surface. Every call about a world exists twice: for the default organization, and below
 * /organizations/{organizationId} for any.
 *
 * @param controlToken callers must send it as a bearer token; empty: none is needed.
 */
export function controlSurface(controlToken: string): ServedSurface {
  return {
    name: 'control',
    title: 'Control surface',
    paths: [prefix],
    isWatched: false,
    refusesPages: true,
    // What tests do to the emulator would drown what they test in the log.
    logAt: 'debug',
    credentialIn: ({ authorization }) => lastWord(authorization),
    bodies: jsonFormat,
    statuses: otherStatuses,
    names: controlNames,
    sentences: controlSentences,
    render: renderMessage,
    hasCodes: false,
    document: controlDocument(prefix),

    open(app, door) {
      app.register(healthRoutes(door));
      app.register(async (guarded) => {
        if (controlToken !== '') requireToken(guarded, controlToken);
        guarded.register(organizationRoutes(door.state));
        guarded.register(async (world) => inWorld(world, door));
        guarded.register(async (world) => inWorld(world, door), { prefix: '/organizations/:organizationId' });
      });
    },
  };
}

function inWorld(app: FastifyInstance, { state, recorder, operations, commentEveryMs }: Door): void {
  app.addHook('onRequest', async (request) => {
    const { organizationId } = request.params as { organizationId?: string };
    const world = organizationId === undefined ? state.control.first() : state.control.find(organizationId);
    if (world === undefined) throw new EmulatorError('organization-not-found', { organizationId: 'by default' });
    request.call.world = world;
  });
  app.register(stateRoutes(state));
  app.register(checkpointRoutes(state));
  app.register(clockRoutes(state));
  app.register(faultRoutes(state, operations));
  app.register(requestRoutes(recorder, operations));
  app.register(eventRoutes(recorder, commentEveryMs));
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
