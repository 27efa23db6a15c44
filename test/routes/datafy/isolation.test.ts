import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Seed } from '../../../src/state/document/document.ts';
import { paces } from '../../../src/state/engine/pace.ts';
import { withoutEffect } from '../../support/refused.ts';
import { type Answer, buildWorld, type Method, type Row, type World } from '../../support/world.ts';
import { operations } from './contract/structure.ts';

/** What an account has: everything that a request can name. */
interface Things {
  account: string;
  /** A sub-account of the same organization, with nothing in it. */
  spareAccount: string;
  token: string;
  rule: string;
  instance: string;
  /** Managed, attached to nothing; and one of the EBS volumes behind it. */
  volume: string;
  backing: string;
  /** Managed, on the instance. */
  attached: string;
  snapshot: string;
  firstPart: string;
  secondPart: string;
}

/** What a request says of the things of an account. */
type Example = (of: Things) => { params?: Record<string, string>; body?: unknown };

const volumeProperties = { availabilityZone: 'us-east-1a' };
const newVolume: Example = () => ({ body: { volumeProperties: { ...volumeProperties, diskSize: 10 } } });
const ofVolume: Example = (of) => ({ params: { volumeId: of.volume } });
const ofToken: Example = (of) => ({ params: { accountId: of.account, tokenId: of.token } });
const ofRule: Example = (of) => ({ params: { accountId: of.account, ruleId: of.rule } });
const ofAccount =
  (body?: unknown): Example =>
  (of) => ({ params: { accountId: of.account }, body });
const attachment: Example = (of) => ({
  params: { volumeId: of.volume },
  body: { instanceId: of.instance, deviceName: '/dev/sdb' },
});
const restores: Example[] = [
  (of) => ({ body: { source: { datafySnapshotId: of.snapshot }, volumeProperties } }),
  (of) => ({ body: { source: { snapshotIds: [of.firstPart, of.secondPart], region: 'us-east-1' }, volumeProperties } }),
];
const rule = { active: false, rule: { in: [{ var: 'instance_id' }, ['i-0']] } };
const roleArn = 'arn:aws:iam::123456789012:role/datafy';

/** Every operation, with requests that succeed for the account whose things they name. A new one needs its own here. */
const examples: Record<string, Example[]> = {
  createSnapshotCommand: [ofVolume],
  createFromSnapshotsCommand: restores,
  attachCommand: [attachment],
  deactivateAutoscalingCommand: [ofVolume],
  modifyCommand: [(of) => ({ ...ofVolume(of), body: { volumeSizeGb: 500 } })],

  getVolume: [ofVolume],
  deleteVolume: [ofVolume],
  createDatafiedPair: [newVolume],

  listVolumes: [() => ({})],
  listSnapshots: [() => ({})],

  createAccount: [() => ({ body: { name: 'new' } })],
  getAccount: [ofAccount()],
  renameAccount: [ofAccount({ name: 'renamed' })],
  deleteAccount: [(of) => ({ params: { accountId: of.spareAccount } })],

  createToken: [ofAccount({ description: 'new', expireInMinutes: 0, roleIds: [] })],
  getToken: [ofToken],
  deleteToken: [ofToken],

  setRoleArn: [ofAccount({ roleArn: `${roleArn}-2` })],
  getRoleArn: [ofAccount()],
  deleteRoleArn: [ofAccount()],

  createAutoscalingRule: [ofAccount(rule)],
  getAutoscalingRule: [ofRule],
  replaceAutoscalingRule: [(of) => ({ ...ofRule(of), body: { ...rule, active: true } })],
  deleteAutoscalingRule: [ofRule],

  getAwsVolume: [ofVolume],
  createAwsVolumeFromSnapshots: restores,
  createAutoscalingVolume: [newVolume],
  createDatafiedVolume: [newVolume],
  attachAwsVolume: [attachment],
  detachAwsVolume: [(of) => ({ params: { volumeId: of.attached }, body: { instanceId: of.instance } })],
  modifyAwsVolume: [(of) => ({ params: { volumeId: of.attached }, body: { volumeSizeGb: 500 } })],
  getAwsSnapshot: [
    (of) => ({ params: { snapshotId: of.snapshot } }),
    (of) => ({ params: { snapshotId: of.firstPart } }),
  ],
};

