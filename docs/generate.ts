/**
 * Writes the pages of docs/ that come from the code: `npm run docs`. A test compares them, so that none can drift.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { seedSchema } from '../src/seed/schema.ts';
import { type PaceKey, paceKeys, paces } from '../src/state/engine/pace.ts';
import { type Resource, resources, statuses, type Transition, transitions } from '../src/state/engine/transitions.ts';
import { roomNames, rooms } from './rooms.ts';
import { typeFiles } from './types.ts';

const table: readonly Transition[] = transitions;

/** Every page, by its place in this folder. */
export const pages: Record<string, () => string> = {
  'transitions.md': transitionsPage,
  'architecture.md': architecturePage,
  'seed-fields.md': seedFieldsPage,
  'seed.schema.json': () => `${JSON.stringify(seedSchema(), null, 2)}\n`,
};

/** docs/architecture.md: what is written there, with the table of rooms from docs/rooms.ts. */
export function architecturePage(): string {
  const page = readFileSync(new URL('architecture.md', import.meta.url), 'utf8');
  const where = (places: readonly string[]) =>
    places.map((place) => code(`src/${place.replace(/\/$/, '')}`)).join(', ');
  const rows = roomNames.map((name) => [name, where(rooms[name].at), rooms[name].holds]);
  const [before = '', rest = ''] = page.split(/\n\| Room \|[^\n]*\n(?:\|[^\n]*\n)*/);
  return `${before}\n${markdownTable(['Room', 'Where', 'What it holds'], rows)}\n${rest}`;
}

/** docs/transitions.md: the table of src/state/engine/table, drawn and written out. */
export function transitionsPage(): string {
  return `${[
    '<!-- Written by `npm run docs` from src/state/engine/table: edit that, and run it again. -->',
    '# Transitions',
    introduction,
    ...resources.flatMap(resourceSection),
    paceSection(),
  ].join('\n\n')}\n`;
}

const introduction = `These have a status: ${resources.join(', ')}.
This page lists what can happen to each of them, from which statuses, and where it leads. From any other status it is
refused, with the error code of its row, and changes nothing.

A transition is caused by

- a **request**: somebody calls the API, or does something in AWS;
- the **clock**: what was begun takes its time, which is the world's [pace](#pace), and then ends;
- a **cascade**: another transition brings it about, or the end of an instance;
- a **fault**: somebody planted a failure.

In the diagrams, the plain dot is where a thing comes into being, and the ringed dot where it is gone. They show moves
only; the tables also have the actions that depend on a status and leave it as it is (*unchanged*).

**Source** says where a behaviour is known from: \`P\` the published API document, \`C\` Datafy's own public clients, \`D\`
product documentation, \`A\` our assumption. [fidelity.md](fidelity.md) has more on what is known and what is not.`;

function resourceSection(resource: Resource): string[] {
  const rows = table.filter((row) => row.resource === resource);
  const headings = ['Action', 'From', 'To', 'Caused by', 'Then', 'Refused with', 'Source', 'Note'];
  return [
    `## ${resource[0]?.toUpperCase()}${resource.slice(1)}`,
    `Statuses: ${statuses[resource].map(code).join(', ')}.`,
    diagram(rows),
    markdownTable(headings, rows.map(cells)),
  ];
}

function cells(row: Transition): string[] {
  const { action, says, from, to, cause, kind, next, refusal, source, note } = row;
  return [
    says ? `${code(action)}<br>(${says})` : code(action),
    from.map((status) => (status === 'absent' ? 'absent' : code(status))).join(', '),
    to === 'same' ? '*unchanged*' : to === 'absent' ? 'gone' : code(to),
    kind ? `${cause} (${kind})` : cause,
    next ? `${code(next.action)} after [${code(next.takes)}](#pace)` : '',
    code(refusal),
    `[${source}](fidelity.md)`,
    note,
  ];
}

/** The moves as Mermaid draws them. The point that stands for absence is both a beginning and an end. */
function diagram(rows: readonly Transition[]): string {
  // Mermaid takes no hyphen in a name.
  const point = (status: string) => (status === 'absent' ? '[*]' : status.replaceAll('-', '_'));
  const moves = rows
    .filter(({ to }) => to !== 'same')
    .flatMap(({ from, to, action, cause }) =>
      from.map((status) => `    ${point(status)} --> ${point(to)} : ${action} (${cause})`),
    );
  return ['```mermaid', 'stateDiagram-v2', ...moves, '```'].join('\n');
}

