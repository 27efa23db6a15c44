import { createConnection } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Emulator, startEmulator, type World } from '../../../src/index.ts';

/** What becomes of calls that are under way when something else happens: over the wire, since it is about connections. */

let emulator: Emulator;
let world: World;
beforeAll(async () => {
  emulator = await startEmulator();
});
afterAll(() => emulator.close());
beforeEach(async () => {
  world = await emulator.control.createOrganization({ seed: 'default' });
});
afterEach(() => world.delete().catch(() => undefined));

const volume = 'vol-0b9176567fe16f0bc';
const token = () => world.accounts[0]?.token ?? '';
const call = (path: string, options: RequestInit = {}) =>
  fetch(`${world.url}/api/v1/volumes/${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token()}`, 'content-type': 'application/json' },
    ...options,
  });

/** Asks until it is so; the test's own time limit ends what never will be. */
async function until<T>(ask: () => Promise<T | undefined>): Promise<T> {
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    await wait(5);
  }
}

const struck = async () => ((await world.control.faults.list())[0]?.fired ?? 0) > 0 || undefined;

describe('a call whose client gives up', () => {
  test('is done all the same, and stands in the journal without an answer', async () => {
    await world.control.faults.create({ match: { operationId: 'createSnapshotCommand' }, effect: { delayMs: 500 } });
    const giveUp = new AbortController();
    const gone = call(`${volume}/create-snapshot`, { signal: giveUp.signal });
    await until(struck);
    giveUp.abort();
    await expect(gone).rejects.toThrow();
    const entry = await until(async () => (await world.control.requests.list())[0]);
    expect(entry).toMatchObject({ status: null, changes: [{ resource: 'snapshot', action: 'create' }] });
    const snapshots = await world.control.account(world.accounts[0]?.accountId ?? '').snapshots.list();
    expect(snapshots.at(-1)?.datafySnapshotId).toBe(entry.changes[0]?.id);
  });
});

describe('a call under way', () => {
  const delayed = async () => {
    await world.control.faults.create({ match: { operationId: 'createSnapshotCommand' }, effect: { delayMs: 100 } });
    const answer = call(`${volume}/create-snapshot`);
    await until(struck);
    return { answer };
  };

  test('when its world is deleted is refused as one for what is not there', async () => {
    const { answer } = await delayed();
    await world.delete();
    expect((await answer).status).toBe(400);
    expect((await answer).headers.get('x-emulator-error')).toBe('organization-gone');
  });

  test('when its world is reset is none of the journal that begins then', async () => {
    const { answer } = await delayed();
    await world.control.reset();
    await call(volume, { method: 'GET' });
    await (await answer).text();
    await call(volume, { method: 'GET' });
    const requests = await world.control.requests.list();
    expect(requests.map(({ id, operationId }) => `${id} ${operationId}`)).toEqual(['1 getVolume', '2 getVolume']);
  });
});

describe('a call under way while its world begins anew', () => {
  const account = () => world.control.account(world.accounts[0]?.accountId ?? '');
  const anew: Record<string, () => Promise<unknown>> = {
    reset: () => world.control.reset(),
    restore: async () => {
      await world.control.checkpoints.create('before');
      await world.control.checkpoints.restore('before');
    },
    import: async () => world.control.state.import(await world.control.state.export()),
  };

  test.each(Object.keys(anew))('by a %s is done in what there is then: its body came later', async (how) => {
    const body = '{"description": "late"}';
    const { hostname, port, pathname } = new URL(`${world.url}/api/v1/volumes/${volume}/create-snapshot`);
    const socket = createConnection({ host: hostname, port: Number(port) });
    const headers = [`Host: ${hostname}`, `Authorization: Bearer ${token()}`, `Content-Length: ${body.length}`];
    const came = new Promise<string>((resolve, reject) => {
      let text = '';
      socket.on('data', (piece) => {
        text += piece;
      });
      socket.on('end', () => resolve(text));
      socket.on('error', reject);
    });
    const rest = ['Content-Type: application/json', 'Connection: close', '', body.slice(0, 1)].join('\r\n');
    socket.write(`POST ${pathname} HTTP/1.1\r\n${headers.join('\r\n')}\r\n${rest}`);
    // A call that came after it has been answered: its head has been read.
    await until(async () => ((await call(volume, { method: 'GET' })).ok ? true : undefined));
    await anew[how]?.();
    socket.write(body.slice(1));
    expect(await came).toMatch(/^HTTP\/1.1 200 /);
    expect((await account().snapshots.list()).at(-1)?.volumeId).toBe(volume);
  });

  test.each(Object.keys(anew))('by a %s reads what there is then', async (how) => {
    await world.control.faults.create({ match: { operationId: 'listVolumes' }, effect: { delayMs: 200 } });
    const get = { headers: { authorization: `Bearer ${token()}` } };
    const answer = fetch(`${world.url}/api/v1/volumes`, get);
    await until(struck);
    await anew[how]?.();
    const { count } = (await (await answer).json()) as { count: number };
    expect(count).toBeGreaterThan(0);
    expect(count).toBe(((await (await fetch(`${world.url}/api/v1/volumes`, get)).json()) as { count: number }).count);
  });
});

