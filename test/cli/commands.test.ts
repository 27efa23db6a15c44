import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type Emulator, startEmulator, type World } from '../../src/index.ts';
import { bash, result, run } from './executable.ts';

// Every command that speaks to a running emulator, as a process of its own, against one.

vi.setConfig({ testTimeout: 60_000 });

let emulator: Emulator;
beforeAll(async () => {
  emulator = await startEmulator();
});
afterAll(() => emulator.close());

const now = '2026-01-01T00:00:00.000Z';
const volumeId = 'vol-0b9176567fe16f0bc';

const makeWorld = () =>
  emulator.control.createOrganization({
    seed: 'default',
    clock: { mode: 'controlled', now },
    pace: { snapshot: 60_000 },
  });

/** Runs a command against a world: it ends well, and says nothing on stderr. */
async function command(world: World, ...argv: string[]): Promise<string> {
  const { code, stdout, stderr } = await result([...argv, '--organization', world.organizationId], variables());
  expect([code, stderr]).toEqual([0, '']);
  return stdout;
}

/** Runs a command that fails: one line on stderr, and nothing else. */
async function failure(
  argv: string[],
  env: NodeJS.ProcessEnv = variables(),
): Promise<[code: number | null, line: string]> {
  const { code, stdout, stderr } = await result(argv, env);
  expect(stdout).toBe('');
  expect(stderr).toMatch(/^[^\n]+\n$/);
  return [code, stderr.trimEnd()];
}

const variables = () => ({ DATAFY_EMULATOR_URL: emulator.url });

function call(world: World, path = `volumes/${volumeId}/create-snapshot`, method = 'POST') {
  const headers = { authorization: `Bearer ${world.accounts[0]?.token}` };
  return fetch(`${world.url}/api/v1/${path}`, { method, headers });
}

test('every command passes over what a Kubernetes Service called datafy-emulator sets', async () => {
  const port = 'tcp://10.96.0.10:4650';
  const service = { DATAFY_EMULATOR_SERVICE_HOST: '10.96.0.10', DATAFY_EMULATOR_PORT: port };
  const env = { ...variables(), ...service, DATAFY_EMULATOR_PORT_4650_TCP: port };
  const commands = [
    ['health'],
    ['clock'],
    ['env'],
    ['requests'],
    ['faults'],
    ['checkpoint', 'list'],
    ['seed', 'schema'],
  ];
  const results = await Promise.all(commands.map((argv) => result(argv, env)));
  expect(results.map(({ code, stderr }) => [code, stderr])).toEqual(commands.map(() => [0, '']));
  // Where it is, the platform does not say either.
  const { DATAFY_EMULATOR_URL: _, ...nowhere } = env;
  expect((await result(['health'], nowhere)).stderr).not.toContain('10.96.0.10');
});

test('health says that it serves, in words and as JSON', async () => {
  const [words, json] = await Promise.all([result(['health'], variables()), result(['health', '--json'], variables())]);
  expect([words.code, words.stderr]).toEqual([0, '']);
  const { version } = await emulator.control.health();
  expect(words.stdout).toMatch(new RegExp(`^ok: datafy-emulator ${version} on ${emulator.url}, for [\\d.]+ s\n$`));
  expect(JSON.parse(json.stdout)).toMatchObject({ status: 'ok', version, uptimeSeconds: expect.any(Number) });
});

test('reset puts a world back to its beginning', async () => {
  const world = await makeWorld();
  const beginning = await world.control.state.export();
  await call(world);
  expect(await world.control.state.export()).not.toEqual(beginning);
  const said = await command(world, 'reset');
  expect(said).toBe(`Reset world ${world.organizationId}: it is as it began\n`);
  expect(await world.control.state.export()).toEqual(beginning);
});

