import { setTimeout as wait } from 'node:timers/promises';
import { createSnapshot, getVolume, reset, startEmulator } from '../emulator.ts';
import { load } from '../load.ts';
import { notMeasured, resultOf } from '../result.ts';
import { type Server, withServers } from '../servers.ts';
import type { Measure } from './scale.ts';

/** After how many shares of the calls the memory is looked at. */
const shares = 4;

/** What the process holds: as it is ready, and when it has done much and was reset. Half of the calls write. */
export const memory: Measure = (scale, folder) =>
  withServers(async (start) => {
    const server = await start(startEmulator('emulator', folder));
    const ready = await settled(server);
    if (ready === undefined) {
      const why = 'this system does not say how much memory a process holds';
      return [notMeasured('Resident memory when ready', 'megabytes', { most: 100 }, why)];
    }
    const later: number[] = [];
    for (let share = 0; share < shares; share++) {
      await load(server, () => [createSnapshot(), getVolume()], { calls: scale.calls / shares });
      await reset(server);
      later.push((await settled(server)) ?? 0);
    }
    const grown = later.map((each) => each / ready);
    const notes = [`${later.map((each) => each.toFixed(0)).join(', ')} MB after each quarter of them and a reset`];
    const title = `after ${scale.calls.toLocaleString('en')} calls and a reset`;
    return [
      resultOf('Resident memory when ready', 'megabytes', [ready], { most: 100 }),
      resultOf(`Resident memory ${title}`, 'megabytes', later.slice(-1), undefined, notes),
      resultOf(`Resident memory ${title}, against when ready`, 'ratio', grown.slice(-1), { most: 1.1 }),
    ];
  });

/** Its resident memory in megabytes, when it has had a moment to give some back. */
async function settled(server: Server): Promise<number | undefined> {
  await wait(2_000);
  const bytes = server.memory();
  return bytes && bytes / 2 ** 20;
}
