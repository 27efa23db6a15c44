import { afterEach, describe, expect, test } from 'vitest';
import { controlledClock } from '../../../src/ground/clock.ts';
import type { WorldDocument } from '../../../src/state/document/document.ts';
import { paces } from '../../../src/state/engine/pace.ts';
import { joinEffects } from '../../../src/state/engine/settle.ts';
import { type Resource, resources } from '../../../src/state/engine/transitions.ts';
import { type Change, createState } from '../../../src/state/index.ts';
import { emptySeed } from '../../../src/state/seeds/empty.ts';
import { type Database, openDatabase } from '../../../src/state/storage/database.ts';
import { takeMembersPlace } from '../../support/trouble.ts';
import { beginning, createWorld } from '../../support/world.ts';

const accountId = 'c0000000-0000-4000-a000-000000000001';
const instanceId = 'i-00000001';
const availabilityZone = 'us-east-1a';
const ids = { good: 'vol-00000001', bad: 'vol-00000002', free: 'vol-00000003', beside: 'vol-00000004' };
const volume = (volumeId: string, more: object = {}) => ({
  volumeId,
  accountId,
  status: 'managed' as const,
  sizeGb: 10,
  availabilityZone,
  backingVolumeIds: [volumeId.replace('-0', '-1'), volumeId.replace('-0', '-2')],
  ...more,
});
const at = (deviceName: string) => ({ instanceId, deviceName, status: 'attached', deleteOnTermination: true });
const seed = {
  ...emptySeed,
  accounts: [{ accountId, name: 'one' }],
  tokens: [],
  instances: [{ instanceId, accountId, availabilityZone, agent: true }],
  volumes: [
    volume(ids.good, { attachment: at('/dev/sdf') }),
    volume(ids.bad, { attachment: at('/dev/sdg') }),
    volume(ids.free),
    volume(ids.beside, { status: 'ordinary', backingVolumeIds: [], attachment: at('/dev/sdh') }),
  ],
} as WorldDocument;

let open: Database[] = [];
afterEach(() => {
  for (const db of open) db.close();
  open = [];
});

/** A world, and another beside it, in one database. */
function begin() {
  const db = openDatabase(':memory:');
  open.push(db);
  const clock = controlledClock(beginning);
  const told: Change[] = [];
  const parkedBy: (number | null)[] = [];
  const state = createState(db, clock, {
    changed: (_, changes) => told.push(...changes),
    parked: (_, change, begunBy) => {
      told.push(change);
      parkedBy.push(begunBy);
    },
  });
  const make = (organizationId: string) => {
    const document = { ...seed, organizationId };
    const organization = createWorld(state, document, { clockNow: null, pace: paces.realistic });
    return { organization, target: { ...state.targetIn(organization, accountId), request: 7 } };
  };
  const [one, other] = [make('0a6f2a52-3c1d-4d62-9d0e-8f3c5b7a1e01'), make('0a6f2a52-3c1d-4d62-9d0e-8f3c5b7a1e02')];
  state.flush();
  return { db, clock, state, told, parkedBy, ...one, other };
}

type Begun = ReturnType<typeof begin>;

/** Makes every move of the rows of the one world fail, by a rule of the database; answers how to end that. */
function trouble({ db, organization }: Begun, resource: Resource, event = 'UPDATE OF status') {
  const row = event === 'INSERT' ? 'NEW' : 'OLD';
  db.exec(
    `CREATE TRIGGER trouble BEFORE ${event} ON ${resource} WHEN ${row}.organization = ${organization} BEGIN SELECT RAISE(ABORT, 'trouble'); END`,
  );
  return () => db.exec('DROP TRIGGER trouble');
}

const day = 24 * 3_600_000;

/** Sets off a transition of each resource that takes time, and says what it is known by. */
const beginnings: Record<Resource, { id?: string; action: string; set: (begun: Begun) => unknown }> = {
  volume: {
    id: ids.bad,
    action: 'finish-deactivation',
    set: ({ state, target }) => state.deactivate(target, ids.bad),
  },
  modification: {
    id: ids.bad,
    action: 'complete',
    set: ({ state, target }) =>
      state.modify(target, ids.bad, { sizeGb: 20, expandFilesystem: false, autoscalingOnly: true }),
  },
  snapshot: {
    action: 'complete',
    set: ({ state, target }) => state.createSnapshot(target, ids.bad, { autoscalingOnly: true }),
  },
  attachment: {
    id: ids.free,
    action: 'finish-attach',
    set: ({ state, target }) =>
      state.attach(target, ids.free, { instanceId, deviceName: '/dev/sdz', deleteOnTermination: true }),
  },
  ebs_volume: {
    action: 'finish-creation',
    set: ({ state, target }) =>
      state.createVolume(target, {
        availabilityZone: 'us-east-1a',
        sizeGb: 10,
        encrypted: false,
        mode: 'autoscaling',
      }),
  },
  ebs_attachment: { action: 'finish-attach', set: (begun) => beginnings.attachment.set(begun) },
  ebs_modification: { action: 'complete', set: (begun) => beginnings.modification.set(begun) },
};

