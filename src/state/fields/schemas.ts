import { type Static, type TProperties, type TSchema, Type } from '@sinclair/typebox';
import { instantPattern, instantTitle } from '../../ground/clock.ts';

/** The kinds of values that documents, requests and answers are made of, as JSON Schema. */

export const strict = { additionalProperties: false } as const;

export const words = <const T extends readonly string[]>(values: T, description?: string) =>
  Type.Unsafe<T[number]>({ type: 'string', enum: [...values], ...(description && { description }) });

export const id = (prefix: string, description: string) =>
  Type.String({ title: `${prefix}- and 8 to 17 hex digits`, pattern: `^${prefix}-[0-9a-f]{8,17}$`, description });

export const uuid = (description: string) =>
  Type.String({ title: 'a UUID', pattern: '^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$', description });

export const instant = (description: string) =>
  Type.String({
    title: instantTitle,
    pattern: instantPattern,
    format: 'date-time',
    description: `${description} RFC 3339.`,
  });

/** In characters: as many as the body of a call of the API can have, so that what it accepted can be imported. */
const longestText = 64 * 1024;

export const text = (description: string, maxLength = longestText) => Type.String({ maxLength, description });
export const name = (description: string, maxLength = longestText) =>
  Type.String({ minLength: 1, maxLength, description });
/** What a volume of its type can have at most is looked at later, with a sentence that says it. */
export const positive = (description: string, maximum = 2 ** 31) => Type.Integer({ minimum: 1, maximum, description });
export const count = (maximum: number, description: string) => Type.Integer({ minimum: 0, maximum, description });
export const yesOrNo = (description: string) => Type.Boolean({ description });

/** A hundred years. */
export const longest = 100 * 366 * 24 * 60;

export const owner = Type.Optional(uuid("Whose it is. Left out: the first account's."));
export const createdAt = Type.Optional(instant('Left out: the beginning of the world.'));
export const ageMinutes = Type.Optional(
  Type.Integer({
    minimum: 0,
    maximum: longest,
    description: 'How many minutes before the beginning of the world it came to be, instead of an instant.',
  }),
);
export const changedBy = Type.Optional(
  count(Number.MAX_SAFE_INTEGER, 'The request that caused the last change, by its number in the journal.'),
);

export const due = Type.Optional(
  Type.Object(
    {
      action: Type.Optional(text('What happens then, as docs/transitions.md names it. Left out: the usual end.')),
      at: Type.Optional(instant('When.')),
    },
    { ...strict, description: 'When the transition under way ends. Left out, or without `at`: it is held.' },
  ),
);

export const tags = Type.Optional(
  Type.Array(
    Type.Object({ key: name('At most 128 characters.', 128), value: text('At most 256 characters.', 256) }, strict),
    {
      maxItems: 50,
      description: 'AWS tags.',
    },
  ),
);

/** Answers: what the emulator says itself needs no limits. */

export const tag = Type.Object({ key: Type.String(), value: Type.String() });

export const plainInstant = Type.String({ format: 'date-time' });

/** A value or null, as OpenAPI 3.0 writes it. */
export function nullable<T extends TSchema>(schema: T) {
  return Type.Unsafe<Static<T> | null>({ ...schema, nullable: true });
}

const comment = Symbol('comment');

/** A schema with a sentence for the package's types, where the OpenAPI document has none, or another. */
export const told = <S extends TSchema>(schema: S, sentence: string): S => ({ ...schema, [comment]: sentence });

export const isTold = (schema: TSchema): boolean => comment in schema;

/** What the package's types say of a value: the sentence of `told`, or the schema's description. */
export const sentenceOf = (schema: TSchema): string | undefined =>
  (schema as { [comment]?: string })[comment] ?? schema.description;

// What answers say of a thing, whatever it is.
export const plainId = (prefix: string) => told(Type.String(), `\`${prefix}-\` and 8 to 17 hex digits.`);
export const ownerId = told(Type.String(), 'A UUID: the account that it belongs to.');
export const plainZone = told(Type.String(), 'Such as `us-east-1a`.');
export const plainDevice = told(Type.String(), 'Such as `/dev/sdf`.');
export const utc = told(plainInstant, 'RFC 3339, in UTC.');
export const sizeInGb = Type.Integer({ description: 'GiB' });
export const iopsOf = told(Type.Integer(), 'I/O operations per second.');
export const throughputInMibs = Type.Integer({ description: 'MiB/s' });
export const lastRequest = told(
  nullable(Type.Integer({ description: 'The request that caused the last change, by its number in the journal.' })),
  'The request that caused the last change, by its number in the journal; null: no request of the API did.',
);

/** A closed object. */
export const strictObject = <P extends TProperties>(properties: P, description?: string) =>
  Type.Object(properties, { ...strict, ...(description && { description }) });

/** What of requests gives tags: these, and no others. */
export const tagsGiven = Type.Array(strictObject({ key: Type.String(), value: Type.String() }));

/** From 1 up. */
export const upTo = (maximum: number, description: string) => Type.Integer({ minimum: 1, maximum, description });

/** A schema with another sentence, of a field that may be left out. */
export const named = <T extends TSchema>(schema: T, description: string) =>
  Type.Optional({ ...schema, description } as T);