/** What only an organization token may do. */
const forOrganizations = ['createAccount', 'deleteAccount'];

const uuid = (digit: string, last = digit) =>
  `${digit.repeat(8)}-${digit.repeat(4)}-4${digit.repeat(3)}-8${digit.repeat(3)}-${digit.repeat(11)}${last}`;
const organizationId = (name: string) =>
  `00000000-0000-4000-8000-${Buffer.from(name).toString('hex').padStart(12, '0')}`;

/** The ids of what the account of this digit has. */
function thingsOf(digit: string): Things {
  const id = (kind: string, last: number) => `${kind}-0${digit.repeat(15)}${last}`;
  return {
    account: uuid(digit),
    spareAccount: uuid(digit, 'e'),
    token: uuid(digit, 'd'),
    rule: uuid(digit, 'c'),
    instance: id('i', 0),
    volume: id('vol', 0),
    backing: id('vol', 1),
    attached: id('vol', 3),
    snapshot: id('dsnap', 0),
    firstPart: id('snap', 1),
    secondPart: id('snap', 2),
  };
}

/** An organization with these accounts, each with one of everything that a seed can hold; its name is in its tokens. */
function seedOf(organization: string, digits: readonly string[], sizeGb = 10): Seed {
  const own = organizationId(organization);
  const each = digits.map((digit) => ({ digit, things: thingsOf(digit), accountId: uuid(digit) }));
  const place = { availabilityZone: 'us-east-1a' };
  return {
    organizationId: own,
    name: `Organization ${organization}`,
    accounts: each.flatMap(({ digit, accountId, things }) => [
      { accountId, name: `account ${digit}` },
      { accountId: things.spareAccount, name: `spare account ${digit}` },
    ]),
    tokens: [
      { token: `organization-${organization}`, accountId: own, description: '' },
      ...each.flatMap(({ digit, accountId }) => [
        { token: `account-${organization}${digit}`, accountId, description: '' },
        { token: `reader-${organization}${digit}`, accountId, description: '', readOnly: true },
        { token: `expired-${organization}${digit}`, accountId, description: '', expiresInMinutes: -1 },
        { token: `spare-${organization}${digit}`, accountId, description: 'to be read and deleted' },
      ]),
    ],
    instances: each.map(({ accountId, things }) => ({ instanceId: things.instance, accountId, agent: true, ...place })),
    volumes: each.flatMap(({ accountId, things }) => [
      {
        volumeId: things.volume,
        accountId,
        status: 'managed' as const,
        sizeGb,
        backingVolumeIds: [things.backing, things.backing.replace(/.$/, '2')],
        ...place,
      },
      {
        volumeId: things.attached,
        accountId,
        status: 'managed' as const,
        sizeGb,
        attachment: { instanceId: things.instance, deviceName: '/dev/sdf' },
        backingVolumeIds: [things.attached.replace(/.$/, '4'), things.attached.replace(/.$/, '5')],
        ...place,
      },
    ]),
    snapshots: each.map(({ accountId, things }) => ({
      datafySnapshotId: things.snapshot,
      accountId,
      volumeId: things.volume,
      status: 'completed',
      sizeGb,
      ebsSnapshots: [
        { snapshotId: things.firstPart, volumeId: things.backing },
        { snapshotId: things.secondPart, volumeId: things.backing.replace(/.$/, '2') },
      ],
    })),
  };
}

/** The account that everything here is about, one beside it, and one of another organization; and what is nowhere. */
const owner = thingsOf('1');
const sibling = thingsOf('2');
const foreigner = thingsOf('3');
const nothing = thingsOf('9');

interface Organizations {
  world: World;
  /** The names of the two organizations. */
  own: string;
  other: string;
  /** The things of the accounts, with the ids that only the emulator can choose. */
  owner: Things;
  sibling: Things;
  foreigner: Things;
}

let count = 0;

