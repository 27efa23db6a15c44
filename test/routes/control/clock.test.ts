import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { paceKeys, paces } from '../../../src/state/engine/pace.ts';
import { faultyTransitions, type Transition, transitions } from '../../../src/state/engine/transitions.ts';
import {
  busy,
  done,
  type Emulated,
  emulate,
  furniture,
  ids,
  type Own,
  own,
  seconds,
  slow,
  worker,
  zone,
} from './control.ts';

let emulated: Emulated;
let world: Own;

beforeAll(async () => {
  emulated = await emulate();
});
afterAll(() => emulated.close());

const clock = (body?: unknown) => world.control('PUT', '/clock', body);
const advance = (by: unknown) => world.control('POST', '/clock/advance', by);
const snapshot = (volumeId = ids.free) => done(world.api('POST', `/volumes/${volumeId}/create-snapshot`));
const inSeconds = (second: number) => new Date(Date.UTC(2026, 0, 1) + second * 1000).toISOString();
const volume = (volumeId: string) => done(world.api('GET', `/volumes/${volumeId}`));
const statusOf = async (snapshotId: string) =>
  (await done(world.api('GET', '/snapshots'))).snapshots.find(
    (each: { datafySnapshotId: string }) => each.datafySnapshotId === snapshotId,
  ).status;

async function fresh(request: Record<string, unknown> = {}): Promise<void> {
  world = await own(emulated.send, { ...furniture, ...request });
}

describe('the modes', () => {
  test('a controlled clock stands, whatever the time of the process', async () => {
    await fresh();
    emulated.clock.advance(5000);
    expect(await done(world.control('GET', '/clock'))).toEqual({
      mode: 'controlled',
      now: inSeconds(0),
      settled: [],
      parked: [],
    });
  });

  test("a world without a clock of its own follows the process's, and is stopped where it is", async () => {
    await fresh({ clock: { mode: 'system' } });
    const { mode, now } = await done(world.control('GET', '/clock'));
    expect(mode).toBe('system');
    emulated.clock.advance(2500);
    const later = await done(world.control('GET', '/clock'));
    expect(Date.parse(later.now) - Date.parse(now)).toBe(2500);
    expect(await done(clock({ mode: 'controlled' }))).toEqual({
      mode: 'controlled',
      now: later.now,
      settled: [],
      parked: [],
    });
    emulated.clock.advance(2500);
    expect((await done(world.control('GET', '/clock'))).now).toBe(later.now);
    const back = await done(clock({ mode: 'system' }));
    expect(Date.parse(back.now) - Date.parse(later.now)).toBe(2500);
  });

  test('a system clock is not moved', async () => {
    await fresh({ clock: { mode: 'system' } });
    const before = emulated.dump();
    for (const by of [{ seconds: 1 }, { untilIdle: true }]) {
      expect(await advance(by)).toMatchObject({ status: 409, code: 'clock-not-controlled' });
    }
    expect(emulated.dump()).toBe(before);
  });
});

