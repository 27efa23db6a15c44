import type { Database } from 'better-sqlite3';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { controlledClock } from '../../../src/ground/clock.ts';
import { EmulatorError, type WrongStatus } from '../../../src/ground/errors.ts';
import type { VolumeDocument, WorldDocument } from '../../../src/state/document/document.ts';
import { createFaults } from '../../../src/state/engine/faults.ts';
import { type Change, createMachine, type Thing, type Tx } from '../../../src/state/engine/machine.ts';
import { type PaceKey, paceKeys } from '../../../src/state/engine/pace.ts';
import { createMemory } from '../../../src/state/engine/remembered.ts';
import type { Effects } from '../../../src/state/engine/settle.ts';
import {
  beginsSomething,
  faultyTransitions,
  type Resource,
  resources,
  type Status,
  statuses,
  type Transition,
  transitions,
  volumeStatuses,
} from '../../../src/state/engine/transitions.ts';
import { createWorlds } from '../../../src/state/engine/worlds.ts';
import { createState, type State, type Target } from '../../../src/state/index.ts';
import { emptySeed } from '../../../src/state/seeds/empty.ts';
import { openDatabase } from '../../../src/state/storage/database.ts';
import { beginning, createWorld } from '../../support/world.ts';

// The table is read as plain data: whatever is added to it is tested here without another line.
const table: readonly Transition[] = transitions;
const names = (resource: Resource): readonly Status[] => statuses[resource];
const of = (resource: Resource) => table.filter((row) => row.resource === resource);
const nameOf = ({ resource, action }: Transition) => `${resource}.${action}`;

/** Every transition takes a time of its own, so that one taken for another is seen. */
const pace = Object.fromEntries(paceKeys.map((key, at) => [key, 1_000 * 2 ** at])) as Record<PaceKey, number>;

const organizationId = 'a0000000-0000-4000-a000-000000000001';
const accountId = 'a0000000-0000-4000-a000-000000000002';
const volumeId = 'vol-00000000000000001';
const backing = ['vol-00000000000000002', 'vol-00000000000000003'];
const snapshotId = 'dsnap-00000000000000001';
const instanceId = 'i-00000000000000001';
const zone = 'us-east-1a';

/** The request that everything is done for. */
const request = 7;

const bare: WorldDocument = { ...emptySeed, organizationId, accounts: [], tokens: [] };

/** A world with one thing of the resource in it, in that status; `absent`: all that it would hang on, without it. */
function seedOf(resource: Resource, status: Status | 'absent', volume: Partial<VolumeDocument> = {}): WorldDocument {
  const there = status !== 'absent';
  const attachment = { instanceId, deviceName: '/dev/sdf', status: status as Status<'attachment'> };
  const modification = { status: status as Status<'modification'>, sizeGb: 20 };
  const inStatus = resource === 'volume' && there ? (status as Status<'volume'>) : 'managed';
  const subject: VolumeDocument = {
    volumeId,
    accountId,
    status: inStatus,
    sizeGb: 10,
    availabilityZone: zone,
    backingVolumeIds: volumeStatuses.autoscaled.includes(inStatus) ? backing : [],
    ...(resource === 'attachment' && there && { attachment }),
    ...(resource === 'modification' && there && { modifications: [modification] }),
    ...volume,
  };
  const snapshot = { datafySnapshotId: snapshotId, accountId, volumeId, sizeGb: 10, ebsSnapshots: [] };
  return {
    ...bare,
    accounts: [{ accountId, name: 'one' }],
    instances: [{ instanceId, accountId, availabilityZone: zone, agent: true }],
    volumes: resource === 'volume' && !there ? [] : [subject],
    snapshots: resource === 'snapshot' && there ? [{ ...snapshot, status: status as Status<'snapshot'> }] : [],
  };
}

let db: Database;
afterEach(() => {
  db.close();
});

/** A migrated database with that seed in it, its engine, and the account that all is in. */
function open(seed: WorldDocument): { state: State; target: Target } {
  db = openDatabase(':memory:');
  const state = createState(db, controlledClock(beginning));
  const organization = createWorld(state, seed, { clockNow: beginning, pace });
  const account = state.findAccount(organization, accountId)?.key ?? 0;
  return { state, target: { organization, account, accountId, ownAccount: false, request } };
}

