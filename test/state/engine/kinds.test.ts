import { afterEach, describe, expect, test } from 'vitest';
import { controlledClock, latestInstant } from '../../../src/ground/clock.ts';
import { createCommits } from '../../../src/state/engine/commits.ts';
import { createFaults } from '../../../src/state/engine/faults.ts';
import { createMachine } from '../../../src/state/engine/machine.ts';
import { type Pace, paces } from '../../../src/state/engine/pace.ts';
import { createMemory } from '../../../src/state/engine/remembered.ts';
import { createRun } from '../../../src/state/engine/run.ts';
import type { Effects } from '../../../src/state/engine/settle.ts';
import type { Table } from '../../../src/state/engine/transitions.ts';
import type { Change, Tx } from '../../../src/state/engine/tx.ts';
import { createWorlds } from '../../../src/state/engine/worlds.ts';
import { createState } from '../../../src/state/index.ts';
import { emptySeed } from '../../../src/state/seeds/empty.ts';
import { type Database, openDatabase } from '../../../src/state/storage/database.ts';
import { projectMigrations } from '../../../src/state/storage/migrations.ts';
import { beginning, createWorld } from '../../support/world.ts';

// What comes due is under way, or recurs, or is to be forgotten. The machine knows none of it by name: here it has a
// table of its own, with sheep that are born, eat now and then and are forgotten, and the bells that they wear.

const toy = {
  resources: ['sheep', 'bell'],
  goesBy: { bell: 'sheep' },
  mostRecurrences: 100,
  transitions: [
    {
      ...{ resource: 'sheep', action: 'bear', from: ['absent'], to: 'lamb', cause: 'request' },
      next: { takes: 'create', action: 'grow' },
    },
    { resource: 'sheep', action: 'grow', from: ['lamb'], to: 'grown', cause: 'clock' },
    { resource: 'sheep', action: 'fail', from: ['lamb'], to: 'lost', cause: 'fault' },
    { resource: 'sheep', action: 'eat', from: ['grown'], to: 'same', cause: 'clock', kind: 'recurring' },
    {
      ...{ resource: 'sheep', action: 'die', from: ['grown'], to: 'dead', cause: 'request' },
      next: { takes: 'detach', action: 'forget' },
    },
    { resource: 'sheep', action: 'forget', from: ['dead'], to: 'absent', cause: 'clock', kind: 'forgetting' },
    {
      ...{ resource: 'bell', action: 'hang', from: ['absent'], to: 'swinging', cause: 'request' },
      next: { takes: 'attach', action: 'settle-down' },
    },
    { resource: 'bell', action: 'settle-down', from: ['swinging'], to: 'still', cause: 'clock' },
  ].map((row) => ({ refusal: 'snapshot-ended', source: 'A', note: '', ...row })),
} as unknown as Table;

const columns = `key INTEGER PRIMARY KEY, organization INTEGER NOT NULL, account INTEGER NOT NULL, id TEXT,
  status TEXT NOT NULL, due_at INTEGER, due_action TEXT, parked TEXT, changed_by INTEGER`;
const migration = {
  name: '9999_toy',
  sql: `CREATE TABLE sheep (${columns}) STRICT; CREATE TABLE bell (${columns}, sheep INTEGER NOT NULL) STRICT;`,
};

let db: Database;
afterEach(() => db.close());

