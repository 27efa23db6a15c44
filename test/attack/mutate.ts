import type { Random } from '../model/random.ts';

// Good bodies made bad: by the seed alone, so that what was found can be found again.

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** As much of a JSON schema as says which types a value may have. */
export interface Schema {
  type?: string;
  enum?: unknown[];
  oneOf?: Schema[];
  anyOf?: Schema[];
  nullable?: boolean;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  additionalProperties?: boolean | Schema;
}

export interface Mutant {
  /** The body as it is sent. */
  payload: string | Buffer;
  /** What was done to it. */
  how: string;
  /** Whether no call may take it, whatever it is for. */
  isBad: boolean;
}

type Path = (string | number)[];

const texts: readonly string[] = [
  ...[
    '',
    ' ',
    '\n',
    'a',
    '0',
    '-1',
    'null',
    'true',
    '[]',
    '{}',
    'x'.repeat(300),
    'x'.repeat(20_000),
    '🦆',
    'é'.repeat(50),
  ],
  ...[
    '\u202e',
    '\ufeff',
    '\u007f',
    '\r\nX-A: b',
    '../../etc/passwd',
    '/dev/sda',
    '/dev/null',
    '%00',
    '%2e%2e',
    '\\',
    '"',
  ],
  ...["'; DROP TABLE volume; --", "' OR 1=1 --", '#{7*7}', '{{7*7}}', '<script>alert(1)</script>', '$(reboot)', '`id`'],
  ...[
    '__proto__',
    'constructor',
    'toString',
    'hasOwnProperty',
    'prototype',
    'all',
    '*',
    ',',
    'a,b',
    'undefined',
    'NaN',
  ],
  ...['us-east-1a', 'vol-0a1b2c3d4e5f60010', 'vol-0a1b2c3d4e5f600a0', 'dsnap-0b9176567fe16f0bd', 'i-0a1b2c3d4e5f60004'],
  ...['7c9e6679-7425-40de-944b-e07fc1f90ae7', '0a6f2a52-3c1d-4d62-9d0e-8f3c5b7a1e00', 'snap-0b9176567fe16f001'],
  ...['2026-01-01T00:00:00Z', '2026-02-30T00:00:00Z', '9999-12-31T23:59:59Z', '+275760-09-13T00:00:00.000Z', '1e999'],
  ...[
    'arn:aws:iam::123456789012:role/x',
    'volume.create',
    'createSnapshotCommand',
    'GET',
    'instant',
    'controlled',
    'managed',
  ],
];

const numbers: readonly number[] = [
  ...[0, -0, 1, -1, 2, 7, 100, 1_000, 16_384, 65_536, 0.5, 1.5, -0.1, 1e-7, 1e21, 1e308, -1e308, Number.MIN_VALUE],
  ...[2 ** 31 - 1, 2 ** 31, 2 ** 32, 2 ** 53 - 1, 2 ** 53, 2 ** 63, -(2 ** 63), Number.MAX_VALUE],
];

/** Any value: what is near to a good one in some place, and what is near to nothing. */
function junk(random: Random, depth = 0): Json {
  const kind = random.upTo(depth > 3 ? 4 : 6);
  if (kind === 0) return random.pick(texts);
  if (kind === 1) return random.pick(numbers);
  if (kind === 2) return random.chance(0.5);
  if (kind === 3) return null;
  const size = random.pick([0, 1, 2, 3, 50]);
  if (kind === 4) return Array.from({ length: depth > 0 ? Math.min(size, 3) : size }, () => junk(random, depth + 1));
  const names = [
    'a',
    'b',
    'key',
    'value',
    'name',
    'some',
    'in',
    'var',
    '==',
    'and',
    'volumeId',
    'length',
    'toString',
    '',
    ' ',
  ];
  return Object.fromEntries(
    Array.from({ length: depth > 0 ? Math.min(size, 3) : size }, (_, at) => [
      random.chance(0.8) ? random.pick(names) : `k${at}`,
      junk(random, depth + 1),
    ]),
  );
}

const typeOf = (value: Json): string => {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return typeof value;
};

/** The types that a value may have by a schema; undefined: it does not say, or leaves it open. */
function typesOf(schema: Schema | undefined): Set<string> | undefined {
  if (!schema) return undefined;
  const branches = schema.oneOf ?? schema.anyOf;
  if (branches && !schema.type) {
    const all = branches.map(typesOf);
    if (all.some((each) => each === undefined)) return undefined;
    return new Set(all.flatMap((each) => [...(each ?? [])]));
  }
  if (schema.enum && !schema.type) return new Set(schema.enum.map((value) => typeOf(value as Json)));
  if (!schema.type) return undefined;
  const types = new Set([schema.type === 'integer' ? 'number' : schema.type]);
  if (schema.nullable) types.add('null');
  return types;
}

/** The schema of a place in a body; undefined: there is none, or one of several. */
function schemaAt(schema: Schema | undefined, path: Path): Schema | undefined {
  return path.reduce<Schema | undefined>((at, key) => {
    if (at === undefined || at.oneOf || at.anyOf) return undefined;
    return typeof key === 'number' ? at.items : at.properties?.[key];
  }, schema);
}