/**
 * The same, with one thing of the resource in that status. Documents do not speak of what AWS has: there it is one
 * member of a managed volume, and what hangs on that.
 */
function openIn(resource: Resource, status: Status | 'absent', volume: Partial<VolumeDocument> = {}) {
  if (!resource.startsWith('ebs_')) return open(seedOf(resource, status, volume));
  if (resource === 'ebs_volume' && status === 'absent') return open(seedOf('volume', 'absent'));
  const isAttached = resource === 'ebs_attachment' && status !== 'absent';
  const opened = open(isAttached ? seedOf('attachment', status, volume) : seedOf('volume', 'managed', volume));
  db.exec(`DELETE FROM ebs_volume WHERE id = '${backing[1]}'`);
  const end = table.find((row) => row.resource === resource && row.to === status && row.next)?.next?.action;
  const due = end ? `'${end}'` : 'NULL';
  if (resource === 'ebs_volume') db.exec(`UPDATE ebs_volume SET status = '${status}', due_action = ${due}`);
  if (resource === 'ebs_modification' && status !== 'absent') {
    db.exec(
      `INSERT INTO ebs_modification (organization, account, ebs_volume, status, due_action, size_gb, iops, throughput,
         started_at)
       SELECT organization, account, key, '${status}', ${due}, 20, iops, throughput, 0
       FROM ebs_volume`,
    );
  }
  return opened;
}

type Row = Record<string, unknown>;

/** Every row of every table. */
function dump(): Record<string, Row[]> {
  const tables = db.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").pluck().all() as string[];
  return Object.fromEntries(tables.map((name) => [name, db.prepare(`SELECT * FROM ${name}`).all() as Row[]]));
}

const only = (resource: Resource) => db.prepare(`SELECT * FROM ${resource}`).get() as Row & { key: number };

/** What was refused, and that it changed nothing; undefined where it was not refused. */
function refusal(call: () => unknown): EmulatorError | undefined {
  const before = dump();
  try {
    call();
  } catch (error) {
    expect(error).toBeInstanceOf(EmulatorError);
    expect(dump()).toEqual(before);
    return error as EmulatorError;
  }
  return undefined;
}

/** A machine on the open database, and what goes wrong with it on purpose. */
function engine() {
  const memory = createMemory();
  const faults = createFaults(createWorlds(db, controlledClock(beginning), memory));
  return { faults, machine: createMachine(db, faults, memory) };
}

/** What callers call the one thing of a resource: an attachment or a modification goes by its volume. */
const idOf = (resource: Resource) =>
  resource === 'snapshot' ? snapshotId : resource.startsWith('ebs_') ? (backing[0] as string) : volumeId;

/** One thing in a status under a machine. A transition that is under way there is due at the world's beginning. */
function cell(resource: Resource, status: Status) {
  const { target } = openIn(resource, status);
  db.exec(`UPDATE ${resource} SET due_at = ${beginning} WHERE due_action IS NOT NULL`);
  const row = only(resource);
  const tx: Tx = { ...target, now: beginning + 500, pace, request, changes: [] };
  const situation = () => `The ${resource} is ${status}`;
  const thing: Thing = { key: row.key, id: idOf(resource), status, situation, hint: () => 'its own hint' };
  return { ...engine(), tx, row, thing };
}

/** The columns that a move decides. */
function outcome({ to, next }: Transition, now: number) {
  const due_at = next ? now + pace[next.takes] : null;
  return { status: to, due_at, due_action: next?.action ?? null, changed_by: request };
}

/** What the journal is told of a move; of what keeps the status, and of what follows from another move, nothing. */
function told({ resource, action, to, quiet }: Transition, at: number): Change[] {
  return to === 'same' || quiet ? [] : [{ resource, id: idOf(resource), action, to, at }];
}

/** The dump as it must be once the only row of the resource has moved; `by`: for which request. */
function moved(before: ReturnType<typeof dump>, move: Transition, now: number, by: object) {
  const { resource, to } = move;
  if (to === 'same') return before;
  const rows = to === 'absent' ? [] : before[resource]?.map((row) => ({ ...row, ...outcome(move, now), ...by }));
  // What is related to a volume goes with it.
  const behind = to === 'absent' && ['volume', 'ebs_volume'].includes(resource) ? { member: [] } : {};
  return { ...before, ...behind, [resource]: rows };
}