/** A world of sheep at its beginning, with an engine of the same parts as any. */
function pasture(effects: Effects = {}, pace: Partial<Pace> = {}) {
  db = openDatabase(':memory:', { migrations: [...projectMigrations(), migration] });
  const clock = controlledClock(beginning);
  const memory = createMemory();
  const worlds = createWorlds(db, clock, memory);
  const faults = createFaults(worlds);
  const machine = createMachine(db, faults, memory, toy);
  const commits = createCommits(db, () => worlds.ids.keep(), memory.forgetAll);
  const told: [by: number | null, ...changes: string[]][] = [];
  const name = ({ action, id, at }: Change) => `${action} ${id} ${(at - beginning) / 1_000}`;
  const observer = {
    changed: (_: number, changes: readonly Change[], request: number | null) => {
      told.push([request, ...changes.map(name)]);
    },
  };
  const { run, settle, settleUntilIdle } = createRun({
    ...{ commits, worlds, machine, observer },
    effects: [effects],
  });
  // The account that all is in is made as any is.
  const state = createState(db, clock);
  const organization = createWorld(
    state,
    { ...emptySeed, tokens: [] },
    { clockNow: beginning, pace: { ...paces.realistic, ...pace } },
  );
  const target = { ...state.targetIn(organization, emptySeed.organizationId), request: 7 };

  const put = (table: string, { told: _, ...row }: Record<string, unknown>) => {
    const all = { organization, account: target.account, ...row };
    const names = Object.keys(all);
    const insert = `INSERT INTO ${table} (${names.join(', ')}) VALUES (${names.map((each) => `@${each}`).join(', ')})`;
    return Number(db.prepare(insert).run(all).lastInsertRowid);
  };
  return {
    ...{ faults, machine, worlds, organization, told, run, settleUntilIdle },
    act: <R>(body: (tx: Tx) => R) => run(target, body),
    /** Bears a sheep; answers its key, and what whoever asked for it is told that it is. */
    bear: (id: string) =>
      run(target, (tx) => {
        const begun = machine.begin(tx, 'sheep' as never, 'bear' as never, id);
        return { key: put('sheep', { ...begun, id }), told: begun.told as string };
      }),
    hang: (sheep: number, id: string) =>
      run(target, (tx) => put('bell', { ...machine.begin(tx, 'bell' as never, 'hang' as never, id), sheep })),
    schedule: (tx: Tx, action: string, key: number, at: number) =>
      machine.schedule(tx, 'sheep' as never, action as never, key, at),
    sheep: () => db.prepare('SELECT id, status, due_at, due_action, parked FROM sheep ORDER BY key').all(),
    pass: (seconds: number) => {
      worlds.setClock(organization, worlds.now(worlds.get(organization)) + seconds * 1_000);
      return settle(organization).map(name);
    },
    idle: () => settleUntilIdle(organization).map(name),
    now: () => (worlds.now(worlds.get(organization)) - beginning) / 1_000,
    parked: () => machine.parked(organization).map(({ id, action, reason }) => [id, action, reason]),
    commits,
  };
}

/** Sheep that eat every so often, and are told to. */
function eaters(everySeconds: number, pace: Partial<Pace> = {}) {
  let meals = 0;
  const effects = {
    'sheep.eat': (tx: Tx, key: number) => {
      meals++;
      tx.changes.push({ resource: 'sheep' as never, id: String(key), action: 'ate', at: tx.now });
      world.schedule(tx, 'eat', key, tx.now + everySeconds * 1_000);
    },
  } as Effects;
  const world = pasture(effects, { create: 0, ...pace });
  return { ...world, meals: () => meals };
}

describe('what is under way', () => {
  test('is waited for, in every resource of the table, and goes by the id of what it hangs on', () => {
    const { bear, hang, idle, now } = pasture({}, { create: 5_000, attach: 8_000 });
    hang(bear('dolly').key, 'dolly');
    expect(idle()).toEqual(['grow dolly 5', 'settle-down dolly 8']);
    expect(now()).toBe(8);
  });
});

