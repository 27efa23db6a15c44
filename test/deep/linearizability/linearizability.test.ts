import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { WorldDocument } from '../../../src/state/document/document.ts';
import { worldOf } from '../../model/begin.ts';
import { linearize, overlapOf } from '../../model/linearizable.ts';
import { randomOf } from '../../model/random.ts';
import { done, type Emulated, emulate, own, wire } from '../../routes/control/control.ts';
import { beginning } from '../../support/world.ts';
import { sized } from '../size.ts';
import { volumeModel } from '../walks/volume-model.ts';
import { connect, type Exchange, faults, paceOf, record, scene, type VolumeHistory, verbs } from './history.ts';

// Concurrent clients over HTTP, each on a connection of its own, all at one volume: what they were answered is held
// against the model, which knows of no two things at a time.

const histories = sized(20, 200);
const clients = 8;
const operations = 40;
const timeout = 60_000;

let folder: string;
let servers: (Emulated & { origin: string })[];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'datafy-emulator-'));
  // In memory, and in a file, which answers differently: after a write has reached the disk.
  servers = await Promise.all(
    [':memory:', join(folder, 'world.db')].map(async (db) => {
      const emulated = await emulate({ db });
      await emulated.app.listen({ host: '127.0.0.1', port: 0 });
      const { port } = emulated.app.server.address() as AddressInfo;
      return { ...emulated, origin: `http://127.0.0.1:${port}` };
    }),
  );
});
afterAll(async () => {
  await Promise.all(servers.map((each) => each.close()));
  rmSync(folder, { recursive: true });
});

/** What comes between a client and its connection, if anything does. */
type Tamper = (exchange: Exchange) => Exchange;

/** One history, and whether it is linearizable. */
async function play(seed: number, tamper: Tamper = (exchange) => exchange) {
  const { origin } = servers[seed % servers.length] as (typeof servers)[number];
  const random = randomOf(seed);
  const pace = random.chance(0.3) ? undefined : paceOf(random);
  const world = await own(wire(origin), { ...scene, ...(pace && { pace }) });
  for (const fault of faults) await done(world.control('POST', '/faults', fault));
  const document: WorldDocument = await done(world.control('GET', '/state'));
  const connections = Array.from({ length: clients }, () => connect(origin));
  try {
    const exchanges = connections.map(({ exchange }) => tamper(exchange));
    const history = await record(world, seed, { clients, operations, exchanges });
    const pace = await done(world.control('GET', '/pace'));
    const began = worldOf(document, { pace, standsAt: beginning, at: beginning });
    return { history, verdict: linearize(volumeModel(began, world.accountId), history) };
  } finally {
    for (const { close } of connections) close();
    await world.control('DELETE', '').catch(() => undefined);
  }
}
type Played = Awaited<ReturnType<typeof play>>;

const line = ({ client, call, invoked, answered }: VolumeHistory[number]) =>
  `${invoked}-${answered?.at ?? ''} client ${client} ${JSON.stringify(call)}: ${
    answered ? `${answered.answer.status} ${answered.answer.code ?? JSON.stringify(answered.answer.body)}` : 'no answer'
  }`;

/** What to look at where a history has no order. */
function report(seed: number, { verdict }: Played): string {
  if (verdict.linearizable) return '';
  return [
    `The history of seed ${seed} has no order. After these, of ${verdict.order.length}:`,
    ...verdict.order.slice(-12).map(line),
    'one of these had to be next, and none can:',
    ...verdict.stuck.map(({ operation, problem }) => `${line(operation)}\n   ${problem}`),
  ].join('\n');
}

describe(`${histories} histories of ${clients} clients with ${operations} operations each`, () => {
  const seen = { outcomes: new Set<string>(), unanswered: 0, overtaken: 0 };

  const seeds = Array.from({ length: histories }, (_, at) => at + 1);
  test.for(seeds)('history %i has an order', { timeout }, async (seed) => {
    const played = await play(seed);
    const { history, verdict } = played;
    expect(verdict.linearizable, report(seed, played)).toBe(true);
    expect(history).toHaveLength(clients * operations);
    // They were under way at the same time: most of the others, most of the time.
    expect(overlapOf(history).most).toBe(clients - 1);
    expect(overlapOf(history).average).toBeGreaterThan(clients / 2);
    for (const [at, operation] of verdict.order.entries()) {
      if ((verdict.order[at + 1]?.invoked ?? Number.POSITIVE_INFINITY) < operation.invoked) seen.overtaken++;
    }
    for (const { call, answered } of history) {
      if (answered) seen.outcomes.add(`${call.verb} ${answered.answer.code ?? 'done'}`);
      else seen.unanswered++;
    }
  });

  test('they say something', () => {
    // Calls were done in another order than they were made in, and answers got lost.
    expect(seen.overtaken).toBeGreaterThan(10 * histories);
    expect(seen.unanswered).toBeGreaterThan(histories);
    for (const verb of verbs) expect(seen.outcomes).toContain(`${verb} done`);
    expect(seen.outcomes.size).toBeGreaterThan(40);
  });
});

describe('a server that is wrong now and then is found out', () => {
  const rarely = (seed: number) => {
    const random = randomOf(seed);
    return () => random.chance(0.1);
  };

  /** Of those that are answered with nothing. */
  const isWrite = (method: string, url: string) =>
    method === 'POST' && /^\/api\/.*\/(attach|detach|deactivate-autoscaling|modify)$/.test(url);

  const tampers: Record<string, () => Tamper> = {
    'it answers reads from what it answered before': () => {
      const kept = new Map<string, Awaited<ReturnType<Exchange>>>();
      const wrong = rarely(1);
      return (exchange) => async (method, url, body, token) => {
        if (method === 'GET' && kept.has(url) && wrong()) return kept.get(url);
        const answer = await exchange(method, url, body, token);
        if (method === 'GET') kept.set(url, answer);
        return answer;
      };
    },
    'it says that it did what it did not': () => {
      const wrong = rarely(2);
      return (exchange) => async (method, url, body, token) =>
        isWrite(method, url) && wrong()
          ? { status: 200, code: undefined, body: undefined }
          : exchange(method, url, body, token);
    },
    'it does things twice': () => {
      const wrong = rarely(3);
      return (exchange) => async (method, url, body, token) => {
        if (url.endsWith('create-snapshot') && wrong()) await exchange(method, url, body, token);
        return exchange(method, url, body, token);
      };
    },
    'it answers before it has done it': () => {
      const wrong = rarely(4);
      return (exchange) => {
        let late: Promise<unknown> = Promise.resolve();
        return async (method, url, body, token) => {
          if (isWrite(method, url) && wrong()) {
            // A connection does one thing at a time: what it goes on with comes later than what comes over the others.
            late = exchange(method, url, body, token);
            return { status: 200, code: undefined, body: undefined };
          }
          await late;
          return exchange(method, url, body, token);
        };
      };
    },
    'it refuses what it has done': () => {
      const wrong = rarely(5);
      return (exchange) => async (method, url, body, token) => {
        const answer = await exchange(method, url, body, token);
        return isWrite(method, url) && answer?.status === 200 && wrong()
          ? { status: 503, code: 'fault', body: undefined }
          : answer;
      };
    },
  };

  test.for(Object.entries(tampers))('%s', { timeout }, async ([, tamper]) => {
    // A history in which nobody looks where it was wrong is as good as any.
    for (let seed = 1; seed <= 20; seed++) if (!(await play(seed, tamper())).verdict.linearizable) return;
    throw new Error('20 histories are taken for linearizable');
  });
});
