import type { Static, TObject, TSchema } from '@sinclair/typebox';
import type { AnyField, PropertiesOf, RowOf } from './field.ts';

/** How one surface speaks of a field, in an answer or in a request: by another schema, and maybe another name. */
export interface Face<F extends AnyField, S extends TSchema> {
  readonly field: F;
  readonly schema: S;
}

export const face = <F extends AnyField, S extends TSchema>(field: F, schema: S): Face<F, S> => ({ field, schema });

// biome-ignore lint/suspicious/noExplicitAny: a face of any field
type AnyFace = Face<any, any>;

/**
 * What an answer, or a request, says of a thing, in its order. A bare schema is of what no column has: whoever answers
 * works it out.
 */
export type Faces = Readonly<Record<string, AnyFace | TSchema>>;

type FieldsOf<V> = {
  [K in keyof V as V[K] extends AnyFace ? K : never]: V[K] extends Face<infer F, infer _S> ? F : never;
};

/** What is said by faces. */
export type Said<V> = Static<TObject<PropertiesOf<V>>>;

/** Of what is said, that which no column has. */
export type WorkedOut<V> = Static<TObject<PropertiesOf<{ [K in keyof V as V[K] extends AnyFace ? never : K]: V[K] }>>>;

type OptionalName<V> = keyof { [K in keyof Said<V> as undefined extends Said<V>[K] ? K : never]: K };

/** The columns of a request: those of what may be left out are optional. */
type ColumnsAsked<V> = RowOf<FieldsOf<Omit<V, OptionalName<V>>>> & Partial<RowOf<FieldsOf<V>>>;

const isFace = (entry: AnyFace | TSchema): entry is AnyFace => 'field' in entry;

/** The columns of faces. */
export function facedColumns<V extends Faces>(faces: V): (keyof RowOf<FieldsOf<V>> & string)[] {
  const columns = Object.values(faces)
    .filter(isFace)
    .map(({ field }) => field.column);
  return columns as (keyof RowOf<FieldsOf<V>> & string)[];
}

/** What an answer says of a row. @param others what no column has. */
export function show<V extends Faces>(view: V, row: RowOf<FieldsOf<V>>, others: WorkedOut<V>): Said<V> {
  const said: Record<string, unknown> = {};
  for (const name in view) {
    const entry = view[name] as AnyFace | TSchema;
    said[name] = isFace(entry)
      ? (entry.field.toDocument((row as Record<string, unknown>)[entry.field.column]) ?? null)
      : (others as Record<string, unknown>)[name];
  }
  return said as Said<V>;
}

/** The columns of what a request says. What it leaves out is left out; what is null in it is NULL. */
export function columnsAsked<V extends Faces>(asked: V, request: Said<V>): ColumnsAsked<V> {
  const columns: Record<string, unknown> = {};
  for (const [name, entry] of Object.entries(asked)) {
    const said = (request as Record<string, unknown>)[name];
    if (said === undefined || !isFace(entry)) continue;
    columns[entry.field.column] = said === null ? null : entry.field.toColumn(said);
  }
  return columns as ColumnsAsked<V>;
}
