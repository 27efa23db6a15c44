import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import * as fs from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { applicationId } from '../../src/state/storage/database.ts';
import { type Running, run } from '../cli/executable.ts';

// Each starts a process or two, however busy the machine is.
vi.setConfig({ testTimeout: 60_000 });

let folder: string;
let children: ChildProcess[];

beforeEach(() => {
  folder = fs.mkdtempSync(join(tmpdir(), 'datafy-emulator-'));
  children = [];
});

afterEach(() => {
  for (const child of children) child.kill('SIGKILL');
  fs.rmSync(folder, { recursive: true });
});

/** Starts the executable in the test's folder, and sees to its end. */
function start(argv: string[], env: NodeJS.ProcessEnv = {}): Running {
  const running = run(argv, { cwd: folder, env });
  children.push(running.child);
  return running;
}

const ready = /^datafy-emulator ready on (http:\/\/\S+:(\d+)) \(seed (\w+), \d+ ms\)\n/;

/** Opens a connection to the port; it is there once the server has taken it. */
async function connection(port: number) {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  return socket;
}

/** Sends all of a request but its last byte, and returns once the server has begun with it: it asks to continue. */
async function requestUnderWay(port: number) {
  const socket = await connection(port);
  socket.write('POST /openapi.json HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 2\r\n');
  socket.write('Expect: 100-continue\r\n\r\n');
  const [answer] = await once(socket, 'data');
  expect(String(answer)).toContain('100 Continue');
  socket.write('{');
  return socket;
}

describe('what ends at once', () => {
  test.each([
    [['--help'], /^Usage: /],
    [['--version'], /^\d+\.\d+\.\d+\n$/],
  ])('%j answers on stdout', async (argv, text) => {
    const { ended, output } = start(argv);
    expect(await ended).toBe(0);
    expect(output.stdout).toMatch(text);
    expect(output.stderr).toBe('');
  });

  test.each([
    ['a wrong flag', ['--prot', '0'], {}, /^Unknown flag "--prot".*\n$/],
    ['a wrong variable', [], { DATAFY_EMULATOR_PORT: 'http' }, /^DATAFY_EMULATOR_PORT "http".*\n$/],
  ])('%s ends with 2 and one line', async (_, argv, env, line) => {
    const { ended, output } = start(argv, env);
    expect(await ended).toBe(2);
    expect(output).toEqual({ stdout: '', stderr: expect.stringMatching(line) });
  });

  /** Makes a database file, and what its refusal says. */
  const files: [what: string, make: (file: string) => void | Promise<void>, says: RegExp][] = [
    ['that is damaged', (file) => fs.writeFileSync(file, 'x'.repeat(8192)), / is damaged or no database /],
    ['of another program', (file) => new Sqlite(file).exec('CREATE TABLE t (x)').close(), / of another program: /],
    [
      'of a newer emulator',
      (file) => {
        const db = new Sqlite(file);
        db.pragma(`application_id = ${applicationId}`);
        db.pragma('user_version = 99');
        db.exec('CREATE TABLE t (x)').close();
      },
      / by a newer emulator \(version 99, /,
    ],
    [
      'of another process',
      async (file) => {
        await start(['--port', '0', '--db', file]).says(ready);
      },
      / in use by another process: /,
    ],
    ['in a folder that is not there', () => {}, / its folder does not exist/],
  ];
  test.each(files)('a database file %s ends with 4 and one line, and is left as it is', async (what, make, says) => {
    const file = what.includes('folder') ? 'missing/world.db' : 'world.db';
    await make(join(folder, file));
    const bytes = () => (fs.existsSync(join(folder, file)) ? fs.readFileSync(join(folder, file)) : undefined);
    const before = bytes();
    const { ended, output } = start(['--port', '0', '--db', file]);
    expect(await ended).toBe(4);
    expect(output).toEqual({ stdout: '', stderr: expect.stringMatching(/^Database file (missing\/)?world\.db .*\n$/) });
    expect(output.stderr).toMatch(says);
    expect(bytes()).toEqual(before);
  });

  test('a port in use ends with 3 and a line that names --port', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const { ended, output } = start(['--port', String(port), '--db', 'world.db']);
    expect(await ended).toBe(3);
    expect(output).toEqual({ stdout: '', stderr: expect.stringMatching(/^Cannot listen on .* --port .*\n$/) });
    // The database has been closed in order: nothing is left to recover.
    expect(fs.readdirSync(folder)).toEqual(['world.db']);
    server.close();
  });

  test('an address that is not of this machine ends with 3 and a line that names --host', async () => {
    const { ended, output } = start(['--port', '0', '--host', '192.0.2.1']);
    expect(await ended).toBe(3);
    expect(output).toEqual({ stdout: '', stderr: expect.stringMatching(/^Cannot listen on .* --host\n$/) });
  });
});

