import { createSnapshot, createVolume, startEmulator } from '../emulator.ts';
import { type Call, load, race, ratios, seen } from '../load.ts';
import { resultOf } from '../result.ts';
import { type Server, withServers } from '../servers.ts';
import type { Measure } from './scale.ts';

/** How many volumes a connection draws before it begins with the first again: more than a round has calls. */
const drawn = 2_000;

/** A world with many volumes against one with few, both in memory. */
export const volumes: Measure = (scale, folder) =>
  withServers(async (start) => {
    const [few, many] = [1_000, scale.volumes].map((count) => count.toLocaleString('en')) as [string, string];
    const small = await start(startEmulator(few, folder, '--seed', 'empty'));
    const large = await start(startEmulator(many, folder, '--seed', 'empty'));
    const worlds = [
      { server: small, ids: await makeVolumes(small, 1_000) },
      { server: large, ids: await makeVolumes(large, scale.volumes) },
    ];
    const again = worlds.map(({ server, ids }) => ({ server, calls: createSnapshot(ids[ids.length >> 1]) }));
    const random = worlds.map(({ server, ids }) => ({ server, calls: () => draw(ids) }));
    const results = [];
    for (const [how, runners, least] of [
      ['one volume again and again', again, 0.95],
      ['volumes drawn at random', random, 0.75],
    ] as const) {
      const outcomes = await race(runners, scale.rounds, scale.seconds);
      const title = `\`create-snapshot\` with ${many} volumes against ${few}: ${how}`;
      results.push(resultOf(title, 'ratio', ratios(outcomes, many, few), { least }, seen(outcomes, many, few)));
    }
    return results;
  });

/** Makes volumes as any client would, and answers their ids. */
export async function makeVolumes(server: Server, count: number): Promise<string[]> {
  const ids: string[] = [];
  await load(server, createVolume, { calls: count }, (answer) => ids.push(JSON.parse(answer).volumeId));
  return ids;
}

function draw(ids: readonly string[]): Call[] {
  return Array.from({ length: drawn }, () => createSnapshot(ids[Math.floor(Math.random() * ids.length)]));
}
