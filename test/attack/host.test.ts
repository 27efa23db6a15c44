import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ErrorCode } from '../../src/ground/errors.ts';
import { buildVictim, type Call, type Victim } from './target.ts';

// What a page in a browser can send, whoever made it, and what else may stand where a name of ours should.

type Headers = Record<string, string | string[]>;

let victim: Victim;
beforeAll(async () => {
  victim = await buildVictim({ allowedHost: ['emulator.test'], host: 'here.test' });
});
afterAll(() => victim.close());

const send = async ({ method, url, body, headers }: Omit<Call, 'route'>, more: Headers) => {
  const response = await victim.app.inject({
    method,
    url,
    headers: { ...headers, ...more },
    ...(body !== undefined && { payload: JSON.stringify(body) }),
  });
  return {
    status: response.statusCode,
    headers: response.headers,
    code: response.headers['x-emulator-error'],
    text: response.body,
  };
};

/** Every call of every route with each of these headers: refused, and nothing has changed. */
async function allRefused(
  calls: readonly Omit<Call, 'route'>[],
  attacks: readonly Headers[],
  status: number,
  code: ErrorCode,
) {
  expect(calls.length).toBeGreaterThan(0);
  const before = victim.snapshot();
  const passed: unknown[] = [];
  for (const call of calls) {
    for (const attack of attacks) {
      const answer = await send(call, attack);
      if (answer.status !== status || answer.code !== code)
        passed.push([call.method, call.url, attack, answer.status, answer.code]);
      if (answer.text !== '' || call.method !== 'HEAD') {
        expect(Object.keys(JSON.parse(answer.text))).toEqual(['message']);
      }
    }
  }
  expect(passed.slice(0, 20)).toEqual([]);
  expect(victim.snapshot() === before, 'the state is unchanged').toBe(true);
}

const isEndless = ({ route }: Call) => route.url.endsWith('/events');

/** No route has them: what no route answers is guarded as well. */
const strays = (['GET', 'POST', 'OPTIONS', 'HEAD'] as const).flatMap((method) =>
  ['/', '/nowhere', '/_emulator', '/_emulator/nowhere', '/api/v1/%zz', `/api/v1/volumes/${'x'.repeat(20_000)}`].map(
    (url) => ({
      method: method as Call['method'],
      url,
      headers: {},
      body: undefined,
    }),
  ),
);

describe('every route', () => {
  const inMemory = /\/(faults(\/:faultId)?|requests)$/;

  test('has a call here, which succeeds where nothing is wrong with its headers', async () => {
    const failed: unknown[] = [];
    expect(victim.calls.length).toBeGreaterThan(90);
    let fresh = await buildVictim();
    for (const [at, { method }] of victim.calls.entries()) {
      const call = fresh.calls[at]!;
      const before = fresh.snapshot();
      if (isEndless(call)) continue;
      const { status, text } = await fresh.send(method, call.url, call.body, call.headers);
      if (status >= 300) failed.push([method, call.route.url, status, text]);
      // So there is something to be seen where it is not refused.
      const reads = method === 'GET' || method === 'HEAD';
      const changes = !reads && !inMemory.test(call.route.url);
      if ((fresh.snapshot() !== before) !== changes) failed.push([method, call.route.url, 'changes', !changes]);
      if (reads) continue;
      await fresh.close();
      fresh = await buildVictim();
    }
    await fresh.close();
    expect(failed, 'a call that needs a body, or other names, has them in test/attack/target.ts').toEqual([]);
  }, 60_000);
});

const ours = [
  ...['localhost', 'LOCALHOST', 'localhost:80', 'localhost:65535', 'world-1.localhost:4650', 'a.b_c.localhost'],
  ...['127.0.0.1', '127.0.0.1:4650', '10.1.2.3', '255.255.255.255:1'],
  ...['[::1]', '[::1]:4650', '[2001:DB8::7]:80', '[::ffff:127.0.0.1]'],
  ...['emulator', 'datafy-emulator:4650', 'data_fy', 'host', '1'],
  ...['emulator.test', 'Emulator.TEST:8080', 'here.test:4650'],
];

const foreign = [
  ...['evil.example', 'evil.example:4650', 'EVIL.EXAMPLE', 'www.evil.example:80', 'xn--80ak6aa92e.com'],
  ...['localhost.evil.example', '127.0.0.1.evil.example', '127.0.0.1.nip.io:4650', 'emulator.test.evil.example'],
  ...[
    'sub.emulator.test',
    'xemulator.test',
    'emulatorxtest.example',
    'localhost.localdomain',
    'evil-localhost.example',
  ],
  ...['localhost.', 'emulator.test.', 'evil.example.', '127.0.0.1.', '.', '..', '.localhost', 'a..localhost', '.evil'],
  ...['127.1', '0x7f.0.0.1', '127.0.0.256', '127.0.0.01', '1.2.3.4.5', '.127.0.0.1'],
];

const malformed = [
  ...[
    'evil.example@localhost',
    'localhost@evil.example',
    'user:secret@localhost',
    'localhost:',
    'localhost:http',
    ':80',
  ],
  ...[
    'localhost:-1',
    'localhost:+80',
    'localhost:65536',
    'localhost:123456',
    'localhost:80:80',
    'localhost:8 0',
    'localhost:0x50',
  ],
  ...['[::1', '::1', '[::1]x', '[::1]:', '[]', '[localhost]', '[evil.example]', '[127.0.0.1]', '[::1%eth0]', '[1:2]'],
  ...[
    'localhost/evil.example',
    'localhost?',
    'localhost#',
    'localhost\\evil.example',
    'http://localhost',
    '//localhost',
  ],
  ...[
    'localhost, evil.example',
    'localhost evil.example',
    'localhost;evil.example',
    'local\thost',
    'lo%63alhost',
    '*',
    'l\u00f6calhost',
  ],
  ...[`${'a'.repeat(254)}`, `${'1'.repeat(5_000)}`],
];

