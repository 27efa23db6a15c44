import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { formatInstant } from '../../../src/ground/clock.ts';
import type { ErrorCode } from '../../../src/ground/errors.ts';
import { makeAwsAccountId } from '../../../src/ground/ids.ts';
import type { Target } from '../../../src/state/index.ts';
import {
  type Answer,
  beginning,
  buildWorld,
  type Method,
  organization,
  production,
  staging,
} from '../../support/world.ts';

let world: Awaited<ReturnType<typeof buildWorld>>;

async function open(): Promise<void> {
  world = await buildWorld();
}

/** One world for all tests of a block: none of them has an effect. */
function allInOneWorld(): void {
  beforeAll(open);
  afterAll(() => world.close());
}

/** A world for each test of a block. */
function eachInWorldOfItsOwn(): void {
  beforeEach(open);
  afterEach(() => world.close());
}

const base = '/_emulator';
const zone = 'us-east-1a';
const worker = 'i-09759c0bdec242294';
const agentless = 'i-0a1b2c3d4e5f60002';
const elsewhere = 'i-0a1b2c3d4e5f60003';
/** The default seed's volumes, by what is particular about each. */
const ids = {
  documented: 'vol-0b9176567fe16f0bc',
  attached: 'vol-0a1b2c3d4e5f60010',
  modified: 'vol-0a1b2c3d4e5f60020',
  eligible: 'vol-0a1b2c3d4e5f60030',
  boot: 'vol-0a1b2c3d4e5f60040',
  withoutAgent: 'vol-0a1b2c3d4e5f60050',
  creating: 'vol-0a1b2c3d4e5f60060',
  activating: 'vol-0a1b2c3d4e5f60070',
  deactivating: 'vol-0a1b2c3d4e5f60080',
  replaced: 'vol-0a1b2c3d4e5f60090',
  replacement: 'vol-0a1b2c3d4e5f60091',
};
const nowhere = '11111111-2222-4333-8444-555555555555';

