import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { setTimeout } from '../ground/timers.ts';
import { pathOf } from '../ground/url.ts';
import type { Call, Fault, State } from '../state/index.ts';
import { refuse } from '../surface/refuse.ts';
import type { Recorder } from './recorder.ts';

/**
 * Lets the faults of a world strike its calls. They strike known callers only: others have no world. A call has arrived
 * whole by then, so that one whose client gives up during a delay is done as any other.
 */
export function strike(app: FastifyInstance, state: State, recorder: Recorder): void {
  app.addHook('preValidation', (request, reply, done) => {
    const { world } = request.call;
    if (world === undefined || state.faults.list(world).length === 0) return done();
    const fault = state.faults.ofCall(world, callOf(request));
    if (!fault) return done();
    hit(fault, world, request, reply).then(() => done(), done);
  });

  app.addHook('onSend', (request, reply, payload, done) => {
    const { fault } = request.call;
    if (!fault) return done(null, payload);
    const { headers = {}, drop } = fault.effect;
    // Only now: what makes the answer goes by its type, and sets headers of its own.
    reply.headers(headers);
    // All was done, and the answer says how long it is: half of it arrives.
    done(null, drop === 'body' ? half(reply, payload) : payload);
  });

  async function hit(fault: Fault, world: number, request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
    const { delayMs, status, message, code: clientCode, drop } = fault.effect;
    request.call.fault = fault;
    reply.header('X-Emulator-Fault', fault.faultId);
    if (delayMs) await new Promise((over) => setTimeout(over, delayMs));
    if (drop === 'connection') {
      reply.hijack();
      request.raw.socket.destroy();
      recorder.end(request, world, state.now(world), null, 'fault');
    } else if (status) {
      const said = message ?? `The fault ${fault.faultId} struck this call`;
      const refusal = { code: 'fault', message: said, status, ...(clientCode !== undefined && { clientCode }) };
      return reply.send(refuse(refusal, request, reply));
    }
    return undefined;
  }
}

function callOf(request: FastifyRequest): Call {
  const path = pathOf(request.url);
  const { surface, operation, target, targets, principal } = request.call;
  return {
    operationId: operation,
    // A HEAD is the GET that it goes with.
    method: request.method === 'HEAD' ? 'GET' : request.method,
    paths: [path, documentedPath(request.routeOptions.url ?? '')],
    accountIds: target ? [target.accountId] : (targets?.accountIds ?? []),
    volumeId: surface.volumeIdOf ? surface.volumeIdOf(request) : (request.params as { volumeId?: string }).volumeId,
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
