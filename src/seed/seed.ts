import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { SeedError } from '../ground/failure.ts';
import type { SeedDocument } from '../state/document/document.ts';
import { loadSeed } from '../state/seeds/index.ts';
import { type SeedName, seedNames } from '../state/seeds/names.ts';
import type { ReadSeed } from './file.ts';

/** What a seed file is called that is found by itself. */
export const seedFileNames = ['datafy-emulator.yaml', 'datafy-emulator.yml', 'datafy-emulator.json'];

export const isSeedName = (text: string): text is SeedName => (seedNames as readonly string[]).includes(text);

/** What may be written for a seed. */
export const seeds = `${seedNames.join(', ')}, or the path of a seed file such as ./team.yaml`;

/** Whether a text can only be the path of a seed file. */
export const isSeedPath = (text: string): boolean => /[\\/]|\.(ya?ml|json)$/i.test(text);

/**
 * The seed file of a folder, if it has one.
 *
 * @throws SeedError where it has several.
 */
export function findSeedFile(folder: string): string | undefined {
  const found = seedFileNames.filter((name) => existsSync(join(folder, name)));
  if (found.length < 2) return found[0];
  throw new SeedError([`Several seed files are here: ${found.join(', ')}. Keep one, or name one with --seed`]);
}

/**
 * The seed that is meant: one that ships, by its name; a file, by its path; or a document.
 *
 * @throws SeedError where it cannot be used.
 */
export async function readSeed(seed: string | SeedDocument): Promise<ReadSeed> {
  if (typeof seed === 'string' && isSeedName(seed)) return { document: await loadSeed(seed), publicTokens: true };
  if (typeof seed === 'string' && !isSeedPath(seed)) throw new SeedError([`There is no seed "${seed}": use ${seeds}`]);
  // What reads files is loaded where there is one: a plain start does without.
  const { readSeedDocument, readSeedFile } = await import('./file.ts');
  return typeof seed === 'string' ? readSeedFile(seed) : readSeedDocument(seed);
}
