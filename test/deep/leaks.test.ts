import { Agent } from 'node:http';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Json, mutate } from '../attack/mutate.ts';
import { connectionsOf, fewer, listen, open } from '../attack/sockets.ts';
import { buildVictim, type Victim } from '../attack/target.ts';
import { randomOf } from '../model/random.ts';
import { hear } from '../routes/control/control.ts';
import { sized } from './size.ts';

// What is refused, given up or cut short leaves nothing behind: no memory, no connection, nothing that waits.

const rounds = sized(5, 100);

let victim: Victim;
let port: number;
beforeAll(async () => {
  victim = await buildVictim();
  port = await listen(victim.app);
});
afterAll(() => victim.close());

/** Bodies are longer by this, so that none of them could be kept without being seen. */
const padding = Buffer.alloc(8_000, ' ');

const head = 'Host: localhost\r\nAuthorization: Bearer organization-token\r\n';

/** What no good client does, a few hundred times. */
async function misbehave(round: number): Promise<void> {
  const origin = `http://127.0.0.1:${port}`;
  const agent = new Agent({ keepAlive: true });
  const random = randomOf(round);
  const calls = victim.calls.filter(({ body, route }) => body !== undefined && !route.url.endsWith('/organizations'));
  for (let count = 0; count < 150; count++) {
    const { method, url, headers, body } = random.pick(calls);
    // Without a schema nothing is known of what is bad: some of it is taken, over and over in the same world.
    const { payload } = mutate(body as Json, {}, random);
    const evil: Record<string, string> = random.chance(0.2)
      ? { host: 'evil.example' }
      : random.chance(0.2)
        ? { origin: 'null' }
        : {};
    await hear(origin, method, url, {
      body: Buffer.concat([Buffer.from(payload), padding]),
      headers: { ...headers, ...evil },
      agent,
    });
  }
  agent.destroy();
  const scraps = [
    'garbage\r\n\r\n',
    `POST /api/v1/accounts HTTP/1.1\r\n${head}Content-Length: 60000\r\n\r\n{"name": "${'x'.repeat(30_000)}`,
    `PUT /_emulator/state HTTP/1.1\r\n${head}Content-Length: 60000000\r\n\r\n${'[1,'.repeat(100_000)}`,
    `GET /_emulator/events HTTP/1.1\r\n${head}\r\n`,
    `GET /openapi.json HTTP/1.1\r\n${head}\r\n`,
    `GET /openapi.json HTTP/1.1\r\n${head}X-A: ${'y'.repeat(10_000)}`,
    '',
  ];
  for (const scrap of [...scraps, ...scraps]) {
    const { socket } = await open(victim.app, port);
    await new Promise((written) => socket.write(scrap, written));
    if (random.chance(0.5)) socket.resetAndDestroy();
    else socket.destroy();
  }
  await fewer(victim.app, 0);
}

setFlagsFromString('--expose-gc');
const collect: () => void = runInNewContext('gc');

/** What is still there once all is forgotten that is remembered on purpose. */
async function remains() {
  for (const { method, url, headers, body, route } of victim.calls) {
    const forgets = /^(PUT .*\/state|DELETE .*\/(faults|requests))$/.test(`${method} ${route.url}`);
    if (forgets) await victim.send(method, url, body, headers);
  }
  // What is let go of in one turn is gone in the next.
  for (let turn = 0; turn < 5; turn++) {
    await new Promise((next) => setImmediate(next));
    collect();
  }
  const { heapUsed, external } = process.memoryUsage();
  const resources = process.getActiveResourcesInfo().filter((name) => !/Immediate|Pipe|FS|MessagePort/.test(name));
  return {
    heap: heapUsed + external,
    resources: resources.sort(),
    connections: await connectionsOf(victim.app),
  };
}

test(
  'nothing is left of what was refused, given up or cut short',
  async () => {
    // The list of the last events fills up, and what is compiled when it is first used is.
    for (let round = 0; round < 12; round++) await misbehave(round);
    const before = await remains();
    for (let round = 0; round < rounds; round++) await misbehave(100 + round);
    const after = await remains();
    expect({ ...after, heap: 0 }).toEqual({ ...before, heap: 0 });
    expect(after.connections).toBe(0);
    // A sixth of the bodies alone would be more.
    expect((after.heap - before.heap) / 2 ** 20).toBeLessThan(2);
  },
  sized(60_000, 900_000),
);
