import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { WorldDocument } from '../../../src/state/document/document.ts';
import {
  type Answer,
  busy,
  done,
  type Emulated,
  emulate,
  furniture,
  ids,
  type Own,
  operationsOf,
  own,
  roleArn,
  seconds,
  slow,
  worker,
  zone,
} from './control.ts';

let emulated: Emulated;
let world: Own;

async function open(): Promise<void> {
  emulated = await emulate();
  world = await busy(emulated.send);
}
const close = () => emulated.close();

const put = (document: unknown) => world.control('PUT', '/state', document);
const exported = async (): Promise<WorldDocument> => JSON.parse(await world.export());

/** Every row of a document that has a status, by what it is. */
function statusesOf({ volumes, snapshots }: WorldDocument) {
  return [
    ...volumes.map((each) => ({ resource: 'volume', ...each })),
    ...volumes.flatMap((each) => (each.modifications ?? []).map((row) => ({ resource: 'modification', ...row }))),
    ...volumes.flatMap((each) => (each.attachment ? [{ resource: 'attachment', ...each.attachment }] : [])),
    ...snapshots.map((each) => ({ resource: 'snapshot', ...each })),
  ];
}

describe('an export', () => {
  beforeAll(open);
  afterAll(close);

  test('has every kind of transition under way: some end, some fail, some are held', async () => {
    const document = await exported();
    const found = new Set(
      statusesOf(document).map(({ resource, status, due }) => {
        const how =
          due === undefined ? 'rests' : due.at === undefined ? 'held' : due.action === 'fail' ? 'fails' : 'ends';
        return `${resource} ${status} ${how}`;
      }),
    );
    expect([...found].sort()).toEqual(
      [
        'attachment attached rests',
        'attachment attaching ends',
        'attachment attaching held',
        'attachment detaching ends',
        'attachment detaching held',
        'modification modifying ends',
        'modification modifying fails',
        'modification modifying held',
        'snapshot completed rests',
        'snapshot error rests',
        'snapshot pending ends',
        'snapshot pending fails',
        'snapshot pending held',
        'volume activating ends',
        'volume activating held',
        'volume creating ends',
        'volume creating held',
        'volume deactivating ends',
        'volume deactivating held',
        'volume managed rests',
        'volume ordinary rests',
        'volume replaced rests',
      ].sort(),
    );
    expect(document.rules).toHaveLength(2);
    expect(document.tokens.length).toBeGreaterThan(4);
    expect(document.accounts.map((each) => each.roleArn)).toEqual([roleArn, undefined, roleArn]);
    expect(statusesOf(document).some(({ changedBy }) => changedBy !== undefined)).toBe(true);
  });

  test('is the same text after an import', async () => {
    const before = await world.export();
    expect(await put(JSON.parse(before))).toMatchObject({ status: 204, text: '' });
    expect(await world.export()).toBe(before);
    await done(put(JSON.parse(before)));
    expect(await world.export()).toBe(before);
  });

  test('has all that is in the tables: every column is the same after an import', async () => {
    const { db } = emulated;
    // One that no import has been through.
    const fresh = await busy(emulated.send);
    const key = emulated.state.control.find(fresh.organizationId);
    const tables = ['account', 'token', 'role_arn', 'failing_role', 'autoscaling_rule', 'instance', 'volume'];
    tables.push('ebs_volume', 'ebs_attachment', 'ebs_modification', 'member', 'modification', 'snapshot', 'attachment');
    // Rows are put in anew: what they are joined by is another number, and says nothing.
    const joins = new Set(['key', 'parent', 'account', 'volume', 'instance', 'snapshot', 'ebs_volume']);
    const rows = () =>
      Object.fromEntries(
        tables.map((table) => [
          table,
          db
            .prepare<[number], object>(`SELECT * FROM ${table} WHERE organization = ?`)
            .all(key)
            .map((row) =>
              JSON.stringify(
                Object.entries(row).filter(
                  ([column]) => !joins.has(column) && !(table.startsWith('ebs_') && column === 'changed_by'),
                ),
              ),
            )
            .sort(),
        ]),
      );
    const before = rows();
    for (const table of tables) expect(before[table]?.length, table).toBeGreaterThan(0);
    await done(fresh.control('PUT', '/state', JSON.parse(await fresh.export())));
    expect(rows()).toEqual(before);
  });

  test('goes into another world, under its id', async () => {
    const document = await exported();
    // A secret names one world: it cannot name two.
    const other = await own(emulated.send);
    const taken = await other.control('PUT', '/state', document);
    expect(taken).toMatchObject({ status: 400, code: 'world-invalid' });
    expect(taken.body.message).toMatch(/: body\/tokens\/0\/secretHash is the secret of a token of another world: /);
    await done(other.control('PUT', '/state', { ...document, tokens: [] }));
    const { organizationId, ...copy } = JSON.parse(await other.export());
    expect(organizationId).toBe(other.organizationId);
    const { organizationId: _, ...original } = document;
    expect(copy).toEqual({ ...original, tokens: [] });
  });

  test('has no secret in it', async () => {
    const minted = await done(world.api('POST', `/accounts/${world.accountId}/tokens`, {}));
    const text = await world.export();
    for (const secret of [minted.secret, world.token, ...world.accounts.map(({ token }) => token)]) {
      expect(secret.length).toBeGreaterThan(100);
      expect(text).not.toContain(secret);
      // A JWT's signature alone would do.
      expect(text).not.toContain(secret.split('.').at(-1));
    }
    expect(text).toContain(minted.tokenId);
    const checkpoint = await done(world.control('POST', '/checkpoints', { name: 'x' }));
    expect(checkpoint).toEqual({ name: 'x', replaced: false });
    expect(emulated.dump()).not.toContain(minted.secret);
    expect(emulated.dump()).not.toContain(world.token);
    const defaultWorld = (await emulated.control('GET', '/state')).text;
    expect(defaultWorld).not.toContain('"organization-token"');
    expect(defaultWorld).not.toContain('"account-token"');
    await done(world.control('DELETE', '/checkpoints/x'));
    await done(world.api('DELETE', `/accounts/${world.accountId}/tokens/${minted.tokenId}`));
  });

  test('has the tokens that work, and they work after an import', async () => {
    await done(put(await exported()));
    expect((await world.api('GET', '/volumes')).status).toBe(200);
    const document = await exported();
    await done(
      put({
        ...document,
        tokens: document.tokens.map(({ secretHash: _, ...each }, at) => ({ ...each, token: `t${at}` })),
      }),
    );
    expect(await world.api('GET', '/volumes')).toMatchObject({ status: 401 });
    const at = document.tokens.findIndex(({ accountId }) => accountId === world.accountId);
    expect((await world.as(`t${at}`)('GET', '/volumes')).status).toBe(200);
    expect(await world.export()).not.toContain('"t0"');
    await done(put(document));
    expect((await world.api('GET', '/volumes')).status).toBe(200);
  });
});