describe('clock', () => {
  test('that runs with the machine is not advanced, and the message names the command that lets it stand', async () => {
    expect(await failure(['clock', 'advance', '60'])).toEqual([
      1,
      "The clock of the default world is the machine's: let it stand first, by datafy-emulator clock set",
    ]);
  });

  test('is shown, stopped, moved and let run', async () => {
    const world = await emulator.control.createOrganization({ seed: 'default', pace: { snapshot: 60_000 } });
    expect(await command(world, 'clock')).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z \(system\)\n$/);
    // No year that the tests are run in is beyond it.
    expect(await command(world, 'clock', 'set', '2199-01-01T00:00:00Z')).toBe(
      '2199-01-01T00:00:00.000Z (controlled)\n',
    );
    const { datafySnapshotId } = (await (await call(world)).json()) as { datafySnapshotId: string };
    expect(await command(world, 'clock', 'advance', '59.5')).toBe('2199-01-01T00:00:59.500Z (controlled)\n');
    const [line, heads, settled] = (await command(world, 'clock', 'advance', '--until-idle')).split('\n');
    expect(line).toBe('2199-01-01T00:01:00.000Z (controlled)');
    expect(heads).toMatch(/^AT +WHAT +ID +ACTION +TO$/);
    expect(settled?.split(/ {2,}/)).toEqual([
      '2199-01-01T00:01:00.000Z',
      'snapshot',
      datafySnapshotId,
      'complete',
      'completed',
    ]);
    expect(JSON.parse(await command(world, 'clock', 'show', '--json'))).toEqual(await world.control.clock.get());
  });

  test('stands where it is without an instant, and runs again', async () => {
    const world = await emulator.control.createOrganization();
    await command(world, 'clock', 'set');
    const { mode, now } = await world.control.clock.get();
    expect(mode).toBe('controlled');
    expect((await world.control.clock.get()).now).toBe(now);
    expect(await command(world, 'clock', 'system')).toMatch(/ \(system\)\n$/);
    expect((await world.control.clock.get()).mode).toBe('system');
  });

  test.each([
    [
      ['set', '2026-01-01'],
      'INSTANT "2026-01-01" is not accepted: use an RFC 3339 instant, such as 2026-01-01T00:00:00Z',
    ],
    [['advance'], 'clock advance needs either SECONDS or --until-idle'],
    [['advance', '1', '--until-idle'], 'clock advance needs either SECONDS or --until-idle'],
    [['advance', 'soon'], 'SECONDS "soon" is not accepted: use a number of seconds, such as 60 or 0.5'],
    [['advance', '-5'], 'SECONDS "-5" is not accepted: use a number of seconds, such as 60 or 0.5'],
  ])('%j is wrong usage', async (argv, line) => {
    expect(await failure(['clock', ...argv])).toEqual([2, line]);
  });
});

test('checkpoint keeps copies, lists them, goes back to one and forgets one', async () => {
  const world = await makeWorld();
  const id = world.organizationId;
  expect(await command(world, 'checkpoint')).toBe('There are no checkpoints\n');
  expect(await command(world, 'checkpoint', 'create', 'be fore')).toBe(`Created checkpoint be fore of world ${id}\n`);
  expect(await command(world, 'checkpoint', 'create', 'be fore')).toBe(`Replaced checkpoint be fore of world ${id}\n`);
  const before = await world.control.state.export();
  expect(await command(world, 'checkpoint', 'list')).toBe(`NAME     CREATED\nbe fore  ${now}\n`);
  expect(JSON.parse(await command(world, 'checkpoint', 'list', '--json'))).toEqual([
    { name: 'be fore', createdAt: now },
  ]);
  await call(world);
  expect(await command(world, 'checkpoint', 'restore', 'be fore')).toBe(`Restored checkpoint be fore of world ${id}\n`);
  expect(await world.control.state.export()).toEqual(before);
  expect(await command(world, 'checkpoint', 'delete', 'be fore')).toBe(`Deleted checkpoint be fore of world ${id}\n`);
  expect(await world.control.checkpoints.list()).toEqual([]);
  expect(await failure(['checkpoint', 'restore', 'be fore'])).toEqual([1, expect.stringContaining('be fore')]);
  expect(await failure(['checkpoint', 'create'])).toEqual([
    2,
    'datafy-emulator checkpoint create needs NAME: --help says what it is',
  ]);
});