describe('forward only', () => {
  beforeEach(() => fresh());

  test('an instant at or after the present one is taken, in any zone', async () => {
    expect((await done(clock({ mode: 'controlled', now: inSeconds(0) }))).now).toBe(inSeconds(0));
    expect((await done(clock({ mode: 'controlled', now: '2026-01-01T02:00:00.5+01:00' }))).now).toBe(inSeconds(3600.5));
  });

  test('an earlier one is refused, and the clock stays', async () => {
    await done(advance({ seconds: 10 }));
    const before = emulated.dump();
    const refused = await clock({ mode: 'controlled', now: inSeconds(9.999) });
    expect(refused).toMatchObject({ status: 409, code: 'clock-backwards' });
    expect(refused.body.message).toContain(inSeconds(10));
    expect(emulated.dump()).toBe(before);
  });

  test("back to the system's is refused where that is behind", async () => {
    await done(clock({ mode: 'controlled', now: '2099-01-01T00:00:00Z' }));
    expect(await clock({ mode: 'system' })).toMatchObject({ status: 409, code: 'clock-backwards' });
    expect(await done(world.control('GET', '/clock'))).toMatchObject({ mode: 'controlled' });
  });

  test.each([
    ['no mode', { now: inSeconds(1) }, /mode is missing/],
    ['an unknown mode', { mode: 'fast' }, /mode must be one of/],
    ['an instant for the system', { mode: 'system', now: inSeconds(1) }, /now goes with mode controlled only/],
    ['a date', { mode: 'controlled', now: '2026-01-02' }, /now must be an RFC 3339 instant/],
    ['a day that there is not', { mode: 'controlled', now: '2026-02-30T00:00:00Z' }, /now must be an RFC 3339/],
    ['a number', { mode: 'controlled', now: 5 }, /now must be string/],
    ['an unknown field', { mode: 'controlled', to: inSeconds(1) }, /to is not known/],
  ])('%s is refused', async (_, body, message) => {
    const before = emulated.dump();
    const refused = await clock(body);
    expect(refused).toMatchObject({ status: 400, code: 'request-invalid' });
    expect(refused.body.message).toMatch(message);
    expect(emulated.dump()).toBe(before);
  });

  test.each([
    ['nothing', {}],
    ['both', { seconds: 1, untilIdle: true }],
    ['below 0', { seconds: -1 }],
    ['more than ten years', { seconds: 10 * 366 * 24 * 3600 + 1 }],
    ['a text', { seconds: '1' }],
    ['not until idle', { untilIdle: false }],
    ['an unknown field', { minutes: 1 }],
  ])('advancing by %s is refused', async (_, by) => {
    const before = emulated.dump();
    expect(await advance(by)).toMatchObject({ status: 400, code: 'request-invalid' });
    expect(emulated.dump()).toBe(before);
  });
});

describe('advancing by seconds', () => {
  beforeEach(() => fresh({ pace: { snapshot: 1500 } }));

  test('takes fractions, to the millisecond', async () => {
    expect((await done(advance({ seconds: 0.25 }))).now).toBe(inSeconds(0.25));
    expect((await done(advance({ seconds: 0.001 }))).now).toBe(inSeconds(0.251));
    expect((await done(advance({ seconds: 0 }))).now).toBe(inSeconds(0.251));
  });

  test('ends what is due by then, at the instant it was due, and nothing later', async () => {
    const { datafySnapshotId: id } = await snapshot();
    expect(await done(advance({ seconds: 1.499 }))).toEqual({
      mode: 'controlled',
      now: inSeconds(1.499),
      settled: [],
      parked: [],
    });
    expect(await statusOf(id)).toBe('pending');
    expect(await done(advance({ seconds: 0.001 }))).toEqual({
      mode: 'controlled',
      now: inSeconds(1.5),
      settled: [{ resource: 'snapshot', id, action: 'complete', to: 'completed', at: inSeconds(1.5) }],
      parked: [],
    });
    expect(await statusOf(id)).toBe('completed');
  });

  test('by a leap too, and setting the clock does the same', async () => {
    const { datafySnapshotId: id } = await snapshot();
    const settled = [{ resource: 'snapshot', id, action: 'complete', to: 'completed', at: inSeconds(1.5) }];
    expect(await done(clock({ mode: 'controlled', now: inSeconds(86_400) }))).toEqual({
      mode: 'controlled',
      now: inSeconds(86_400),
      settled,
      parked: [],
    });
  });
});

