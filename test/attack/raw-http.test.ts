import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { wire } from '../routes/control/control.ts';
import { connectionsOf, fewer, listen, open, statusesOf } from './sockets.ts';
import { buildVictim, type Victim } from './target.ts';

// Bytes that no client library would send. Where a proxy stands before the emulator, the two must not differ about
// where a request ends: what is ambiguous is refused, and its connection ended.

let victim: Victim;
let port: number;
beforeAll(async () => {
  victim = await buildVictim({ controlToken: 'the-control-token' });
  port = await listen(victim.app);
});
afterAll(() => victim.close());

const own = 'Host: localhost\r\nAuthorization: Bearer organization-token\r\n';
/** It would be seen if it were done. */
const smuggled = `POST /api/v1/accounts HTTP/1.1\r\n${own}Content-Length: 19\r\n\r\n{"name":"smuggled"}`;
const post = (headers: string, body = '') => `POST /api/v1/accounts HTTP/1.1\r\n${own}${headers}\r\n${body}`;
const get = (target: string, headers = own, version = 'HTTP/1.1') => `GET ${target} ${version}\r\n${headers}\r\n`;

interface Case {
  what: string;
  sends: string;
  /** The statuses of the answers; none: the connection ends without one. */
  hears: number[];
  /** Whether the connection is of no use afterwards. */
  ends: boolean;
}

const refused = (what: string, sends: string, status = 400): Case => ({ what, sends, hears: [status], ends: true });
const answered = (what: string, sends: string, ...hears: number[]): Case => ({ what, sends, hears, ends: false });

