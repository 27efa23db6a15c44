import type { Seed } from '../document/document.ts';
import { defaultSeed } from './default.ts';

/** The default world's organization, accounts and tokens, and nothing in them. */
export const emptySeed: Seed = { ...defaultSeed, instances: [], volumes: [], snapshots: [] };