describe('a start', () => {
  test('says where it is, which tokens there are, and where the documentation is', async () => {
    const { says, output } = start(['--port', '0', '--log-level', 'silent']);
    const [banner, url] = await says(ready);
    await says(/^docs .*\n/m);
    expect(output.stderr).toBe('');
    const lines = output.stdout.slice(banner.length).trimEnd().split('\n');
    expect(lines.pop()).toBe(`docs      ${url}/docs`);
    expect(lines.length).toBeGreaterThan(0);
    // One column of tokens, one of what they are.
    expect(new Set(lines.map((line) => /^\S+ {3,}/.exec(line)?.[0].length)).size).toBe(1);
    expect((await fetch(`${url}/docs`)).status).toBe(200);
  });

  const addresses = [
    ['0.0.0.0', '127.0.0.1'],
    ['::', '[::1]'],
    ['::1', '[::1]'],
  ] as const;
  // Some containers have no IPv6.
  const here = Object.values(networkInterfaces()).flatMap((list) => list?.map(({ address }) => address));
  test.each(addresses.filter(([host]) => here.includes('::1') || !host.includes(':')))(
    'on %s says %s',
    async (host, written) => {
      const { says } = start(['--port', '0', '--host', host, '--seed', 'empty', '--log-level', 'silent']);
      const [, url, port, seed] = await says(ready);
      expect(url).toBe(`http://${written}:${port}`);
      expect(seed).toBe('empty');
      expect((await fetch(`${url}/openapi.json`)).status).toBe(200);
    },
  );
});

describe.each(['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT', 'SIGUSR2'] as const)('%s', (signal) => {
  test('ends with 0, and leaves the database closed', async () => {
    const { child, says, ended } = start(['--port', '0', '--db', 'world.db']);
    await says(ready);
    child.kill(signal);
    expect(await ended).toBe(0);
    expect(fs.readdirSync(folder)).toEqual(['world.db']);
  });

  test('lets an answer under way be delivered, and waits for nothing else', async () => {
    const { child, says, ended } = start(['--port', '0']);
    const [, , port] = await says(ready);
    const socket = await requestUnderWay(Number(port));
    child.kill(signal);
    await refused(Number(port));
    const delivered = performance.now();
    socket.write('}');
    const [answer] = await once(socket, 'data');
    expect(String(answer)).toMatch(/^HTTP\/1\.1 405 /);
    expect(await ended).toBe(0);
    // Had it waited, it would have been until the connections are cut, after 2 s.
    expect(performance.now() - delivered).toBeLessThan(1_500);
  });

  test('ends with 0 though a request never ends', async () => {
    const { child, says, ended } = start(['--port', '0']);
    const [, , port] = await says(ready);
    const socket = await requestUnderWay(Number(port));
    socket.on('error', () => {});
    child.kill(signal);
    expect(await ended).toBe(0);
  });

  test('a second time ends at once with 1', async () => {
    const { child, says, ended } = start(['--port', '0']);
    const [, , port] = await says(ready);
    const socket = await requestUnderWay(Number(port));
    socket.on('error', () => {});
    child.kill(signal);
    await refused(Number(port));
    child.kill(signal);
    expect(await ended).toBe(1);
  });
});

/** Resolves once the port takes no further connection. */
async function refused(port: number): Promise<void> {
  for (;;) {
    try {
      (await connection(port)).destroy();
    } catch {
      return;
    }
  }
}
