import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Instant } from '../ground/clock.ts';
import { maskUrl } from '../http/mask.ts';
import type { Change, State } from '../state/index.ts';
import { createEvents } from './events.ts';
import { createJournal, type Entry, overhead } from './journal.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The request's number in its world's journal; 0 until its world is known. */
    number: number;
    /** When it arrived, by its world's clock. */
    arrivedAt: Instant;
    /** The fault that struck it. */
    faultId: string | null;
    /** The text of its body, as it was sent. */
    sent: string;
    /** The text of its answer. */
    answer: string;
    /** Which beginning of its world the number is of. */
    generation: number;
    recorded: boolean;
  }
}

const nothing: readonly Change[] = [];

export type Recorder = ReturnType<typeof createRecorder>;

/**
 * Remembers calls, and tells listeners of them and of every transition.
 *
 * @param lastRequest the highest number of a request that a world's rows name already: asked once per world.
 * @param tellParked puts it into the log that a transition was parked.
 */
export function createRecorder(
  lastRequest: (world: number) => number,
  tellParked: (change: Change, error: unknown) => void,
) {
  const journal = createJournal<Change>(lastRequest);
  const events = createEvents<Change>();
  /** What each request under way has changed so far, by its world and number. */
  const underWay = new Map<number, Map<number, readonly Change[]>>();

  /** The headers that were sent last, as they came and as they are kept: a client sends the same with most calls. */
  let lastSent: { raw: readonly string[]; headers: Entry['headers'] } = { raw: [], headers: {} };

  /** A request's headers; the same object where they are the same as the last ones', so that they are kept once. */
  function headersOf({ raw: { headers, rawHeaders: raw } }: FastifyRequest): Entry['headers'] {
    const same = raw.length === lastSent.raw.length && raw.every((text, at) => text === lastSent.raw[at]);
    if (!same) lastSent = { raw, headers };
    return lastSent.headers;
  }

  /** What a request has changed; forgets it. */
  function takeChanges(world: number, request: number): readonly Change[] {
    const changes = underWay.get(world)?.get(request);
    if (!changes) return nothing;
    underWay.get(world)?.delete(request);
    return changes;
  }

  return {
    journal,
    events,

    /** The engine changed something; `request` null: because it was due. */
    changed(world: number, changes: readonly Change[], request: number | null): void {
      for (const change of changes) events.publish(world, { type: 'transition', change, request });
      if (request === null) return;
      const requests = underWay.get(world) ?? new Map<number, readonly Change[]>();
      const before = requests.get(request);
      requests.set(request, before ? [...before, ...changes] : changes);
      underWay.set(world, requests);
    },

    /** A transition threw when it was due, and is held: it stands with the request that began it. */
    parked(world: number, change: Change, begunBy: number | null, error: unknown): void {
      events.publish(world, { type: 'transition', change, request: null });
      if (begunBy !== null) {
        const before = underWay.get(world)?.get(begunBy);
        if (before) underWay.get(world)?.set(begunBy, [...before, change]);
        else journal.addChange(world, begunBy, change);
      }
      tellParked(change, error);
    },

    /** A world was reset. */
    renewed(world: number): void {
      journal.renew(world);
      events.publish(world, { type: 'reset' });
    },

    /** A document was put in place of a world. */
    replaced(world: number): void {
      journal.goOn(world);
      events.publish(world, { type: 'import' });
    },

    /** A world is gone: whoever listens is told so, and nothing of it is kept. */
    removed(world: number): void {
      journal.forget(world);
      events.publish(world, { type: 'removed' });
      events.forget(world);
      underWay.delete(world);
    },

    /** The world of a request is known. */
    begin(request: FastifyRequest, world: number, now: Instant): void {
      request.number = journal.number(world);
      request.generation = journal.generation(world);
      request.arrivedAt = now;
    },

    /** A request has ended. `status` null: without an answer. */
    end(request: FastifyRequest, world: number, now: Instant, status: number | null, error: string | null): void {
      if (request.recorded) return;
      request.recorded = true;
      if (request.number === 0) this.begin(request, world, now);
      const changes = takeChanges(world, request.number);
      if (request.generation !== journal.generation(world)) return;
      const entry: Entry<Change> = {
        id: request.number,
        at: request.arrivedAt,
        operationId: request.routeOptions.schema?.operationId ?? '',
        method: request.method,
        url: maskUrl(request),
        headers: headersOf(request),
        body: request.sent,
        status,
        error,
        response: request.answer,
        durationMs: now - request.arrivedAt,
        accountId: request.target?.accountId ?? request.principal?.accountId ?? null,
        faultId: request.faultId,
        changes,
        size: sizeOf(request),
      };
      journal.add(world, entry);
      const { id, operationId, method, url, accountId, faultId } = entry;
      events.publish(world, { type: 'request', id, operationId, method, url, status, error, accountId, faultId });
    },
  };
}

/** About how many bytes are kept of a request. */
function sizeOf({ raw, url, sent, answer }: FastifyRequest): number {
  let size = overhead + url.length + sent.length + answer.length;
  for (const text of raw.rawHeaders) size += text.length;
  return size;
}

/** Records the calls of an instance. One whose caller is not known stands in the journal of the default world. */
export function record(app: FastifyInstance, state: State, recorder: Recorder): void {
  app.decorateRequest('number', 0);
  app.decorateRequest('arrivedAt', 0);
  app.decorateRequest('faultId', null);
  app.decorateRequest('sent', '');
  app.decorateRequest('answer', '');
  app.decorateRequest('generation', 0);
  app.decorateRequest('recorded', false);

  app.addHook('onRequest', (request, _reply, done) => {
    const world = request.principal?.organization;
    if (world !== undefined) recorder.begin(request, world, state.now(world));
    done();
  });

  app.addHook('onSend', (request, reply, payload, done) => {
    if (typeof payload === 'string' && request.method !== 'HEAD') request.answer = payload;
    // Its client has gone, and will never see the answer: no event of the connection comes any more.
    if (reply.raw.destroyed || request.raw.socket.destroyed) finish(request, reply, null);
    done(null, payload);
  });

  app.addHook('onResponse', (request, reply, done) => {
    const answered = reply.raw.headersSent || !request.raw.destroyed;
    // A client that has gone may have left before what it did is committed, and told.
    const kept = answered ? undefined : state.kept();
    const end = () => finish(request, reply, answered ? reply.statusCode : null);
    if (kept) kept.then(end, end);
    else end();
    done();
  });

  function finish(request: FastifyRequest, reply: FastifyReply, status: number | null): void {
    const world = request.principal?.organization ?? state.control.first();
    if (world === undefined || !state.hasWorld(world)) return;
    const error = reply.getHeader('x-emulator-error');
    recorder.end(request, world, state.now(world), status, typeof error === 'string' ? error : null);
  }
}