function paceSection(): string {
  const names = Object.keys(paces) as (keyof typeof paces)[];
  const rows = paceKeys.map((key) => [code(key), timed(key), ...names.map((name) => duration(paces[name][key]))]);
  return `## Pace

How long a timed transition takes, by the clock of its world. Datafy publishes no durations, so all of them are
assumptions ([A](fidelity.md)). \`--pace\` takes one of the names below, milliseconds for all of them, or a list of some
of the rows, such as \`snapshot=2000,attach=500\`, in which what is left out takes no time. Taking no time is being due
at once: the next request sees it done.

${markdownTable(['Row', 'Times', ...names.map(code)], rows)}`;
}

/** What a pace is the time of: the status that lasts so long, and what brings a thing there. */
function timed(key: PaceKey): string {
  const rows = table.filter(({ next }) => next?.takes === key);
  const lasting = [...new Set(rows.map(({ resource, to }) => `${resource} ${code(to)}`))];
  return lasting.join(', ') || 'nothing';
}

function duration(milliseconds: number | 'keep'): string {
  if (milliseconds === 'keep') return 'for ever';
  if (milliseconds === 0) return 'no time';
  const [unit, name] =
    milliseconds % 60_000 === 0 ? [60_000, 'min'] : milliseconds % 1_000 === 0 ? [1_000, 's'] : [1, 'ms'];
  return `${milliseconds / unit} ${name}`;
}

/** A schema, as far as the fields of seeds have need of. */
interface Schema {
  type: string;
  title?: string;
  description?: string;
  enum?: readonly (string | number)[];
  properties?: Record<string, Schema>;
  required?: readonly string[];
  items?: Schema;
  oneOf?: readonly Schema[];
}

/** docs/seed-fields.md: every field of a seed, as src/state/document/document.ts has them. */
export function seedFieldsPage(): string {
  return `${[
    '<!-- Written by `npm run docs` from the fields of src/state/document/document.ts: edit those, and run it again. -->',
    '# Fields of a seed',
    `Every field there is in a [seed](seeds.md), and in a world that is exported or imported. A field in **bold** must be
there; any other may be left out.`,
    ...fieldsOf('', seedSchema() as Schema),
  ].join('\n\n')}\n`;
}

/** What of a schema describes an object, if any of it does: itself, its items, or one of several that it may be. */
const objectOf = (schema: Schema): Schema | undefined =>
  schema.properties ? schema : schema.items ? objectOf(schema.items) : schema.oneOf?.find(objectOf);

/** A section for an object, and one for each object within it. */
function fieldsOf(name: string, { description, properties = {}, required = [] }: Schema): string[] {
  const rows = Object.entries(properties).map(([field, schema]) => [
    required.includes(field) ? `**${code(field)}**` : code(field),
    typeOf(`${name}${field}`, schema),
    schema.description ?? schema.items?.description ?? '',
  ]);
  const within = Object.entries(properties).flatMap(([field, schema]) => {
    const inner = objectOf(schema);
    return inner ? fieldsOf(`${name}${field}${schema.items ? '[]' : ''}.`, inner) : [];
  });
  const heading = name === '' ? '## The seed' : `## ${headingOf(name)}`;
  return [
    heading,
    ...(description ? [description] : []),
    markdownTable(['Field', 'Value', 'Meaning'], rows),
    ...within,
  ];
}

const headingOf = (name: string) => name.replace(/\.$/, '');

function typeOf(name: string, schema: Schema): string {
  if (schema.items) {
    const items = schema.items.properties
      ? `[${headingOf(`${name}[]`)}](#${anchorOf(`${name}[]`)})`
      : typeOf(name, schema.items);
    return `list of ${items}`;
  }
  if (schema.oneOf) return schema.oneOf.map((each) => typeOf(name, each)).join(', ');
  if (schema.properties) return `[${headingOf(name)}](#${anchorOf(name)})`;
  if (schema.enum) return schema.enum.map((word) => code(String(word))).join(', ');
  if (schema.title) return schema.title;
  return { string: 'text', integer: 'whole number', boolean: '`true` or `false`', object: 'object' }[schema.type] ?? '';
}

/** The anchor that a heading has: small letters, without punctuation. */
const anchorOf = (heading: string) => heading.toLowerCase().replace(/[^\w-]/g, '');

const code = (text: string) => `\`${text}\``;

function markdownTable(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (each: readonly string[]) => `| ${each.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(headings), line(headings.map(() => '---')), ...rows.map(line)].join('\n');
}

if (import.meta.main) {
  for (const [name, page] of Object.entries(pages)) writeFileSync(new URL(name, import.meta.url), page());
  for (const [name, text] of Object.entries(typeFiles)) {
    writeFileSync(new URL(`../src/types/${name}`, import.meta.url), text());
  }
}
