import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { type Running, run, runCommand } from '../cli/executable.ts';
import { builtProgram } from '../support/built.ts';
import { placeTaken, takeMembersPlace } from '../support/trouble.ts';
import { production, type Row, volumes } from '../support/world.ts';

// Each test starts a process or two.
vi.setConfig({ testTimeout: 30_000 });

let started: Running[] = [];

afterEach(() => {
  for (const { child } of started) child.kill('SIGKILL');
  started = [];
});

/** Sees to the end of what a test has started. */
function watched(running: Running): Running {
  started.push(running);
  return running;
}

/** A started emulator: calls to it, and what it has logged, once it is stopped. */
async function emulator(argv: readonly string[] = []) {
  const { child, says, ended, output } = watched(run(['--port', '0', ...argv]));
  const [, url = '', port] = await says(/ ready on (\S+:(\d+)) /);
  const call = (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) =>
    fetch(url + path, {
      method,
      headers: { authorization: 'Bearer account-token', 'content-type': 'application/json', ...headers },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
  const logged = async () => {
    child.kill();
    expect(await ended).toBe(0);
    return output.stderr;
  };
  const records = async () => parse(await logged());
  return { call, logged, records, says, child, ended, port: Number(port) };
}

/** Runs a program that uses the package's source. */
const evaluate = (program: string) => watched(runCommand(process.execPath, ['--input-type=module', '--eval', program]));

const parse = (text: string): Row[] =>
  text
    .trimEnd()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));

const snapshot = `/api/v1/volumes/${volumes.documented}/create-snapshot`;

/** Sends the bytes as they are, and resolves once the connection is over. */
async function sendRaw(port: number, bytes: string): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {}).resume();
  socket.end(Buffer.from(bytes, 'latin1'));
  await once(socket, 'close');
}

const faultOn = (operationId: string, effect: object) =>
  ['POST', '/_emulator/faults', { match: { operationId }, times: 1, effect }] as const;

