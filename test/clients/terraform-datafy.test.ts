import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { roles } from '../../src/state/tenancy/roles.ts';
import { buildWorld, organization, type World } from '../support/world.ts';
import { type Client, decode, go, goClient, listen, messageOf, successful } from './go-client.ts';

/**
 * What the Terraform provider datafy-io/datafy does with each of its resources, over a socket: what it sends, which
 * statuses it takes, and what it decodes the answers into.
 */

let world: World;
let port: number;
let call: Client;

beforeEach(async () => {
  world = await buildWorld();
  port = await listen(world);
  call = clientWith('organization-token');
});
afterEach(() => world.close());

/** It says that it sends JSON on every call, those without a body too. */
const clientWith = (token: string) =>
  goClient(port, {
    'Content-Type': 'application/json',
    Authorization: `Bearer ${token}`,
    'User-Agent': 'terraform-provider-datafy/1.4.0 (datafy.io)',
  });

const account = { accountId: go.string, accountName: go.string, parentAccountId: go.string };
const token = {
  accountId: go.string,
  tokenId: go.string,
  description: go.string,
  secret: go.orNull(go.string),
  expires: go.orNull(go.time),
  createdAt: go.orNull(go.time),
  roleIds: go.list(go.string),
};
const roleArn = { roleArn: go.string };
const rule = { accountId: go.string, ruleId: go.string, active: go.bool, rule: go.object };

async function createAccount(name = 'terraform') {
  return decode(successful(await call('POST', '/api/v1/accounts', { name }), 200, 201), account);
}

/** Reads what was deleted, which has to be an error with a message: an empty answer would be taken for a value. */
async function isGone(path: string, what: string): Promise<void> {
  for (const method of ['GET', 'DELETE'] as const) {
    expect(messageOf(await call(method, path))).toMatch(
      new RegExp(`^status code 404: There is no ${what} |has no ${what}`),
    );
  }
}

test('datafy_account is created, read, renamed and deleted', async () => {
  const created = await createAccount();
  expect(created).toEqual({
    accountId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    accountName: 'terraform',
    parentAccountId: organization,
  });
  const path = `/api/v1/accounts/${created.accountId}`;
  expect(decode(successful(await call('GET', path), 200), account)).toEqual(created);

  const renamed = decode(successful(await call('PUT', path, { name: 'renamed' }), 200), account);
  expect(renamed).toEqual({ ...created, accountName: 'renamed' });
  expect(decode(successful(await call('GET', path), 200), account)).toEqual(renamed);

  successful(await call('DELETE', path), 200);
  await isGone(path, 'account');
});

describe('datafy_token', () => {
  test('is created, works, is read, and stops when it is deleted', async () => {
    const { accountId } = await createAccount();
    const path = `/api/v1/accounts/${accountId}/tokens`;
    const roleIds = [roles.admin, '0b7e4d1c-2f3a-4b5c-8d6e-7f8091a2b3c4'];
    const body = { description: 'for the pipeline', expireInMinutes: 90, roleIds };
    const { secret, ...created } = decode(successful(await call('POST', path, body), 200, 201), token);
    expect(created).toEqual({
      accountId,
      tokenId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      description: 'for the pipeline',
      expires: '2026-01-01T01:30:00.000Z',
      createdAt: '2026-01-01T00:00:00.000Z',
      roleIds,
    });
    expect(secret).toBeTruthy();

    const minted = clientWith(secret ?? '');
    expect(decode(successful(await minted('GET', `/api/v1/accounts/${accountId}`), 200), account).accountId).toBe(
      accountId,
    );
    const read = decode(successful(await call('GET', `${path}/${created.tokenId}`), 200), token);
    expect(read).toEqual({ ...created, secret: null });

    successful(await call('DELETE', `${path}/${created.tokenId}`), 200);
    expect(messageOf(await minted('GET', `/api/v1/accounts/${accountId}`))).toMatch(
      /^status code 401: The token is not/,
    );
    await isGone(`${path}/${created.tokenId}`, 'token');
  });

  test('without ttl and roles never expires, and its roles are an empty list', async () => {
    const { accountId } = await createAccount();
    const path = `/api/v1/accounts/${accountId}/tokens`;
    const body = { description: '', expireInMinutes: 0, roleIds: [] };
    const created = decode(successful(await call('POST', path, body), 200, 201), token);
    expect(created).toMatchObject({ description: '', expires: null, roleIds: [] });
    const read = decode(successful(await call('GET', `${path}/${created.tokenId}`), 200), token);
    expect(read).toEqual({ ...created, secret: null });
    world.clock.advance(365 * 86_400_000);
    successful(await clientWith(created.secret ?? '')('GET', `/api/v1/accounts/${accountId}`), 200);
  });

  test('with a ttl stops when that is over', async () => {
    const { accountId } = await createAccount();
    const body = { description: '', expireInMinutes: 1, roleIds: [] };
    const { secret } = decode(
      successful(await call('POST', `/api/v1/accounts/${accountId}/tokens`, body), 200, 201),
      token,
    );
    world.clock.advance(60_000);
    const answer = await clientWith(secret ?? '')('GET', `/api/v1/accounts/${accountId}`);
    expect(messageOf(answer)).toBe('status code 401: The token expired at 2026-01-01T00:01:00.000Z: create a new one');
  });
});

