import { Agent } from 'node:http';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Emulator, startEmulator } from '../../../src/index.ts';
import { faultyTransitions } from '../../../src/state/engine/transitions.ts';
import type { Method } from '../../support/world.ts';
import {
  type Answer,
  done,
  furniture,
  hear,
  ids,
  type Own,
  own,
  roleArn,
  type Send,
  slow,
  wire,
  worker,
  zone,
} from './control.ts';

let emulator: Emulator;
let agent: Agent;
let send: Send;
let world: Own;

beforeAll(async () => {
  emulator = await startEmulator();
  agent = new Agent({ keepAlive: true });
  send = wire(emulator.url, agent);
});
afterAll(async () => {
  agent.destroy();
  await emulator.close();
});
beforeEach(async () => {
  world = await own(send, { ...furniture, accounts: [{}, {}], pace: { attach: 1000 } });
});
afterEach(() => done(send('DELETE', `/_emulator/organizations/${world.organizationId}`)));

const plant = (fault: unknown) => done(world.control('POST', '/faults', fault));
const faults = async () => (await done(world.control('GET', '/faults'))).faults;
const list = (): Promise<Answer> => world.api('GET', '/volumes');
const journal = async () => (await done(world.control('GET', '/requests'))).requests;
const authorization = () => `Bearer ${world.accounts[0]?.token}`;

/** A raw call of the API over a connection. */
const call = (method: Method, path: string, over: Agent | false, body?: unknown) =>
  hear(emulator.url, method, `/api/v1${path}`, { body, agent: over, headers: { authorization: authorization() } });

/** Headers that say how an answer is sent, and what was done to it. */
const unsettable = [
  ...['Connection', 'Content-Length', 'Keep-Alive', 'TE', 'Trailer', 'Transfer-Encoding', 'Upgrade'],
  ...['X-Emulator-Error', 'X-Emulator-Fault'],
];

const headerNames = [
  ...unsettable,
  ...['Content-Type', 'Content-Encoding', 'Content-Language', 'Content-Disposition', 'Content-Range', 'Date', 'Age'],
  ...['Allow', 'Cache-Control', 'Deprecation', 'ETag', 'Expires', 'Last-Modified', 'Link', 'Location', 'Retry-After'],
  ...['Server', 'Set-Cookie', 'Vary', 'Via', 'Warning', 'WWW-Authenticate', 'WWW_Authenticate', 'X-Request-Id'],
  ...['Access-Control-Allow-Origin', 'Proxy-Connection', 'Expect', 'Host', 'constructor', 'toString', 'length'],
];

const device = { instanceId: worker, deviceName: '/dev/sdz' };

