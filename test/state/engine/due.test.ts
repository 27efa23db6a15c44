import { afterEach, beforeEach, expect, test } from 'vitest';
import { controlledClock } from '../../../src/ground/clock.ts';
import type { SeedDocument } from '../../../src/state/document/document.ts';
import { paces } from '../../../src/state/engine/pace.ts';
import { createState, type State } from '../../../src/state/index.ts';
import { emptySeed } from '../../../src/state/seeds/empty.ts';
import { type Database, openDatabase } from '../../../src/state/storage/database.ts';
import { beginning, createWorld } from '../../support/world.ts';

// What comes due together is looked up together. The order is that of (due_at, resource, volume or key) all the same.

const accountId = 'c0000000-0000-4000-a000-000000000001';
const zone = 'us-east-1a';
const hex = (number: number) => number.toString(16).padStart(8, '0');
const seconds = (count: number) => new Date(beginning + count * 1_000).toISOString();
const volumeId = (number: number) => `vol-${hex(number)}`;
const volume = (number: number, more: object = {}) => ({
  volumeId: volumeId(number),
  accountId,
  status: 'managed' as const,
  sizeGb: 10,
  availabilityZone: zone,
  ...more,
});
const snapshot = (number: number, dueAt: number) => ({
  datafySnapshotId: `dsnap-${hex(number)}`,
  accountId,
  volumeId: volumeId(1),
  status: 'pending' as const,
  due: { action: 'complete', at: seconds(dueAt) },
});
const attachment = (device: string, dueAt: number) => ({
  instanceId: 'i-00000001',
  deviceName: `/dev/sd${device}`,
  status: 'attaching',
  due: { action: 'finish-attach', at: seconds(dueAt) },
});

let db: Database;
let state: State;
beforeEach(() => {
  db = openDatabase(':memory:');
  state = createState(db, controlledClock(beginning));
});
afterEach(() => db.close());

function begin(document: Partial<SeedDocument>): number {
  const seed = { ...emptySeed, accounts: [{ accountId, name: 'one' }], tokens: [], ...document } as SeedDocument;
  return createWorld(state, seed as never, { clockNow: beginning, pace: { ...paces.instant, activate: 500 } });
}

/** What comes due within a minute, as it is told: when, in seconds, which resource, and of what. */
const pass = (organization: number) =>
  state.control
    .advance(organization, { seconds: 60 })
    .settled.map(({ at, resource, action, id }) => [(at - beginning) / 1_000, resource, action, id]);

test.each([1, 2, 3, 127, 128, 129, 400])('of %i that are due at one instant all are done', (count) => {
  const numbers = Array.from({ length: count }, (_, at) => at + 1);
  const organization = begin({ volumes: [volume(1)], snapshots: numbers.map((number) => snapshot(number, 1)) });
  expect(pass(organization)).toEqual(numbers.map((number) => [1, 'snapshot', 'complete', `dsnap-${hex(number)}`]));
  expect(db.prepare("SELECT count(*) FROM snapshot WHERE status = 'pending'").pluck().get()).toBe(0);
});

test('what is due between two of a batch comes between them; at one instant, in the order of the resources', () => {
  const organization = begin({
    instances: [{ instanceId: 'i-00000001', accountId, availabilityZone: zone }],
    volumes: [
      volume(1),
      ...[2, 4, 6].map((at) => volume(at, { status: 'creating', due: { action: 'finish-creation', at: seconds(at) } })),
      ...[1, 2, 7].map((at) => volume(0x10 + at, { attachment: attachment('fghijklm'[at]!, at) })),
      ...[2, 3, 5].map((at) =>
        volume(0x20 + at, {
          modifications: [{ status: 'modifying', sizeGb: 20, due: { action: 'complete', at: seconds(at) } }],
        }),
      ),
    ],
    snapshots: [1, 2, 3, 4, 5, 6, 7, 8, 9].map((at) => snapshot(at, at)),
  });
  const told = pass(organization).map(([at, resource]) => `${at} ${resource}`);
  expect(told).toEqual([
    ...['1 snapshot', '1 attachment', '2 volume', '2 modification', '2 snapshot', '2 attachment'],
    ...['3 modification', '3 snapshot', '4 volume', '4 snapshot', '5 modification', '5 snapshot'],
    ...['6 volume', '6 snapshot', '7 snapshot', '7 attachment', '8 snapshot', '9 snapshot'],
  ]);
});

test('what was looked up, and had to wait for something else, is done after it', () => {
  const organization = begin({
    instances: [{ instanceId: 'i-00000001', accountId, availabilityZone: zone }],
    volumes: [volume(1), volume(2, { attachment: attachment('f', 8) })],
    // By then many are looked up at once.
    snapshots: [1, 2, 3, 4, 5, 6, 7, 9].map((at) => snapshot(at, at)),
  });
  const told = pass(organization).map(([at, resource]) => `${at} ${resource}`);
  expect(told.slice(-3)).toEqual(['7 snapshot', '8 attachment', '9 snapshot']);
});

test('what one of a batch sets off comes before those that are due after it', () => {
  const organization = begin({
    instances: [{ instanceId: 'i-00000001', accountId, availabilityZone: zone, agent: true }],
    rules: [{ accountId, active: true, rule: { in: [{ var: 'instance_id' }, ['i-00000001']] } }],
    volumes: [1, 2, 3, 4].map((at) => volume(at, { status: 'ordinary', attachment: attachment('fghij'[at]!, at) })),
  } as never);
  const told = pass(organization).map(([at, , action]) => `${at} ${action}`);
  expect(told).toEqual(
    [1, 2, 3, 4].flatMap((at) => [
      ...[`${at} finish-attach`, `${at} activate`, `${at + 0.5} finish-activation`],
      // The first snapshot.
      ...[`${at + 0.5} create`, `${at + 0.5} complete`],
    ]),
  );
});
