import type { FastifyInstance, FastifyRequest } from 'fastify';
import { checkExpiry } from '../auth/authenticate.ts';
import { EmulatorError } from '../ground/errors.ts';
import type { Principal, State } from '../state/index.ts';
import type { Operation, Surface } from '../surface/surface.ts';
import { type Recorder, record } from '../watch/recorder.ts';
import { documentedPath, strike } from '../watch/strike.ts';

/** What a surface's calls may use. */
export interface Door {
  readonly state: State;
  readonly recorder: Recorder;
  readonly version: string;
  /** The surfaces that are on. */
  readonly surfaces: readonly Surface[];
  /** The operations of all surfaces that are watched. It fills while they open. */
  readonly operations: ServedOperation[];
  /** How often a stream of events gets a comment. */
  readonly commentEveryMs: number;
}

export interface ServedOperation extends Operation {
  readonly surface: Surface;
}

/** A surface with what needs the engine: how its callers get in, and its calls. */
export interface ServedSurface extends Surface {
  /**
   * Who is calling, whether the token is still valid or not. It comes before the body is read: who may not call learns
   * nothing of what the call would have said. Left out: nobody signs in.
   *
   * @throws EmulatorError where that is not known
   */
  admit?(request: FastifyRequest, state: State): Principal;
  /**
   * Tells the routes of an instance which account a call is for, and refuses read-only tokens what they may not do. It is
   * asked when the call has its number in the journal, and before the body is read. Left out: for that of the caller.
   */
  aim?(app: FastifyInstance, state: State): void;
  /** Registers its calls, below the first of its paths. */
  open(app: FastifyInstance, door: Door): void;
}

/**
 * Opens the surfaces: every call of each passes the same door.
 *
 * @throws Error where two surfaces have an operation of one id.
 */
export function serve(app: FastifyInstance, surfaces: readonly ServedSurface[], door: Door): void {
  const owners = new Map<string, Surface>();
  for (const surface of surfaces) open(app, surface, door, (id) => claim(owners, id, surface));
}

/** An operation is told by its id alone: by faults, by the journal, and by whoever reads several documents. */
function claim(owners: Map<string, Surface>, operationId: string, surface: Surface): void {
  const owner = owners.get(operationId) ?? surface;
  if (owner !== surface)
    throw new Error(`The operation ${operationId} is of ${owner.name}, and of ${surface.name} too`);
  owners.set(operationId, surface);
}

function open(app: FastifyInstance, surface: ServedSurface, door: Door, claimId: (operationId: string) => void): void {
  const { state, recorder } = door;
  const [prefix = '/'] = surface.paths;
  app.register(
    async (scope) => {
      scope.addHook('onRoute', (route) => {
        if (surface.logAt) route.config = { logAt: surface.logAt, ...route.config };
        if (surface.bodyLimit !== undefined) route.bodyLimit ??= surface.bodyLimit;
      });
      if (surface.admit) admit(scope, surface.admit, state);
      collectOperations(scope, surface, (operation) => {
        claimId(operation.operationId);
        if (surface.isWatched) door.operations.push({ ...operation, surface });
      });
      if (surface.isWatched) record(scope, state, recorder);
      if (surface.aim) surface.aim(scope, state);
      else if (surface.admit) aimAtCaller(scope);
      if (surface.operationOf) nameOperations(scope, surface.operationOf);
      if (surface.admit && !surface.aim) refuseReadOnlyTokens(scope, surface);
      if (surface.isWatched) strike(scope, state, recorder);
      surface.open(scope, door);
    },
    { prefix: prefix === '/' ? '' : prefix },
  );
}

function admit(app: FastifyInstance, who: NonNullable<ServedSurface['admit']>, state: State): void {
  app.addHook('onRequest', (request, _reply, done) => {
    const { call } = request;
    // An expired token is refused, but tells in whose journal that stands.
    call.principal = who(request, state);
    call.world = call.principal.organization;
    checkExpiry(state, call.principal);
    done();
  });
}

function aimAtCaller(app: FastifyInstance): void {
  app.addHook('onRequest', ({ call }, _reply, done) => {
    if (call.principal) call.target = { ...call.principal, request: call.number };
    done();
  });
}

function refuseReadOnlyTokens(app: FastifyInstance, { changes = isUnsafe }: Surface): void {
  app.addHook('preValidation', (request, _reply, done) => {
    const isRefused = request.call.principal?.readOnly && changes(request);
    done(isRefused ? new EmulatorError('token-read-only') : undefined);
  });
}

function isUnsafe({ method }: FastifyRequest): boolean {
  return method !== 'GET' && method !== 'HEAD';
}

function nameOperations(app: FastifyInstance, operationOf: NonNullable<Surface['operationOf']>): void {
  app.addHook('preValidation', (request, _reply, done) => {
    request.call.operation = operationOf(request);
    done();
  });
}

function collectOperations(app: FastifyInstance, surface: Surface, add: (operation: Operation) => void): void {
  if (surface.operations) for (const operation of surface.operations) add(operation);
  else {
    app.addHook('onRoute', ({ method, url, schema }) => {
      const { operationId } = schema ?? {};
      // A HEAD is the GET that it goes with.
      if (!operationId || method === 'HEAD') return;
      const path = documentedPath(url);
      add({ operationId, method: String(method), path, namesVolume: path.includes('{volumeId}') });
    });
  }
}
