import { execFile, execFileSync } from 'node:child_process';
import { Agent, request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { maxDiscardedBytes } from '../../src/http/connections.ts';
import { listen, open, statusesOf } from '../attack/sockets.ts';
import { buildWorld, volumes, type World } from '../support/world.ts';

// A refusal that is sent while its request still arrives is read by no client whose connection is reset meanwhile.

let world: World;
let origin: string;
let port: number;
beforeAll(async () => {
  world = await buildWorld({ controlToken: 'the-control-token' });
  port = await listen(world.app);
  origin = `http://127.0.0.1:${port}`;
});
afterAll(() => world.close());

const size = 5_000_000;
const rounds = 4;
const body = Buffer.from(JSON.stringify({ description: 'x'.repeat(size) }));

interface Refusal {
  what: string;
  path: string;
  headers: Record<string, string>;
  status: number;
}

const token = { authorization: 'Bearer account-token' };
const snapshots = `/api/v1/volumes/${volumes.documented}/create-snapshot`;
const refusals: Refusal[] = [
  { what: 'too large, on a published call', path: snapshots, headers: token, status: 400 },
  { what: 'too large, on any other', path: '/api/v1/accounts', headers: token, status: 413 },
  { what: 'without a token', path: snapshots, headers: {}, status: 401 },
  { what: 'without the control token', path: '/_emulator/reset', headers: {}, status: 401 },
  { what: 'of another site', path: snapshots, headers: { ...token, origin: 'http://evil.example' }, status: 403 },
  { what: 'for a path that is malformed', path: '/%zz', headers: token, status: 400 },
];

/** Every client here: sends the body, and answers the status that it read. */
const clients: Record<string, (refusal: Refusal) => Promise<number>> = {
  'node:http': ({ path, headers }) => overHttp(path, headers, new Agent({ keepAlive: true })),
  'node:http, with Connection: close': ({ path, headers }) => overHttp(path, headers, false),
  'node:http, in chunks': ({ path, headers }) =>
    overHttp(path, { ...headers, 'transfer-encoding': 'chunked' }, new Agent({ keepAlive: true })),
  async fetch({ path, headers }) {
    const { origin: site, ...rest } = headers;
    // It sends no Origin that it is told to: a site says the same.
    const said = site === undefined ? rest : { ...rest, 'sec-fetch-site': 'cross-site' };
    const answer = await fetch(origin + path, { method: 'POST', headers: said, body });
    await answer.text();
    return answer.status;
  },
};

function overHttp(path: string, headers: Record<string, string>, agent: Agent | false): Promise<number> {
  return new Promise((resolve, reject) => {
    const request = httpRequest({ host: '127.0.0.1', port, path, method: 'POST', headers, agent });
    if (!headers['transfer-encoding']) request.setHeader('content-length', body.length);
    let status = 0;
    request.on('response', (answer) => {
      status = answer.statusCode ?? 0;
      answer.resume();
    });
    request.on('error', reject);
    request.on('close', () => {
      if (agent) agent.destroy();
      resolve(status);
    });
    request.end(body);
  });
}

describe.each(Object.entries(clients))('%s reads every refusal of a large body', (_, send) => {
  test.each(refusals)('$what', async (refusal) => {
    for (let round = 0; round < rounds; round++) expect(await send(refusal)).toBe(refusal.status);
  });
});

const python = (() => {
  try {
    execFileSync('python3', ['-c', 'import http.client']);
    return true;
  } catch {
    return false;
  }
})();

test.skipIf(!python)("Python's http.client reads every one (skipped without python3)", async () => {
  const cases = refusals.map(({ path, headers, status }) => ({ path, headers, status }));
  const script = `import http.client, json
heard = []
for case in json.loads(${JSON.stringify(JSON.stringify(cases))}):
    for round in range(${rounds}):
        connection = http.client.HTTPConnection('127.0.0.1', ${port})
        try:
            connection.request('POST', case['path'], b'x' * ${size}, case['headers'])
            answer = connection.getresponse()
            answer.read()
            heard.append(answer.status)
        except OSError as error:
            heard.append(str(error))
        connection.close()
print(json.dumps(heard))`;
  const { stdout } = await promisify(execFile)('python3', ['-c', script]);
  expect(JSON.parse(stdout)).toEqual(cases.flatMap(({ status }) => Array(rounds).fill(status)));
});

describe('the rest of a body', () => {
  const head = `POST ${snapshots} HTTP/1.1\r\nHost: localhost\r\n`;

  test('that is read leaves the connection for the next request', async () => {
    const { socket, until, heard } = await open(world.app, port);
    socket.write(`${head}Content-Length: 100000\r\n\r\n${'x'.repeat(50_000)}`);
    await until((text) => statusesOf(text).length === 1);
    socket.write(`${'x'.repeat(50_000)}GET /_emulator/health HTTP/1.1\r\nHost: localhost\r\n\r\n`);
    await until((text) => statusesOf(text).length === 2);
    expect(statusesOf(heard())).toEqual([401, 200]);
    socket.destroy();
  });

  test('is read up to a bound', async () => {
    const socket = connect(port, '127.0.0.1');
    let heard = '';
    socket.setEncoding('latin1').on('data', (more) => {
      heard += more;
    });
    const ended = new Promise<void>((resolve) => socket.on('error', () => {}).on('close', () => resolve()));
    const chunk = Buffer.alloc(1024 * 1024, 'x');
    let sent = 0;
    const pump = () => {
      while (!socket.destroyed && socket.write(chunk)) sent += chunk.length;
      sent += chunk.length;
    };
    socket.on('drain', pump);
    socket.write(`${head}Content-Length: ${'9'.repeat(12)}\r\n\r\n`);
    pump();
    await ended;
    expect(statusesOf(heard)).toEqual([401]);
    expect(sent).toBeGreaterThan(maxDiscardedBytes);
    expect(sent).toBeLessThan(2 * maxDiscardedBytes);
  });
});
