import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { paces } from '../../../src/state/engine/pace.ts';
import { defaultSeed } from '../../../src/state/seeds/default.ts';
import { type Answer, busy, controlled, done, type Emulated, emulate, furniture, ids, own, worker } from './control.ts';

let emulated: Emulated;

async function open(): Promise<void> {
  emulated = await emulate();
}
const close = () => emulated.close();

const create = (body?: unknown) => emulated.control('POST', '/organizations', body);
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const accountId = '11111111-2222-4333-8444-555555555555';

/** How many rows a world has in each table that has rows of worlds, or of their checkpoints. */
function rowsOf(organization: number): Record<string, number> {
  const { db } = emulated;
  const tables = db
    .prepare<[], { name: string; column: string }>(
      `SELECT name, (SELECT name FROM pragma_table_info(sqlite_schema.name)
         WHERE name IN ('organization', 'world', 'checkpoint')) AS column
       FROM sqlite_schema WHERE type = 'table' AND column IS NOT NULL ORDER BY name`,
    )
    .all();
  const kept = 'IN (SELECT key FROM checkpoint WHERE world = @organization)';
  const count = ({ name, column }: (typeof tables)[number]) =>
    db
      .prepare<{ organization: number }, number>(
        `SELECT count(*) FROM ${name} WHERE ${column} ${column === 'checkpoint' ? kept : '= @organization'}`,
      )
      .pluck()
      .get({ organization });
  return Object.fromEntries(tables.map((table) => [table.name, count(table) ?? 0]));
}

describe('making a world', () => {
  beforeEach(open);
  afterEach(close);

  test('without a body gives one with one account, and a token for each', async () => {
    const { status, body } = await create();
    expect(status).toBe(201);
    expect(body).toEqual({
      organizationId: expect.stringMatching(uuid),
      token: expect.any(String),
      accounts: [{ accountId: expect.stringMatching(uuid), name: 'account-1', token: expect.any(String) }],
    });
    const world = await own(emulated.send);
    expect(await done(world.api('GET', '/volumes'))).toMatchObject({ count: 0 });
    const asked = await world.as(world.token)('GET', `/accounts/${world.accountId}`);
    expect(asked.body).toMatchObject({ accountName: 'account-1' });
  });

  test('with a name and accounts gives those', async () => {
    const { body } = await create({ name: 'ours', accounts: [{ name: 'one', accountId }, {}, { name: 'three' }] });
    expect(body.accounts.map((each: { name: string }) => each.name)).toEqual(['one', 'account-2', 'three']);
    expect(body.accounts[0].accountId).toBe(accountId);
    const state = await done(emulated.control('GET', `/organizations/${body.organizationId}/state`));
    expect(state.name).toBe('ours');
    for (const { accountId, token } of body.accounts) {
      const asked = await emulated.send('GET', `/api/v1/accounts/${accountId}`, undefined, {
        authorization: `Bearer ${token}`,
      });
      expect(asked).toMatchObject({ status: 200, body: { parentAccountId: state.ownAccountId } });
    }
  });

  test('with no accounts gives the organization only', async () => {
    const { body } = await create({ accounts: [] });
    expect(body.accounts).toEqual([]);
  });

  test('with instances and volumes puts them into the first account, or the one that they name', async () => {
    const world = await own(emulated.send, {
      accounts: [{}, { accountId }],
      instances: [
        ...furniture.instances,
        { instanceId: 'i-00000002', availabilityZone: 'us-east-1b', agent: false, accountId },
      ],
      volumes: [
        ...furniture.volumes,
        { volumeId: 'vol-0000000f', status: 'ordinary', sizeGb: 3, availabilityZone: 'us-east-1b', accountId },
      ],
    });
    const { volumes } = await done(world.api('GET', '/volumes'));
    expect(volumes.map((each: { volumeId: string }) => each.volumeId)).toEqual(Object.values(ids));
    const [, other] = world.accounts;
    const elsewhere = await done(world.as(other?.token ?? '')('GET', '/volumes'));
    expect(elsewhere.volumes).toMatchObject([{ volumeId: 'vol-0000000f', accountId }]);
    const { instances } = JSON.parse(await world.export());
    expect(instances).toMatchObject([
      { instanceId: worker, accountId: world.accountId },
      { instanceId: 'i-00000002', accountId },
    ]);
  });

  test('with failing roles lets their check fail', async () => {
    const roleArn = 'arn:aws:iam::123456789012:role/poor';
    const world = await own(emulated.send, { failingRoles: [{ roleArn, reason: 'it may do nothing' }] });
    const refused = await world.api('POST', `/accounts/${world.accountId}/role-arn`, { roleArn });
    expect(refused).toMatchObject({ status: 400, code: 'role-check-failed' });
    expect(refused.body.message).toContain('it may do nothing');
  });

  test('with a clock and a pace has them', async () => {
    const world = await own(emulated.send, {
      clock: { mode: 'controlled', now: '2030-05-06T07:08:09.010Z' },
      pace: { snapshot: 5 },
    });
    expect(await done(world.control('GET', '/clock'))).toMatchObject({
      mode: 'controlled',
      now: '2030-05-06T07:08:09.010Z',
    });
    expect(await done(world.control('GET', '/pace'))).toMatchObject({ snapshot: 5, attach: 0 });
    const systems = await own(emulated.send, { clock: { mode: 'system' } });
    emulated.clock.advance(1500);
    expect(await done(systems.control('GET', '/clock'))).toEqual({
      mode: 'system',
      now: '2026-01-01T00:00:01.500Z',
      settled: [],
      parked: [],
    });
  });

  test('with the name of a pace has that, and has it again after a reset', async () => {
    const world = await own(emulated.send, { pace: 'realistic' });
    expect(await done(world.control('GET', '/pace'))).toEqual(paces.realistic);
    await done(world.control('PUT', '/pace', 'instant'));
    await done(world.control('POST', '/reset'));
    expect(await done(world.control('GET', '/pace'))).toEqual(paces.realistic);
  });

  test('with the name of a seed begins with what that has, and what is given comes on top', async () => {
    const world = await own(emulated.send, { seed: 'default', accounts: [{ name: 'more' }], name: 'renamed' });
    const state = JSON.parse(await world.export());
    expect(state.name).toBe('renamed');
    expect(state.ownAccountId).toBe(defaultSeed.organizationId);
    expect(world.organizationId).not.toBe(defaultSeed.organizationId);
    expect(world.accounts.map(({ name }) => name)).toEqual(['production', 'staging', 'more']);
    const idsOf = (volumes: { volumeId: string }[]) => volumes.map(({ volumeId }) => volumeId);
    expect(idsOf(state.volumes)).toEqual(idsOf(defaultSeed.volumes));
    expect(state.snapshots).toHaveLength(defaultSeed.snapshots.length);
    expect(state.failingRoles).toEqual(defaultSeed.failingRoles);
    expect((await done(world.api('GET', '/volumes'))).count).toBeGreaterThan(0);
    const empty = JSON.parse(await (await own(emulated.send, { seed: 'empty' })).export());
    expect(empty.volumes).toEqual([]);
    expect(empty.accounts).toHaveLength(2);
  });
});

