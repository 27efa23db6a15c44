import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type ControlledClock, controlledClock } from '../../../src/ground/clock.ts';
import { randomUuid } from '../../../src/ground/ids.ts';
import { hashSecret } from '../../../src/ground/secrets.ts';
import type { WorldDocument } from '../../../src/state/document/document.ts';
import { paces } from '../../../src/state/engine/pace.ts';
import { createMemory } from '../../../src/state/engine/remembered.ts';
import { createState, type State, type Target } from '../../../src/state/index.ts';
import { emptySeed } from '../../../src/state/seeds/empty.ts';
import { type Database, openDatabase } from '../../../src/state/storage/database.ts';
import { roles } from '../../../src/state/tenancy/roles.ts';
import { beginning, createWorld } from '../../support/world.ts';

const accountId = 'c0000000-0000-4000-a000-000000000001';
const otherAccountId = 'c0000000-0000-4000-a000-000000000002';
const volumeId = 'vol-00000001';
const seed = {
  ...emptySeed,
  accounts: [
    { accountId, name: 'one' },
    { accountId: otherAccountId, name: 'other' },
  ],
  tokens: [],
  volumes: [{ volumeId, accountId, status: 'managed' as const, sizeGb: 10, availabilityZone: 'us-east-1a' }],
};

let db: Database;
let clock: ControlledClock;
let state: State;
let organization: number;
let target: Target;

beforeEach(() => {
  db = openDatabase(':memory:');
  clock = controlledClock(beginning);
  state = createState(db, clock);
  organization = createWorld(state, seed, { clockNow: null, pace: paces.realistic });
  target = state.targetIn(organization, accountId);
  expect(head()).toEqual([true, 10]);
});
afterEach(() => db.close());

/** What is told of the volume to whoever asks for no more: that is remembered. */
function head(): unknown[] {
  const { isManaged, volumeSizeGb } = state.volumeHead(target, volumeId);
  // Once more, since it is remembered now.
  expect(state.volumeHead(target, volumeId)).toMatchObject({ isManaged, volumeSizeGb });
  return [isManaged, volumeSizeGb];
}

const modify = () => state.modify(target, volumeId, { sizeGb: 20, expandFilesystem: false, autoscalingOnly: true });

test('a call that changes a volume, and time that does, are seen at once', () => {
  modify();
  expect(head()).toEqual([true, 10]);
  clock.advance(paces.realistic.modify);
  expect(head()).toEqual([true, 20]);
  state.deactivate(target, volumeId);
  clock.advance(paces.realistic.deactivate);
  expect(head()).toEqual([false, 20]);
});

test('a volume that AWS deletes is gone at once', () => {
  state.control.setPace(organization, 'instant');
  state.deactivate(target, volumeId);
  expect(head()).toEqual([false, 10]);
  state.aws.deleteVolume(target, volumeId);
  expect(() => state.volumeHead(target, volumeId)).toThrow(volumeId);
});

test('so is all that is done to a whole world', () => {
  state.control.checkpoint(organization, 'before');
  const exported = state.control.export(organization);
  const changed = () => {
    modify();
    clock.advance(paces.realistic.modify);
    expect(head()).toEqual([true, 20]);
  };
  for (const back of [
    () => state.control.restoreCheckpoint(organization, 'before'),
    () => state.control.import(organization, exported),
    () => state.control.reset(organization),
  ]) {
    changed();
    back();
    target = state.targetIn(organization, accountId);
    expect(head()).toEqual([true, 10]);
  }
});

describe('of a world that gets other rows, nothing that was read before is remembered', () => {
  const secret = 'made-after-the-copy';
  const tokenRequest = { description: '', expireInMinutes: 0, roleIds: [roles.admin], secretHash: hashSecret(secret) };

  const ways: [string, size: number, (exported: WorldDocument) => void][] = [
    ['restore', 20, () => state.control.restoreCheckpoint(organization, 'before')],
    ['import', 20, (exported) => state.control.import(organization, exported)],
    ['reset', 10, () => state.control.reset(organization)],
  ];
  test.each(ways)('%s', (_, size, back) => {
    modify();
    state.control.checkpoint(organization, 'before');
    const exported = state.control.export(organization);
    const { accountId: made } = state.createAccount(target, 'made');
    state.createToken(target, tokenRequest);
    expect(state.findPrincipal(secret)).toBeDefined();
    clock.advance(paces.realistic.modify);
    expect(head()).toEqual([true, 20]);
    state.control.setPace(organization, 'instant');
    back(exported);
    target = state.targetIn(organization, accountId);
    // The token, what is due, the pace, and how many ids were made.
    expect(state.findPrincipal(secret)).toBeUndefined();
    expect(head()).toEqual([true, size]);
    expect(state.control.pace(organization)).toEqual(paces.realistic);
    expect(state.createAccount(target, 'made').accountId).toBe(made);
  });

  test('delete', () => {
    const other = createWorld(
      state,
      { ...seed, organizationId: randomUuid() },
      { clockNow: null, pace: paces.realistic },
    );
    state.createToken(state.targetIn(other, accountId), tokenRequest);
    expect([state.findPrincipal(secret)?.organization, state.hasWorld(other)]).toEqual([other, true]);
    state.control.remove(other);
    expect([state.findPrincipal(secret), state.hasWorld(other)]).toEqual([undefined, false]);
  });
});

test('of each place to remember in, a world that is forgotten takes its own, and a lost transaction all but what was kept before', () => {
  const memory = createMemory();
  const worlds = memory.perWorld<string>((value) => value === 'kept');
  const all = memory.ofAllWorlds<string, number>();
  const read = memory.untilWrite<string>(() => 0);
  worlds.set(1, 'kept').set(2, 'kept').set(3, 'lost');
  all.set('a', 1);
  read(1, 'a', () => 'old');
  memory.forget(1);
  expect([[...worlds.keys()], all.get('a'), read(1, 'a', () => 'new')]).toEqual([[2, 3], undefined, 'new']);
  all.set('a', 1);
  memory.forgetAll();
  expect([[...worlds.keys()], all.get('a'), read(1, 'a', () => 'newer')]).toEqual([[2], undefined, 'newer']);
});

test('what a failed commit has taken back is not there any more', () => {
  state.control.setPace(organization, 'instant');
  modify();
  expect(head()).toEqual([true, 20]);
  db.pragma('defer_foreign_keys = ON');
  db.exec(
    "INSERT INTO attachment (organization, account, volume, instance, device_name, attachment_point, delete_on_termination, status, started_at) VALUES (1, 1, 99, 99, '/dev/sdf', 'f', 0, 'attached', 1)",
  );
  expect(() => state.flush()).toThrow('FOREIGN KEY');
  expect(head()).toEqual([true, 10]);
});

test('a volume is remembered for its own account alone', () => {
  const other = state.targetIn(organization, otherAccountId);
  expect(() => state.volumeHead(other, volumeId)).toThrow(volumeId);
  expect(head()).toEqual([true, 10]);
});

test('only so much is remembered', () => {
  let reads = 0;
  const remembered = createMemory().untilWrite<number>(() => 0);
  const read = (id: number) => remembered(1, String(id), () => ++reads);
  read(0);
  read(0);
  expect(reads).toBe(1);
  for (let id = 0; id < 1_500; id++) read(id);
  expect(reads).toBe(1_500);
  read(0);
  expect(reads).toBe(1_501);
});