/** Two more organizations in a world. Their things have the same ids every time: what is unique is in the tokens. */
async function addOrganizations(world: World): Promise<Organizations> {
  count++;
  const [own, other] = [`a${count}`, `b${count}`];
  for (const seed of [seedOf(own, ['1', '2']), seedOf(other, ['3'])]) {
    world.createWorld(seed, { clockNow: null, pace: paces.instant });
  }
  const complete = async (things: Things, organization: string): Promise<Things> => {
    const send = (path: string, body: unknown) =>
      world.as(`organization-${organization}`)('POST', `/api/v1/accounts/${things.account}${path}`, body);
    await send('/role-arn', { roleArn });
    const { body } = await send('/autoscaling/rules', rule);
    const { account, token } = rowsOf(world, organization);
    const key = account?.find(({ id }) => id === things.account)?.key;
    const spare = token?.find((row) => row.account === key && row.description !== '');
    return { ...things, rule: body.ruleId, token: spare?.id };
  };
  return {
    world,
    own,
    other,
    owner: await complete(owner, own),
    sibling: await complete(sibling, own),
    foreigner: await complete(foreigner, other),
  };
}

/** Every row of an organization. */
function rowsOf({ dump }: World, name: string): Record<string, Row[]> {
  const tables = dump();
  const key = tables.organization?.find(({ id }) => id === organizationId(name))?.key;
  return Object.fromEntries(
    Object.entries(tables).map(([table, rows]) => [table, rows.filter(({ organization }) => organization === key)]),
  );
}

/** Every row that belongs to an account. */
function rowsOfAccount(world: World, organization: string, account: string): Record<string, Row[]> {
  const tables = rowsOf(world, organization);
  const key = tables.account?.find(({ id }) => id === account)?.key;
  const belongs = (row: Row) => row.account === key || row.id === account;
  return Object.fromEntries(Object.entries(tables).map(([name, rows]) => [name, rows.filter(belongs)]));
}

const described = await buildWorld();
const authenticated = operations(described.app.swagger())
  .filter(({ operation }) => !Array.isArray(operation.security) || operation.security.length > 0)
  .map(({ method, path, operation }) => ({
    operationId: String(operation.operationId),
    method: method.toUpperCase() as Method,
    path,
  }));
await described.close();

type Operation = (typeof authenticated)[number];

const requests = authenticated.flatMap((operation) =>
  (examples[operation.operationId] ?? []).map((example, at, { length }) => ({
    title: `${operation.operationId}${length > 1 ? `, example ${at + 1}` : ''}`,
    operation,
    example,
  })),
);

/** Makes a request that names these things. */
function request(
  world: World,
  { method, path }: Operation,
  example: Example,
  things: Things,
  { token, query = '' }: { token: string | undefined; query?: string },
): Promise<Answer> {
  const { params = {}, body } = example(things);
  const url = path.replace(/\{(\w+)\}/g, (_, name: string) => params[name] ?? `no-${name}`) + query;
  return token === undefined ? world.send(method, url, body) : world.as(token)(method, url, body);
}

/** The kinds of things that a request names. */
function named(example: Example): (keyof Things)[] {
  const kinds = Object.keys(nothing) as (keyof Things)[];
  const said = (things: Things) => JSON.stringify(example(things));
  return kinds.filter((kind) => said({ ...nothing, [kind]: owner[kind] }) !== said(nothing));
}

/** Everything that an answer says, but for the ids that the caller said itself. */
function gist({ status, headers, text }: Answer, ...things: Things[]) {
  const { date, ...others } = headers;
  const ids = things.flatMap((each) => Object.values(each));
  return { status, headers: others, text: ids.reduce((rest, id) => rest.replaceAll(id, '<id>'), text) };
}

/** In one world nothing ever changes; in the other, each test has organizations of its own. */
let still: Organizations;
let lively: World;

beforeAll(async () => {
  still = await addOrganizations(await buildWorld({ seed: 'empty' }));
  lively = await buildWorld({ seed: 'empty' });
});
afterAll(async () => {
  await still.world.close();
  await lively.close();
});

