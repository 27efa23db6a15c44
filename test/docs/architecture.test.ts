import { posix } from 'node:path';
import { expect, test } from 'vitest';
import { codes, filesBelow, readPage, table } from './markdown.ts';

const page = readPage('docs/architecture.md');
const named = codes(page);
const layers = table(page, 'The layers', ['Layer', 'Files', 'What it is for']).map(({ Files }) => codes(Files!));

/** The layer of a file: that which names it, or a folder that it is in. */
const layerOf = (file: string) => layers.findIndex((each) => each.some((path) => `${file}/`.startsWith(`${path}/`)));

test('every source file is in one layer', () => {
  for (const file of filesBelow('src')) {
    const fits = layers.flat().filter((path) => `${file}/`.startsWith(`${path}/`));
    expect([file, fits.length]).toEqual([file, 1]);
  }
});

test('imports run down the table of layers', () => {
  const imports = /^(?:import|export)\b[^;]*?\bfrom '(\.[^']+)'|\bimport\('(\.[^']+)'\)/gm;
  const edges = filesBelow('src').flatMap((from) =>
    [...readPage(from).matchAll(imports)].map(([, statically, later]) => ({
      from,
      to: posix.join(posix.dirname(from), (statically ?? later)!),
    })),
  );
  expect(edges.length).toBeGreaterThan(300);
  expect(edges.filter(({ from, to }) => layerOf(from) > layerOf(to))).toEqual([]);
});

test('every file of the engine is named, and of the control surface its opening', () => {
  const files = filesBelow('src/state').filter((file) => !file.startsWith('src/state/seeds/'));
  expect(files.length).toBeGreaterThan(0);
  expect(files.filter((file) => !named.includes(file))).toEqual([]);
  expect(named).toContain('src/state/seeds');
  expect(named).toContain('src/routes/control/index.ts');
});
