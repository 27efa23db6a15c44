import { afterAll, expect, test } from 'vitest';
import { paceKeys } from '../../src/state/engine/pace.ts';
import { buildWorld } from '../support/world.ts';
import { codes, readPage, section, table, tables } from './markdown.ts';

const page = readPage('docs/control.md');
const world = await buildWorld();
afterAll(() => world.close());

// biome-ignore lint/suspicious/noExplicitAny: schemas of any shape
const document = world.app.controlDocument() as { paths: Record<string, Record<string, any>> };

test('the calls are those that there are', () => {
  const calls = Object.entries(document.paths)
    .filter(([path]) => !path.startsWith('/_emulator/organizations/{organizationId}/'))
    .flatMap(([path, methods]) => Object.keys(methods).map((method) => `\`${method.toUpperCase()} ${path}\``));
  const rows = tables(page).flatMap((each) => (each.columns.join() === 'Call,What for' ? each.rows : []));
  expect(rows.map((row) => row.Call).sort()).toEqual(calls.sort());
});

test('the effects are those that a fault can have', () => {
  const { schema } = document.paths['/_emulator/faults']?.post.requestBody.content['application/json'] ?? {};
  const rows = table(page, 'Faults', ['Effect', 'What happens']);
  const named = new Set(rows.flatMap(({ Effect = '' }) => Object.keys(JSON.parse(Effect.replaceAll('`', '')))));
  expect([...named].sort()).toEqual(Object.keys(schema.properties.effect.properties).sort());
  for (const field of Object.keys(schema.properties.match.properties)) expect(page).toContain(`\`${field}\``);
  for (const field of ['skip', 'times', 'probability']) expect(page).toContain(`\`${field}\``);
});

test('the events are those that there are', () => {
  const [, happening] = /type Happening.*?=([\s\S]*?);\n\n/.exec(readPage('src/watch/events.ts')) ?? [];
  const types = [...happening!.matchAll(/type: ((?:'\w+'(?: \| )?)+)/g)].flatMap(([, names]) => names!.match(/\w+/g)!);
  expect(types.length).toBeGreaterThan(3);
  expect(codes(section(page, 'The journal, and events'))).toEqual(expect.arrayContaining([...types, 'missed']));
});

test('the parts of a pace are those that there are', () => {
  const [, sentence = ''] = /transition that takes time:([^.]*)\./.exec(page) ?? [];
  expect(codes(sentence)).toEqual([...paceKeys]);
});
