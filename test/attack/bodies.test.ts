import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildVictim, type Call, type Victim } from './target.ts';

// Bodies that are made to use up memory or time, to mean something else than they seem to, or to be nothing at all.

let victim: Victim;
/** Every call that may have a body. */
let calls: Call[];
beforeAll(async () => {
  victim = await buildVictim();
  calls = victim.calls.filter(({ method }) => !['GET', 'HEAD'].includes(method));
  expect(calls.length).toBeGreaterThan(50);
});
afterAll(() => victim.close());

type Payload = string | Buffer;

async function send({ method, url, headers }: Call, payload: Payload, more: Record<string, string> = {}) {
  const {
    statusCode,
    body,
    headers: said,
  } = await victim.app.inject({
    method,
    url,
    headers: { ...headers, ...more },
    payload,
  });
  return { status: statusCode, code: String(said['x-emulator-error']), text: body };
}

/** The longest message that is of any use. */
const longest = 4_000;

/** Every call with each of these: refused with a short message, and nothing has changed. */
async function allRefused(
  attacks: readonly { payload: Payload; headers?: Record<string, string> }[],
  expected: { statuses: readonly number[]; codes: readonly string[] },
) {
  const before = victim.snapshot();
  const passed: unknown[] = [];
  for (const call of calls) {
    for (const { payload, headers } of attacks) {
      const { status, code, text } = await send(call, payload, headers);
      const isRefused = expected.statuses.includes(status) && expected.codes.includes(code) && text.length < longest;
      if (!isRefused)
        passed.push([
          call.method,
          call.url,
          payload.slice(0, 40).toString(),
          headers,
          status,
          code,
          text.slice(0, 300),
        ]);
    }
  }
  expect(passed.slice(0, 20)).toEqual([]);
  expect(victim.snapshot() === before, 'the state is unchanged').toBe(true);
}

const invalid = { statuses: [400], codes: ['json-invalid'] };