describe.each(['fresh', 'keep-alive'] as const)('over a %s connection', (kind) => {
  let over: Agent;
  beforeEach(() => {
    over = new Agent({ keepAlive: kind === 'keep-alive', maxSockets: 1 });
  });
  afterEach(() => over.destroy());

  /** The port of a connection that has served a call already, where connections are kept. */
  async function warmUp(): Promise<number | undefined> {
    const first = await call('GET', '/volumes', over);
    expect(first).toMatchObject({ status: 200, error: undefined });
    return first.port;
  }

  /** A call on the same agent works: on the same connection where it is kept and was not cut. */
  async function worksAfterwards(port: number | undefined, cut: boolean) {
    const next = await call('GET', '/volumes', over);
    expect(next).toMatchObject({ status: 200, error: undefined });
    expect(next.headers['x-emulator-fault']).toBeUndefined();
    if (kind === 'keep-alive') expect(next.port === port).toBe(!cut);
  }

  test('a delay: the answer comes not before, and is what it would have been', async () => {
    const { text } = await call('GET', '/volumes', over);
    const port = await warmUp();
    await plant({ match: { operationId: 'listVolumes' }, times: 1, effect: { delayMs: 120 } });
    const began = performance.now();
    const heard = await call('GET', '/volumes', over);
    expect(performance.now() - began).toBeGreaterThanOrEqual(119);
    expect(heard).toMatchObject({ status: 200, text, headers: { 'x-emulator-fault': 'fault-1' } });
    await worksAfterwards(port, false);
  });

  test("a status: Datafy's error shape, the code and the fault, and nothing is done", async () => {
    const port = await warmUp();
    const before = await world.export();
    await plant({ match: { operationId: 'attachCommand' }, times: 1, effect: { status: 503, message: 'Try later' } });
    const heard = await call('POST', `/volumes/${ids.free}/attach`, over, device);
    expect(heard).toMatchObject({
      status: 503,
      text: '{"message":"Try later"}',
      headers: {
        'content-type': 'application/json; charset=utf-8',
        'x-emulator-error': 'fault',
        'x-emulator-fault': 'fault-1',
      },
    });
    expect(await world.export()).toBe(before);
    await worksAfterwards(port, false);
  });

  test('a status without a message names the fault', async () => {
    await plant({ match: {}, times: 1, effect: { status: 418 } });
    const heard = await call('GET', '/volumes', over);
    expect(JSON.parse(heard.text)).toEqual({ message: expect.stringContaining('fault-1') });
    expect(heard.status).toBe(418);
  });

  test('headers: with a status, and with the answer that there would have been', async () => {
    const port = await warmUp();
    const headers = { 'Retry-After': '30', 'X-Anything': 'goes' };
    await plant({ match: {}, times: 1, effect: { status: 429, headers } });
    expect(await call('GET', '/volumes', over)).toMatchObject({
      status: 429,
      headers: { 'retry-after': '30', 'x-anything': 'goes' },
    });
    await plant({ match: {}, times: 1, effect: { headers } });
    expect(await call('GET', '/volumes', over)).toMatchObject({ status: 200, headers: { 'retry-after': '30' } });
    await worksAfterwards(port, false);
  });

  test('headers: each that is accepted is on the answer, whoever makes that; each other is refused', async () => {
    const port = await warmUp();
    const refused: string[] = [];
    for (const name of headerNames) {
      const planted = { [name]: name === 'Location' ? '/elsewhere' : 'text/plain; x=y' };
      const { status, code } = await world.control('POST', '/faults', { match: {}, effect: { headers: planted } });
      await world.control('DELETE', '/faults');
      if (status === 400) {
        expect(code).toBe('fault-idle');
        refused.push(name);
        continue;
      }
      for (const effect of [{}, { status: 502 }, { delayMs: 1 }]) {
        await plant({ match: {}, effect: { ...effect, headers: planted } });
        const calls: [Method, string, unknown?][] = [
          ['GET', '/volumes'],
          ['POST', `/volumes/${ids.free}/create-snapshot`, {}],
          // An answer without a body, and a refusal.
          ['POST', `/volumes/${ids.free}/attach`, { instanceId: worker, deviceName: `/dev/sd${'z'}` }],
          ['POST', `/volumes/${ids.free}/attach`, {}],
        ];
        for (const [method, path, body] of calls) {
          const heard = await call(method, path, over, body);
          const is = `${name} ${method} ${path} ${heard.status} ${heard.text}`;
          expect(heard.headers[name.toLowerCase()]?.toString(), is).toBe(planted[name]);
          expect(heard.status === 502, is).toBe('status' in effect);
          expect(heard.status, is).not.toBe(500);
          expect(heard.error, is).toBeUndefined();
        }
        await world.control('DELETE', '/faults');
      }
    }
    expect(refused.toSorted()).toEqual(unsettable.toSorted());
    await worksAfterwards(port, false);
  });

  test('a dropped connection: no answer, nothing is done, and the next call is served', async () => {
    const port = await warmUp();
    const before = await world.export();
    await plant({ match: { operationId: 'attachCommand' }, times: 1, effect: { drop: 'connection' } });
    const heard = await call('POST', `/volumes/${ids.free}/attach`, over, device);
    expect(heard).toMatchObject({ status: 0, text: '' });
    expect(heard.error?.code).toBe('ECONNRESET');
    expect(await world.export()).toBe(before);
    await worksAfterwards(port, true);
  });

  test('a dropped body: all is done, half arrives of what the length promises, and the next call is served', async () => {
    const port = await warmUp();
    await plant({ match: { operationId: 'createSnapshotCommand' }, times: 1, effect: { drop: 'body' } });
    const heard = await call('POST', `/volumes/${ids.free}/create-snapshot`, over, {});
    expect(heard.status).toBe(200);
    expect(heard.error?.code).toBe('ECONNRESET');
    const promised = Number(heard.headers['content-length']);
    expect(promised).toBeGreaterThan(heard.text.length);
    expect(heard.text.length).toBe(Math.floor(promised / 2));
    expect(() => JSON.parse(heard.text)).toThrow();
    const { snapshots } = await done(world.api('GET', '/snapshots'));
    expect(snapshots).toMatchObject([{ volumeId: ids.free }]);
    expect(JSON.stringify(snapshots)).toContain(/dsnap-\w+/.exec(heard.text)?.[0]);
    await worksAfterwards(port, true);
  });

  test('a dropped body of an empty answer: its length is promised, and nothing comes', async () => {
    await plant({ match: { operationId: 'attachCommand' }, times: 1, effect: { drop: 'body' } });
    const heard = await call('POST', `/volumes/${ids.free}/attach`, over, device);
    expect(heard).toMatchObject({ status: 200, text: '' });
    expect(Number(heard.headers['content-length'])).toBeGreaterThan(0);
    expect(heard.error?.code).toBe('ECONNRESET');
    expect(await done(world.api('GET', `/volumes/${ids.free}`))).toMatchObject({ attachment: { status: 'attaching' } });
  });

  test('a delay and a drop', async () => {
    await plant({ match: {}, times: 1, effect: { delayMs: 60, drop: 'connection' } });
    const began = performance.now();
    expect(await call('GET', '/volumes', over)).toMatchObject({ status: 0, error: { code: 'ECONNRESET' } });
    expect(performance.now() - began).toBeGreaterThanOrEqual(59);
  });
});

