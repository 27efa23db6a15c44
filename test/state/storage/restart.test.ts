import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { buildApp } from '../../../src/app.ts';
import { controlledClock } from '../../../src/ground/clock.ts';
import { defaults } from '../../../src/options/options.ts';
import type { WorldDocument } from '../../../src/state/document/document.ts';
import { paces } from '../../../src/state/engine/pace.ts';
import { createState, type State, type Target } from '../../../src/state/index.ts';
import { emptySeed } from '../../../src/state/seeds/empty.ts';
import { type Database, openDatabase } from '../../../src/state/storage/database.ts';
import { beginning, createWorld } from '../../support/world.ts';

const pace = paces.realistic;
const accountId = 'c0000000-0000-4000-a000-000000000001';
const availabilityZone = 'us-east-1a';

const seed: WorldDocument = {
  ...emptySeed,
  accounts: [{ accountId, name: 'one' }],
  tokens: [],
  instances: [{ instanceId: 'i-1', accountId, availabilityZone, agent: true }],
  volumes: (['managed', 'managed', 'managed', 'ordinary'] as const).map((status, at) => ({
    volumeId: `vol-${at}`,
    accountId,
    status,
    sizeGb: 10,
    availabilityZone,
    backingVolumeIds: status === 'managed' ? [`vol-${at}1`, `vol-${at}2`] : [],
    ...(at > 0 && { attachment: { instanceId: 'i-1', deviceName: `/dev/sd${'abcd'[at]}` } }),
  })),
  snapshots: [
    {
      datafySnapshotId: 'dsnap-0',
      accountId,
      volumeId: 'vol-0',
      status: 'completed',
      sizeGb: 10,
      ebsSnapshots: [{ snapshotId: 'snap-0', volumeId: 'vol-01' }],
    },
  ],
};

let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'datafy-emulator-'));
  file = join(folder, 'world.db');
});

afterEach(() => rmSync(folder, { recursive: true }));

type Rows = Record<string, Record<string, unknown>[]>;

function dump(db: Database): Rows {
  const tables = db.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").pluck().all() as string[];
  return Object.fromEntries(tables.map((name) => [name, db.prepare(`SELECT * FROM ${name}`).all()])) as Rows;
}

/** One process after another on one database: `restart` ends it, and begins the next one at the same instant. */
function processes(database: string) {
  const clock = controlledClock(beginning);
  let db = openDatabase(database);
  let state = createState(db, clock);
  const organization = createWorld(state, seed, { clockNow: null, pace });
  const account = state.findAccount(organization, accountId)?.key as number;
  const target: Target = { organization, account, accountId, ownAccount: false };
  return {
    clock,
    target,
    get state() {
      return state;
    },
    restart() {
      state.flush();
      db.close();
      db = openDatabase(database);
      state = createState(db, clock);
    },
    list: () => state.listVolumes({ organization, accounts: [account] }, 1_000, 0).items,
    rows: () => {
      state.flush();
      return dump(db);
    },
    close: () => db.close(),
  };
}
type Processes = ReturnType<typeof processes>;

const attach = { instanceId: 'i-1', deviceName: '/dev/sdf', deleteOnTermination: false };

/** Calls, and how many milliseconds pass after each: every timed transition is begun, and they end out of that order. */
const script: [(state: State, target: Target) => unknown, after: number][] = [
  [(state, target) => state.deactivate(target, 'vol-1'), 10_000],
  [(state, target) => state.createSnapshot(target, 'vol-0', { autoscalingOnly: true }), 0],
  [(state, target) => state.activate(target, 'vol-3'), 20_000],
  [(state, target) => state.deactivate(target, 'vol-2'), 1],
  [(state, target) => state.attach(target, 'vol-0', attach), 0],
  [
    (state, target) => state.modify(target, 'vol-0', { sizeGb: 20, expandFilesystem: false, autoscalingOnly: true }),
    500,
  ],
  [(state, target) => state.restore(target, { source: { datafySnapshotId: 'dsnap-0' }, availabilityZone }), 0],
];
const hour = 3_600_000;

/** Runs the script, with `between` after each call and at last an hour later; answers every row there is then. */
function play(world: Processes, between: () => void): Rows {
  for (const [call, after] of script) {
    call(world.state, world.target);
    between();
    world.clock.advance(after);
    between();
  }
  world.clock.advance(hour);
  between();
  world.list();
  const rows = world.rows();
  world.close();
  return rows;
}

test('a restart at any moment ends where a process ends that never stopped', () => {
  const uninterrupted = play(processes(':memory:'), () => undefined);
  // All that the script began has ended.
  const due = Object.values(uninterrupted)
    .flat()
    .filter((row) => row.due_action);
  expect(due).toEqual([]);

  const restarted = processes(file);
  expect(play(restarted, restarted.restart)).toEqual(uninterrupted);
});

