import type { WorldDocument } from '../world-document.ts';
import { defaultSeed } from './default.ts';

/** The default world's organization, accounts and tokens, and nothing in them. */
export const emptySeed: WorldDocument = { ...defaultSeed, instances: [], volumes: [], snapshots: [] };
