import { afterEach, beforeEach, expect, test } from 'vitest';
import { controlledClock } from '../../../src/ground/clock.ts';
import type { WorldDocument } from '../../../src/state/document/document.ts';
import { type Pace, paces } from '../../../src/state/engine/pace.ts';
import { createState } from '../../../src/state/index.ts';
import { emptySeed } from '../../../src/state/seeds/empty.ts';
import { openDatabase } from '../../../src/state/storage/database.ts';
import { beginning, createWorld } from '../../support/world.ts';

// The original EBS volume of a managed volume, where the pace has it stay for a time once autoscaling is on.

const accountId = 'c0000000-0000-4000-a000-000000000001';
const instanceId = 'i-00000001';
const place = { accountId, availabilityZone: 'us-east-1a' };
const id = 'vol-00000001';
const seed = {
  ...emptySeed,
  accounts: [{ accountId, name: 'one' }],
  tokens: [],
  instances: [{ ...place, instanceId, agent: true }],
  volumes: [
    { ...place, volumeId: id, status: 'ordinary', sizeGb: 100, attachment: { instanceId, deviceName: '/dev/sdf' } },
  ],
} as unknown as WorldDocument;

/** How long the source stays, in milliseconds. */
const stays = 60_000;

let world: ReturnType<typeof open>;
beforeEach(() => {
  world = open();
});
afterEach(() => {
  world.db.close();
});

/** A world whose volume was activated at its beginning, in no time. */
function open(pace: Partial<Pace> = {}) {
  const db = openDatabase(':memory:');
  const state = createState(db, controlledClock(beginning));
  const organization = createWorld(state, seed, {
    clockNow: beginning,
    pace: { ...paces.instant, source: stays, ...pace },
  });
  const target = { ...state.targetIn(organization, accountId), request: 7 };
  state.activate(target, id);
  const devices = db.prepare(
    `SELECT ebs_volume.id, ebs_volume.status, device_name
     FROM ebs_volume LEFT JOIN ebs_attachment ON ebs_attachment.ebs_volume = ebs_volume.key
     WHERE ebs_volume.organization = ? ORDER BY ebs_volume.key`,
  );
  return {
    ...{ db, state, organization, target },
    volume: () => state.volume(target, id),
    /** What AWS has, once all that is due has been done. */
    inAws(of = organization) {
      state.control.clock(of);
      return devices.all(of) as { id: string; status: string; device_name: string | null }[];
    },
    advance: (milliseconds: number) => state.control.advance(organization, { seconds: milliseconds / 1_000 }),
  };
}

const onDevice = { id, status: 'in-use', device_name: '/dev/sdf' };
const members = [{ device_name: '/dev/xvdcz' }, { device_name: '/dev/xvdcy' }];

test('stays at its device for as long as the pace says, beside the members, and then goes', () => {
  expect(world.inAws()).toMatchObject([onDevice, ...members]);
  expect(world.volume()).toMatchObject({ status: 'managed', hasSource: true });
  world.advance(stays - 1);
  expect(world.inAws()).toHaveLength(3);
  expect(world.volume()).toMatchObject({ hasSource: true });
  world.advance(1);
  expect(world.inAws()).toMatchObject(members);
  expect(world.volume()).toMatchObject({ status: 'managed', hasSource: false });
});

test('goes without a word, and nobody waits for that', () => {
  world.inAws();
  expect(world.state.control.advance(world.organization, { untilIdle: true })).toMatchObject({ now: beginning });
  expect(world.volume()).toMatchObject({ hasSource: true });
  expect(world.advance(stays)).toMatchObject({ settled: [], parked: [] });
  expect(world.volume()).toMatchObject({ hasSource: false });
});

test('goes with the end of the activation where the pace has no time for it', () => {
  world.db.close();
  world = open({ source: 0 });
  expect(world.inAws()).toMatchObject(members);
  expect(world.volume()).toMatchObject({ status: 'managed', hasSource: false });
});

test('stays where the pace keeps it', () => {
  world.db.close();
  world = open({ source: 'keep' });
  world.inAws();
  world.advance(365 * 24 * 3_600_000);
  expect(world.inAws()).toMatchObject([onDevice, ...members]);
  expect(world.volume()).toMatchObject({ status: 'managed', hasSource: true });
});

test('comes off its instance with its volume', () => {
  world.inAws();
  world.state.detach(world.target, id, instanceId, false);
  const off = { status: 'available', device_name: null };
  expect(world.inAws()).toMatchObject([{ id, ...off }, off, off]);
  world.state.attach(world.target, id, { instanceId, deviceName: '/dev/sdg', deleteOnTermination: true });
  expect(world.inAws()).toMatchObject([{ id, device_name: '/dev/sdg' }, {}, {}]);
  world.advance(stays);
  expect(world.inAws()).toMatchObject(members);
});

test('is gone at the latest when autoscaling has been switched off', () => {
  world.inAws();
  world.state.deactivate(world.target, id);
  const [replacement, ...others] = world.inAws();
  expect(others).toEqual([]);
  expect(replacement).toMatchObject({ id: world.volume()?.replacedBy, device_name: '/dev/sdf' });
  expect(world.volume()).toMatchObject({ status: 'replaced', hasSource: false });
  expect(world.advance(stays)).toMatchObject({ settled: [], parked: [] });
});

test('goes with its volume', () => {
  world.inAws();
  world.state.detach(world.target, id, instanceId, false);
  world.inAws();
  world.state.aws.deleteVolume(world.target, id);
  expect(world.inAws()).toEqual([]);
});

test('goes at the same instant in a world that was imported', () => {
  world.inAws();
  const document = world.state.control.export(world.organization);
  expect(document).toMatchObject({
    pace: { source: stays },
    volumes: [{ hasSource: true, due: { action: 'drop-source' } }],
  });
  const before = world.inAws();
  world.state.control.import(world.organization, document);
  expect(world.state.control.export(world.organization)).toEqual(document);
  expect(document).toMatchObject({ volumes: [{ changedBy: 7 }] });
  expect(world.inAws()).toEqual(before);
  world.advance(stays - 1);
  expect(world.inAws()).toHaveLength(3);
  world.advance(1);
  expect(world.inAws()).toMatchObject(members);
});