const cases: Case[] = [
  // Where does it end?
  refused(
    'both a length and chunks',
    post('Content-Length: 5\r\nTransfer-Encoding: chunked\r\n', `0\r\n\r\n${smuggled}`),
  ),
  refused(
    'chunks and then a length',
    post('Transfer-Encoding: chunked\r\nContent-Length: 5\r\n', `0\r\n\r\n${smuggled}`),
  ),
  refused('two lengths', post('Content-Length: 2\r\nContent-Length: 4\r\n', `{}${smuggled}`)),
  refused('two lengths that agree', post('Content-Length: 2\r\nContent-Length: 2\r\n', `{}${smuggled}`)),
  refused('two lengths in one', post('Content-Length: 2, 2\r\n', `{}${smuggled}`)),
  refused('a length with a sign', post('Content-Length: +2\r\n', `{}${smuggled}`)),
  refused('a negative length', post('Content-Length: -1\r\n', smuggled)),
  refused('a hexadecimal length', post('Content-Length: 0x2\r\n', `{}${smuggled}`)),
  refused('a length with an exponent', post('Content-Length: 2e0\r\n', `{}${smuggled}`)),
  refused('a length that overflows', post(`Content-Length: ${'9'.repeat(30)}\r\n`, '{}')),
  refused('an empty length', post('Content-Length: \r\n', `{}${smuggled}`)),
  refused('chunks of another name', post('Transfer-Encoding: xchunked\r\n', `0\r\n\r\n${smuggled}`)),
  refused('chunks that are not last', post('Transfer-Encoding: chunked, gzip\r\n', `0\r\n\r\n${smuggled}`)),
  refused(
    'chunks twice',
    post('Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n', `0\r\n\r\n${smuggled}`),
  ),
  refused('chunks behind a vertical tab', post('Transfer-Encoding: \x0bchunked\r\n', `0\r\n\r\n${smuggled}`)),
  refused('chunks, with a space before the colon', post('Transfer-Encoding : chunked\r\n', `0\r\n\r\n${smuggled}`)),
  refused(
    'a chunk whose size is no number',
    post('Transfer-Encoding: chunked\r\n', `zz\r\n{}\r\n0\r\n\r\n${smuggled}`),
  ),
  refused('a chunk with a negative size', post('Transfer-Encoding: chunked\r\n', `-1\r\n${smuggled}`)),
  refused(
    'a chunk whose size overflows',
    post('Transfer-Encoding: chunked\r\n', `${'f'.repeat(17)}\r\n{}\r\n0\r\n\r\n`),
  ),
  refused(
    'a chunk that is longer than it says',
    post('Transfer-Encoding: chunked\r\n', `2\r\n{}}\r\n0\r\n\r\n${smuggled}`),
  ),
  refused('a chunk that ends with a bare LF', post('Transfer-Encoding: chunked\r\n', `2\n{}\n0\n\n${smuggled}`)),
  refused(
    'extensions of a chunk without end',
    post('Transfer-Encoding: chunked\r\n', `2;${'x'.repeat(20_000)}\r\n{}\r\n`),
    413,
  ),
  refused(
    'chunks by HTTP/1.0, and a request behind them',
    `POST /api/v1/accounts HTTP/1.0\r\n${own}Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n${smuggled}`,
  ),

  // Lines and headers
  refused('lines that end with a bare LF', `GET /openapi.json HTTP/1.1\nHost: localhost\n\n${smuggled}`),
  refused(
    'a line that ends with a bare CR',
    `GET /openapi.json HTTP/1.1\r\nHost: localhost\rX-A: b\r\n\r\n${smuggled}`,
  ),
  refused('a header that goes on in the next line', get('/openapi.json', 'Host: localhost\r\nX-A: b\r\n c\r\n')),
  refused('a first header that goes on from nowhere', get('/openapi.json', ' X-A: b\r\nHost: localhost\r\n')),
  refused('a header without a colon', get('/openapi.json', 'Host: localhost\r\nX-A\r\n')),
  refused('a header without a name', get('/openapi.json', 'Host: localhost\r\n: b\r\n')),
  refused('a NUL in a header', get('/openapi.json', 'Host: localhost\r\nX-A: b\0c\r\n')),
  refused("a NUL in a header's name", get('/openapi.json', 'Host: localhost\r\nX-\0A: b\r\n')),
  refused('a space in the name of a header', get('/openapi.json', 'Host: localhost\r\nX A: b\r\n')),
  refused('a header longer than 16 KiB', get('/openapi.json', `${own}X-A: ${'b'.repeat(17_000)}\r\n`), 431),
  refused('a flood of headers', get('/openapi.json', own + 'X-A: b\r\n'.repeat(3_000)), 431),
  refused('a URL longer than 16 KiB', get(`/openapi.json?${'x'.repeat(17_000)}`), 431),
  refused('headers without end', `GET /openapi.json HTTP/1.1\r\n${'x'.repeat(1_000_000)}`, 431),

  // The Host header
  refused('no Host', get('/openapi.json', '')),
  answered('no Host, by HTTP/1.0', get('/openapi.json', 'Connection: keep-alive\r\n', 'HTTP/1.0'), 400),
  answered('two Hosts', get('/openapi.json', 'Host: localhost\r\nHost: evil.example\r\n'), 400),
  answered('two Hosts that agree', get('/openapi.json', 'Host: localhost\r\nHost: localhost\r\n'), 400),
  answered('an empty Host', get('/openapi.json', 'Host:\r\n'), 400),
  answered('a Host that is no text', get('/openapi.json', 'Host: local\xffhost\r\n'), 400),

  // The request line
  refused('a method that there is not', `FROB / HTTP/1.1\r\n${own}\r\n`),
  refused('a method in lower case', `get / HTTP/1.1\r\n${own}\r\n`),
  refused('another version', get('/openapi.json', own, 'HTTP/9.9')),
  refused('HTTP/2 without being asked', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
  refused('another protocol', 'EHLO localhost\r\n'),
  refused('TLS', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'),
  {
    what: 'no version, and more behind it',
    sends: `GET /openapi.json\r\nHost: localhost\r\n\r\n${smuggled}`,
    hears: [200, 400],
    ends: true,
  },
  refused('a space in the path', get('/openapi .json')),
  refused('a NUL in the path', get('/openapi\0.json')),
  refused('a tab in the path', get('/openapi\t.json')),
  refused('an empty path', `GET  HTTP/1.1\r\n${own}\r\n`),
  answered('a whole URL of ours', get('http://localhost/openapi.json'), 400),
  answered("a whole URL of somebody else's", get('http://evil.example/openapi.json'), 400),
  answered('a whole URL with a name in it', get('https://user:secret@localhost/openapi.json'), 400),
  answered('an asterisk', `OPTIONS * HTTP/1.1\r\n${own}\r\n`, 400),
  { what: 'a tunnel', sends: `CONNECT evil.example:443 HTTP/1.1\r\n${own}\r\n${smuggled}`, hears: [], ends: true },
  answered('a method that is not served', `TRACE /openapi.json HTTP/1.1\r\n${own}\r\n`, 405),
  // Node throws away what comes with a change that it does not make.
  answered(
    'a change to WebSocket',
    get('/nowhere', `${own}Connection: Upgrade\r\nUpgrade: websocket\r\n`) + smuggled,
    404,
  ),
  answered('a change to HTTP/2', get('/nowhere', `${own}Connection: Upgrade\r\nUpgrade: h2c\r\n`) + smuggled, 404),
  answered('an expectation that nobody can meet', post('Expect: miracles\r\nContent-Length: 0\r\n'), 417),

  // One after the other
  answered('three requests at once', get('/openapi.json') + get('/nowhere') + get('/_emulator/health'), 200, 404, 200),
  answered('empty lines before a request', `\r\n\r\n${get('/openapi.json')}`, 200),
  {
    what: 'a good request, and garbage behind it',
    sends: `${get('/nowhere')}garbage\r\n\r\n`,
    hears: [404, 400],
    ends: true,
  },
  {
    what: 'a body for a GET, with a request in it',
    sends: get('/nowhere', `${own}Content-Length: ${smuggled.length}\r\n`) + smuggled,
    hears: [404],
    ends: false,
  },
];

/** Sends it, and, where that does not end the connection, a last request, whose answer does; answers what was heard. */
async function talk({ sends, ends, hears }: Case): Promise<string> {
  const { socket, ended, until } = await open(victim.app, port);
  socket.write(Buffer.from(sends, 'latin1'));
  if (!ends) {
    await until((heard) => statusesOf(heard).length >= hears.length);
    socket.write(get('/nowhere', `${own}Connection: close\r\n`));
  }
  return ended;
}

describe('what is sent', () => {
  test('is more than thirty kinds of things', () => {
    expect(cases.length).toBeGreaterThan(30);
    expect(new Set(cases.map(({ what }) => what)).size).toBe(cases.length);
  });

  test.each(cases)('$what: answered $hears', async (each) => {
    const before = victim.snapshot();
    const heard = await talk(each);
    // The last one is 404, and ends the connection as it asked.
    expect(statusesOf(heard)).toEqual(each.ends ? each.hears : [...each.hears, 404]);
    expect(heard).not.toMatch(/organization-token|the-control-token|user:secret/);
    expect(victim.snapshot() === before, 'the state is unchanged').toBe(true);
    const { status } = await wire(`http://127.0.0.1:${port}`)('GET', '/_emulator/health');
    expect(status).toBe(200);
  });

  test('leaves no connection', async () => {
    // But for those that the last checks were made on.
    victim.app.server.closeIdleConnections();
    await fewer(victim.app, 0);
    expect(await connectionsOf(victim.app)).toBe(0);
  });

  test('would be seen: what is smuggled in is done where it is sent openly', async () => {
    const fresh = await buildVictim();
    const before = fresh.snapshot();
    const { socket, ended } = await open(fresh.app, await listen(fresh.app));
    socket.write(smuggled.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n'));
    expect(statusesOf(await ended)).toEqual([201]);
    expect(fresh.snapshot() === before).toBe(false);
    await fresh.close();
  });
});