/** Each of the two members of a volume is in trouble by itself. */
const countOf = (resource: Resource) => (resource.startsWith('ebs_') ? 2 : 1);

describe('a transition that throws when it is due', () => {
  test.each(resources)('(%s) is parked, and told with the reason', (resource) => {
    const begun = begin();
    const { state, target, organization, clock, told } = begun;
    const { id = expect.any(String) as string, action, set } = beginnings[resource];
    set(begun);
    state.flush();
    told.length = 0;
    const due = { resource, id, at: expect.any(Number), reason: `${action} failed: trouble` };
    const end = trouble(begun, resource);
    const all = <T>(one: T) => Array<T>(countOf(resource)).fill(one);
    const isOf = (each: { resource: string }) => each.resource === resource;
    clock.advance(day);
    const { settled, parked } = state.control.clock(organization);
    expect(settled.filter(isOf)).toMatchObject(all({ ...due, action: 'park' }));
    expect(parked).toMatchObject(all({ ...due, action }));
    state.flush();
    expect((told as Change[]).filter(isOf)).toEqual(all({ ...due, action: 'park', to: expect.any(String) }));
    // The world answers on, and what is parked stays so, whatever becomes of the trouble.
    end();
    clock.advance(day);
    expect(state.control.clock(organization)).toMatchObject({ settled: [], parked: all({ ...due, action }) });
    expect(state.volume(target, ids.bad)).toMatchObject({ volumeId: ids.bad });
  });

  test.each(resources)('(%s) is done as ever where nothing throws', (resource) => {
    const begun = begin();
    beginnings[resource].set(begun);
    begun.clock.advance(day);
    const { settled, parked } = begun.state.control.clock(begun.organization);
    // What EBS volumes do is done, and goes without saying.
    const { action } = beginnings[resource];
    expect(settled.some((each) => each.resource === resource && each.action === action)).toBe(countOf(resource) === 1);
    expect(begun.db.prepare(`SELECT key FROM ${resource} WHERE due_action = '${action}'`).all()).toEqual([]);
    expect(parked).toEqual([]);
  });

  test('has changed nothing, and made no id: what comes due with it is done', () => {
    const play = (isInTrouble: boolean) => {
      const begun = begin();
      const { state, target, organization, clock, told } = begun;
      state.createSnapshot(target, ids.good, { autoscalingOnly: true });
      state.deactivate(target, ids.bad);
      state.flush();
      told.length = 0;
      const before = state.control.export(organization);
      // The effect fails half way: the volume has moved by then, and an id for the other one is made.
      if (isInTrouble) trouble(begun, 'volume', 'INSERT');
      clock.advance(paces.realistic.deactivate);
      state.control.clock(organization);
      state.flush();
      return { before, after: state.control.export(organization), actions: told.map(({ action }) => action), begun };
    };
    expect(play(false).actions).toEqual(['complete', 'finish-deactivation', 'appear']);
    const { before, after, actions, begun } = play(true);
    expect(actions).toEqual(['complete', 'park']);
    expect(begun.parkedBy).toEqual([7]);
    // Exported, it is held.
    const held = { action: 'finish-deactivation' };
    expect(after).toEqual({
      ...before,
      volumes: before.volumes.map((each) => (each.volumeId === ids.bad ? { ...each, due: held } : each)),
      snapshots: after.snapshots,
    });
    expect(after.snapshots).toMatchObject([{ status: 'completed' }]);
  });

  test('takes nothing from the turn of another world, and its own world answers', () => {
    const begun = begin();
    const { state, target, organization, other, clock, db } = begun;
    // What the effect is to put in place is there already.
    state.activate(target, ids.beside);
    state.flush();
    takeMembersPlace(db, ids.beside, organization);
    clock.advance(day);
    const snapshot = (of: Begun['target']) => state.createSnapshot(of, ids.good, { autoscalingOnly: true });
    const answers = [
      () => snapshot(other.target),
      () => state.volume(target, ids.good),
      () => snapshot(target),
      () => snapshot(other.target),
      () => state.volume(target, ids.beside),
    ];
    for (const answer of answers) expect(answer).not.toThrow();
    state.flush();
    const written = (key: number) => state.control.export(key).snapshots.length;
    expect([written(other.organization), written(organization)]).toEqual([2, 1]);
    expect(state.control.clock(organization).parked).toMatchObject([
      { resource: 'volume', id: ids.beside, action: 'finish-activation', reason: expect.stringContaining('UNIQUE') },
    ]);
    expect(state.control.clock(other.organization).parked).toEqual([]);
  });

  test('and cannot even be parked harms its own world alone', () => {
    const begun = begin();
    const { state, target, other, clock, told } = begun;
    state.createSnapshot(target, ids.good, { autoscalingOnly: true });
    state.deactivate(target, ids.bad);
    state.flush();
    told.length = 0;
    const end = trouble(begun, 'volume', 'UPDATE');
    clock.advance(paces.realistic.deactivate);
    state.createSnapshot(other.target, ids.good, { autoscalingOnly: true });
    expect(() => state.volume(target, ids.good)).toThrow('trouble');
    state.flush();
    expect(told.map(({ action }) => action)).toEqual(['create', 'complete']);
    end();
    expect(state.control.clock(begun.organization).settled).toMatchObject([
      { action: 'finish-deactivation' },
      { action: 'appear' },
    ]);
  });

  test('is due as before where it is the disk that fails', () => {
    const begun = begin();
    const { state, target, organization, clock, told, db } = begun;
    state.createSnapshot(target, ids.good, { autoscalingOnly: true });
    state.deactivate(target, ids.bad);
    state.flush();
    told.length = 0;
    db.exec(
      `CREATE TABLE filler (bytes BLOB);
       CREATE TRIGGER fill BEFORE UPDATE OF status ON volume BEGIN INSERT INTO filler VALUES (zeroblob(1000000)); END`,
    );
    db.pragma(`max_page_count = ${db.pragma('page_count', { simple: true })}`);
    clock.advance(paces.realistic.deactivate);
    expect(() => state.volume(target, ids.good)).toThrow('full');
    state.flush();
    expect(told).toEqual([]);
    db.pragma('max_page_count = 100000');
    const { settled, parked } = state.control.clock(organization);
    expect(settled.map(({ action }) => action)).toEqual(['complete', 'finish-deactivation', 'appear']);
    expect(parked).toEqual([]);
  });
});

