import { mkdtempSync, rmSync } from 'node:fs';
import { get as httpGet, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { timeouts } from '../../../src/http/connections.ts';
import { type Emulator, startEmulator } from '../../../src/index.ts';
import { renderEvent } from '../../../src/routes/control/events.ts';
import type { Change } from '../../../src/state/index.ts';
import { createRecorder } from '../../../src/watch/recorder.ts';
import { buildWorld } from '../../support/world.ts';
import { done, furniture, ids, type Own, own, type Send, wire } from './control.ts';

interface Event {
  /** Its number; the epoch before it is the stream's. */
  id: number | undefined;
  event: string;
  // biome-ignore lint/suspicious/noExplicitAny: what is in it is what the tests are about
  data: any;
}

let emulator: Emulator;
let send: Send;
let world: Own;
let streams: Stream[] = [];

interface Stream {
  response: IncomingMessage;
  events: Event[];
  /** All that was sent, as text. */
  text(): string;
  /** What a client sends as `Last-Event-ID` when it comes back. */
  last(): string;
  ended: Promise<void>;
  until(agrees: (event: Event) => boolean): Promise<Event[]>;
  close(): void;
}

/** How long to wait for what does not come, in milliseconds. */
const patience = 5_000;

/** Listens to a world. `until` waits for the first event that agrees, and answers all there have been by then. */
async function listen(base: string, last?: string, from: { url: string } = emulator): Promise<Stream> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const headers = last === undefined ? {} : { 'last-event-id': last };
    httpGet(`${from.url}${base}/events`, { agent: false, headers }, resolve).on('error', reject);
  });
  const events: Event[] = [];
  const waiting = new Set<() => void>();
  const tell = () => {
    for (const each of [...waiting]) each();
  };
  let rest = '';
  let over = false;
  let text = '';
  let lastId = '';
  response.setEncoding('utf8').on('data', (more) => {
    text += more;
    const parts = (rest + more).split('\n\n');
    rest = parts.pop() ?? '';
    for (const part of parts) {
      // A comment.
      if (part.startsWith(':')) continue;
      const fields = Object.fromEntries(part.split('\n').map((line) => line.split(/: (.*)/s, 2)));
      if (fields.id !== undefined) lastId = fields.id;
      events.push({
        id: fields.id === undefined ? undefined : Number(/^[0-9a-f]{8}-(\d+)$/.exec(fields.id)?.[1]),
        event: fields.event,
        data: JSON.parse(fields.data),
      });
    }
    tell();
  });
  const ended = new Promise<void>((resolve) => {
    response.on('close', () => {
      over = true;
      tell();
      resolve();
    });
  });
  response.on('error', () => {});
  const stream: Stream = {
    response,
    events,
    text: () => text,
    last: () => lastId,
    ended,
    until: (agrees) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const found = events.some(agrees);
          if (!found && !over) return;
          waiting.delete(look);
          clearTimeout(timer);
          if (found) resolve(events);
          else reject(new Error(`The stream ended: ${JSON.stringify(events)}`));
        };
        const timer = setTimeout(() => {
          waiting.delete(look);
          reject(new Error(`It did not come: ${JSON.stringify(events)}`));
        }, patience);
        waiting.add(look);
        look();
      }),
    close: () => response.destroy(),
  };
  streams.push(stream);
  return stream;
}

beforeAll(async () => {
  emulator = await startEmulator();
  send = wire(emulator.url);
});
afterAll(() => emulator.close());
beforeEach(async () => {
  world = await own(send, furniture);
});
afterEach(() => {
  for (const stream of streams) stream.close();
  streams = [];
});

const snapshotRaw = () => world.api('POST', `/volumes/${ids.free}/create-snapshot`);
const snapshot = () => done(snapshotRaw());
const isRequest = (id: number) => (event: Event) => event.event === 'request' && event.data.id === id;
const at = '2026-01-01T00:00:00.000Z';

