import { Agent } from 'node:http';
import { afterAll, describe, expect, test } from 'vitest';
import { hear } from '../routes/control/control.ts';
import { buildWorld } from '../support/world.ts';
import { listen } from './sockets.ts';
import { buildVictim, type Call, type Victim } from './target.ts';

// Ways to write a path so that it is another to whoever guards it than to whoever serves it.

const encoded = (text: string) =>
  [...text].map((char) => `%${char.charCodeAt(0).toString(16).padStart(2, '0')}`).join('');

/** A path, written in every way that might lead to the same place. */
function tricks(path: string): string[] {
  const [, first = '', ...rest] = path.split('/');
  const below = rest.join('/');
  return [
    ...[`/${path}`, `//${path}`, path.replaceAll('/', '//'), `/${first}//${below}`],
    ...[`/.${path}`, `/./.${path}`, `/${first}/./${below}`, `/${first}/%2e/${below}`, `/%2e${path}`],
    ...[
      `/x/..${path}`,
      `/x/%2e%2e${path}`,
      `/x/%2E%2E${path}`,
      `/x/.%2e${path}`,
      `/..${path}`,
      `/%2e%2e${path}`,
      `/x/..;${path}`,
    ],
    ...[`/_emulator/health/../..${path}`, `/_emulator/health/..%2f..${path}`, `/_emulator/health;/../..${path}`],
    ...[`/openapi.json/..${path}`, `/openapi.json;${path}`, `/api/v1/..%2f..${path}`, `/api/v1/%2e%2e/%2e%2e${path}`],
    ...[`/;${path}`, `/${first};/${below}`, `/${first};a=b/${below}`, `${path};`, `${path};a=b`, `${path}%3b`],
    ...[
      `/%2f${path.slice(1)}`,
      `/${first}%2f${below}`,
      `/${first}%2F${below}`,
      `/${first}%5c${below}`,
      `/${first}\\${below}`,
    ],
    ...[
      `/${first}%252f${below}`,
      `/%25${encoded(first).slice(1)}/${below}`,
      `/${first}%c0%af${below}`,
      `/${first}%ef%bc%8f${below}`,
    ],
    ...[
      `/${encoded(first)}/${below}`,
      `/${first}/${encoded(below[0] ?? '')}${below.slice(1)}`,
      path.toUpperCase(),
      `/${first.toUpperCase()}/${below}`,
    ],
    ...[
      `${path}/`,
      `${path}//`,
      `${path}/.`,
      `${path}/x/..`,
      `${path}.`,
      `${path}.json`,
      `${path}~`,
      `${path}*`,
      `${path}%20`,
      `${path}%09`,
    ],
    ...[
      `${path}%00`,
      `${path}%00.json`,
      `${path}%0d%0a`,
      `${path}%23`,
      `${path}%3f`,
      `${path}#x`,
      `${path}?`,
      `${path}?/`,
      `${path}?x=/../`,
    ],
    ...[`http://localhost${path}`, `//localhost${path}`, `///localhost${path}`, `/http://localhost${path}`],
  ];
}

describe('however its path is written, a call is refused', () => {
  const agent = new Agent({ keepAlive: true });
  const built: Victim[] = [];
  afterAll(async () => {
    agent.destroy();
    for (const victim of built) await victim.close();
  });

  async function allRefused(
    options: Parameters<typeof buildVictim>[0],
    which: (call: Call) => boolean,
    headers: Record<string, string>,
  ) {
    const victim = await buildVictim(options);
    built.push(victim);
    const origin = `http://127.0.0.1:${await listen(victim.app)}`;
    const before = victim.snapshot();
    const passed: unknown[] = [];
    const heardOf = new Set<number>();
    const calls = victim.calls.filter((call) => !open(call) && which(call));
    expect(calls.length).toBeGreaterThan(20);
    for (const { method, url, body } of calls) {
      for (const path of [url.split('?')[0]!, ...tricks(url.split('?')[0]!)]) {
        // The client refuses to send some of them at all unless they are told as bytes.
        const { status, text, error } = await hear(origin, method, '', { path, body, headers, agent });
        heardOf.add(status);
        const isRefused = error === undefined && [400, 401, 403, 404, 405].includes(status);
        if (!isRefused) passed.push([method, path, status, text.slice(0, 200)]);
      }
    }
    expect(passed.slice(0, 20)).toEqual([]);
    expect(victim.snapshot() === before, 'the state is unchanged').toBe(true);
    return heardOf;
  }

  /** Those that are open to everybody. */
  const open = ({ route }: Call) => /openapi\.json$|\/health$/.test(route.url);
  const isControl = ({ route }: Call) => route.url.startsWith('/_emulator');

  test('without the control token', async () => {
    const heard = await allRefused({ controlToken: 'the-control-token' }, isControl, {});
    expect([...heard].sort()).toEqual([400, 401, 404, 405]);
  }, 60_000);

  test('with a token of the API in its place', async () => {
    const headers = { authorization: 'Bearer organization-token' };
    const some = (call: Call) => isControl(call) && call.method === 'GET';
    expect([...(await allRefused({ controlToken: 'the-control-token' }, some, headers))].sort()).toEqual([
      400, 401, 404, 405,
    ]);
  }, 60_000);

  test('from a page of another origin', async () => {
    const some = (call: Call) => isControl(call) && !call.route.url.includes('/:organizationId');
    const heard = await allRefused({}, some, { origin: 'http://evil.example' });
    expect([...heard].sort()).toEqual([400, 403, 404, 405]);
  }, 60_000);

  test('without control', async () => {
    const victim = await buildVictim();
    const paths = victim.calls.filter((call) => isControl(call) && call.method === 'GET').map(({ url }) => url);
    await victim.close();
    const closed = await buildWorld({ control: false });
    const origin = `http://127.0.0.1:${await listen(closed.app)}`;
    for (const path of paths.flatMap(tricks)) {
      const { status } = await hear(origin, 'GET', '', { path, agent });
      expect([400, 404], path).toContain(status);
    }
    await closed.close();
  }, 60_000);

  test('without a token of the API', async () => {
    const heard = await allRefused({}, ({ route }) => route.url.startsWith('/api/'), {});
    expect([...heard].sort()).toEqual([400, 401, 404, 405]);
  }, 60_000);
});