describe('faults', () => {
  test('are added, strike, are listed and removed', async () => {
    const world = await makeWorld();
    const argv = '--call createSnapshotCommand --status 503 --message Later --times 1 --header Retry-After:1'.split(
      ' ',
    );
    const added = await command(world, 'faults', 'add', ...argv);
    expect(added.split('\n')[1]?.split(/ {2,}/)).toEqual([
      'fault-1',
      'operationId=createSnapshotCommand',
      'status=503 message=Later headers={"Retry-After":"1"}',
      'times=1',
      '0',
      '0',
    ]);
    const struck = await call(world);
    expect([struck.status, struck.headers.get('retry-after'), await struck.json()]).toEqual([
      503,
      '1',
      { message: 'Later' },
    ]);
    expect((await call(world)).status).toBe(200);
    const [heads, row] = (await command(world, 'faults')).split('\n');
    expect(heads).toMatch(/^ID +MATCH +EFFECT +WHEN +SEEN +FIRED$/);
    expect(row).toMatch(/ 2 +1$/);
    expect(JSON.parse(await command(world, 'faults', 'list', '--json'))).toEqual(await world.control.faults.list());
    expect(await command(world, 'faults', 'remove', 'fault-1')).toBe(
      `Removed fault-1 from world ${world.organizationId}\n`,
    );
    expect(await world.control.faults.list()).toEqual([]);
  });

  test('take every field that a fault can have', async () => {
    const world = await makeWorld();
    const accountId = world.accounts[0]?.accountId ?? '';
    const { tokens } = await world.control.state.export();
    const tokenId = tokens.find((each) => each.accountId === accountId)?.tokenId ?? '';
    const path = '/api/v1/volumes/{volumeId}/create-snapshot';
    const cases: [argv: string[], fault: object][] = [
      [
        ['--call', `POST ${path}`, '--account', accountId, '--volume', volumeId, '--token', tokenId, '--delay-ms', '5'],
        { match: { method: 'POST', path, accountId, volumeId, tokenId }, effect: { delayMs: 5 } },
      ],
      [
        ['--call', path, '--drop', 'body', '--skip', '2', '--times', '3', '--probability', '0.5'],
        { match: { path }, effect: { drop: 'body' }, skip: 2, times: 3, probability: 0.5 },
      ],
      [
        ['--call', 'DELETE', '--header', 'X-One: 1', '--header', 'X-Two:2:3'],
        { match: { method: 'DELETE' }, effect: { headers: { 'X-One': '1', 'X-Two': '2:3' } } },
      ],
      [
        ['--transition', 'snapshot.create', '--outcome', 'hold'],
        { match: { transition: 'snapshot.create' }, effect: { outcome: 'hold' } },
      ],
    ];
    for (const [argv, fault] of cases) {
      const printed = JSON.parse(await command(world, 'faults', 'add', '--json', ...argv));
      const { faultId, seen, fired, ...rest } = printed;
      expect(rest).toEqual(fault);
      expect((await world.control.faults.list()).at(-1)).toEqual(printed);
    }
    await command(world, 'faults', 'clear');
    expect(await command(world, 'faults')).toBe('There are no faults\n');
  });

  test.each([
    [
      ['add', '--call', 'POST'],
      2,
      'faults add needs what is to happen: one of --status, --message, --header, --delay-ms, --drop, --outcome',
    ],
    [['add', '--status', 'bad'], 2, '--status "bad" is not accepted: use a whole number from 400 to 599'],
    [['add', '--status', '99'], 2, '--status "99" is not accepted: use a whole number from 400 to 599'],
    [['add', '--times', 'bad'], 2, '--times "bad" is not accepted: use a whole number'],
    [['add', '--drop', 'all'], 2, '--drop "all" is not accepted: use one of connection, body'],
    [['add', '--header', 'x'], 2, '--header "x" is not accepted: use a name and a value, such as Retry-After:1'],
    [
      ['add', '--probability', '2', '--status', '500'],
      2,
      '--probability "2" is not accepted: use a number up to 1, such as 0.25',
    ],
    [
      ['add', '--call', 'POST /api/v1/accounts now', '--status', '500'],
      2,
      expect.stringContaining('use an operationId, a method, a path'),
    ],
    [['add', '--call', 'nothing', '--status', '503'], 1, expect.stringContaining('there is no operation nothing')],
    [['remove', 'fault-9'], 1, 'There is no fault fault-9'],
    [['lst'], 2, 'Unknown command "lst": the nearest is list, and --help lists the commands'],
    [['--json', 'list'], 2, 'Unexpected argument "list": a command stands before its flags'],
  ])('%j is refused', async (argv, code, line) => {
    expect(await failure(['faults', ...argv])).toEqual([code, line]);
    expect(await emulator.control.faults.list()).toEqual([]);
  });
});