describe('bombs', () => {
  const nest = (open: string, close: string, levels: number) => open.repeat(levels) + close.repeat(levels);
  const shapes = [
    ['[', ']'],
    ['{"a":', '}'],
    ['[{"a":', '}]'],
    ['{"tags":[', ']}'],
  ] as const;

  test('of depth are refused, closed or not', async () => {
    const attacks = shapes.flatMap(([open, close]) =>
      [33, 1_000, 5_000].flatMap((levels) => [
        { payload: nest(open, close, levels) },
        { payload: open.repeat(levels) },
      ]),
    );
    await allRefused(attacks, invalid);
    const [call] = calls;
    expect((await send(call!, nest('[', ']', 33))).text).toContain('nested more than 32 levels deep');
    // What is no nesting is not taken for it.
    for (const payload of [nest('[', ']', 32), `{"a":"${'['.repeat(5_000)}"}`, `{"a":"\\"${'{'.repeat(5_000)}"}`]) {
      expect((await send(call!, payload)).code).not.toBe('json-invalid');
    }
  });

  test('of fields are refused, be they alike, each another, or such as fall into one place of a hash table', async () => {
    const fields = (count: number, name: (at: number) => string) =>
      `{${Array.from({ length: count }, (_, at) => `${JSON.stringify(name(at))}:0`).join()}}`;
    const names: ((at: number) => string)[] = [
      () => 'name',
      (at) => `k${at}`,
      String,
      (at) => String(at * 1024),
      (at) => String(2 ** 24 + at * 2 ** 10),
      (at) => at.toString(2).padStart(12, '0').replaceAll('0', 'Aa').replaceAll('1', 'BB'),
    ];
    await allRefused(
      names.flatMap((name) => [1_001, 2_000].map((count) => ({ payload: fields(count, name) }))),
      invalid,
    );
    for (const levels of [1, 10]) {
      await allRefused(
        [{ payload: `${'{"a":'.repeat(levels)}${fields(1_001, String)}${'}'.repeat(levels)}` }],
        invalid,
      );
    }
  });

  test('of size are refused: 64 KiB and one byte, where it is no whole world', async () => {
    const takesWorlds = (call: Call) =>
      /^(PUT .*\/state|POST \/_emulator\/organizations)$/.test(`${call.method} ${call.url}`);
    const before = victim.snapshot();
    const seen = new Set<number>();
    for (const call of calls.filter((each) => !takesWorlds(each))) {
      const long = JSON.stringify({ ...(call.body as object), x: 'x'.repeat(64 * 1024) });
      for (const payload of [' '.repeat(64 * 1024 + 1), long]) {
        const { status, code, text } = await send(call, payload);
        expect([code, text], `${call.method} ${call.url}`).toEqual([
          'body-too-large',
          '{"message":"The body is too large: this call takes at most 64 KiB"}',
        ]);
        seen.add(status);
      }
    }
    expect([...seen].sort()).toEqual([400, 413]);
    expect(victim.snapshot() === before).toBe(true);
  });

  test('of size are refused by what they say of themselves, before they are sent', async () => {
    const call = calls.find(({ route, method }) => method === 'PUT' && route.url === '/_emulator/state')!;
    const { status, code, text } = await send(call, '{}', { 'content-length': String(64 * 1024 * 1024 + 1) });
    expect([status, code]).toEqual([413, 'body-too-large']);
    expect(text).toContain('this call takes at most 64 MiB');
  });

  test('of values are refused: what fills 64 MiB with nothing, and would fill gigabytes when parsed', async () => {
    const call = calls.find(({ route, method }) => method === 'PUT' && route.url === '/_emulator/state')!;
    const before = victim.snapshot();
    for (const unit of ['0,', '{},']) {
      const payload = `{"volumes":[${unit.repeat(Math.floor((64 * 1024 * 1024 - 100) / unit.length))}0]}`;
      const { status, code, text } = await send(call, payload);
      expect([status, code], text).toEqual([400, 'json-invalid']);
      expect(text).toContain('more than 4000000 values');
    }
    expect(victim.snapshot() === before).toBe(true);
  }, 60_000);

  test('of mistakes are refused with the first few of them', async () => {
    const many = 15_000;
    let refused = 0;
    for (const call of calls.filter(({ body }) => body !== undefined)) {
      const good = call.body as Record<string, unknown>;
      for (const value of [0, { a: 1 }]) {
        const list = Array(Math.floor(many / JSON.stringify(value).length)).fill(value);
        const bodies: object[] = Object.keys(good).map((field) => ({ ...good, [field]: list }));
        bodies.push(Object.fromEntries(list.slice(0, 999).map((_, at) => [`k${at}`, value])));
        for (const body of bodies) {
          const before = victim.snapshot();
          const { status, text } = await send(call, JSON.stringify(body));
          // A field that it does not know is no mistake everywhere: the published schemas allow it.
          if (status < 300) continue;
          refused++;
          const what = `${call.method} ${call.url} ${JSON.stringify(body).slice(0, 100)}: ${text.slice(0, 500)}`;
          expect(status, what).toBeLessThan(500);
          expect(text.length, what).toBeLessThan(longest);
          expect(victim.snapshot() === before, what).toBe(true);
        }
      }
    }
    expect(refused).toBeGreaterThan(50);
  }, 30_000);

  test('that are compressed are refused unread: 415, on every surface', async () => {
    const million = Buffer.alloc(10_000_000, ' ');
    const small = Buffer.from('{}');
    const packed: [string, Buffer][] = [
      ['gzip', gzipSync(million)],
      ['x-gzip', gzipSync(small)],
      ['GZIP', gzipSync(small)],
      ['deflate', deflateSync(million)],
      ['br', brotliCompressSync(million)],
      ['zstd', zstdCompressSync(small)],
      ['gzip, gzip', gzipSync(gzipSync(million))],
      ['identity, gzip', gzipSync(small)],
      ['gzip, identity', gzipSync(small)],
      ['identity, identity', small],
      ['compress', small],
      ['aws-chunked', small],
      ['utf-8', small],
      ['', small],
    ];
    const attacks = packed.map(([encoding, payload]) => ({ payload, headers: { 'content-encoding': encoding } }));
    await allRefused(attacks, { statuses: [415], codes: ['content-encoding-unsupported'] });
    // Said of nothing, or of nothing special, it does not matter.
    const pace = calls.find(({ route, method }) => method === 'PUT' && route.url === '/_emulator/pace')!;
    expect((await send(pace, '{}', { 'content-encoding': 'Identity' })).status).toBe(200);
    // Without a word it is no text.
    await allRefused([{ payload: gzipSync(million) }, { payload: zstdCompressSync(small) }], invalid);
  });
});

