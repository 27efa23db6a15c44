import type { Static, TObject, TSchema } from '@sinclair/typebox';
import { formatInstant, type Instant, parseInstant } from '../../ground/clock.ts';
import { EmulatorError } from '../../ground/errors.ts';

/**
 * A field of a thing, described once: its column, its schema in a document (which has its limits, its unit and the
 * sentence about it), and what its column has where nothing is said. The row's type, its INSERT, the seed's schema,
 * export and import follow from a table of these: `docs/architecture.md` has the way of one field.
 */
export interface Field<C extends string, S extends TSchema, V, D extends V | undefined = V | undefined> {
  readonly column: C;
  readonly schema: S;
  /** Undefined: whoever makes a row has to say it. */
  readonly default: D;
  /** The column's value of what a document says. */
  toColumn(said: Static<S>): V;
  /** What a document says of the column's value; undefined: nothing. */
  toDocument(stored: V): Static<S> | undefined;
}

// biome-ignore lint/suspicious/noExplicitAny: a field of any type
export type AnyField = Field<string, any, any>;

/**
 * The fields of a thing by their names in documents, in the order of an export. A bare schema is of what has no column of
 * this table: who exports or imports the thing sees to it.
 */
export type Fields = Readonly<Record<string, AnyField | TSchema>>;

type ColumnOf<F> = F extends Field<infer C, infer _S, infer _V> ? C : never;
type DefaultedColumnOf<F> = F extends { default: undefined } ? never : ColumnOf<F>;
type ValueOf<F> = F extends Field<infer _C, infer _S, infer V> ? V : never;
type SchemaOf<F> = F extends { schema: infer S extends TSchema } ? S : F extends TSchema ? F : never;

/** The columns of a table of fields, or of the faces of fields. */
export type RowOf<F> = { -readonly [K in keyof F as ColumnOf<F[K]>]: ValueOf<F[K]> };

/** Those of them that have a value where nothing is said. */
export type DefaultsOf<F> = { -readonly [K in keyof F as DefaultedColumnOf<F[K]>]: ValueOf<F[K]> };

/** What a new row is made from: the columns that have a default may be left out. */
export type NewRowOf<F> = Omit<RowOf<F>, keyof DefaultsOf<F>> & Partial<DefaultsOf<F>>;

/** The properties of a table of fields, for a schema of an object. */
export type PropertiesOf<F> = { -readonly [K in keyof F]: SchemaOf<F[K]> };

export const isField = (entry: AnyField | TSchema): entry is AnyField => 'column' in entry;

// ---- Kinds of fields

// Each takes what a column has where nothing is said; undefined: whoever makes a row has to say it.

type Otherwise<T, V> = T extends undefined ? undefined : V;

const same = <T>(value: T): T => value;

/** Stored as it is said. */
export const kept = <const C extends string, S extends TSchema, const T extends Static<S> | undefined = undefined>(
  column: C,
  schema: S,
  otherwise?: T,
): Field<C, S, Static<S>, Otherwise<T, Static<S>>> => ({
  column,
  schema,
  default: otherwise as Otherwise<T, Static<S>>,
  toColumn: same,
  toDocument: same,
});

/** Stored as it is said, and NULL where nothing is. */
export const orNull = <const C extends string, S extends TSchema>(
  column: C,
  schema: S,
): Field<C, S, Static<S> | null, null> => ({
  column,
  schema,
  default: null,
  toColumn: same,
  toDocument: (stored) => stored ?? undefined,
});

/** Yes or no, stored as 1 or 0. */
export const flag = <const C extends string, S extends TSchema, const T extends boolean | undefined = undefined>(
  column: C,
  schema: S,
  otherwise?: T,
): Field<C, S, 0 | 1, Otherwise<T, 0 | 1>> => ({
  column,
  schema,
  default: (otherwise === undefined ? undefined : otherwise ? 1 : 0) as Otherwise<T, 0 | 1>,
  toColumn: (said) => (said ? 1 : 0),
  toDocument: (stored) => (stored === 1) as Static<S>,
});

/** Stored as JSON text. */
export const json = <const C extends string, S extends TSchema, T extends Static<S> | undefined = undefined>(
  column: C,
  schema: S,
  otherwise?: T,
): Field<C, S, string, Otherwise<T, string>> => ({
  column,
  schema,
  default: (otherwise === undefined ? undefined : JSON.stringify(otherwise)) as Otherwise<T, string>,
  toColumn: (said) => JSON.stringify(said),
  toDocument: (stored) => JSON.parse(stored),
});

