import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { ErrorCode } from '../../src/ground/errors.ts';
import type { Seed } from '../../src/state/document/document.ts';
import { paces } from '../../src/state/engine/pace.ts';
import { refused } from '../support/refused.ts';
import { beginning, buildWorld, production, volumes, type World } from '../support/world.ts';

let world: World;

/** A call that reads, one that writes, and one of which the path alone is right. */
const calls = [
  { what: 'a call that reads', method: 'GET', path: '/api/v1/volumes' },
  { what: 'a call that writes', method: 'POST', path: `/api/v1/volumes/${volumes.documented}/create-snapshot` },
  { what: 'a call on what is not there', method: 'POST', path: '/api/v1/volumes/vol-0ffffffffffffffff/modify' },
] as const;

describe.each(calls)('$what', ({ method, path }) => {
  beforeAll(async () => {
    world = await buildWorld();
  });
  afterAll(() => world.close());

  const jwt = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U';
  const refusals: { authorization: string | undefined; code: ErrorCode; message: string }[] = [
    ...[undefined, ''].map((authorization) => ({
      authorization,
      code: 'authorization-missing' as const,
      message: 'The Authorization header is missing: send "Authorization: Bearer <token>"',
    })),
    ...[
      'Bearer',
      'Bearer ',
      'account-token',
      'Basic account-token',
      'Basic YWNjb3VudDp0b2tlbg==',
      'Token account-token',
      'Beareraccount-token',
      'Bearer: account-token',
      'Bearer account-token extra',
      'Bearer account-token, Bearer account-token',
      'Bearer account-token,',
      'Bearer\taccount-token',
      'xBearer account-token',
    ].map((authorization) => ({
      authorization,
      code: 'authorization-malformed' as const,
      message: 'The Authorization header is not of the form "Bearer <token>"',
    })),
    ...[
      'Bearer nobody',
      'Bearer Account-Token',
      'Bearer account-token2',
      'Bearer account-toke',
      'Bearer "account-token"',
      'Bearer undefined',
      'Bearer *',
      "Bearer '--",
      `Bearer ${'x'.repeat(8_000)}`,
      `Bearer ${jwt}`,
    ].map((authorization) => ({
      authorization,
      code: 'token-unknown' as const,
      message: 'The token is not valid: it is unknown, or was deleted. Tokens are per environment',
    })),
    {
      authorization: 'Bearer expired-token',
      code: 'token-expired',
      message: 'The token expired at 2025-12-31T23:00:00.000Z: create a new one',
    },
  ];

  test.each(refusals)('is refused with the header $authorization', async ({ authorization, code, message }) => {
    const headers = authorization === undefined ? undefined : { authorization };
    const answer = await refused(world, () => world.send(method, path, undefined, headers), {
      status: 401,
      code,
      message,
    });
    expect(answer.headers.deprecation).toBeUndefined();
  });

  test.each(['expired-token', 'nobody-has-this-token'])('does not repeat the secret %s', async (secret) => {
    const { text, headers } = await world.as(secret)(method, path);
    expect(text + JSON.stringify(headers)).not.toContain(secret);
  });

  test('does not take a token from anywhere else', async () => {
    const headers = {
      'x-api-key': 'account-token',
      cookie: 'token=account-token',
      'proxy-authorization': 'Bearer account-token',
    };
    const query = '?token=account-token&access_token=account-token&authorization=Bearer%20account-token';
    await refused(world, () => world.send(method, path + query, undefined, headers), {
      status: 401,
      code: 'authorization-missing',
      message: 'Authorization',
    });
  });
});

describe('a token that is valid', () => {
  beforeAll(async () => {
    world = await buildWorld();
  });
  afterAll(() => world.close());

  test.each(['Bearer', 'bearer', 'BEARER', 'bEaReR', 'Bearer ', 'Bearer   '])(
    'is taken after the scheme %j',
    async (scheme) => {
      const { status } = await world.send('GET', '/api/v1/volumes', undefined, {
        authorization: `${scheme} account-token`,
      });
      expect(status).toBe(200);
    },
  );

  test.each(['account-token', 'staging-account-token', 'readonly-token', 'organization-token'])(
    'is %s',
    async (token) => {
      expect((await world.as(token)('GET', '/api/v1/volumes?accounts=all')).status).toBe(200);
    },
  );

  test('brings no challenge, neither with success nor with another refusal', async () => {
    for (const path of ['/api/v1/volumes', '/api/v1/volumes/vol-0ffffffffffffffff']) {
      const { headers } = await world.as('account-token')('GET', path);
      expect(headers['www-authenticate']).toBeUndefined();
      expect(headers.www_authenticate).toBeUndefined();
    }
  });
});