describe('what is refused', () => {
  beforeAll(open);
  afterAll(close);

  async function isRefused(answer: () => Promise<Answer>, status: number, code: string, message: RegExp) {
    const before = emulated.dump();
    const refused = await answer();
    expect(refused, refused.text).toMatchObject({ status, code });
    expect(refused.body.message).toMatch(message);
    expect(emulated.dump()).toBe(before);
  }

  const [volume] = furniture.volumes;
  const invalid: [string, unknown, RegExp][] = [
    ['an unknown field', { bogus: 1 }, /body\/bogus is not known/],
    ['an unknown field of an account', { accounts: [{ bogus: 1 }] }, /accounts\/0\/bogus is not known/],
    ['an unknown field of a volume', { volumes: [{ ...volume, bogus: 1 }] }, /volumes\/0\/bogus is not known/],
    ['an unknown field of the clock', { clock: { mode: 'system', bogus: 1 } }, /clock\/bogus is not known/],
    ['an unknown pace', { pace: 'bogus' }, /body\/pace must be one of instant, realistic/],
    ['a pace of what there is not', { pace: { bogus: 1 } }, /pace\/bogus is not known/],
    ['a pace that is a number', { pace: 5 }, /pace must be exactly one of \{create, .*\} or "instant" or "realistic"/],
    ['a name that is a number', { name: 7 }, /body\/name must be string/],
    ['an empty name', { name: '' }, /body\/name/],
    ['accounts that are no list', { accounts: {} }, /body\/accounts must be array/],
    ['an account id that is none', { accounts: [{ accountId: 'x' }] }, /accounts\/0\/accountId/],
    ['more than 100 accounts', { accounts: Array(101).fill({}) }, /body\/accounts/],
    ['an unknown seed', { seed: 'other' }, /body\/seed must be one of default, empty, fleet/],
    ['an unknown mode of the clock', { clock: { mode: 'fast' } }, /clock\/mode/],
    ['an instant without a zone', { clock: { mode: 'controlled', now: '2026-01-01T00:00:00' } }, /clock\/now/],
    ['a pace below 0', { pace: { snapshot: -1 } }, /pace\/snapshot/],
    ['a pace in text', { pace: { snapshot: '1' } }, /pace\/snapshot must be integer/],
    ['a volume without a size', { volumes: [{ ...volume, sizeGb: undefined }] }, /volumes\/0\/sizeGb is missing/],
    ['a day that there is not', { clock: { mode: 'controlled', now: '2026-02-30T00:00:00Z' } }, /clock\/now must be/],
    ['a list', [], /body must be object/],
  ];
  test.each(invalid)('%s', async (_, body, message) => {
    await isRefused(() => create(body), 400, 'request-invalid', message);
  });

  const impossible: [string, unknown, RegExp][] = [
    ['two accounts of one id', { accounts: [{ accountId }, { accountId }] }, /account/],
    ['an account that is not there', { volumes: [{ ...volume, accountId }] }, new RegExp(`${accountId} is none of`)],
    ['two volumes of one id', { volumes: [volume, volume] }, /volume/],
    ['two instances of one id', { instances: [...furniture.instances, ...furniture.instances] }, /instance/],
  ];
  test.each(impossible)('%s', async (_, body, message) => {
    await isRefused(() => create(body), 400, 'world-invalid', message);
  });

  test('a body that is no JSON', async () => {
    await isRefused(() => create(Buffer.from('{')), 400, 'json-invalid', /JSON/);
  });

  test('an organization that is not there, in every call', async () => {
    const nowhere = `/organizations/${accountId}`;
    for (const path of ['/state', '/clock', '/pace', '/faults', '/requests', '/checkpoints', '/events']) {
      await isRefused(() => emulated.control('GET', nowhere + path), 404, 'organization-not-found', /no organization/);
    }
    await isRefused(() => emulated.control('POST', `${nowhere}/reset`), 404, 'organization-not-found', /no organ/);
    await isRefused(() => emulated.control('DELETE', nowhere), 404, 'organization-not-found', /no organization/);
  });

  test('deleting the default organization', async () => {
    const path = `/organizations/${defaultSeed.organizationId}`;
    await isRefused(() => emulated.control('DELETE', path), 409, 'organization-is-default', /default/);
  });
});