describe('the journal', () => {
  test("has an expired token's calls in its own world's", async () => {
    const document = await world.control.state.export();
    const [, first] = document.tokens;
    await world.control.state.import({
      ...document,
      tokens: document.tokens.map((each) => (each === first ? { ...each, expires: '2020-01-01T00:00:00Z' } : each)),
    });
    expect((await call(volume, { method: 'GET' })).status).toBe(401);
    expect(await world.control.requests.list()).toMatchObject([{ status: 401, error: 'token-expired' }]);
  });

  test('has a body as it was sent, whatever it meant', async () => {
    await call(`${volume}/modify`, { body: '{"volumeSizeGB": 150}' });
    await call(`${volume}/modify`, { body: '{"volumeSizeGB": ' });
    const [first, second] = await world.control.requests.list();
    expect(first?.body).toEqual({ volumeSizeGB: 150 });
    expect(second?.body).toBe('{"volumeSizeGB": ');
  });

  test('masks every header that carries a secret', async () => {
    const headers = { authorization: `Bearer ${token()}`, cookie: 'marked', 'x-api-key': 'marked', 'x-other': 'shown' };
    await call(volume, { method: 'GET', headers });
    const [entry] = await world.control.requests.list();
    expect(JSON.stringify(entry)).not.toContain('marked');
    expect(entry?.headers).toMatchObject({
      authorization: '***',
      cookie: '***',
      'x-api-key': '***',
      'x-other': 'shown',
    });
  });
});

describe('who changed a thing last', () => {
  test('is nobody of the API after a control call', async () => {
    const account = world.control.account(world.accounts[0]?.accountId ?? '');
    await call('vol-0a1b2c3d4e5f60030/modify', { body: '{"volumeSizeGb": 50, "autoscalingOnly": false}' });
    await world.control.clock.get();
    expect((await account.volumes.get('vol-0a1b2c3d4e5f60030')).changedBy).toBe(1);
    await account.volumes.activate('vol-0a1b2c3d4e5f60030');
    expect((await account.volumes.get('vol-0a1b2c3d4e5f60030')).changedBy).toBeNull();
  });
});

describe('a reset', () => {
  test('of a world that stood at its own beginning goes back to that instant', async () => {
    const standing = await emulator.control.createOrganization({ clock: { mode: 'controlled' } });
    const { now } = await standing.control.clock.get();
    await standing.control.clock.advance(60);
    await standing.control.reset();
    expect((await standing.control.clock.get()).now).toBe(now);
    await standing.delete();
  });
});

describe('a wrong body', () => {
  test('that is wrong in a hundred thousand ways is refused as quickly as it is read', async () => {
    const body = JSON.stringify({ tags: Array.from({ length: 30_000 }, () => 1) });
    const answer = await call(`${volume}/create-snapshot`, { body });
    expect(answer.status).toBe(400);
    expect(await answer.text()).toMatch(/^\{"message":"body\/tags\/0 must be object, not number; .*; and \d+ more"\}$/);
  });
});

describe('close', () => {
  test('does not wait for a request that never ends, nor for a listener', async () => {
    const own = await startEmulator();
    const { port, hostname } = new URL(own.url);
    const half = createConnection({ port: Number(port), host: hostname });
    half.on('error', () => undefined);
    await new Promise((written) =>
      half.write('POST /api/v1/volumes/x/attach HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{', written),
    );
    const events = await fetch(`${own.url}/_emulator/events`);
    await own.close();
    await events.body?.cancel().catch(() => undefined);
    half.destroy();
  });
});
