import { createSnapshot as createSnapshotCall, getVolume as getVolumeCall, reset, startEmulator } from '../emulator.ts';
import { load, type Runner, race, ratios, seen } from '../load.ts';
import { startBareFastify, startBareHttp, startMockoon, startPrism } from '../references.ts';
import { notMeasured, resultOf, type Target } from '../result.ts';
import { withServers } from '../servers.ts';
import type { Measure } from './scale.ts';

export const createSnapshot: Measure = (scale, folder) =>
  withServers(async (start) => {
    const calls = createSnapshotCall();
    const emulator = await start(startEmulator('emulator', folder));
    const runners: Runner[] = [{ server: emulator, calls, before: () => reset(emulator) }];
    const missing: string[] = [];
    for (const startReference of [
      () => startBareHttp(folder, 'createSnapshot'),
      () => startBareFastify(folder, 'createSnapshot'),
      () => startPrism(folder),
      () => startMockoon(folder),
    ]) {
      try {
        const server = await start(startReference());
        await load(server, calls, { calls: 64 });
        runners.push({ server, calls });
      } catch (error) {
        missing.push((error as Error).message);
      }
    }
    const outcomes = await race(runners, scale.rounds, scale.seconds);
    const against = (name: string, target?: Target) => {
      const title = `\`create-snapshot\` in memory, throughput against ${name}`;
      return runners.some(({ server }) => server.name === name)
        ? resultOf(title, 'ratio', ratios(outcomes, 'emulator', name), target, seen(outcomes, 'emulator', name))
        : notMeasured(title, 'ratio', target, missing.find((why) => why.startsWith(name)) ?? '');
    };
    return [
      against('bare Fastify', { least: 0.5 }),
      against('Prism', { least: 6 }),
      against('Mockoon'),
      against('bare node:http'),
    ];
  });

export const getVolume: Measure = (scale, folder) =>
  withServers(async (start) => {
    const calls = getVolumeCall();
    const emulator = await start(startEmulator('emulator', folder));
    const bare = await start(startBareFastify(folder, 'getVolume'));
    const outcomes = await race(
      [
        { server: emulator, calls },
        { server: bare, calls },
      ],
      scale.rounds,
      scale.seconds,
    );
    const title = `\`GET /api/v1/aws/volumes/{volumeId}\`, throughput against ${bare.name}`;
    const rounds = ratios(outcomes, emulator.name, bare.name);
    return [resultOf(title, 'ratio', rounds, { least: 0.7 }, seen(outcomes, emulator.name, bare.name))];
  });
