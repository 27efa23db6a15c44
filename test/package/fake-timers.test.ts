import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { afterEach, beforeEach, describe, expect, vi } from 'vitest';
import { controlClient, startEmulator } from '../../src/index.ts';
import { test } from '../../src/vitest.ts';

// Code that tries again is tested with fake timers: the emulator in the same process goes by the real ones.

/** All that vitest fakes by itself, and what it fakes where it is asked to; `nextTick` would stop Node's own HTTP. */
const some = [
  'setTimeout',
  'clearTimeout',
  'setImmediate',
  'clearImmediate',
  'setInterval',
  'clearInterval',
  'performance',
  'Date',
  'hrtime',
] as const;

type Faked = NonNullable<Parameters<typeof vi.useFakeTimers>[0]>['toFake'];

/** Node's `fetch` would not do: what it puts off by a faked `setImmediate` never comes, also for the tests behind. */
async function call(url: string, method: string, token = ''): Promise<number | undefined> {
  const calling = request(url, { method, headers: { authorization: `Bearer ${token}` } }).end();
  const [answer] = (await once(calling, 'response')) as [IncomingMessage];
  await once(answer.resume(), 'end');
  return answer.statusCode;
}

const volumeId = 'vol-0b9176567fe16f0bc';

afterEach(() => void vi.useRealTimers());

describe.each<[string, Faked?]>([
  ['all that vitest fakes by itself'],
  ['all that can be faked', [...some]],
  ...some.map((name): [string, Faked] => [name, [name]]),
])('with %s', (_, toFake) => {
  beforeEach(() => void vi.useFakeTimers(toFake && { toFake }));

  test('the fixture has a world, whose calls are answered', async ({ world }) => {
    const volumes = `${world.url}/api/v1/volumes`;
    const token = world.accounts[0]?.token;
    expect(await call(volumes, 'GET', token)).toBe(200);
    expect(await call(`${volumes}/${volumeId}/create-snapshot`, 'POST', token)).toBe(200);
    // A delay is that of the caller, and no timer of the test's.
    await world.control.faults.create({ match: { volumeId }, effect: { delayMs: 1 } });
    expect(await call(`${volumes}/${volumeId}/create-snapshot`, 'POST', token)).toBe(200);
    expect(await world.control.requests.list()).toHaveLength(3);
  });

  test('an emulator of its own starts, answers and ends', async () => {
    const emulator = await startEmulator();
    expect(await controlClient(emulator.url).health()).toMatchObject({ status: 'ok' });
    await emulator.close();
  });
});