describe('requests', () => {
  test('go on where an earlier answer ended, and say what was forgotten', async () => {
    const world = await makeWorld();
    await call(world, 'volumes', 'GET');
    const [, first = ''] = (await command(world, 'requests', '--since', '0')).split('Go on with ');
    expect(first).toMatch(/^--since [0-9a-f]{8}-1\n$/);
    const next = first.trim().split(' ');
    expect(await command(world, 'requests', ...next)).toBe(`There are no such requests\nGo on with ${first}`);
    await call(world, 'volumes', 'GET');
    await call(world, 'volumes', 'GET');
    expect((await command(world, 'requests', ...next)).split('\n')).toHaveLength(5);
    await command(world, 'requests', 'clear');
    const lost = await command(world, 'requests', ...next);
    expect(lost).toMatch(/^Forgotten before these: 2\nThere are no such requests\nGo on with --since [0-9a-f]{8}-3\n$/);
    await world.control.reset();
    expect(await command(world, 'requests', ...next)).toContain('Forgotten before these: nobody knows how many\n');
  });

  test('are a table of what was called, and what came of it', async () => {
    const world = await makeWorld();
    expect(await command(world, 'requests')).toBe('There are no such requests\n');
    const { datafySnapshotId } = (await (await call(world)).json()) as { datafySnapshotId: string };
    await call(world, 'volumes/vol-00000000/create-snapshot?accounts=all');
    const [heads, taken, refused] = (await command(world, 'requests')).split('\n');
    const cells = (line = '') => line.split(/ {2,}/);
    expect(cells(heads)).toEqual(['ID', 'AT', 'METHOD', 'PATH', 'STATUS', 'WHAT CAME OF IT']);
    expect(cells(taken)).toEqual([
      '1',
      now,
      'POST',
      `/api/v1/volumes/${volumeId}/create-snapshot`,
      '200',
      `${datafySnapshotId} create -> pending`,
    ]);
    expect(cells(refused)).toEqual([
      '2',
      now,
      'POST',
      '/api/v1/volumes/vol-00000000/create-snapshot?accounts=all',
      '400',
      `volume-not-found: There is no volume vol-00000000 in account ${world.accounts[0]?.accountId}`,
    ]);
    // Each in the column of its heading.
    expect(taken?.indexOf('200')).toBe(heads?.indexOf('STATUS'));
    await command(world, 'requests', 'clear');
    expect(await world.control.requests.list()).toEqual([]);
  });

  test('are chosen by every filter, and have no secret in them', async () => {
    const world = await makeWorld();
    const path = `/api/v1/volumes/${volumeId}/create-snapshot`;
    await call(world);
    await call(world, 'volumes', 'GET');
    await call(world, 'volumes/vol-00000000/create-snapshot');
    const accountId = world.accounts[0]?.accountId ?? '';
    const filters: [argv: string[], ids: number[]][] = [
      [[], [1, 2, 3]],
      [
        ['--call', 'createSnapshotCommand'],
        [1, 3],
      ],
      [['--call', 'GET'], [2]],
      [['--call', path], [1]],
      [['--call', `GET ${path}`], []],
      [['--status', '400'], [3]],
      [
        ['--account', accountId, '--since', '0', '--limit', '2'],
        [1, 2],
      ],
      [['--limit', '1'], [3]],
    ];
    for (const [argv, ids] of filters) {
      const { requests } = JSON.parse(await command(world, 'requests', 'list', '--json', ...argv));
      expect([argv, requests.map(({ id }: { id: number }) => id)]).toEqual([argv, ids]);
    }
    expect(JSON.parse(await command(world, 'requests', '--json'))).toEqual(await world.control.requests.page());
    expect(await command(world, 'requests', '--json')).not.toContain(world.accounts[0]?.token);
    const [refused, why] = await failure(['requests', 'list', '--since', '2']);
    expect([refused, why]).toEqual([2, expect.stringContaining('an earlier answer')]);
    expect(await failure(['requests', 'list', '--call', 'nothing'])).toEqual([1, expect.stringContaining('"nothing"')]);
  });
});