test('while one call is delayed, others are served', async () => {
  await plant({ match: { operationId: 'listVolumes' }, times: 1, effect: { delayMs: 300 } });
  const order: string[] = [];
  const slowly = list().then(() => order.push('delayed'));
  await world.api('GET', '/snapshots').then(() => order.push('other'));
  await slowly;
  expect(order).toEqual(['other', 'delayed']);
});

describe('the journal names the fault', () => {
  test.each([
    ['a delay', { delayMs: 1 }, 200],
    ['a status', { status: 500 }, 500],
    ['headers', { headers: { 'Retry-After': '1' } }, 200],
    ['a dropped connection', { drop: 'connection' }, null],
    ['a dropped body', { drop: 'body' }, 200],
  ])('%s', async (_, effect, status) => {
    await plant({ match: {}, skip: 1, times: 1, effect });
    await list();
    await call('POST', `/volumes/${ids.free}/create-snapshot`, false, {});
    await list();
    const entries = await journal();
    expect(entries).toMatchObject([{ status: 200 }, { status, faultId: 'fault-1' }, { status: 200 }]);
    expect(entries.map(({ id, faultId }: { id: number; faultId?: string }) => [id, faultId])).toEqual([
      [1, undefined],
      [2, 'fault-1'],
      [3, undefined],
    ]);
    // What was done, if anything was, stands there too.
    const isDone = status === 200;
    expect(entries[1].changes).toMatchObject(isDone ? [{ resource: 'snapshot', action: 'create' }] : []);
  });
});

