import type { Seed } from '../document/document.ts';
import { defaultSeed } from './default.ts';
import { emptySeed } from './empty.ts';
import type { SeedName } from './names.ts';

/** A seed that ships with the emulator. */
export async function loadSeed(name: SeedName): Promise<Seed> {
  if (name === 'default') return defaultSeed;
  if (name === 'empty') return emptySeed;
  // It is not small: read, and put together, where it is asked for.
  const { makeFleet } = await import('./fleet.ts');
  return makeFleet();
}