/** What the table's refusal of a thing says. */
function factsOf(row: Transition, { situation, hint }: Thing, status: Status): WrongStatus {
  const action = row.says ?? row.action;
  return { situation: situation(), action, expected: row.from, hint: row.hints?.[status] ?? hint?.() };
}

describe.each(resources)('every cell of %s', (resource) => {
  const rows = of(resource);
  const allowed = (row: Transition, status: Status) => row.from.includes(status);
  const cells = rows.flatMap((row) => names(resource).map((status) => ({ row, status, action: row.action })));
  const begins = rows.filter(({ from }) => from.includes('absent'));

  test.each(cells.filter(({ row, status }) => allowed(row, status)))('$action from $status: $row.to', (each) => {
    const { machine, tx, thing } = cell(resource, each.status);
    const before = dump();
    machine.apply(tx, resource, each.action as never, thing);
    expect(dump()).toEqual(moved(before, each.row, tx.now, { changed_by: request }));
    expect(tx.changes).toEqual(told(each.row, tx.now));
  });

  test.each(cells.filter(({ row, status }) => !allowed(row, status)))('$action from $status: $row.refusal', (each) => {
    const { machine, tx, thing } = cell(resource, each.status);
    const calls = [() => machine.apply(tx, resource, each.action as never, thing)];
    if (begins.includes(each.row)) {
      calls.push(() => machine.begin(tx, resource, each.action as never, thing.id, { existing: thing }));
    }
    for (const call of calls) {
      const refused = refusal(call);
      expect(refused?.code).toBe(each.row.refusal);
      expect(refused?.facts).toEqual(factsOf(each.row, thing, each.status));
      expect(refused?.message).toContain(each.status);
      expect(tx.changes).toEqual([]);
    }
  });

  test.each(begins)('$action from absent: $to', (row) => {
    const { target } = openIn(resource, 'absent');
    const tx: Tx = { ...target, now: beginning, pace, request, changes: [] };
    const before = dump();
    const begun = engine().machine.begin(tx, resource, row.action as never, idOf(resource));
    expect(begun).toEqual({ ...outcome(row, beginning), told: row.to });
    const { resource: of, action, to, quiet } = row;
    expect(tx.changes).toEqual(quiet ? [] : [{ resource: of, id: idOf(of), action, to, at: beginning }]);
    expect(dump()).toEqual(before);
  });

  test.each(rows.filter((row) => !begins.includes(row)))('$action begins nothing', (row) => {
    const { machine, tx } = cell(resource, names(resource)[0] as Status);
    expect(() => machine.begin(tx, resource, row.action as never, idOf(resource))).toThrow('does not begin');
  });
});

const moves = table.filter(({ from, to }) => to !== 'same' && !from.includes('absent'));
const titled = (rows: readonly Transition[]) => rows.map((row) => ({ row, title: nameOf(row) }));

describe('a move guards the row itself, not what its caller believes of it', () => {
  test.each(titled(moves))('$title where the status has changed since', ({ row }) => {
    const [believed] = row.from as Status[];
    for (const status of names(row.resource).filter((each) => !row.from.includes(each))) {
      const { machine, tx, thing } = cell(row.resource, status);
      const call = () => machine.apply(tx, row.resource, row.action as never, { ...thing, status: believed as Status });
      expect(refusal(call)?.code).toBe(row.refusal);
      db.close();
    }
  });

  test.each(titled(moves))('$title in the name of another account or world, or of no row', ({ row }) => {
    const { machine, tx, thing } = cell(row.resource, row.from[0] as Status);
    const strangers: [Tx, Thing][] = [
      [{ ...tx, account: tx.account - 1 }, thing],
      [{ ...tx, organization: tx.organization + 1 }, thing],
      [tx, { ...thing, key: thing.key + 1 }],
    ];
    for (const [by, what] of strangers) {
      expect(refusal(() => machine.apply(by, row.resource, row.action as never, what))?.code).toBe(row.refusal);
    }
  });
});

