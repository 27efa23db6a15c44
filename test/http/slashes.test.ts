import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { listen } from '../attack/sockets.ts';
import { hear } from '../routes/control/control.ts';
import { refused } from '../support/refused.ts';
import { routesOf } from '../support/routes.ts';
import { buildWorld, instances, production, volumes, type World } from '../support/world.ts';

// Both of Datafy's Terraform providers join an endpoint and a path as they are: an endpoint that ends in a slash gives
// `//api/v1/…`.

let world: World;
beforeEach(async () => {
  world = await buildWorld();
});
afterEach(() => world.close());

const authorization = 'Bearer organization-token';

describe('doubled slashes of a path are one', () => {
  test.each([
    ['where the endpoint ends in one', `//api/v1/accounts/${production}`],
    ['where it ends in several', `///api/v1/accounts/${production}`],
    ['within the path', `/api//v1///accounts//${production}`],
  ])('%s', async (_, path) => {
    const origin = `http://127.0.0.1:${await listen(world.app)}`;
    const { status, text } = await hear(origin, 'GET', '', { path, headers: { authorization } });
    expect([status, JSON.parse(text).accountId]).toEqual([200, production]);
    const { body } = await world.send('GET', `/_emulator/requests?path=/api/v1/accounts/${production}`);
    expect(body.requests).toMatchObject([{ path: `/api/v1/accounts/${production}`, status: 200 }]);
  });

  test('on the control surface and the pages, too', async () => {
    for (const path of ['//_emulator/health', '/_emulator//health', '//openapi.json', '//docs']) {
      expect((await world.send('GET', path)).status, path).toBe(200);
    }
  });

  test('and open no way past a guard', async () => {
    const origin = `http://127.0.0.1:${await listen(world.app)}`;
    const guarded = async (path: string, headers: Record<string, string>) =>
      (await hear(origin, 'GET', '', { path, headers })).headers['x-emulator-error'];
    expect(await guarded('//_emulator/state', { origin: 'http://evil.example' })).toBe('origin-not-allowed');
    expect(await guarded('//evil.example/_emulator/state', {})).toBe('call-not-found');
    expect(await guarded('http://evil.example//_emulator/state', {})).toBe('target-not-a-path');
    expect(await guarded('//api/v1/volumes', {})).toBe('authorization-missing');
  });

  test('so that a fault strikes the call by its path', async () => {
    const path = `/api/v1/aws/volumes/${volumes.documented}`;
    await world.send('POST', '/_emulator/faults', { match: { path }, effect: { status: 503 } });
    expect((await world.as('account-token')('GET', `/${path}`)).status).toBe(503);
  });

  test('but those of a query, and encoded ones, are left alone', async () => {
    const { body } = await world.as('organization-token')('GET', '//api/v1/volumes?accounts=a//b');
    expect(body.message).toContain('a//b');
    const query = await world.send('GET', '/nowhere?x=//y');
    expect(query.status).toBe(404);
    const encoded = await world.as('account-token')('GET', '/api/v1/aws/volumes/a%2F%2Fb');
    expect(encoded.body.message).toContain('a//b');
    expect((await world.as('account-token')('GET', '/api/v1%2F%2Faws/volumes/x')).status).toBe(404);
    const { body: journal } = await world.send('GET', '/_emulator/requests?operationId=getAwsVolume');
    expect(journal.requests).toMatchObject([{ path: '/api/v1/aws/volumes/a%2F%2Fb' }]);
  });
});

describe('a path in which an id is empty is not there', () => {
  test('on any call, whether the id is the last part of it or not', async () => {
    const before = world.dump();
    const heard: Record<string, unknown> = {};
    for (const { method, url } of routesOf(world.app)) {
      for (const name of url.match(/:\w+/g) ?? []) {
        const path = url.replace(name, '').replace(/:\w+/g, production);
        const { status, headers, body } = await world.send(method, path, {}, { authorization });
        const said = [status, headers['x-emulator-error']];
        // In the middle the path may be that of another call, with a name for an id.
        const isLast = url.endsWith(name);
        const isOther = !isLast && status === 404 && /-not-found$/.test(String(said[1]));
        const isRefused =
          said.join() === '404,call-not-found' &&
          (method === 'HEAD' || /is an id in the path empty\?/.test(body.message));
        if (!isRefused && !isOther) heard[`${method} ${path}`] = said;
      }
    }
    expect(heard).toEqual({});
    expect(world.dump()).toEqual(before);
  });

  test('and says so', async () => {
    await refused(world, () => world.as('account-token')('GET', '/api/v1/aws/volumes/'), {
      status: 404,
      code: 'call-not-found',
      message: 'There is no call GET /api/v1/aws/volumes/ (is an id in the path empty?)',
    });
    const attach = { instanceId: instances.documented, deviceName: '/dev/sdb' };
    await refused(world, () => world.as('account-token')('POST', '/api/v1/volumes//attach', attach), {
      status: 404,
      code: 'call-not-found',
      message: 'There is no call POST /api/v1/volumes/attach (is an id in the path empty?)',
    });
  });
});
