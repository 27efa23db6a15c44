import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { listen, open, statusesOf } from '../attack/sockets.ts';
import { buildVictim } from '../attack/target.ts';
import { buildWorld, volumes, type World } from '../support/world.ts';

// Many clients name a type for a body that they do not have.

const form = 'application/x-www-form-urlencoded';

/** The headers that a client sends with a POST without a body, as they were seen on the wire. */
const clients: Record<string, string[]> = {
  curl: ['User-Agent: curl/8.14.1', 'Accept: */*', 'Content-Length: 0', `Content-Type: ${form}`],
  wget: [
    'User-Agent: Wget/1.25.0',
    'Accept: */*',
    'Accept-Encoding: identity',
    'Connection: Keep-Alive',
    `Content-Type: ${form}`,
    'Content-Length: 0',
  ],
  axios: [
    'Accept: application/json, text/plain, */*',
    `Content-Type: ${form}`,
    'User-Agent: axios/1.13.2',
    'Content-Length: 0',
    'Accept-Encoding: gzip, compress, deflate, br',
    'Connection: keep-alive',
  ],
  "Ruby's Net::HTTP": [
    'Accept-Encoding: gzip;q=1.0,deflate;q=0.6,identity;q=0.3',
    'Accept: */*',
    'User-Agent: Ruby',
    `Content-Type: ${form}`,
    'Content-Length: 0',
  ],
  "Java's HttpURLConnection": [
    'User-Agent: Java/21.0.9',
    'Accept: text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2',
    'Connection: keep-alive',
    `Content-type: ${form}`,
    'Content-Length: 0',
  ],
  aiohttp: [
    'Accept: */*',
    'Accept-Encoding: gzip, deflate',
    'User-Agent: Python/3.13 aiohttp/3.13.2',
    'Content-Length: 0',
    'Content-Type: application/octet-stream',
  ],
};

describe('a POST without a body is served as it is sent by', () => {
  let world: World;
  let port: number;
  beforeAll(async () => {
    world = await buildWorld();
    port = await listen(world.app);
  });
  afterAll(() => world.close());

  const paths = {
    [`/api/v1/volumes/${volumes.documented}/create-snapshot`]: 200,
    [`/api/v1/volumes/${volumes.documented}/deactivate-autoscaling`]: 200,
    '/_emulator/reset': 204,
  };

  test.each(Object.entries(clients))('%s', async (_, headers) => {
    for (const [path, status] of Object.entries(paths)) {
      const { socket, until, heard } = await open(world.app, port);
      const lines = [`POST ${path} HTTP/1.1`, `Host: 127.0.0.1:${port}`, 'Authorization: Bearer account-token'];
      socket.write([...lines, ...headers, '', ''].join('\r\n'));
      await until((text) => text.includes('\r\n\r\n'));
      expect(statusesOf(heard()), heard()).toEqual([status]);
      socket.destroy();
    }
  });
});

describe('an empty body is no body, on every call, whatever is said of it', () => {
  const said: Record<string, string>[] = [
    { 'content-length': '0' },
    ...[form, 'application/octet-stream', 'text/plain', 'text/plain;charset=UTF-8', 'multipart/form-data'].map(
      (type) => ({ 'content-type': type, 'content-length': '0' }),
    ),
    { 'content-type': form },
    { 'content-type': 'application/json', 'content-length': '0' },
    // Of no form at all.
    ...['json', '/', '; charset=utf-8', 'text/plain, text/plain', ''].map((type) => ({
      'content-type': type,
      'content-length': '0',
    })),
    { 'content-type': form, 'content-encoding': 'gzip', 'content-length': '0' },
    { 'content-type': form, 'transfer-encoding': 'chunked' },
    { 'content-type': 'json', 'transfer-encoding': 'chunked' },
  ];

  /** The answer to every call that may have a body, one after the other, in a world of their own. */
  async function answers(headers: Record<string, string>) {
    const victim = await buildVictim();
    const heard: string[] = [];
    for (const call of victim.calls.filter(({ method }) => !['GET', 'HEAD'].includes(method))) {
      const { method, url } = call;
      const answer = await victim.app.inject({ method, url, headers: { ...call.headers, ...headers } });
      heard.push(`${method} ${call.route.url} ${answer.statusCode} ${answer.headers['x-emulator-error'] ?? 'done'}`);
    }
    await victim.close();
    return heard;
  }

  let plain: string[];
  beforeAll(async () => {
    plain = await answers({});
  });

  test('which is done where nothing is required, and else refused for what is missing', () => {
    expect(plain.length).toBeGreaterThan(50);
    expect(plain.filter((each) => each.endsWith('done')).length).toBeGreaterThan(15);
    expect(plain.filter((each) => each.endsWith('request-invalid')).length).toBeGreaterThan(10);
  });

  test.each(said.map((headers) => ({ headers, text: JSON.stringify(headers) })))('$text', async ({ headers }) => {
    expect(await answers(headers)).toEqual(plain);
  });

  test('and stands in the journal as it was sent', async () => {
    const world = await buildWorld();
    const headers = { 'content-type': 'json', 'content-length': '0' };
    await world.as('account-token')(
      'POST',
      `/api/v1/volumes/${volumes.documented}/create-snapshot`,
      undefined,
      headers,
    );
    const { requests } = (await world.send('GET', '/_emulator/requests')).body;
    expect(requests).toMatchObject([{ status: 200, headers }]);
    await world.close();
  });
});
