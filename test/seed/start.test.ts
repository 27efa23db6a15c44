import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { startEmulator } from '../../src/index.ts';
import { bash, type Running, run } from '../cli/executable.ts';

// Seeds as users meet them: files beside the executable, in a folder of their own.

vi.setConfig({ testTimeout: 60_000 });

let folder: string;
let running: Running[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'seeds-'));
});
afterEach(async () => {
  for (const { child, ended } of running) {
    child.kill('SIGKILL');
    await ended;
  }
  running = [];
  rmSync(folder, { recursive: true });
});

const volumeId = 'vol-0000000000000a001';
const named = (name: string, more = '') =>
  `name: ${name}\ntokens: [{ token: ${name}-token }]\nvolumes: [{ volumeId: ${volumeId}, sizeGb: 7 }]\n${more}`;

function write(name: string, text: string): string {
  writeFileSync(join(folder, name), text);
  return name;
}

function start(argv: string[] = [], env: NodeJS.ProcessEnv = {}): Running {
  const started = run(['--port', '0', '--log-level', 'silent', ...argv], { cwd: folder, env });
  running.push(started);
  return started;
}

/** Starts well: where it is, which seed it says, and all that it wrote. */
async function ready(argv?: string[], env?: NodeJS.ProcessEnv) {
  const started = start(argv, env);
  const [, url = '', seed = ''] = await started.says(/ready on (\S+) \((.*), \d+ ms\)\n/);
  await started.says(/^docs .*\n/m);
  const { name } = (await (await fetch(`${url}/_emulator/state`)).json()) as { name: string };
  return { ...started, url, seed, name };
}

/** Is refused: the exit code is 2, there is nothing on stdout, and no file is there that was not there before. */
async function refused(argv: string[] = [], env: NodeJS.ProcessEnv = {}): Promise<string> {
  const before = readdirSync(folder);
  const { ended, output } = start(['--db', 'world.db', ...argv], env);
  expect([await ended, output.stdout]).toEqual([2, '']);
  expect(readdirSync(folder)).toEqual(before);
  return output.stderr;
}

async function stop({ child, ended }: Running): Promise<void> {
  child.kill('SIGTERM');
  expect(await ended).toBe(0);
}