describe('prototypes', () => {
  const own = Reflect.ownKeys(Object.prototype).length;
  const poisons = [
    '{"__proto__":{"polluted":1}}',
    '{"__proto__":null}',
    '{"a":{"__proto__":{"polluted":1}}}',
    '[{"__proto__":{"polluted":1}}]',
    '{"tags":[{"key":"a","value":"b","__proto__":{"polluted":1}}]}',
    '{"\\u005f\\u005fproto__":{"polluted":1}}',
    '{"__\\u0070roto__":{"polluted":1}}',
    '{"\\u005F_prot\\u006F__":{"polluted":1}}',
    '{"__proto__" : {"polluted":1}}',
    '{"__proto__"\n\t:1}',
    '{"constructor":{"prototype":{"polluted":1}}}',
    '{"a":[{"constructor":{"prototype":{"polluted":1}}}]}',
    '{"\\u0063onstructor":{"prototype":{}}}',
    '{"constructor":{"\\u0070rototype":{}}}',
  ];
  const clean = () => {
    expect(Reflect.ownKeys(Object.prototype).length).toBe(own);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  };

  test('are not to be changed by a body', async () => {
    await allRefused(
      poisons.map((payload) => ({ payload })),
      invalid,
    );
    clean();
  });

  test('are not to be changed by a path, a query or a header', async () => {
    const names = [
      '__proto__',
      'constructor',
      'prototype',
      'toString',
      'hasOwnProperty',
      'valueOf',
      '__defineGetter__',
      '%5F%5Fproto__',
    ];
    const before = victim.snapshot();
    for (const call of victim.calls.filter(({ route }) => !route.url.endsWith('/events'))) {
      for (const name of names) {
        const [path = '', asked] = call.url.split('?');
        const parts = call.route.url.split('/');
        const paths = parts.flatMap((part, at) =>
          part.startsWith(':') ? [path.split('/').with(at, name).join('/')] : [],
        );
        for (const url of paths) {
          const { status, text } = await send(
            { ...call, url },
            call.body === undefined ? '' : JSON.stringify(call.body),
          );
          // To one client a volume that is not there is an empty list.
          if (call.route.url === '/api/v1/volumes/:volumeId' && ['{"volumes":[]}', ''].includes(text)) continue;
          expect(status, `${call.method} ${url} ${text}`).toBeGreaterThanOrEqual(400);
          expect(status, `${call.method} ${url} ${text}`).toBeLessThan(500);
        }
        if (!['GET', 'HEAD'].includes(call.method)) continue;
        for (const query of [
          `${name}=1`,
          `${name}[polluted]=1`,
          `accounts[${name}]=1`,
          `accounts=${name}`,
          `search=${name}`,
        ]) {
          const { status, text } = await send(
            { ...call, url: `${path}?${asked ?? ''}&${query}`, headers: { ...call.headers, [name]: '1' } },
            '',
          );
          expect(status, `${call.url} ${query} ${text}`).toBeLessThan(500);
        }
      }
    }
    expect(victim.snapshot() === before).toBe(true);
    clean();
  }, 20_000);
});