describe('in JSON', () => {
  test('a call is one line, which says what is worth knowing of it', async () => {
    const { call, records } = await emulator();
    await call('POST', snapshot);
    expect(await records()).toEqual([
      {
        level: 'info',
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
        method: 'POST',
        path: snapshot,
        status: 200,
        durationMs: expect.any(Number),
        accountId: production,
        operationId: 'createSnapshotCommand',
        msg: 'request',
      },
    ]);
  });

  test('a transition that threw when it was due is an error, with its stack', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'datafy-emulator-'));
    const file = join(folder, 'world.db');
    const volume = volumes.ordinary;
    const before = await emulator(['--db', file, '--pace', 'activate=60000']);
    await before.call('PUT', '/_emulator/clock', { mode: 'controlled' });
    await before.call('POST', `/_emulator/accounts/${production}/volumes/${volume}/activate`, {});
    await before.logged();
    // What its activation is to make is there already.
    const db = new Sqlite(file);
    takeMembersPlace(db, volume);
    db.close();

    const after = await emulator(['--db', file, '--log-level', 'error']);
    expect((await after.call('POST', '/_emulator/clock/advance', { untilIdle: true })).status).toBe(200);
    const message = placeTaken;
    expect(await after.records()).toEqual([
      {
        level: 'error',
        time: expect.any(String),
        err: { type: 'SqliteError', message, stack: expect.stringContaining('relate') },
        resource: 'volume',
        id: volume,
        msg: `parked volume ${volume}: finish-activation failed: ${message}`,
      },
    ]);
    rmSync(folder, { recursive: true });
  });

  test('a refusal says its code and its sentence', async () => {
    const { call, records } = await emulator();
    const path = `/api/v1/volumes/${volumes.boot}/attach`;
    const { message } = (await (await call('POST', path, { instanceId: 'i-1', deviceName: '/dev/sdf' })).json()) as Row;
    await call('GET', '/api/v1/nothing', undefined, { authorization: '' });
    const [refused, unknown] = await records();
    expect(refused).toMatchObject({ level: 'info', status: 400, error: 'volume-not-managed', message });
    expect(unknown).toMatchObject({ level: 'info', status: 404, error: 'call-not-found', path: '/api/v1/nothing' });
    expect(unknown).not.toHaveProperty('accountId');
  });

  test('how long a call took is real time, whatever the clock of the world', async () => {
    const { call, records } = await emulator(['--clock', '2026-01-01T00:00:00Z']);
    await call(...faultOn('createSnapshotCommand', { delayMs: 100 }));
    await call('POST', snapshot);
    const [{ durationMs } = {}] = await records();
    // A timer may be early by a millisecond.
    expect(durationMs).toBeGreaterThan(98);
    expect(durationMs).toBe(Math.round(durationMs * 10) / 10);
  });

  test('what a fault did is no error of the emulator', async () => {
    const { call, records } = await emulator();
    await call(...faultOn('createSnapshotCommand', { status: 503, message: 'Out of order' }));
    await call('POST', snapshot);
    const fault = { error: 'fault', message: 'Out of order', faultId: 'fault-1' };
    expect(await records()).toEqual([expect.objectContaining({ level: 'info', status: 503, ...fault })]);
  });

  test('a connection that ends without an answer, by a fault or by the client, has a line', async () => {
    const { call, records, says, port } = await emulator(['--log-level', 'debug']);
    await call(...faultOn('createSnapshotCommand', { drop: 'connection' }));
    await expect(call('POST', snapshot)).rejects.toThrow();
    await call(...faultOn('createSnapshotCommand', { delayMs: 60_000 }));
    const socket = connect(port, '127.0.0.1');
    socket.write(`POST ${snapshot} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer account-token\r\n\r\n`);
    // Only what has struck is seen to have fired: the call is under way by then.
    for (let fired = 0; fired < 1; ) {
      const { faults } = (await (await call('GET', '/_emulator/faults')).json()) as Row;
      fired = faults[1].fired;
    }
    socket.destroy();
    await says(/"faultId":"fault-2"/, 'stderr');
    const lines = (await records()).filter(({ operationId }) => operationId === 'createSnapshotCommand');
    expect(lines).toEqual([
      expect.objectContaining({ status: null, aborted: true, faultId: 'fault-1' }),
      expect.objectContaining({ status: null, aborted: true, faultId: 'fault-2' }),
    ]);
  });

  test.each([
    { where: '', code: 'db.close();', type: 'TypeError', message: 'The database connection is not open' },
    {
      where: ', also where a fault has struck it',
      code: `const fault = { match: { operationId: 'createSnapshotCommand' }, effect: { delayMs: 1 } };
        await app.inject({ method: 'POST', url: '/_emulator/faults', body: fault });
        state.createSnapshot = () => null.unforeseen;`,
      type: 'TypeError',
      message: "Cannot read properties of null (reading 'unforeseen')",
      faultId: 'fault-1',
    },
  ])(
    'a failure that was not foreseen is an error with its stack, in the line of the request$where',
    async (failure) => {
      const app = new URL('../../src/app.ts', import.meta.url);
      const options = new URL('../../src/options/options.ts', import.meta.url);
      const { ended, output } = evaluate(
        `import { buildApp } from ${JSON.stringify(app)};
      import { defaults } from ${JSON.stringify(options)};
      const { app, db, state } = await buildApp({ ...defaults, logLevel: 'warn' });
      ${failure.code}
      const headers = { authorization: 'Bearer account-token' };
      const { statusCode } = await app.inject({ method: 'POST', url: ${JSON.stringify(snapshot)}, headers });
      console.log(statusCode);`,
      );
      expect(await ended).toBe(0);
      expect(output.stdout).toBe('500\n');
      const { type, message, faultId } = failure;
      expect(parse(output.stderr)).toEqual([
        expect.objectContaining({
          level: 'error',
          status: 500,
          error: 'internal',
          ...(faultId && { faultId }),
          err: expect.objectContaining({ type, message, stack: expect.stringMatching(/\n {4}at /) }),
        }),
      ]);
    },
  );
});

