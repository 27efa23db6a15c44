import { expect, test } from 'vitest';
import type { Option } from '../../src/options/option.ts';
import { optionTable } from '../../src/options/options.ts';
import { paceKeys } from '../../src/state/engine/pace.ts';
import { codes, readPage, table } from './markdown.ts';

const page = readPage('docs/options.md');

test('the options have what the options have, row by row', () => {
  const code = (text: string) => `\`${text}\``;
  // A switch that is on by default is shown by the flag that switches it off.
  const flag = (option: Option) => (option.default === true ? option.flag.replace('--', '--no-') : option.flag);
  expect(table(page, 'Options', ['Flag', 'Variable', 'Default', 'Meaning', 'Value'])).toEqual(
    (Object.values(optionTable) as Option[]).map((option) => ({
      Flag: code(`${flag(option)} ${option.placeholder}`.trim()),
      Variable: code(option.variable),
      Default: option.default === '' ? 'none' : code(String(option.default)),
      Meaning: option.help,
      Value: option.accepts,
    })),
  );
});

test('the names of a pace are those there are', () => {
  const sentence = /A pace may be set for([^.]*)\./.exec(page)![1]!;
  expect(codes(sentence)).toEqual([...paceKeys]);
});
