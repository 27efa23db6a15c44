/**
 * Many tests at once against one emulator: workers that make a world per test, move its clock, and look that no other
 * world is in it. `node bench/parallel.ts [workers] [tests per worker]`: 32 and 200 unless given.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import { type ControlClient, controlClient } from '../src/index.ts';

const zone = 'us-east-1a';
const beginning = Date.UTC(2026, 0, 1);

function same(what: string, found: unknown, expected: unknown): void {
  if (isDeepStrictEqual(found, expected)) return;
  throw new Error(`${what} is ${JSON.stringify(found)}, not ${JSON.stringify(expected)}`);
}

/** One test: everything in it carries its number, so that anything of another would be seen. */
async function runTest(control: ControlClient, url: string, number: number): Promise<void> {
  const seconds = 1 + (number % 997);
  const now = beginning + number * 1000;
  const accountId = `${number.toString(16).padStart(8, '0')}-0000-4000-8000-000000000000`;
  const volumeId = `vol-${number.toString(16).padStart(8, '0')}`;
  const world = await control.createOrganization({
    name: `test-${number}`,
    accounts: [{ accountId }],
    clock: { mode: 'controlled', now: new Date(now).toISOString() },
    pace: { snapshot: seconds * 1000 },
    volumes: [
      {
        volumeId,
        accountId,
        status: 'managed',
        sizeGb: 1 + (number % 1000),
        availabilityZone: zone,
        backingVolumeIds: [`${volumeId}a`, `${volumeId}b`],
      },
    ],
  });
  const token = world.accounts[0]?.token;
  const call = async (method: string, path: string) => {
    const response = await fetch(`${url}/api/v1${path}`, { method, headers: { authorization: `Bearer ${token}` } });
    const text = await response.text();
    if (!response.ok) throw new Error(`Test ${number}: ${method} ${path} is ${response.status}: ${text}`);
    return JSON.parse(text);
  };
  const status = async () => {
    const { snapshots } = await call('GET', '/snapshots');
    return snapshots.map((each: { volumeId: string; status: string }) => `${each.volumeId} ${each.status}`);
  };

  const { datafySnapshotId: id, startTime } = await call('POST', `/volumes/${volumeId}/create-snapshot`);
  same(`Test ${number}: when it began`, Date.parse(startTime), now);
  same(`Test ${number}: too early`, (await world.control.clock.advance(seconds - 0.001)).settled, []);
  same(`Test ${number}: before`, await status(), [`${volumeId} pending`]);
  same(`Test ${number}: what came due`, await world.control.clock.advance(0.001), {
    mode: 'controlled',
    now: new Date(now + seconds * 1000).toISOString(),
    settled: [
      {
        resource: 'snapshot',
        id,
        action: 'complete',
        to: 'completed',
        at: new Date(now + seconds * 1000).toISOString(),
      },
    ],
    parked: [],
  });
  same(`Test ${number}: after`, await status(), [`${volumeId} completed`]);
  const { count, volumes } = await call('GET', '/volumes');
  same(
    `Test ${number}: its volumes`,
    [count, volumes[0].volumeId, volumes[0].volumeSizeGb],
    [1, volumeId, 1 + (number % 1000)],
  );
  same(
    `Test ${number}: its journal`,
    (await world.control.requests.list()).map((each) => [each.id, each.operationId, each.accountId]),
    ['createSnapshotCommand', 'listSnapshots', 'listSnapshots', 'listVolumes'].map((operationId, at) => [
      at + 1,
      operationId,
      accountId,
    ]),
  );
  await world.delete();
}

/** Runs the tests of all workers, each one after the other, all workers at once. Throws at the first that fails. */
export async function runWorkers(url: string, workers: number, tests: number): Promise<void> {
  const control = controlClient(url);
  const work = async (worker: number) => {
    for (let at = 0; at < tests; at++) await runTest(control, url, worker * tests + at);
  };
  await Promise.all(Array.from({ length: workers }, (_, worker) => work(worker)));
}

async function startProcess(): Promise<{ url: string; child: ChildProcess }> {
  const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));
  const child = spawn(process.execPath, [main, '--port', '0', '--log-level', 'warn'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout?.setEncoding('utf8');
  for (;;) {
    const [more] = await once(child.stdout as NodeJS.ReadableStream, 'data');
    output += more;
    const [, url] = / ready on (\S+) /.exec(output) ?? [];
    if (url) return { url, child };
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [workers = 32, tests = 200] = process.argv.slice(2).map(Number);
  const { url, child } = await startProcess();
  try {
    const began = performance.now();
    await runWorkers(url, workers, tests);
    const seconds = (performance.now() - began) / 1000;
    const worlds = workers * tests;
    console.log(
      `${workers} workers x ${tests} tests: ${worlds} worlds in ${seconds.toFixed(1)} s, ` +
        `${Math.round(worlds / seconds)} worlds per second`,
    );
  } finally {
    child.kill();
  }
}
