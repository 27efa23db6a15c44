import { expect, test } from 'vitest';
import { createProgram } from '../../src/cli/program.ts';
import { connectionTable, optionTable } from '../../src/options/options.ts';
import { blocks, codes, readPage, section, table } from './markdown.ts';

const page = readPage('docs/command-line.md');
const program = await createProgram([], {});

test('every command is called', () => {
  const called = blocks(page).flatMap(({ language, text }) => (language === 'bash' ? text : []));
  for (const command of program.commands.filter((each) => each.name() !== 'start')) {
    expect(called.join('')).toMatch(new RegExp(`^(eval "\\$\\()?datafy-emulator ${command.name()}\\b`, 'm'));
  }
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

test('the variables are those that env prints', () => {
  const rows = table(page, 'Point a shell at it', ['Variable', 'What it is']);
  const { text } = blocks(section(page, 'Point a shell at it')).find(({ language }) => language === 'text')!;
  const [line = ''] = text.split('\n');
  expect(rows.map(({ Variable }) => Variable)).toEqual([...line.matchAll(/(\w+)=/g)].map(([, name]) => `\`${name}\``));
});

test('every exit code is there once', () => {
  expect(table(page, 'Exit codes', ['Code', 'Meaning']).map(({ Code }) => Code)).toEqual(['0', '1', '2', '3', '4']);
});
