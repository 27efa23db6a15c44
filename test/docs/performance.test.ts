import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { insertTable, type Results, tableOf } from '../../bench/report.ts';
import { resultOf } from '../../bench/result.ts';

const read = (file: string) => readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');

test('the page of performance has the table of the last results', () => {
  expect(existsSync(new URL('../../bench/results.json', import.meta.url))).toBe(true);
  const page = read('docs/performance.md');
  expect(insertTable(page, JSON.parse(read('bench/results.json')))).toBe(page);
});

test('a figure is met, or missed, by the median of its rounds', () => {
  const most = { most: 1.3 };
  expect(resultOf('start', 'ratio', [1.2, 9, 1.3], most)).toMatchObject({ measured: 1.3, met: true });
  expect(resultOf('start', 'ratio', [1.2, 9, 1.31], most)).toMatchObject({ measured: 1.31, met: false });
  const least = { least: 0.5 };
  expect(resultOf('calls', 'ratio', [0.5, 0.4, 0.6], least)).toMatchObject({ measured: 0.5, met: true });
  expect(resultOf('calls', 'ratio', [0.49, 0.4, 0.6], least)).toMatchObject({ measured: 0.49, met: false });
  expect(resultOf('calls', 'ratio', [1])).not.toHaveProperty('met', true);
});

test('a table says of each figure what was wanted, what was measured, and whether that is enough', () => {
  const machine = { processor: 'P', cores: 2, memory: '4 GB', system: 'linux', node: 'v24', pinned: true };
  const results: Results = {
    machine,
    results: [
      resultOf('A', 'ratio', [0.4, 0.6, 0.5], { least: 0.5 }, ['seen']),
      resultOf('B', 'milliseconds', [12], { most: 5 }),
      { title: 'C', unit: 'megabytes', target: { most: 100 }, rounds: [], notes: ['Prism did not start'] },
    ],
  };
  expect(tableOf(results).split('\n').slice(2)).toEqual([
    '| A | ≥ 0.50 × | 0.50 × | met | 0.40 × to 0.60 × in 3 | seen |',
    '| B | ≤ 5.00 ms | 12.0 ms | **missed** |  |  |',
    '| C | ≤ 100 MB | not measured |  |  | Prism did not start |',
    '',
    'On P, 2 cores (the servers on one, the load on another),',
    '4 GB, linux, Node v24.',
  ]);
  expect(() => insertTable('# A page without marks', results)).toThrow('no <!-- npm run bench');
});