test('every authenticated operation has an example here, and no other', () => {
  expect(authenticated.map(({ operationId }) => operationId).toSorted()).toEqual(Object.keys(examples).toSorted());
  expect(authenticated.length).toBeGreaterThanOrEqual(8);
});

/** Who calls, and what the query says. */
interface Caller {
  token: (of: Organizations) => string | undefined;
  query?: string;
}

const ownAccount: Caller = { token: ({ own }) => `account-${own}1` };
const siblingAccount: Caller = { token: ({ own }) => `account-${own}2` };
const ownOrganization: Caller = { token: ({ own }) => `organization-${own}` };
const otherAccount: Caller = { token: ({ other }) => `account-${other}3` };
const otherOrganization: Caller = { token: ({ other }) => `organization-${other}` };
const naming = (caller: Caller, account: string): Caller => ({ ...caller, query: `?accounts=${account}` });

describe.each(requests)('$title', ({ operation, example }) => {
  const kinds = named(example);
  const onlyForOrganizations = forOrganizations.includes(operation.operationId);

  const call = (of: Organizations, things: Things, { token, query = '' }: Caller) =>
    request(of.world, operation, example, things, { token: token(of), query });

  /** That a caller is refused in the same words for things that are there and for some that are not, without effect. */
  async function answersTheSame(caller: Caller, there: Things, nowhere: Things, otherwise = caller): Promise<Answer> {
    const answer = await withoutEffect(still.world, () => call(still, there, caller));
    const other = await withoutEffect(still.world, () => call(still, nowhere, otherwise));
    // To its client a volume that is not there is an empty list.
    const isNone = operation.operationId === 'getVolume' && answer.text === '{"volumes":[]}';
    if (!isNone) expect(answer.status, answer.text).toBeGreaterThanOrEqual(400);
    expect(gist(answer, still.owner, nothing)).toEqual(gist(other, still.owner, nothing));
    return answer;
  }

  describe('works, and leaves all others alone,', () => {
    const callers = [
      { who: 'the account itself', caller: ownAccount },
      { who: 'its organization, which names the account', caller: naming(ownOrganization, owner.account) },
    ];
    test.each(callers.slice(onlyForOrganizations ? 1 : 0))('for $who', async ({ caller }) => {
      const fresh = await addOrganizations(lively);
      const others = () => [rowsOfAccount(lively, fresh.own, sibling.account), rowsOf(lively, fresh.other)];
      const before = others();
      const { status, text } = await call(fresh, fresh.owner, caller);
      expect(status, text).toBeLessThan(300);
      expect(others()).toEqual(before);
    });
  });

  const strangers: { who: string; caller: Caller; things: (of: Organizations) => Things }[] = [
    { who: 'an account beside it', caller: siblingAccount, things: (of) => of.sibling },
    {
      who: 'its organization in the account beside it',
      caller: naming(ownOrganization, sibling.account),
      things: (of) => of.sibling,
    },
    { who: "its organization in the organization's own account", caller: ownOrganization, things: () => nothing },
    { who: 'an account of another organization', caller: otherAccount, things: (of) => of.foreigner },
    { who: 'another organization in its own account', caller: otherOrganization, things: () => nothing },
    {
      who: 'another organization in an account of its own',
      caller: naming(otherOrganization, foreigner.account),
      things: (of) => of.foreigner,
    },
  ];

  if (kinds.length > 0) {
    describe('knows nothing of the things of the account', () => {
      test.each(strangers)('for $who', async ({ caller, things }) => {
        const own = things(still);
        // An organization may see its accounts themselves: where one is named, it is no stranger.
        const seesAccounts = caller.token === ownOrganization.token;
        const unseen = kinds.filter((kind) => !(seesAccounts && /account/i.test(kind)));
        for (const kind of unseen) {
          await answersTheSame(caller, { ...own, [kind]: still.owner[kind] }, { ...own, [kind]: nothing[kind] });
        }
        if (unseen.length === kinds.length) await answersTheSame(caller, still.owner, nothing);
        if (kinds.includes('volume')) {
          const behind = { ...own, volume: still.owner.backing };
          await answersTheSame(caller, behind, { ...own, volume: nothing.backing });
        }
      });
    });
  } else {
    describe('shows and changes nothing of the account', () => {
      test.each(strangers)('for $who', async ({ caller, things }) => {
        const fresh = await addOrganizations(lively);
        const rows = () => rowsOfAccount(lively, fresh.own, owner.account);
        const before = rows();
        const { text } = await call(fresh, things(fresh), caller);
        for (const id of Object.values(fresh.owner)) expect(text).not.toContain(id);
        expect(rows()).toEqual(before);
      });
    });
  }

  describe('does not tell whether there is such an account', () => {
    const callers = [
      { who: 'an account beside it', caller: siblingAccount },
      { who: 'an account of another organization', caller: otherAccount },
      { who: 'another organization', caller: otherOrganization },
    ];
    // A call about the organization, whichever that is, looks at no account.
    const free = (caller: Caller) => operation.operationId === 'createAccount' && caller === otherOrganization;
    test.each(callers.filter(({ caller }) => !free(caller)))('to $who, which names it', async ({ caller }) => {
      const there = naming(caller, owner.account);
      await answersTheSame(there, still.owner, nothing, naming(caller, nothing.account));
    });
  });

  describe('is refused, whether its things are there or not,', () => {
    const readOnly: { who: string; caller: Caller } = {
      who: 'with a read-only token of the account',
      caller: { token: ({ own }) => `reader-${own}1` },
    };
    const callers: { who: string; caller: Caller }[] = [
      { who: 'without a token', caller: { token: () => undefined } },
      { who: 'with a token that nobody has', caller: { token: () => 'garbage' } },
      { who: 'with an expired token of the account', caller: { token: ({ own }) => `expired-${own}1` } },
      ...(operation.method === 'GET' ? [] : [readOnly]),
    ];
    test.each(callers)('$who', async ({ caller }) => {
      expect((await answersTheSame(caller, still.owner, nothing)).status).toBe(401);
    });
  });

  if (onlyForOrganizations) {
    test('is refused to the account itself', async () => {
      await answersTheSame(ownAccount, still.owner, nothing);
    });
  }

  if (operation.method === 'GET') {
    test('answers a read-only token of the account, without effect', async () => {
      const reader: Caller = { token: ({ own }) => `reader-${own}1` };
      expect((await withoutEffect(still.world, () => call(still, still.owner, reader))).status).toBe(200);
    });
  }
});

