import { Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { paces } from '../../../src/state/engine/pace.ts';
import { refused } from '../../support/refused.ts';
import { organization, production, staging, volumes, type World } from '../../support/world.ts';
import { describeTypes } from '../../support/wrong-types.ts';
import {
  accepted,
  accountPath,
  allInOneWorld,
  aUuid,
  eachInWorldOfItsOwn,
  isEmpty,
  nowhere,
  targetOf,
  testRefusals,
  testStrangers,
  world,
} from './room.ts';

const create = (name = 'development', token = 'organization-token') =>
  world.as(token)('POST', '/api/v1/accounts', { name });
const read = (accountId: string, token = 'organization-token') => world.as(token)('GET', accountPath('', accountId));
const rename = (accountId: string, name = 'renamed', token = 'organization-token') =>
  world.as(token)('PUT', accountPath('', accountId), { name });
const remove = (accountId: string, token = 'organization-token') =>
  world.as(token)('DELETE', accountPath('', accountId));

/** The id of a new account, and the secret of a token for it. */
async function createWithToken(): Promise<{ accountId: string; secret: string }> {
  const { accountId } = accepted(await create(), 201);
  const answer = await world.as('organization-token')('POST', accountPath('/tokens', accountId), {});
  return { accountId, secret: accepted(answer, 201).secret };
}

/** Gives an account something of everything that can be an account's, and no autoscaling volume. */
async function fill(accountId: string, secret: string): Promise<void> {
  const call = world.as(secret);
  accepted(
    await call('POST', accountPath('/role-arn', accountId), { roleArn: 'arn:aws:iam::123456789012:role/x' }),
    201,
  );
  const rule = { in: [{ var: 'cluster_name' }, ['none']] };
  accepted(await call('POST', accountPath('/autoscaling/rules', accountId), { active: true, rule }), 201);

  const target = targetOf(accountId);
  const place = { availabilityZone: 'us-east-1a' };
  const { instanceId } = world.state.aws.createInstance(target, { ...place, agent: true });
  const attachment = { instanceId, deviceName: '/dev/sdb', deleteOnTermination: false };
  world.state.aws.attachVolume(
    target,
    world.state.aws.createVolume(target, { ...place, sizeGb: 8 }).volumeId,
    attachment,
  );

  const volumeProperties = { ...place, diskSize: 10 };
  const volume = await call('POST', '/api/v1/aws/volumes/create-autoscaling-volume', { volumeProperties });
  const path = `/api/v1/volumes/${accepted(volume).volumeId}`;
  accepted(await call('POST', `${path}/create-snapshot`));
  accepted(await call('POST', `${path}/modify`, { volumeSizeGb: 11 }));
  accepted(await call('POST', `${path}/deactivate-autoscaling`));
}

/** Every row of every table; how many ids a world has made is never taken back. */
function rows(): ReturnType<World['dump']> {
  const dump = world.dump();
  return { ...dump, organization: dump.organization!.map(({ ids_made, ...rest }) => rest) };
}

const one = [
  { what: 'reading', call: read },
  { what: 'renaming', call: (accountId: string, token?: string) => rename(accountId, undefined, token) },
  { what: 'deleting', call: remove },
];

describe('types', () => {
  const body = { name: 'development' };
  const fields = { name: 'string' } as const;
  describeTypes('organization-token', [
    { method: 'POST', path: '/api/v1/accounts', body, fields, required: ['name'] },
    {
      method: 'PUT',
      path: '/api/v1/accounts/{accountId}',
      params: { accountId: production },
      body,
      fields,
      required: ['name'],
    },
  ]);
});

describe('constraints', () => {
  describe('a name', () => {
    testRefusals([
      {
        what: 'an empty one for a new account',
        call: () => create(''),
        code: 'request-invalid',
        message: /^body\/name /,
      },
      {
        what: 'an empty one in place of another',
        call: () => rename(production, ''),
        code: 'request-invalid',
        message: /^body\/name /,
      },
    ]);
  });

  describe.each(one)('$what', ({ call }) => {
    testRefusals(
      [nowhere, 'not-a-uuid', '0', production.toUpperCase(), 'vol-0b9176567fe16f0bc'].map((accountId) => ({
        what: `the account ${accountId}, which is not there`,
        call: () => call(accountId),
        status: 404,
        code: 'account-not-found' as const,
        message: `There is no account ${accountId}`,
      })),
    );
  });

  describe('deleting', () => {
    testRefusals([
      {
        what: "the organization's own account",
        call: () => remove(organization),
        status: 409,
        code: 'account-is-organization',
        message: `Account ${organization} is the organization's own: only sub-accounts can be deleted`,
      },
      {
        what: 'an account that owns autoscaling volumes, be they on their way to it or from it, with their count',
        call: () => remove(production),
        status: 409,
        code: 'account-owns-volumes',
        message:
          `Account ${production} still owns 6 autoscaling volumes: switch autoscaling off on each, with ` +
          'POST /api/v1/volumes/{volumeId}/deactivate-autoscaling, and delete it then',
      },
      {
        what: 'an account that owns one',
        call: () => remove(staging),
        status: 409,
        code: 'account-owns-volumes',
        message: `Account ${staging} still owns 1 autoscaling volume: switch`,
      },
    ]);
  });

  describe('calls that are not there', () => {
    testRefusals([
      {
        what: 'to list accounts, and says which methods there are',
        call: () => world.as('organization-token')('GET', '/api/v1/accounts'),
        status: 405,
        code: 'method-not-allowed',
        message: 'There is no call GET /api/v1/accounts: that path takes POST',
      },
      {
        what: 'to post to an account, and says which methods there are',
        call: () => world.as('organization-token')('POST', accountPath(), { name: 'x' }),
        status: 405,
        code: 'method-not-allowed',
        message: `There is no call POST ${accountPath()}: that path takes GET, HEAD, PUT or DELETE`,
      },
    ]);
  });
});

describe('authorization', () => {
  testStrangers([
    { what: 'creating', method: 'POST', path: '/api/v1/accounts', body: { name: 'development' } },
    { what: 'reading', method: 'GET', path: accountPath() },
    { what: 'renaming', method: 'PUT', path: accountPath(), body: { name: 'renamed' } },
    { what: 'deleting', method: 'DELETE', path: accountPath() },
  ]);

  describe('an account token', () => {
    allInOneWorld();

    test.each(['account-token', 'readonly-token'])('reads its own account: %s', async (token) => {
      expect(accepted(await read(production, token))).toEqual({
        accountId: production,
        accountName: 'production',
        parentAccountId: organization,
      });
    });

    test('creates no account', async () => {
      await refused(world, () => create('development', 'account-token'), {
        status: 401,
        code: 'organization-token-required',
        message: 'Only an organization token may create or delete accounts: the token belongs to a sub-account',
      });
    });

    test.each(one)('cannot tell, $what, an account of others from one that is not there', async ({ call }) => {
      const answers = [];
      for (const accountId of [nowhere, staging, organization]) {
        const { text, headers } = await refused(world, () => call(accountId, 'account-token'), {
          status: 404,
          code: 'account-not-found',
          message: new RegExp(`^There is no account ${accountId}$`),
        });
        const { date, ...others } = headers;
        answers.push({ text: text.replace(accountId, ''), headers: others });
      }
      expect(answers).toEqual([answers[0], answers[0], answers[0]]);
    });

    test('cannot change that by ?accounts=', async () => {
      const path = `${accountPath('', staging)}?accounts=${staging}`;
      await refused(world, () => world.as('account-token')('GET', path), {
        status: 404,
        code: 'account-not-found',
        message: staging,
      });
    });
  });

  describe('an account token that would delete its own account', () => {
    eachInWorldOfItsOwn();

    // A known fault: it begins to fail here when it is mended, and is an ordinary test then.
    test('is refused', async () => {
      const { accountId, secret } = await createWithToken();
      await refused(world, () => remove(accountId, secret), {
        status: 401,
        code: 'organization-token-required',
        message: 'Only an organization token may create or delete accounts',
      });
    });
  });
});

describe('behaviour', () => {
  eachInWorldOfItsOwn();

  describe('creating', () => {
    test.each([
      ['a plain name', 'development'],
      ['any letters', 'Ünïcödé ☾ 開発'],
      ['blanks', ' '],
      ['a name that is there already', 'production'],
      ['a long name', 'x'.repeat(1_000)],
      ['quotes and line breaks', '"quoted"\\\n'],
    ])('takes %s, answers 201 with an account below the organization, and it reads back so', async (_, name) => {
      const account = accepted(await create(name), 201);
      expect(account).toEqual({ accountId: aUuid, accountName: name, parentAccountId: organization });
      expect(accepted(await read(account.accountId))).toEqual(account);
    });

    test('makes another account each time, also of one name', async () => {
      const ids = [];
      for (let count = 0; count < 3; count++) ids.push(accepted(await create('same'), 201).accountId);
      expect(new Set(ids).size).toBe(3);
    });

    test('works with the token of the organization only, whatever ?accounts= names', async () => {
      const answer = await world.as('organization-token')('POST', `/api/v1/accounts?accounts=${production}`, {
        name: 'below the organization all the same',
      });
      expect(accepted(answer, 201).parentAccountId).toBe(organization);
    });

    test('makes an account that calls can be made for at once', async () => {
      const { accountId } = accepted(await create(), 201);
      const list = `/api/v1/volumes?accounts=${accountId}`;
      expect(accepted(await world.as('organization-token')('GET', list)).count).toBe(0);
      accepted(await remove(accountId));
      await refused(world, () => world.as('organization-token')('GET', list), {
        status: 401,
        code: 'account-not-allowed',
        message: accountId,
      });
    });
  });

  describe('reading', () => {
    test("shows the organization's own account, which has no parent", async () => {
      expect(accepted(await read(organization))).toEqual({
        accountId: organization,
        accountName: 'Example organization',
        parentAccountId: null,
      });
    });
  });

  describe('renaming', () => {
    test('answers with the account, which keeps its id, and it reads back so', async () => {
      const { accountId } = accepted(await create('before'), 201);
      const renamed = accepted(await rename(accountId, 'nachher ☾'));
      expect(renamed).toEqual({ accountId, accountName: 'nachher ☾', parentAccountId: organization });
      expect(accepted(await read(accountId))).toEqual(renamed);
    });

    test('with the name that it has is no error', async () => {
      expect(accepted(await rename(production, 'production')).accountName).toBe('production');
    });

    test('leaves the other accounts alone', async () => {
      accepted(await rename(production));
      expect(accepted(await read(staging)).accountName).toBe('staging');
    });
  });

  describe('deleting', () => {
    test('answers with nothing, and the account is not there any more', async () => {
      const { accountId } = accepted(await create(), 201);
      isEmpty(await remove(accountId));
      for (const { call } of one) {
        await refused(world, () => call(accountId), { status: 404, code: 'account-not-found', message: accountId });
      }
    });

    test('ends its tokens at once', async () => {
      const { accountId, secret } = await createWithToken();
      accepted(await read(accountId, secret));
      isEmpty(await remove(accountId));
      await refused(world, () => read(accountId, secret), {
        status: 401,
        code: 'token-unknown',
        message: 'The token is not valid',
      });
    });

    test('leaves nothing of it in any table, and everything else as it was', async () => {
      const before = rows();
      const { accountId, secret } = await createWithToken();
      await fill(accountId, secret);
      const untouched = Object.entries(rows()).filter(([table, all]) => all.length === before[table]?.length);
      // No checkpoint is made meanwhile, so that its tables have nothing to keep of it.
      const kept = untouched.filter(([table]) => table.startsWith('kept_'));
      expect(kept.flatMap(([, all]) => all)).toEqual([]);
      expect(
        untouched
          .map(([table]) => table)
          .filter((table) => !table.startsWith('kept_'))
          .sort(),
      ).toEqual(['checkpoint', 'failing_role', 'organization', 'origin']);

      isEmpty(await remove(accountId));
      expect(rows()).toEqual(before);
    });

    test('is possible when autoscaling is off on all its volumes', async () => {
      accepted(
        await world.as('staging-account-token')('POST', `/api/v1/volumes/${volumes.staging}/deactivate-autoscaling`),
      );
      isEmpty(await remove(staging));
      await refused(world, () => read(staging), { status: 404, code: 'account-not-found', message: staging });
    });
  });
});

describe('behaviour of a call whose account is deleted while its body is on its way', () => {
  eachInWorldOfItsOwn();

  /** Sends what sets a role, and deletes the account once the caller was let in and before the body comes. */
  async function overtaken(afterwards?: () => Promise<unknown>) {
    const { accountId, secret } = await createWithToken();
    let asked = () => {};
    const bodyIsWanted = new Promise<void>((resolve) => {
      asked = resolve;
    });
    const payload = new Readable({ read: () => asked() });
    const url = accountPath('/role-arn', accountId);
    const body = '{"roleArn":"arn:aws:iam::123456789012:role/stray"}';
    const headers = { authorization: `Bearer ${secret}`, 'content-length': String(body.length) };
    // It is sent when something waits for its answer.
    const answer = world.app.inject({ method: 'POST', url, headers, payload }).then(({ statusCode }) => statusCode);
    await bodyIsWanted;
    isEmpty(await remove(accountId));
    await afterwards?.();
    payload.push(body);
    payload.push(null);
    return answer;
  }

  // Known faults: each begins to fail here when it is mended, and is an ordinary test then.
  test('is refused like any call for an account that is not there', async () => {
    expect([401, 404]).toContain(await overtaken());
  });

  test('never does to a new account what was meant for the deleted one', async () => {
    let accountId = '';
    await overtaken(async () => {
      accountId = accepted(await create('the next one'), 201).accountId;
    });
    const { status } = await world.as('organization-token')('GET', accountPath('/role-arn', accountId));
    expect(status).toBe(404);
  });
});

describe('behaviour over time', () => {
  eachInWorldOfItsOwn({ pace: { ...paces.instant, create: 5_000, deactivate: 180_000 } });

  test('an account owns a volume until it is off, and from the moment it is asked for', async () => {
    const { accountId, secret } = await createWithToken();
    const { volumeId } = accepted(
      await world.as(secret)('POST', '/api/v1/aws/volumes/create-autoscaling-volume', {
        volumeProperties: { availabilityZone: 'us-east-1a', diskSize: 10 },
      }),
    );
    const refusal = { status: 409, code: 'account-owns-volumes', message: 'still owns 1 autoscaling volume:' };
    await refused(world, () => remove(accountId), refusal);
    world.clock.advance(5_000);
    await refused(world, () => remove(accountId), refusal);
    accepted(await world.as(secret)('POST', `/api/v1/volumes/${volumeId}/deactivate-autoscaling`));
    world.clock.advance(179_999);
    await refused(world, () => remove(accountId), refusal);
    world.clock.advance(1);
    isEmpty(await remove(accountId));
  });
});
