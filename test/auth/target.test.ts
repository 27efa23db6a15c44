import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Seed } from '../../src/state/document/document.ts';
import { paces } from '../../src/state/engine/pace.ts';
import { run } from '../cli/executable.ts';
import { refused } from '../support/refused.ts';
import {
  buildWorld,
  organization,
  production,
  type Row,
  snapshots,
  staging,
  volumes,
  type World,
} from '../support/world.ts';

let world: World;

const nowhere = '11111111-2222-4333-8444-555555555555';
const elsewhere: Seed = {
  organizationId: '22222222-2222-4222-8222-222222222222',
  name: 'Another organization',
  accounts: [{ accountId: '33333333-3333-4333-8333-333333333333', name: 'of another organization' }],
  tokens: [],
  instances: [],
  volumes: [],
  snapshots: [],
};
const [foreign] = elsewhere.accounts.map(({ accountId }) => accountId) as [string];
const header = (accountId: string) => ({ 'x-datafy-sub-account-id': accountId });

/** The account that a single-resource call ran against: it says so where it did not find something. */
async function ranAgainst(token: string, query = '', headers?: Record<string, string>): Promise<string> {
  const path = `/api/v1/aws/volumes/vol-0ffffffffffffffff${query}`;
  const { status, text, body } = await world.as(token)('GET', path, undefined, headers);
  expect(status, text).toBe(404);
  return /in account ([\w-]+)/.exec(body.message)?.[1] ?? text;
}

describe('the account of a single-resource call', () => {
  beforeAll(async () => {
    world = await buildWorld();
    world.createWorld(elsewhere, { clockNow: null, pace: paces.instant });
  });
  afterAll(() => world.close());

  const cases: [string, string, string, string][] = [
    ["an account token's own, with nothing said", 'account-token', '', production],
    ["an account token's own, where it is named", 'account-token', `?accounts=${production}`, production],
    ["an account token's own, with all", 'account-token', '?accounts=all', production],
    ["an account token's own, with an empty parameter", 'account-token', '?accounts=', production],
    ["an account token's own, with several values", 'account-token', `?accounts=${staging},${nowhere}`, production],
    ["an organization token's own, with nothing said", 'organization-token', '', organization],
    ["an organization token's own, with all", 'organization-token', '?accounts=all', organization],
    ["an organization token's own, with an empty parameter", 'organization-token', '?accounts=', organization],
    ["an organization token's own, with only commas", 'organization-token', '?accounts=,,', organization],
    ["an organization token's own, where it is named", 'organization-token', `?accounts=${organization}`, organization],
    [
      "an organization token's own, with several values",
      'organization-token',
      `?accounts=${production},${staging}`,
      organization,
    ],
    [
      "an organization token's own, with a repeated parameter",
      'organization-token',
      `?accounts=${production}&accounts=${staging}`,
      organization,
    ],
    [
      "an organization token's own, with one value twice",
      'organization-token',
      `?accounts=${production},${production}`,
      organization,
    ],
    [
      "an organization token's own, with one value and all",
      'organization-token',
      `?accounts=${production},all`,
      organization,
    ],
    [
      "an organization token's own, with several values it may not name",
      'organization-token',
      `?accounts=${foreign},${nowhere}`,
      organization,
    ],
    ['the one that is named', 'organization-token', `?accounts=${production}`, production],
    ['the other that is named', 'organization-token', `?accounts=${staging}`, staging],
    ['the one that is named beside nothing', 'organization-token', `?accounts=,${staging},`, staging],
    ['the one that is named between spaces', 'organization-token', `?accounts=%20${staging}%20`, staging],
    [
      'the one that is named beside an empty parameter',
      'organization-token',
      `?accounts=&accounts=${staging}`,
      staging,
    ],
  ];
  test.each(cases)('is %s', async (_, token, query, expected) => {
    expect(await ranAgainst(token, query)).toBe(expected);
  });

  const refusals: [string, string, string, string][] = [
    ['another account', 'account-token', staging, ''],
    ["its organization's own account", 'account-token', organization, ''],
    ['an account that is not there', 'account-token', nowhere, ''],
    ['an account of another organization', 'organization-token', foreign, ''],
    ["another organization's own account", 'organization-token', elsewhere.organizationId, ''],
    ['an account that is not there, with the organization token', 'organization-token', nowhere, ''],
    ['what is no id', 'organization-token', 'production', ''],
  ];
  describe.each(['GET', 'POST'] as const)('with %s', (method) => {
    const path = `/api/v1/volumes/${volumes.documented}${method === 'POST' ? '/create-snapshot' : ''}`;

    test.each(refusals)('cannot be %s', async (_, token, accountId) => {
      await refused(world, () => world.as(token)(method, `${path}?accounts=${accountId}`), {
        status: 401,
        code: 'account-not-allowed',
        message: `The token may not act for account ${accountId}: an account token acts for its own account, an organization token for the accounts of its organization`,
      });
    });

    test.each([
      ['account-token', staging],
      ['account-token', organization],
      ['account-token', foreign],
      ['account-token', elsewhere.organizationId],
      ['organization-token', foreign],
      ['organization-token', elsewhere.organizationId],
    ])('does not tell %s whether %s is there', async (token, accountId) => {
      const ask = async (id: string) => {
        const { status, headers, text } = await world.as(token)(method, `${path}?accounts=${id}`);
        const { date, ...others } = headers;
        return { status, headers: others, text: text.replaceAll(id, '<id>') };
      };
      expect(await ask(accountId)).toEqual(await ask(nowhere));
    });
  });
});

