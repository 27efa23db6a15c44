import { describe, expect, test } from 'vitest';
import { formatInstant } from '../../../src/ground/clock.ts';
import { roles } from '../../../src/state/tenancy/roles.ts';
import { refused } from '../../support/refused.ts';
import { beginning, organization, production, staging, volumes } from '../../support/world.ts';
import { describeTypes } from '../../support/wrong-types.ts';
import {
  accepted,
  accountPath,
  allInOneWorld,
  aUuid,
  eachInWorldOfItsOwn,
  isEmpty,
  nowhere,
  testRefusals,
  testStrangers,
  world,
} from './room.ts';

const create = (body: object = {}, accountId = production, token = 'organization-token') =>
  world.as(token)('POST', accountPath('/tokens', accountId), {
    description: 'for the tests',
    expireInMinutes: 0,
    roleIds: [],
    ...body,
  });
const read = (tokenId: string, accountId = production, token = 'organization-token') =>
  world.as(token)('GET', accountPath(`/tokens/${tokenId}`, accountId));
const remove = (tokenId: string, accountId = production, token = 'organization-token') =>
  world.as(token)('DELETE', accountPath(`/tokens/${tokenId}`, accountId));

/** A call that reads, and one that changes something, of the account production. */
const look = (secret: string) => world.as(secret)('GET', accountPath());
const change = (secret: string) => world.as(secret)('POST', `/api/v1/volumes/${volumes.documented}/create-snapshot`);

const minutes = (count: number) => count * 60_000;
const longest = 52_704_000;

describe('types', () => {
  describeTypes('organization-token', [
    {
      method: 'POST',
      path: '/api/v1/accounts/{accountId}/tokens',
      params: { accountId: production },
      body: { description: 'for the tests', expireInMinutes: 60, roleIds: [roles.admin] },
      fields: { description: 'string', expireInMinutes: 'integer', roleIds: 'array', 'roleIds/0': 'string' },
      required: [],
    },
  ]);
});

describe('constraints', () => {
  describe('creating', () => {
    testRefusals([
      ...[-1, -60, longest + 1, Number.MAX_SAFE_INTEGER].map((expireInMinutes) => ({
        what: `to expire in ${expireInMinutes} minutes`,
        call: () => create({ expireInMinutes }),
        code: 'request-invalid' as const,
        message: /^body\/expireInMinutes must be [<>]= \d+$/,
      })),
      ...[
        '',
        'administrator',
        'readonly',
        'read-only ',
        'ADMIN',
        roles.admin.slice(1),
        `${roles.admin}0`,
        roles.admin.replaceAll('-', ''),
      ].map((role) => ({
        what: `the role id ${JSON.stringify(role)}, which is no UUID and no name`,
        call: () => create({ roleIds: [roles.admin, role] }),
        code: 'request-invalid' as const,
        message: `body/roleIds/1 must be "admin", "read-only" or a UUID (${roles.admin} is admin, ${roles.readOnly} is`,
      })),
      {
        what: 'an account that is not there',
        call: () => create({}, nowhere),
        status: 404,
        code: 'account-not-found',
        message: `There is no account ${nowhere}`,
      },
    ]);
  });

  describe.each([
    { what: 'reading', call: read },
    { what: 'deleting', call: remove },
  ])('$what', ({ call }) => {
    testRefusals([
      ...[nowhere, 'not-a-uuid'].map((tokenId) => ({
        what: `the token ${tokenId}, which is not there`,
        call: () => call(tokenId),
        status: 404,
        code: 'token-not-found' as const,
        message: `There is no token ${tokenId} in account ${production}`,
      })),
      {
        what: 'a token of an account that is not there',
        call: () => call(nowhere, nowhere),
        status: 404,
        code: 'account-not-found',
        message: `There is no account ${nowhere}`,
      },
    ]);

    describe('a token of another account', () => {
      eachInWorldOfItsOwn();

      test('is like one that is not there', async () => {
        const { tokenId } = accepted(await create(), 201);
        await refused(world, () => call(tokenId, staging), {
          status: 404,
          code: 'token-not-found',
          message: `There is no token ${tokenId} in account ${staging}`,
        });
      });
    });
  });
});

describe('authorization', () => {
  testStrangers([
    { what: 'creating', method: 'POST', path: accountPath('/tokens'), body: {} },
    { what: 'reading', method: 'GET', path: accountPath(`/tokens/${nowhere}`) },
    { what: 'deleting', method: 'DELETE', path: accountPath(`/tokens/${nowhere}`) },
  ]);

  describe('an account token', () => {
    eachInWorldOfItsOwn();

    test('manages the tokens of its own account', async () => {
      const { tokenId } = accepted(await create({}, production, 'account-token'), 201);
      expect(accepted(await read(tokenId, production, 'account-token')).tokenId).toBe(tokenId);
      isEmpty(await remove(tokenId, production, 'account-token'));
    });

    test('may read them also where it may only read', async () => {
      const { tokenId } = accepted(await create(), 201);
      expect(accepted(await read(tokenId, production, 'readonly-token')).tokenId).toBe(tokenId);
    });
  });

  describe("an account token and another account's tokens", () => {
    const others = [staging, organization, nowhere];
    testRefusals(
      others.flatMap((accountId) =>
        [
          { what: 'creating', call: () => create({}, accountId, 'account-token') },
          { what: 'reading', call: () => read(nowhere, accountId, 'account-token') },
          { what: 'deleting', call: () => remove(nowhere, accountId, 'account-token') },
        ].map(({ what, call }) => ({
          what: `${what} one of the account ${accountId}, as if that were not there`,
          call,
          status: 404,
          code: 'account-not-found' as const,
          message: new RegExp(`^There is no account ${accountId}$`),
        })),
      ),
    );
  });
});

