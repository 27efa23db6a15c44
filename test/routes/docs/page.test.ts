import { existsSync } from 'node:fs';
import { createServer, request as httpRequest, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { buildWorld, type Row, volumes, type World } from '../../support/world.ts';

/** A name that nobody takes for this machine's own. */
const foreign = 'emulator.test';

let world: World;

beforeEach(async () => {
  world = await buildWorld({ allowedHost: [foreign] });
});

afterEach(() => world.close());

const get = async (path: string, of: World = world) => {
  const { statusCode, headers, body } = await of.app.inject(path);
  return { status: statusCode, headers, text: body };
};

/** What a page links to and loads, as absolute paths. */
const addressesIn = (html: string, page: string) =>
  [...html.matchAll(/(?:href|src|data-document)="([^"]*)"/g)]
    .map(([, address = '']) => new URL(address, `http://localhost${page}`))
    .filter(({ protocol }) => protocol !== 'data:');

describe('a path that is not there', () => {
  const message = async (path: string, of?: World) => JSON.parse((await get(path, of)).text).message;

  test('names the page that shows what is, and its document', async () => {
    expect(await message('/')).toBe(
      'There is no call GET /; /docs shows the calls there are, /openapi.json lists them',
    );
    expect(await message('/_emulator/x')).toBe(
      'There is no call GET /_emulator/x; /docs/control shows the calls there are, /_emulator/openapi.json lists them',
    );
  });

  test('names only what is served', async () => {
    const without = await buildWorld({ control: false });
    expect(await message('/_emulator/clock', without)).toContain('; /docs shows the calls there are, /openapi.json ');
    await without.close();
  });
});

describe.each(['/docs', '/docs/control'])('%s', (page) => {
  test('is a page whose every address is answered by the emulator itself', async () => {
    const { status, headers, text } = await get(page);
    expect(status).toBe(200);
    expect(headers['content-type']).toBe('text/html; charset=utf-8');
    const addresses = addressesIn(text, page);
    expect(addresses.length).toBeGreaterThan(6);
    for (const { host, pathname } of addresses) {
      expect(host).toBe('localhost');
      expect(await get(pathname)).toMatchObject({ status: 200 });
    }
  });

  test('shows a document that is there', async () => {
    const { text } = await get(page);
    const [, document = ''] = /data-document="([^"]*)"/.exec(text) ?? [];
    const { pathname } = new URL(document, `http://localhost${page}`);
    expect(pathname).toBe(page === '/docs' ? '/openapi.json' : '/_emulator/openapi.json');
    expect(Object.keys(JSON.parse((await get(pathname)).text).paths).length).toBeGreaterThan(10);
  });

  test('may load from the emulator only, and run nothing that stands in the page', async () => {
    const policy = String((await get(page)).headers['content-security-policy']);
    const sources = new Map(policy.split('; ').map((part) => [part.split(' ')[0], part.split(' ').slice(1)]));
    expect(sources.get('default-src')).toEqual(["'none'"]);
    expect(sources.get('frame-ancestors')).toEqual(["'none'"]);
    expect(new Set([...sources.values()].flat())).toEqual(new Set(["'none'", "'self'", 'data:']));
    expect(sources.get('script-src')).toEqual(["'self'"]);
  });
});

test('/docs/ is the same page', async () => {
  const [page, same] = [await get('/docs'), await get('/docs/')];
  expect(same.status).toBe(200);
  expect(addressesIn(same.text, '/docs/').map(String)).toEqual(addressesIn(page.text, '/docs').map(String));
  expect(same.text.replaceAll('../', '')).toBe(page.text);
});