/** Hex digits in a document, bytes in its column. */
export const hex = <const C extends string, S extends TSchema>(
  column: C,
  schema: S,
): Field<C, S, Buffer, undefined> => ({
  column,
  schema,
  default: undefined,
  toColumn: (said) => Buffer.from(said as string, 'hex'),
  toDocument: (stored) => stored.toString('hex') as Static<S>,
});

/** RFC 3339 in a document, milliseconds since the Unix epoch in its column. */
export const moment = <const C extends string, S extends TSchema>(
  column: C,
  schema: S,
): Field<C, S, Instant, undefined> => ({
  column,
  schema,
  default: undefined,
  toColumn: (said) => instantOf(said as string),
  toDocument: (stored) => formatInstant(stored) as Static<S>,
});

/** The same, and NULL where nothing is said. */
export const momentOrNull = <const C extends string, S extends TSchema>(
  column: C,
  schema: S,
): Field<C, S, Instant | null, null> => ({
  column,
  schema,
  default: null,
  toColumn: (said) => instantOf(said as string),
  toDocument: (stored) => (stored === null ? undefined : (formatInstant(stored) as Static<S>)),
});

/** @throws EmulatorError `world-invalid` */
export function instantOf(text: string): Instant {
  const instant = parseInstant(text);
  if (instant === undefined) throw new EmulatorError('world-invalid', { problem: `${text} is not an instant` });
  return instant;
}

// ---- What follows from a table of fields

/** The schemas of fields by their names, in their order. */
export function propertiesOf<F extends Readonly<Record<string, TSchema | { schema: TSchema }>>>(
  fields: F,
): PropertiesOf<F> {
  const schemas = Object.entries(fields).map(([name, entry]) => [name, 'schema' in entry ? entry.schema : entry]);
  return Object.fromEntries(schemas);
}

/** The columns that fields are stored in. */
export function columnsOf<F extends Fields>(fields: F): (keyof RowOf<F>)[] {
  return Object.values(fields)
    .filter(isField)
    .map(({ column }) => column) as string[] as (keyof RowOf<F>)[];
}

/** The columns that have a value where nothing is said of them. */
export function defaultsOf<F extends Fields>(fields: F): DefaultsOf<F> {
  const defaulted = Object.values(fields).filter((entry) => isField(entry) && entry.default !== undefined);
  return Object.fromEntries((defaulted as AnyField[]).map((field) => [field.column, field.default])) as DefaultsOf<F>;
}

/** What a document could have said where it leaves fields out. */
export function documentedDefaults(fields: Fields): Record<string, unknown> {
  const defaulted = Object.entries(fields).filter(([, entry]) => isField(entry) && (entry.default ?? null) !== null);
  return Object.fromEntries(
    (defaulted as [string, AnyField][]).map(([name, field]) => [name, field.toDocument(field.default)]),
  );
}

/**
 * The columns of what a document says.
 *
 * @param known the columns that the caller worked out: they are taken as they are.
 */
export function rowOf<F extends Fields>(
  fields: F,
  document: Static<TObject<PropertiesOf<F>>>,
  known: Partial<RowOf<F>> = {},
): RowOf<F> {
  const row: Record<string, unknown> = { ...known };
  for (const name in fields) {
    const field = fields[name] as Fields[string];
    if (!isField(field) || field.column in row) continue;
    const said = (document as Record<string, unknown>)[name];
    row[field.column] = said === undefined ? field.default : field.toColumn(said);
  }
  return row as RowOf<F>;
}

/**
 * A row as a document has it, with its fields in their order.
 *
 * @param elsewhere the values of fields that have no column.
 */
export function documentOf<F extends Fields>(
  fields: F,
  row: RowOf<F>,
  elsewhere: { [K in keyof F as F[K] extends AnyField ? never : K]?: Static<SchemaOf<F[K]>> | undefined },
): Static<TObject<PropertiesOf<F>>> {
  const document: Record<string, unknown> = {};
  for (const name in fields) {
    const field = fields[name] as Fields[string];
    const value = isField(field)
      ? field.toDocument((row as Record<string, unknown>)[field.column])
      : (elsewhere as Record<string, unknown>)[name];
    if (value !== undefined) document[name] = value;
  }
  return document as Static<TObject<PropertiesOf<F>>>;
}
