import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { controlledClock } from '../../../src/ground/clock.ts';
import { fractionOf, makeId, makeUuid, randomUuid } from '../../../src/ground/ids.ts';
import type { WorldDocument } from '../../../src/state/document/document.ts';
import { paces } from '../../../src/state/engine/pace.ts';
import { createState, type State, type Target } from '../../../src/state/index.ts';
import { defaultSeed } from '../../../src/state/seeds/default.ts';
import { type Database, openDatabase } from '../../../src/state/storage/database.ts';
import { beginning, createWorld, organization, production } from '../../support/world.ts';

const aws = (prefix: string) => new RegExp(`^${prefix}-0[0-9a-f]{16}$`);
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const seeds = fc.string({ minLength: 1 });
const counts = fc.integer({ min: 0, max: 0xffff_fffe });

describe('an id', () => {
  test('has the form of AWS, and the order of its count', () => {
    fc.assert(
      fc.property(fc.constantFrom('vol', 'dsnap', 'snap', 'i'), seeds, counts, (prefix, seed, count) => {
        const id = makeId(prefix, seed, count);
        expect(id).toMatch(aws(prefix));
        expect(makeId(prefix, seed, count + 1) > id).toBe(true);
        expect(makeId(prefix, seed, count)).toBe(id);
      }),
    );
  });

  test('says something of its seed', () => {
    const ids = Array.from({ length: 1_000 }, (_, at) => makeId('vol', `seed ${at}`, 1));
    expect(new Set(ids).size).toBeGreaterThan(990);
  });

  test('as a UUID has the form of version 4, and comes once', () => {
    const check = (seed: string, count: number) => {
      expect(makeUuid(seed, count)).toMatch(uuid);
      expect(makeUuid(seed, count)).toBe(makeUuid(seed, count));
    };
    fc.assert(fc.property(seeds, counts, check));
    const ids = Array.from({ length: 1_000 }, (_, at) => makeUuid('a', at));
    expect(new Set(ids).size).toBe(ids.length);
  });

  test('that no other world has is a UUID, and never the same', () => {
    const made = Array.from({ length: 100 }, randomUuid);
    expect(new Set(made).size).toBe(made.length);
    for (const each of made) expect(each).toMatch(uuid);
  });
});

describe('the dice of a world', () => {
  test('fall from 0 up to 1, and the same for the same seed and count', () => {
    fc.assert(
      fc.property(seeds, counts, (seed, count) => {
        const fallen = fractionOf(seed, count);
        expect(fallen).toBeGreaterThanOrEqual(0);
        expect(fallen).toBeLessThan(1);
        expect(fractionOf(seed, count)).toBe(fallen);
      }),
    );
  });

  test('favour no number', () => {
    const tenths = new Array<number>(10).fill(0);
    for (let count = 1; count <= 10_000; count++) {
      const tenth = Math.floor(fractionOf('seed', count) * 10);
      tenths[tenth] = (tenths[tenth] ?? 0) + 1;
    }
    for (const each of tenths) expect(Math.abs(each - 1_000)).toBeLessThan(150);
  });
});

const databases: Database[] = [];
afterEach(() => {
  for (const db of databases.splice(0)) db.close();
});

/** Databases in which a world of the default seed is the first one, or comes after others. */
function database() {
  const db = openDatabase(':memory:');
  databases.push(db);
  const clock = controlledClock(beginning);
  const state = createState(db, clock);
  const add = (seed: WorldDocument): Target => {
    const key = createWorld(state, seed, { clockNow: null, pace: paces.realistic });
    const account = state.findAccount(key, production)?.key as number;
    return { organization: key, account, accountId: production, ownAccount: false };
  };
  return { db, clock, state, add };
}

/** The default world again, as another organization with secrets of its own. */
const another = (at: number): WorldDocument => {
  const organizationId = `${organization.slice(0, -2)}${at}`;
  const tokens = defaultSeed.tokens.map((token) => ({
    ...token,
    token: `${token.token}-${at}`,
    accountId: token.accountId === organization ? organizationId : token.accountId,
  }));
  return { ...defaultSeed, organizationId, tokens };
};

