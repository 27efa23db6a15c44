import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { defaults } from '../../src/options/options.ts';
import type { ServedSurface } from '../../src/routes/served.ts';
import { type Surfaces, surfacesOf } from '../../src/routes/surfaces.ts';
import { root, run } from '../support/processes.ts';
import { toySurface } from '../support/toy-surface.ts';
import { type Answer, buildWorld, production, volumes, type World } from '../support/world.ts';

// A surface that nothing in the emulator knows: what every surface shares works for it unasked.

const withToy = () => [...surfacesOf(defaults), toySurface] as const;

let world: World;
beforeAll(async () => {
  world = await buildWorld({}, undefined, withToy());
});
afterAll(() => world.close());

const key = 'account-token';
const json = { 'content-type': 'application/json' };

/** Calls the toy with a form. */
function toy(fields: Record<string, string>, headers: Record<string, string> = {}): Promise<Answer> {
  const form = new URLSearchParams(fields).toString();
  return world.send('POST', '/toy', form, {
    'x-toy-key': key,
    'content-type': 'application/x-www-form-urlencoded',
    ...headers,
  });
}

const snapshot = { Action: 'ToySnapshot', Volume: volumes.documented };

/** What is said of an answer in the toy's own form. */
const said = ({ status, headers, text }: Answer) => {
  const [code, message] = text.split('\n');
  return { status, error: headers['x-emulator-error'], type: headers['content-type'], code, message };
};

const refusedWith = (status: number, error: string, message: string, code = `Toy.${error}`) => ({
  status,
  error,
  type: 'text/toy',
  code,
  message: expect.stringContaining(message),
});

async function lastEntry(): Promise<Record<string, unknown>> {
  const { body } = await world.send('GET', '/_emulator/requests?limit=1');
  return body.requests[0];
}

describe('its calls', () => {
  test('run the verbs of the engine', async () => {
    const answer = await toy(snapshot);
    expect(answer.text).toMatch(/^dsnap-/);
    expect(answer.status).toBe(200);
  });

  test('are refused in its form, with its status, its names and its sentences', async () => {
    const small = await toy({ Action: 'ToyGrow', Volume: volumes.documented, Size: '1' });
    expect(said(small)).toEqual(refusedWith(422, 'size-not-larger', 'ToySize 1 must be larger than that'));
    const missing = await toy({ ...snapshot, Volume: 'vol-0ffffffffffffffff' });
    expect(said(missing)).toEqual(refusedWith(410, 'volume-not-found', 'There is no volume vol-0ffffffffffffffff'));
    const conflict = await toy({ ...snapshot, Volume: volumes.ordinary });
    expect(said(conflict)).toEqual(refusedWith(412, 'volume-not-managed', 'autoscaling is off on it'));
    const unknown = await toy(snapshot, { 'x-toy-key': 'no-such-key' });
    expect(said(unknown)).toEqual(refusedWith(403, 'token-unknown', 'That key opens nothing'));
  });

  test('are not for a read-only token, unless the surface says that they change nothing', async () => {
    const made = await world.as(key)('POST', `/api/v1/accounts/${production}/tokens`, { roleIds: ['read-only'] });
    const readOnly = { 'x-toy-key': made.body.secret };
    const { status, text } = await toy(snapshot, readOnly);
    expect([status, text]).toEqual([403, expect.stringContaining('The token is read-only')]);
    expect((await toy({ Action: 'ToyList' }, readOnly)).text).toBe(production);
  });

  test('name no field of another surface', async () => {
    const conflict = await toy({ ...snapshot, Volume: volumes.ordinary });
    expect(conflict.text).not.toContain('autoscalingOnly');
    const unsized = await toy({ Action: 'ToyGrow', Volume: volumes.documented, Size: '70001' });
    expect(said(unsized)).toEqual(refusedWith(418, 'size-out-of-range', 'ToySize is 70001'));
  });

  test('may be refused in a way that is its own', async () => {
    const answer = await world.send('POST', '/toy', 'Action=ToySnapshot');
    expect(said(answer)).toEqual(refusedWith(402, 'NoKey', 'Send the header X-Toy-Key'));
    const broken = await world.send('POST', '/toy', 'Action=%zz', { 'x-toy-key': key });
    expect(said(broken)).toEqual(refusedWith(402, 'BadForm', 'A % is followed by no two digits'));
  });

  test('that fail say so in its form', async () => {
    expect(said(await toy({ Action: 'ToyFail' }))).toEqual(refusedWith(500, 'internal', 'The emulator failed'));
  });
});