describe('accounts as some clients write a list', () => {
  beforeAll(async () => {
    world = await buildWorld();
  });
  afterAll(() => world.close());

  test.each(['accounts[]', 'accounts[0]', 'accounts%5B%5D', 'accounts[x]'])(
    '%s is refused with a hint, not passed over',
    async (name) => {
      for (const path of ['volumes', `volumes/${volumes.documented}/create-snapshot`]) {
        await refused(
          world,
          () =>
            world.as('organization-token')(
              path === 'volumes' ? 'GET' : 'POST',
              `/api/v1/${path}?${name}=${production}`,
            ),
          { status: 400, code: 'request-invalid', message: /accounts\[.*\] is not known: write \?accounts=/ },
        );
      }
    },
  );
});

describe('a call that names an account', () => {
  beforeEach(async () => {
    world = await buildWorld();
  });
  afterEach(() => world.close());

  test.each([
    ['with the parameter', `?accounts=${production}`, {}],
    ['with the deprecated header', '', header(production)],
  ])('has its effect there, %s', async (_, query, headers) => {
    const before = world.dump();
    const path = `/api/v1/volumes/${volumes.documented}/create-snapshot${query}`;
    const { status, body } = await world.as('organization-token')('POST', path, undefined, headers);
    expect(status).toBe(200);
    const accountOf = (id: string) => world.dump().snapshot?.find((row) => row.id === id)?.account;
    expect(accountOf(body.datafySnapshotId)).toBe(accountOf(snapshots.documented));
    expect(world.dump().snapshot).toHaveLength((before.snapshot?.length ?? 0) + 1);
  });

  test('is refused what that account does not have, whoever else has it', async () => {
    const path = `/api/v1/volumes/${volumes.documented}/create-snapshot?accounts=${staging}`;
    await refused(world, () => world.as('organization-token')('POST', path), {
      status: 400,
      code: 'volume-not-found',
      message: `There is no volume ${volumes.documented} in account ${staging}`,
    });
  });
});