test('of an error there is nothing but itself, and no token in that', async () => {
  const { ended, output } = evaluate(
    `import { buildApp } from ${JSON.stringify(new URL('../../src/app.ts', import.meta.url))};
    import { defaults } from ${JSON.stringify(new URL('../../src/options/options.ts', import.meta.url))};
    const { app } = await buildApp(defaults);
    const token = ['eyJhbGciOiJIUzI1NiJ9', 'e30', 'c2lnbmVk'].join('.');
    app.log.error(Object.assign(new Error('Not for ' + token), { rawPacket: Buffer.from(token), request: { token } }));`,
  );
  expect(await ended).toBe(0);
  const [record = {}] = parse(output.stderr);
  expect(Object.keys(record.err)).toEqual(['type', 'message', 'stack']);
  expect(record.err.message).toBe('Not for ***');
  expect(record.err.stack).toMatch(/^Error: Not for \*\*\*\n/);
});

describe('for people', () => {
  const time = String.raw`\d\d:\d\d:\d\d\.\d{3}`;

  test('a call is one line: method, path, status, duration, account; then code and sentence of a refusal', async () => {
    const { call, logged } = await emulator(['--log-format', 'pretty']);
    await call('POST', snapshot);
    await call('GET', '/api/v1/volumes?limit=1&offset=0', undefined, { authorization: '' });
    const lines = (await logged()).split('\n');
    expect(lines).toEqual([
      expect.stringMatching(new RegExp(`^${time} POST   ${snapshot} 200 \\d+\\.\\d ms ${production}$`)),
      expect.stringMatching(
        new RegExp(
          `^${time} GET    /api/v1/volumes\\?limit=1&offset=0 401 \\d+\\.\\d ms - authorization-missing: The .*$`,
        ),
      ),
      '',
    ]);
  });

  test('what ended early, and what a fault did, is said behind it', async () => {
    const { call, logged } = await emulator(['--log-format', 'pretty']);
    await call(...faultOn('createSnapshotCommand', { drop: 'connection' }));
    await expect(call('POST', snapshot)).rejects.toThrow();
    expect(await logged()).toMatch(new RegExp(` --- \\d+\\.\\d ms ${production} no answer \\[fault-1\\]\n$`));
  });

  test('any other line has its level and its fields', async () => {
    const { call, logged } = await emulator(['--log-format', 'pretty', '--log-level', 'warn']);
    await call('GET', '/api/v1/volumes', undefined, { 'X-Datafy-Sub-Account-Id': production });
    expect(await logged()).toMatch(new RegExp(`^${time} warn The header X-Datafy-.* tokenId="[0-9a-f-]{36}"\n$`));
  });

  test('a token that never expires though its caller may have meant otherwise is a warning', async () => {
    const { call, records } = await emulator(['--log-level', 'warn']);
    const made = (body: object) => call('POST', `/api/v1/accounts/${production}/tokens`, body);
    const { tokenId } = (await (await made({ expireInMinutes: 0 })).json()) as { tokenId: string };
    for (const body of [{}, { expireInMinutes: 1 }, { expireInMinutes: -1 }]) await made(body);
    expect(await records()).toMatchObject([
      {
        level: 'warn',
        tokenId,
        msg: 'The token never expires: expireInMinutes is 0, as for a ttl below one minute',
      },
    ]);
  });

  describe.skipIf(!hasScript())('on a terminal (skipped without the command "script", which makes one)', () => {
    /** What a terminal shows of an emulator that had one call. */
    async function shown(argv: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<string> {
      const command = `'${process.execPath}' '${builtProgram()}' --port 0 ${argv.join(' ')}`;
      const terminal = watched(
        runCommand('script', ['-qefc', `exec ${command}`, '/dev/null'], { env: { TERM: 'xterm', ...env } }),
      );
      const [, url] = await terminal.says(/ready on (\S+)/);
      await terminal.says(/docs .*\s/);
      await fetch(`${url}${snapshot}`, { method: 'POST', headers: { authorization: 'Bearer account-token' } });
      await terminal.says(/create-snapshot.*\s/);
      terminal.child.kill();
      await terminal.ended;
      return terminal.output.stdout.replaceAll('\r', '').split('\n').slice(7).join('\n');
    }

    test('it is pretty and in colours', async () => {
      const status = '\u001b\\[32m200\u001b\\[39m';
      expect(await shown([])).toMatch(new RegExp(`^\u001b\\[90m${time}\u001b\\[39m POST .* ${status} `));
    });

    test.each([
      ['NO_COLOR', { NO_COLOR: '1' }],
      ['a terminal that has none', { TERM: 'dumb' }],
    ])('%s: no colours', async (_, env) => {
      expect(await shown([], env)).toMatch(new RegExp(`^${time} POST .* 200 \\d+\\.\\d ms ${production}\n$`));
    });

    test('--log-format json is JSON there, too', async () => {
      expect(parse(await shown(['--log-format', 'json']))).toMatchObject([{ path: snapshot, status: 200 }]);
    });
  });
});

function hasScript(): boolean {
  try {
    return execFileSync('script', ['--version'], { encoding: 'utf8' }).includes('util-linux');
  } catch {
    return false;
  }
}

describe('levels', () => {
  const calls = {
    api: ['POST', snapshot],
    refused: ['GET', '/api/v1/volumes/vol-1'],
    control: ['GET', '/_emulator/clock'],
    refusedControl: ['GET', '/_emulator/faults/none'],
    document: ['GET', '/openapi.json'],
    page: ['GET', '/docs'],
    health: ['GET', '/_emulator/health'],
  } as const;

  test.each([
    ['by default', [], ['api', 'refused', 'refusedControl']],
    ['info', ['--log-level', 'info'], ['api', 'refused', 'refusedControl']],
    ['debug', ['--log-level', 'debug'], ['api', 'refused', 'control', 'refusedControl', 'document', 'page']],
    ['trace', ['--log-level', 'trace'], Object.keys(calls)],
    ['warn', ['--log-level', 'warn'], []],
    ['silent', ['--log-level', 'silent'], []],
  ])('%s', async (_, argv, expected) => {
    const { call, logged } = await emulator(argv);
    for (const [method, path] of Object.values(calls)) await (await call(method, path)).arrayBuffer();
    const lines = parse(await logged()).map(({ method, path }) => `${method} ${path}`);
    expect(lines).toEqual(expected.map((name) => calls[name as keyof typeof calls].join(' ')));
  });

  test('an emulator within a process of one’s own logs nothing unless told to', async () => {
    const index = JSON.stringify(new URL('../../src/index.ts', import.meta.url));
    const { ended, output } = evaluate(
      `import { startEmulator } from ${index};
      for (const options of [{}, { logLevel: 'info' }]) {
        const { url, close } = await startEmulator(options);
        await fetch(url + '/' + (options.logLevel ?? 'unsaid'));
        await close();
      }`,
    );
    expect(await ended).toBe(0);
    expect(output.stdout).toBe('');
    expect(parse(output.stderr)).toEqual([expect.objectContaining({ path: '/info', status: 404 })]);
  });
});

describe.each(['json', 'pretty'])('in %s', (format) => {
  /** A token of the default world that is a JWT, as those that users create. */
  async function minted(
    call: (method: string, path: string, body?: unknown, headers?: Record<string, string>) => Promise<Response>,
  ) {
    const asOwner = { authorization: 'Bearer organization-token' };
    const answer = await call('POST', `/api/v1/accounts/${production}/tokens`, {}, asOwner);
    return ((await answer.json()) as Row).secret as string;
  }

  test('no secret is logged, at whatever level, and wherever a caller has put it', async () => {
    const control = 'marked-control-token';
    const argv = ['--log-level', 'trace', '--log-format', format, '--control-token', control];
    const { call, logged, port } = await emulator(argv);
    const token = await minted(call);
    expect(token).toMatch(/^eyJ/);
    const marks = [control, token, 'marked-by-header', 'marked-by-query', 'marked-by-body', 'marked-by-bytes'];
    const headers = { authorization: 'Bearer marked-by-header' };
    const mine = { authorization: `Bearer ${token}` };

    expect((await call('POST', snapshot, undefined, mine)).status).toBe(200);
    await call('POST', snapshot, undefined, headers);
    await call('GET', '/_emulator/clock', undefined, { authorization: `Bearer ${control}` });
    await call('GET', `/marked-by-header/${token}?marked-by-header`, undefined, headers);
    await call('GET', `/${token.replaceAll('.', '%2E')}`);
    for (const name of ['token', 'access_token', 'anything']) {
      await call('GET', `/api/v1/volumes?limit=1&${name}=marked-by-query&marked-by-query`);
    }
    await call('GET', `/api/v1/volumes?accounts=${token}`);
    await call('POST', snapshot, 'marked-by-body');
    await call('POST', snapshot, `{"description": marked-by-body}`);
    await call('POST', snapshot, { description: 'marked-by-body', tags: 'marked-by-body' });
    await call('POST', `/api/v1/accounts/${token}/tokens`, { description: token });
    const raw = 'Host: localhost\r\nAuthorization: Bearer marked-by-bytes\r\n';
    await sendRaw(port, `GET http://localhost/?token=marked-by-query HTTP/1.1\r\n${raw}\r\n`);
    await sendRaw(port, `GET /%zz?token=marked-by-query HTTP/1.1\r\n${raw}\r\n`);
    await sendRaw(port, `GET / HTTP/9.9\r\n${raw}\r\n`);
    await sendRaw(port, `GET / HTTP/1.1\r\n${raw}Content-Length: x\r\n\r\n`);

    const text = await logged();
    expect(text).toContain('A connection ended before its request did');
    for (const mark of marks) {
      expect(text).not.toContain(mark);
      // Neither as bytes.
      expect(text).not.toContain([...Buffer.from(mark)].join(','));
      expect(text).not.toContain(Buffer.from(mark).toString('hex'));
    }
    // What is no secret is there.
    expect(text).toContain('limit=1&token=***&***');
    expect(text).toContain('limit=1&access_token=***');
    expect(text).toContain('accounts=***');
    expect(text).toContain('/***/***');
  });

  test('what callers send cannot steer a terminal, nor begin a line', async () => {
    const { call, logged } = await emulator(['--log-format', format]);
    await call('GET', `/api/v1/volumes?accounts=${encodeURIComponent('\u001b[31m\n\u202e\u009b\ud83d\ude00')}`);
    const text = await logged();
    // What does no harm stays as it is.
    expect(text).toContain('\ud83d\ude00');
    expect(text).toMatch(/\\u001b\[31m(\\n|\\u000a)\\u202e\\u009b/);
    expect(text).not.toMatch(/[^\n\P{Cc}]|\p{Cf}/u);
    expect(text.trimEnd()).not.toContain('\n');
  });

  test('a line stays short, however long what was sent', async () => {
    const { call, logged } = await emulator(['--log-format', format]);
    await call('GET', `/${'a'.repeat(10_000)}?accounts=${'b'.repeat(4_000)}`);
    expect((await logged()).length).toBeLessThan(4_000);
  });
});

test('where it listens is said on stdout alone', async () => {
  const { logged } = await emulator(['--log-level', 'trace']);
  expect(await logged()).toBe('');
});

describe('who does not read the log', () => {
  /** Makes so many calls, with lines of such a length, that no pipe has room for them. */
  async function flood(call: (method: string, path: string) => Promise<Response>) {
    for (let sent = 0; sent < 600; sent++) expect((await call('GET', `/${'a'.repeat(900)}`)).status).toBe(404);
  }

  test('keeps no call from its answer, misses no line that it reads later, and does not hold up the end', async () => {
    const { call, child, ended, records } = await emulator();
    child.stderr.pause();
    await flood(call);
    child.stderr.resume();
    expect(await records()).toHaveLength(600);
    expect(await ended).toBe(0);
  });

  test('for good, does not hold up the end', async () => {
    const { call, child, ended } = await emulator();
    child.stderr.pause();
    await flood(call);
    child.kill();
    const [code] = await once(child, 'exit');
    expect(code).toBe(0);
    child.stderr.resume();
    await ended;
  });

  test('and is gone, costs nothing but the log', async () => {
    const { call, child, ended } = await emulator();
    child.stderr.destroy();
    await flood(call);
    child.kill();
    expect(await ended).toBe(0);
  });

  test.skipIf(!existsSync('/dev/full'))(
    'a disk that is full costs nothing else (skipped without /dev/full)',
    async () => {
      const { says, child, ended } = watched(
        runCommand('bash', ['-c', `exec "${process.execPath}" "${builtProgram()}" --port 0 2> /dev/full`]),
      );
      const [, url] = await says(/ ready on (\S+) /);
      await flood((method, path) => fetch(url + path, { method }));
      child.kill();
      expect(await ended).toBe(0);
    },
  );
});