describe('deleting a world', () => {
  beforeEach(open);
  afterEach(close);

  test('stops its tokens, and leaves none of its rows and nothing of any other', async () => {
    const before = emulated.dump();
    const world = await busy(emulated.send);
    await done(world.control('POST', '/checkpoints', { name: 'kept' }));
    await done(world.control('POST', '/faults', { match: {}, effect: { status: 500 } }));
    const key = emulated.state.control.find(world.organizationId);
    const rows = rowsOf(key);
    // A table that the test puts nothing into would prove nothing.
    expect(Object.entries(rows).filter(([, count]) => count === 0)).toEqual([]);

    expect(await emulated.control('DELETE', `/organizations/${world.organizationId}`)).toMatchObject({
      status: 204,
      text: '',
    });
    expect(Object.values(rowsOf(key)).every((count) => count === 0)).toBe(true);
    expect(emulated.dump()).toBe(before);
    for (const token of [world.token, ...world.accounts.map((account) => account.token)]) {
      expect(await world.as(token)('GET', '/volumes')).toMatchObject({ status: 401, code: 'token-unknown' });
    }
    expect(await world.control('GET', '/state')).toMatchObject({ status: 404 });
    expect(await world.control('GET', '/requests')).toMatchObject({ status: 404 });
  });

  test('leaves nothing to the world that is made next', async () => {
    const first = await own(emulated.send);
    await first.api('GET', '/volumes');
    await done(first.control('POST', '/checkpoints', { name: 'kept' }));
    await done(first.control('POST', '/faults', { match: {}, effect: { status: 500 } }));
    await done(emulated.control('DELETE', `/organizations/${first.organizationId}`));
    const second = await own(emulated.send);
    expect(await done(second.control('GET', '/faults'))).toEqual({ faults: [] });
    expect(await done(second.control('GET', '/checkpoints'))).toEqual({ checkpoints: [] });
    expect(await done(second.control('GET', '/requests'))).toMatchObject({ count: 0, requests: [] });
    expect((await second.api('GET', '/volumes')).status).toBe(200);
    expect((await done(second.control('GET', '/requests'))).requests).toMatchObject([{ id: 1, status: 200 }]);
  });
});

