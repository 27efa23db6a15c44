import { afterAll, describe, expect, test } from 'vitest';
import { EmulatorError, errors } from '../../src/ground/errors.ts';
import { timeouts } from '../../src/http/connections.ts';
import { deactivationStatuses, publishedStatuses } from '../../src/routes/datafy/statuses.ts';
import { datafySurface } from '../../src/routes/datafy/surface.ts';
import { paceKeys, paces } from '../../src/state/engine/pace.ts';
import { Call } from '../../src/surface/call.ts';
import { refusalOf } from '../../src/surface/refuse.ts';
import type { Statuses } from '../../src/surface/surface.ts';
import { operations } from '../routes/datafy/contract/structure.ts';
import { buildWorld } from '../support/world.ts';
import { codes, readPage, section, table, tables } from './markdown.ts';

const page = readPage('docs/fidelity.md');
const marks = ['P', 'C', 'D', 'A'];
const code = (text: string) => `\`${text}\``;

const world = await buildWorld();
afterAll(() => world.close());

/** Every row that says what the emulator does. */
const behaviours = tables(page)
  .filter(({ columns }) => columns.includes('Behaviour'))
  .flatMap(({ rows }) => rows);

describe('the operations', () => {
  const rows = table(page, 'Calls', ['Operation', 'Call', 'Mark']);
  const served = operations(world.app.swagger()).map(({ method, path, operation }) => ({
    Operation: code(String(operation.operationId)),
    Call: code(`${method.toUpperCase()} ${path}`),
    Mark: String(operation['x-datafy-source']),
  }));
  const sorted = (list: Record<string, string>[]) => list.map((row) => Object.values(row).join(' ')).sort();

  test('on the page are those that are served, with their marks', () => {
    expect(served.length).toBeGreaterThan(0);
    expect(sorted(rows)).toEqual(sorted(served));
  });

  test('that are not part of the Datafy API are below their own heading', () => {
    const ours = operations(world.app.swagger()).filter(({ operation }) => operation['x-emulator-extension'] === true);
    const [introduction = ''] = section(page, 'The list extension').split('\n\n|');
    expect(codes(introduction).sort()).toEqual(
      ours.map(({ method, path }) => `${method.toUpperCase()} ${path}`).sort(),
    );
  });
});

describe('the behaviours', () => {
  test('each have one mark', () => {
    expect(behaviours.length).toBeGreaterThan(0);
    expect(behaviours.filter(({ Mark }) => !marks.includes(Mark!))).toEqual([]);
    expect(table(page, 'Fidelity', ['Mark', 'Meaning']).map(({ Mark }) => Mark)).toEqual(marks);
  });

  test('each stand in one place below one heading', () => {
    const perSection = page.split(/^#+ /m).flatMap((part) => {
      const said = tables(part)
        .filter(({ columns }) => columns.includes('Behaviour'))
        .flatMap(({ rows }) => rows.map((row) => row.Behaviour));
      return said.filter((behaviour, at) => said.indexOf(behaviour) !== at);
    });
    expect(perSection).toEqual([]);
  });

  test('are all in tables of the same form', () => {
    const columns = tables(page).filter((each) => each.columns.includes('Behaviour') || each.columns.includes('Codes'));
    for (const each of columns) expect(each.columns).toEqual(['Behaviour', 'Mark', 'Codes']);
  });
});