describe('what recurs', () => {
  test('is done at its instants, and keeps no world from being idle', () => {
    const { bear, act, schedule, pass, idle, now, meals, hang } = eaters(10);
    const { key } = bear('dolly');
    idle();
    act((tx) => schedule(tx, 'eat', key, tx.now + 4_000));
    expect([idle(), now(), meals()]).toEqual([[], 0, 0]);
    expect(pass(30)).toEqual(['ate 1 4', 'ate 1 14', 'ate 1 24']);
    // On the way to the end of something else it is done, too.
    hang(key, 'dolly');
    const ends = 30 + paces.realistic.attach / 1_000;
    expect([idle(), now()]).toEqual([[`settle-down dolly ${ends}`], ends]);
    expect(pass(2)).toEqual(['ate 1 34']);
  });

  test('ends where its effect schedules no other time', () => {
    const { bear, act, schedule, pass, sheep } = pasture({}, { create: 0 });
    const { key } = bear('dolly');
    act((tx) => schedule(tx, 'eat', key, tx.now + 1_000));
    expect(pass(5)).toEqual([]);
    expect(sheep()).toEqual([{ id: 'dolly', status: 'grown', due_at: null, due_action: null, parked: null }]);
  });

  test('is refused where the status does not allow it, and without a later instant', () => {
    const { bear, act, schedule, sheep } = pasture({}, { create: 5_000 });
    const lamb = bear('lamb').key;
    const before = sheep();
    expect(() => act((tx) => schedule(tx, 'eat', lamb, tx.now + 1))).toThrow('allows no eat');
    expect(() => act((tx) => schedule(tx, 'grow', lamb, tx.now + 1))).toThrow('allows no grow');
    expect(() => act((tx) => schedule(tx, 'eat', lamb, tx.now))).toThrow('would recur without end');
    expect(sheep()).toEqual(before);
  });

  test('at the same instant again is parked', () => {
    const { bear, act, schedule, pass, parked } = eaters(0);
    const { key } = bear('dolly');
    act((tx) => schedule(tx, 'eat', key, tx.now + 1_000));
    expect(pass(5)).toEqual(['park dolly 1']);
    expect(parked()).toEqual([['dolly', 'eat', 'eat failed: sheep eat would recur without end']]);
    // It begins anew where somebody says so.
    act((tx) => schedule(tx, 'eat', key, tx.now + 60_000));
    expect(parked()).toEqual([]);
  });

  test('more often than it may at one go is parked, and others are done', () => {
    const { bear, act, schedule, pass, parked, meals, hang } = eaters(0.001, { attach: 50 });
    const { key } = bear('dolly');
    act((tx) => schedule(tx, 'eat', key, tx.now + 1));
    hang(key, 'dolly');
    const settled = pass(10);
    expect(meals()).toBe(100);
    expect(settled.slice(-1)).toEqual(['park dolly 0.101']);
    expect(settled).toContain('settle-down dolly 0.05');
    expect(parked()).toEqual([['dolly', 'eat', 'eat failed: it came due 100 times at one go']]);
  });

  test('and begins something under way each time does not have a world wait for ever', () => {
    const effects = {
      'sheep.eat': (tx: Tx, key: number) => {
        world.schedule(tx, 'eat', key, tx.now + 1);
        db.prepare('UPDATE bell SET status = ?, due_at = ?, due_action = ?').run('swinging', tx.now + 2, 'settle-down');
        world.machine.due.expect(tx.organization, 'bell' as never, tx.now + 2);
      },
    } as Effects;
    const world = pasture(effects, { create: 0, attach: 0 });
    const { key } = world.bear('dolly');
    world.hang(key, 'dolly');
    world.act((tx) => world.schedule(tx, 'eat', key, tx.now + 1));
    world.pass(0.001);
    world.idle();
    expect(world.parked()).toEqual([['dolly', 'eat', 'eat failed: it came due 100 times at one go']]);
    expect(world.now()).toBeLessThan((latestInstant - beginning) / 1_000);
  });
});

