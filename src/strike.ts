import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Recorder } from './recorder.ts';
import type { Call, Fault, State } from './state/index.ts';
import { pathOf } from './url.ts';
import { setTimeout } from './timers.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The fault that is to cut the answer short. */
    cut: Fault | null;
  }
}

/**
 * Lets the faults of a world strike its calls. They strike known callers only: others have no world. A call has arrived
 * whole by then, so that one whose client gives up during a delay is done as any other.
 */
export function strike(app: FastifyInstance, state: State, recorder: Recorder): void {
  app.decorateRequest('cut', null);

  app.addHook('preValidation', (request, reply, done) => {
    const world = request.principal?.organization;
    if (world === undefined || state.faults.list(world).length === 0) return done();
    const fault = state.faults.ofCall(world, callOf(request));
    if (!fault) return done();
    hit(fault, world, request, reply).then(() => done(), done);
  });

  // All was done, and the answer says how long it is: half of it arrives.
  app.addHook('onSend', (request, reply, payload, done) => {
    done(null, request.cut ? half(reply, payload) : payload);
  });

  async function hit(fault: Fault, world: number, request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
    const { delayMs, status, message, headers, drop } = fault.effect;
    request.faultId = fault.faultId;
    reply.header('X-Emulator-Fault', fault.faultId).headers(headers ?? {});
    if (delayMs) await new Promise((over) => setTimeout(over, delayMs));
    if (drop === 'connection') {
      reply.hijack();
      request.raw.socket.destroy();
      recorder.end(request, world, state.now(world), null, 'fault');
    } else if (drop === 'body') {
      request.cut = fault;
    } else if (status) {
      request.refusal = { code: 'fault', message: message ?? `The fault ${fault.faultId} struck this call` };
      return reply
        .code(status)
        .header('X-Emulator-Error', 'fault')
        .type('application/json; charset=utf-8')
        .send(JSON.stringify({ message: request.refusal.message }));
    }
    return undefined;
  }
}

function callOf(request: FastifyRequest): Call {
  const { operationId = '' } = request.routeOptions.schema ?? {};
  const path = pathOf(request.url);
  const { volumeId } = request.params as { volumeId?: string };
  const { target, targets, principal } = request;
  return {
    operationId,
    method: request.method,
    paths: [path, documentedPath(request.routeOptions.url ?? '')],
    accountIds: target ? [target.accountId] : (targets?.accountIds ?? []),
    volumeId,
    tokenId: principal?.tokenId ?? '',
  };
}

/** A route's path as the OpenAPI document writes it: `{volumeId}` for `:volumeId`. */
export function documentedPath(url: string): string {
  return url.replace(/:(\w+)/g, '{$1}');
}

function half(reply: FastifyReply, payload: unknown): Readable {
  const bytes = Buffer.from(typeof payload === 'string' ? payload : '');
  reply.header('content-length', Math.max(bytes.length, 1));
  const socket = reply.raw.socket;
  return Readable.from(
    (async function* () {
      yield bytes.subarray(0, Math.floor(bytes.length / 2));
      // What was written goes out before the connection ends.
      await new Promise((flushed) => (socket ? socket.write('', flushed) : flushed(undefined)));
      socket?.destroy();
    })(),
  );
}
