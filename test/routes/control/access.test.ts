import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { routesOf } from '../../support/routes.ts';
import type { Method } from '../../support/world.ts';
import {
  busy,
  done,
  type Emulated,
  emulate,
  furniture,
  ids,
  type Own,
  operationsOf,
  own,
  type Send,
  worker,
  zone,
} from './control.ts';

/** A path of an OpenAPI document with its parameters filled in. */
function fill(path: string, world: Own): string {
  const values: Record<string, string> = {
    organizationId: world.organizationId,
    accountId: world.accountId,
    volumeId: ids.ordinary,
    instanceId: worker,
    name: 'kept',
    faultId: 'fault-1',
  };
  return path.replace(/\{(\w+)\}/g, (_, name) => {
    const value = values[name];
    if (value === undefined) throw new Error(`What is ${name} in ${path}?`);
    return value;
  });
}

/** Every call of the control surface; the stream of events only where it does not begin. */
async function everyCall(send: Send, world: Own, headers?: Record<string, string>) {
  const document = (await send('GET', '/_emulator/openapi.json')).body;
  const operations = operationsOf(document).filter(({ operation }) => operation.operationId !== 'health');
  expect(operations.length).toBeGreaterThan(50);
  const answers = [];
  for (const { method, path, operation } of operations) {
    answers.push({
      operationId: operation.operationId,
      ...(await send(method, fill(path, world), undefined, headers)),
    });
  }
  return answers;
}

describe('a control token', () => {
  let emulated: Emulated;
  let world: Own;
  const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

  beforeAll(async () => {
    emulated = await emulate({ controlToken: 's3cret' });
    const trusted: Send = (method, url, body, headers) =>
      emulated.send(method, url, body, { ...bearer('s3cret'), ...headers });
    world = await own(trusted, furniture);
  });
  afterAll(() => emulated.close());

  test.each<[string, Record<string, string> | undefined]>([
    ['missing', undefined],
    ['wrong', bearer('s3cre')],
    ["an organization token's", bearer('organization-token')],
    ['of another scheme', { authorization: 'Basic s3cret' }],
    ['without a scheme', { authorization: 's3cret' }],
    ['with more behind it', { authorization: 'Bearer s3cret x' }],
    ['empty', { authorization: 'Bearer ' }],
  ])('%s: every call is refused, and has no effect', async (_, headers) => {
    const before = emulated.dump();
    for (const answer of await everyCall(emulated.send, world, headers)) {
      expect(answer, answer.operationId).toMatchObject({ status: 401, code: 'control-token-wrong' });
      expect(answer.body.message).toContain('--control-token');
      expect(answer.headers['www-authenticate']).toBeDefined();
    }
    expect(emulated.dump()).toBe(before);
  });

  test('right: the call is served', async () => {
    for (const authorization of ['Bearer s3cret', 'bearer   s3cret']) {
      expect((await emulated.control('GET', '/state', undefined, { authorization })).status).toBe(200);
    }
    expect((await world.control('GET', '/clock')).status).toBe(200);
  });

  test('is not needed for health, nor for the API, where it is no token', async () => {
    expect(await emulated.control('GET', '/health')).toMatchObject({ status: 200, body: { status: 'ok' } });
    expect((await emulated.send('GET', '/api/v1/volumes', undefined, bearer('account-token'))).status).toBe(200);
    expect((await emulated.send('GET', '/api/v1/volumes', undefined, bearer('s3cret'))).code).toBe('token-unknown');
  });

  test('is asked for before the world is looked up', async () => {
    const nowhere = '/organizations/99999999-8888-4777-8666-555555555555/state';
    expect((await emulated.control('GET', nowhere)).status).toBe(401);
    expect((await emulated.control('GET', nowhere, undefined, bearer('s3cret'))).status).toBe(404);
  });
});

describe('health', () => {
  test('says what answers', async () => {
    const emulated = await emulate();
    const { version } = (await emulated.send('GET', '/openapi.json')).body.info;
    expect((await emulated.control('GET', '/health')).body).toEqual({
      status: 'ok',
      version,
      uptimeSeconds: expect.any(Number),
      apis: ['datafy'],
    });
    await emulated.close();
  });
});

describe('without control', () => {
  test('there is nothing below /_emulator, and the API is served', async () => {
    const [open, closed] = [await emulate(), await emulate({ control: false })];
    const world = await own(open.send, furniture);
    const operations = operationsOf((await open.send('GET', '/_emulator/openapi.json')).body);
    for (const { method, path } of operations) {
      const answer = await closed.send(method, fill(path, world));
      expect(answer, path).toMatchObject({ status: 404, code: 'call-not-found' });
    }
    expect((await closed.send('GET', '/_emulator/openapi.json')).status).toBe(404);
    expect(
      (await closed.send('GET', '/api/v1/volumes', undefined, { authorization: 'Bearer account-token' })).status,
    ).toBe(200);
    const documented = (await closed.send('GET', '/openapi.json')).text;
    expect(documented).toBe((await open.send('GET', '/openapi.json')).text);
    expect(documented).not.toContain('_emulator');
    await open.close();
    await closed.close();
  });
});