describe('a fault', () => {
  const struck = [...faultyTransitions].flatMap(([title, outcomes]) =>
    outcomes.map((end) => ({ title, end, row: table.find((row) => nameOf(row) === title) })),
  );
  // The check of a role is no transition: nothing of it is due.
  const cells = struck.flatMap(({ row, ...rest }) => (row ? [{ ...rest, row }] : []));

  test('can strike whatever takes time, and make fail what the table lets fail', () => {
    const fails = (resource: Resource) => of(resource).some(({ cause }) => cause === 'fault');
    const expected = table
      .filter(({ resource, next, quiet }) => {
        const end = of(resource).find(({ action }) => action === next?.action);
        return end && !end.kind && !quiet;
      })
      .map((row) => [nameOf(row), fails(row.resource) ? ['fail', 'hold'] : ['hold']]);
    expect([...faultyTransitions]).toEqual([...expected, ['role-arn.set', ['fail']]]);
  });

  test.each(cells)('$end of $title: once, of that volume and in that account only', ({ title, end, row }) => {
    const { resource, from, action } = row;
    const begins = from.includes('absent');
    const { machine, faults, tx, thing } = cell(resource, (begins ? row.to : from[0]) as Status);
    faults.add(tx.organization, {
      match: { transition: title, volumeId, accountId },
      times: 1,
      effect: { outcome: end },
    });
    const before = dump();
    const attempt = (by: Tx, about: string) => {
      if (begins) {
        const { told: _, ...columns } = machine.begin(by, resource, action as never, thing.id, { volumeId: about });
        return columns;
      }
      db.exec('SAVEPOINT attempt');
      machine.apply(by, resource, action as never, { ...thing, id: about });
      const { status, due_at, due_action, changed_by } = only(resource);
      db.exec('ROLLBACK TO attempt; RELEASE attempt');
      return { status, due_at, due_action, changed_by };
    };
    const usual = outcome(row, tx.now);
    const held = { ...usual, due_at: null };
    const failed = { ...usual, due_action: 'fail' };
    expect(attempt(tx, 'vol-another')).toEqual(usual);
    expect(attempt({ ...tx, accountId: organizationId }, volumeId)).toEqual(usual);
    expect(attempt(tx, volumeId)).toEqual(end === 'hold' ? held : failed);
    expect(attempt(tx, volumeId)).toEqual(usual);
    expect(dump()).toEqual(before);
  });
});

