import { afterEach, beforeEach, expect, test } from 'vitest';
import { controlledClock } from '../../../src/ground/clock.ts';
import { type Pace, paces } from '../../../src/state/engine/pace.ts';
import { createState, type State, type Target } from '../../../src/state/index.ts';
import { emptySeed } from '../../../src/state/seeds/empty.ts';
import { type Database, openDatabase } from '../../../src/state/storage/database.ts';
import { beginning, createWorld } from '../../support/world.ts';

// What begins, takes no time and has nothing else happen is written as ended. Nobody can tell but by its row.

const accountId = 'c0000000-0000-4000-a000-000000000001';
const volumeId = 'vol-00000001';
const availabilityZone = 'us-east-1a';
const seed = {
  ...emptySeed,
  accounts: [{ accountId, name: 'one' }],
  tokens: [],
  volumes: [{ volumeId, accountId, status: 'managed' as const, sizeGb: 10, availabilityZone }],
};

let db: Database;
let state: State;
let target: Target;
/** What listeners were told, with the request where one is the cause. */
let told: string[];
const none: Pace = paces.instant;

function open(pace: Pace = none): void {
  db = openDatabase(':memory:');
  told = [];
  state = createState(db, controlledClock(beginning), {
    changed: (_, changes, request) => {
      told.push(...changes.map(({ resource, action, to }) => `${request ?? 'clock'}: ${resource} ${action} ${to}`));
    },
  });
  const organization = createWorld(state, seed, { clockNow: beginning, pace });
  target = { ...state.targetIn(organization, accountId), request: 3 };
}
beforeEach(() => open());
afterEach(() => db.close());

const snapshot = () => state.createSnapshot(target, volumeId, { autoscalingOnly: true });
const restore = (datafySnapshotId: string) => state.restore(target, { source: { datafySnapshotId }, availabilityZone });
const create = () => state.createVolume(target, { availabilityZone, sizeGb: 5, encrypted: false, mode: 'autoscaling' });
const rows = (table: string) => db.prepare(`SELECT status, due_at, due_action, changed_by FROM ${table}`).all();
const exported = () => state.control.export(target.organization);
const ended = (status: string) => ({ status, due_at: null, due_action: null, changed_by: 3 });

test('a snapshot says that it is pending, and is completed in its row, in an export, and for the next call', () => {
  const { status, datafySnapshotId } = snapshot();
  expect(status).toBe('pending');
  expect(rows('snapshot')).toEqual([ended('completed')]);
  expect(exported().snapshots).toMatchObject([{ datafySnapshotId, status: 'completed', changedBy: 3 }]);
  expect(state.snapshot(target, datafySnapshotId).status).toBe('completed');
});

test('its beginning is told with the call, its end with the clock when the next one comes, once', () => {
  const { datafySnapshotId: id } = snapshot();
  state.flush();
  const complete = { resource: 'snapshot', id, action: 'complete', to: 'completed', at: beginning };
  const clock = () => state.control.clock(target.organization).settled;
  expect(told).toEqual(['3: snapshot create pending']);
  expect([clock(), clock()]).toEqual([[complete], []]);
  expect(told).toEqual(['3: snapshot create pending', 'clock: snapshot complete completed']);
});

test('calls of one turn are told one after the other, each with its end', () => {
  snapshot();
  snapshot();
  expect(told).toEqual([]);
  state.flush();
  const [begun, complete] = ['3: snapshot create pending', 'clock: snapshot complete completed'];
  expect(told).toEqual([begun, complete, begun]);
});

test('new volumes are managed at once: an empty one, and one from a snapshot', () => {
  const { datafySnapshotId } = snapshot();
  create();
  restore(datafySnapshotId);
  expect(rows('volume').slice(1)).toEqual([ended('managed'), ended('managed')]);
  state.control.clock(target.organization);
  state.flush();
  expect(told.slice(2)).toEqual([
    '3: volume create creating',
    'clock: volume finish-creation managed',
    '3: volume restore creating',
    'clock: volume finish-creation managed',
  ]);
});

test('what a fault strikes is held, or fails when the next call comes; what comes after it has ended', () => {
  const plant = (outcome: 'hold' | 'fail') =>
    state.control.addFault(target.organization, {
      match: { transition: 'snapshot.create' },
      times: 1,
      effect: { outcome },
    });
  plant('hold');
  plant('fail');
  for (let made = 0; made < 3; made++) snapshot();
  state.control.clock(target.organization);
  state.flush();
  expect(rows('snapshot')).toEqual([
    { ...ended('pending'), due_action: 'complete' },
    ended('error'),
    ended('completed'),
  ]);
  expect(told.slice(1)).toEqual([
    '3: snapshot create pending',
    'clock: snapshot fail error',
    '3: snapshot create pending',
    'clock: snapshot complete completed',
  ]);
});

test('what takes a millisecond is under way for as long', () => {
  db.close();
  open({ ...none, snapshot: 1 });
  snapshot();
  expect(rows('snapshot')).toEqual([{ ...ended('pending'), due_at: beginning + 1, due_action: 'complete' }]);
  expect(state.control.advance(target.organization, { untilIdle: true })).toMatchObject({
    now: beginning + 1,
    settled: [{ action: 'complete' }],
  });
});

test('kept in a checkpoint right after it began, it has ended, and nobody is told so once it is put back', () => {
  snapshot();
  state.control.checkpoint(target.organization, 'after');
  const before = exported();
  create();
  state.control.restoreCheckpoint(target.organization, 'after');
  expect(exported()).toEqual(before);
  expect(before.snapshots).toMatchObject([{ status: 'completed' }]);
  expect(state.control.clock(target.organization).settled).toEqual([]);
});

test('of a world that begins anew before anybody looked nothing is named', () => {
  snapshot();
  state.control.reset(target.organization);
  expect(state.control.clock(target.organization).settled).toEqual([]);
});

test('of a turn that cannot be committed nothing is told or named, but of one before it', () => {
  const other = createWorld(
    state,
    { ...seed, organizationId: '0a6f2a52-3c1d-4d62-9d0e-8f3c5b7a1e02' },
    { clockNow: beginning, pace: none },
  );
  const inOther = { ...target, ...state.targetIn(other, accountId) };
  snapshot();
  state.flush();
  const before = rows('snapshot');
  db.exec(`CREATE TABLE filler (bytes BLOB);
    CREATE TRIGGER fill AFTER UPDATE OF ids_made ON organization BEGIN INSERT INTO filler VALUES (zeroblob(1000000)); END`);
  db.pragma(`max_page_count = ${db.pragma('page_count', { simple: true })}`);
  state.createSnapshot(inOther, volumeId, { autoscalingOnly: true });
  expect(() => state.flush()).toThrow('full');
  db.pragma('max_page_count = 100000');
  db.exec('DROP TRIGGER fill');
  expect([rows('snapshot'), told]).toEqual([before, ['3: snapshot create pending']]);
  expect(state.control.clock(other).settled).toEqual([]);
  expect(state.control.clock(target.organization).settled).toMatchObject([{ action: 'complete' }]);
  expect(told.slice(1)).toEqual(['clock: snapshot complete completed']);
});
