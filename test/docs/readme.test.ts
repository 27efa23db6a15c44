import { afterAll, expect, test } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { operations } from '../routes/datafy/contract/structure.ts';
import { buildWorld } from '../support/world.ts';
import { blocks, readPage, section, table } from './markdown.ts';

const world = await buildWorld();
afterAll(() => world.close());

const readme = readPage('README.md');

test('the start and the tests each have a line of their own, which is their command', () => {
  for (const line of ['npm ci && npm start', 'npm ci && npm test']) expect(readme.split('\n')).toContain(line);
  expect(blocks(readme)[0]?.text).toBe('npm ci && npm start\n');
  expect(packageJson.scripts.test).toBe('vitest run');
});

test('the first session uses every published call', () => {
  const [session] = blocks(section(readme, 'A first session'));
  for (const call of ['create-snapshot', 'create-from-snapshots', 'attach', 'modify', 'deactivate-autoscaling']) {
    expect(session?.text).toMatch(new RegExp(`post "?\\S*${call}\\b`));
  }
});

test('it is read in three minutes', () => {
  expect(readme.split('\n').length).toBeLessThanOrEqual(200);
});

test('the calls that are emulated stand first, with the marks that they are served with', () => {
  const rows = table(readme, 'What is emulated', ['What', 'How far', 'Known from']);
  const marks = new Map<unknown, unknown>();
  for (const { operation } of operations(world.app.swagger()))
    marks.set(operation['x-datafy-surface'], operation['x-datafy-source']);
  expect([...marks.keys()]).toEqual(['published', 'account', 'infrastructure', 'branch', 'extension']);
  expect(rows.slice(0, marks.size).map((row) => row['Known from'])).toEqual([...marks.values()]);
});