describe('what is parked ends', () => {
  const parked = (resource: Resource, set = beginnings[resource].set) => {
    const begun = begin();
    const { state, organization, clock } = begun;
    state.control.checkpoint(organization, 'before');
    set(begun);
    state.flush();
    const end = trouble(begun, resource);
    clock.advance(day);
    expect(state.control.clock(organization).parked).toHaveLength(countOf(resource));
    end();
    return { ...begun, left: () => state.control.clock(organization).parked };
  };

  test.each(resources)('(%s): by a reset, an import, and a restore', (resource) => {
    const ends: ((begun: Begun) => void)[] = [
      ({ state, organization }) => state.control.reset(organization),
      ({ state, organization }) => state.control.import(organization, state.control.export(organization) as never),
      ({ state, organization }) => state.control.restoreCheckpoint(organization, 'before'),
    ];
    for (const end of ends) {
      const begun = parked(resource);
      end(begun);
      expect(begun.left()).toEqual([]);
    }
  });

  test('imported, it is held, without the reason', () => {
    const { state, organization, left } = parked('volume');
    const exported = state.control.export(organization);
    state.control.import(organization, exported as never);
    expect(state.control.export(organization)).toEqual(exported);
    expect(exported.volumes.find(({ volumeId }) => volumeId === ids.bad)).toMatchObject({
      status: 'deactivating',
      due: { action: 'finish-deactivation' },
    });
    expect(left()).toEqual([]);
  });

  test('by the deletion of the thing', () => {
    const { state, target, left } = parked('volume', ({ state, target }) => state.activate(target, ids.beside));
    state.aws.terminateInstance(target, instanceId);
    expect(left()).toEqual([]);
  });

  test('by a move that does not wait for it', () => {
    const { state, target, left, clock } = parked('attachment');
    state.detach(target, ids.free, instanceId, true);
    expect(left()).toEqual([]);
    clock.advance(day);
    expect(state.control.clock(target.organization).settled).toMatchObject([{ action: 'finish-detach' }]);
  });

  test('not by the end of the process: the row has the reason', () => {
    const { db, clock, state, organization, left } = parked('snapshot');
    const before = left();
    state.flush();
    expect(createState(db, clock).control.clock(organization).parked).toEqual(before);
  });
});

test('of several effects of one transition all happen, in their order', () => {
  const done: string[] = [];
  const effect = (name: string) => (_tx: unknown, key: number, id: string) => void done.push(`${name} ${key} ${id}`);
  const joined = joinEffects([
    { 'volume.finish-creation': effect('one') },
    { 'volume.finish-creation': effect('two'), 'snapshot.complete': effect('three') },
  ]);
  joined['volume.finish-creation']?.({} as never, 4, 'vol-4');
  joined['snapshot.complete']?.({} as never, 5, 'dsnap-5');
  expect(done).toEqual(['one 4 vol-4', 'two 4 vol-4', 'three 5 dsnap-5']);
});