/** Every place in a value, itself the first. */
function pathsOf(value: Json, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [path];
  const inner = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
  return [path, ...inner.flatMap(([key, item]) => pathsOf(item as Json, [...path, key]))];
}

const valueAt = (value: Json, path: Path): Json =>
  path.reduce<Json>((at, key) => (at as Record<string | number, Json>)[key] as Json, value);

/** A copy with another value in one place; undefined: without it. */
function withAt(value: Json, path: Path, put: Json | undefined): Json | undefined {
  const [key, ...rest] = path;
  if (key === undefined) return put;
  const copy = (Array.isArray(value) ? [...value] : { ...(value as object) }) as Record<string | number, Json>;
  const inner = withAt((value as Record<string | number, Json>)[key] ?? null, rest, put);
  if (inner !== undefined) copy[key] = inner;
  else if (Array.isArray(copy)) copy.splice(key as number, 1);
  else delete copy[key];
  return copy as Json;
}

const written = (value: Json | undefined) => JSON.stringify(value ?? null);

type Maker = (good: Json, schema: Schema, random: Random) => Mutant;

/** Another value where one is. */
const replace: Maker = (good, schema, random) => {
  const path = random.pick(pathsOf(good));
  const value = junk(random);
  const types = typesOf(schemaAt(schema, path));
  return {
    payload: written(withAt(good, path, value)),
    how: `${JSON.stringify(value).slice(0, 60)} at /${path.join('/')}`,
    isBad: types !== undefined && !types.has(typeOf(value)),
  };
};

/** A value where the schema knows one, and the good body may have none. */
const fill: Maker = (good, schema, random) => {
  const objects = pathsOf(good).filter((path) => typeOf(valueAt(good, path)) === 'object');
  const known = objects.flatMap((path) =>
    Object.keys(schemaAt(schema, path)?.properties ?? {}).map((name): Path => [...path, name]),
  );
  if (known.length === 0) return replace(good, schema, random);
  const path = random.pick(known);
  const value = junk(random);
  const types = typesOf(schemaAt(schema, path));
  return {
    payload: written(withAt(good, path, value)),
    how: `${JSON.stringify(value).slice(0, 60)} for /${path.join('/')}`,
    isBad: types !== undefined && !types.has(typeOf(value)),
  };
};

/** Without something that is there. */
const drop: Maker = (good, schema, random) => {
  const paths = pathsOf(good).filter((path) => path.length > 0);
  if (paths.length === 0) return replace(good, schema, random);
  const path = random.pick(paths);
  const above = schemaAt(schema, path.slice(0, -1));
  return {
    payload: written(withAt(good, path, undefined)),
    how: `without /${path.join('/')}`,
    isBad: above?.required?.includes(String(path.at(-1))) ?? false,
  };
};

/** Something else altogether. */
const whole: Maker = (_good, schema, random) => {
  const value = junk(random);
  return {
    payload: written(value),
    how: `${JSON.stringify(value).slice(0, 80)}`,
    isBad: !typesOf(schema)?.has(typeOf(value)),
  };
};

const scraps = [
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  '"',
  "'",
  '\\',
  '//',
  '/*',
  '\0',
  '\ufeff',
  '\u2028',
  'NaN',
  '-',
  '00',
  '.',
  'e',
  '\\ud800',
  '\\u0000',
  '__proto__',
];

/** Its text with a few letters more, less, or others. */
const scramble: Maker = (good, _schema, random) => {
  let text = written(good);
  const times = 1 + random.upTo(3);
  for (let time = 0; time < times; time++) {
    const at = random.upTo(text.length + 1);
    const end = random.chance(0.2) ? text.length : at + random.upTo(4);
    text = text.slice(0, at) + (random.chance(0.7) ? random.pick(scraps) : '') + text.slice(end);
  }
  return { payload: text, how: 'scrambled', isBad: text.trim() !== '' && !isJson(text) };
};

/** Bytes that were never a text. */
const bytes: Maker = (good, _schema, random) => {
  const some = Buffer.from(
    random.chance(0.5) ? written(good) : (Array.from({ length: random.upTo(200) }, () => random.upTo(256)) as never),
  );
  if (some.length > 0) some[random.upTo(some.length)] = 128 + random.upTo(128);
  const text = some.toString();
  return { payload: some, how: 'bytes', isBad: text.includes('\ufffd') || (text.trim() !== '' && !isJson(text)) };
};

/** By the parser that everybody has. */
function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

const makers = [
  { weight: 6, of: replace },
  { weight: 5, of: fill },
  { weight: 2, of: drop },
  { weight: 2, of: whole },
  { weight: 2, of: scramble },
  { weight: 1, of: bytes },
];

/** A good body made bad, or at least another. */
export function mutate(good: Json, schema: Schema, random: Random): Mutant {
  const mutant = random.weighted(makers)(good, schema, random);
  // Longer ones are refused for that alone.
  return mutant.payload.length > 60_000 ? mutate(good, schema, random) : mutant;
}