describe('the journal', () => {
  test('has its calls, by the operation that the form names', async () => {
    await toy({ ...snapshot, ApiKey: 'swordfish', Remark: `it is ${key}` });
    const { body } = await world.send('GET', '/_emulator/requests?operationId=ToySnapshot');
    const entry = body.requests.at(-1);
    expect(entry).toMatchObject({ operationId: 'ToySnapshot', path: '/toy', status: 200, error: null });
    expect(entry.changes).toMatchObject([{ resource: 'snapshot', action: 'create' }]);
    expect(entry.body).toEqual({ ...snapshot, ApiKey: '***', Remark: 'it is ***' });
    expect(entry.headers['x-toy-key']).toBe('***');
  });

  test('has those that were refused at the door', async () => {
    await toy(snapshot, { 'x-toy-key': 'no-such-key' });
    expect(await lastEntry()).toMatchObject({ path: '/toy', status: 403, error: 'token-unknown', accountId: null });
    expect(JSON.stringify(await lastEntry())).not.toContain('no-such-key');
  });
});

describe('faults', () => {
  const plant = (match: object, effect: object) =>
    world.send('POST', '/_emulator/faults', { match, effect, times: 1 }, json);

  test('strike its calls, with a code that stands where its clients read it', async () => {
    const planted = await plant({ operationId: 'ToySnapshot' }, { status: 503, code: 'Toy.Busy', message: 'not now' });
    expect(planted.status, planted.text).toBe(201);
    expect(planted.body.effect.code).toBe('Toy.Busy');
    const before = world.writes();
    expect(said(await toy(snapshot))).toEqual(refusedWith(503, 'fault', 'not now', 'Toy.Busy'));
    expect(world.writes()).toBe(before);
    expect(await lastEntry()).toMatchObject({ faultId: planted.body.faultId, error: 'fault' });
    expect((await toy(snapshot)).status).toBe(200);
  });

  test('strike those of a volume, wherever a call names it', async () => {
    const planted = await plant({ operationId: 'ToySnapshot', volumeId: volumes.attached }, { status: 500 });
    expect(planted.status, planted.text).toBe(201);
    expect((await toy(snapshot)).status).toBe(200);
    expect((await toy({ ...snapshot, Volume: volumes.attached })).status).toBe(500);
  });

  test('without a code have the usual one', async () => {
    await plant({ operationId: 'ToySnapshot' }, { status: 500 });
    expect(said(await toy(snapshot))).toEqual(refusedWith(500, 'fault', 'struck this call'));
  });

  test.each([
    [
      'a call of a surface without codes',
      { operationId: 'createSnapshotCommand' },
      { status: 503 },
      'those of datafy have none',
    ],
    ['calls of several surfaces, one of them without codes', {}, { status: 503 }, 'those of datafy have none'],
    ['a fault without a status', { operationId: 'ToySnapshot' }, { delayMs: 1 }, 'effect.code goes with effect.status'],
  ])('with a code are refused for %s', async (_, match, effect, problem) => {
    const answer = await plant(match, { ...effect, code: 'Toy.Busy' });
    expect([answer.status, answer.headers['x-emulator-error']]).toEqual([400, 'fault-idle']);
    expect(answer.body.message).toContain(problem);
    expect((await world.send('GET', '/_emulator/faults')).body.faults.filter(isLive)).toEqual([]);
  });

  const isLive = ({ times, fired }: { times: number; fired: number }) => fired < times;

  test('with a code are refused for a transition', async () => {
    const answer = await plant({ transition: 'snapshot.create' }, { outcome: 'fail', code: 'Toy.Busy' });
    expect([answer.status, answer.body.message]).toEqual([400, expect.stringContaining('no answer to change')]);
  });
});