test('every request and every transition, numbered, as they happen', async () => {
  const stream = await listen(world.base);
  expect(stream.response.statusCode).toBe(200);
  expect(stream.response.headers).toMatchObject({ 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  const { datafySnapshotId: id } = await snapshot();
  await stream.until(isRequest(1));
  await world.api('GET', `/aws/volumes/${ids.free}x`);
  const events = await stream.until(isRequest(2));
  const request = {
    method: 'POST',
    path: `/api/v1/volumes/${ids.free}/create-snapshot`,
    operationId: 'createSnapshotCommand',
    status: 200,
    error: null,
    accountId: world.accountId,
    faultId: null,
  };
  expect(events).toEqual([
    { id: 1, event: 'transition', data: { resource: 'snapshot', id, action: 'create', to: 'pending', at, request: 1 } },
    { id: 2, event: 'request', data: { id: 1, ...request } },
    {
      id: 3,
      event: 'transition',
      data: { resource: 'snapshot', id, action: 'complete', to: 'completed', at, request: null },
    },
    {
      id: 4,
      event: 'request',
      data: {
        ...request,
        id: 2,
        method: 'GET',
        path: `/api/v1/aws/volumes/${ids.free}x`,
        operationId: 'getAwsVolume',
        status: 404,
        error: 'volume-not-found',
      },
    },
  ]);
});

test('a reset, and what a fault did', async () => {
  const stream = await listen(world.base);
  await done(world.control('POST', '/faults', { match: {}, effect: { status: 503 } }));
  await world.api('GET', '/volumes');
  await done(world.control('POST', '/reset'));
  const events = await stream.until(({ event }) => event === 'reset');
  expect(events).toMatchObject([{ event: 'request', data: { faultId: 'fault-1', status: 503 } }, { event: 'reset' }]);
  await world.api('GET', '/volumes');
  await stream.until(({ event, data }) => event === 'request' && data.status === 200);
});

test('an import and a restored checkpoint, each as one', async () => {
  const stream = await listen(world.base);
  await done(world.control('POST', '/checkpoints', { name: 'before' }));
  await done(world.control('POST', '/checkpoints/before/restore'));
  const document = await done(world.control('GET', '/state'));
  await done(world.control('PUT', '/state', document));
  expect(await stream.until(({ id }) => id === 2)).toEqual([
    { id: 1, event: 'import', data: {} },
    { id: 2, event: 'import', data: {} },
  ]);
});

test('what comes due when the clock is moved', async () => {
  await done(world.control('PUT', '/pace', { snapshot: 60_000 }));
  const { datafySnapshotId: id } = await snapshot();
  const stream = await listen(world.base);
  await done(world.control('POST', '/clock/advance', { seconds: 60 }));
  expect(await stream.until(({ event }) => event === 'transition')).toMatchObject([
    { data: { id, action: 'complete', at: '2026-01-01T00:01:00.000Z', request: null } },
  ]);
});

test('no secret is in them', async () => {
  const stream = await listen(world.base);
  const { secret } = await done(world.api('POST', `/accounts/${world.accountId}/tokens`, {}));
  const text = JSON.stringify(await stream.until(isRequest(1)));
  expect(text).toContain('token');
  for (const each of [secret, world.token, world.accounts[0]?.token ?? ''])
    expect(text).not.toContain(each.split('.').at(-1));
});

describe('Last-Event-ID', () => {
  test('goes on where one left off: nothing is lost, nothing comes twice', async () => {
    const whole = await listen(world.base, '0');
    const seen: Event[] = [];
    let last = '0';
    for (let round = 0; round < 5; round++) {
      const stream = await listen(world.base, last);
      await snapshot();
      await stream.until(isRequest(2 * round + 1));
      stream.close();
      await stream.ended;
      seen.push(...stream.events);
      last = stream.last();
      // Nobody but the first listens meanwhile.
      await snapshot();
    }
    const stream = await listen(world.base, last);
    const missed = await stream.until(isRequest(10));
    const all = await whole.until(isRequest(10));
    expect([...seen, ...missed]).toEqual(all);
    expect(all.map(({ id }) => id)).toEqual(all.map((_, index) => index + 1));
  });

  test('left out: only what happens from now on', async () => {
    await snapshot();
    const stream = await listen(world.base);
    await world.api('GET', '/volumes');
    expect((await stream.until(isRequest(2))).filter(({ event }) => event === 'request')).toMatchObject([
      { data: { id: 2 } },
    ]);
  });

  test.each(['x', '-1', '1.5', '1e400', 'NaN', '7', '00', '0a1b2c3d-', '0a1b2c3d-1x'])(
    '%s is refused',
    async (last) => {
      const refused = await world.control('GET', '/events', undefined, { 'last-event-id': last });
      expect(refused).toMatchObject({ status: 400, code: 'request-invalid' });
      expect(refused.body.message).toContain(last);
    },
  );

  test('too old: it says how many are no longer there', async () => {
    for (let at = 0; at < 4_100; at += 50) {
      await Promise.all(Array.from({ length: 50 }, () => world.api('GET', `/aws/volumes/${ids.free}x`)));
    }
    const stream = await listen(world.base, '0');
    const events = await stream.until(isRequest(4_100));
    const [missed] = events.filter(({ event }) => event === 'missed');
    const numbered = events.filter(({ id }) => id !== undefined);
    expect(missed?.data.count).toBeGreaterThan(0);
    expect(missed?.data.count).toBe((numbered[0]?.id ?? 0) - 1);
    expect(numbered.map(({ id }) => id)).toEqual(numbered.map((_, index) => (numbered[0]?.id ?? 0) + index));
    // Before what came after.
    expect(events[0]).toBe(missed);
  });

  test('of before a restart: it says that nobody knows how many are lost, and goes on with all there are', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'events-'));
    try {
      const db = join(folder, 'state.db');
      const ask = (url: string) => fetch(`${url}/api/v1/volumes`);
      const before = await startEmulator({ db });
      const first = await listen('/_emulator', '0', before);
      for (let count = 0; count < 3; count++) await ask(before.url);
      await first.until(({ id }) => id === 3);
      await before.close();
      const after = await startEmulator({ db });
      try {
        // As many as before: the number alone could not tell.
        for (let count = 0; count < 3; count++) await ask(after.url);
        const second = await listen('/_emulator', first.last(), after);
        const events = await second.until(({ id }) => id === 3);
        expect(events).toMatchObject([{ event: 'missed', data: { count: null } }, { id: 1 }, { id: 2 }, { id: 3 }]);
      } finally {
        await after.close();
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test('of another world, or of what is still to come: the same', async () => {
    const other = await own(send, furniture);
    await done(other.api('GET', '/volumes'));
    await done(world.api('GET', '/volumes'));
    const others = await listen(other.base, '0');
    await others.until(isRequest(1));
    const mine = await listen(world.base, '0');
    await mine.until(isRequest(1));
    for (const last of [others.last(), mine.last().replace(/1$/, '2')]) {
      const stream = await listen(world.base, last);
      expect(await stream.until(isRequest(1))).toMatchObject([
        { event: 'missed', data: { count: null } },
        { id: 1, event: 'request' },
      ]);
    }
  });
});

test('where nothing happens, a comment comes now and then to each listener', async () => {
  const silent = await buildWorld({}, { ...timeouts, commentMs: 5 });
  try {
    const from = { url: await silent.app.listen({ port: 0, host: '127.0.0.1' }) };
    const [one, other] = [await listen('/_emulator', undefined, from), await listen('/_emulator', undefined, from)];
    for (const stream of [one, other]) {
      await vi.waitFor(() => expect(stream.text().match(/^:.*\n\n/gm)?.length).toBeGreaterThanOrEqual(2));
      // It is nothing to whoever listens.
      expect(stream.events).toEqual([]);
      stream.close();
    }
  } finally {
    await silent.close();
  }
});

test('an event is rendered once, however many listen', () => {
  let reads = 0;
  const recorder = createRecorder(
    () => 0,
    () => undefined,
  );
  const change = {
    resource: 'account',
    id: 'x',
    action: 'rename',
    get at() {
      reads++;
      return 0;
    },
  } as Change;
  const heard: string[] = [];
  const stops = Array.from({ length: 50 }, () =>
    recorder.events.listen(
      1,
      undefined,
      (event) => heard.push(renderEvent(event)),
      () => {},
    ),
  );
  recorder.changed(1, [change], null);
  for (const stop of stops) stop();
  expect(new Set(heard).size).toBe(1);
  expect(heard).toHaveLength(50);
  expect(reads).toBeLessThan(5);
});

describe('a listener of one world', () => {
  test('hears nothing of another', async () => {
    const other = await own(send, furniture);
    const [stream, default_, others] = [await listen(world.base), await listen('/_emulator'), await listen(other.base)];
    await done(other.api('POST', `/volumes/${ids.free}/create-snapshot`));
    await send('GET', '/api/v1/volumes');
    await others.until(isRequest(1));
    await default_.until(({ event }) => event === 'request');
    await snapshot();
    await stream.until(isRequest(1));
    expect(stream.events).toHaveLength(2);
    expect(others.events).toHaveLength(2);
    expect(default_.events).toMatchObject([
      { event: 'request', data: { status: 401, error: 'authorization-missing' } },
    ]);
  });

  test('that is deleted is told so, and its stream ends; the next world begins its own', async () => {
    await snapshot();
    const stream = await listen(world.base);
    await done(send('DELETE', `/_emulator/organizations/${world.organizationId}`));
    await stream.ended;
    expect(stream.events).toEqual([{ id: 3, event: 'removed', data: {} }]);
    expect(stream.response.complete).toBe(true);
    const next = await own(send, furniture);
    const fresh = await listen(next.base, '0');
    await done(next.api('GET', '/volumes'));
    const heard = await fresh.until(isRequest(1));
    expect(heard).toMatchObject([{ id: 1, event: 'request', data: { id: 1, operationId: 'listVolumes' } }]);
  });

  test('that is deleted while a call is under way: the call is answered, and tells nobody', async () => {
    const everyone = await listen('/_emulator');
    await done(world.control('POST', '/faults', { match: {}, effect: { delayMs: 50 } }));
    const [under, gone] = await Promise.all([
      snapshotRaw(),
      send('DELETE', `/_emulator/organizations/${world.organizationId}`),
    ]);
    expect(gone.status).toBe(204);
    expect(under.status).toBeGreaterThanOrEqual(400);
    expect(under.status).toBeLessThan(500);
    await send('GET', '/api/v1/volumes');
    const events = await everyone.until(({ data }) => data.error === 'authorization-missing');
    expect(events).toHaveLength(1);
  });
});

test('closing the server ends the streams', async () => {
  const own = await startEmulator();
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    httpGet(`${own.url}/_emulator/events`, { agent: false }, resolve).on('error', reject);
  });
  const ended = new Promise((resolve) => response.resume().on('end', resolve));
  await own.close();
  await ended;
  expect(response.complete).toBe(true);
});
