import { join } from 'node:path';
import { createSnapshot, reset, startEmulator } from '../emulator.ts';
import { race, ratios, seen } from '../load.ts';
import { startBareFastify } from '../references.ts';
import { resultOf, type Target } from '../result.ts';
import { withServers } from '../servers.ts';
import type { Measure } from './scale.ts';

const targets: Record<string, Target | undefined> = { full: { least: 0.3 }, normal: undefined };

export const durable: Measure = (scale, folder) =>
  withServers(async (start) => {
    const calls = createSnapshot();
    const bare = await start(startBareFastify(folder, 'createSnapshot'));
    const runners = [{ server: bare, calls, before: async () => undefined as unknown }];
    for (const durability of Object.keys(targets)) {
      const file = join(folder, `${durability}.db`);
      const server = await start(startEmulator(durability, folder, '--db', file, '--durability', durability));
      runners.push({ server, calls, before: () => reset(server) });
    }
    const outcomes = await race(runners, scale.rounds, scale.seconds);
    return Object.entries(targets).map(([durability, target]) => {
      const title = `\`create-snapshot\` on a file, \`--durability ${durability}\`, throughput against ${bare.name}`;
      const rounds = ratios(outcomes, durability, bare.name);
      return resultOf(title, 'ratio', rounds, target, seen(outcomes, durability, bare.name));
    });
  });
