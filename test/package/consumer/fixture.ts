/** Tests as users of `datafy-emulator/vitest` write them; compiled by test/package/declarations.test.ts, and not run. */
import type { World } from 'datafy-emulator';
import { test, type WorldFixtures } from 'datafy-emulator/vitest';
import { describe, expect } from 'vitest';

test('has what the fixture gives', async ({ world, emulator, worldOptions }) => {
  const given: WorldFixtures = { world, emulator, worldOptions };
  const same: World = given.world;
  expect(await same.control.requests.list()).toEqual([]);
  // @ts-expect-error there is no such call
  await world.control.requests.forget();
});

// @ts-expect-error it gives no such thing
test('has no more', async ({ universe }) => expect(universe).toBeDefined());

const empty = test.extend({ worldOptions: { seed: 'empty' } });
empty('begins with something else', async ({ world }) => expect(world.accounts).toHaveLength(2));

describe('in one place', () => {
  test.override({ worldOptions: { accounts: [{ name: 'mine' }] } });
  // @ts-expect-error a world does not begin with that
  test.override({ worldOptions: { accounts: 'mine' } });
});
