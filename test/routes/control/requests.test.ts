import { once } from 'node:events';
import { request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { done, type Emulated, emulate, furniture, ids, type Own, own, worker } from './control.ts';

let emulated: Emulated;
let world: Own;

beforeAll(async () => {
  emulated = await emulate();
});
afterAll(() => emulated.close());
beforeEach(async () => {
  world = await own(emulated.send, { ...furniture, accounts: [{}, {}] });
});

const journal = (query = '') => done(world.control('GET', `/requests${query}`));
const idsOf = async (query: string) => (await journal(query)).requests.map(({ id }: { id: number }) => id);
const nothing = { count: 0, requests: [], missed: 0 };
const device = { instanceId: worker, deviceName: '/dev/sdz' };
const at = '2026-01-01T00:00:00.000Z';

describe('an entry', () => {
  test('says what was called, what came of it, and what it changed', async () => {
    const answer = await world.api(
      'POST',
      `/volumes/${ids.free}/create-snapshot?accounts=${world.accountId}`,
      { description: 'd' },
      { 'x-own': 'header' },
    );
    const { count, requests } = await journal();
    expect(count).toBe(1);
    expect(requests).toEqual([
      {
        id: 1,
        at,
        operationId: 'createSnapshotCommand',
        method: 'POST',
        path: `/api/v1/volumes/${ids.free}/create-snapshot`,
        query: { accounts: world.accountId },
        headers: expect.objectContaining({ authorization: '***', 'x-own': 'header' }),
        body: { description: 'd' },
        status: 200,
        error: null,
        response: answer.body,
        durationMs: 0,
        accountId: world.accountId,
        changes: [{ resource: 'snapshot', id: answer.body.datafySnapshotId, action: 'create', to: 'pending', at }],
      },
    ]);
  });

  test('of an empty answer has null for it, and of no body null', async () => {
    await done(world.api('POST', `/volumes/${ids.free}/attach`, device));
    await done(world.api('GET', '/volumes'));
    const { requests } = await journal();
    expect(requests).toMatchObject([
      {
        response: null,
        body: { ...device },
        changes: [{ resource: 'attachment', id: ids.free, action: 'attach', to: 'attaching' }],
      },
      { body: null, changes: [] },
    ]);
  });

  test('lists every change of a call, not only transitions', async () => {
    const path = `/accounts/${world.accountId}`;
    const roleArn = 'arn:aws:iam::123456789012:role/datafy';
    const some = { some: [{ var: 'tags' }, { in: [{ var: '' }, ['autoscale:yes']] }] };
    await done(world.api('POST', `${path}/role-arn`, { roleArn }));
    const { tokenId } = await done(world.api('POST', `${path}/tokens`, {}));
    const { ruleId } = await done(world.api('POST', `${path}/autoscaling/rules`, { active: true, rule: some }));
    await done(world.api('PUT', path, { name: 'renamed' }));
    const { accountId } = await done(world.as(world.token)('POST', '/accounts', { name: 'new' }));
    await done(world.as(world.token)('DELETE', `/accounts/${accountId}`));
    const { requests } = await journal();
    const changed = requests.map(({ changes }: { changes: { resource: string; id: string; action: string }[] }) =>
      changes.map(({ resource, id, action }) => `${resource} ${action} ${id}`),
    );
    expect(changed).toEqual([
      [`role-arn set ${roleArn}`],
      [`token create ${tokenId}`],
      expect.arrayContaining([`rule create ${ruleId}`, `volume activate ${ids.ordinary}`]),
      [`account rename ${world.accountId}`],
      [`account create ${accountId}`],
      [`account delete ${accountId}`],
    ]);
  });

  test('does not have what came due before the call', async () => {
    await done(world.api('POST', `/volumes/${ids.free}/create-snapshot`));
    await done(world.api('POST', `/volumes/${ids.idle}/create-snapshot`));
    const { requests } = await journal();
    expect(requests[1].changes).toHaveLength(1);
    expect(requests[1].changes[0]).toMatchObject({ action: 'create' });
  });

  test('is stamped by the clock of its world', async () => {
    await done(world.control('POST', '/clock/advance', { seconds: 90 }));
    await world.api('GET', '/volumes');
    expect((await journal()).requests).toMatchObject([{ at: '2026-01-01T00:01:30.000Z', durationMs: 0 }]);
  });

  test('names its request in what the export says of the last change', async () => {
    await world.api('GET', '/volumes');
    await done(world.api('POST', `/volumes/${ids.free}/create-snapshot`));
    expect((await world.api('POST', `/volumes/${ids.attached}/attach`, device)).status).toBe(400);
    await done(world.api('POST', `/volumes/${ids.free}/attach`, device));
    await done(world.api('POST', `/volumes/${ids.attached}/modify`, { volumeSizeGb: 20 }));
    await done(world.api('POST', `/volumes/${ids.idle}/deactivate-autoscaling`));
    const { volumes, snapshots } = JSON.parse(await world.export());
    const volume = (id: string) => volumes.find((each: { volumeId: string }) => each.volumeId === id);
    expect(snapshots[0].changedBy).toBe(2);
    expect(volume(ids.free).attachment.changedBy).toBe(4);
    expect(volume(ids.attached).modifications[0].changedBy).toBe(5);
    // What the modification did when it ended is the same request's.
    expect(volume(ids.attached).changedBy).toBe(5);
    expect(volume(ids.idle).changedBy).toBe(6);
    expect(volume(ids.free2).changedBy).toBeUndefined();
    for (const { id, operationId } of (await journal()).requests) {
      if (id === 4) expect(operationId).toBe('attachCommand');
      if (id === 6) expect(operationId).toBe('deactivateAutoscalingCommand');
    }
  });
});

describe('a refused call', () => {
  test.each<[string, () => Promise<unknown>, Record<string, unknown>]>([
    [
      'an invalid body',
      () => world.api('POST', `/volumes/${ids.free}/attach`, {}),
      { status: 400, error: 'request-invalid', operationId: 'attachCommand' },
    ],
    [
      'no JSON',
      () => world.api('POST', `/volumes/${ids.free}/attach`, Buffer.from('{')),
      { status: 400, error: 'json-invalid' },
    ],
    [
      'a state that does not allow it',
      () => world.api('POST', `/volumes/${ids.attached}/attach`, device),
      { status: 400, error: 'volume-already-attached' },
    ],
    [
      'what is not there',
      () => world.api('GET', '/aws/volumes/vol-000000ff'),
      { status: 404, error: 'volume-not-found' },
    ],
    [
      'an account that it may not act for',
      () => world.api('GET', '/volumes?accounts=other'),
      { status: 401, error: 'account-not-allowed' },
    ],
  ])('%s has its code', async (_, call, expected) => {
    await call();
    const { requests } = await journal();
    expect(requests).toMatchObject([{ id: 1, changes: [], response: { message: expect.any(String) }, ...expected }]);
  });

  test('whose caller is not known stands in the journal of the default world, and in no other', async () => {
    await done(emulated.control('DELETE', '/requests'));
    const nobody = await emulated.send('GET', '/api/v1/volumes');
    expect(nobody.code).toBe('authorization-missing');
    await world.as('unknown-secret')('POST', `/volumes/${ids.free}/attach`, device);
    expect(await journal()).toEqual({ ...nothing, next: expect.any(String) });
    const { requests } = await done(emulated.control('GET', '/requests'));
    expect(requests).toMatchObject([
      { operationId: 'listVolumes', status: 401, error: 'authorization-missing', accountId: null },
      { operationId: 'attachCommand', status: 401, error: 'token-unknown', accountId: null },
    ]);
    expect(JSON.stringify(requests)).not.toContain('unknown-secret');
    expect(requests[1].id).toBe(requests[0].id + 1);
  });
});

test('no secret is in it', async () => {
  const path = `/accounts/${world.accountId}/tokens`;
  const { secret, tokenId } = await done(world.api('POST', path, { description: 'minted' }));
  await done(world.as(secret)('GET', '/volumes'));
  await world.as(world.token)('GET', `/accounts/${world.accountId}`);
  await emulated.send('GET', '/api/v1/volumes', undefined, {
    authorization: `Basic ${Buffer.from(`u:${secret}`).toString('base64')}`,
  });
  await emulated.send('GET', '/api/v1/volumes', undefined, { authorization: `${world.token} and more` });
  await world.api('GET', `/volumes?accounts=${secret}&token=marked-by-query&marked-by-query`);
  await world.api('POST', `/volumes/${secret}/create-snapshot`, { description: secret });
  const text = (await world.control('GET', '/requests')).text + (await emulated.control('GET', '/requests')).text;
  expect(text).toContain(tokenId);
  expect(text).toContain('"secret":"***"');
  expect(text).toContain('"token":"***"');
  expect(text).not.toContain('marked-by-query');
  for (const each of [secret, world.token, ...world.accounts.map(({ token }) => token)]) {
    expect(text).not.toContain(each);
    expect(text).not.toContain(each.split('.').at(-1));
    expect(text).not.toContain(Buffer.from(`u:${each}`).toString('base64'));
  }
});

test.each([
  ['with a byte order mark', '\ufeff{"description": "x", "password": "marked-by-body"}'],
  ['with a comma too many', '{"password": "marked-by-body",}'],
  ['that is cut', '{"password": "marked-by-b'],
  ['of a form', 'password=marked-by-body'],
  ['with a field spelt with escapes, and a comma too many', String.raw`{"pass\u0077ord": "marked-by-body",}`],
  ['with a list', '{"password": ["marked-by-body"]}'],
  ['with an object', '{"secret": {"is": "marked-by-body"}}'],
  ['with a field spelt with escapes', String.raw`{"pass\u0077ord": "marked-by-body"}`],
  ['with a number', '{"apiKey": 4711471147114711}'],
])('no secret of a body is in it: %s', async (_, body) => {
  await world.api('POST', `/volumes/${ids.free}/create-snapshot`, Buffer.from(body));
  const { requests } = await journal();
  expect(requests).toMatchObject([{ operationId: 'createSnapshotCommand' }]);
  expect(JSON.stringify(requests)).not.toMatch(/marked-by-b|47114711/);
});

test("nor is the caller's own token, however it is spelt; what is no secret is shown, JSON or not", async () => {
  const { token } = world;
  const escaped = `\\u00${token.charCodeAt(0).toString(16)}${token.slice(1)}`;
  const path = `/accounts/${world.accountId}/role-arn`;
  await world.as(token)('POST', path, Buffer.from(`{"roleArn": "${escaped}"}`));
  await world.as(token)('POST', path, Buffer.from('{"roleArn": "plain",}'));
  const { requests } = await journal();
  expect(requests.map(({ body }: { body: unknown }) => body)).toEqual([
    { roleArn: expect.stringMatching(/^\*+$/) },
    '{"roleArn": "plain",}',
  ]);
});

describe('a list', () => {
  beforeEach(async () => {
    const [, second] = world.accounts;
    await world.api('GET', '/volumes'); // 1
    await world.api('GET', `/volumes/${ids.free}`); // 2
    await world.api('POST', `/volumes/${ids.free}/create-snapshot`, {}); // 3
    await world.api('POST', `/volumes/${ids.free}/create-snapshot`, { tags: 7 }); // 4
    await world.as(second?.token ?? '')('GET', '/volumes'); // 5
    await world.as(world.token)('GET', `/accounts/${second?.accountId}`); // 6
  });

  test('is filtered by each field, and by several', async () => {
    const second = world.accounts[1]?.accountId;
    expect(await idsOf('')).toEqual([1, 2, 3, 4, 5, 6]);
    expect(await idsOf('?operationId=listVolumes')).toEqual([1, 5]);
    expect(await idsOf('?method=POST')).toEqual([3, 4]);
    expect(await idsOf(`?path=/api/v1/volumes/${ids.free}`)).toEqual([2]);
    expect(await idsOf('?status=400')).toEqual([4]);
    expect(await idsOf(`?accountId=${second}`)).toEqual([5, 6]);
    expect(await idsOf(`?accountId=${second}&operationId=listVolumes`)).toEqual([5]);
    expect(await idsOf('?method=POST&status=200')).toEqual([3]);
    expect(await idsOf('?method=DELETE')).toEqual([]);
  });

  test('has the last ones, oldest first, and counts all that agree', async () => {
    expect(await idsOf('?limit=2')).toEqual([5, 6]);
    expect(await journal('?limit=2')).toMatchObject({ count: 6 });
    expect(await journal('?method=GET&limit=1')).toMatchObject({ count: 4, requests: [{ id: 6 }] });
  });

  test.each([
    '?bogus=1',
    '?operationId=nothing',
    '?since=-1',
    '?since=x',
    '?since=4',
    '?limit=0',
    '?limit=5001',
    '?limit=0x10',
    '?limit=1e2',
    '?limit=%2B5',
    '?status=x',
  ])('%s is refused', async (query) => {
    expect(await world.control('GET', `/requests${query}`)).toMatchObject({ status: 400, code: 'request-invalid' });
  });

  test('cleared, it is empty, and numbers go on; reset, they begin anew', async () => {
    expect(await world.control('DELETE', '/requests')).toMatchObject({ status: 204, text: '' });
    expect(await journal()).toEqual({ ...nothing, next: expect.stringMatching(/-6$/) });
    await world.api('GET', '/volumes');
    expect(await idsOf('')).toEqual([7]);
    await done(world.control('POST', '/reset'));
    expect(await journal()).toEqual({ ...nothing, next: expect.stringMatching(/-0$/) });
    await world.api('GET', '/volumes');
    expect(await idsOf('')).toEqual([1]);
  });
});

describe('a follower', () => {
  /** Goes on where it left off, page by page, until there is nothing new. */
  function follow(query = '') {
    let since = '0';
    const missed: (number | null)[] = [];
    const ids: number[] = [];
    const goOn = async () => {
      for (;;) {
        const page = await journal(`?since=${since}${query}`);
        missed.push(page.missed);
        ids.push(...page.requests.map(({ id }: { id: number }) => id));
        const isLast = page.next === since;
        since = page.next;
        if (isLast) return;
      }
    };
    return { ids, missed, goOn };
  }

  test('sees a call that arrived before others and ended after them', async () => {
    await emulated.app.listen({ port: 0 });
    const { port } = emulated.app.server.address() as AddressInfo;
    const follower = follow();
    const slow = request({
      port,
      method: 'POST',
      path: `/api/v1/volumes/${ids.free}/create-snapshot`,
      headers: { authorization: `Bearer ${world.accounts[0]?.token}`, expect: '100-continue', 'content-length': 2 },
    });
    const answer = once(slow, 'response');
    slow.flushHeaders();
    // It has arrived, and is asked for its body.
    await once(slow, 'continue');
    await world.api('GET', '/volumes');
    await follower.goOn();
    expect(follower.ids).toEqual([2]);
    slow.end('{}');
    const [response] = await answer;
    await once(response.resume(), 'end');
    await vi.waitFor(async () => {
      await follower.goOn();
      expect(follower.ids).toEqual([2, 1]);
    });
    expect(new Set(follower.missed)).toEqual(new Set([0]));
    expect(await idsOf('')).toEqual([1, 2]);
  });

  test('gets every call once, page by page, also of those that a filter chooses', async () => {
    const [everything, gets] = [follow('&limit=2'), follow('&limit=1&method=GET')];
    for (let round = 0; round < 3; round++) {
      for (let count = 0; count < 5; count++) {
        const isGet = count % 2 === 0;
        await world.api(isGet ? 'GET' : 'POST', `/volumes/${ids.free}${isGet ? '' : '/create-snapshot'}`);
      }
      await everything.goOn();
      await gets.goOn();
    }
    const all = Array.from({ length: 15 }, (_, at) => at + 1);
    expect(everything.ids).toEqual(all);
    expect(gets.ids).toEqual(all.filter((id) => ((id - 1) % 5) % 2 === 0));
  });

  test('goes on from a list that says the last ones', async () => {
    for (let count = 0; count < 3; count++) await world.api('GET', '/volumes');
    const { requests, next } = await journal('?limit=1');
    expect(requests).toMatchObject([{ id: 3 }]);
    await world.api('GET', '/volumes');
    expect(await idsOf(`?since=${next}`)).toEqual([4]);
  });

  test('is told how many it missed: those that were forgotten', async () => {
    await world.api('GET', '/volumes');
    const { next } = await journal();
    for (let count = 0; count < 3; count++) await world.api('GET', '/volumes');
    await done(world.control('DELETE', '/requests'));
    await world.api('GET', '/volumes');
    expect(await journal(`?since=${next}`)).toMatchObject({ missed: 3, count: 1, requests: [{ id: 5 }] });
    expect(await journal('?since=0')).toMatchObject({ missed: 4, count: 1 });
  });

  test('of before a reset, or of another world, is told that nobody knows, and gets all there are', async () => {
    await world.api('GET', '/volumes');
    const { next } = await journal();
    await done(world.control('POST', '/reset'));
    await world.api('GET', '/volumes');
    await world.api('GET', '/volumes');
    expect(await journal(`?since=${next}`)).toMatchObject({ missed: null, count: 2 });
    const other = await own(emulated.send, furniture);
    expect(await done(other.control('GET', `/requests?since=${next}`))).toMatchObject({ missed: null, count: 0 });
  });
});

describe('is bounded', () => {
  /** Calls so many times, some at a time. */
  async function times(count: number, call: () => Promise<unknown>): Promise<void> {
    for (let at = 0; at < count; at += 50) {
      await Promise.all(Array.from({ length: Math.min(50, count - at) }, call));
    }
  }

  test('in entries: the newest 5000 stay', async () => {
    await times(5_050, () => world.api('GET', `/volumes/${ids.free}x`));
    const { count, requests } = await journal('?limit=5000');
    expect(count).toBe(5_000);
    expect(requests[0].id).toBe(51);
    expect(requests.at(-1).id).toBe(5_050);
  });

  const most = 8 * 1024 * 1024;
  const length = 12_000;
  test.each<[string, () => Promise<unknown>]>([
    ['bodies', () => world.api('POST', `/volumes/${ids.free}/modify`, { volumeSizeGb: 'x'.repeat(length) })],
    ['answers', () => world.api('GET', `/volumes/${'x'.repeat(length)}`)],
    ['headers', () => world.api('GET', `/volumes/${ids.free}`, undefined, { 'x-long': 'x'.repeat(length) })],
    ['queries', () => world.api('GET', `/volumes/${ids.free}?long=${'x'.repeat(length)}`)],
  ])('in bytes, of %s', async (_, call) => {
    await times(900, call);
    const { count, requests } = await journal('?limit=5000');
    expect(count).toBeLessThan(900);
    expect(count).toBeGreaterThan(100);
    expect(requests.at(-1).id).toBe(900);
    const kept = requests.reduce((sum: number, each: unknown) => sum + JSON.stringify(each).length, 0);
    expect(kept).toBeLessThan(most * 1.25);
  });
});