describe('a start', () => {
  test('without a seed file begins with the default world', async () => {
    expect(await ready()).toMatchObject({ seed: 'seed default', name: 'Example organization' });
  });

  test.each(['datafy-emulator.yaml', 'datafy-emulator.yml'])('finds %s', async (file) => {
    write(file, named('found'));
    const { seed, name, url, output } = await ready();
    expect([seed, name]).toEqual([`seed ${file}`, 'found']);
    // Its owner knows its tokens; who reads along need not.
    expect(output.stdout).not.toContain('found-token');
    const answer = await fetch(`${url}/api/v1/volumes`, { headers: { authorization: 'Bearer found-token' } });
    expect(await answer.json()).toMatchObject({ count: 1, volumes: [{ volumeId, status: 'managed' }] });
  });

  test('finds datafy-emulator.json', async () => {
    write('datafy-emulator.json', JSON.stringify({ name: 'found', volumes: [{ sizeGb: 1 }] }));
    const { seed, name, output } = await ready();
    expect([seed, name]).toEqual(['seed datafy-emulator.json', 'found']);
    // It names no tokens, and gets those that everybody knows.
    expect(output.stdout).toMatch(/^organization-token +any sub-account.*\naccount-token +sub-account account-1, /m);
  });

  test('refuses to choose between several', async () => {
    write('datafy-emulator.yaml', named('one'));
    write('datafy-emulator.json', '{}');
    expect(await refused()).toBe(
      'Several seed files are here: datafy-emulator.yaml, datafy-emulator.json. Keep one, or name one with --seed\n',
    );
    expect(await ready(['--seed', 'datafy-emulator.yaml'])).toMatchObject({ name: 'one' });
  });

  test('takes what it is told instead of what is there: a path, a name, or either in the variable', async () => {
    write('datafy-emulator.yaml', 'broken: [');
    write('team.yaml', named('team'));
    const variable = (text: string) => ({ DATAFY_EMULATOR_SEED: text });
    const [path, name, ofVariable, both] = await Promise.all([
      ready(['--seed', 'team.yaml']),
      ready(['--seed', 'default']),
      ready([], variable(join(folder, 'team.yaml'))),
      ready(['--seed', './team.yaml'], variable('empty')),
    ]);
    expect([path.seed, path.name]).toEqual(['seed team.yaml', 'team']);
    expect([name.seed, name.name]).toEqual(['seed default', 'Example organization']);
    expect(ofVariable.name).toBe('team');
    expect([both.seed, both.name]).toEqual(['seed ./team.yaml', 'team']);
  });

  test('begins with the fleet, and names the tokens of its accounts', async () => {
    const { seed, url, output } = await ready(['--seed', 'fleet']);
    expect(seed).toBe('seed fleet');
    for (const team of ['payments', 'catalog', 'search', 'analytics', 'platform', 'staging']) {
      expect(output.stdout).toMatch(new RegExp(`^${team}-token +sub-account ${team}, `, 'm'));
    }
    const answer = await fetch(`${url}/api/v1/volumes?limit=1`, { headers: { authorization: 'Bearer staging-token' } });
    expect(await answer.json()).toMatchObject({ count: 40 });
  });

  test('lets the seed say what time it is and how fast, unless a flag does', async () => {
    write(
      'datafy-emulator.yaml',
      named('x', 'clock: { mode: controlled, now: 2026-01-01T00:00:00Z }\npace: { attach: 7 }\n'),
    );
    const look = async ({ url }: { url: string }, what: string) => (await fetch(`${url}/_emulator/${what}`)).json();
    const [seeds, flags] = await Promise.all([
      ready(),
      ready(['--clock', '2030-01-01T00:00:00Z', '--pace', 'snapshot=5']),
    ]);
    expect(await look(seeds, 'clock')).toMatchObject({ mode: 'controlled', now: '2026-01-01T00:00:00.000Z' });
    expect(await look(seeds, 'pace')).toMatchObject({ attach: 7, snapshot: 0 });
    expect(await look(flags, 'clock')).toMatchObject({ mode: 'controlled', now: '2030-01-01T00:00:00.000Z' });
    expect(await look(flags, 'pace')).toMatchObject({ attach: 0, snapshot: 5 });
  });

  test('on a file with worlds says what of the beginning was asked for in vain, and nothing where nothing was', async () => {
    await stop(await ready(['--db', 'world.db', '--seed', 'empty', '--pace', 'instant', '--clock', 'system']));
    const said = async (argv: string[], env?: NodeJS.ProcessEnv) => {
      const again = await ready(['--db', 'world.db', ...argv], env);
      expect(again.seed).toBe('state of world.db');
      await stop(again);
      return again.output.stderr;
    };
    expect(await said([])).toBe('');
    expect(await said(['--clock', 'system'], { DATAFY_EMULATOR_PACE: 'realistic' })).toBe(
      'world.db has worlds already, and keeps them as they are: DATAFY_EMULATOR_PACE and --clock are not used\n',
    );
    expect(await said(['--seed', 'fleet'], { DATAFY_EMULATOR_SEED: 'empty' })).toBe(
      'world.db has worlds already, and keeps them as they are: --seed is not used\n',
    );
    expect((await ready(['--seed', 'empty', '--pace', 'realistic'])).output.stderr).toBe('');
  });

  test('goes back to its seed at a reset, also in another process', async () => {
    write('team.yaml', named('team', 'clock: { mode: controlled }\n'));
    const first = await ready(['--db', 'world.db', '--seed', 'team.yaml']);
    const state = async (url: string) => (await fetch(`${url}/_emulator/state`)).text();
    const beginning = await state(first.url);
    const headers = { authorization: 'Bearer team-token' };
    await fetch(`${first.url}/api/v1/volumes/${volumeId}/create-snapshot`, { method: 'POST', headers });
    await stop(first);
    // The file may be another by then, or gone.
    write('team.yaml', named('another'));
    const again = await ready(['--db', 'world.db', '--seed', 'team.yaml']);
    expect([again.seed, again.name]).toEqual(['state of world.db', 'team']);
    expect(await state(again.url)).not.toBe(beginning);
    expect((await fetch(`${again.url}/_emulator/reset`, { method: 'POST' })).status).toBe(204);
    expect(await state(again.url)).toBe(beginning);
  });
});

