import { afterAll, beforeAll, expect, test } from 'vitest';
import { runWorkers } from '../../../bench/parallel.ts';
import { type Emulator, startEmulator } from '../../../src/index.ts';

const workers = 32;
/** DEEP: as many as the measurement has. */
const tests = process.env.DEEP ? 200 : 20;

let emulator: Emulator;

beforeAll(async () => {
  emulator = await startEmulator();
});
afterAll(() => emulator.close());

test(`${workers} workers, ${tests} tests each, every one with a world and a time of its own`, {
  timeout: process.env.DEEP ? 300_000 : 60_000,
}, async () => {
  const before = await emulator.control.state.export();
  await runWorkers(emulator.url, workers, tests);
  const after = await emulator.control.state.export();
  expect(after).toEqual({ ...before, clock: after.clock });
  expect(await emulator.control.requests.list()).toEqual([]);
});