describe('two worlds', () => {
  beforeEach(open);
  afterEach(close);

  async function pair() {
    const request = { ...furniture, accounts: [{}, { name: 'second' }], pace: { snapshot: 1000 } };
    return [await own(emulated.send, request), await own(emulated.send, request)] as const;
  }

  test('that were asked for alike differ in their organization and their tokens only, and so do their ids', async () => {
    const [one, other] = await pair();
    expect(one.organizationId).not.toBe(other.organizationId);
    expect(one.accounts.map((each) => each.accountId)).toEqual(other.accounts.map((each) => each.accountId));
    const tokens = [one, other].flatMap((world) => [world.token, ...world.accounts.map((each) => each.token)]);
    expect(new Set(tokens).size).toBe(tokens.length);

    const script = async (world: typeof one) => [
      (await world.api('POST', `/volumes/${ids.free}/create-snapshot`)).text,
      (await world.as(world.token)('POST', '/accounts', { name: 'third' })).text,
      (await world.api('POST', `/volumes/${ids.attached}/attach`, { instanceId: worker, deviceName: '/dev/sdz' })).text,
      (await world.api('GET', '/snapshots')).text,
      (await world.api('GET', '/volumes')).text,
    ];
    // The other world has been busy meanwhile.
    await one.api('POST', `/volumes/${ids.free2}/create-snapshot`);
    await done(one.control('POST', '/reset'));
    expect(await script(one)).toEqual(await script(other));
    const known = (world: typeof one, text: string) =>
      text.replaceAll(world.organizationId, '').replaceAll(/"secretHash":"\w+"/g, '');
    expect(known(one, await one.export())).toBe(known(other, await other.export()));
  });

  test('know nothing of each other', async () => {
    const [one, other] = await pair();
    const before = await other.export();
    const account = one.accounts[1]?.accountId;
    await done(one.api('POST', `/volumes/${ids.free}/create-snapshot`));
    await done(one.as(one.token)('PUT', `/accounts/${account}`, { name: 'renamed' }));
    await done(one.control('POST', '/faults', { match: { operationId: 'listVolumes' }, effect: { status: 503 } }));
    await done(one.control('POST', '/checkpoints', { name: 'mine' }));
    await done(one.control('PUT', '/pace', 'realistic'));
    await done(one.control('POST', '/clock/advance', { seconds: 3600 }));

    expect(await other.export()).toBe(before);
    expect(await done(other.control('GET', '/clock'))).toEqual({ ...controlled, settled: [], parked: [] });
    expect(await done(other.control('GET', '/pace'))).toMatchObject({ snapshot: 1000, attach: 0 });
    expect(await done(other.control('GET', '/faults'))).toEqual({ faults: [] });
    expect(await done(other.control('GET', '/checkpoints'))).toEqual({ checkpoints: [] });
    expect(await done(other.control('GET', '/requests'))).toMatchObject({ count: 0, requests: [] });
    expect(await other.control('POST', '/checkpoints/mine/restore')).toMatchObject({ code: 'checkpoint-not-found' });
    expect(await other.control('DELETE', '/faults/fault-1')).toMatchObject({ code: 'fault-not-found' });
    expect((await other.api('GET', '/volumes')).status).toBe(200);
    expect((await one.api('GET', '/volumes')).status).toBe(503);
    expect(await done(other.api('GET', '/snapshots'))).toMatchObject({ count: 0 });

    // Same ids: an organization token reaches its own world's account only.
    const asked = await other.as(other.token)('GET', `/accounts/${account}`);
    expect(asked.body).toMatchObject({ accountName: 'second' });
  });

  test('of which one is reset or deleted: the other stays as it is', async () => {
    const [one, other] = await pair();
    await other.api('POST', `/volumes/${ids.free}/create-snapshot`);
    await done(other.control('POST', '/faults', { match: {}, skip: 100, effect: { status: 503 } }));
    const look = async () => [
      await other.export(),
      (await other.control('GET', '/requests')).text,
      (await other.control('GET', '/faults')).text,
    ];
    const before = await look();
    await done(one.control('POST', '/reset'));
    expect(await look()).toEqual(before);
    await done(emulated.control('DELETE', `/organizations/${one.organizationId}`));
    expect(await look()).toEqual(before);
  });

  test('the default world is reached without a name and by its id', async () => {
    await done(emulated.control('POST', '/checkpoints', { name: 'here' }));
    const named = await emulated.control('GET', `/organizations/${defaultSeed.organizationId}/checkpoints`);
    expect(named.body.checkpoints).toMatchObject([{ name: 'here' }]);
  });
});
