import { existsSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { projectMigrations } from '../../src/state/storage/migrations.ts';
import { brokenLinks } from './links.ts';
import { codes, pages, readPage, root, table } from './markdown.ts';

const all = pages();

describe('links', () => {
  test('are looked at in every page', () => {
    expect(all).toEqual(expect.arrayContaining(['README.md', 'docs/fidelity.md', 'db/README.md', 'CHANGELOG.md']));
    expect(all.filter((path) => path.includes('node_modules'))).toEqual([]);
  });

  test.each(all)('of %s lead somewhere', (path) => {
    expect(brokenLinks(path, readPage(path))).toEqual([]);
  });

  test('that are broken are found', () => {
    const markdown = [
      '# One `two`, three',
      '# Twice',
      '# Twice',
      '[a](#one-two-three) [b](#twice-1) [c](README.md) [d](docs/decisions) [e](https://example.com) `[f](nowhere)`',
      '[g](#two) [h](nowhere.md) [i](../outside.md) [j](README.md#nowhere) [k](/README.md) [l](LICENSE#x)',
      '[m]: nowhere',
      '```text\n# Not a heading\n[n](nowhere)\n```',
      '[o](#not-a-heading)',
    ].join('\n');
    expect(brokenLinks('X.md', markdown)).toEqual([
      'X.md: #two has no such heading',
      'X.md: nowhere.md is not there',
      'X.md: ../outside.md is not there',
      'X.md: README.md#nowhere has no such heading',
      'X.md: /README.md is no relative link',
      'X.md: LICENSE#x has no such heading',
      'X.md: #not-a-heading has no such heading',
      'X.md: nowhere is not there',
    ]);
  });
});

describe('what the pages name is there', () => {
  test.each(all)('paths in %s', (path) => {
    const named = codes(readPage(path)).filter((each) =>
      /^(src|test|db|docs|bench|build|examples)(\/[\w.-]+)*$/.test(each),
    );
    expect(named.filter((each) => !existsSync(join(root, each)) && !each.includes('NNNN'))).toEqual([]);
  });

  test.each(all)('scripts in %s', (path) => {
    const named = [...readPage(path).matchAll(/\bnpm run ([\w:-]+)/g)].map(([, script]) => script!);
    expect(named.filter((script) => !(script in packageJson.scripts))).toEqual([]);
  });

  test('every decision, with a number of its own, a heading and a date', () => {
    const decisions = all.filter((path) => path.startsWith('docs/decisions/'));
    for (const [at, path] of decisions.entries()) {
      const number = String(at + 1).padStart(4, '0');
      expect(path).toMatch(new RegExp(`/${number}-[a-z0-9-]+\\.md$`));
      expect(readPage(path)).toMatch(new RegExp(`^# ${at + 1}\\. .+\n\n\\d{4}-\\d{2}-\\d{2}\n`));
      expect(readPage(path)).toMatch(/^\*\*Choice:\*\*[\s\S]*^\*\*Rejected:\*\*/m);
    }
  });

  test('the tables of the database, in both directions', () => {
    const db = new Sqlite(':memory:');
    for (const { sql } of projectMigrations()) db.exec(sql);
    const tables = db
      .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name")
      .pluck()
      .all();
    db.close();
    const rows = table(readPage('db/README.md'), 'Tables', ['Table', 'What a row is']);
    expect(rows.map((row) => codes(row.Table!)[0]).sort()).toEqual(tables);
  });
});

test('the version is one that the changelog knows', () => {
  const text = readPage('CHANGELOG.md');
  const released = [...text.matchAll(/^## \[(\d+\.\d+\.\d+)\] - \d{4}-\d{2}-\d{2}$/gm)].map(([, version]) => version);
  if (released[0] !== packageJson.version) expect(text).toContain(`This becomes ${packageJson.version}`);
});
