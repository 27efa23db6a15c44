import { test as base, type TestAPI } from 'vitest';
import { type Emulator, type NewOrganization, startEmulator, type World } from './index.ts';

/** What a test is given, where it asks for it. */
export interface WorldFixtures {
  /** One for all tests of a file. */
  emulator: Emulator;
  /** What each world begins with; left alone: what the default one holds, at 2026-01-01T00:00:00Z. */
  worldOptions: NewOrganization;
  /** One for each test. */
  world: World;
}

/**
 * vitest's `test`, with a world of its own for every test: `test('…', async ({ world }) => …)`. One emulator serves all
 * tests of a file; what one test does, no other sees.
 *
 * What the worlds begin with can be changed: `const emptyTest = test.extend({ worldOptions: { seed: 'empty' } })`, or
 * `test.override({ worldOptions: { seed: 'empty' } })` for the tests of one `describe`.
 */
export const test: TestAPI<WorldFixtures> = base.extend<WorldFixtures>({
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