describe('a seed that cannot be used ends with 2, before anything listens or is written', () => {
  test.each([
    ['is not there', './missing.yaml', 'Seed file ./missing.yaml is not there\n'],
    [
      'has no such name',
      'flet',
      '--seed "flet" is not accepted: use default, empty, fleet, or the path of a seed file such as ./team.yaml\n',
    ],
  ])('one that %s', async (_, seed, line) => {
    expect(await refused(['--seed', seed])).toBe(line);
  });

  test.each([
    ['is no YAML', 'name: a: b\n', 'team.yaml:1:7: not YAML: Nested mappings are not allowed in compact mappings\n'],
    [
      'has a misspelt field',
      'volumes:\n  - sizeGB: 1\n',
      'team.yaml:2:5: volumes[0].sizeGB is not known: the nearest is sizeGb\n',
    ],
    [
      'says what no world can be',
      'volumes:\n  - sizeGb: 1\n    iops: 1\n',
      'team.yaml:3:11: volumes[0].iops is 1: it must be from 3000 to 80000 IOPS\n',
    ],
  ])('one that %s, named or found', async (_, text, line) => {
    write('team.yaml', text);
    expect(await refused(['--seed', 'team.yaml'])).toBe(line);
    expect(await refused([], { DATAFY_EMULATOR_SEED: 'team.yaml' })).toBe(line);
    write('datafy-emulator.yaml', text);
    expect(await refused()).toBe(line.replace('team', 'datafy-emulator'));
  });

  test('and a database that is there stays as it was', async () => {
    await stop(await ready(['--db', 'world.db']));
    const before = readFileSync(join(folder, 'world.db'));
    write('team.yaml', 'volumes: 1\n');
    expect(await refused(['--seed', 'team.yaml'])).toBe('team.yaml:1:10: volumes must be array, not number\n');
    expect(readFileSync(join(folder, 'world.db'))).toEqual(before);
  });
});

describe('seed validate', () => {
  const validate = async (...argv: string[]) => {
    const started = run(['seed', 'validate', ...argv], { cwd: folder });
    return { code: await started.ended, ...started.output };
  };

  test('says what is in a seed', async () => {
    write('team.yaml', named('team'));
    expect(await validate('team.yaml')).toEqual({
      code: 0,
      stdout: 'team.yaml is a seed: 1 account, 1 token, 0 rules, 0 instances, 1 volume, 0 snapshots\n',
      stderr: '',
    });
    const { code, stdout } = await validate('team.yaml', '--json');
    expect([code, JSON.parse(stdout)]).toEqual([
      0,
      { file: 'team.yaml', valid: true, accounts: 1, tokens: 1, rules: 0, instances: 0, volumes: 1, snapshots: 0 },
    ]);
  });

  test('reads standard input, YAML or JSON, where - is written for the file', async () => {
    const piped = (text: string, ...argv: string[]) => {
      write('piped', text);
      return bash(`datafy-emulator seed validate - ${argv.join(' ')} < piped`, { cwd: folder });
    };
    const valid = 'standard input is a seed: 1 account, 1 token, 0 rules, 0 instances, 1 volume, 0 snapshots\n';
    expect(await piped(named('team'))).toEqual({ code: 0, stdout: valid, stderr: '' });
    expect(await piped('{"volumes": [{"sizeGb": 1}]}')).toMatchObject({ code: 0, stderr: '' });
    const problem = 'volumes[0].sizeGB is not known: the nearest is sizeGb';
    expect(await piped('volumes:\n  - sizeGB: 1\n')).toEqual({
      code: 2,
      stdout: '',
      stderr: `standard input:2:5: ${problem}\n`,
    });
    expect(JSON.parse((await piped('volumes:\n  - sizeGB: 1\n', '--json')).stdout)).toEqual({
      file: 'standard input',
      valid: false,
      problems: [{ line: 2, column: 5, message: problem }],
    });
    expect((await piped('')).stderr).toBe('standard input:1:1: the seed must be object, not null\n');
    const tooLong = await bash('head -c 67108865 /dev/zero | datafy-emulator seed validate -', { cwd: folder });
    expect(tooLong).toEqual({ code: 2, stdout: '', stderr: 'Seed file standard input is larger than 64 MiB\n' });
  });

  test('says what is wrong in one as a start does, and all of it as JSON', async () => {
    write('team.yaml', `volumes:\n${'  - {}\n'.repeat(7)}`);
    const lines = Array.from({ length: 5 }, (_, at) => `team.yaml:${at + 2}:5: volumes[${at}].sizeGb is missing`);
    expect(await validate('team.yaml')).toEqual({
      code: 2,
      stdout: '',
      stderr: [...lines, 'and 2 more problems', ''].join('\n'),
    });
    const { code, stdout, stderr } = await validate('team.yaml', '--json');
    expect([code, stderr]).toEqual([2, '']);
    const { valid, problems } = JSON.parse(stdout);
    expect([valid, problems.length]).toEqual([false, 7]);
    expect(problems[6]).toEqual({ line: 8, column: 5, message: 'volumes[6].sizeGb is missing' });
  });

  test('needs a file that is there', async () => {
    expect(await validate()).toMatchObject({ code: 2, stderr: expect.stringContaining('needs FILE') });
    expect(await validate('x.yaml')).toEqual({ code: 2, stdout: '', stderr: 'Seed file x.yaml is not there\n' });
  });
});