describe('what is matched', () => {
  /** Every call of these, and whether it was struck. */
  async function struck(): Promise<string[]> {
    const [first, second] = world.accounts;
    const calls: [string, Promise<Answer>][] = [
      ['list', world.api('GET', '/volumes')],
      ['list as organization', world.as(world.token)('GET', '/volumes?accounts=all')],
      ['list second', world.as(second?.token ?? '')('GET', '/volumes')],
      ['read free', world.api('GET', `/volumes/${ids.free}`)],
      ['read idle', world.api('GET', `/volumes/${ids.idle}`)],
      ['read idle as organization', world.as(world.token)('GET', `/volumes/${ids.idle}?accounts=${first?.accountId}`)],
      ['snapshot idle', world.api('POST', `/volumes/${ids.idle}/create-snapshot`, {})],
      ['account', world.as(world.token)('GET', `/accounts/${second?.accountId}`)],
    ];
    const names = [];
    for (const [name, answer] of calls) if ((await answer).status === 503) names.push(name);
    return names;
  }

  const effect = { status: 503 };
  const everything = [
    'list',
    'list as organization',
    'list second',
    'read free',
    'read idle',
    'read idle as organization',
    'snapshot idle',
    'account',
  ];
  const firstAccount = () => world.accounts[0]?.accountId;
  const secondAccount = () => world.accounts[1]?.accountId;

  test.each<[string, () => Record<string, unknown>, string[]]>([
    ['nothing', () => ({}), everything],
    ['operationId', () => ({ operationId: 'getVolume' }), ['read free', 'read idle', 'read idle as organization']],
    ['method', () => ({ method: 'POST' }), ['snapshot idle']],
    ['path, as it is called', () => ({ path: `/api/v1/volumes/${ids.free}` }), ['read free']],
    [
      'path, as it is documented',
      () => ({ path: '/api/v1/volumes/{volumeId}' }),
      ['read free', 'read idle', 'read idle as organization'],
    ],
    ['accountId', () => ({ accountId: secondAccount() }), ['list as organization', 'list second', 'account']],
    ['volumeId', () => ({ volumeId: ids.idle }), ['read idle', 'read idle as organization', 'snapshot idle']],
    [
      'operationId and volumeId',
      () => ({ operationId: 'getVolume', volumeId: ids.idle }),
      ['read idle', 'read idle as organization'],
    ],
    [
      'method and path',
      () => ({ method: 'GET', path: '/api/v1/volumes' }),
      ['list', 'list as organization', 'list second'],
    ],
    [
      'accountId and operationId',
      () => ({ accountId: firstAccount(), operationId: 'listVolumes' }),
      ['list', 'list as organization'],
    ],
    [
      'all of them',
      () => ({
        operationId: 'getVolume',
        method: 'GET',
        path: '/api/v1/volumes/{volumeId}',
        accountId: firstAccount(),
        volumeId: ids.free,
      }),
      ['read free'],
    ],
  ])('%s', async (_, match, expected) => {
    await plant({ match: match(), effect });
    expect(await struck()).toEqual(expected);
    expect(await faults()).toMatchObject([{ seen: expected.length, fired: expected.length }]);
  });

  test('tokenId', async () => {
    const { secret, tokenId } = await done(world.api('POST', `/accounts/${world.accountId}/tokens`, {}));
    await plant({ match: { tokenId }, effect });
    expect(await struck()).toEqual([]);
    expect((await world.as(secret)('GET', '/volumes')).status).toBe(503);
  });

  test('only calls whose caller is known, and none of the control surface', async () => {
    await plant({ match: {}, effect });
    expect(await world.as('nobody')('GET', '/volumes')).toMatchObject({ status: 401, code: 'token-unknown' });
    expect((await world.control('GET', '/clock')).status).toBe(200);
    expect(await faults()).toMatchObject([{ seen: 0, fired: 0 }]);
  });

  test('the first fault that strikes wins; each that agrees up to there has seen the call', async () => {
    await plant({ match: {}, skip: 1, effect: { status: 500 } });
    await plant({ match: { method: 'GET' }, effect: { status: 503 } });
    await plant({ match: {}, effect: { status: 502 } });
    expect((await list()).status).toBe(503);
    expect((await list()).status).toBe(500);
    expect((await faults()).map(({ seen, fired }: { seen: number; fired: number }) => [seen, fired])).toEqual([
      [2, 1],
      [1, 1],
      [0, 0],
    ]);
  });
});

describe('how often', () => {
  const sequence = async (count: number, of = world) => {
    const statuses = [];
    for (let at = 0; at < count; at++) statuses.push((await of.api('GET', '/volumes')).status);
    return statuses;
  };

  test('skip and times', async () => {
    await plant({ match: {}, skip: 2, times: 2, effect: { status: 503 } });
    expect(await sequence(6)).toEqual([200, 200, 503, 503, 200, 200]);
    expect(await faults()).toMatchObject([{ faultId: 'fault-1', skip: 2, times: 2, seen: 6, fired: 2 }]);
  });

  test('probability: some are struck, the same in two fresh worlds, and in one that was reset', async () => {
    const fault = { match: {}, probability: 0.5, effect: { status: 503 } };
    const other = await own(send, furniture);
    for (const each of [world, other]) await done(each.control('POST', '/faults', fault));
    const first = await sequence(40);
    expect(first.filter((status) => status === 503).length).toBeGreaterThan(8);
    expect(first.filter((status) => status === 200).length).toBeGreaterThan(8);
    expect(await sequence(40, other)).toEqual(first);
    await done(world.control('POST', '/reset'));
    await plant(fault);
    expect(await sequence(40)).toEqual(first);
    // Another fault has another sequence, and so has a world of another seed.
    await done(world.control('DELETE', '/faults'));
    await plant(fault);
    expect(await sequence(40)).not.toEqual(first);
    const state = JSON.parse(await world.export());
    await done(world.control('POST', '/reset'));
    await done(world.control('PUT', '/state', { ...state, ids: { seed: 'another', made: 0 } }));
    await plant(fault);
    expect(await sequence(40)).not.toEqual(first);
    await done(send('DELETE', `/_emulator/organizations/${other.organizationId}`));
  });

  test('probability 1 is always; with times it counts what was struck', async () => {
    await plant({ match: {}, probability: 1, times: 1, effect: { status: 503 } });
    expect(await sequence(3)).toEqual([503, 200, 200]);
    await done(world.control('DELETE', '/faults'));
    await plant({ match: {}, probability: 0.5, times: 3, effect: { status: 503 } });
    expect((await sequence(40)).filter((status) => status === 503)).toHaveLength(3);
  });
});