describe('what is to be forgotten', () => {
  const dead = (effects?: Effects) => {
    const world = pasture(effects, { create: 0, detach: 5_000 });
    const { key } = world.bear('dolly');
    world.act((tx) =>
      world.machine.apply(tx, 'sheep' as never, 'die' as never, {
        ...{ key, id: 'dolly', status: 'grown', situation: () => 'Dolly is grown' },
      }),
    );
    world.commits.flush();
    world.told.length = 0;
    return world;
  };

  test('is waited for by nobody, goes when it is due, and nobody is told', () => {
    const { idle, now, pass, sheep, told, commits } = dead();
    expect([idle(), now()]).toEqual([[], 0]);
    expect(sheep()).toMatchObject([{ status: 'dead', due_action: 'forget' }]);
    expect(pass(6)).toEqual([]);
    expect(sheep()).toEqual([]);
    commits.flush();
    expect(told).toEqual([]);
  });

  test('is kept, and told of, where it cannot be forgotten', () => {
    const { pass, parked } = dead({
      'sheep.forget': () => {
        throw new Error('it is a famous one');
      },
    } as unknown as Effects);
    expect(pass(6)).toEqual(['park dolly 5']);
    expect(parked()).toEqual([['dolly', 'forget', 'forget failed: it is a famous one']]);
  });

  test('is no business of faults', () => {
    const world = pasture({}, { create: 0, detach: 5_000 });
    const { key } = world.bear('dolly');
    world.faults.add(world.organization, { match: { transition: 'sheep.die' }, effect: { outcome: 'hold' } });
    const thing = { key, id: 'dolly', status: 'grown', situation: () => 'Dolly is grown' };
    world.act((tx) => world.machine.apply(tx, 'sheep' as never, 'die' as never, thing));
    expect(world.pass(6)).toEqual([]);
    expect(world.sheep()).toEqual([]);
  });
});

describe('what takes no time', () => {
  const grown = { id: 'dolly', status: 'grown', due_at: null, due_action: null, parked: null };

  test('has ended in the row, though whoever asked for it is told that it began; its end is told with what is due next', () => {
    const { bear, sheep, told, commits, pass } = pasture({}, { create: 0 });
    expect(bear('dolly').told).toBe('lamb');
    commits.flush();
    expect(sheep()).toEqual([grown]);
    expect(told).toEqual([[7, 'bear dolly 0']]);
    expect(pass(0)).toEqual(['grow dolly 0']);
    expect(pass(0)).toEqual([]);
    expect(told.slice(1)).toEqual([[null, 'grow dolly 0']]);
  });

  const due = { status: 'lamb', due_at: beginning, due_action: 'grow' };
  test('but for its effect, comes due as anything else', () => {
    const grew: number[] = [];
    const effect = { 'sheep.grow': (_: Tx, key: number) => grew.push(key) } as unknown as Effects;
    const { bear, sheep, pass } = pasture(effect, { create: 0 });
    bear('dolly');
    expect(sheep()).toMatchObject([due]);
    expect(pass(0)).toEqual(['grow dolly 0']);
    expect([sheep(), grew]).toEqual([[grown], [1]]);
  });

  test('but for a fault, is held, or comes due, as the fault says', () => {
    const { bear, sheep, faults, organization } = pasture({}, { create: 0 });
    const plant = (outcome: 'hold' | 'fail') =>
      faults.add(organization, { match: { transition: 'sheep.bear' }, times: 1, effect: { outcome } });
    plant('hold');
    plant('fail');
    for (const id of ['held', 'failing', 'dolly']) bear(id);
    expect(sheep()).toMatchObject([
      { id: 'held', status: 'lamb', due_at: null, due_action: 'grow' },
      { id: 'failing', status: 'lost' },
      grown,
    ]);
  });

  test('and takes some, comes due then', () => {
    const { bear, sheep } = pasture({}, { create: 1 });
    bear('dolly');
    expect(sheep()).toMatchObject([{ ...due, due_at: beginning + 1 }]);
  });

  test('is neither written nor told where the verb is refused after it', () => {
    const { act, machine, sheep, told, commits, pass } = pasture({}, { create: 0 });
    const refused = () =>
      act((tx) => {
        machine.begin(tx, 'sheep' as never, 'bear' as never, 'dolly');
        throw new Error('too many');
      });
    expect(refused).toThrow('too many');
    commits.flush();
    expect([sheep(), told, pass(0)]).toEqual([[], [], []]);
  });
});