describe('the error codes', () => {
  // They are not exported: what Fastify refuses is renamed within the file.
  const source = readPage('src/surface/refuse.ts');
  const framework = [...source.matchAll(/^\s+FST_\w+: '([a-z-]+)',$/gm)].map(([, name]) => name!);
  const [, otherwise] = /frameworkCodes\[[^\]]+\] \?\? '([a-z-]+)'/.exec(source) ?? [];
  const [, fault] = /status: 500,\s*code: '([a-z-]+)'/.exec(source) ?? [];

  test('that Fastify is given are found', () => {
    expect(framework.length).toBeGreaterThan(0);
    expect([otherwise, fault]).toEqual(['request-invalid', 'internal']);
  });

  test('each belong to a behaviour, or are said to meet no caller; and no other is named', () => {
    const [unmet] = /No caller meets .*?(?=\n\n|$)/s.exec(section(page, 'Errors'))!;
    const named = [...behaviours.flatMap((row) => codes(row.Codes!)), ...codes(unmet)];
    const all = new Set([...Object.keys(errors), ...framework, otherwise!, fault!]);
    expect([...new Set(named)].sort()).toEqual([...all].sort());
    const met = new Set(behaviours.flatMap((row) => codes(row.Codes!)));
    expect(codes(unmet).filter((each) => met.has(each))).toEqual([]);
  });

  test('of faults is no refusal, and named', () => {
    const [, struck] = /refusal = \{ code: '([a-z-]+)'/.exec(readPage('src/watch/strike.ts')) ?? [];
    expect(Object.keys(errors)).not.toContain(struck);
    expect(codes(section(page, 'Errors'))).toContain(struck);
    expect(codes(section(page, 'Faults'))).toContain(struck);
  });

  test('have their kinds', () => {
    expect(table(page, 'Errors', ['Code', 'Kind'])).toEqual(
      Object.entries(errors).map(([name, { kind }]) => ({ Code: code(name), Kind: kind })),
    );
  });

  const columns: [column: string, statuses: Statuses | undefined][] = [
    ['Published calls', publishedStatuses],
    ['deactivate-autoscaling', deactivationStatuses],
    ['All other calls', undefined],
  ];

  /** The status that an error has for a route with these statuses. */
  function statusOf(error: object, statuses: Statuses | undefined): string {
    const call = new Call(datafySurface(false), '', undefined);
    const request = { call, headers: {}, routeOptions: { config: { statuses } } };
    return String(refusalOf(error as never, request as never).status);
  }

  test('have the statuses of their kinds, on every surface', () => {
    const kinds = [...new Set(Object.values(errors).map(({ kind }) => kind))];
    const rows = table(page, 'Errors', ['Kind', ...columns.map(([column]) => column)]);
    expect(rows.map(({ Kind }) => Kind).sort()).toEqual([...kinds].sort());
    for (const row of rows) {
      const error = Object.assign(new EmulatorError('organization-gone'), { kind: row.Kind });
      for (const [column, statuses] of columns)
        expect([row.Kind, column, row[column]]).toEqual([row.Kind, column, statusOf(error, statuses)]);
    }
  });

  test('of what Fastify refuses are listed with their statuses', async () => {
    const rows = table(page, 'Errors', ['Code', 'What is wrong', 'Published calls', 'All other calls']);
    expect(rows.map((row) => row.Code)).toEqual(framework.map(code));
    const volume = '/api/v1/volumes/vol-0b9176567fe16f0bc/create-snapshot';
    const large = JSON.stringify({ description: 'x'.repeat(65 * 1024) });
    const bad: Record<string, [path: string, other: string, body: string, headers: Record<string, string>]> = {
      'body-too-large': [volume, '/api/v1/accounts', large, {}],
      'content-length-wrong': [volume, '/api/v1/accounts', '{}', { 'content-length': '5' }],
      'url-malformed': ['/api/v1/volumes/%zz/create-snapshot', '/api/v1/aws/volumes/%zz/detach', '{}', {}],
    };
    expect(Object.keys(bad)).toEqual(framework);
    for (const row of rows) {
      const [name] = codes(row.Code!);
      const [path, other, body, headers] = bad[name!]!;
      const as = world.as('organization-token');
      const answers = [await as('POST', path, body, headers), await as('POST', other, body, headers)];
      expect(answers.map((answer) => answer.headers['x-emulator-error'])).toEqual([name, name]);
      expect(answers.map(({ status }) => String(status))).toEqual([row['Published calls'], row['All other calls']]);
    }
  });
});

test('the time that a client has is there', () => {
  const { requestMs, headersMs, stallMs } = timeouts;
  const said = [...section(page, 'Transport').matchAll(/\b(\d+) seconds|headers after (\d+):/g)];
  expect(said.map(([, seconds, of]) => Number(seconds ?? of) * 1000)).toEqual([requestMs, headersMs, stallMs]);
});

test('every setting of the pace is there, with its figures', () => {
  const rows = table(page, 'Time and pace', ['Setting', 'What it is the duration of', '`instant`', '`realistic`']);
  expect(
    rows.map(({ Setting, '`instant`': instant, '`realistic`': realistic }) => [Setting, instant, realistic]),
  ).toEqual(paceKeys.map((key) => [code(key), String(paces.instant[key]), String(paces.realistic[key])]));
});

describe('the control surface', () => {
  /** A number as the page writes it, of an expression such as `8 * 1024 * 1024`. */
  const product = (source: string) =>
    source.split('*').reduce((all, part) => all * Number(part.replaceAll('_', '')), 1);
  const written = (count: number) => (count < 2 ** 20 ? count.toLocaleString('en') : `${count / 2 ** 20} MiB`);

  test.each([
    ['Journal and events', 'src/watch/journal.ts', /entries: ([\d_* ]+),/, 'calls'],
    ['Journal and events', 'src/watch/journal.ts', /bytes: ([\d_* ]+) \}/, ','],
    ['Journal and events', 'src/watch/events.ts', /maxEventsPerWorld = ([\d_* ]+);/, 'events'],
    ['Journal and events', 'src/routes/control/events.ts', /maxUnreadBytes = ([\d_* ]+);/, 'behind'],
    ['Errors', 'src/routes/control/shared.ts', /maxWorldBytes = ([\d_* ]+);/, 'where'],
  ])('below "%s" has the bound of %s', (heading, path, form, what) => {
    const [, bound] = form.exec(readPage(path)) ?? [];
    const said = section(page, heading).replace(/ whichever is less/g, '');
    expect(said).toMatch(new RegExp(`\\b${written(product(bound!))} ?${what}`));
  });

  test('has headings for all that it is tagged with', () => {
    const { tags } = world.app.controlDocument() as { tags: { name: string }[] };
    const headings = [...section(page, 'The control surface').matchAll(/^### (.*)$/gm)].map(([, heading]) => heading);
    // Checkpoints stand with worlds, events with the journal, and health needs no words.
    const elsewhere = ['Process', 'Checkpoints'];
    expect(headings.map((heading) => heading!.split(' ')[0]).sort()).toEqual(
      tags
        .map(({ name }) => name)
        .filter((name) => !elsewhere.includes(name))
        .sort(),
    );
  });
});