const volumeId = 'vol-0b9176567fe16f0bc';
const source = { datafySnapshotId: 'dsnap-0b9176567fe16f0bd' };
const restore = (state: State, target: Target) => state.restore(target, { source, availabilityZone: 'us-east-1a' });
const snapshot = (state: State, target: Target) => state.createSnapshot(target, volumeId, { autoscalingOnly: true });
const refused = (state: State, target: Target) => {
  expect(() => state.restore(target, { source, availabilityZone: 'us-east-1a', iops: 1 })).toThrow('iops');
};

/** Calls, and clocked effects, that make ids of every kind; `between` runs after each. Answers all ids in that order. */
function play({ clock, state }: ReturnType<typeof database>, target: Target, between: () => void): string[] {
  const ids: string[] = [];
  const of = (volume: string) => state.volume(target, volume)!;
  const steps = [
    () => ids.push(restore(state, target).volumeId),
    () => ids.push(...of(ids[0] as string).backingVolumes.map((each) => each.volumeId)),
    () => {
      const { datafySnapshotId } = snapshot(state, target);
      const { ebsSnapshots } = state.snapshot(target, datafySnapshotId);
      ids.push(datafySnapshotId, ...ebsSnapshots.map((each) => each.snapshotId));
    },
    () => state.deactivate(target, volumeId),
    () => clock.advance(3_600_000),
    () => ids.push(of(volumeId).replacedBy as string),
    () => state.activate(target, 'vol-0a1b2c3d4e5f60030'),
    () => clock.advance(3_600_000),
    () => ids.push(...of('vol-0a1b2c3d4e5f60030').backingVolumes.map((each) => each.volumeId)),
    () => ids.push(restore(state, target).volumeId),
  ];
  for (const step of steps) {
    step();
    between();
  }
  return ids;
}

const createIn = (state: State, target: Target) =>
  state.createVolume(target, {
    availabilityZone: 'us-east-1a',
    sizeGb: 10,
    iops: 0,
    throughput: 0,
    encrypted: false,
    kmsKeyId: '',
    tags: [],
    mode: 'autoscaling',
    arraySize: 0,
  }).volumeId;