async function send(method: Method, path: string, body?: unknown): Promise<Answer> {
  const response = await world.app.inject({
    method,
    url: base + path,
    ...(body !== undefined && { payload: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  return {
    status: response.statusCode,
    headers: response.headers,
    body: response.body === '' ? undefined : response.json(),
  } as Answer;
}

/** A call below an account, production where no other is named, that is to succeed. */
async function does(method: Method, path: string, body?: unknown, status = 200, account: string = production) {
  const answer = await send(method, `/accounts/${account}${path}`, body);
  expect(answer.status, JSON.stringify(answer.body)).toBe(status);
  return answer.body;
}

const first = () => world.state.control.first() ?? 0;
const target = (accountId: string = production): Target => world.state.targetIn(first(), accountId);
const exported = () => JSON.stringify(world.state.control.export(first()));

/** A call that is to be refused, and to change nothing. */
async function isRefused(call: () => Promise<Answer>, status: number, code: string, message: string | RegExp) {
  const before = exported();
  const answer = await call();
  expect({ status: answer.status, code: answer.headers['x-emulator-error'] }, JSON.stringify(answer.body)).toEqual({
    status,
    code,
  });
  expect(answer.body.message).toMatch(message);
  expect(exported()).toBe(before);
}

const lists = {
  volumes: { id: 'volumeId', sorts: ['createdAt', 'volumeId', 'volumeSizeGb', 'status'] },
  snapshots: { id: 'datafySnapshotId', sorts: ['startTime', 'datafySnapshotId', 'volumeSizeGb', 'status'] },
  attachments: { id: 'volumeId', sorts: ['startTime', 'volumeId', 'instanceId', 'deviceName'] },
  instances: { id: 'instanceId', sorts: ['createdAt', 'instanceId'] },
};
type ListName = keyof typeof lists;
const listNames = Object.keys(lists) as ListName[];

// biome-ignore lint/suspicious/noExplicitAny: what is in an item is what the tests are about
type Item = any;

async function items(list: ListName, query = '', account?: string): Promise<Item[]> {
  return (await does('GET', `/${list}${query}`, undefined, 200, account))[list];
}

const idsOf = async (list: ListName, query = '', account?: string): Promise<string[]> =>
  (await items(list, query, account)).map((item) => item[lists[list].id]);

describe('accounts', () => {
  allInOneWorld();

  test("are the organization's own, then its sub-accounts", async () => {
    expect((await send('GET', '/accounts')).body).toEqual({
      accounts: [
        {
          accountId: organization,
          name: 'Example organization',
          parentAccountId: null,
          awsAccountId: makeAwsAccountId(organization),
        },
        { accountId: production, name: 'production', parentAccountId: organization, awsAccountId: '123456789012' },
        {
          accountId: staging,
          name: 'staging',
          parentAccountId: organization,
          awsAccountId: makeAwsAccountId(staging),
        },
      ],
    });
  });

  test('each show what is theirs', async () => {
    expect(await idsOf('volumes', '', staging)).toEqual(['vol-0a1b2c3d4e5f600a0']);
    expect(await idsOf('volumes', '', organization)).toEqual([]);
    expect(await idsOf('volumes')).not.toContain('vol-0a1b2c3d4e5f600a0');
    expect(await idsOf('attachments', '', staging)).toEqual(['vol-0a1b2c3d4e5f600a0']);
  });
});

describe('lists', () => {
  allInOneWorld();

  test.each(listNames)('%s have every field that the engine knows', async (list) => {
    const request = { limit: 1000, offset: 0 };
    const known = world.state.inventory[list](target(), request).items as Item[];
    expect(known.length).toBeGreaterThan(0);
    const written = JSON.parse(
      JSON.stringify(known, (name, value) =>
        ['createdAt', 'startTime'].includes(name) && typeof value === 'number' ? formatInstant(value) : value,
      ),
    );
    expect(await does('GET', `/${list}`)).toEqual({ count: known.length, limit: 100, offset: 0, [list]: written });
  });

  const orders = listNames.flatMap((list) => lists[list].sorts.map((field) => ({ list, field })));

  test.each(orders)('$list are sorted by $field', async ({ list, field }) => {
    const before = (a: Item, b: Item) => (a[field] < b[field] ? -1 : Number(a[field] > b[field]));
    const [up, down] = [await items(list, `?sort=${field}:asc`), await items(list, `?sort=${field}:desc`)];
    expect(up).toEqual(up.toSorted(before));
    expect(down).toEqual(up.toReversed());
    expect(new Set(up.map((item) => JSON.stringify(item))).size).toBe(up.length);
  });

  test.each(listNames)('%s come oldest first', async (list) => {
    const [field] = lists[list].sorts;
    expect(await items(list)).toEqual(await items(list, `?sort=${field}:asc`));
  });

  test.each(listNames)('%s come in pages that make up the whole', async (list) => {
    const all = await idsOf(list);
    const paged: string[] = [];
    for (let offset = 0; offset <= all.length; offset += 2) {
      const page = await does('GET', `/${list}?limit=2&offset=${offset}`);
      expect(page).toMatchObject({ count: all.length, limit: 2, offset });
      paged.push(...page[list].map((item: Item) => item[lists[list].id]));
    }
    expect(paged).toEqual(all);
    expect(await idsOf(list, `?offset=${Number.MAX_SAFE_INTEGER}`)).toEqual([]);
  });

  const searches: { list: ListName; search: string; found: string[]; what: string }[] = [
    { list: 'volumes', what: 'an id', search: ids.eligible, found: [ids.eligible] },
    { list: 'volumes', what: 'the end of an id, in capitals', search: 'FE16F0BC', found: [ids.documented] },
    { list: 'volumes', what: 'an EBS volume behind it', search: 'vol-0b9176567fe16f002', found: [ids.documented] },
    { list: 'volumes', what: "a tag's value", search: 'ELIGIBLE', found: [ids.eligible] },
    { list: 'volumes', what: 'what JSON has between tags', search: '"key"', found: [] },
    { list: 'volumes', what: 'a wildcard', search: '%', found: [] },
    { list: 'volumes', what: 'another', search: 'vol_', found: [] },
    { list: 'volumes', what: 'a quote', search: "'", found: [] },
    { list: 'volumes', what: 'a pattern', search: '.*', found: [] },
    {
      list: 'snapshots',
      what: 'its volume',
      search: ids.attached,
      found: ['dsnap-0a1b2c3d4e5f60017', 'dsnap-0a1b2c3d4e5f60014'],
    },
    { list: 'snapshots', what: 'its description', search: 'It Never', found: ['dsnap-0a1b2c3d4e5f60014'] },
    {
      list: 'snapshots',
      what: 'one of its EBS snapshots',
      search: 'snap-0b9176567fe16f002',
      found: ['dsnap-0b9176567fe16f0bd'],
    },
    { list: 'attachments', what: 'its instance', search: agentless, found: [ids.withoutAgent] },
    { list: 'attachments', what: 'its device', search: '/dev/xv', found: [ids.boot] },
    { list: 'instances', what: 'its cluster', search: 'production-C', found: [worker] },
    { list: 'instances', what: 'its node group', search: 'workers', found: [worker] },
    { list: 'instances', what: "a tag's value", search: 'other-', found: [elsewhere] },
  ];
  test.each(searches)('$list are searched by $what: $search', async ({ list, search, found }) => {
    const page = await does('GET', `/${list}?search=${encodeURIComponent(search)}`);
    expect(page[list].map((item: Item) => item[lists[list].id])).toEqual(found);
    expect(page.count).toBe(found.length);
  });

  test.each(listNames)('%s: an empty search is none', async (list) => {
    expect(await idsOf(list, '?search=')).toEqual(await idsOf(list));
  });

  test('are of one status or of several', async () => {
    expect(await idsOf('volumes', '?status=creating')).toEqual([ids.creating]);
    expect(await idsOf('volumes', '?status=deactivating,activating')).toEqual([ids.activating, ids.deactivating]);
    expect(await idsOf('snapshots', '?status=error')).toEqual(['dsnap-0a1b2c3d4e5f60017']);
    expect(await idsOf('snapshots', '?status=error,completed,pending')).toHaveLength(3);
    expect(await idsOf('attachments', '?status=detaching')).toEqual([]);
    expect((await idsOf('attachments', '?status=attached')).length).toBeGreaterThan(5);
  });

  test('are searched, of a status, sorted and paged at once', async () => {
    const query = '?search=managed&status=managed,ordinary&sort=volumeSizeGb:desc&limit=1&offset=0';
    expect(await does('GET', `/volumes${query}`)).toMatchObject({ count: 1, volumes: [{ volumeId: ids.attached }] });
    expect((await does('GET', `/volumes${query.replace('offset=0', 'offset=1')}`)).volumes).toEqual([]);
  });

  const badQueries: [string, string | RegExp, string?][] = [
    ['sort=size:asc', /^querystring\/sort must be one of (createdAt|startTime):asc, (createdAt|startTime):desc, /],
    ['sort=createdAt', 'querystring/sort must be one of'],
    ['sort=createdAt:up', 'querystring/sort must be one of'],
    ['sort=', 'querystring/sort must be one of'],
    ['limit=0', 'querystring/limit must be >= 1'],
    ['limit=1001', 'querystring/limit must be <= 1000'],
    ['limit=many', 'querystring/limit must be integer'],
    ['limit=1.5', 'querystring/limit must be integer'],
    ['offset=-1', 'querystring/offset must be >= 0'],
    ['offset=9223372036854775808', 'querystring/offset must be <='],
    ['offset=1e300', 'querystring/offset must be integer'],
    ['page=1', /^querystring\/page is not known: there are search, /],
    ['Search=x', 'querystring/Search is not known'],
    ['search=x&search=y', 'querystring/search must be string'],
    [`search=${'x'.repeat(257)}`, 'querystring/search must NOT have more than 256 characters'],
  ];
  describe.each(listNames)('%s', (list) => {
    test.each(badQueries)('are refused for ?%s', async (query, message) => {
      await isRefused(() => send('GET', `/accounts/${production}/${list}?${query}`), 400, 'request-invalid', message);
    });

    test('are refused for an account that is not there', async () => {
      await isRefused(
        () => send('GET', `/accounts/${nowhere}/${list}`),
        404,
        'account-not-found',
        `There is no account ${nowhere}`,
      );
    });
  });

  const badStatuses: [ListName, string, string, string][] = [
    ['volumes', 'attached', 'attached', 'creating, ordinary, activating, managed, deactivating or replaced'],
    ['volumes', 'managed,', '', 'creating, ordinary'],
    ['volumes', '', '', 'creating, ordinary'],
    ['volumes', 'managed, ordinary', ' ordinary', 'creating, ordinary'],
    ['volumes', 'Managed', 'Managed', 'creating, ordinary'],
    ['snapshots', 'completed,failed', 'failed', 'pending, completed or error'],
    ['attachments', 'managed', 'managed', 'attaching, attached or detaching'],
  ];
  test.each(badStatuses)('%s are refused for ?status=%s', async (list, query, value, known) => {
    await isRefused(
      () => send('GET', `/accounts/${production}/${list}?status=${encodeURIComponent(query)}`),
      400,
      'filter-invalid',
      `querystring/status has "${value}": it must be ${known}`,
    );
  });

  test('of instances know no status', async () => {
    await isRefused(
      () => send('GET', `/accounts/${production}/instances?status=running`),
      400,
      'request-invalid',
      'querystring/status is not known: there are search, sort, limit, offset',
    );
  });
});

describe('lists of what has changed', () => {
  eachInWorldOfItsOwn();

  test('say which request caused the last change', async () => {
    const document = world.state.control.export(first());
    for (const volume of document.volumes) {
      if (volume.volumeId !== ids.attached) continue;
      volume.changedBy = 41;
      if (volume.attachment) volume.attachment.changedBy = 42;
    }
    for (const snapshot of document.snapshots) snapshot.changedBy = 43;
    world.state.control.import(first(), document);
    expect((await items('volumes', `?search=${ids.attached}`))[0].changedBy).toBe(41);
    expect((await items('volumes', `?search=${ids.eligible}`))[0].changedBy).toBeNull();
    expect((await items('attachments', `?search=${ids.attached}`))[0].changedBy).toBe(42);
    expect((await items('snapshots')).map(({ changedBy }) => changedBy)).toEqual([43, 43, 43]);
  });

  test("show a snapshot's own tags apart from those of its EBS snapshots", async () => {
    const tags = [{ key: 'team', value: 'storage' }];
    world.state.createSnapshot(target(), ids.documented, { autoscalingOnly: true, tags });
    const [snapshot] = await items('snapshots', '?search=team');
    expect(snapshot.tags).toEqual(tags);
    expect(snapshot.ebsSnapshots[0].tags).toHaveLength(5);
  });

  test('find tags by their keys and values, letter by letter, one at a time', async () => {
    const odd = [
      { key: 'Größe "1"', value: 'a\\b\n☾' },
      { key: 'left', value: 'right' },
    ];
    await does('PUT', `/volumes/${ids.eligible}`, { tags: odd });
    for (const search of ['Größe', 'e "1"', '"', 'a\\b', '\n☾', 'LEFT', 'right']) {
      expect(await idsOf('volumes', `?search=${encodeURIComponent(search)}`), search).toEqual([ids.eligible]);
    }
    for (const search of ['leftright', 'left:right', '\\n', '\\"']) {
      expect(await idsOf('volumes', `?search=${encodeURIComponent(search)}`), search).toEqual([]);
    }
  });
});

describe('a volume made in AWS', () => {
  eachInWorldOfItsOwn();

  test('is an ordinary one, with the defaults of gp3', async () => {
    const volume = await does('POST', '/volumes', { sizeGb: 12, availabilityZone: zone }, 201);
    expect(volume).toEqual({
      volumeId: expect.stringMatching(/^vol-0[0-9a-f]{16}$/),
      accountId: production,
      status: 'ordinary',
      autoscaling: 'Unsupported',
      unsupportedReason: 'it is not attached to any instance',
      origin: 'ebs',
      hasSource: true,
      volumeType: 'gp3',
      volumeSizeGb: 12,
      volumeIops: 3000,
      volumeThroughput: 125,
      availabilityZone: zone,
      encrypted: false,
      kmsKeyId: null,
      tags: [],
      attachment: null,
      modification: null,
      backingVolumes: [],
      restoredFrom: null,
      replacedBy: null,
      replaces: null,
      createdAt: formatInstant(beginning),
      changedBy: null,
    });
    expect(await does('GET', `/volumes/${volume.volumeId}`)).toEqual(volume);
  });

  test('has all that was asked for', async () => {
    const tags = [
      { key: 'team', value: 'storage' },
      { key: 'empty', value: '' },
    ];
    const asked = {
      sizeGb: 500,
      availabilityZone: 'eu-west-1b',
      iops: 8000,
      throughput: 2000,
      volumeType: 'io2',
      encrypted: true,
      boot: true,
      fileSystem: 'btrfs',
      tags,
      volumeId: 'vol-0123456789abcdef0',
    };
    expect(await does('POST', '/volumes', asked, 201)).toMatchObject({
      volumeId: asked.volumeId,
      volumeSizeGb: 500,
      volumeIops: 8000,
      volumeThroughput: 2000,
      volumeType: 'io2',
      availabilityZone: 'eu-west-1b',
      encrypted: true,
      tags,
    });
    const made = world.state.control.export(first()).volumes.find(({ volumeId }) => volumeId === asked.volumeId);
    expect(made).toMatchObject({ boot: true, fileSystem: 'btrfs', accountId: production });
  });

  test('is not held to the limits of gp3 where it is of another type', async () => {
    const body = { sizeGb: 16_384, availabilityZone: zone, iops: 100, throughput: 1, volumeType: 'gp2' };
    expect(await does('POST', '/volumes', body, 201)).toMatchObject({ volumeIops: 100, volumeThroughput: 1 });
  });

  test.each([
    ['gp2', 'sizeGb', 16_384, 'size-out-of-range', 'GiB'],
    ['gp2', 'iops', 16_000, 'iops-out-of-range', 'IOPS'],
    ['gp2', 'throughput', 250, 'throughput-out-of-range', 'MiB/s'],
    ['io1', 'iops', 64_000, 'iops-out-of-range', 'IOPS'],
    ['standard', 'sizeGb', 1_024, 'size-out-of-range', 'GiB'],
  ] as const)('is held to those of its own: %s, %s', async (volumeType, field, most, code, unit) => {
    const body = { sizeGb: 1, availabilityZone: zone, volumeType };
    await does('POST', '/volumes', { ...body, [field]: most }, 201);
    const more = { ...body, [field]: most + 1 };
    const message = `${field} is ${most + 1}: it must be from 1 to ${most} ${unit}`;
    await isRefused(() => send('POST', `/accounts/${production}/volumes`, more), 400, code, message);
  });

  test('can be made and read in every account of the world', async () => {
    const body = { sizeGb: 1, availabilityZone: zone };
    const { volumeId } = await does('POST', '/volumes', body, 201, organization);
    expect(await idsOf('volumes', '', organization)).toEqual([volumeId]);
    await isRefused(
      () => send('GET', `/accounts/${production}/volumes/${volumeId}`),
      404,
      'volume-not-found',
      `There is no volume ${volumeId} in account ${production}`,
    );
  });

  test('goes through its whole life', async () => {
    world.state.control.setPace(first(), 'realistic');
    const { volumeId } = await does('POST', '/volumes', { sizeGb: 30, availabilityZone: zone }, 201);
    const path = `/volumes/${volumeId}`;
    const body = { instanceId: worker, deviceName: '/dev/sdz', deleteOnTermination: true };
    expect(await does('POST', `${path}/attach`, body)).toMatchObject({
      status: 'ordinary',
      attachment: { ...body, status: 'attaching' },
    });
    world.clock.advance(3_000);
    expect((await does('GET', path)).attachment.status).toBe('attached');
    expect(await does('POST', `${path}/activate`)).toMatchObject({ status: 'activating', autoscaling: 'Inactive' });
    world.clock.advance(120_000);
    const managed = await does('GET', path);
    expect(managed).toMatchObject({ status: 'managed', autoscaling: 'Active', hasSource: false });
    expect(await idsOf('volumes', `?search=${managed.backingVolumes[1].volumeId}`)).toEqual([volumeId]);
    world.state.detach(target(), volumeId, worker, false);
    world.clock.advance(3_000);
    const { datafySnapshotId } = world.state.createSnapshot(target(), volumeId, { autoscalingOnly: true });
    expect(await does('DELETE', path, undefined, 204)).toBeUndefined();
    await isRefused(() => send('GET', `/accounts/${production}${path}`), 404, 'volume-not-found', volumeId);
    world.clock.advance(60_000);
    expect(await items('snapshots', `?search=${volumeId}`)).toMatchObject([
      // That of its activation.
      { status: 'completed' },
      { datafySnapshotId, status: 'completed' },
    ]);
    const { volumeId: restored } = world.state.restore(target(), {
      source: { datafySnapshotId },
      availabilityZone: zone,
    });
    expect((await does('GET', `/volumes/${restored}`)).restoredFrom).toBe(datafySnapshotId);
    const before = exported();
    world.state.control.import(first(), JSON.parse(before));
    expect(exported()).toBe(before);
  });

  test('shows what is under way in the answer of the call that began it', async () => {
    await does('POST', '/volumes', { sizeGb: 1, availabilityZone: zone, volumeId: 'vol-0000000a' }, 201);
    const body = { instanceId: agentless, deviceName: '/dev/sdz' };
    expect((await does('POST', '/volumes/vol-0000000a/attach', body)).attachment).toEqual({
      ...body,
      status: 'attaching',
      deleteOnTermination: false,
    });
    expect((await does('GET', '/volumes/vol-0000000a')).attachment.status).toBe('attached');
    expect((await does('POST', `/volumes/${ids.eligible}/activate`)).status).toBe('activating');
    expect((await does('GET', `/volumes/${ids.eligible}`)).status).toBe('managed');
  });

  test('is looked at by rules when its tags change, and when it is attached', async () => {
    const rule = { some: [{ var: 'tags' }, { in: [{ var: '' }, ['autoscale:yes']] }] };
    world.state.createRule(target(), { active: true, rule });
    const tags = [{ key: 'autoscale', value: 'yes' }];
    expect(await does('PUT', `/volumes/${ids.eligible}`, { tags })).toMatchObject({ status: 'activating', tags });
    expect(await does('PUT', `/volumes/${ids.boot}`, { tags })).toMatchObject({ status: 'ordinary', tags });
    const { volumeId, status } = await does('POST', '/volumes', { sizeGb: 1, availabilityZone: zone, tags }, 201);
    expect(status).toBe('ordinary');
    await does('POST', `/volumes/${volumeId}/attach`, { instanceId: worker, deviceName: '/dev/sdz' });
    expect((await does('GET', `/volumes/${volumeId}`)).status).toBe('managed');
    expect(await does('PUT', `/volumes/${ids.eligible}`, { tags: [] })).toMatchObject({ status: 'managed', tags: [] });
  });

  test.each(['vol-0f1e2d3c', 'vol-0123456789abcdef0'])(
    'can be called %s, and so can the next when it is gone',
    async (volumeId) => {
      await does('POST', '/volumes', { sizeGb: 1, availabilityZone: zone, volumeId }, 201);
      await does('DELETE', `/volumes/${volumeId}`, undefined, 204);
      await does('POST', '/volumes', { sizeGb: 2, availabilityZone: zone, volumeId }, 201, staging);
      expect(await idsOf('volumes', `?search=${volumeId}`, staging)).toEqual([volumeId]);
    },
  );

  const taken: [string, string][] = [
    [ids.eligible, `a volume of account ${production}`],
    ['vol-0a1b2c3d4e5f600a0', `a volume of account ${staging}`],
    ['vol-0b9176567fe16f001', `one of the EBS volumes behind ${ids.documented}`],
  ];
  test.each(taken)('cannot be called %s, which is taken', async (volumeId, holder) => {
    const body = { sizeGb: 1, availabilityZone: zone, volumeId };
    await isRefused(
      () => send('POST', `/accounts/${production}/volumes`, body),
      409,
      'volume-id-taken',
      `volumeId ${volumeId} is taken: it is ${holder}`,
    );
  });

  test('cannot have the id of one that is gone, while something speaks of it', async () => {
    const named = { replaced: ids.replacement, snapshot: ids.documented, part: 'vol-0b9176567fe16f001' };
    world.state.detach(target(), named.replaced, worker, false);
    await does('DELETE', `/volumes/${named.replaced}`, undefined, 204);
    await does('DELETE', `/volumes/${named.snapshot}`, undefined, 204);
    const holders = {
      replaced: `the volume that took over from ${ids.replaced}`,
      snapshot: 'the volume that snapshot dsnap-0b9176567fe16f0bd is of',
      part: 'one of the EBS volumes that snapshot dsnap-0b9176567fe16f0bd is of',
    };
    for (const [what, volumeId] of Object.entries(named)) {
      await isRefused(
        () => send('POST', `/accounts/${production}/volumes`, { sizeGb: 1, availabilityZone: zone, volumeId }),
        409,
        'volume-id-taken',
        holders[what as keyof typeof holders],
      );
    }
  });

  test('may have an id that the world would have made next: the world passes over it', async () => {
    const body = { sizeGb: 1, availabilityZone: zone };
    const { volumeId } = await does('POST', '/volumes', body, 201);
    const { instanceId } = await does('POST', '/instances', { availabilityZone: zone }, 201);
    world.state.control.reset(first());
    await does('POST', '/volumes', { ...body, volumeId }, 201);
    await does('POST', '/instances', { availabilityZone: zone, instanceId }, 201);
    expect((await does('POST', '/volumes', body, 201)).volumeId).not.toBe(volumeId);
    expect((await does('POST', '/instances', { availabilityZone: zone }, 201)).instanceId).not.toBe(instanceId);
  });
});

describe('a volume deleted in AWS', () => {
  eachInWorldOfItsOwn();

  test.each(['replaced', 'documented'] as const)('goes while it is %s', async (which) => {
    await does('DELETE', `/volumes/${ids[which]}`, undefined, 204);
    expect(await idsOf('volumes')).not.toContain(ids[which]);
    expect(await idsOf('snapshots')).toHaveLength(3);
    await isRefused(
      () => send('DELETE', `/accounts/${production}/volumes/${ids[which]}`),
      404,
      'volume-not-found',
      ids[which],
    );
  });

  const kept: [keyof typeof ids, ErrorCode, string][] = [
    ['attached', 'volume-attached', `Volume ${ids.attached} is attached to ${worker} as /dev/sdf: detach it first`],
    ['eligible', 'volume-attached', 'detach it first'],
    ['deactivating', 'volume-attached', 'detach it first'],
    [
      'creating',
      'volume-not-available',
      `Volume ${ids.creating} is creating; deleting it needs it to be ordinary, managed or replaced: wait until it is there`,
    ],
  ];
  test.each(kept)('is refused: %s', async (which, code, message) => {
    await isRefused(() => send('DELETE', `/accounts/${production}/volumes/${ids[which]}`), 409, code, message);
  });

  test('is refused while it is detaching', async () => {
    world.state.control.setPace(first(), { detach: 5_000 });
    world.state.detach(target(), ids.attached, worker, false);
    await isRefused(
      () => send('DELETE', `/accounts/${production}/volumes/${ids.attached}`),
      409,
      'volume-attached',
      'wait until it is off',
    );
    world.clock.advance(5_000);
    await does('DELETE', `/volumes/${ids.attached}`, undefined, 204);
  });

  test('takes its modification with it, and nothing is left to come due', async () => {
    world.state.control.setPace(first(), { modify: 5_000 });
    world.state.modify(target(), ids.documented, { sizeGb: 200, expandFilesystem: false, autoscalingOnly: true });
    await does('DELETE', `/volumes/${ids.documented}`, undefined, 204);
    world.clock.advance(10_000);
    expect(world.state.control.clock(first()).settled).toEqual([]);
  });
});

describe('an instance', () => {
  eachInWorldOfItsOwn();

  test('is made with an agent and without names', async () => {
    const instance = await does('POST', '/instances', { availabilityZone: zone }, 201);
    expect(instance).toEqual({
      instanceId: expect.stringMatching(/^i-0[0-9a-f]{16}$/),
      accountId: production,
      availabilityZone: zone,
      instanceType: 'm5.large',
      agent: true,
      agentMode: 'AutoScaler',
      agentVersion: '1.37.1',
      clusterName: null,
      nodeGroupName: null,
      tags: [],
      createdAt: formatInstant(beginning),
    });
    expect(await does('GET', `/instances/${instance.instanceId}`)).toEqual(instance);
  });

  test('has all that was asked for, and changes only in what is asked', async () => {
    const asked = {
      instanceId: 'i-0123456789abcdef0',
      availabilityZone: 'eu-west-1b',
      agent: false,
      instanceType: 'r6i.xlarge',
      agentMode: 'Sensor',
      agentVersion: '1.30.2',
      clusterName: 'cluster',
      nodeGroupName: 'nodes',
      tags: [{ key: 'team', value: 'storage' }],
    };
    const made = {
      ...asked,
      accountId: production,
      createdAt: formatInstant(beginning),
      // Of an agent that does not run.
      agentMode: null,
      agentVersion: null,
    };
    const { agentMode, agentVersion } = asked;
    const running = { ...made, agent: true, agentMode, agentVersion };
    const path = `/instances/${asked.instanceId}`;
    expect(await does('POST', '/instances', asked, 201)).toEqual(made);
    expect(await does('PUT', path, {})).toEqual(made);
    expect(await does('PUT', path, { agent: true })).toEqual(running);
    expect(await does('PUT', path, { clusterName: null, nodeGroupName: 'others', tags: [] })).toEqual({
      ...running,
      clusterName: null,
      nodeGroupName: 'others',
      tags: [],
    });
    await does('DELETE', path, undefined, 204);
    await isRefused(
      () => send('GET', `/accounts/${production}${path}`),
      404,
      'instance-not-found',
      `There is no instance ${asked.instanceId} in account ${production}`,
    );
  });

  test('is looked at by rules when it changes', async () => {
    world.state.createRule(target(), { active: true, rule: { in: [{ var: 'cluster_name' }, ['moved']] } });
    await does('PUT', `/instances/${worker}`, { clusterName: 'moved' });
    expect((await does('GET', `/volumes/${ids.eligible}`)).status).toBe('managed');
    expect((await does('GET', `/volumes/${ids.boot}`)).status).toBe('ordinary');
  });

  test.each([
    [worker, production],
    ['i-0a1b2c3d4e5f60004', staging],
  ])('cannot be called %s, which is taken', async (instanceId, owner) => {
    await isRefused(
      () => send('POST', `/accounts/${production}/instances`, { availabilityZone: zone, instanceId }),
      409,
      'instance-id-taken',
      `instanceId ${instanceId} is taken: it is an instance of account ${owner}`,
    );
  });
});

describe('a terminated instance', () => {
  eachInWorldOfItsOwn();

  const set = (volumeId: string, deleteOnTermination: boolean) => {
    const document = world.state.control.export(first());
    const attachment = document.volumes.find((each) => each.volumeId === volumeId)?.attachment;
    Object.assign(attachment ?? {}, { deleteOnTermination });
    world.state.control.import(first(), document);
  };

  test('lets go of its volumes', async () => {
    const on = await idsOf('attachments', `?search=${worker}`);
    expect(on.length).toBeGreaterThan(5);
    await does('DELETE', `/instances/${worker}`, undefined, 204);
    expect(await idsOf('attachments', `?search=${worker}`)).toEqual([]);
    expect(await idsOf('instances')).toEqual([agentless, elsewhere]);
    for (const volumeId of on) expect((await does('GET', `/volumes/${volumeId}`)).attachment, volumeId).toBeNull();
    // Every device is free again on another instance.
    await does('POST', '/instances', { availabilityZone: zone, instanceId: worker }, 201);
    await does('POST', `/volumes/${ids.eligible}/attach`, { instanceId: worker, deviceName: '/dev/sdf' });
  });

  test('takes those with deleteOnTermination with it, where an agent ran', async () => {
    const gone = [ids.attached, ids.modified, ids.eligible, ids.boot, ids.activating];
    for (const volumeId of [...gone, ids.deactivating, ids.withoutAgent]) set(volumeId, true);
    const all = await idsOf('volumes');
    await does('DELETE', `/instances/${worker}`, undefined, 204);
    await does('DELETE', `/instances/${agentless}`, undefined, 204);
    expect(await idsOf('volumes')).toEqual(all.filter((volumeId) => !gone.includes(volumeId)));
    expect(await does('GET', `/volumes/${ids.deactivating}`)).toMatchObject({
      status: 'deactivating',
      attachment: null,
    });
    expect(await does('GET', `/volumes/${ids.withoutAgent}`)).toMatchObject({ status: 'ordinary', attachment: null });
    expect(await idsOf('snapshots')).toHaveLength(3);
    const before = exported();
    world.state.control.import(first(), JSON.parse(before));
    expect(exported()).toBe(before);
  });

  test('leaves a deactivation to its end', async () => {
    world.state.control.setPace(first(), { deactivate: 5_000 });
    set(ids.attached, true);
    world.state.deactivate(target(), ids.attached);
    await does('DELETE', `/instances/${worker}`, undefined, 204);
    world.clock.advance(5_000);
    const { status, replacedBy } = await does('GET', `/volumes/${ids.attached}`);
    expect(status).toBe('replaced');
    expect(await does('GET', `/volumes/${replacedBy}`)).toMatchObject({ status: 'ordinary', attachment: null });
  });

  test('ends attaching and detaching too', async () => {
    world.state.control.setPace(first(), { attach: 5_000, detach: 5_000 });
    world.state.detach(target(), ids.attached, worker, false);
    const body = { instanceId: worker, deviceName: '/dev/sdz', deleteOnTermination: true };
    world.state.attach(target(), ids.documented, body);
    await does('DELETE', `/instances/${worker}`, undefined, 204);
    world.clock.advance(5_000);
    expect(world.state.control.clock(first()).settled).toEqual([]);
    expect((await does('GET', `/volumes/${ids.attached}`)).attachment).toBeNull();
    expect(await idsOf('volumes')).not.toContain(ids.documented);
  });
});

describe('refusals', () => {
  allInOneWorld();

  const body = { sizeGb: 10, availabilityZone: zone };
  const newInstance = { availabilityZone: zone };
  const place = { instanceId: worker, deviceName: '/dev/sdz' };
  const volume = (which: keyof typeof ids, rest = '') => `/volumes/${ids[which]}${rest}`;
  const tag = { key: 'a', value: 'b' };

  const invalid: [Method, string, unknown, string | RegExp][] = [
    ['POST', '/volumes', {}, 'body/sizeGb is missing; body/availabilityZone is missing'],
    ['POST', '/volumes', undefined, 'body/sizeGb is missing'],
    ['POST', '/volumes', [], 'body must be object, not array'],
    ['POST', '/volumes', { ...body, sizeGB: 1 }, 'body/sizeGB is not known: the nearest is sizeGb'],
    ['POST', '/volumes', { ...body, kmsKeyId: 'k' }, 'body/kmsKeyId is not known'],
    ['POST', '/volumes', { ...body, sizeGb: '10' }, 'body/sizeGb must be integer, not string'],
    ['POST', '/volumes', { ...body, sizeGb: 1.5 }, 'body/sizeGb must be integer, not number 1.5'],
    ['POST', '/volumes', { ...body, sizeGb: 0 }, 'body/sizeGb must be >= 1'],
    ['POST', '/volumes', { ...body, sizeGb: 65_537 }, 'body/sizeGb must be <= 65536'],
    ['POST', '/volumes', { ...body, iops: null }, 'body/iops must be integer, not null'],
    ['POST', '/volumes', { ...body, encrypted: 'true' }, 'body/encrypted must be boolean'],
    ['POST', '/volumes', { ...body, boot: 1 }, 'body/boot must be boolean'],
    ['POST', '/volumes', { ...body, fileSystem: '' }, 'body/fileSystem must not be empty'],
    ['POST', '/volumes', { ...body, volumeType: 'gp4' }, 'body/volumeType must be one of gp3, gp2'],
    ['POST', '/volumes', { ...body, volumeId: 'vol-XYZ' }, 'body/volumeId must be vol- and 8 to 17 hex digits'],
    [
      'POST',
      '/volumes',
      { ...body, volumeId: 'i-0123456789abcdef0' },
      'body/volumeId must be vol- and 8 to 17 hex digits',
    ],
    ['POST', '/volumes', { ...body, tags: {} }, 'body/tags must be array, not object'],
    ['POST', '/volumes', { ...body, tags: [{ key: 'a' }] }, 'body/tags/0/value is missing'],
    ['POST', '/volumes', { ...body, tags: [{ ...tag, Key: 'a' }] }, 'body/tags/0/Key is not known'],
    ['PUT', volume('eligible'), {}, 'body/tags is missing'],
    ['PUT', volume('eligible'), { tags: [], sizeGb: 1 }, 'body/sizeGb is not known: there is tags'],
    ['POST', volume('documented', '/attach'), { deviceName: '/dev/sdz' }, 'body/instanceId is missing'],
    ['POST', volume('documented', '/attach'), { ...place, force: true }, 'body/force is not known'],
    ['POST', '/instances', {}, 'body/availabilityZone is missing'],
    ['POST', '/instances', { ...newInstance, agent: 'yes' }, 'body/agent must be boolean'],
    ['POST', '/instances', { ...newInstance, clusterName: null }, 'body/clusterName must be string, not null'],
    ['POST', '/instances', { ...newInstance, clusterName: '' }, 'body/clusterName must not be empty'],
    ['POST', '/instances', { ...newInstance, zone }, 'body/zone is not known'],
    ['POST', '/instances', { ...newInstance, instanceId: 'i-1' }, 'body/instanceId must be i- and 8 to 17 hex digits'],
    ['PUT', `/instances/${worker}`, { availabilityZone: zone }, 'body/availabilityZone is not known'],
    ['PUT', `/instances/${worker}`, { agent: null }, 'body/agent must be boolean, not null'],
    ['PUT', `/instances/${worker}`, { nodeGroupName: 5 }, 'body/nodeGroupName must be string'],
    ['GET', `${volume('eligible')}?x=1`, undefined, 'querystring/x is not known: there is none'],
    ['DELETE', `${volume('replaced')}?force=true`, undefined, 'querystring/force is not known'],
  ];
  test.each(invalid)('%s %s %j', async (method, path, sent, message) => {
    await isRefused(() => send(method, `/accounts/${production}${path}`, sent), 400, 'request-invalid', message);
  });

  const refused: [Method, string, unknown, number, ErrorCode, string][] = [
    ['POST', '/volumes', { ...body, availabilityZone: 'here' }, 400, 'availability-zone-invalid', '"here"'],
    ['POST', '/volumes', { ...body, iops: 2_999 }, 400, 'iops-out-of-range', 'iops is 2999'],
    ['POST', '/volumes', { ...body, iops: 5_001 }, 400, 'iops-ratio-exceeded', 'at most 500 IOPS per GiB'],
    ['POST', '/volumes', { ...body, throughput: 2_001 }, 400, 'throughput-out-of-range', 'throughput is 2001'],
    ['POST', '/volumes', { ...body, throughput: 1_000 }, 400, 'throughput-ratio-exceeded', '0.25 MiB/s per IOPS'],
    ['POST', '/volumes', { ...body, tags: [tag, tag] }, 400, 'tags-invalid', 'body/tags/1/key "a" is there twice'],
    ['PUT', volume('boot'), { tags: [{ key: 'datafy:x', value: '' }] }, 400, 'tags-invalid', 'body/tags/0/key'],
    ['PUT', '/volumes/vol-00000000', { tags: [] }, 404, 'volume-not-found', 'vol-00000000'],
    ['DELETE', '/volumes/vol-00000000', undefined, 404, 'volume-not-found', 'vol-00000000'],
    ['GET', '/volumes/vol-0b9176567fe16f001', undefined, 404, 'volume-not-found', `behind ${ids.documented}`],
    ['POST', '/volumes/vol-00000000/attach', place, 404, 'volume-not-found', 'vol-00000000'],
    ['POST', '/volumes/vol-00000000/activate', undefined, 404, 'volume-not-found', 'vol-00000000'],
    ['POST', volume('documented', '/attach'), place, 409, 'volume-not-ordinary', 'attach it through Datafy'],
    ['POST', volume('eligible', '/attach'), place, 409, 'volume-already-attached', 'detach it first'],
    ['POST', volume('documented', '/activate'), undefined, 409, 'volume-not-ordinary', 'autoscaling is on already'],
    ['POST', volume('boot', '/activate'), undefined, 409, 'volume-unsupported', 'it is a boot volume'],
    ['POST', volume('withoutAgent', '/activate'), undefined, 409, 'volume-unsupported', 'no Datafy agent'],
    ['POST', '/instances', { availabilityZone: 'x' }, 400, 'availability-zone-invalid', '"x"'],
    ['PUT', '/instances/i-00000000', { agent: true }, 404, 'instance-not-found', 'i-00000000'],
    ['PUT', `/instances/${worker}`, { tags: [{ key: '', value: '' }] }, 400, 'tags-invalid', 'body/tags/0 has no key'],
    ['DELETE', '/instances/i-00000000', undefined, 404, 'instance-not-found', 'i-00000000'],
    ['GET', '/instances/i-0a1b2c3d4e5f60004', undefined, 404, 'instance-not-found', production],
  ];
  test.each(refused)('%s %s %j: %i %s', async (method, path, sent, status, code, message) => {
    await isRefused(() => send(method, `/accounts/${production}${path}`, sent), status, code, message);
  });

  const free: [unknown, number, ErrorCode, string][] = [
    [{ ...place, deviceName: 'sdz' }, 400, 'device-name-invalid', '"sdz"'],
    [{ ...place, deviceName: '/dev/sdf' }, 409, 'device-in-use', ids.attached],
    [{ ...place, instanceId: elsewhere }, 409, 'availability-zone-mismatch', 'us-east-1b'],
    [{ ...place, instanceId: 'i-00000000' }, 404, 'instance-not-found', 'i-00000000'],
  ];
  test.each(free)('an ordinary volume is not attached with %j: %i %s', async (sent, status, code, message) => {
    const { volumeId } = await does('POST', '/volumes', body, 201);
    const path = `/volumes/${volumeId}`;
    await isRefused(() => send('POST', `/accounts/${production}${path}/attach`, sent), status, code, message);
    await does('DELETE', path, undefined, 204);
  });

  const calls: [Method, string, unknown][] = [
    ['POST', '/volumes', body],
    ['GET', volume('eligible'), undefined],
    ['PUT', volume('eligible'), { tags: [] }],
    ['DELETE', volume('replaced'), undefined],
    ['POST', volume('eligible', '/activate'), undefined],
    ['POST', volume('documented', '/attach'), place],
    ['POST', '/instances', newInstance],
    ['GET', `/instances/${worker}`, undefined],
    ['PUT', `/instances/${worker}`, { agent: false }],
    ['DELETE', `/instances/${worker}`, undefined],
  ];
  test.each(calls)('%s %s for an account that is not there, or not its own', async (method, path, sent) => {
    await isRefused(
      () => send(method, `/accounts/${nowhere}${path}`, sent),
      404,
      'account-not-found',
      `There is no account ${nowhere}`,
    );
    if (method === 'POST' && !path.includes('vol-')) return;
    const before = exported();
    expect((await send(method, `/accounts/${staging}${path}`, sent)).status).toBe(404);
    expect(exported()).toBe(before);
  });
});

describe('another world', () => {
  allInOneWorld();

  test('has an inventory of its own, and nothing crosses', async () => {
    const made = await send('POST', '/organizations', {});
    expect(made.status).toBe(201);
    const { organizationId, accounts } = made.body;
    const below = `/organizations/${organizationId}/accounts/${accounts[0].accountId}`;
    const before = exported();
    const body = { sizeGb: 5, availabilityZone: zone, volumeId: ids.eligible };
    expect((await send('POST', `${below}/volumes`, body)).status).toBe(201);
    expect((await send('GET', `${below}/volumes`)).body).toMatchObject({ count: 1, volumes: [{ volumeSizeGb: 5 }] });
    expect((await send('GET', `/organizations/${organizationId}/accounts`)).body.accounts).toHaveLength(2);
    expect((await send('GET', `/organizations/${organizationId}/accounts/${production}/volumes`)).status).toBe(404);
    expect((await send('GET', `/accounts/${accounts[0].accountId}/volumes`)).status).toBe(404);
    expect((await send('DELETE', `${below}/volumes/${ids.eligible}`)).status).toBe(204);
    expect(exported()).toBe(before);
  });
});
