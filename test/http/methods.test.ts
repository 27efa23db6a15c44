import { Agent } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { listen } from '../attack/sockets.ts';
import { buildVictim, type Call, type Victim } from '../attack/target.ts';
import { hear, wire } from '../routes/control/control.ts';
import { type Method, production } from '../support/world.ts';

// Which methods a path takes: HEAD wherever it takes GET, and of all others it says which it takes.

let victim: Victim;
let origin: string;
const agent = new Agent({ keepAlive: true });
beforeAll(async () => {
  victim = await buildVictim();
  origin = `http://127.0.0.1:${await listen(victim.app)}`;
});
afterAll(async () => {
  agent.destroy();
  await victim.close();
});

const over = (method: string, { url, headers }: Pick<Call, 'url' | 'headers'>) =>
  hear(origin, method as Method, url, { headers, agent });
const isEndless = ({ route }: Call) => route.url.endsWith('/events');

const snapshots: Pick<Call, 'url' | 'headers'> = {
  url: '/api/v1/snapshots',
  headers: { authorization: 'Bearer account-token' },
};

describe('HEAD', () => {
  test('is answered wherever GET is, with the same status and headers, and no body', async () => {
    const reads = victim.calls.filter((call) => call.method === 'GET' && !isEndless(call));
    expect(reads.length).toBeGreaterThan(25);
    const before = victim.snapshot();
    // What is refused is so, too.
    const refused = reads.flatMap((call) => [
      { ...call, headers: {} },
      { ...call, headers: { ...call.headers, host: 'evil.example' } },
      { ...call, url: `${call.url.split('?')[0]}?limit=none` },
    ]);
    for (const call of [...reads, ...refused]) {
      const [head, got] = [await over('HEAD', call), await over('GET', call)];
      const name = `${call.url} ${got.text.slice(0, 200)}`;
      const { date: _, 'content-length': headLength, ...headers } = head.headers;
      const { date: __, 'content-length': length, ...gotHeaders } = got.headers;
      expect([head.status, head.text, head.error, headers], name).toEqual([got.status, '', undefined, gotHeaders]);
      // The journal has grown by one call in between, and so has the time that health tells.
      if (!/\/(requests|health)\b/.test(call.url)) expect(headLength, name).toBe(length);
      expect(Number(length), name).toBe(Buffer.byteLength(got.text));
    }
    expect(victim.snapshot() === before).toBe(true);
  });

  test('is what those send who wait for the emulator', async () => {
    const { status, headers } = await fetch(`${origin}/_emulator/health`, { method: 'HEAD' });
    expect([status, headers.get('content-type')]).toEqual([200, 'application/json; charset=utf-8']);
  });

  test('is a read: a read-only token may send it', async () => {
    const { secret } = (
      await victim.as('organization-token')('POST', `/api/v1/accounts/${production}/tokens`, {
        roleIds: ['6f1d3c1e-0c6b-4b57-9a53-2f6e6f0a0a02'],
      })
    ).body;
    const readOnly = { ...snapshots, headers: { authorization: `Bearer ${secret}` } };
    expect((await over('GET', readOnly)).status).toBe(200);
    expect((await over('HEAD', readOnly)).status).toBe(200);
  });

  test('of the event stream is none: its answer would not end', async () => {
    const streams = victim.calls.filter(isEndless);
    expect(streams.map(({ method }) => method)).toEqual(['GET', 'GET']);
    for (const call of streams) {
      expect(await over('HEAD', call)).toMatchObject({ status: 405, headers: { allow: 'GET' } });
    }
  });

  test('stands in the journal as what it is, with the operation that it asked for, and nothing that was not sent', async () => {
    await wire(origin)('DELETE', '/_emulator/requests');
    await over('HEAD', snapshots);
    const { requests } = (await wire(origin)('GET', '/_emulator/requests')).body;
    expect(requests).toMatchObject([
      { method: 'HEAD', operationId: 'listSnapshots', path: snapshots.url, status: 200 },
    ]);
    expect(requests[0].response ?? null).toBeNull();
  });

  test('is in no document', async () => {
    for (const path of ['/openapi.json', '/_emulator/openapi.json']) {
      const { paths } = (await wire(origin)('GET', path)).body;
      expect(Object.values<object>(paths).filter((methods) => 'head' in methods)).toEqual([]);
    }
  });

  describe('is struck by the faults of its GET:', () => {
    const send = (method: Method, path: string, body?: unknown) => wire(origin)(method, `/_emulator${path}`, body);
    afterEach(() => send('DELETE', '/faults'));

    test.each<[string, object, object]>([
      ['a status', { status: 503, message: 'later' }, { status: 503, headers: { 'x-emulator-error': 'fault' } }],
      [
        'headers',
        { headers: { 'Content-Type': 'text/html', 'X-A': 'b' } },
        { status: 200, headers: { 'content-type': 'text/html', 'x-a': 'b' } },
      ],
      ['both', { status: 502, headers: { 'Content-Type': 'text/html' } }, { status: 502 }],
      ['a delay', { delayMs: 20 }, { status: 200 }],
      ['a dropped connection', { drop: 'connection' }, { status: 0, error: { code: 'ECONNRESET' } }],
      // It has none, so that nothing is missing of what arrives; but nothing comes after it.
      ['a dropped body', { drop: 'body' }, { status: 200, error: undefined }],
    ])('%s', async (_, effect, expected) => {
      const fault = { match: { operationId: 'listSnapshots', method: 'GET' }, effect };
      expect((await send('POST', '/faults', fault)).status).toBe(201);
      const heard = await over('HEAD', snapshots);
      expect(heard).toMatchObject({ text: '', ...expected });
      if (heard.status > 0) expect(heard.headers['x-emulator-fault']).toMatch(/^fault-/);
      await send('DELETE', '/faults');
      const next = await over('HEAD', snapshots);
      expect(next).toMatchObject({ status: 200, error: undefined });
      if ('drop' in effect) expect(next.port).not.toBe(heard.port);
    });

    test('none is planted for it alone', async () => {
      const fault = { match: { method: 'HEAD' }, effect: { status: 503 } };
      expect(await send('POST', '/faults', fault)).toMatchObject({ status: 400, code: 'fault-idle' });
    });
  });
});

