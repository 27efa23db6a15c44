import { send, startEmulator } from '../emulator.ts';
import { digits, median } from '../numbers.ts';
import { resultOf } from '../result.ts';
import { withServers } from '../servers.ts';
import type { Measure } from './scale.ts';
import { makeVolumes } from './volumes.ts';

const wayBack = 'with the way there and back';

/** One world after another, each deleted before the next. */
export const world: Measure = (scale, folder) =>
  withServers(async (start) => {
    const server = await start(startEmulator('emulator', folder));
    const took: number[] = [];
    for (let at = -scale.singles; at < scale.singles; at++) {
      const { text, milliseconds } = await send(server, 'POST', '/_emulator/organizations', '{}');
      await send(server, 'DELETE', `/_emulator/organizations/${JSON.parse(text).organizationId}`);
      if (at >= 0) took.push(milliseconds);
    }
    return [resultOf('A new world', 'milliseconds', took, { most: 1 }, [wayBack])];
  });

/** One world after another from a checkpoint, each deleted before the next. */
export const fromCheckpoint: Measure = (scale, folder) =>
  withServers(async (start) => {
    const server = await start(startEmulator('emulator', folder, '--seed', 'empty'));
    await makeVolumes(server, 100);
    await send(server, 'POST', '/_emulator/checkpoints', '{"name":"bench"}');
    const { organizationId } = JSON.parse((await send(server, 'GET', '/_emulator/state')).text);
    const request = JSON.stringify({ from: { organizationId, checkpoint: 'bench' } });
    const took: number[] = [];
    for (let at = -scale.singles / 3; at < scale.singles; at++) {
      const { text, milliseconds } = await send(server, 'POST', '/_emulator/organizations', request);
      await send(server, 'DELETE', `/_emulator/organizations/${JSON.parse(text).organizationId}`);
      if (at >= 0) took.push(milliseconds);
    }
    return [resultOf('A world from a checkpoint of 100 volumes', 'milliseconds', took, { most: 3 }, [wayBack])];
  });

/** A world is kept under a name, and put back, again and again. */
export const checkpoint: Measure = (scale, folder) =>
  withServers(async (start) => {
    const server = await start(startEmulator('emulator', folder, '--seed', 'empty'));
    await makeVolumes(server, 1_000);
    const path = '/_emulator/checkpoints';
    const keeping: number[] = [];
    const restoring: number[] = [];
    for (let at = -scale.singles / 3; at < scale.singles; at++) {
      const kept = await send(server, 'POST', path, '{"name":"bench"}');
      const restored = await send(server, 'POST', `${path}/bench/restore`);
      if (at < 0) continue;
      keeping.push(kept.milliseconds);
      restoring.push(restored.milliseconds);
    }
    const both = keeping.map((each, at) => each + (restoring[at] as number));
    const notes = [`${digits(median(keeping))} ms to keep, ${digits(median(restoring))} ms to restore`, wayBack];
    return [resultOf('A checkpoint of 1,000 volumes, and its restore', 'milliseconds', both, { most: 8 }, notes)];
  });
