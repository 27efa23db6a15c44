import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import Fastify, { type FastifyInstance } from 'fastify';
import { type Clock, formatInstant, systemClock } from './ground/clock.ts';
import { EmulatorError } from './ground/errors.ts';
import { pathOf, withSingleSlashes } from './ground/url.ts';
import { version } from './ground/version.ts';
import { connectionOptions, timeouts as shipped, type Timeouts } from './http/connections.ts';
import { hostGuard } from './http/host-guard.ts';
import { acceptJsonBodies } from './http/json-body.ts';
import { collectOpenApi } from './http/openapi.ts';
import { errorBody, renderError } from './http/render-error.ts';
import { validateStrictly } from './http/validation.ts';
import { logTo, startQuietly } from './log/log.ts';
import type { Options } from './options/options.ts';
import { openControl } from './routes/control/index.ts';
import type { Operation } from './routes/control/shared.ts';
import { referenceOf, serveDocs } from './routes/docs/page.ts';
import { openRooms } from './routes/index.ts';
import type { ReadSeed } from './seed/file.ts';
import { readSeed } from './seed/seed.ts';
import { createState, roleArnPattern, type SeedDocument, type State, zonePattern } from './state/index.ts';
import { type Database, openDatabase } from './state/storage/database.ts';
import { createRecorder } from './watch/recorder.ts';
import { documentedPath } from './watch/strike.ts';

/** The options that an app is built with: of where it listens, the name that it is known by; a seed as a document, too. */
export type AppOptions = Omit<Options, 'port' | 'seed'> & { readonly seed: Options['seed'] | SeedDocument };

export interface App {
  app: FastifyInstance;
  state: State;
  /** What the state is kept in; closed with the instance. */
  db: Database;
  /**
   * The default world's tokens, for whoever starts the process, but for those that a seed of one's own names: these are
   * known to their owner. Undefined where the database had its worlds already.
   */
  tokens: { token: string; what: string }[] | undefined;
}

/** The longest body, in bytes: any call of the API needs far less. */
const bodyLimit = 64 * 1024;

/**
 * Builds the emulator: its database, its engine, and the one Fastify instance, ready to listen. Closing the instance
 * closes the database.
 *
 * @throws SeedError where the seed cannot be used: no database has been opened then.
 * @throws DatabaseFileError where the database file cannot be used; it is untouched then.
 */
export async function buildApp(options: AppOptions, clock = systemClock, timeouts = shipped): Promise<App> {
  const seed = await readSeed(options.seed);
  const db = openDatabase(options.db, options);
  try {
    return await assemble(options, seed, db, clock, timeouts);
  } catch (error) {
    db.close();
    throw error;
  }
}

async function assemble(
  options: AppOptions,
  seed: ReadSeed,
  db: Database,
  clock: Clock,
  timeouts: Timeouts,
): Promise<App> {
  const recorder = createRecorder(
    (world) => state.lastRequest(world),
    ({ resource, id, reason }, error) =>
      app.log.error({ err: error, resource, id }, `parked ${resource} ${id}: ${reason}`),
  );
  const state: State = createState(db, clock, recorder);
  const tokens = state.control.first() === undefined ? makeDefaultWorld(state, seed, options) : undefined;

  const refusal = hostGuard([options.host, ...options.allowedHost]);
  const app = Fastify({
    ...connectionOptions(timeouts),
    bodyLimit,
    ...logTo(options),
    routerOptions: { maxParamLength: 16 * 1024 },
    rewriteUrl: ({ url = '' }) => withSingleSlashes(url),
    frameworkErrors: (error, request, reply) => renderError(refusal(request) ?? error, request, reply as never),
  }).withTypeProvider<TypeBoxTypeProvider>();
  app.addHook('onClose', async () => {
    try {
      state.flush();
    } finally {
      db.close();
    }
  });
  // Before all other hooks: an answer waits until what it speaks of is committed, and tells where that failed.
  app.addHook('onSend', (request, reply, payload, done) => {
    const kept = state.kept();
    if (!kept) return done(null, payload);
    kept.then(
      () => done(null, payload),
      (error) => done(null, errorBody(error, request, reply)),
    );
  });
  startQuietly(app, options);
  app.decorateRequest('maskedUrl');
  app.addHook('onRequest', (request, _reply, done) => done(refusal(request)));
  app.setErrorHandler(renderError);
  app.setNotFoundHandler(({ method, url, originalUrl }, reply) => {
    const path = pathOf(url);
    const methods = methodsAt(app, path);
    // A script whose variable is empty leaves such a path behind.
    const gap = /[^/]\/(?:\/|$)/.test(pathOf(originalUrl)) && !app.hasRoute({ method: 'GET', url: path });
    if (gap || methods.length === 0) {
      throw new EmulatorError('call-not-found', { method, path, gap, ...referenceOf(path, options.control) });
    }
    reply.header('Allow', methods.join(', '));
    throw new EmulatorError('method-not-allowed', { method, path, methods });
  });
  validateStrictly(app);
  acceptJsonBodies(app);
  await collectOpenApi(app, version, { availabilityZone: zonePattern, roleArn: roleArnPattern });
  const operations: Operation[] = [];
  app.addHook('onRoute', ({ method, url, schema }) => {
    const { operationId } = schema ?? {};
    // A HEAD is the GET that it goes with.
    if (operationId && method !== 'HEAD')
      operations.push({ operationId, method: String(method), path: documentedPath(url) });
  });
  openRooms(app, state, recorder, options.strict);
  await app.after();
  app.get('/openapi.json', { schema: { hide: true }, config: { logAt: 'debug' } }, (_request, reply) =>
    reply.send(app.swagger()),
  );
  if (options.control) {
    const controlToken = options.controlToken || undefined;
    openControl(app, state, recorder, {
      version,
      controlToken,
      operations: [...operations],
      commentEvery: timeouts.comment,
    });
  }
  serveDocs(app, { version, control: options.control });
  await app.ready();
  return { app, state, db, tokens };
}

/** The time and the pace of a seed hold where the options leave both as they usually are. */
function makeDefaultWorld(
  state: State,
  { document, publicTokens }: ReadSeed,
  { clock, pace }: AppOptions,
): NonNullable<App['tokens']> {
  const isUsual = Object.values(pace).every((milliseconds) => milliseconds === 0);
  state.control.create({
    ...document,
    ...(clock !== 'system' && { clock: { mode: 'controlled', now: formatInstant(clock) } }),
    ...(!isUsual && { pace }),
  });
  if (!publicTokens) return [];
  return document.tokens.map(({ token = '', description = '' }) => ({ token, what: description }));
}

/** The methods that a path takes; none where there is no such path. */
function methodsAt(app: FastifyInstance, url: string): string[] {
  return ['GET', 'HEAD', 'POST', 'PUT', 'DELETE'].filter((method) => app.findRoute({ method, url }));
}