test('it also ends where one ends that was asked all the while', () => {
  const uninterrupted = play(processes(':memory:'), () => undefined);
  const asked = processes(file);
  for (const [call, after] of script) {
    call(asked.state, asked.target);
    asked.clock.advance(after);
  }
  for (let second = 0; second < 600; second++) {
    asked.clock.advance(1_000);
    asked.list();
    if (second % 60 === 0) asked.restart();
  }
  expect(asked.rows()).toEqual(uninterrupted);
  asked.close();
});

test('what came due while no process ran is done at its own instants, in their order', () => {
  const world = processes(file);
  const began: number[] = [];
  for (const [call, after] of script) {
    call(world.state, world.target);
    began.push(world.clock.now());
    world.clock.advance(after);
  }
  const [firstDeactivation = 0, , activation = 0, secondDeactivation = 0] = began;
  world.restart();
  world.clock.advance(hour);
  const before = world.rows();
  const volumes = new Map(world.list().map((each) => [each.volumeId, each]));

  const [first, second] = ['vol-1', 'vol-2'].map((id) => volumes.get(volumes.get(id)?.replacedBy ?? ''));
  expect(Date.parse(first?.createdAt ?? '')).toBe(firstDeactivation + pace.deactivate);
  expect(Date.parse(second?.createdAt ?? '')).toBe(secondDeactivation + pace.deactivate);
  expect([first, second].map((each) => each?.attachment?.deviceName)).toEqual(['/dev/sdb', '/dev/sdc']);
  expect(volumes.get('vol-0')).toMatchObject({ volumeSizeGb: 20, attachment: { status: 'attached' } });

  // Ids are made in the order in which things happen: the activation's EBS volumes came between all that was asked for,
  // and the two replacements.
  expect(activation + pace.activate).toBeLessThan(firstDeactivation + pace.deactivate);
  const known = new Set(idsOf(before));
  const made = idsOf(world.rows()).filter((id) => id.startsWith('vol-') && !known.has(id));
  const backing = volumes.get('vol-3')?.backingVolumes.map(({ volumeId }) => volumeId) ?? [];
  expect(made.sort()).toEqual([...backing, first?.volumeId, second?.volumeId]);
  world.close();
});

test('what is not due by then is left until it is', () => {
  const world = processes(file);
  world.state.deactivate(world.target, 'vol-1');
  world.state.attach(world.target, 'vol-0', attach);
  world.clock.advance(pace.attach);
  world.restart();
  const statuses = () => {
    const [attached, deactivated] = world.list();
    return [attached?.attachment?.status, deactivated?.status];
  };
  expect(statuses()).toEqual(['attached', 'deactivating']);
  world.clock.advance(pace.deactivate - pace.attach - 1);
  expect(statuses()).toEqual(['attached', 'deactivating']);
  world.clock.advance(1);
  expect(statuses()).toEqual(['attached', 'replaced']);
  world.close();
});

/** Every id in the database that callers can see. */
function idsOf({ volume = [], ebs_volume = [], snapshot = [] }: Rows): string[] {
  const parts = snapshot.flatMap((row) => JSON.parse(row.ebs_snapshots as string) as { id: string }[]);
  const owned = new Set(volume.map(({ id }) => id));
  const members = ebs_volume.filter(({ id }) => !owned.has(id));
  return [...volume, ...members, ...snapshot, ...parts].map(({ id }) => id as string);
}

test('ids go on, and none comes twice', () => {
  const world = processes(file);
  const counters: number[] = [];
  for (let round = 0; round < 5; round++) {
    const { datafySnapshotId } = world.state.createSnapshot(world.target, 'vol-0', { autoscalingOnly: true });
    const { ebsSnapshots } = world.state.snapshot(world.target, datafySnapshotId);
    for (const id of [datafySnapshotId, ...ebsSnapshots.map(({ snapshotId }) => snapshotId)]) {
      counters.push(Number.parseInt(id.split('-')[1]?.slice(1, 9) ?? '', 16));
    }
    world.restart();
  }
  expect(counters).toEqual(counters.map((_, at) => (counters[0] ?? 0) + at));
  const ids = idsOf(world.rows());
  expect(ids).toEqual([...new Set(ids)]);
  world.close();
});

test('the seed is applied to a new database only', async () => {
  const clock = controlledClock(beginning);
  const options = { ...defaults, logLevel: 'silent' as const, db: file };
  const first = await buildApp(options, clock);
  expect(first.tokens?.length).toBeGreaterThan(0);
  await first.app.close();

  const rows = () => {
    const db = openDatabase(file);
    const found = dump(db);
    db.close();
    return found;
  };
  const before = rows();
  clock.advance(hour);
  for (const name of ['default', 'empty'] as const) {
    const next = await buildApp({ ...options, seed: name }, clock);
    expect(next.tokens).toBeUndefined();
    expect(next.state.control.first()).toBeDefined();
    await next.app.close();
  }
  expect(rows()).toEqual(before);
});