test('datafy_role_arn is set, read, replaced by a second POST, and deleted', async () => {
  const { accountId } = await createAccount();
  const path = `/api/v1/accounts/${accountId}/role-arn`;
  for (const name of ['datafy', 'path/to/datafy-2']) {
    const wanted = { roleArn: `arn:aws:iam::123456789012:role/${name}` };
    expect(decode(successful(await call('POST', path, wanted), 200, 201), roleArn)).toEqual(wanted);
    expect(decode(successful(await call('GET', path), 200), roleArn)).toEqual(wanted);
  }

  const failing = 'arn:aws:iam::123456789012:role/datafy-without-permissions';
  expect(messageOf(await call('POST', path, { roleArn: failing }))).toMatch(
    /^status code 400: Role .* failed the permiss/,
  );
  const skipped = { roleArn: failing, skipValidation: true };
  expect(decode(successful(await call('POST', path, skipped), 200, 201), roleArn)).toEqual({ roleArn: failing });

  successful(await call('DELETE', path), 200);
  await isGone(path, 'role ARN');
});

test('datafy_autoscaling_rule is created, read back as the same JSON, replaced and deleted', async () => {
  const { accountId } = await createAccount();
  const path = `/api/v1/accounts/${accountId}/autoscaling/rules`;
  const wanted = {
    active: true,
    rule: {
      and: [
        { in: [{ var: 'cluster_name' }, ['production', 'Größe ☾']] },
        { none: [{ var: 'tags' }, { in: [{ var: '' }, ['datafy:off', 'a:b:c']] }] },
        { '!': { in: [{ var: 'instance_id' }, ['i-0123456789abcdef0']] } },
      ],
    },
  };
  const created = decode(successful(await call('POST', path, wanted), 200, 201), rule);
  expect(created).toEqual({ accountId, ruleId: expect.stringMatching(/^[0-9a-f-]{36}$/), ...wanted });
  const own = `${path}/${created.ruleId}`;
  expect(decode(successful(await call('GET', own), 200), rule)).toEqual(created);

  const other = { active: false, rule: { in: [{ var: 'node_group_name' }, ['workers']] } };
  const replaced = decode(successful(await call('PUT', own, other), 200), rule);
  expect(replaced).toEqual({ accountId, ruleId: created.ruleId, ...other });
  expect(decode(successful(await call('GET', own), 200), rule)).toEqual(replaced);

  expect(messageOf(await call('PUT', own, { active: true, rule: { or: [] } }))).toMatch(
    /^status code 400: rule: "or" is not an operator of rules/,
  );
  successful(await call('DELETE', own), 200);
  await isGone(own, 'autoscaling rule');
});

test('a whole configuration is taken down in any order: an account takes what it has along', async () => {
  const { accountId } = await createAccount();
  const path = `/api/v1/accounts/${accountId}`;
  const wanted = { roleArn: 'arn:aws:iam::123456789012:role/datafy' };
  successful(await call('POST', `${path}/role-arn`, wanted), 200, 201);
  successful(await call('DELETE', path), 200);
  await isGone(`${path}/role-arn`, 'account');
});