describe('texts that are none', () => {
  const texts = [
    ...['"\\u0000"', '"a\\u0000b"', '"\\ud800"', '"\\udc00"', '"\\udc00\\ud800"', '"\\uD83D"', '"x\\uDFFFx"'].map(
      (text) => `{"name":${text},"description":${text}}`,
    ),
    ...['\\u0000', '\\ud800', '\\uDC00'].map((key) => `{"${key}":1}`),
    ...['\\u0000', '\\ud800'].map((text) => `{"a":[{"b":["${text}"]}]}`),
    ...['{"a":"\0"}', '{"a":"\n"}', '\0', '{"a":1}\0', '\u00a0{}', '{}\u2028', '{"a":"\\x00"}', '{"a":"\\u00"}'],
  ];
  const bytes = [
    [0x22, 0xff, 0x22],
    [0x22, 0xc0, 0x80, 0x22],
    [0x22, 0xed, 0xa0, 0x80, 0x22],
    [0x22, 0xf4, 0x90, 0x80, 0x80, 0x22],
    [0x22, 0xe2, 0x82, 0x22],
    [0xff, 0xfe, 0x7b, 0x00, 0x7d, 0x00],
  ].map((each) => Buffer.from(each));

  test('are refused: NUL, half a surrogate pair, and what is no JSON or no UTF-8', async () => {
    await allRefused(
      [...texts, ...bytes].map((payload) => ({ payload })),
      invalid,
    );
  });
});

describe('content types', () => {
  const json = [
    'application/json',
    'APPLICATION/JSON',
    'application/json; charset=utf-8',
    'application/json;charset="UTF-8"',
    'application/json ; a=b',
    'application/vnd.api+json',
    'application/merge-patch+json',
    'text/json',
    'Text/JSON; charset=utf-8',
  ];
  const others = [
    ...[
      'text/plain',
      'text/plain;charset=UTF-8',
      'text/jsonp',
      'xtext/json',
      'text/a+json',
      'text/html',
      'text/xml',
      'text/csv',
      'text/yaml',
      'text/event-stream',
    ],
    ...[
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
      'multipart/form-data',
      'multipart/mixed',
    ],
    ...[
      'application/xml',
      'application/octet-stream',
      'application/x-ndjson',
      'application/jsonl',
      'application/json-seq',
    ],
    ...[
      'application/json5',
      'application/jsonx',
      'application/x-json',
      'application/yaml',
      'application/cbor',
      'application/msgpack',
    ],
    ...[
      'application/javascript',
      'application/graphql',
      'application/gzip',
      'application/zip',
      'image/svg+xml',
      'application/*',
      '*/*',
    ],
    ...['json', 'application', 'application/', '/json', 'application/json, text/plain', 'text/plain, application/json'],
    ...[
      'text/plain; application/json',
      'xapplication/json',
      'application/json charset=utf-8',
      'application/+json',
      'application/a b+json',
    ],
    ...['application//json', 'null', 'undefined', ';', 'x'.repeat(5_000)],
  ];

  test('that say JSON are taken', async () => {
    const pace = calls.find(({ route, method }) => method === 'PUT' && route.url === '/_emulator/pace')!;
    for (const contentType of json) {
      expect((await send(pace, '{"snapshot":2}', { 'content-type': contentType })).status, contentType).toBe(200);
    }
  });

  test(`of ${others.length} other kinds are refused on every route, and nothing of such a body is done`, async () => {
    expect(others.length).toBeGreaterThanOrEqual(30);
    const before = victim.snapshot();
    const passed: unknown[] = [];
    for (const call of calls) {
      for (const contentType of others) {
        const { status, code, text } = await send(call, JSON.stringify(call.body ?? {}), {
          'content-type': contentType,
        });
        const isRefused = [400, 415].includes(status) && code === 'content-type-unsupported' && text.length < 6_000;
        if (!isRefused) passed.push([call.method, call.url, contentType, status, code]);
      }
    }
    expect(passed.slice(0, 20)).toEqual([]);
    expect(victim.snapshot() === before).toBe(true);
  });
});
