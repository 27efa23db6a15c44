import { expect, test } from 'vitest';
import { pages } from '../../docs/generate.ts';
import { codes, filesBelow, readPage } from './markdown.ts';

const page = readPage('docs/architecture.md');
const named = codes(page);

test('the table of rooms is the one that the code has', () => {
  expect(page).toBe(pages['architecture.md']!());
});
test('every file of the engine is named, and of the control surface its opening', () => {
  const files = filesBelow('src/state').filter((file) => !file.startsWith('src/state/seeds/'));
  expect(files.length).toBeGreaterThan(0);
  expect(files.filter((file) => !named.includes(file))).toEqual([]);
  expect(named).toContain('src/state/seeds');
  expect(named).toContain('src/routes/control/surface.ts');
});