describe('an import that is refused leaves the old world', () => {
  beforeAll(open);
  afterAll(close);

  type Mutable = {
    // biome-ignore lint/suspicious/noExplicitAny: a document is broken here on purpose
    [K in keyof WorldDocument]: any;
  };

  const nowhere = '99999999-8888-4777-8666-555555555555';
  const volumeOf = (document: Mutable, status: string) =>
    document.volumes.find((each: { status: string }) => each.status === status);
  const twice = (list: unknown[]) => list.push(list.at(-1));

  const rows: [string, (document: Mutable) => void, RegExp, code?: string][] = [
    ['two accounts of one id', ({ accounts }) => twice(accounts), /account/],
    ['two tokens of one id', (d) => d.tokens.push({ ...d.tokens[0], secretHash: 'a'.repeat(64) }), /token/],
    ['two tokens of one secret', (d) => d.tokens.push({ ...d.tokens[0], tokenId: nowhere }), /secret/],
    ['two rules of one id', ({ rules }) => twice(rules), /rule/],
    ['two instances of one id', ({ instances }) => twice(instances), /instance/],
    ['two volumes of one id', ({ volumes }) => twice(volumes), /volume/],
    [
      'two backing volumes of one id',
      (d) => volumeOf(d, 'managed').backingVolumeIds.push('vol-00000001a'),
      /are 3, and backingCount is 2; .*\/backingVolumeIds\/0 vol-00000001a is taken: body\/volumes\/0\/back/,
    ],
    ['two snapshots of one id', (d) => d.snapshots.push({ ...d.snapshots[0], generation: 77 }), /snapshot/],
    [
      'two snapshots of one generation',
      (d) => d.snapshots.push({ ...d.snapshots[0], datafySnapshotId: 'dsnap-00000001' }),
      /generation/,
    ],
    [
      'two EBS snapshots of one id',
      (d) => d.snapshots[0].ebsSnapshots.push(d.snapshots[0].ebsSnapshots[0]),
      /ebsSnapshots\/\d+\/snapshotId snap-\w+ is taken: body\/snapshots\/0\/ebsSnapshots\/0/,
    ],
    ['two failing roles of one ARN', (d) => twice(d.failingRoles), /failingRoles\/1\/roleArn arn:\S+ is taken/],
    ...(['tokens', 'rules', 'instances', 'volumes', 'snapshots'] as const).map(
      (list): [string, (document: Mutable) => void, RegExp] => [
        `an unknown account in ${list}`,
        (d) => {
          d[list].at(-1).accountId = nowhere;
        },
        new RegExp(`body/${list}/\\d+/accountId ${nowhere} is none of the accounts`),
      ],
    ),
    [
      'an unknown instance',
      (d) => {
        d.volumes.at(-1).attachment = { instanceId: 'i-0123456789abcdef0', deviceName: '/dev/sdq' };
      },
      /attachment\/instanceId i-0123456789abcdef0 is none of the instances/,
    ],
    [
      'two volumes on one device',
      (d) => {
        const on = d.volumes.filter((each: { attachment?: unknown }) => each.attachment);
        on.at(-1).attachment = { ...on.at(-1).attachment, deviceName: on.at(-2).attachment.deviceName };
      },
      /attachment\/deviceName \/dev\/\w+ of i-\w+ is taken/,
    ],
    [
      'a misspelt field that must be there',
      (d) => {
        const { sizeGb, ...rest } = d.volumes[0];
        d.volumes[0] = { ...rest, sizeGB: sizeGb };
      },
      /^body\/volumes\/0\/sizeGB is not known: the nearest is sizeGb$/,
      'request-invalid',
    ],
    ['a token without a secret', (d) => delete d.tokens[0].secretHash, /tokens\/0 has no secret/],
    [
      'a token with two',
      (d) => Object.assign(d.tokens[0], { token: 'x' }),
      /tokens\/0\/secretHash is there beside token/,
    ],
    ['a due date at rest', (d) => Object.assign(volumeOf(d, 'managed'), { due: { action: 'finish-creation' } }), /./],
    [
      'an unknown action',
      (d) => Object.assign(volumeOf(d, 'creating'), { due: { action: 'bogus', at: '2026-01-01T00:00:30Z' } }),
      /./,
    ],
    [
      'an action of another status',
      (d) =>
        Object.assign(volumeOf(d, 'creating'), { due: { action: 'finish-activation', at: '2026-01-01T00:00:30Z' } }),
      /./,
    ],
    [
      'an action that is a request',
      (d) => Object.assign(volumeOf(d, 'creating'), { due: { action: 'delete', at: '2026-01-01T00:00:30Z' } }),
      /./,
    ],
    [
      'two modifications under way',
      (d) => {
        const at = d.volumes.find((each: { modifications?: { status: string }[] }) =>
          each.modifications?.some(({ status }) => status === 'modifying'),
        );
        twice(at.modifications);
      },
      /modification/,
    ],
    [
      'a successor of what was not replaced',
      (d) => Object.assign(volumeOf(d, 'managed'), { replacedBy: 'vol-000000ff' }),
      /replacedBy is for a volume that is replaced, not managed/,
    ],
    [
      'an origin without its snapshot',
      (d) => Object.assign(volumeOf(d, 'managed'), { origin: 'snapshot' }),
      /origin is snapshot: restoredFrom must say which/,
    ],
    [
      'a zone that is none',
      (d) => Object.assign(d.volumes.at(-1), { availabilityZone: 'nowhere' }),
      /availabilityZone "nowhere" is not an availability zone/,
    ],
    [
      'a day that there is not',
      (d) => Object.assign(d.volumes.at(-1), { createdAt: '2026-02-30T00:00:00Z' }),
      /volumes\/\d+\/createdAt must be an RFC 3339 instant/,
      'request-invalid',
    ],
    [
      'a snapshot of what is gone, without a region',
      (d) => Object.assign(d.snapshots[0], { volumeId: 'vol-000000ff', region: undefined }),
      /region/,
    ],
    ['an unknown status', (d) => Object.assign(d.volumes.at(-1), { status: 'lost' }), /status/, 'request-invalid'],
    ['an unknown field', (d) => Object.assign(d.volumes.at(-1), { bogus: 1 }), /bogus/, 'request-invalid'],
    ['a size in text', (d) => Object.assign(d.volumes.at(-1), { sizeGb: '10' }), /sizeGb/, 'request-invalid'],
    [
      'nothing at all',
      (d) => {
        for (const field of Object.keys(d)) delete d[field as keyof Mutable];
      },
      /^body is empty$/,
      'request-invalid',
    ],
  ];

  test.each(rows)('%s', async (_, change, message, code = 'world-invalid') => {
    const before = await world.export();
    const dump = emulated.dump();
    const document = JSON.parse(before);
    change(document);
    const refused = await put(document);
    // Put it back where it was taken, so that one failure is one failure.
    const after = await world.export();
    if (refused.status < 300) await done(put(JSON.parse(before)));
    expect(refused, refused.text).toMatchObject({ status: 400, code });
    expect(refused.body.message).toMatch(message);
    expect(after).toBe(before);
    expect(emulated.dump()).toBe(dump);
  });

  test('and what was under way in it goes on', async () => {
    const document = await exported();
    await put({ ...document, volumes: [...document.volumes, document.volumes[0]] });
    const { settled } = await done(world.control('POST', '/clock/advance', { untilIdle: true }));
    expect(settled.length).toBeGreaterThan(8);
  });
});