test('env prints a token of the seed file that a start in the folder takes', async () => {
  write('datafy-emulator.yaml', named('found'));
  const { url } = await ready();
  const printed = async (cwd: string) => {
    const started = run(['env', '--url', url], { cwd });
    return { code: await started.ended, ...started.output };
  };
  expect(await printed(folder)).toMatchObject({
    code: 0,
    stdout: expect.stringContaining(' DATAFY_TOKEN=found-token\n'),
  });
  expect(await printed(tmpdir())).toMatchObject({ code: 1, stdout: '' });
});

describe('startEmulator', () => {
  test('takes a seed as an object', async () => {
    const emulator = await startEmulator({ seed: { volumes: [{ volumeId, sizeGb: 9 }] } });
    try {
      const headers = { authorization: 'Bearer account-token' };
      const answer = await fetch(`${emulator.url}/api/v1/volumes/${volumeId}`, { headers });
      expect(await answer.json()).toMatchObject({ volumeId, volumeSizeGb: 9, status: 'managed' });
    } finally {
      await emulator.close();
    }
  });

  test('takes a seed as a path, from the working directory, and by its name', async () => {
    write('team.yaml', named('team'));
    for (const [seed, name] of [
      [relative(process.cwd(), join(folder, 'team.yaml')), 'team'],
      [join(folder, 'team.yaml'), 'team'],
      ['fleet', 'Fleet'],
    ] as const) {
      const emulator = await startEmulator({ seed });
      expect((await emulator.control.state.export()).name).toBe(name);
      await emulator.close();
    }
  });

  test('refuses what is no seed, and makes no database of it', async () => {
    write('team.yaml', 'volume: []\n');
    const file = join(folder, 'team.yaml');
    const db = join(folder, 'world.db');
    const refusal = { name: 'SeedError', message: `${file}:1:1: volume is not known: the nearest is volumes` };
    await expect(startEmulator({ seed: file, db })).rejects.toMatchObject(refusal);
    await expect(startEmulator({ seed: { volumes: [{ sizeGb: 0 }] }, db })).rejects.toMatchObject({
      name: 'SeedError',
      message: 'seed: volumes[0].sizeGb must be >= 1',
    });
    expect(readdirSync(folder)).toEqual(['team.yaml']);
  });

  test('looks for no file', async () => {
    const script = `
      const { startEmulator } = await import(${JSON.stringify(new URL('../../src/index.ts', import.meta.url).href)});
      const emulator = await startEmulator();
      console.log((await emulator.control.state.export()).name);
      await emulator.close();
    `;
    write('datafy-emulator.yaml', 'broken: [');
    const { spawn } = await import('node:child_process');
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], { cwd: folder, stdio: 'pipe' });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (more) => (output += more));
    const [code] = await once(child, 'close');
    expect([code, output]).toEqual([0, 'Example organization\n']);
  });
});