describe('control calls', () => {
  let emulated: Emulated;
  beforeAll(async () => {
    emulated = await emulate();
  });
  afterAll(() => emulated.close());

  test('are not in the journal, and no fault strikes them', async () => {
    const world = await own(emulated.send, furniture);
    for (const control of [world.control, emulated.control]) {
      await done(control('POST', '/faults', { match: {}, effect: { status: 503 } }));
    }
    const before = (await world.control('GET', '/requests')).text;
    for (const path of ['/state', '/clock', '/pace', '/faults', '/checkpoints', '/requests', '/accounts']) {
      expect((await world.control('GET', path)).status).toBe(200);
      expect((await emulated.control('GET', path)).status).toBe(200);
    }
    await done(world.control('POST', '/clock/advance', { untilIdle: true }));
    expect((await world.control('PUT', '/clock', {})).status).toBe(400);
    expect((await world.control('GET', '/requests')).text).toBe(before);
    expect((await emulated.control('GET', '/requests')).body).toMatchObject({ count: 0 });
    expect((await world.control('GET', '/faults')).body.faults).toMatchObject([{ seen: 0 }]);
    expect((await world.api('GET', '/volumes')).status).toBe(503);
  });
});

describe('/_emulator/openapi.json', () => {
  let emulated: Emulated;
  // biome-ignore lint/suspicious/noExplicitAny: a document of any shape
  let document: any;
  let operations: ReturnType<typeof operationsOf>;
  beforeAll(async () => {
    emulated = await emulate();
    document = (await emulated.send('GET', '/_emulator/openapi.json')).body;
    operations = operationsOf(document);
  });
  afterAll(() => emulated.close());

  test('has every control route, and nothing else', () => {
    const documented = operations.map(({ path, method }) => `${method} ${path}`);
    for (const { path, method } of operations) {
      expect(path.startsWith('/_emulator/')).toBe(true);
      expect(emulated.app.hasRoute({ method, url: path.replace(/\{(\w+)\}/g, ':$1') }), path).toBe(true);
    }
    const found = routesOf(emulated.app)
      // A HEAD is the GET that it goes with.
      .filter(({ method, url }) => method !== 'HEAD' && url.startsWith('/_emulator/'))
      .filter(({ url }) => url !== '/_emulator/openapi.json')
      .map(({ method, url }) => `${method} ${url.replace(/:(\w+)/g, '{$1}')}`);
    expect(found.length).toBeGreaterThan(50);
    expect(found.sort()).toEqual(documented.sort());
  });

  test('has every call about a world twice', () => {
    const prefix = '/_emulator/organizations/{organizationId}/';
    const [elsewhere, here] = [true, false].map((inOrganization) =>
      operations
        .filter(({ path }) => path.startsWith(prefix) === inOrganization)
        .filter(({ path }) => !/^\/_emulator\/(health|organizations(\/\{organizationId\})?)$/.test(path))
        .map(({ path, method }) => `${method} ${path.replace(prefix, '/_emulator/')}`)
        .sort(),
    );
    expect(elsewhere).toEqual(here);
  });

  test('has an operationId of its own for each, a summary, a known tag, and what can be refused', () => {
    const operationIds = operations.map(({ operation }) => operation.operationId);
    expect(operationIds.filter((each) => !/^[a-z]\w+$/.test(each))).toEqual([]);
    expect(new Set(operationIds).size).toBe(operationIds.length);
    const tags = document.tags.map(({ name }: { name: string }) => name);
    for (const { operation } of operations) {
      const {
        summary,
        tags: named,
        responses,
        operationId,
      } = operation as unknown as {
        operationId: string;
        summary: string;
        tags: string[];
        responses: Record<string, { description: string }>;
      };
      expect(summary, operationId).toMatch(/^\S.*\S$/);
      expect(named, operationId).toEqual([expect.any(String)]);
      expect(tags).toContain(named[0]);
      for (const { description } of Object.values(responses)) expect(description, operationId).not.toBe('');
    }
    expect(new Set(operations.flatMap(({ operation }) => (operation as unknown as { tags: string[] }).tags))).toEqual(
      new Set(tags),
    );
  });

  test('has a parameter for each name in a path, and references that lead somewhere', () => {
    for (const { path, operation } of operations) {
      const wanted = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort();
      const given = (operation.parameters ?? []).filter((each) => each.in === 'path').map(({ name }) => name);
      expect(given.sort(), path).toEqual(wanted);
    }
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]*)"/g)].map(
      ([, reference]) => reference ?? '',
    );
    for (const reference of references) {
      const target = reference
        .replace(/^#\//, '')
        .split('/')
        .reduce((part, key) => part?.[key], document);
      expect(target, reference).toBeDefined();
    }
  });

  test('is another document than that of the API, which knows nothing of it', async () => {
    const api = operationsOf((await emulated.send('GET', '/openapi.json')).body);
    expect(api.filter(({ path }) => path.startsWith('/_emulator'))).toEqual([]);
    expect(operations.filter(({ path }) => path.startsWith('/api'))).toEqual([]);
  });
});