describe('until idle', () => {
  beforeEach(async () => {
    world = await busy(emulated.send);
  });

  test('ends everything that ends by itself, in order, and stands at the last instant', async () => {
    const { now, settled } = await done(advance({ untilIdle: true }));
    const created = JSON.parse(await world.export())
      .volumes.filter(
        (each: { origin: string; accountId: string }) => each.origin === 'native' && each.accountId === world.accountId,
      )
      .map((each: { volumeId: string }) => each.volumeId);
    const snapshots = (await done(world.api('GET', '/snapshots'))).snapshots.map(
      (each: { datafySnapshotId: string }) => each.datafySnapshotId,
    );
    const [taken] = snapshots.slice(-1);
    const { replacedBy } = await volume(ids.idle);
    const row = (resource: string, id: string, action: string, to: string, second: number) => ({
      resource,
      id,
      action,
      to,
      at: inSeconds(second),
    });
    expect(settled).toEqual([
      row('modification', ids.attached, 'complete', 'completed', seconds.modify),
      row('modification', ids.attached2, 'fail', 'failed', seconds.modify),
      row('snapshot', snapshots[0], 'complete', 'completed', seconds.snapshot),
      row('snapshot', snapshots[1], 'fail', 'error', seconds.snapshot),
      row('attachment', ids.free, 'finish-attach', 'attached', seconds.attach),
      row('attachment', ids.attached3, 'finish-detach', 'absent', seconds.detach),
      row('volume', created[0], 'finish-creation', 'managed', seconds.create),
      row('volume', ids.ordinary, 'finish-activation', 'managed', seconds.activate),
      row('snapshot', taken, 'create', 'pending', seconds.activate),
      row('snapshot', taken, 'complete', 'completed', seconds.activate),
      row('volume', ids.idle, 'finish-deactivation', 'replaced', seconds.deactivate),
      row('volume', replacedBy, 'appear', 'ordinary', seconds.deactivate),
    ]);
    expect(now).toBe(inSeconds(seconds.deactivate));
    expect(await done(advance({ untilIdle: true }))).toEqual({ mode: 'controlled', now, settled: [], parked: [] });
  });

  test('leaves what is held, for all time', async () => {
    const held = async () => {
      const { volumes, snapshots } = JSON.parse(await world.export());
      return [
        ...volumes.flatMap((each: Record<string, unknown>) => [
          each,
          each.attachment,
          ...((each.modifications as unknown[]) ?? []),
        ]),
        ...snapshots,
      ].filter((each?: { due?: { at?: string } }) => each?.due && each.due.at === undefined);
    };
    const before = await held();
    // Those of the seed, and those of `busy`.
    expect(before.length).toBeGreaterThan(8);
    await done(advance({ untilIdle: true }));
    await done(advance({ seconds: 9 * 366 * 24 * 3600 }));
    expect(await held()).toEqual(before);
  });

  test('gives the same as one second after the other', async () => {
    const text = await world.export();
    const leap = (await done(advance({ untilIdle: true }))).settled;
    const after = await world.export();
    await done(world.control('PUT', '/state', JSON.parse(text)));
    const steps = [];
    for (let second = 0; second < seconds.deactivate; second++)
      steps.push(...(await done(advance({ seconds: 1 }))).settled);
    expect(steps).toEqual(leap);
    // Ids go on counting, so what took over has another: all else is the same.
    expect(await world.export()).toBe(after);
  });
});

test('a token expires by the clock of its world', async () => {
  await fresh();
  const { secret, expires } = await done(
    world.api('POST', `/accounts/${world.accountId}/tokens`, { expireInMinutes: 10 }),
  );
  expect(expires).toBe(inSeconds(600));
  const call = () => world.as(secret)('GET', '/volumes');
  await done(advance({ seconds: 599.999 }));
  expect((await call()).status).toBe(200);
  await done(advance({ seconds: 0.001 }));
  const refused = await call();
  expect(refused).toMatchObject({ status: 401, code: 'token-expired' });
  expect(refused.body.message).toContain(inSeconds(600));
});