describe('the ids of a world', () => {
  test('are the same for the same calls, whatever other worlds do', () => {
    const alone = database();
    const ids = play(alone, alone.add(defaultSeed), () => undefined);

    const crowded = database();
    const before = crowded.add(another(1));
    snapshot(crowded.state, before);
    const target = crowded.add(defaultSeed);
    const after = crowded.add(another(2));
    const others = () => {
      for (const each of [before, after]) {
        restore(crowded.state, each);
        snapshot(crowded.state, each);
      }
    };
    expect(play(crowded, target, others)).toEqual(ids);
  });

  test('are the same whatever was refused in between', () => {
    const plain = database();
    const ids = play(plain, plain.add(defaultSeed), () => undefined);
    const stubborn = database();
    const target = stubborn.add(defaultSeed);
    expect(play(stubborn, target, () => refused(stubborn.state, target))).toEqual(ids);
  });

  test('are its own: another organization has others', () => {
    const world = database();
    const [one, two] = [another(1), another(2)].map((seed) => restore(world.state, world.add(seed)).volumeId);
    expect(one).not.toBe(two);
  });

  test('have the form of AWS, ascend, and none comes twice', () => {
    const world = database();
    const ids = play(world, world.add(defaultSeed), () => undefined);
    const prefixes = ['vol', 'vol', 'vol', 'dsnap', 'snap', 'snap', 'vol', 'vol', 'vol', 'vol'];
    for (const [at, prefix] of prefixes.entries()) expect(ids[at]).toMatch(aws(prefix));
    expect(ids).toHaveLength(prefixes.length);
    const digits = ids.map((id) => id.replace(/^\w+-/, ''));
    expect(digits).toEqual([...new Set(digits)].sort());
  });

  test('pass over those that callers have brought along', () => {
    const plain = database();
    const ids = play(plain, plain.add(defaultSeed), () => undefined);
    const crowded = database();
    const target = crowded.add(defaultSeed);
    const [next, second, third] = ids as [string, string, string];
    for (const volumeId of [next, third]) {
      crowded.state.aws.createVolume(target, { sizeGb: 10, availabilityZone: 'us-east-1a', volumeId });
    }
    const made = play(crowded, target, () => undefined);
    expect(made).not.toContain(next);
    expect(made).not.toContain(third);
    // The stream is the same otherwise.
    expect(made[0]).toBe(second);
    const digits = made.map((id) => id.replace(/^\w+-/, ''));
    expect(digits).toEqual([...new Set(digits)].sort());
  });

  test('pass over those of snapshots that a document has brought along, wherever in the stream they come', () => {
    const plain = database();
    const target = plain.add(defaultSeed);
    const made = (state: State, of: Target) => {
      const { datafySnapshotId } = snapshot(state, of);
      return [datafySnapshotId, ...state.snapshot(of, datafySnapshotId).ebsSnapshots.map((each) => each.snapshotId)];
    };
    // A Datafy snapshot and two EBS snapshots each: of the ids of the second, the first and the last are brought along.
    const [first, second] = [made(plain.state, target), made(plain.state, target)] as [string[], string[]];
    const brought = {
      datafySnapshotId: second[0] as string,
      accountId: production,
      volumeId: 'vol-gone',
      status: 'completed' as const,
      sizeGb: 1,
      region: 'us-east-1',
      ebsSnapshots: [{ snapshotId: second[2] as string, volumeId: 'vol-gone-too' }],
    };
    const crowded = database();
    const other = crowded.add({ ...defaultSeed, snapshots: [brought] });
    expect(made(crowded.state, other)).toEqual(first);
    const passed = made(crowded.state, other);
    expect(passed).toHaveLength(3);
    expect([...first, ...passed]).not.toContain(brought.datafySnapshotId);
    expect([...first, ...passed]).not.toContain(second[2]);
  });

  test('pass over those that a document brings while the stream is under way', () => {
    const { state, add } = database();
    const target = add(defaultSeed);
    snapshot(state, target);
    const document = state.control.export(target.organization);
    const { datafySnapshotId: next } = snapshot(state, target);
    // The stream stands where it stood, and the snapshot that came next is there already.
    const [last] = state.control.export(target.organization).snapshots.slice(-1);
    state.control.import(target.organization, { ...document, snapshots: [...document.snapshots, last as never] });
    const account = state.findAccount(target.organization, production)?.key as number;
    expect(snapshot(state, { ...target, account }).datafySnapshotId > next).toBe(true);
  });

  test('are as if never made where what they were made for cannot be', () => {
    const made = (attempts: number) => {
      const { state, add } = database();
      const target = add(defaultSeed);
      const create = (account: number) => createIn(state, { ...target, account });
      const first = create(target.account);
      // The account was deleted while the call was under way: the database says so when the id is there already.
      for (let at = 0; at < attempts; at++) expect(() => create(999)).toThrow('account-not-found');
      return [first, create(target.account)];
    };
    expect(made(3)).toEqual(made(0));
  });

  test('are counted in the database though what came after them, in the same turn, was taken back', () => {
    const made = (attempts: number) => {
      const { state, add } = database();
      const target = add(defaultSeed);
      // Whoever throws the dice has the count written, and that is taken back, too.
      state.control.addFault(target.organization, {
        match: { transition: 'volume.create' },
        effect: { outcome: 'hold' },
        probability: 0.5,
      });
      snapshot(state, target);
      for (let at = 0; at < attempts; at++) {
        expect(() => createIn(state, { ...target, account: 999 })).toThrow('account-not-found');
      }
      state.flush();
      return state.control.export(target.organization).ids;
    };
    expect(made(0)).toMatchObject({ made: 3 });
    expect(made(3)).toEqual(made(0));
  });
});