describe('a field that is not known', () => {
  /** A body that each call takes, as it stands in a world of `busy`. */
  const bodies: Record<string, (world: Own) => Promise<unknown> | unknown> = {
    createOrganization: () => ({
      accounts: [{ name: 'x' }],
      clock: { mode: 'controlled' },
      pace: { attach: 1 },
      failingRoles: [{ roleArn: 'arn:aws:iam::123456789012:role/x', reason: 'x' }],
      instances: furniture.instances,
      volumes: furniture.volumes.slice(0, 3),
    }),
    importState: async (world) => JSON.parse(await world.export()),
    createCheckpoint: () => ({ name: 'x' }),
    setClock: () => ({ mode: 'controlled' }),
    advanceClock: () => ({ seconds: 1 }),
    setPace: () => ({ attach: 1 }),
    createFault: () => ({
      match: { operationId: 'getVolume' },
      times: 1,
      effect: { status: 503, headers: { a: 'b' } },
    }),
    createInventoryVolume: () => ({
      sizeGb: 5,
      volumeSizeGb: 5,
      availabilityZone: zone,
      tags: [{ key: 'a', value: 'b' }],
    }),
    tagInventoryVolume: () => ({ tags: [{ key: 'a', value: 'b' }] }),
  };

  /** A free form, where any field is known. */
  const free = /\/(rule|headers)(\/|$)/;

  /** Every copy of a body that has one object in it with a field more; of things alike in a list, one. */
  function withBogus(body: unknown): { at: string; body: unknown }[] {
    const found: { at: string; body: unknown }[] = [];
    const seen = new Set<string>();
    const visit = (value: unknown, path: (string | number)[]) => {
      if (typeof value !== 'object' || value === null) return;
      const at = `/${path.map((each) => (typeof each === 'number' ? '*' : each)).join('/')}`;
      if (free.test(at)) return;
      const isList = Array.isArray(value);
      if (!isList && !seen.has(at)) {
        seen.add(at);
        const copy = structuredClone(body);
        // biome-ignore lint/suspicious/noExplicitAny: a way into a document of any shape
        const target = path.reduce((part: any, key) => part[key], copy);
        target.bogus = 1;
        found.push({ at, body: copy });
      }
      for (const [key, item] of Object.entries(value)) visit(item, [...path, isList ? Number(key) : key]);
    };
    visit(body, []);
    return found;
  }

  let emulated: Emulated;
  let world: Own;
  beforeAll(async () => {
    emulated = await emulate();
    world = await busy(emulated.send);
  });
  afterAll(() => emulated.close());

  test('is refused wherever a body has an object, and nothing is changed', async () => {
    const operations = operationsOf((await emulated.send('GET', '/_emulator/openapi.json')).body).filter(
      ({ operation, path }) =>
        operation.requestBody && (path.includes('{organizationId}') || operation.operationId === 'createOrganization'),
    );
    expect(operations.length).toBeGreaterThan(6);
    const tried: string[] = [];
    for (const { method, path, operation } of operations) {
      const name = operation.operationId.replace(/InOrganization$/, '');
      const schema = operation.requestBody?.content['application/json']?.schema ?? {};
      const body = (await bodies[name]?.(world)) ?? sample(schema);
      for (const { at, body: bogus } of withBogus(body)) {
        const before = emulated.dump();
        const answer = await emulated.send(method as Method, fill(path, world), bogus);
        expect(answer, `${name} ${at}: ${answer.text}`).toMatchObject({ status: 400, code: 'request-invalid' });
        expect(answer.body.message, `${name} ${at}`).toMatch(/bogus|exactly one of/);
        expect(emulated.dump() === before, `${name} ${at} has changed something`).toBe(true);
        tried.push(`${name} ${at}`);
      }
    }
    for (const at of [
      '/',
      '/volumes/*',
      '/volumes/*/due',
      '/volumes/*/attachment/due',
      '/tokens/*',
      '/rules/*',
      '/snapshots/*/tags/*',
      '/clock',
      '/ids',
    ]) {
      expect(tried).toContain(`importState ${at}`);
    }
    expect(tried).toContain('createFault /match');
    expect(tried).toContain('createFault /effect');
  });

  /** Something that a schema accepts, by its types: enough to add a field to. */
  // biome-ignore lint/suspicious/noExplicitAny: a schema of any shape
  function sample(schema: any): unknown {
    if (schema.enum) return schema.enum[0];
    if (schema.oneOf) return sample(schema.oneOf[0]);
    switch (schema.type) {
      case 'object':
        return Object.fromEntries(Object.entries(schema.properties ?? {}).map(([key, value]) => [key, sample(value)]));
      case 'array':
        return [sample(schema.items)];
      case 'integer':
      case 'number':
        return schema.minimum ?? 1;
      case 'boolean':
        return true;
      default:
        return 'x';
    }
  }
});
