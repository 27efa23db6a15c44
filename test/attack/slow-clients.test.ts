import { once } from 'node:events';
import type { Socket } from 'node:net';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Timeouts, timeouts } from '../../src/http/connections.ts';
import * as faults from '../../src/routes/control/faults.ts';
import { wire } from '../routes/control/control.ts';
import { buildWorld, type World } from '../support/world.ts';
import { type Connection, connectionsOf, fewer, listen, open, statusesOf } from './sockets.ts';

// Clients that send slowly, stop half way, or never read. What they wait for is told by what happens, not by a clock.

/** Long enough for a machine that is busy with something else to get a request through. */
const short: Timeouts = { headersMs: 500, requestMs: 750, stallMs: 1_000, idleMs: 500, checkMs: 20, commentMs: 20_000 };

let world: World;
afterEach(() => world.close());

async function start(limits?: Timeouts): Promise<number> {
  world = await buildWorld({}, limits);
  return listen(world.app);
}

const head = 'Host: localhost\r\nAuthorization: Bearer organization-token\r\n';
const create = `POST /api/v1/accounts HTTP/1.1\r\n${head}`;

const stranger = 'POST /api/v1/accounts HTTP/1.1\r\nHost: localhost\r\n';

const slow: { what: string; sends: string; drips?: string; hears: number[] }[] = [
  { what: 'says nothing', sends: '', hears: [408] },
  { what: 'stops in the request line', sends: 'GET /open', hears: [408] },
  { what: 'stops in the headers', sends: `GET /openapi.json HTTP/1.1\r\n${head}X-A`, hears: [408] },
  { what: 'sends headers byte by byte', sends: `GET /openapi.json HTTP/1.1\r\n${head}X-A: `, drips: 'a', hears: [408] },
  { what: 'never ends its headers', sends: `GET /openapi.json HTTP/1.1\r\n${head}`, drips: 'a: b\r\n', hears: [408] },
  { what: 'sends no body', sends: `${create}Content-Length: 14\r\n\r\n`, hears: [408] },
  { what: 'stops in the body', sends: `${create}Content-Length: 14\r\n\r\n{"name": "x`, hears: [408] },
  { what: 'sends the body byte by byte', sends: `${create}Content-Length: 60000\r\n\r\n{`, drips: ' ', hears: [408] },
  {
    what: 'never ends its chunks',
    sends: `${create}Transfer-Encoding: chunked\r\n\r\n`,
    drips: '1\r\n \r\n',
    hears: [408],
  },
  {
    what: 'announces a whole world, and sends none',
    sends: `PUT /_emulator/state HTTP/1.1\r\n${head}Content-Length: 67108864\r\n\r\n{"accounts": [`,
    hears: [408],
  },
  // What was answered already is not answered again.
  { what: 'is refused, and sends no body', sends: `${stranger}Content-Length: 14\r\n\r\n`, hears: [401] },
  { what: 'is refused, and drips', sends: `${stranger}Content-Length: 60000\r\n\r\n{`, drips: ' ', hears: [401] },
  {
    what: 'is refused, and never ends its chunks',
    sends: `${stranger}Transfer-Encoding: chunked\r\n\r\n`,
    drips: '1\r\n \r\n',
    hears: [401],
  },
  {
    what: 'is refused, and sends what is no chunk',
    sends: `${stranger}Transfer-Encoding: chunked\r\n\r\n?`,
    hears: [401],
  },
  { what: 'sends too much, and drips', sends: `${create}Content-Length: 70000\r\n\r\n{`, drips: ' ', hears: [413] },
  {
    what: 'asks once, and stays',
    sends: `GET /_emulator/health HTTP/1.1\r\n${head}\r\n`,
    hears: [200],
  },
];