describe('what is made of a transition', () => {
  const some = { some: [{ var: 'tags' }, { in: [{ var: '' }, ['autoscale:yes']] }] };
  const create = () =>
    world.api('POST', '/aws/volumes/create-autoscaling-volume', {
      volumeProperties: { availabilityZone: zone, diskSize: 5 },
    });
  /** How each transition begins, and what says its status. */
  const ways: Record<string, () => Promise<string | undefined>> = {
    async 'snapshot.create'() {
      const { datafySnapshotId } = await done(world.api('POST', `/volumes/${ids.free}/create-snapshot`, {}));
      return datafySnapshotId;
    },
    async 'modification.modify'() {
      await done(world.api('POST', `/volumes/${ids.attached}/modify`, { volumeSizeGb: 20 }));
      return undefined;
    },
    async 'attachment.attach'() {
      await done(world.api('POST', `/volumes/${ids.free}/attach`, device));
      return undefined;
    },
    async 'attachment.detach'() {
      await done(world.api('POST', `/aws/volumes/${ids.attached}/detach`, { instanceId: worker }));
      return undefined;
    },
    async 'attachment.force-detach'() {
      await done(world.api('POST', `/aws/volumes/${ids.attached}/detach`, { instanceId: worker, force: true }));
      return undefined;
    },
    async 'volume.create'() {
      return (await done(create())).volumeId;
    },
    async 'volume.restore'() {
      const { datafySnapshotId } = await done(world.api('POST', `/volumes/${ids.free}/create-snapshot`, {}));
      await done(world.control('POST', '/clock/advance', { untilIdle: true }));
      const restored = await done(
        world.api('POST', '/volumes/create-from-snapshots', {
          source: { datafySnapshotId },
          volumeProperties: { availabilityZone: zone },
        }),
      );
      return restored.volumeId;
    },
    async 'volume.activate'() {
      await done(world.api('POST', `/accounts/${world.accountId}/autoscaling/rules`, { active: true, rule: some }));
      return undefined;
    },
    async 'volume.deactivate'() {
      await done(world.api('POST', `/volumes/${ids.free}/deactivate-autoscaling`));
      return undefined;
    },
  };

  /** What is under way in the world. */
  async function underWay() {
    const { volumes, snapshots } = JSON.parse(await world.export());
    // biome-ignore lint/suspicious/noExplicitAny: rows of several kinds
    const rows: any[] = [
      // biome-ignore lint/suspicious/noExplicitAny: the same
      ...volumes.flatMap((each: any) => [each, each.attachment, ...(each.modifications ?? [])]),
      ...snapshots,
    ];
    return rows.filter((each) => each?.due).map(({ status, due }) => ({ status, due }));
  }

  const held: Record<string, { status: string; action: string }> = {
    'snapshot.create': { status: 'pending', action: 'complete' },
    'modification.modify': { status: 'modifying', action: 'complete' },
    'attachment.attach': { status: 'attaching', action: 'finish-attach' },
    'attachment.detach': { status: 'detaching', action: 'finish-detach' },
    'attachment.force-detach': { status: 'detaching', action: 'finish-detach' },
    'volume.create': { status: 'creating', action: 'finish-creation' },
    'volume.restore': { status: 'creating', action: 'finish-creation' },
    'volume.activate': { status: 'activating', action: 'finish-activation' },
    'volume.deactivate': { status: 'deactivating', action: 'finish-deactivation' },
  };

  test('there is a way for each', () => {
    const known = [...faultyTransitions.keys()].filter((each) => each !== 'role-arn.set').sort();
    expect(Object.keys(ways).sort()).toEqual(known);
    expect(Object.keys(held).sort()).toEqual(known);
  });

  test.each(Object.keys(ways))('%s is held: it never ends', async (transition) => {
    await plant({ match: { transition }, times: 1, effect: { outcome: 'hold' } });
    await ways[transition]?.();
    await done(world.control('POST', '/clock/advance', { untilIdle: true }));
    await done(world.control('POST', '/clock/advance', { seconds: 86_400 }));
    expect(await underWay()).toEqual([{ status: held[transition]?.status, due: { action: held[transition]?.action } }]);
    expect(await faults()).toMatchObject([{ fired: 1 }]);
  });

  test('snapshot.create fails when it is due', async () => {
    await plant({ match: { transition: 'snapshot.create' }, times: 1, effect: { outcome: 'fail' } });
    await done(world.control('PUT', '/pace', slow));
    const id = await ways['snapshot.create']?.();
    expect(await underWay()).toMatchObject([{ status: 'pending' }]);
    const { settled } = await done(world.control('POST', '/clock/advance', { untilIdle: true }));
    expect(settled).toMatchObject([{ resource: 'snapshot', id, action: 'fail', to: 'error' }]);
    const refused = await world.api('POST', '/volumes/create-from-snapshots', {
      source: { datafySnapshotId: id },
      volumeProperties: { availabilityZone: zone },
    });
    expect(refused).toMatchObject({ status: 400, code: 'snapshot-not-completed' });
  });

  test('modification.modify fails when it is due: the volume keeps its size, and can be modified again', async () => {
    await plant({ match: { transition: 'modification.modify' }, times: 1, effect: { outcome: 'fail' } });
    await ways['modification.modify']?.();
    expect(await done(world.api('GET', `/volumes/${ids.attached}`))).toMatchObject({
      volumeSizeGb: 10,
      modification: { status: 'failed' },
    });
    await ways['modification.modify']?.();
    expect(await done(world.api('GET', `/volumes/${ids.attached}`))).toMatchObject({ volumeSizeGb: 20 });
  });

  test('role-arn.set fails with the message, unless the check is skipped', async () => {
    await plant({
      match: { transition: 'role-arn.set' },
      times: 1,
      effect: { outcome: 'fail', message: 'it may not call ec2:X' },
    });
    const path = `/accounts/${world.accountId}/role-arn`;
    expect((await world.api('POST', path, { roleArn, skipValidation: true })).status).toBe(201);
    expect(await faults()).toMatchObject([{ seen: 0 }]);
    await done(world.api('DELETE', path));
    const before = await world.export();
    const refused = await world.api('POST', path, { roleArn });
    expect(refused).toMatchObject({ status: 400, code: 'role-check-failed' });
    expect(refused.body.message).toContain('it may not call ec2:X');
    expect(await world.export()).toBe(before);
    expect((await world.api('POST', path, { roleArn })).status).toBe(201);
  });

  test('of one account, or one volume', async () => {
    await plant({ match: { transition: 'snapshot.create', volumeId: ids.idle }, effect: { outcome: 'fail' } });
    await plant({
      match: { transition: 'volume.create', accountId: world.accounts[1]?.accountId },
      effect: { outcome: 'hold' },
    });
    for (const volumeId of [ids.free, ids.idle])
      await done(world.api('POST', `/volumes/${volumeId}/create-snapshot`, {}));
    const { snapshots } = await done(world.api('GET', '/snapshots'));
    expect(snapshots).toMatchObject([{ status: 'completed' }, { volumeId: ids.idle, status: 'error' }]);
    await done(create());
    expect(await underWay()).toEqual([]);
    await done(
      world.as(world.accounts[1]?.token ?? '')('POST', '/aws/volumes/create-autoscaling-volume', {
        volumeProperties: { availabilityZone: zone, diskSize: 5 },
      }),
    );
    expect(await underWay()).toMatchObject([{ status: 'creating' }]);
  });

  test('a call that is refused changes nothing, and spends no fault', async () => {
    for (const transition of ['attachment.attach', 'modification.modify', 'volume.create', 'volume.deactivate']) {
      await plant({ match: { transition }, times: 1, effect: { outcome: 'hold' } });
    }
    const before = await world.export();
    const attach = (volumeId: string, place: object) => world.api('POST', `/volumes/${volumeId}/attach`, place);
    for (const refused of [
      await attach(ids.attached, device),
      await attach(ids.free, { ...device, deviceName: '/dev/sda' }),
      await attach(ids.free, { ...device, deviceName: 'sdz' }),
      await attach(ids.free, { ...device, instanceId: 'i-0123456789abcdef0' }),
      await world.api('POST', `/volumes/${ids.free}/modify`, { volumeSizeGb: 5 }),
      await world.api('POST', `/volumes/${ids.free}/modify`, { volumeSizeGb: 20, expandFilesystem: true }),
      await world.api('POST', '/aws/volumes/create-autoscaling-volume', {
        volumeProperties: { availabilityZone: zone, diskSize: 5, volumeIops: 1 },
      }),
      await world.api('POST', `/volumes/${ids.ordinary}/deactivate-autoscaling`),
    ]) {
      expect(refused.status, refused.text).toBeGreaterThanOrEqual(400);
    }
    expect(await world.export()).toBe(before);
    for (const each of await faults()) expect(each).toMatchObject({ seen: 0, fired: 0 });
    await done(attach(ids.free, device));
    await done(world.control('POST', '/clock/advance', { untilIdle: true }));
    expect(await underWay()).toMatchObject([{ status: 'attaching' }]);
  });
});