describe('a method that a path does not take', () => {
  test('is 405 on every path, with those that it takes in Allow, and in words', async () => {
    const before = victim.snapshot();
    const methods = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE'];
    const paths = Map.groupBy(victim.calls, ({ url }) => url.split('?')[0] ?? '');
    expect(paths.size).toBeGreaterThan(50);
    for (const [path, calls] of paths) {
      // Another route may take the same path, such as one with a name in it.
      const taken = methods.filter((method) => victim.app.findRoute({ method, url: path } as never));
      for (const { method } of calls) expect(taken).toContain(method);
      for (const method of methods.filter((each) => !taken.includes(each))) {
        const { statusCode, headers, body } = await victim.app.inject({
          method: method as Method,
          url: `${path}?a=b`,
          headers: calls[0]?.headers ?? {},
        });
        const name = `${method} ${path} ${body}`;
        expect([statusCode, headers['x-emulator-error'], headers.allow], name).toEqual([
          405,
          'method-not-allowed',
          taken.join(', '),
        ]);
        if (method === 'HEAD') continue;
        expect(JSON.parse(body).message, name).toMatch(/^There is no call [A-Z]+ \S+: that path takes [A-Z, or]+$/);
      }
    }
    expect(victim.snapshot() === before).toBe(true);
  });

  test('is 404 where there is no such path', async () => {
    for (const method of ['GET', 'HEAD', 'POST', 'OPTIONS', 'PATCH']) {
      const { status, headers } = await over(method, { url: '/nowhere', headers: {} });
      expect([status, headers['x-emulator-error'], headers.allow]).toEqual([404, 'call-not-found', undefined]);
    }
  });
});