describe('what comes due', () => {
  // A fault makes of what is due a failure, which comes due in its place.
  const clocked = table.filter(({ cause }) => cause === 'clock' || cause === 'fault');
  const cells = clocked.flatMap((row) => row.from.map((from) => ({ row, from: from as Status, title: nameOf(row) })));

  test.each(cells)('$title from $from: at its instant, once, with its effect', ({ row, from }) => {
    const { machine, tx, thing } = cell(row.resource, from);
    db.exec(`UPDATE ${row.resource} SET due_at = ${beginning}, due_action = '${row.action}', changed_by = 5`);
    const before = dump();
    const effect = vi.fn();
    const effects: Effects = { [nameOf(row) as `${Resource}.${string}`]: effect };
    const world = { key: tx.organization, pace };
    machine.haveEffects(effects);
    expect(machine.settle(world, beginning - 1)).toEqual([]);
    expect(dump()).toEqual(before);
    expect(machine.settle(world, beginning + 999)).toEqual(row.kind === 'forgetting' ? [] : told(row, beginning));
    expect(machine.settle(world, beginning + 999)).toEqual([]);
    // What it was begun for is what it is put down to.
    expect(dump()).toEqual(moved(before, row, beginning, { changed_by: 5 }));
    expect(effect).toHaveBeenCalledTimes(1);
    const { organization, account } = tx;
    expect(effect).toHaveBeenCalledWith(
      expect.objectContaining({ organization, account, accountId, now: beginning, pace, request: null }),
      thing.key,
      thing.id,
    );
  });

  test.each(cells)('$title from $from: not without its effect', ({ row, from }) => {
    const { machine, tx } = cell(row.resource, from);
    db.exec(`UPDATE ${row.resource} SET due_at = ${beginning}, due_action = '${row.action}'`);
    const before = dump();
    const fails = () => {
      throw new Error('The effect failed');
    };
    const world = { key: tx.organization, pace };
    const { resource } = row;
    const [id, action] = [idOf(resource), 'park'];
    const reason = `${row.action} failed: The effect failed`;
    const effects = { [nameOf(row) as `${Resource}.${string}`]: fails };
    machine.haveEffects(effects);
    expect(machine.settle(world, beginning)).toEqual([{ resource, id, action, to: from, at: beginning, reason }]);
    // It is held where it was, and nothing else has changed.
    const held = { due_at: null, parked: JSON.stringify({ at: beginning, reason }) };
    const { [resource as Resource]: rows, ...others } = before;
    const dumped = dump();
    expect(dumped).toEqual({ ...others, [resource]: dumped[resource] });
    expect(dumped[resource]).toEqual(rows!.map((each) => (each.due_action === null ? each : { ...each, ...held })));
    expect(machine.parked(tx.organization)).toEqual([{ resource, id, action: row.action, at: beginning, reason }]);
    expect(machine.settle(world, beginning)).toEqual([]);
  });

  test.each(cells)('$title from $from: never, where it is held', ({ row, from }) => {
    const { machine, tx } = cell(row.resource, from);
    db.exec(`UPDATE ${row.resource} SET due_at = NULL`);
    const before = dump();
    machine.settle({ key: tx.organization, pace }, Number.MAX_SAFE_INTEGER);
    expect(dump()).toEqual(before);
  });

  test.each(cells)('$title from $from: not with another world', ({ row, from }) => {
    const { machine, tx } = cell(row.resource, from);
    const before = dump();
    machine.settle({ key: tx.organization + 1, pace }, beginning + 999);
    expect(dump()).toEqual(before);
  });

  test('comes in the order of instants, then of resources, then of keys', () => {
    // They bring about what AWS has, which takes as long.
    const timed = resources.flatMap((resource) => of(resource).find(({ next, quiet }) => next && !quiet) ?? []);
    const copies = timed.flatMap(({ resource, to }) => {
      const text = JSON.stringify(seedOf(resource, to as Status));
      return ['a', 'b', 'c'].map((mark): WorldDocument => {
        const ids = [volumeId, snapshotId, ...backing].reduce(
          (all, id) => all.replaceAll(id, `${id}-${resource}-${mark}`),
          text,
        );
        return JSON.parse(ids.replaceAll('/dev/sdf', `/dev/sdf${mark}`));
      });
    });
    const [{ accounts, instances }] = copies as [WorldDocument];
    const volumes = copies.flatMap((each) => each.volumes);
    const snapshots = copies.flatMap((each) => each.snapshots);
    const { target } = open({ ...bare, accounts, instances, volumes, snapshots });

    const expected = resources.flatMap((resource, rank) => {
      const rows = db
        .prepare(`SELECT key, due_action FROM ${resource} WHERE due_action IS NOT NULL ORDER BY key`)
        .all();
      return (rows as { key: number; due_action: string }[]).map(({ key, due_action }, at) => {
        const due = beginning + ((rank * 2 + (at % 2) * 3) % 4);
        db.exec(`UPDATE ${resource} SET due_at = ${due} WHERE key = ${key}`);
        return { due, rank, key, name: `${resource}.${due_action}` };
      });
    });
    const all = resources.filter((resource) => of(resource).some(({ next }) => next));
    expect(new Set(expected.map(({ rank }) => rank)).size).toBe(all.length);
    expected.sort((a, b) => a.due - b.due || a.rank - b.rank || a.key - b.key);

    const found: unknown[] = [];
    const names = clocked.map(nameOf) as `${Resource}.${string}`[];
    const effects: Effects = Object.fromEntries(
      names.map((name) => [name, (tx: Tx, key: number) => found.push([name, key, tx.now])]),
    );
    const { machine } = engine();
    machine.haveEffects(effects);
    machine.settle({ key: target.organization, pace }, beginning + 999);
    expect(found).toEqual(expected.map(({ name, key, due }) => [name, key, due]));
  });
});

/** How a verb comes to ask for a transition. */
interface Reach {
  call: (state: State, target: Target) => unknown;
  /** What else the volume has to be for the verb to succeed where the table allows it. */
  volume?: Partial<VolumeDocument>;
  /** Where the verb goes through without asking, since nothing is in the way: the thing has ended, or was never there. */
  unasked?: readonly (Status | 'absent')[];
  /** For a verb that makes a thing with an id of its own, so that it never meets one in the way: where it succeeds. */
  makes?: WorldDocument;
  /** Where the verb goes through and leaves the thing as it is. */
  spared?: readonly Status[];
}

