import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { codes, filesBelow, readPage, root, tables } from './markdown.ts';

const page = readPage('docs/reliability.md');
const promises = tables(page).flatMap(({ columns, rows }) => (columns[0] === 'Promise' ? rows : []));
const keepers = (row: Record<string, string>) => codes(row['Kept by'] ?? '');

describe('the promises', () => {
  test('are in tables that say what keeps them', () => {
    expect(promises.length).toBeGreaterThan(0);
    for (const { columns } of tables(page)) expect(columns).toEqual(['Promise', 'Kept by']);
  });

  test.each(promises.map((row) => ({ promise: row.Promise ?? '', row })))('"$promise" is kept', ({ promise, row }) => {
    expect(promise).toMatch(/\.$/);
    expect(keepers(row)).not.toEqual([]);
    for (const file of keepers(row)) {
      expect(file).toMatch(/^test\/.*\.(test|deep)\.ts$/);
      expect(existsSync(join(root, file)), file).toBe(true);
    }
  });

  test('are each made once', () => {
    expect(new Set(promises.map(({ Promise: promise }) => promise)).size).toBe(promises.length);
  });

  test('are made for every suite that attacks, loads or breaks it', () => {
    const suites = ['test/attack', 'test/deep'].flatMap((folder) =>
      existsSync(join(root, folder)) ? filesBelow(folder).filter((file) => /\.(test|deep)\.ts$/.test(file)) : [],
    );
    expect(suites.length).toBeGreaterThan(0);
    const named = promises.flatMap(keepers);
    expect(suites.filter((file) => !named.includes(file))).toEqual([]);
  });
});