describe('two organizations with the same ids', () => {
  let world: World;
  beforeAll(async () => {
    world = await buildWorld({ seed: 'empty' });
    world.createWorld(seedOf('x', ['1'], 10), { clockNow: null, pace: paces.instant });
    world.createWorld(seedOf('y', ['1'], 20), { clockNow: null, pace: paces.realistic });
  });
  afterAll(() => world.close());

  const sizesOf = async (token: string) => {
    const { body } = await world.as(token)('GET', '/api/v1/volumes');
    return body.volumes.map(({ volumeSizeGb }: Row) => volumeSizeGb);
  };

  test('each see their own', async () => {
    expect(await sizesOf('account-x1')).toEqual([10, 10]);
    expect(await sizesOf('account-y1')).toEqual([20, 20]);
    for (const [token, size] of [
      ['account-x1', 10],
      ['account-y1', 20],
    ] as const) {
      const { body } = await world.as(token)('GET', `/api/v1/volumes/${owner.volume}`);
      expect(body.volumeSizeGb).toBe(size);
    }
  });

  test('each change their own, at their own pace', async () => {
    const path = `/api/v1/volumes/${owner.attached}/modify`;
    for (const token of ['account-x1', 'account-y1']) {
      expect((await world.as(token)('POST', path, { volumeSizeGb: 100 })).status).toBe(200);
    }
    expect(await sizesOf('account-x1')).toEqual([10, 100]);
    expect(await sizesOf('account-y1')).toEqual([20, 20]);
    world.clock.advance(paces.realistic.modify);
    expect(await sizesOf('account-y1')).toEqual([20, 100]);
  });
});