describe('behaviour', () => {
  describe('creating', () => {
    eachInWorldOfItsOwn();

    test('answers 201 with the token and its secret, and the token reads back without', async () => {
      const { secret, ...token } = accepted(await create({ expireInMinutes: 90, roleIds: [roles.admin] }), 201);
      expect(token).toEqual({
        accountId: production,
        tokenId: aUuid,
        description: 'for the tests',
        expires: '2026-01-01T01:30:00.000Z',
        createdAt: '2026-01-01T00:00:00.000Z',
        roleIds: [roles.admin],
      });
      expect(secret).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/);
      expect(accepted(await read(token.tokenId))).toEqual(token);
    });

    test('fills in what was left out', async () => {
      const answer = await world.as('organization-token')('POST', accountPath('/tokens'));
      expect(accepted(answer, 201)).toMatchObject({ description: '', expires: null, roleIds: [] });
    });

    test.each(['', 'Schlüssel ☾ 鍵', 'x'.repeat(500)])('keeps the description %j', async (description) => {
      const { tokenId } = accepted(await create({ description }), 201);
      expect(accepted(await read(tokenId)).description).toBe(description);
    });

    const strange = 'aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee';
    test.each([
      ['no role', []],
      ['one role', [roles.admin]],
      ['several roles, in their order', [strange, roles.readOnly, roles.admin, nowhere]],
      ['the same in another order', [roles.admin, nowhere, strange, roles.readOnly]],
      ['one role twice', [strange, strange]],
      ['upper case', [strange.toUpperCase()]],
      ['the names of the two roles', ['read-only', 'admin', roles.admin]],
    ])('keeps %s as it is', async (_, roleIds) => {
      const token = accepted(await create({ roleIds }), 201);
      expect(token.roleIds).toEqual(roleIds);
      expect(accepted(await read(token.tokenId)).roleIds).toEqual(roleIds);
    });

    test('never keeps a secret', async () => {
      const { secret } = accepted(await create(), 201);
      expect(JSON.stringify(world.dump())).not.toContain(secret);
      expect(JSON.stringify(world.dump())).not.toContain(secret.split('.')[2]);
    });

    test('makes another token with another secret each time', async () => {
      const tokens = await Promise.all(Array.from({ length: 5 }, () => create()));
      for (const field of ['tokenId', 'secret']) {
        expect(new Set(tokens.map((token) => accepted(token, 201)[field])).size).toBe(5);
      }
    });

    // A known fault: it begins to fail here when it is mended, and is an ordinary test then.
    test('does not fail while the account is being deleted', async () => {
      const path = '/api/v1/accounts';
      const { accountId } = accepted(await world.as('organization-token')('POST', path, { name: 'short-lived' }), 201);
      const [answer] = await Promise.all([
        create({}, accountId),
        world.as('organization-token')('DELETE', `${path}/${accountId}`),
      ]);
      expect([201, 404]).toContain(answer.status);
    });
  });

  describe('a minted token', () => {
    eachInWorldOfItsOwn();

    test('works at once, for its account and no other', async () => {
      const { secret } = accepted(await create(), 201);
      accepted(await look(secret));
      accepted(await change(secret));
      await refused(world, () => world.as(secret)('GET', accountPath('', staging)), {
        status: 404,
        code: 'account-not-found',
        message: staging,
      });
      await refused(world, () => world.as(secret)('POST', '/api/v1/accounts', { name: 'x' }), {
        status: 401,
        code: 'organization-token-required',
        message: 'Only an organization token',
      });
    });

    test('mints others', async () => {
      const { secret } = accepted(await create(), 201);
      const other = accepted(await create({}, production, secret), 201);
      accepted(await look(other.secret));
    });

    test("is an organization token where it is one of the organization's own account", async () => {
      const { secret, accountId } = accepted(await create({}, organization), 201);
      expect(accountId).toBe(organization);
      accepted(await world.as(secret)('POST', '/api/v1/accounts', { name: 'development' }), 201);
      accepted(await world.as(secret)('GET', accountPath('', staging)));
      await refused(world, () => world.as(secret)('GET', '/api/v1/volumes'), {
        status: 400,
        code: 'accounts-required',
        message: 'An organization token must say which accounts to list',
      });
    });

    test.each([
      ['no role', []],
      ['Admin', [roles.admin]],
      ['Admin by its name', ['admin']],
      ['both roles by their names', ['read-only', 'admin']],
      ['the read-only role by its name, and Admin by its id', ['read-only', roles.admin]],
      ['a role that nobody knows', [nowhere]],
      ['the read-only role and Admin', [roles.readOnly, roles.admin]],
    ])('with %s reads and changes', async (_, roleIds) => {
      const { secret } = accepted(await create({ roleIds }), 201);
      accepted(await look(secret));
      accepted(await change(secret));
    });

    test.each([
      ['the read-only role', [roles.readOnly]],
      ['the read-only role by its name', ['read-only']],
      ['the read-only role among others', [nowhere, roles.readOnly]],
    ])('with %s reads, and changes nothing', async (_, roleIds) => {
      const { secret } = accepted(await create({ roleIds }), 201);
      accepted(await look(secret));
      const refusal = { status: 401, code: 'token-read-only', message: 'use a token with the Admin role' };
      await refused(world, () => change(secret), refusal);
      await refused(world, () => create({}, production, secret), refusal);
    });

    // A known fault: it begins to fail here when it is mended, and is an ordinary test then.
    test('is read-only however the id of that role is written', async () => {
      const { secret } = accepted(await create({ roleIds: [roles.readOnly.toUpperCase()] }), 201);
      expect((await change(secret)).status).toBe(401);
    });
  });

  describe('deleting', () => {
    eachInWorldOfItsOwn();

    test('answers with nothing, and the token is not there any more', async () => {
      const { tokenId } = accepted(await create(), 201);
      isEmpty(await remove(tokenId));
      for (const call of [read, remove]) {
        await refused(world, () => call(tokenId), {
          status: 404,
          code: 'token-not-found',
          message: `There is no token ${tokenId} in account ${production}`,
        });
      }
    });

    test('stops the token at once, and no other', async () => {
      const [gone, stays] = [accepted(await create(), 201), accepted(await create(), 201)];
      accepted(await look(gone.secret));
      isEmpty(await remove(gone.tokenId));
      await refused(world, () => look(gone.secret), {
        status: 401,
        code: 'token-unknown',
        message: 'The token is not valid: it is unknown, or was deleted',
      });
      accepted(await look(stays.secret));
    });

    test('works for the token itself', async () => {
      const { tokenId, secret } = accepted(await create(), 201);
      isEmpty(await remove(tokenId, production, secret));
      expect((await look(secret)).status).toBe(401);
    });
  });

  describe('over time', () => {
    eachInWorldOfItsOwn();

    test('a token works until the instant it expires, and can be read and deleted afterwards', async () => {
      const { secret, ...token } = accepted(await create({ expireInMinutes: 1 }), 201);
      world.clock.advance(59_999);
      accepted(await look(secret));
      accepted(await change(secret));
      world.clock.advance(1);
      for (const call of [look, change]) {
        await refused(world, () => call(secret), {
          status: 401,
          code: 'token-expired',
          message: 'The token expired at 2026-01-01T00:01:00.000Z: create a new one',
        });
      }
      expect(accepted(await read(token.tokenId))).toEqual(token);
      isEmpty(await remove(token.tokenId));
    });

    test('0 minutes mean that it never expires', async () => {
      const { secret, tokenId, expires } = accepted(await create({ expireInMinutes: 0 }), 201);
      expect(expires).toBeNull();
      expect(accepted(await read(tokenId)).expires).toBeNull();
      world.clock.advance(minutes(10 * longest));
      accepted(await look(secret));
    });

    test('a token may live for a hundred years', async () => {
      const { secret, expires } = accepted(await create({ expireInMinutes: longest }), 201);
      expect(expires).toBe(formatInstant(beginning + minutes(longest)));
      world.clock.advance(minutes(longest) - 1);
      accepted(await look(secret));
    });
  });

  describe('in a world whose clock stands', () => {
    const standing = Date.UTC(2030, 5, 1);
    eachInWorldOfItsOwn({ clock: standing });

    test('a token is made and expires by that clock', async () => {
      const { secret, createdAt, expires } = accepted(await create({ expireInMinutes: 1 }), 201);
      expect({ createdAt, expires }).toEqual({
        createdAt: '2030-06-01T00:00:00.000Z',
        expires: '2030-06-01T00:01:00.000Z',
      });
      world.clock.advance(minutes(60));
      accepted(await look(secret));
    });
  });

  describe('of the seed', () => {
    allInOneWorld();

    test('each token can be read, and none with its secret', async () => {
      const tokens = world.dump().token ?? [];
      expect(tokens).not.toHaveLength(0);
      for (const { id, account } of tokens) {
        const owner = world.dump().account?.find(({ key }) => key === account)?.id;
        expect(Object.keys(accepted(await read(id, owner))).sort()).toEqual(
          ['accountId', 'tokenId', 'description', 'expires', 'createdAt', 'roleIds'].sort(),
        );
      }
    });
  });
});
