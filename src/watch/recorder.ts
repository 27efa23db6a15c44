import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Instant } from '../ground/clock.ts';
import type { Change, State } from '../state/index.ts';
import type { Call } from '../surface/call.ts';
import { maskUrl } from '../surface/mask.ts';
import { createEvents } from './events.ts';
import { createJournal, type Entry, entryOverheadBytes } from './journal.ts';

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
    begin(call: Call, world: number, now: Instant): void {
      call.number = journal.number(world);
      call.generation = journal.generation(world);
      call.arrivedAt = now;
    },

    /** A request has ended. `status` null: without an answer. */
    end(request: FastifyRequest, world: number, now: Instant, status: number | null, error: string | null): void {
      const { call } = request;
      if (call.isRecorded) return;
      call.isRecorded = true;
      if (call.number === 0) this.begin(call, world, now);
      const changes = takeChanges(world, call.number);
      if (call.generation !== journal.generation(world)) return;
      const entry: Entry<Change> = {
        id: call.number,
        at: call.arrivedAt,
        operationId: call.operation,
        method: request.method,
        url: maskUrl(request),
        headers: headersOf(request),
        body: call.sent,
        status,
        error,
        response: call.answer,
        durationMs: now - call.arrivedAt,
        accountId: call.accountId ?? null,
        faultId: call.fault?.faultId ?? null,
        call: { surface: call.surface, credential: call.credential },
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
function sizeOf({ raw, url, call }: FastifyRequest): number {
  let size = entryOverheadBytes + url.length + call.sent.length + call.answer.length;
  for (const text of raw.rawHeaders) size += text.length;
  return size;
}

/** Records the calls of an instance. One whose caller is not known stands in the journal of the default world. */
export function record(app: FastifyInstance, state: State, recorder: Recorder): void {
  app.addHook('onRequest', (request, _reply, done) => {
    const { call } = request;
    if (call.world !== undefined) recorder.begin(call, call.world, state.now(call.world));
    done();
  });

  app.addHook('onSend', (request, reply, payload, done) => {
    if (typeof payload === 'string' && request.method !== 'HEAD') request.call.answer = payload;
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
    const world = request.call.world ?? state.control.first();
    if (world === undefined || !state.hasWorld(world)) return;
    const error = reply.getHeader('x-emulator-error');
    recorder.end(request, world, state.now(world), status, typeof error === 'string' ? error : null);
  }
}