const attached = { attachment: { instanceId, deviceName: '/dev/sdf' } };
const snapshot = (autoscalingOnly: boolean) => (state: State, target: Target) =>
  state.createSnapshot(target, volumeId, { autoscalingOnly });
const modify = (autoscalingOnly: boolean) => (state: State, target: Target) =>
  state.modify(target, volumeId, { sizeGb: 30, expandFilesystem: false, autoscalingOnly });
const attach = (state: State, target: Target) =>
  state.attach(target, volumeId, { instanceId, deviceName: '/dev/sdg', deleteOnTermination: false });
const detach = (force: boolean) => (state: State, target: Target) => state.detach(target, volumeId, instanceId, force);
const remove = (state: State, target: Target) => state.aws.deleteVolume(target, volumeId);
const terminate = (state: State, target: Target) => state.aws.terminateInstance(target, instanceId);
const deactivate = (state: State, target: Target) => state.deactivate(target, volumeId);
const create = (state: State, target: Target) =>
  state.createVolume(target, { availabilityZone: zone, sizeGb: 10, encrypted: false, mode: 'autoscaling' });
const restore = (state: State, target: Target) =>
  state.restore(target, { source: { datafySnapshotId: snapshotId }, availabilityZone: zone });

/** By transition. One that is not here is reported as still to do. */
const reached: Record<string, Reach | undefined> = {
  'volume.restore': { call: restore, makes: seedOf('snapshot', 'completed') },
  'volume.create': {
    call: create,
    makes: seedOf('volume', 'absent'),
  },
  'volume.activate': { call: (state, target) => state.activate(target, volumeId), volume: attached },
  'volume.deactivate': { call: deactivate },
  'volume.snapshot': { call: snapshot(true) },
  'volume.snapshot-any': { call: snapshot(false) },
  'volume.attach': { call: attach },
  'volume.attach-in-aws': {
    call: (state, target) =>
      state.aws.attachVolume(target, volumeId, { instanceId, deviceName: '/dev/sdg', deleteOnTermination: false }),
  },
  'volume.detach': { call: detach(false), volume: attached },
  'volume.modify': { call: modify(true) },
  'volume.modify-any': { call: modify(false) },
  'modification.modify': { call: modify(true), unasked: ['completed', 'failed'] },
  'modification.outlast': { call: deactivate, unasked: ['completed', 'failed'] },
  'snapshot.create': { call: snapshot(true), makes: seedOf('volume', 'managed') },
  'snapshot.restore': { call: restore },
  'attachment.attach': { call: attach },
  'attachment.detach': { call: detach(false) },
  'attachment.force-detach': { call: detach(true) },
  'attachment.keep': { call: deactivate, unasked: ['absent'] },
  'volume.appear': {
    call: (state, target) => state.aws.createVolume(target, { availabilityZone: zone, sizeGb: 10 }),
    makes: seedOf('volume', 'absent'),
  },
  'volume.delete': { call: remove },
  'attachment.outlast': { call: remove },
  'volume.delete-on-termination': {
    call: terminate,
    volume: { attachment: { ...attached.attachment, deleteOnTermination: true } },
    spared: ['deactivating'],
  },
  'attachment.terminate': { call: terminate, unasked: ['absent'] },
  'ebs_volume.create': { call: create, makes: seedOf('volume', 'absent') },
  'ebs_volume.appear': {
    call: (state, target) => state.aws.createVolume(target, { availabilityZone: zone, sizeGb: 10 }),
    makes: seedOf('volume', 'absent'),
  },
  'ebs_volume.attach': { call: attach },
  'ebs_volume.detach': { call: terminate, volume: attached },
  'ebs_volume.delete': { call: remove },
  'ebs_attachment.attach': { call: attach },
  'ebs_attachment.detach': { call: detach(true) },
  'ebs_attachment.remove': { call: terminate, unasked: ['absent'] },
  'ebs_modification.modify': { call: modify(true), unasked: ['completed', 'failed'] },
};

/** Statuses that a message has other words for. */
const spoken: Partial<Record<string, string>> = { modifying: 'being modified' };

const requested = titled(table.filter(({ cause }) => cause === 'request' || cause === 'cascade'));

