import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import Fastify, { type FastifyInstance } from 'fastify';
import { type Clock, formatInstant, systemClock } from './ground/clock.ts';
import { withSingleSlashes } from './ground/url.ts';
import { version } from './ground/version.ts';
import { connectionOptions, timeouts as shipped, type Timeouts } from './http/connections.ts';
import { hostGuard } from './http/host-guard.ts';
import { collectOpenApi, serveDocuments } from './http/openapi.ts';
import { validateStrictly } from './http/validation.ts';
import { logTo, startQuietly } from './log/log.ts';
import type { Options } from './options/options.ts';
import { serveDocs } from './routes/docs/page.ts';
import { type Door, serve } from './routes/served.ts';
import { type Surfaces, surfacesOf } from './routes/surfaces.ts';
import type { ReadSeed } from './seed/file.ts';
import { readSeed } from './seed/seed.ts';
import { createState, roleArnPattern, type SeedDocument, type State, zonePattern } from './state/index.ts';
import { type Database, openDatabase } from './state/storage/database.ts';
import { receiveBodies } from './surface/bodies.ts';
import { receiveCalls } from './surface/call.ts';
import { refusalOf, refuse, sendRefusal } from './surface/refuse.ts';
import { documentsOf } from './surface/surface.ts';
import { refuseUnknownCalls } from './surface/unknown.ts';
import { createRecorder } from './watch/recorder.ts';

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
const maxBodyBytes = 64 * 1024;

/**
 * Builds the emulator: its database, its engine, and the one Fastify instance, ready to listen. Closing the instance
 * closes the database.
 *
 * @throws SeedError where the seed cannot be used: no database has been opened then.
 * @throws DatabaseFileError where the database file cannot be used; it is untouched then.
 */
export async function buildApp(
  options: AppOptions,
  clock = systemClock,
  timeouts = shipped,
  surfaces = surfacesOf(options),
): Promise<App> {
  const seed = await readSeed(options.seed);
  const db = openDatabase(options.db, options);
  try {
    return await assemble(options, seed, db, clock, timeouts, surfaces);
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
  surfaces: Surfaces,
): Promise<App> {
  const recorder = createRecorder(
    (world) => state.lastRequest(world),
    ({ resource, id, reason }, error) =>
      app.log.error({ err: error, resource, id }, `parked ${resource} ${id}: ${reason}`),
  );
  const state: State = createState(db, clock, recorder);
  const tokens = state.control.first() === undefined ? makeDefaultWorld(state, seed, options) : undefined;

  const guard = hostGuard([options.host, ...options.allowedHost]);
  const app = Fastify({
    ...connectionOptions(timeouts),
    bodyLimit: maxBodyBytes,
    ...logTo(options),
    routerOptions: { maxParamLength: 16 * 1024 },
    rewriteUrl: ({ url = '' }) => withSingleSlashes(url),
    frameworkErrors: (error, request, reply) => {
      receive(request);
      sendRefusal(guard(request) ?? error, request, reply as never);
    },
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
      (error) => done(null, refuse(refusalOf(error, request), request, reply)),
    );
  });
  startQuietly(app, options);
  const receive = receiveCalls(app, surfaces);
  app.addHook('onRequest', (request, _reply, done) => {
    const refusesPages = request.call.surface.refusesPages && !request.is404;
    done(guard(request, refusesPages));
  });
  app.setErrorHandler(sendRefusal);
  refuseUnknownCalls(app, surfaces);
  validateStrictly(app);
  receiveBodies(app, surfaces);
  const documents = documentsOf(surfaces);
  await collectOpenApi(app, documents, version, { availabilityZone: zonePattern, roleArn: roleArnPattern });
  const door: Door = { state, recorder, version, surfaces, operations: [], commentEveryMs: timeouts.commentMs };
  serve(app, surfaces, door);
  // What describes calls comes behind them, in every list of routes.
  await app.after();
  serveDocuments(app, documents);
  serveDocs(app, version, surfaces);
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