describe('the guards', () => {
  test('of the host and of pages', async () => {
    const foreign = await toy(snapshot, { host: 'evil.example' });
    expect(said(foreign)).toEqual(refusedWith(403, 'host-not-allowed', 'evil.example'));
    const page = await toy(snapshot, { origin: 'http://evil.example' });
    expect(said(page)).toEqual(refusedWith(403, 'origin-not-allowed', 'evil.example'));
  });

  test('of bodies: how long, of which type, and packed', async () => {
    const long = await toy({ ...snapshot, More: 'x'.repeat(2_048) });
    expect(said(long)).toEqual(refusedWith(416, 'body-too-large', 'at most 2 KiB'));
    const typed = await toy(snapshot, json);
    expect(said(typed)).toEqual(refusedWith(418, 'content-type-unsupported', 'send a form'));
    const packed = await toy(snapshot, { 'content-encoding': 'gzip' });
    expect(said(packed)).toEqual(refusedWith(415, 'content-encoding-unsupported', 'gzip'));
  });

  test('of addresses: 404, 405, and what is malformed', async () => {
    const nowhere = await world.send('GET', '/toy/nowhere', undefined, {});
    expect(said(nowhere)).toEqual(refusedWith(410, 'call-not-found', '/docs/toy shows the calls there are'));
    const method = await world.send('PUT', '/toy', 'x=1', {});
    expect(said(method)).toEqual(refusedWith(405, 'method-not-allowed', 'that path takes POST'));
    expect(method.headers.allow).toBe('POST');
    const malformed = await world.send('GET', '/toy/%zz', undefined, {});
    expect(said(malformed)).toEqual(refusedWith(416, 'url-malformed', '%zz'));
    // However a path is written, where it leads to is what counts.
    const encoded = await world.send('POST', '/%74oy', 'Action=ToySnapshot');
    expect(said(encoded)).toEqual(refusedWith(402, 'NoKey', 'Send the header X-Toy-Key'));
    // What only looks like it is of the first surface.
    expect((await world.send('GET', '/toyland', undefined, {})).headers['content-type']).toMatch(/json/);
  });
});

describe('what tells of it', () => {
  test('is health', async () => {
    expect((await world.send('GET', '/_emulator/health')).body.apis).toEqual(['datafy', 'toy']);
  });

  test('is its document, which no other has a call of', async () => {
    const { body } = await world.send('GET', '/toy/openapi.json');
    expect(body.info.title).toBe('The toy');
    expect(Object.keys(body.paths)).toEqual(['/toy']);
    expect(body.servers).toEqual([{ url: '..' }]);
    for (const other of ['/openapi.json', '/_emulator/openapi.json']) {
      const { paths } = (await world.send('GET', other)).body;
      expect(Object.keys(paths).filter((path) => path.startsWith('/toy'))).toEqual([]);
    }
  });

  test('is a page of /docs, to which the others lead', async () => {
    const { status, text } = await world.send('GET', '/docs/toy');
    expect([status, text]).toEqual([200, expect.stringContaining('<title>Toy API')]);
    expect((await world.send('GET', '/docs')).text).toContain('href="docs/toy">Toy API');
  });

  test('is the log, without what is secret', async () => {
    const program = `
      const { buildApp } = await import('./src/app.ts');
      const { defaults } = await import('./src/options/options.ts');
      const { surfacesOf } = await import('./src/routes/surfaces.ts');
      const { toySurface } = await import('./test/support/toy-surface.ts');
      const surfaces = [...surfacesOf(defaults), toySurface];
      const { app } = await buildApp({ ...defaults, logFormat: 'json' }, undefined, undefined, surfaces);
      const url = await app.listen({ port: 0, host: '127.0.0.1' });
      const send = (query, key, body) =>
        fetch(url + '/toy' + query, { method: 'POST', headers: { 'x-toy-key': key }, body: new URLSearchParams(body) });
      await send('?of=account-token', 'account-token', 'Action=ToySnapshot&Volume=${volumes.documented}');
      await send('', 'wrong-key-of-somebody', 'Action=ToySnapshot');
      await app.close();`;
    const { code, output } = await run(process.execPath, ['--input-type=module', '--eval', program], { cwd: root });
    expect(code, output).toBe(0);
    expect(output).not.toMatch(/account-token|wrong-key/);
    const records = output
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(records).toMatchObject([
      { level: 'info', method: 'POST', path: '/toy', query: 'of=***', status: 200, operationId: 'ToySnapshot' },
      { level: 'info', method: 'POST', path: '/toy', status: 403, error: 'token-unknown' },
    ]);
    expect(records[1].message).toBe('That key opens nothing');
  });
});

test('an operation is of one surface only: a second of that id is refused at the start', async () => {
  const { document: _, ...rest } = toySurface;
  const twin = { ...rest, name: 'twin', paths: ['/twin'] };
  const start = (surfaces: Surfaces) => buildWorld({}, undefined, surfaces);
  await expect(start([...withToy(), twin])).rejects.toThrow('The operation ToyList is of toy, and of twin too');
  // Those of a surface that is not watched, too.
  const [operation] = twin.operations ?? [];
  const control = { ...twin, operations: [{ ...operation, operationId: 'resetWorld' }] } as ServedSurface;
  await expect(start([...withToy(), control])).rejects.toThrow('The operation resetWorld is of control, and of twin');
});