describe('the deprecated header', () => {
  beforeAll(async () => {
    world = await buildWorld();
  });
  afterAll(() => world.close());

  const cases: [string, string, string, string, string][] = [
    ['names an account', 'organization-token', '', staging, staging],
    ['names its own account', 'account-token', '', production, production],
    ['gives way to accounts', 'organization-token', `?accounts=${production}`, staging, production],
    [
      'gives way to accounts, though it names what it may not',
      'organization-token',
      `?accounts=${production}`,
      nowhere,
      production,
    ],
    [
      'gives way to several accounts, which say nothing',
      'organization-token',
      `?accounts=${production},${staging}`,
      staging,
      organization,
    ],
    ['gives way to all', 'organization-token', '?accounts=all', staging, organization],
    ['counts where accounts is empty', 'organization-token', '?accounts=', staging, staging],
    ['says nothing where it is empty', 'organization-token', '', '', organization],
  ];
  test.each(cases)('%s', async (_, token, query, value, expected) => {
    expect(await ranAgainst(token, query, header(value))).toBe(expected);
  });

  test.each([
    ['account-token', staging],
    ['organization-token', nowhere],
  ])('is refused to %s for account %s', async (token, accountId) => {
    const path = `/api/v1/volumes/${volumes.documented}/create-snapshot`;
    await refused(world, () => world.as(token)('POST', path, undefined, header(accountId)), {
      status: 401,
      code: 'account-not-allowed',
      message: `The token may not act for account ${accountId}`,
    });
  });

  const deprecation = async (
    path: string,
    token: string,
    headers: Record<string, string>,
    method: 'GET' | 'POST' = 'GET',
  ) => world.as(token)(method, `/api/v1/${path}`, method === 'POST' ? {} : undefined, headers);

  test.each([
    ['a success', 200, () => deprecation('volumes', 'account-token', header(production))],
    [
      'a success that accounts decided',
      200,
      () => deprecation(`volumes?accounts=${production}`, 'organization-token', header(staging)),
    ],
    [
      'an empty answer',
      200,
      () =>
        deprecation(`volumes/${volumes.attached}/deactivate-autoscaling`, 'account-token', header(production), 'POST'),
    ],
    ['a refusal of the account', 401, () => deprecation('volumes', 'account-token', header(staging))],
    [
      'a refusal of the token that may only read',
      401,
      () => deprecation(`volumes/${volumes.documented}/modify`, 'readonly-token', header(production), 'POST'),
    ],
    [
      'a refusal of the body',
      400,
      () => deprecation(`volumes/${volumes.documented}/modify`, 'account-token', header(production), 'POST'),
    ],
    [
      'a refusal of what is not there',
      404,
      () => deprecation('aws/volumes/vol-0ffffffffffffffff', 'account-token', header(production)),
    ],
  ])('is called deprecated on %s', async (_, expected, call) => {
    const { status, headers, text } = await call();
    expect(status, text).toBe(expected);
    // RFC 9745: an instant as a structured field, in the past.
    const [, seconds] = /^@(\d+)$/.exec(String(headers.deprecation)) ?? [];
    expect(Number(seconds)).toBeLessThan(world.clock.now() / 1000);
    expect(Number(seconds)).toBeGreaterThan(0);
  });

  test.each([
    ['it is not sent', 'account-token', {}],
    ['it is empty', 'account-token', header('')],
    ['nobody knows who calls', 'nobody', header(production)],
    ['the token has expired', 'expired-token', header(production)],
  ])('is not called deprecated where %s', async (_, token, headers) => {
    expect((await deprecation('volumes', token, headers)).headers.deprecation).toBeUndefined();
  });
});

// Each starts a process.
describe('the log', { timeout: 60_000 }, () => {
  /** The warnings that an emulator has logged once it has ended, after calls with a token and headers. */
  async function logOf(...calls: [token: string, headers?: Record<string, string>][]): Promise<Row[]> {
    const { child, says, ended, output } = run(['--port', '0', '--log-level', 'warn']);
    const [, url] = await says(/ ready on (\S+) /);
    for (const [token, headers] of calls) {
      await fetch(`${url}/api/v1/volumes?accounts=all`, { headers: { authorization: `Bearer ${token}`, ...headers } });
    }
    child.kill();
    expect(await ended).toBe(0);
    return output.stderr
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line));
  }

  test('warns of the deprecated header once per token', async () => {
    const named = header(production);
    const lines = await logOf(
      ['account-token', named],
      ['organization-token', named],
      ['account-token', named],
      ['organization-token', named],
    );
    expect(lines).toHaveLength(2);
    for (const line of lines) {
      expect(line).toMatchObject({ level: 'warn', tokenId: expect.stringMatching(/^[\da-f-]{36}$/) });
      expect(line.msg).toBe(
        'The header X-Datafy-Sub-Account-Id is deprecated: name the account with ?accounts=<sub-account-id>',
      );
    }
    expect(new Set(lines.map(({ tokenId }) => tokenId)).size).toBe(2);
  });

  test('warns though the call is refused', async () => {
    expect(await logOf(['account-token', header(nowhere)])).toHaveLength(1);
  });

  test('says nothing of calls without it, nor of callers that it does not know', async () => {
    const lines = await logOf(
      ['account-token'],
      ['account-token', header('')],
      ['nobody', header(production)],
      ['expired-token', header(production)],
    );
    expect(lines).toEqual([]);
  });

  test('never has a secret in it', async () => {
    const lines = await logOf(['account-token', header(production)]);
    expect(JSON.stringify(lines)).not.toContain('account-token');
    expect(lines).toHaveLength(1);
  });
});
