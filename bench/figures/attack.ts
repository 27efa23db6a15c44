import { createSnapshot, getVolume, startEmulator } from '../emulator.ts';
import { load } from '../load.ts';
import { median } from '../numbers.ts';
import { resultOf } from '../result.ts';
import { type Server, withServers } from '../servers.ts';
import type { Measure } from './scale.ts';

/** Bodies that a parser could be overwhelmed with: deep, with many fields, with many values, too long. */
const bad = [
  '['.repeat(60_000),
  `{${Array.from({ length: 5_000 }, (_, at) => `"${at}":0`).join()}}`,
  `{"tags":[${'0,'.repeat(30_000)}0]}`,
  '"'.padEnd(65 * 1024, 'x'),
];

/** How a read fares while four clients send bad bodies as fast as they are refused. */
export const attack: Measure = (scale, folder) =>
  withServers(async (start) => {
    const server = await start(startEmulator('emulator', folder));
    const calls = getVolume();
    await load(server, calls, { seconds: scale.seconds });
    const quiet: number[] = [];
    const attacked: number[] = [];
    const refused: number[] = [];
    for (let round = 0; round < scale.rounds; round++) {
      quiet.push((await load(server, calls, { seconds: scale.seconds })).p99);
      const attackers = bad.map((body) => attackWith(server, body));
      attacked.push((await load(server, calls, { seconds: scale.seconds })).p99);
      const counts = await Promise.all(attackers.map(({ stop }) => stop()));
      refused.push(counts.reduce((sum, count) => sum + count, 0) / scale.seconds);
    }
    const notes = [
      `${median(quiet)} and ${median(attacked)} ms`,
      `${Math.round(median(refused))} bad bodies refused per second`,
    ];
    const ratios = attacked.map((each, at) => each / Math.max(1, quiet[at] as number));
    return [resultOf('The slowest of 100 reads beside bad bodies, against none', 'ratio', ratios, undefined, notes)];
  });

/** Sends a body again and again, until it is told to stop; answers how often it was refused. */
function attackWith({ url }: Server, body: string): { stop(): Promise<number> } {
  const { method, path, headers = {} } = createSnapshot();
  let stopped = false;
  let count = 0;
  const attacking = (async () => {
    while (!stopped) {
      const { status } = await fetch(url + path, { method, headers, body });
      if (status !== 400 && status !== 413) throw new Error(`A bad body was answered with ${status}`);
      count++;
    }
  })();
  // An error is told once it is waited for.
  attacking.catch(() => undefined);
  return {
    async stop() {
      stopped = true;
      await attacking;
      return count;
    },
  };
}
