import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { pages, transitionsPage } from '../../docs/generate.ts';
import { paceKeys, paces } from '../../src/state/engine/pace.ts';
import { resources, statuses, type Transition, transitions } from '../../src/state/engine/transitions.ts';

const docs = new URL('../../docs/', import.meta.url);
const table: readonly Transition[] = transitions;

test.each(Object.entries(pages))('docs/%s is what the code says: if not, `npm run docs` writes it', (name, page) => {
  expect(readdirSync(docs)).toContain(name);
  expect(readFileSync(new URL(name, docs), 'utf8')).toBe(page());
});

describe('the page of transitions', () => {
  const page = transitionsPage();
  const sections = page.split(/^## /m).slice(1);
  const lines = (text: string, form: RegExp) => text.split('\n').filter((line) => form.test(line));

  test('has a section for every resource, and one for the pace', () => {
    const headings = sections.map((section) => section.split('\n', 1)[0]?.toLowerCase());
    expect(headings).toEqual([...resources, 'pace']);
  });

  test.each(resources.map((resource, at) => ({ resource, section: sections[at] as string })))(
    'has every row and every move of $resource',
    ({ resource, section }) => {
      const rows = table.filter((row) => row.resource === resource);
      const [, ...written] = lines(section, /^\| (?!---)/);
      expect(written).toHaveLength(rows.length);
      for (const [at, { action, refusal, note }] of rows.entries()) {
        for (const part of [`\`${action}\``, `\`${refusal}\``, note]) expect(written[at]).toContain(part);
      }
      const moves = rows.filter(({ to }) => to !== 'same').flatMap(({ from }) => from);
      const arrows = lines(section, /^ {4}(\[\*\]|\w+) --> (\[\*\]|\w+) : [\w-]+ \((request|clock|cascade|fault)\)$/);
      expect(arrows).toHaveLength(moves.length);
      const drawn = statuses[resource].map((status) => status.replace('-', '_'));
      for (const status of drawn) expect(arrows.join('\n')).toMatch(new RegExp(`\\b${status}\\b`));
    },
  );

  test('has every pace', () => {
    const [, ...rows] = lines(sections.at(-1) as string, /^\| (?!---)/);
    expect(rows.map((row) => /`(\w+)`/.exec(row)?.[1])).toEqual([...paceKeys]);
    for (const name of Object.keys(paces)) expect(sections.at(-1)).toContain(`\`${name}\``);
  });

  test('has tables of as many cells in every line', () => {
    for (const section of sections) {
      const widths = lines(section, /^\|/).map((line) => line.split(/(?<!\\)\|/).length);
      expect(new Set(widths).size).toBe(1);
    }
  });
});