describe('a client that', () => {
  let heard: string[];
  let unchanged: boolean;
  let left: number;

  beforeAll(async () => {
    const port = await start(short);
    const before = JSON.stringify(world.dump());
    const drips: NodeJS.Timeout[] = [];
    const ends: Promise<string>[] = [];
    for (const each of slow) {
      const { socket, ended } = await open(world.app, port);
      ends.push(ended);
      if (each.sends) socket.write(each.sends);
      if (each.drips) drips.push(setInterval(() => socket.write(each.drips ?? ''), 25));
    }
    heard = await Promise.all(ends);
    for (const drip of drips) clearInterval(drip);
    left = await connectionsOf(world.app);
    unchanged = JSON.stringify(world.dump()) === before;
    await world.close();
  });

  test.each(slow.map((each, at) => ({ ...each, at })))('$what is let go', ({ at, hears }) => {
    expect(statusesOf(heard[at] ?? '')).toEqual(hears);
  });

  test('is slow leaves nothing behind', () => {
    expect([left, unchanged]).toEqual([0, true]);
  });
});

describe('a client that', () => {
  test('never reads its answers is let go, and they are forgotten', async () => {
    const port = await start(short);
    await once(await stalled(port), 'close');
    expect(await connectionsOf(world.app)).toBe(0);
  }, 20_000);

  test('listens to events may wait for them as long as it takes', async () => {
    const port = await start(short);
    const listener = await open(world.app, port);
    listener.socket.write(`GET /_emulator/events HTTP/1.1\r\n${head}\r\n`);
    await listener.until((heard) => heard.includes('\r\n\r\n'));
    // This one came later, and is let go for waiting.
    await once(await stalled(port), 'close');
    expect(listener.socket.readyState).toBe('open');
    await world.send('GET', '/api/v1/volumes');
    await listener.until((heard) => heard.includes('event: request'));
    listener.socket.destroy();
  }, 20_000);
});

/** The server's end of a connection whose client asks for much, and reads nothing. */
async function stalled(port: number): Promise<Socket> {
  const connection = once(world.app.server, 'connection');
  const { socket } = await open(world.app, port);
  socket.pause();
  socket.write(`GET /_emulator/openapi.json HTTP/1.1\r\n${head}\r\n`.repeat(200));
  const [taken] = (await connection) as [Socket];
  taken.once('close', () => socket.destroy());
  return taken;
}

test('a hundred slow clients delay nobody: all others are answered while they still wait', async () => {
  const port = await start();
  const waiting: Connection[] = [];
  const unanswered = slow.filter(({ hears }) => hears[0] === 408);
  for (let count = 0; count < 100; count++) {
    const connection = await open(world.app, port);
    connection.socket.write(unanswered[count % unanswered.length]?.sends ?? '');
    waiting.push(connection);
  }
  const send = wire(`http://127.0.0.1:${port}`);
  for (let count = 0; count < 100; count++) {
    const authorization = 'Bearer account-token';
    expect((await send('GET', '/api/v1/volumes', undefined, { authorization })).status).toBe(200);
  }
  expect(waiting.filter(({ socket, heard }) => socket.readyState !== 'open' || heard() !== '')).toEqual([]);
  for (const { socket } of waiting) socket.destroy();
  // The agent keeps the one that the calls were made on.
  await fewer(world.app, 1);
});

describe('the time that a client has', () => {
  test('is what the server goes by', async () => {
    world = await buildWorld();
    expect(world.app.server).toMatchObject({
      headersTimeout: timeouts.headersMs,
      requestTimeout: timeouts.requestMs,
      timeout: timeouts.stallMs,
      keepAliveTimeout: timeouts.idleMs,
      connectionsCheckingInterval: timeouts.checkMs,
      maxRequestsPerSocket: 0,
    });
  });

  test('is half a minute for a request at most, and less for its headers: else Node looks at neither', () => {
    expect(timeouts.requestMs).toBeLessThanOrEqual(30_000);
    expect(timeouts.headersMs).toBeLessThan(timeouts.requestMs);
    expect(timeouts.checkMs).toBeLessThanOrEqual(1_000);
    for (const each of Object.values(timeouts)) expect(each).toBeGreaterThan(0);
  });

  test('is more than any fault delays an answer', () => {
    const { delayMs } = faults.create.body.properties.effect.properties;
    expect(timeouts.stallMs).toBeGreaterThan(delayMs.maximum as number);
  });
});
