import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Instant } from '../ground/clock.ts';
import type { Fault, Principal, Target, Targets } from '../state/index.ts';
import type { Names } from '../words/index.ts';
import { type Refusal, type Surface, surfaceAt } from './surface.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** All that is known of the call so far. */
    call: Call;
  }
}

/** A request on its way: made when it arrives, and filled as it goes through the door. */
export class Call {
  readonly surface: Surface;
  /** Which operation it is, by its id; empty where there is no such call. */
  operation: string;
  /** The credential that it came with, whether it is good or not: never to be shown. */
  readonly credential: string | undefined;
  /** Undefined until it is known, and on a surface that nobody signs in to. */
  principal: Principal | undefined = undefined;
  /** The world that it is about, by its key; undefined until that is known. */
  world: number | undefined = undefined;
  /** The account that it runs against; a list call has `targets` instead. */
  target: Target | undefined = undefined;
  targets: Targets | undefined = undefined;
  /** Its number in the journal of its world, and of which beginning of that world; 0 until its world is known. */
  number = 0;
  generation = 0;
  /** When it arrived, by the clock of its world. */
  arrivedAt: Instant = 0;
  /** The text of its body, as it was sent, and that of its answer. */
  sent = '';
  answer = '';
  /** Whether it is in the journal. */
  isRecorded = false;
  /** The fault that struck it. */
  fault: Fault | undefined = undefined;
  /** Why it was refused. */
  refusal: Refusal | undefined = undefined;
  /** What this call alone calls some of the fields that a refusal may name. */
  names: Names | undefined = undefined;
  /** Its address without what is secret, once somebody has asked. */
  maskedUrl: string | undefined = undefined;

  constructor(surface: Surface, operation: string, credential: string | undefined) {
    this.surface = surface;
    this.operation = operation;
    this.credential = credential;
  }

  /** The account that it ran against, or that of its token. */
  get accountId(): string | undefined {
    return this.target?.accountId ?? this.principal?.accountId;
  }
}

/** Gives every request of an instance its call, before all else. */
export function receiveCalls(app: FastifyInstance, surfaces: readonly [Surface, ...Surface[]]) {
  app.decorateRequest('call');
  const receive = (request: FastifyRequest): void => {
    const { url, schema } = request.routeOptions;
    // A path can be written in many ways: where there is a route, that is at the path that is meant.
    const surface = surfaceAt(surfaces, request.is404 || url === undefined ? request.url : url);
    const operation = schema?.operationId ?? '';
    request.call = new Call(surface, operation, surface.credentialIn(request.headers));
  };
  app.addHook('onRequest', (request, _reply, done) => {
    receive(request);
    done();
  });
  return receive;
}

/**
 * The account that a call runs against.
 *
 * @throws Error where its route is about something else.
 */
export function targetOf({ call }: FastifyRequest): Target {
  if (!call.target) throw new Error(`The call ${call.operation} has no target`);
  return call.target;
}

/** The accounts that a list call runs over. */
export function targetsOf({ call }: FastifyRequest): Targets {
  if (!call.targets) throw new Error(`The call ${call.operation} has no targets`);
  return call.targets;
}

/** The world that a control call is about, by its key. */
export function worldOf({ call }: FastifyRequest): number {
  if (call.world === undefined) throw new Error(`The call ${call.operation} is about no world`);
  return call.world;
}