describe('env', () => {
  test('lets a shell call the emulator', async () => {
    const { code, stdout, stderr } = await bash(
      'eval "$(datafy-emulator env)"\n' +
        'curl -sS -H "Authorization: Bearer $DATAFY_TOKEN" "$DATAFY_ENDPOINT/api/v1/volumes"\n' +
        'echo "$DATAFY_URL"',
      { env: variables() },
    );
    expect([code, stderr]).toEqual([0, '']);
    const [answer = '', url] = stdout.split('\n').length > 2 ? stdout.split('\n') : stdout.split(/(?<=\})(?=http)/);
    expect(JSON.parse(answer)).toMatchObject({ count: 11 });
    expect(url?.trim()).toBe(emulator.url);
  });

  test.each([
    [['--account', 'staging'], 'staging-account-token'],
    [['--account', '1536356a-b26f-4feb-8cd5-56b54b6c51d2'], 'account-token'],
    [['--account', 'Example organization'], 'organization-token'],
    [['--token', 'readonly-token'], 'readonly-token'],
  ])('%j chooses the token %s', async (argv, token) => {
    const { stdout } = await result(['env', '--json', ...argv], variables());
    const { url } = emulator;
    expect(JSON.parse(stdout)).toEqual({ DATAFY_ENDPOINT: url, DATAFY_URL: url, DATAFY_TOKEN: token });
  });

  test.each([
    [['--client', 'datafy'], 'DATAFY_ENDPOINT', 'organization-token'],
    [['--client', 'datafyaws'], 'DATAFY_URL', 'account-token'],
    [['--client', 'datafyaws', '--account', 'staging'], 'DATAFY_URL', 'staging-account-token'],
    [['--client', 'datafy', '--token', 'account-token'], 'DATAFY_ENDPOINT', 'account-token'],
  ])('%j prints what that client reads, and a token for what it does', async (argv, address, token) => {
    const { stdout } = await result(['env', '--json', ...argv], variables());
    expect(JSON.parse(stdout)).toEqual({ [address]: emulator.url, DATAFY_TOKEN: token });
  });

  test('for a client that creates accounts prints no token that may only read', async () => {
    const world = await emulator.control.createOrganization();
    const client = ['env', '--json', '--client', 'datafy', '--organization', world.organizationId];
    const document = await world.control.state.export();
    const accountId = document.ownAccountId ?? '';
    const withRoles = (roleIds: string[]) =>
      world.control.state.import({ ...document, tokens: [{ accountId, token: 'of-this-world', roleIds }] });
    const folder = mkdtempSync(join(tmpdir(), 'datafy-emulator-'));
    try {
      const seed = { ...variables(), DATAFY_EMULATOR_SEED: join(folder, 'seed.yaml') };
      writeFileSync(seed.DATAFY_EMULATOR_SEED, 'tokens: [{token: of-this-world}]\n');
      await withRoles(['admin']);
      const { stdout } = await result(client, seed);
      expect(JSON.parse(stdout).DATAFY_TOKEN).toBe('of-this-world');
      await withRoles(['read-only']);
      const [code, line] = await failure(client, seed);
      expect([code, line]).toEqual([1, expect.stringMatching(/^Which tokens that may create accounts there are in /)]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test('prints one line, quoted where a shell would take it otherwise', async () => {
    const world = await emulator.control.createOrganization();
    const token = `it's$HOME;"`;
    const document = await world.control.state.export();
    const accountId = document.accounts[0]?.accountId ?? '';
    await world.control.state.import({ ...document, tokens: [{ accountId, token }] });
    const { code, stdout, stderr } = await bash(
      `datafy-emulator env --token "$1" --organization ${world.organizationId} | wc -l\n`.replace(
        '$1',
        'it\'s\\$HOME;\\"',
      ) +
        `eval "$(datafy-emulator env --token "it's\\$HOME;\\"" --organization ${world.organizationId})"\n` +
        'echo "$DATAFY_TOKEN"',
      { env: variables() },
    );
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout.split('\n').map((line) => line.trim())).toEqual(['1', token, '']);
  });

  test('prints no token that the running world does not have', async () => {
    const world = await makeWorld();
    const other = ['--organization', world.organizationId];
    expect(await failure(['env', '--token', 'made-up'])).toEqual([
      1,
      'There is no such token in the default world, or it has expired',
    ]);
    expect(await failure(['env', '--token', 'expired-token'])).toEqual([
      1,
      expect.stringContaining('or it has expired'),
    ]);
    // Its tokens were minted: whoever made it was told them once.
    const [code, line] = await failure(['env', ...other]);
    expect([code, line]).toEqual([1, expect.stringContaining('is known by their hashes only')]);
    expect(line).toContain('name one with --token');
    const known = await command(world, 'env', '--json', '--token', world.accounts[0]?.token ?? '');
    expect(JSON.parse(known).DATAFY_TOKEN).toBe(world.accounts[0]?.token);
    expect(await failure(['env', '--account', 'prod'])).toEqual([
      1,
      'There is no account "prod" in the default world: there are Example organization, production, staging',
    ]);
  });

  test('knows the tokens of a seed file, where a start in the same folder would take it', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'datafy-emulator-'));
    const file = join(folder, 'datafy-emulator.yaml');
    const accountId = '11111111-2222-4333-8444-555555555555';
    writeFileSync(
      file,
      `accounts: [{accountId: ${accountId}, name: mine}]\ntokens: [{accountId: ${accountId}, token: of-mine}]\n`,
    );
    const seeded = await startEmulator({ seed: file });
    try {
      const url = { DATAFY_EMULATOR_URL: seeded.url };
      const found = run(['env', '--json'], { cwd: folder, env: url });
      expect([await found.ended, JSON.parse(found.output.stdout).DATAFY_TOKEN]).toEqual([0, 'of-mine']);
      const named = await result(['env', '--json'], { ...url, DATAFY_EMULATOR_SEED: file });
      expect(JSON.parse(named.stdout).DATAFY_TOKEN).toBe('of-mine');
      // Elsewhere nobody can know it, and another emulator does not have it.
      expect((await failure(['env'], url))[0]).toBe(1);
      const other = await result(['env', '--json'], { ...variables(), DATAFY_EMULATOR_SEED: file });
      expect(JSON.parse(other.stdout).DATAFY_TOKEN).toBe('account-token');
    } finally {
      await seeded.close();
      rmSync(folder, { recursive: true });
    }
  });
});