describe('the Host header', () => {
  test.each(ours)('%s is a name of ours', async (host) => {
    for (const url of ['/openapi.json', '/_emulator/health']) {
      expect((await send({ method: 'GET', url, headers: {}, body: undefined }, { host })).status).toBe(200);
    }
  });

  test('of a name that a web site could have: every call is refused, with a message that names the flag', async () => {
    const attacks = foreign.map((host) => ({ host }));
    await allRefused([...victim.calls, ...strays], attacks, 403, 'host-not-allowed');
    const { text } = await send(victim.calls[0]!, { host: 'evil.example:80' });
    expect(text).toContain('--allowed-host evil.example"');
  });

  test('that is none: every call is refused', async () => {
    const attacks = malformed.map((host) => ({ host }));
    await allRefused([...victim.calls, ...strays], attacks, 400, 'host-malformed');
  });

  test('given twice: every call is refused, be they alike or not', async () => {
    const pairs = [
      ['localhost', 'localhost'],
      ['localhost', 'evil.example'],
      ['evil.example', 'localhost'],
      ['localhost', ''],
    ];
    await allRefused(
      [...victim.calls, ...strays],
      pairs.map((host) => ({ host })),
      400,
      'host-malformed',
    );
  });

  test('counts, whatever a proxy says of the host', async () => {
    const headers = {
      host: 'evil.example',
      'x-forwarded-host': 'localhost',
      forwarded: 'host=localhost',
      ':authority': 'localhost',
    };
    await allRefused(victim.calls, [headers], 403, 'host-not-allowed');
  });
});

describe('the page that a request comes from', () => {
  const changes = ({ method }: { method: string }) => !['GET', 'HEAD', 'OPTIONS'].includes(method);
  const isControl = ({ route }: Call) => route.url.startsWith('/_emulator');
  const guarded = () => [...victim.calls.filter((call) => changes(call) || isControl(call)), ...strays.filter(changes)];
  const host = 'localhost:4650';

  const origins: Headers[] = [
    ...['http://evil.example', 'https://evil.example', 'http://evil.example:4650', 'null', '', ' ', '*'],
    ...[
      'http://localhost',
      'http://localhost:3000',
      'http://localhost:46500',
      'https://localhost:4650',
      'http://127.0.0.1:4650',
    ],
    ...[
      'http://localhost:4650.evil.example',
      'http://localhost:4650@evil.example',
      'http://localhost:4650/',
      'localhost:4650',
    ],
    ...[
      'http://localhost:4650, http://evil.example',
      'http://evil.example http://localhost:4650',
      'HTTP://localhost:4650',
    ],
    ...[
      'file://',
      'chrome-extension://abcdef',
      'about:srcdoc',
      'data:',
      'http://[::1]:4650',
      'http://local\u00addhost:4650',
    ],
  ].map((origin) => ({ host, origin }));
  const twice = { host, origin: ['http://localhost:4650', 'http://evil.example'] };

  const sites: Headers[] = ['cross-site', 'same-site', '', 'Same-Origin', 'same-origin, cross-site', 'none;', '?1'].map(
    (site) => ({
      host,
      'sec-fetch-site': site,
    }),
  );

  test('is another: what may change something, and all of control, is refused', async () => {
    await allRefused(guarded(), [...origins, twice], 403, 'origin-not-allowed');
  });

  test('is one of another site: the same', async () => {
    await allRefused(guarded(), sites, 403, 'site-not-allowed');
    await allRefused(
      guarded(),
      [{ host, origin: `http://${host}`, 'sec-fetch-site': ['same-origin', 'cross-site'] }],
      403,
      'site-not-allowed',
    );
  });

  test('is our own, or none: the call is served', async () => {
    const change = victim.calls.find(({ route }) => route.url === '/_emulator/pace' && route.method === 'PUT')!;
    const own: Headers[] = [
      { origin: `http://${host}` },
      { 'sec-fetch-site': 'same-origin' },
      { 'sec-fetch-site': 'none' },
    ];
    for (const more of own) expect((await send(change, { host, ...more })).status).toBe(200);
    const loud = { method: 'GET' as const, url: '/_emulator/clock', headers: {}, body: undefined };
    expect((await send(loud, { host: 'LocalHost:4650', origin: `http://${host}` })).status).toBe(200);
    expect((await send(loud, { host: '[::1]:4650', origin: 'http://[::1]:4650' })).status).toBe(200);
  });

  test('may not read any answer: none says that another origin may', async () => {
    for (const call of victim.calls.filter((each) => !isEndless(each) && !changes(each))) {
      const { headers } = await send(call, { host, origin: 'http://evil.example' });
      expect(Object.keys(headers).filter((name) => /^access-control-/i.test(name))).toEqual([]);
    }
    const asked = { method: 'OPTIONS' as Call['method'], url: '/_emulator/reset', headers: {}, body: undefined };
    const preflight = await send(asked, {
      host,
      origin: 'http://evil.example',
      'access-control-request-method': 'POST',
    });
    expect([preflight.status, preflight.code]).toEqual([405, 'method-not-allowed']);
    expect(Object.keys(preflight.headers).filter((name) => /^access-control-/i.test(name))).toEqual([]);
  });
});