describe('the pace', () => {
  beforeEach(() => fresh());
  const pace = (body: unknown) => world.control('PUT', '/pace', body);

  test('is instant in a world that was asked for without, and set by name', async () => {
    expect(await done(world.control('GET', '/pace'))).toEqual(paces.instant);
    expect(await done(pace('realistic'))).toEqual(paces.realistic);
    expect(await done(world.control('GET', '/pace'))).toEqual(paces.realistic);
    expect(await done(pace('instant'))).toEqual(paces.instant);
  });

  test('of one transition is set alone; the others stay', async () => {
    await done(pace('realistic'));
    expect(await done(pace({ snapshot: 7 }))).toEqual({ ...paces.realistic, snapshot: 7 });
    expect(await done(pace({}))).toEqual({ ...paces.realistic, snapshot: 7 });
  });

  test('keeps the source where it says so', async () => {
    expect(await done(pace({ source: 'keep' }))).toEqual({ ...paces.instant, source: 'keep' });
    expect(await done(world.control('GET', '/pace'))).toEqual({ ...paces.instant, source: 'keep' });
    expect(await done(pace({ source: 7 }))).toEqual({ ...paces.instant, source: 7 });
  });

  test.each([
    ['a word that is none of the source', { source: 'never' }],
    ['a word of the source for another', { snapshot: 'keep' }],
    ['an unknown name', 'fast'],
    ['an unknown transition', { snapshots: 1 }],
    ['below 0', { snapshot: -1 }],
    ['a fraction', { snapshot: 0.5 }],
    ['a text', { snapshot: '1' }],
    ['more than 30 days', { snapshot: 30 * 24 * 3_600_000 + 1 }],
    ['a number for all', 250],
  ])('%s is refused', async (_, body) => {
    const before = emulated.dump();
    expect(await pace(body)).toMatchObject({ status: 400, code: 'request-invalid' });
    expect(emulated.dump()).toBe(before);
  });

  test.each([
    ['never', 'body/source must be an integer from 0 to 2592000000 or "keep", not string'],
    [true, 'body/source must be an integer from 0 to 2592000000 or "keep", not boolean'],
    [null, 'body/source must be an integer from 0 to 2592000000 or "keep", not null'],
    [-1, 'body/source must be >= 0'],
    [1.5, 'body/source must be integer, not number 1.5'],
  ])('a source of %j is refused with what may stand there', async (source, message) => {
    expect((await pace({ source })).body).toEqual({ message });
  });

  test('there is one for every transition that takes time, and each is what its transition takes', async () => {
    // What AWS's own volumes do takes as long as the change that it follows from.
    const told = (transitions as readonly Transition[]).filter(({ quiet }) => !quiet);
    const timed = told.flatMap(({ next }) => (next ? [next.takes] : []));
    expect(new Set(timed)).toEqual(new Set(paceKeys));
    // For the source to go nobody waits: no fault strikes that.
    expect(faultyTransitions.size).toBe(timed.filter((key) => key !== 'source').length + 1);
    // `busy` has one of each under way, and the order in which they end says how long each took.
    world = await busy(emulated.send);
    const { settled } = await done(advance({ untilIdle: true }));
    const took = new Set(settled.map((each: { at: string }) => (Date.parse(each.at) - Date.UTC(2026, 0, 1)) / 1000));
    expect(took).toEqual(new Set(Object.values(seconds)));
  });

  test('changed: what is under way ends when it was to end, what begins takes the new time', async () => {
    await done(pace(slow));
    const first = await snapshot();
    await done(pace({ snapshot: 1000 }));
    const second = await snapshot();
    const { settled } = await done(advance({ untilIdle: true }));
    expect(settled.map(({ id, at }: { id: string; at: string }) => [id, at])).toEqual([
      [second.datafySnapshotId, inSeconds(1)],
      [first.datafySnapshotId, inSeconds(seconds.snapshot)],
    ]);
  });

  test('instant: done by the next request, at the same instant', async () => {
    const { datafySnapshotId: id, status } = await snapshot();
    expect(status).toBe('pending');
    expect(await statusOf(id)).toBe('completed');
    await done(world.api('POST', `/volumes/${ids.free}/attach`, { instanceId: worker, deviceName: '/dev/sdz' }));
    expect(await volume(ids.free)).toMatchObject({ attachment: { status: 'attached' } });
    const { volumeId } = await done(
      world.api('POST', '/aws/volumes/create-autoscaling-volume', {
        volumeProperties: { availabilityZone: zone, diskSize: 5 },
      }),
    );
    // The call that asks for the time is such a request too.
    expect((await done(world.control('GET', '/clock'))).settled).toMatchObject([{ id: volumeId, at: inSeconds(0) }]);
    expect((await done(world.control('GET', '/clock'))).settled).toEqual([]);
  });
});