describe.each(requested)('$title through its verb', ({ row, title }) => {
  const { resource, from, to } = row;
  const reach = reached[title];
  if (!reach) return test.todo('from every status');

  const { call, volume, unasked = [], spared = [], makes } = reach;
  const goesThrough = [...from, ...unasked, ...spared];
  const cells = (['absent', ...names(resource)] as const).filter(
    (each) => each !== 'absent' || goesThrough.includes(each),
  );
  const newest = () => db.prepare(`SELECT * FROM ${resource} ORDER BY key DESC`).get();

  test.each(makes ? ['absent' as const] : cells)('from %s', (status) => {
    const { state, target } = makes ? open(makes) : openIn(resource, status, volume);
    if (goesThrough.includes(status)) {
      const before = newest();
      call(state, target);
      if (to === 'same' || (spared as readonly string[]).includes(status)) expect(newest()).toEqual(before);
      else if (to === 'absent') expect(newest()).toBeUndefined();
      else expect(newest()).toMatchObject(outcome(row, beginning));
    } else {
      const refused = refusal(() => call(state, target));
      expect(refused?.code).toBe(row.refusal);
      expect(refused?.message).toContain(spoken[status] ?? status);
      expect(refused?.message).toContain(row.hints?.[status as Status] ?? '');
    }
  });
});

describe('the table', () => {
  test('has one row for every action of a resource', () => {
    const all = table.map(nameOf);
    expect(all).toEqual([...new Set(all)]);
  });

  test.each(resources)('reaches every status of %s from absent', (resource) => {
    const reachable = new Set<string>(['absent']);
    // Each round goes one move further; there are no longer ways than there are statuses.
    for (const _ of names(resource)) {
      for (const { from, to } of of(resource))
        if (to !== 'same' && from.some((each) => reachable.has(each))) reachable.add(to);
    }
    expect([...reachable].sort()).toEqual(['absent', ...names(resource)].sort());
  });

  test.each(titled(table.filter(({ next }) => next)))(
    '$title: what follows is of the clock, and starts where it led',
    ({ row }) => {
      const following = of(row.resource).find(({ action }) => action === row.next?.action);
      expect(following?.cause).toBe('clock');
      expect(following?.from).toContain(row.to);
      expect(paceKeys).toContain(row.next?.takes);
    },
  );

  test.each(titled(table.filter(({ cause }) => cause === 'clock')))('$title follows on something', ({ row }) => {
    for (const from of row.from) {
      const before = of(row.resource).filter(({ to, next }) => to === from && next?.action === row.action);
      expect(before, from).not.toEqual([]);
    }
  });

  test.each(titled(table))('$title names a status once, and hints at none that it is allowed from', ({ row }) => {
    expect(row.from).toEqual([...new Set(row.from)]);
    expect(Object.keys(row.hints ?? {}).filter((each) => row.from.includes(each as Status))).toEqual([]);
  });
});

describe.each(resources)('the database on %s', (resource) => {
  test('has the statuses of the table', () => {
    open(bare);
    const sql = db.prepare('SELECT sql FROM sqlite_master WHERE name = ?').pluck().get(resource) as string;
    const lists = [...sql.matchAll(/\bstatus\s+TEXT\s+NOT NULL\s+CHECK \((status = [^)]*)\)/g)];
    expect(lists.map(([, list]) => list?.match(/(?<=')[\w-]+(?=')/g))).toEqual([names(resource)]);
  });

  test.each(names(resource))('has a due_action in %s exactly where the table lets it end', (status) => {
    const into = of(resource).filter(({ to }) => to === status);
    const timed = into.some(beginsSomething);
    // All ways into a status agree on it.
    expect(into.filter((row) => beginsSomething(row) !== timed).map(nameOf)).toEqual([]);

    openIn(resource, status);
    const set = (due: string) => () => db.exec(`UPDATE ${resource} SET ${due}`);
    const [allowed, refused] = timed
      ? ["due_action = 'any'", 'due_action = NULL']
      : ['due_action = NULL', "due_action = 'any'"];
    expect(set(allowed)).not.toThrow();
    expect(set(refused)).toThrow('CHECK constraint failed');
    expect(set('due_action = NULL, due_at = 1')).toThrow('CHECK constraint failed');
  });
});
