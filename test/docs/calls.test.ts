import { afterAll, expect, test } from 'vitest';
import { operations } from '../routes/datafy/contract/structure.ts';
import { buildWorld } from '../support/world.ts';
import { codes, readPage, table } from './markdown.ts';

const page = readPage('docs/calls.md');
const world = await buildWorld();
afterAll(() => world.close());

test('every call is where the table says that calls of its kind are', () => {
  const rows = table(page, 'Calls', ['Calls', 'Paths', 'Known from']);
  const surfaces = ['published', 'account', 'infrastructure', 'branch', 'extension', undefined];
  const paths = (surface: string | undefined) => codes(rows[surfaces.indexOf(surface)]!.Paths!);
  const documents = [world.app.swagger(), world.app.controlDocument()];
  for (const { method, path, operation } of documents.flatMap((document) => operations(document as never))) {
    const surface = operation['x-datafy-surface'] as string | undefined;
    // Such as `/api/v1/aws/…`, for itself and all that is below it, or a path in full behind its method.
    const there = paths(surface).some((each) => path === each || `${path}/`.startsWith(each.replace(/…$/, '')));
    expect([operation.operationId, there]).toEqual([operation.operationId, true]);
    if (surface === 'branch' || surface === 'extension')
      expect(paths(surface)).toEqual(expect.arrayContaining([method.toUpperCase(), path]));
  }
  expect(rows).toHaveLength(surfaces.length);
});

test('what is refused has the statuses that its kind has', () => {
  const kinds = ['unauthorized', 'invalid', 'missing', 'conflict'];
  const fidelity = table(readPage('docs/fidelity.md'), 'Errors', [
    'Kind',
    'Published calls',
    'deactivate-autoscaling',
    'All other calls',
  ]);
  const rows = table(page, 'What is refused, and how', [
    'What is wrong',
    'Published calls',
    '`deactivate-autoscaling`',
    'All other calls',
  ]);
  expect(rows.map((row) => Object.values(row).slice(1))).toEqual(
    kinds.map((kind) => Object.values(fidelity.find((row) => row.Kind === kind)!).slice(1)),
  );
});