describe('a reset', () => {
  beforeEach(async () => {
    emulated = await emulate();
    world = await own(emulated.send, { ...furniture, pace: slow });
  });
  afterEach(close);

  /** Some calls, and what they answered; secrets apart. */
  async function calls() {
    const answers = [
      await world.api('POST', `/volumes/${ids.free}/create-snapshot`),
      await world.api('POST', '/aws/volumes/create-autoscaling-volume', {
        volumeProperties: { availabilityZone: zone, diskSize: 5 },
      }),
      await world.as(world.token)('POST', '/accounts', { name: 'new' }),
      await world.api('POST', `/accounts/${world.accountId}/tokens`, {}),
      await world.api('POST', `/volumes/${ids.free}/attach`, { instanceId: worker, deviceName: '/dev/sdx' }),
      await world.api('POST', `/volumes/${ids.attached}/attach`, { instanceId: worker, deviceName: '/dev/sdx' }),
      await world.control('POST', '/faults', { match: { operationId: 'listVolumes' }, effect: { status: 503 } }),
      await world.api('GET', '/volumes'),
      await world.api('GET', '/snapshots'),
    ];
    return answers.map(({ status, text }) => [status, text.replace(/"secret":"[^"]*"/, '')]);
  }

  test('puts everything back: state, clock, pace, faults, journal, ids', async () => {
    const look = async () => ({
      state: await world.export(),
      clock: (await world.control('GET', '/clock')).body,
      pace: (await world.control('GET', '/pace')).body,
      faults: (await world.control('GET', '/faults')).body,
      // Where a follower goes on is of this beginning of the world alone.
      requests: { ...(await world.control('GET', '/requests')).body, next: undefined },
    });
    const before = await look();
    expect(before.requests).toEqual({ count: 0, requests: [], missed: 0 });
    const first = await calls();
    expect(first.map(([status]) => status)).toEqual([200, 200, 201, 201, 200, 400, 201, 503, 200]);
    await done(world.control('POST', '/clock/advance', { seconds: 500 }));
    await done(world.control('PUT', '/pace', 'realistic'));
    expect(await world.control('POST', '/reset')).toMatchObject({ status: 204, text: '' });
    expect(await look()).toEqual(before);

    expect(await calls()).toEqual(first);
    expect((await done(world.control('GET', '/requests'))).requests.map((each: { id: number }) => each.id)).toEqual([
      1, 2, 3, 4, 5, 6, 7, 8,
    ]);
  });

  test('keeps the tokens that the world began with, and no other', async () => {
    const { secret } = await done(world.api('POST', `/accounts/${world.accountId}/tokens`, {}));
    expect((await world.as(secret)('GET', '/volumes')).status).toBe(200);
    await done(world.control('POST', '/reset'));
    expect((await world.api('GET', '/volumes')).status).toBe(200);
    expect(await world.as(secret)('GET', '/volumes')).toMatchObject({ status: 401, code: 'token-unknown' });
  });

  test('goes back to the beginning, not to what was imported since', async () => {
    const before = await world.export();
    await done(put({ ...JSON.parse(before), name: 'imported', volumes: [], pace: { attach: 7 } }));
    await done(world.control('POST', '/reset'));
    expect(await world.export()).toBe(before);
  });

  test('of the default world puts its seed back', async () => {
    const state = async () => (await emulated.control('GET', '/state')).text;
    const before = await state();
    const deactivate = '/api/v1/volumes/vol-0b9176567fe16f0bc/deactivate-autoscaling';
    const called = await emulated.send('POST', deactivate, undefined, { authorization: 'Bearer account-token' });
    expect(called.status).toBe(200);
    expect(await state()).not.toBe(before);
    await done(emulated.control('POST', '/reset'));
    expect(await state()).toBe(before);
    const expired = await emulated.send('GET', '/api/v1/volumes', undefined, { authorization: 'Bearer expired-token' });
    expect(expired).toMatchObject({ status: 401, code: 'token-expired' });
  });
});

describe('checkpoints', () => {
  beforeEach(open);
  afterEach(close);

  const checkpoints = async () => (await done(world.control('GET', '/checkpoints'))).checkpoints;

  /** What every reading call answers, for every thing there is. */
  async function everyGet(): Promise<Record<string, Answer['text']>> {
    const state = await exported();
    const accountIds = [state.ownAccountId ?? '', ...state.accounts.map((each) => each.accountId)];
    // The first of each kind stands for those of its kind in a status.
    const known: Record<string, string[]> = {
      accountId: accountIds,
      volumeId: [...state.volumes.map((each) => each.volumeId), 'vol-00000bad'],
      tokenId: state.tokens.map((each) => each.tokenId ?? ''),
      ruleId: (state.rules ?? []).map((each) => each.ruleId),
      instanceId: state.instances.map((each) => each.instanceId),
      snapshotId: state.snapshots.map((each) => each.datafySnapshotId),
      datafySnapshotId: state.snapshots.map((each) => each.datafySnapshotId),
    };
    const expand = (path: string): string[] => {
      const [whole, name] = /\{(\w+)\}/.exec(path) ?? [];
      if (whole === undefined || name === undefined) return [path];
      const values = known[name];
      if (!values) throw new Error(`What is ${name} in ${path}?`);
      return values.flatMap((value) => expand(path.replace(whole, value)));
    };
    const answers: Record<string, string> = {};
    const datafy = operationsOf((await emulated.send('GET', '/openapi.json')).body);
    const gets = datafy.filter(({ method }) => method === 'GET');
    expect(gets.length).toBeGreaterThan(5);
    for (const { path, operation } of gets) {
      const parameters = operation.parameters ?? [];
      const query = parameters.some((each) => each.in === 'query' && each.name === 'snapshotIds')
        ? `?snapshotIds=${known.snapshotId?.join(',')}`
        : '';
      for (const url of expand(path).map((each) => each.replace('/api/v1', '') + query)) {
        answers[url] = (await world.api('GET', url)).text;
        const all = `${url}${query ? '&' : '?'}accounts=all`;
        answers[all] = (await world.as(world.token)('GET', all)).text;
      }
    }
    const control = operationsOf((await emulated.send('GET', '/_emulator/openapi.json')).body);
    const inventory = control.filter(({ method, path }) => method === 'GET' && path.startsWith('/_emulator/accounts'));
    for (const { path } of inventory) {
      for (const url of expand(path.replace('/_emulator', ''))) answers[url] = (await world.control('GET', url)).text;
    }
    for (const url of ['/clock', '/pace', '/state']) answers[url] = (await world.control('GET', url)).text;
    return answers;
  }

  test('restored, everything reads as before, and what was under way goes on', async () => {
    const before = await everyGet();
    expect(Object.keys(before).length).toBeGreaterThan(50);
    expect(Object.values(before).filter((text) => text.includes('"volumeId"')).length).toBeGreaterThan(20);
    await done(world.control('POST', '/checkpoints', { name: 'before' }));
    const { settled } = await done(world.control('POST', '/clock/advance', { untilIdle: true }));
    await done(world.api('DELETE', `/accounts/${world.accountId}/role-arn`));
    await done(world.control('PUT', '/pace', 'instant'));
    expect(await everyGet()).not.toEqual(before);

    expect(await world.control('POST', '/checkpoints/before/restore')).toMatchObject({ status: 204, text: '' });
    expect(await everyGet()).toEqual(before);
    expect((await done(world.control('POST', '/clock/advance', { untilIdle: true }))).settled).toEqual(settled);
    expect(settled).toContainEqual({
      resource: 'volume',
      id: ids.idle,
      action: 'finish-deactivation',
      to: 'replaced',
      at: new Date(Date.UTC(2026, 0, 1) + seconds.deactivate * 1000).toISOString(),
    });
  });

  test('take what was due by then as done', async () => {
    await done(world.control('POST', '/clock/advance', { seconds: seconds.modify }));
    await done(world.control('POST', '/checkpoints', { name: 'later' }));
    const after = await world.export();
    await done(world.control('POST', '/clock/advance', { untilIdle: true }));
    await done(world.control('POST', '/checkpoints/later/restore'));
    expect(await world.export()).toBe(after);
  });

  test('are listed by name, with when they were made', async () => {
    expect(await checkpoints()).toEqual([]);
    expect(await world.control('POST', '/checkpoints', { name: 'b' })).toMatchObject({
      status: 201,
      body: { name: 'b' },
    });
    await done(world.control('POST', '/clock/advance', { seconds: 1 }));
    const named = 'a / ä?';
    await done(world.control('POST', '/checkpoints', { name: named }));
    expect(await checkpoints()).toEqual([
      { name: named, createdAt: '2026-01-01T00:00:01.000Z' },
      { name: 'b', createdAt: '2026-01-01T00:00:00.000Z' },
    ]);
    expect((await world.control('POST', `/checkpoints/${encodeURIComponent(named)}/restore`)).status).toBe(204);
    expect((await world.control('DELETE', `/checkpoints/${encodeURIComponent(named)}`)).status).toBe(204);
    expect((await checkpoints()).map((each: { name: string }) => each.name)).toEqual(['b']);
  });

  test('of one name: the second replaces the first', async () => {
    await done(world.control('POST', '/checkpoints', { name: 'x' }));
    await done(world.control('POST', '/clock/advance', { seconds: 15 }));
    const second = await world.export();
    await done(world.control('POST', '/checkpoints', { name: 'x' }));
    await done(world.control('POST', '/clock/advance', { seconds: 100 }));
    await done(world.control('POST', '/checkpoints/x/restore'));
    expect(await world.export()).toBe(second);
    expect(await checkpoints()).toEqual([{ name: 'x', createdAt: '2026-01-01T00:00:15.000Z' }]);
  });

  test('stay when one is restored, and when the world is reset', async () => {
    await done(world.control('POST', '/checkpoints', { name: 'x' }));
    const before = await world.export();
    await done(world.control('POST', '/checkpoints/x/restore'));
    await done(world.control('POST', '/reset'));
    expect(await checkpoints()).toHaveLength(1);
    await done(world.control('POST', '/checkpoints/x/restore'));
    expect(await world.export()).toBe(before);
  });

  test('leave faults and journal alone', async () => {
    await done(world.control('POST', '/checkpoints', { name: 'x' }));
    await done(world.control('POST', '/faults', { match: { operationId: 'getVolume' }, effect: { status: 503 } }));
    await world.api('GET', '/volumes');
    const look = async () => [
      (await world.control('GET', '/faults')).text,
      (await world.control('GET', '/requests')).text,
    ];
    const before = await look();
    await done(world.control('POST', '/checkpoints/x/restore'));
    expect(await look()).toEqual(before);
  });

  test('that are not there are refused, and those that are named', async () => {
    await done(world.control('POST', '/checkpoints', { name: 'here' }));
    const before = await world.export();
    for (const answer of [
      await world.control('POST', '/checkpoints/there/restore'),
      await world.control('DELETE', '/checkpoints/there'),
    ]) {
      expect(answer).toMatchObject({ status: 404, code: 'checkpoint-not-found' });
      expect(answer.body.message).toContain('here');
    }
    expect(await world.export()).toBe(before);
    for (const name of ['', 'x'.repeat(201), 7, undefined]) {
      expect(await world.control('POST', '/checkpoints', { name })).toMatchObject({ status: 400 });
    }
    expect(await checkpoints()).toHaveLength(1);
  });
});
