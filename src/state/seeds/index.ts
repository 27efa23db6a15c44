import type { Seed } from '../world-document.ts';
import { defaultSeed } from './default.ts';
import { emptySeed } from './empty.ts';
import type { SeedName } from './names.ts';

/** The seeds that ship with the emulator. */
export const seeds: Record<SeedName, Seed> = { default: defaultSeed, empty: emptySeed };