describe('behind a proxy that serves the emulator below /emu/', () => {
  let proxy: Server;
  let origin: string;
  let asked: string[];

  beforeEach(async () => {
    const { port } = new URL(await world.app.listen({ port: 0 }));
    asked = [];
    proxy = createServer((request, response) => {
      const { url = '', method, headers } = request;
      asked.push(url);
      if (!url.startsWith('/emu/')) return response.writeHead(404).end();
      const path = url.slice('/emu'.length);
      const passed = httpRequest({ host: '127.0.0.1', port, path, method, headers }, (answer) => {
        response.writeHead(answer.statusCode ?? 0, answer.headers);
        answer.pipe(response);
      });
      request.pipe(passed);
    });
    await new Promise<void>((listening) => proxy.listen(0, '127.0.0.1', listening));
    origin = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  });
  afterEach(() => {
    proxy.closeAllConnections();
    proxy.close();
  });

  test.each(['/docs', '/docs/', '/docs/control'])('%s and all it asks for are found', async (path) => {
    const page = await fetch(`${origin}/emu${path}`);
    expect(page.status).toBe(200);
    const addresses = addressesIn(await page.text(), `/emu${path}`);
    expect(addresses.length).toBeGreaterThan(6);
    for (const { pathname } of addresses) {
      expect(pathname).toMatch(/^\/emu\//);
      expect((await fetch(origin + pathname)).status, pathname).toBe(200);
    }
  });

  test.each([
    ['/openapi.json', '/api/v1/snapshots'],
    ['/_emulator/openapi.json', '/_emulator/clock'],
  ])('the calls of %s are found where the document says that they are', async (document, path) => {
    const where = `${origin}/emu${document}`;
    const { servers, paths } = (await (await fetch(where)).json()) as Row;
    expect(servers).toHaveLength(1);
    expect(paths).toHaveProperty([path]);
    // A server's address is relative to that of its document, and a call's is put behind it.
    const server = new URL(servers[0].url, where).href.replace(/\/$/, '');
    const answer = await fetch(server + path, { headers: { authorization: 'Bearer account-token' } });
    expect([answer.status, answer.url]).toEqual([200, `${origin}/emu${path}`]);
    expect(asked.filter((url) => !url.startsWith('/emu/'))).toEqual([]);
  });
});

test('what is not among its files is not there', async () => {
  for (const path of ['/docs/index.html', '/docs/..%2fpackage.json', '/docs/../package.json', '/docs/package.json']) {
    expect((await get(path)).status).toBe(404);
  }
});

test('without the control surface only the Datafy API is shown', async () => {
  const alone = await buildWorld({ control: false });
  const { text } = await get('/docs', alone);
  const paths = addressesIn(text, '/docs').map(({ pathname }) => pathname);
  expect(paths).toContain('/openapi.json');
  expect(paths.filter((path) => /control|_emulator/.test(path))).toEqual([]);
  expect((await get('/docs/control', alone)).status).toBe(404);
  await alone.close();
});

test('--strict leaves the pages, as it leaves the documents that they show', async () => {
  const strict = await buildWorld({ strict: true });
  for (const path of ['/docs', '/docs/control', '/openapi.json']) expect((await get(path, strict)).status).toBe(200);
  await strict.close();
});

test('the pages are in no document', async () => {
  for (const path of ['/openapi.json', '/_emulator/openapi.json']) {
    const { paths } = JSON.parse((await get(path)).text) as Row;
    expect(Object.keys(paths).filter((each) => each.includes('docs'))).toEqual([]);
  }
});

const browserPath = process.env.CHROMIUM ?? '/usr/bin/chromium';

describe.skipIf(!existsSync(browserPath))(
  `in a browser (skipped where there is no ${browserPath})`,
  { timeout: 60_000 },
  () => {
    let browser: Browser;
    let page: Page;
    let complaints: string[];
    let requested: string[];

    beforeAll(async () => {
      browser = await chromium.launch({
        executablePath: browserPath,
        args: ['--no-sandbox', `--host-resolver-rules=MAP ${foreign} 127.0.0.1`],
      });
    }, 60_000);
    afterAll(() => browser.close());

    beforeEach(async () => {
      await world.app.listen({ port: 0 });
      complaints = [];
      requested = [];
      page = await browser.newPage();
      page.setDefaultTimeout(20_000);
      page.on('console', (message) => complaints.push(message.text()));
      page.on('pageerror', (error) => complaints.push(error.message));
      page.on('request', (request) => requested.push(request.url()));
    });
    afterEach(() => page.close());

    /** Opens a page under a name of this machine, once its document is drawn. */
    async function open(path: string, name = 'localhost'): Promise<string> {
      const base = `http://${name}:${(world.app.server.address() as AddressInfo).port}`;
      await page.goto(base + path);
      await page.waitForSelector('.opblock');
      return base;
    }

    async function authorize(token: string): Promise<void> {
      await page.click('.btn.authorize');
      await page.fill('.auth-container input', token);
      await page.click('.auth-btn-wrapper .authorize');
      await page.click('.auth-btn-wrapper .btn-done');
    }

    /** Tries an operation out, and resolves to what the page shows of the answer. */
    async function tryOut(operation: string, parameters: Record<string, string> = {}) {
      const block = page.locator(`#operations-${operation}`).first();
      await block.locator('.opblock-summary-control').click();
      for (const [name, value] of Object.entries(parameters)) {
        await block.locator(`tr[data-param-name="${name}"] input`).fill(value);
      }
      await block.locator('.execute').click();
      const answer = block.locator('.live-responses-table .response');
      return {
        status: (await answer.locator('.response-col_status').textContent())?.trim(),
        body: JSON.parse((await answer.locator('code.language-json').first().textContent()) ?? ''),
      };
    }

    test('a call is authorized, sent, and its answer shown', async () => {
      await open('/docs');
      expect(await page.title()).toBe('Datafy API · datafy-emulator');
      expect(await tryOut('Volume-Lifecycle-getVolume', { volumeId: volumes.documented })).toMatchObject({
        status: '401',
      });
      await page.reload();
      await page.waitForSelector('.opblock');
      await authorize('account-token');
      const { status, body } = await tryOut('Snapshots-createSnapshotCommand', { volumeId: volumes.documented });
      expect(status).toBe('200');
      const { body: found } = await world.as('account-token')('GET', '/api/v1/snapshots?limit=1000');
      expect(found.snapshots.map((each: Row) => each.datafySnapshotId)).toContain(body.datafySnapshotId);
      expect(complaints.filter((text) => !text.includes('401'))).toEqual([]);
    });

    test('the other document is a click away, and its calls work', async () => {
      await open('/docs');
      await page.click('text=Control surface');
      await page.waitForSelector('#operations-Time-getClock');
      expect(await page.title()).toBe('Control surface · datafy-emulator');
      expect(await tryOut('Time-getClock')).toMatchObject({ status: '200', body: { mode: 'system' } });
      await page.click('text=Datafy API');
      await page.waitForSelector('#operations-Snapshots-createSnapshotCommand');
      expect(complaints).toEqual([]);
    });

    test.each(['localhost', '127.0.0.1', 'emulator.localhost', foreign])(
      'at %s, it asks nobody else for anything',
      async (name) => {
        for (const path of ['/docs', '/docs/control']) {
          const base = await open(path, name);
          expect(requested.length).toBeGreaterThan(3);
          expect(requested.filter((url) => !url.startsWith(`${base}/`) && !url.startsWith('data:'))).toEqual([]);
        }
        expect(complaints).toEqual([]);
      },
    );
  },
);
