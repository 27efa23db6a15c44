import { test as base } from 'vitest';
import { type Emulator, type NewOrganization, startEmulator, type World } from './index.ts';

/**
 * vitest's `test`, with a world of its own for every test: `test('…', async ({ world }) => …)`. One emulator serves all
 * tests of a file; what one test does, no other sees.
 *
 * What the worlds begin with can be changed: `const test = worldTest.extend({ worldOptions: { seed: 'default' } })`.
 */
export const test = base.extend<{ emulator: Emulator; worldOptions: NewOrganization; world: World }>({
  emulator: [
    // biome-ignore lint/correctness/noEmptyPattern: vitest reads which fixtures a fixture needs from this pattern
    async ({}, use) => {
      const emulator = await startEmulator();
      await use(emulator);
      await emulator.close();
    },
    { scope: 'file' },
  ],

  worldOptions: { seed: 'default', clock: { mode: 'controlled', now: '2026-01-01T00:00:00Z' } },

  world: async ({ emulator, worldOptions }, use) => {
    const world = await emulator.control.createOrganization(worldOptions);
    await use(world);
    await world.delete();
  },
});
