import { controlClient, startEmulator } from 'datafy-emulator';
import { test } from 'datafy-emulator/vitest';
import { afterEach, beforeEach, describe, expect, vi } from 'vitest';

// What a user's test does with a world, in whatever surroundings it runs: test/package/surroundings.test.ts names them.

const volumeId = 'vol-0b9176567fe16f0bc';

test('a world has tokens, time, faults, a journal, and ends', async ({ emulator, world }) => {
  expect(world.token.split('.')).toHaveLength(3);
  expect(world.accounts[0]?.token.split('.')).toHaveLength(3);
  expect((await world.control.clock.advance(60)).now).toBe('2026-01-01T00:01:00.000Z');
  await world.control.faults.create({ match: { volumeId }, effect: { status: 503 } });
  expect(await world.control.requests.list()).toEqual([]);
  const { control } = await controlClient(emulator.url).createOrganization({ seed: 'empty' });
  expect((await control.state.export()).volumes).toEqual([]);
  await expect(control.checkpoints.restore('none')).rejects.toMatchObject({ code: 'checkpoint-not-found' });
});

test('an emulator of its own begins with a seed, of a file or not, and ends', async () => {
  for (const seed of ['empty', process.env.SEED_FILE ?? '', { volumes: [{ volumeId, sizeGb: 5 }] }]) {
    const emulator = await startEmulator({ seed });
    expect(await emulator.control.health()).toMatchObject({ status: 'ok' });
    await emulator.close();
  }
});

describe('a test that leaves a stub in place of fetch', () => {
  afterEach(() => vi.unstubAllGlobals());
  test('still has its world, which still ends', async ({ world }) => {
    vi.stubGlobal('fetch', () => Promise.reject(new Error('There is no network in this test')));
    expect((await world.control.accounts()).map(({ name }) => name)).toContain('staging');
  });
});

describe('a test with fake timers', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());
  test('has its world', async ({ world }) => {
    expect((await world.control.pace.set({ snapshot: 1000 })).snapshot).toBe(1000);
  });
});
