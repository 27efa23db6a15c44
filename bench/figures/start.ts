import { startEmulator } from '../emulator.ts';
import { digits, median } from '../numbers.ts';
import { startBareFastify, startMockoon, startPrism } from '../references.ts';
import { resultOf } from '../result.ts';
import type { Measure } from './scale.ts';

/** From the start of a process to its first answer. */
export const start: Measure = async (scale, folder) => {
  const starters = [
    () => startEmulator('emulator', folder),
    () => startBareFastify(folder, 'createSnapshot'),
    () => startBareFastify(folder, 'withoutSchema'),
    () => startPrism(folder),
    () => startMockoon(folder),
  ];
  const took: number[][] = starters.map(() => []);
  // The first start of each fills the file cache, and is not counted.
  for (let at = 0; at <= scale.starts; at++) {
    for (const [which, starter] of starters.entries()) {
      const server = await starter();
      await server.stop();
      if (at > 0) took[which]?.push(server.startedIn);
    }
  }
  const [emulator = [], withSchema = [], withoutSchema = [], prism = [], mockoon = []] = took;
  const against = (what: string, reference: number[], target?: { most: number }) =>
    resultOf(
      `Start to first answer, against ${what}`,
      'ratio',
      emulator.map((each, at) => each / (reference[at] as number)),
      target,
      [`${digits(median(emulator))} ms and ${digits(median(reference))} ms`],
    );
  return [
    against('bare Fastify with one route and its schema', withSchema, { most: 1.3 }),
    against('bare Fastify with one route without a schema', withoutSchema),
    against('Prism', prism),
    against('Mockoon', mockoon),
  ];
};