describe('openapi', () => {
  const get = async (path: string) => (await fetch(emulator.url + path)).json();

  test.each([
    [[], '/openapi.json'],
    [['--control'], '/_emulator/openapi.json'],
  ])('%j prints what a running emulator serves, and needs none', async (argv, path) => {
    const { code, stdout, stderr } = await result(['openapi', ...argv]);
    expect([code, stderr]).toEqual([0, '']);
    expect(JSON.parse(stdout)).toEqual(await get(path));
  });

  test('--strict leaves out what is not of the Datafy API', async () => {
    const { stdout } = await result(['openapi', '--strict']);
    const all = Object.keys(((await get('/openapi.json')) as { paths: object }).paths);
    const strict = Object.keys(JSON.parse(stdout).paths);
    expect(all.filter((path) => !strict.includes(path))).toEqual(['/api/v1/volumes', '/api/v1/snapshots']);
  });

  test('may be read only in part', async () => {
    const { code, stdout, stderr } = await bash('set -o pipefail\ndatafy-emulator openapi | head -n 1');
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: '{\n', stderr: '' });
  });
});

describe('which emulator', () => {
  test('is named by a flag, by a variable, or is where one with the same variables would be', async () => {
    const { url } = emulator;
    const { port } = new URL(url);
    const ways: [argv: string[], env: NodeJS.ProcessEnv][] = [
      [['--url', `${url}/`], {}],
      [['--url', url], { DATAFY_EMULATOR_URL: 'http://127.0.0.1:9' }],
      [[], { DATAFY_EMULATOR_URL: url, DATAFY_EMULATOR_PORT: '9' }],
      [[], { DATAFY_EMULATOR_PORT: port }],
      [[], { DATAFY_EMULATOR_PORT: port, DATAFY_EMULATOR_HOST: '0.0.0.0' }],
    ];
    for (const [argv, env] of ways) expect((await result(['health', ...argv], env)).code).toBe(0);
  });

  test('that does not answer is said, with how to start one and which option names it', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, 'close');
    const url = `http://127.0.0.1:${port}`;
    expect(await failure(['reset'], { DATAFY_EMULATOR_URL: url })).toEqual([
      1,
      `No emulator answers at ${url} (ECONNREFUSED): start one with datafy-emulator, ` +
        'or name where it is with --url or DATAFY_EMULATOR_URL',
    ]);
  });

  test.each([
    [200, 'text/html', '<p>hello</p>'],
    [404, 'application/json', '{"message": "Not found"}'],
  ])('that is something else is said: %i %s', async (status, type, body) => {
    const server = createServer((_, response) => response.writeHead(status, { 'content-type': type }).end(body));
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    expect(await failure(['clock', '--url', url])).toEqual([
      1,
      `What answers at ${url} is no datafy-emulator: name another with --url or DATAFY_EMULATOR_URL`,
    ]);
    server.close();
  });

  test('that needs its control token is said; the token is a flag, or the variable that it was given by', async () => {
    const guarded = await startEmulator({ controlToken: 'secret' });
    const env = { DATAFY_EMULATOR_URL: guarded.url };
    try {
      const [code, line] = await failure(['clock'], env);
      expect([code, line]).toEqual([1, expect.stringContaining('--control-token or DATAFY_EMULATOR_CONTROL_TOKEN')]);
      expect((await failure(['clock', '--control-token', 'wrong'], env))[0]).toBe(1);
      expect((await result(['clock', '--control-token', 'secret'], env)).code).toBe(0);
      expect((await result(['clock'], { ...env, DATAFY_EMULATOR_CONTROL_TOKEN: 'secret' })).code).toBe(0);
      expect((await result(['health'], env)).code).toBe(0);
    } finally {
      await guarded.close();
    }
  });

  test('that has no control surface is healthy, and can do nothing else', async () => {
    const closed = await startEmulator({ control: false });
    const env = { DATAFY_EMULATOR_URL: closed.url };
    try {
      const { code, stdout } = await result(['health'], env);
      expect([code, stdout]).toEqual([0, `ok: a datafy-emulator without its control surface on ${closed.url}\n`]);
      expect(await failure(['reset'], env)).toEqual([
        1,
        `The emulator at ${closed.url} was started without its control surface`,
      ]);
    } finally {
      await closed.close();
    }
  });

  test.each([
    [['reset', '--organization', 'nowhere'], {}, 1, 'There is no organization nowhere'],
    [['reset', '--url', 'nowhere'], {}, 2, /^--url "nowhere" is not accepted: use where the emulator is, such as /],
    [['reset'], { DATAFY_EMULATOR_URL: '', DATAFY_EMULATOR_PORT: '0' }, 2, /^DATAFY_EMULATOR_PORT 0 does not say /],
    [
      ['reset'],
      { DATAFY_EMULATOR_URLS: 'x' },
      2,
      /^Unknown environment variable "DATAFY_EMULATOR_URLS": the nearest is DATAFY_EMULATOR_URL/,
    ],
    [['reset', '--prot', '1'], {}, 2, 'Unknown flag "--prot": --help lists the flags'],
    [['rest'], {}, 2, 'Unknown command "rest": the nearest is reset, and --help lists the commands'],
  ])('%j is refused', async (argv, env, code, line) => {
    expect(await failure(argv, { ...variables(), ...env })).toEqual([
      code,
      typeof line === 'string' ? line : expect.stringMatching(line),
    ]);
  });
});