describe('what is refused', () => {
  const effect = { status: 503 };
  const hold = { outcome: 'hold' };
  const nowhere = '99999999-8888-4777-8666-555555555555';

  /** A fault that can match nothing, or would do nothing. */
  const idle: [string, unknown][] = [
    ['an unknown operation', { match: { operationId: 'nothing' }, effect }],
    ["the control surface's operation", { match: { operationId: 'resetWorld' }, effect }],
    ['an unknown method', { match: { method: 'PATCH' }, effect }],
    ['a method in small letters', { match: { method: 'get' }, effect }],
    ['an unknown path', { match: { path: '/api/v1/nothing' }, effect }],
    ["the control surface's path", { match: { path: '/_emulator/clock' }, effect }],
    ['a path with a query', { match: { path: '/api/v1/volumes?accounts=all' }, effect }],
    ['an unknown account', { match: { accountId: nowhere }, effect }],
    ['an unknown volume', { match: { volumeId: 'vol-000000ff' }, effect }],
    ['an unknown token', { match: { tokenId: nowhere }, effect }],
    ["another world's token", { match: { tokenId: 'elsewhere' }, effect }],
    ['an operation of another method', { match: { operationId: 'getVolume', method: 'POST' }, effect }],
    ['an operation of another path', { match: { operationId: 'getVolume', path: '/api/v1/volumes' }, effect }],
    ['a volume in an operation that names none', { match: { operationId: 'listVolumes', volumeId: ids.free }, effect }],
    ['a path of another volume', { match: { path: `/api/v1/volumes/${ids.idle}`, volumeId: ids.free }, effect }],
    ['an unknown transition', { match: { transition: 'snapshot.complete' }, effect: hold }],
    [
      'a transition with an operation',
      { match: { transition: 'snapshot.create', operationId: 'getVolume' }, effect: hold },
    ],
    ['a transition with a method', { match: { transition: 'snapshot.create', method: 'POST' }, effect: hold }],
    ['a transition with a token', { match: { transition: 'snapshot.create', tokenId: nowhere }, effect: hold }],
    [
      'a new volume that is there already',
      { match: { transition: 'volume.create', volumeId: ids.free }, effect: hold },
    ],
    [
      "a volume in a role's check",
      { match: { transition: 'role-arn.set', volumeId: ids.free }, effect: { outcome: 'fail' } },
    ],
    ['an outcome that it cannot have', { match: { transition: 'attachment.attach' }, effect: { outcome: 'fail' } }],
    ["a role's check that is held", { match: { transition: 'role-arn.set' }, effect: hold }],
    ['a transition without an outcome', { match: { transition: 'snapshot.create' }, effect }],
    ['an outcome without a transition', { match: {}, effect: hold }],
    ['an outcome and a status', { match: { transition: 'snapshot.create' }, effect: { outcome: 'hold', status: 500 } }],
    [
      'an outcome, no delay, and a status',
      { match: { transition: 'snapshot.create' }, effect: { outcome: 'hold', delayMs: 0, status: 500 } },
    ],
    [
      'a message for a snapshot',
      { match: { transition: 'snapshot.create' }, effect: { outcome: 'fail', message: 'x' } },
    ],
    ['a message without a status', { match: {}, effect: { message: 'x' } }],
    ['a status and a drop', { match: {}, effect: { status: 500, drop: 'connection' } }],
    ['headers of an answer that does not come', { match: {}, effect: { drop: 'connection', headers: { a: 'b' } } }],
    ['two spellings of one header', { match: {}, effect: { headers: { 'Retry-After': '1', 'retry-after': '2' } } }],
    ['no delay', { match: {}, effect: { delayMs: 0 } }],
    ['no headers', { match: {}, effect: { headers: {} } }],
    ['probability 0', { match: {}, probability: 0, effect }],
  ];
  test.each(idle)('%s', async (_, fault) => {
    const refused = await world.control('POST', '/faults', fault);
    expect(refused, refused.text).toMatchObject({ status: 400, code: 'fault-idle' });
    expect(await faults()).toEqual([]);
  });

  test.each([
    ['X y', "body/effect/headers/X y is no name of a header, which has letters, digits and !#$%&'*+.^_`|~- only"],
    ['', "body/effect/headers/ is no name of a header, which has letters, digits and !#$%&'*+.^_`|~- only"],
    ['a:', "body/effect/headers/a: is no name of a header, which has letters, digits and !#$%&'*+.^_`|~- only"],
    ['Content-Length', 'The fault would do nothing: effect.headers cannot set Content-Length: it says how the answer'],
    ['X-Emulator-Fault', 'effect.headers cannot set X-Emulator-Fault: it says which fault struck, and how'],
  ])('the header %j, in words about its name', async (name, message) => {
    const refused = await world.control('POST', '/faults', { match: {}, effect: { headers: { [name]: 'z' } } });
    expect(refused).toMatchObject({ status: 400 });
    expect(refused.body.message).toContain(message);
  });

  const invalid: [string, unknown][] = [
    ['no effect', { match: {} }],
    ['an empty effect', { match: {}, effect: {} }],
    ['no match', { effect }],
    ['an unknown field', { match: {}, effect, bogus: 1 }],
    ['an unknown field of match', { match: { bogus: 1 }, effect }],
    ['an unknown field of effect', { match: {}, effect: { ...effect, bogus: 1 } }],
    ['times 0', { match: {}, effect, times: 0 }],
    ['skip below 0', { match: {}, effect, skip: -1 }],
    ['probability above 1', { match: {}, effect, probability: 1.1 }],
    ['a status that is no error', { match: {}, effect: { status: 200 } }],
    ['a delay below 0', { match: {}, effect: { delayMs: -1 } }],
    ['a delay in text', { match: {}, effect: { delayMs: '1' } }],
    ['a header name that is none', { match: {}, effect: { status: 503, headers: { 'a b': 'c' } } }],
    ['a header value that is no text', { match: {}, effect: { status: 503, headers: { a: 1 } } }],
    ['a header value with a line break', { match: {}, effect: { status: 503, headers: { a: 'b\r\nc: d' } } }],
    ['a header value that no header can have', { match: {}, effect: { status: 503, headers: { a: '\u20ac' } } }],
    ['a header that frames the answer', { match: {}, effect: { headers: { 'Content-Length': '5' } } }],
    ['another header that frames the answer', { match: {}, effect: { headers: { 'Transfer-Encoding': 'chunked' } } }],
    ['an unknown drop', { match: {}, effect: { drop: 'all' } }],
    ['an unknown outcome', { match: { transition: 'snapshot.create' }, effect: { outcome: 'explode' } }],
  ];
  test.each(invalid)('%s, as a request', async (_, fault) => {
    const refused = await world.control('POST', '/faults', fault);
    expect(refused, refused.text).toMatchObject({ status: 400 });
    expect(refused.body.message).not.toBe('');
    expect(await faults()).toEqual([]);
  });
});

describe('removing', () => {
  test('one, then all', async () => {
    for (const status of [500, 501, 502]) await plant({ match: { operationId: 'listVolumes' }, effect: { status } });
    expect((await list()).status).toBe(500);
    expect(await world.control('DELETE', '/faults/fault-1')).toMatchObject({ status: 204, text: '' });
    expect((await list()).status).toBe(501);
    expect(await world.control('DELETE', '/faults/fault-1')).toMatchObject({ status: 404, code: 'fault-not-found' });
    expect((await faults()).map(({ faultId }: { faultId: string }) => faultId)).toEqual(['fault-2', 'fault-3']);
    expect(await world.control('DELETE', '/faults')).toMatchObject({ status: 204, text: '' });
    expect((await list()).status).toBe(200);
    // Ids are not used again.
    expect(await plant({ match: {}, effect: { status: 500 } })).toMatchObject({
      faultId: 'fault-4',
      seen: 0,
      fired: 0,
    });
  });
});
