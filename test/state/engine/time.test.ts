import { afterEach, describe, expect, test } from 'vitest';
import { type Clock, controlledClock, formatInstant, latestInstant } from '../../../src/ground/clock.ts';
import type { SeedDocument } from '../../../src/state/document/document.ts';
import { paces } from '../../../src/state/engine/pace.ts';
import { createState } from '../../../src/state/index.ts';
import { emptySeed } from '../../../src/state/seeds/empty.ts';
import { type Database, openDatabase } from '../../../src/state/storage/database.ts';
import { beginning } from '../../support/world.ts';

// What changes what is to come has nothing to do with what is due by then, asked for or not.

const accountId = 'c0000000-0000-4000-a000-000000000001';
const instanceId = 'i-00000001';
const availabilityZone = 'us-east-1a';
const [managed, ordinary] = ['vol-00000001', 'vol-00000002'];
const seed = {
  ...emptySeed,
  accounts: [{ accountId, name: 'one' }],
  tokens: [],
  instances: [{ instanceId, accountId, availabilityZone, agent: true }],
  volumes: [
    { volumeId: managed, accountId, status: 'managed', sizeGb: 10, availabilityZone },
    { volumeId: ordinary, accountId, status: 'ordinary', sizeGb: 10, availabilityZone },
  ],
  // What is attached has autoscaling switched on.
  rules: [{ accountId, active: true, rule: { in: [{ var: 'instance_id' }, [instanceId]] } }],
} as SeedDocument;

let db: Database;
afterEach(() => db.close());

/** A world whose time is the process's, or its own from an instant on. */
function begin(clock: Clock, now?: number) {
  db = openDatabase(':memory:');
  const state = createState(db, clock);
  const time = now === undefined ? {} : { clock: { mode: 'controlled' as const, now: formatInstant(now) } };
  const organization = state.control.create({ ...seed, ...time });
  return { state, organization, target: state.targetIn(organization, accountId) };
}

type Begun = ReturnType<typeof begin>;
type Act = (begun: Begun) => unknown;

describe('what is due when something is changed is done first', () => {
  /** A rule switches autoscaling on for a volume that came onto its instance one second before the change. */
  function changed(change: Act, before: Act = () => undefined) {
    const clock = controlledClock(beginning);
    const begun = begin(clock);
    const { state, organization, target } = begun;
    state.control.setPace(organization, { attach: 1_000, activate: 2_000 });
    before(begun);
    state.aws.attachVolume(target, ordinary, { instanceId, deviceName: '/dev/sdf', deleteOnTermination: true });
    clock.advance(2_000);
    change(begun);
    return state.control.export(organization).volumes.find(({ volumeId }) => volumeId === ordinary);
  }
  const started = { action: 'finish-activation', at: formatInstant(beginning + 3_000) };
  const hold: Act = ({ state, organization }) =>
    state.control.addFault(organization, { match: { transition: 'volume.activate' }, effect: { outcome: 'hold' } });

  test.each<[string, Act]>([
    ['nothing', () => undefined],
    ['the pace', ({ state, organization }) => state.control.setPace(organization, 'realistic')],
    ['the faults', hold],
    ['the clock', ({ state, organization }) => state.control.setClock(organization, 'controlled')],
  ])('and takes no notice of it: %s', (_, change) => {
    expect(changed(change)).toMatchObject({ status: 'activating', due: started });
  });

  test.each<[string, Act]>([
    ['one', ({ state, organization }) => state.control.removeFault(organization, 'fault-1')],
    ['all', ({ state, organization }) => state.control.removeFaults(organization)],
  ])('and is struck by a fault that ends: %s', (_, change) => {
    expect(changed(change, hold)).toMatchObject({ status: 'activating', due: { action: 'finish-activation' } });
    expect(changed(change, hold)?.due).not.toHaveProperty('at');
  });
});

test('one reading of the clock is enough: nothing is done that is due after what it says', () => {
  const asked: Record<string, (begun: Begun) => ReturnType<Begun['state']['control']['clock']>> = {
    get: ({ state, organization }) => state.control.clock(organization),
    controlled: ({ state, organization }) => state.control.setClock(organization, 'controlled'),
    system: ({ state, organization }) => state.control.setClock(organization, 'system'),
  };
  for (const [name, ask] of Object.entries(asked)) {
    // Something is due in each of these milliseconds, and each reading takes one.
    let now = beginning;
    let ticks = 0;
    const begun = begin({ now: () => (now += ticks) });
    const { state, organization, target } = begun;
    for (let snapshot = 1; snapshot <= 30; snapshot++) {
      state.control.setPace(organization, { snapshot });
      state.createSnapshot(target, managed, { autoscalingOnly: true });
    }
    ticks = 1;
    const first = ask(begun);
    const last = Math.max(...first.settled.map(({ at }) => at));
    expect([last, first.settled.length], name).toEqual([first.now, first.now - beginning]);
  }
});

test('until idle, a clock goes no further than it may, and the world can be put in place again', () => {
  const { state, organization, target } = begin(controlledClock(beginning), latestInstant - 2_000);
  for (const snapshot of [1_000, 3_000]) {
    state.control.setPace(organization, { snapshot });
    state.createSnapshot(target, managed, { autoscalingOnly: true });
  }
  const { now, settled } = state.control.advance(organization, { untilIdle: true });
  expect([now, settled.length]).toEqual([latestInstant - 1_000, 1]);
  expect(state.control.advance(organization, { untilIdle: true })).toMatchObject({ now, settled: [] });
  const exported = state.control.export(organization);
  state.control.import(organization, exported as never);
  expect(state.control.export(organization)).toEqual(exported);
});

test('a pace that was stored before there were some of its keys has those of a document without them', () => {
  const clock = controlledClock(beginning);
  const { state, organization } = begin(clock);
  state.flush();
  db.prepare('UPDATE organization SET pace = ?').run(JSON.stringify({ snapshot: 5 }));
  const again = createState(db, clock);
  expect(again.control.pace(organization)).toEqual({ ...paces.instant, snapshot: 5 });
  expect(again.control.export(organization).pace).toEqual({ ...paces.instant, snapshot: 5 });
  again.deactivate(again.targetIn(organization, accountId), managed);
  expect(again.control.clock(organization).settled).toMatchObject([{ action: 'finish-deactivation' }, {}]);
});
