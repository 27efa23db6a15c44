import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createProgram } from '../../src/cli/program.ts';
import { connectionTable, optionTable } from '../../src/options.ts';
import { type Running, run } from '../cli/executable.ts';
import { blocks, codes, readPage, section, table } from './markdown.ts';
import { play, sessionOf, steady } from './session.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const page = readPage('docs/command-line.md');
const session = sessionOf(page);
const program = await createProgram([], {});

const tools = ['bash', 'curl', 'grep', 'sed', 'head'];
const missing = tools.filter((tool) => spawnSync(tool, ['--version']).error);
const because = missing.length > 0 ? ` (skipped: there is no ${missing.join(', ')})` : '';

let emulator: Running;
/** What each block of the page printed. */
let printed: string[] = [];

beforeAll(async () => {
  emulator = run(['--port', '0']);
  await emulator.says(/^docs .*\n/m);
  const url = /http:\/\/\S+/.exec(emulator.output.stdout)![0];
  // The port that the page has nothing listen on.
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await once(server.close(), 'close');
  const here = session.map(({ commands, shown }) => ({ commands: commands.replaceAll('4651', String(port)), shown }));
  if (missing.length === 0) printed = await play(here, url, { DATAFY_EMULATOR_URL: url });
});

afterAll(() => emulator?.child.kill('SIGKILL'));

test('every block is one that is run here', () => {
  const [start, ...others] = blocks(page).filter(({ language }) => language !== 'text');
  expect(start).toEqual({ language: 'sh', text: 'datafy-emulator\n' });
  expect(new Set(others.map(({ language }) => language))).toEqual(new Set(['bash']));
});

test('the start prints what is shown', () => {
  const [, shown] = blocks(section(page, 'Start'));
  expect(steady(shown!.text)).toEqual(steady(emulator.output.stdout));
});

describe(`the session${because}`, () => {
  test.skipIf(missing.length > 0).each(session.map(({ shown }, at) => [at + 1, shown] as const))(
    'prints what is shown below block %i',
    (number, shown) => {
      expect(steady(printed[number - 1] ?? '')).toEqual(steady(shown));
    },
  );

  test.skipIf(missing.length > 0)('ends with nothing but its last block', () => {
    expect(printed.slice(session.length)).toEqual(['']);
  });

  test('has every command', () => {
    const called = session.map(({ commands }) => commands).join('');
    for (const command of program.commands.filter((each) => each.name() !== 'start')) {
      expect(called).toMatch(new RegExp(`^(eval "\\$\\()?datafy-emulator ${command.name()}\\b`, 'm'));
    }
  });
});

test('the commands are those that there are, with what their help says', () => {
  const rows = table(page, 'The command line', ['Command', 'What it does']);
  const there = program.commands.map((command) => ({
    Command: `\`${command.name()}\``,
    'What it does': command.summary(),
  }));
  expect(rows).toEqual(there);
});

test('the flags of the connection have what they have, row by row', () => {
  const rows = table(page, 'Which emulator, and which world', ['Flag', 'Variable', 'Default', 'Meaning', 'Value']);
  const code = (text: string) => `\`${text}\``;
  expect(rows).toEqual(
    Object.values(connectionTable).map((row) => ({
      Flag: code(`${row.flag} ${row.placeholder}`),
      Variable: code(row.variable),
      Default: row.default === '' ? 'none' : code(String(row.default)),
      Meaning: row.help,
      Value: row.accepts,
    })),
  );
  for (const { variable } of [optionTable.host, optionTable.port]) expect(codes(page)).toContain(variable);
});

test('the variables are those that env prints', async () => {
  const rows = table(page, 'Point a shell at it', ['Variable', 'What it is']);
  const [line = ''] = printed[0]?.split('\n') ?? [];
  expect(rows.map(({ Variable }) => Variable)).toEqual([...line.matchAll(/(\w+)=/g)].map(([, name]) => `\`${name}\``));
});

test('every exit code is there once', () => {
  expect(table(page, 'Exit codes', ['Code', 'Meaning']).map(({ Code }) => Code)).toEqual(['0', '1', '2', '3', '4']);
});