describe('a token that expires', () => {
  const organizationId = '22222222-2222-4222-8222-222222222222';
  const minute = 60_000;
  const seed: Seed = {
    organizationId,
    name: 'Another organization',
    accounts: [],
    tokens: [{ token: 'ten-minutes', accountId: organizationId, description: '', expiresInMinutes: 10 }],
    instances: [],
    volumes: [],
    snapshots: [],
  };
  const status = async () => (await world.as('ten-minutes')('GET', '/api/v1/volumes?accounts=all')).status;

  beforeEach(async () => {
    world = await buildWorld();
  });
  afterEach(() => world.close());

  test('works until then, and not from then on', async () => {
    world.createWorld(seed, { clockNow: null, pace: paces.instant });
    expect(await status()).toBe(200);
    world.clock.advance(10 * minute - 1);
    expect(await status()).toBe(200);
    world.clock.advance(1);
    await refused(world, () => world.as('ten-minutes')('GET', '/api/v1/volumes?accounts=all'), {
      status: 401,
      code: 'token-expired',
      message: 'The token expired at 2026-01-01T00:10:00.000Z: create a new one',
    });
    world.clock.advance(1_000_000 * minute);
    expect(await status()).toBe(401);
  });

  test("does so by its own world's clock, whatever the process's says", async () => {
    world.createWorld(seed, { clockNow: beginning, pace: paces.instant });
    world.clock.advance(60 * minute);
    expect(await status()).toBe(200);
  });

  test('does so from the beginning of its own world', async () => {
    const later = beginning + 365 * 24 * 60 * minute;
    world.createWorld(seed, { clockNow: later, pace: paces.instant });
    expect(await status()).toBe(200);
  });

  test('leaves the others alone', async () => {
    world.clock.advance(1_000_000 * minute);
    expect((await world.as('account-token')('GET', '/api/v1/volumes')).status).toBe(200);
  });
});

describe('a read-only token', () => {
  beforeAll(async () => {
    world = await buildWorld();
  });
  afterAll(() => world.close());

  const readOnly = {
    status: 401,
    code: 'token-read-only',
    message: /^The token is read-only, and this call changes something: use a token with the Admin role$/,
  };

  test.each(['create-snapshot', 'attach', 'modify', 'deactivate-autoscaling'])('may not %s', async (name) => {
    const path = `/api/v1/volumes/${volumes.documented}/${name}`;
    await refused(world, () => world.as('readonly-token')('POST', path, {}), readOnly);
  });

  test.each(['volumes', 'snapshots', `volumes/${volumes.documented}`])('may read %s', async (path) => {
    expect((await world.as('readonly-token')('GET', `/api/v1/${path}`)).status).toBe(200);
  });

  test('learns nothing from a write of whether a thing is there', async () => {
    const answer = (id: string) => world.as('readonly-token')('POST', `/api/v1/volumes/${id}/modify`, {});
    const { status, text } = await answer('vol-0ffffffffffffffff');
    expect(await answer(volumes.documented)).toMatchObject({ status, text });
  });
});

describe('whether a caller may is said before', () => {
  beforeAll(async () => {
    world = await buildWorld();
  });
  afterAll(() => world.close());

  const json = { 'content-type': 'application/json' };
  const wrong: [string, string, string, Record<string, string>][] = [
    ['what a wrong body lacks', 'attach', '{}', json],
    ['that a body is no JSON', 'modify', '{', json],
    ['that a body is too long', 'modify', 'x'.repeat(70_000), json],
    ['that a Content-Type is wrong', 'modify', 'a=1', { 'content-type': 'application/x-www-form-urlencoded' }],
  ];
  const callers: [string, Record<string, string>, string, ErrorCode][] = [
    ['no token', {}, '', 'authorization-missing'],
    ['an unknown token', { authorization: 'Bearer nobody' }, '', 'token-unknown'],
    ['an expired token', { authorization: 'Bearer expired-token' }, '', 'token-expired'],
    ['a read-only token', { authorization: 'Bearer readonly-token' }, '', 'token-read-only'],
    [
      'a token of another account',
      { authorization: 'Bearer staging-account-token' },
      `?accounts=${production}`,
      'account-not-allowed',
    ],
  ];

  describe.each(wrong)('%s', (_, name, body, contentType) => {
    test.each(callers)('to %s', async (_, headers, query, code) => {
      const path = `/api/v1/volumes/${volumes.documented}/${name}${query}`;
      await refused(world, () => world.send('POST', path, body, { ...headers, ...contentType }), {
        status: 401,
        code,
        message: /./,
      });
    });
  });

  const others = callers.filter(([, , , code]) => code !== 'token-read-only');
  test.each(others)('what is wrong with a query, to %s', async (_, headers, query, code) => {
    const path = `/api/v1/volumes${query || '?'}&limit=0`;
    await refused(world, () => world.send('GET', path, undefined, headers), { status: 401, code, message: /./ });
  });
});
