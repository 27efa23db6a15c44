import { expect, test } from 'vitest';
import { controlledClock } from '../../src/clock.ts';
import { openDatabase } from '../../src/state/database.ts';
import { type Change, createState } from '../../src/state/index.ts';
import { paces } from '../../src/state/pace.ts';
import { emptySeed } from '../../src/state/seeds/empty.ts';
import { beginning, createWorld } from '../world.ts';

const accountId = 'c0000000-0000-4000-a000-000000000001';
const volume = (id: string) => ({
  volumeId: `vol-0000000${id}`,
  accountId,
  status: 'managed' as const,
  sizeGb: 10,
  availabilityZone: 'us-east-1a',
  backingVolumeIds: [`vol-0000001${id}`, `vol-0000002${id}`],
});
const seed = {
  ...emptySeed,
  accounts: [{ accountId, name: 'one' }],
  tokens: [],
  volumes: [volume('1'), volume('2')],
};

test('of what comes due together nothing is done, or told, in trouble; all of it is after it, as if there had been none', () => {
  const told: string[] = [];
  const play = (trouble: boolean) => {
    const db = openDatabase(':memory:');
    const clock = controlledClock(beginning);
    const changed = (_: number, changes: readonly Change[]) => told.push(...changes.map(({ action }) => action));
    const state = createState(db, clock, { changed });
    const organization = createWorld(state, seed, { clockNow: null, pace: paces.realistic });
    const target = state.targetIn(organization, accountId);
    // The one comes due before the other, which is in trouble.
    state.createSnapshot(target, 'vol-00000001', { autoscalingOnly: true });
    state.deactivate(target, 'vol-00000002');
    state.flush();
    told.length = 0;
    clock.advance(paces.realistic.deactivate);
    if (trouble) {
      db.exec("CREATE TEMP TRIGGER trouble BEFORE UPDATE ON main.volume BEGIN SELECT RAISE(ABORT, 'trouble'); END");
      expect(() => state.volume(target, 'vol-00000001')).toThrow('trouble');
      state.flush();
      expect(told).toEqual([]);
      db.exec('DROP TRIGGER trouble');
      db.exec("CREATE TEMP TRIGGER later BEFORE INSERT ON main.volume BEGIN SELECT RAISE(ABORT, 'trouble'); END");
      expect(() => state.volume(target, 'vol-00000001')).toThrow('trouble');
      db.exec('DROP TRIGGER later');
    }
    state.volume(target, 'vol-00000001');
    state.flush();
    const exported = state.control.export(organization);
    db.close();
    return { told: [...told], exported };
  };
  const quiet = play(false);
  expect(quiet.told).toEqual(['complete', 'finish-deactivation', 'appear']);
  expect(play(true)).toEqual(quiet);
});
