import fc from 'fast-check';
import type { Structure, Type } from '../../../../src/routes/aws/wire/shapes.ts';

// Values of every shape, for requests and for answers.

export type Values = Record<string, unknown>;
export type Side = 'request' | 'answer';

/** Characters that a careless reader or writer of forms or XML trips over. */
const character = fc.constantFrom(...'aZ09-/:&<>"\'%+=.*;#\\ \t\né😀\r');
const text = fc
  .string({ unit: character, maxLength: 12 })
  // The client drops a text that is nothing but space with the end of a line in it, as the lay-out of a document.
  .filter((each) => each.trim() !== '' || !each.includes('\n'));

function anyOf(type: Type, side: Side): fc.Arbitrary<unknown> {
  switch (type.kind) {
    case 'structure':
      return structureOf(type.structure, side);
    case 'list':
      // An empty list is not sent in a request of EC2.
      return fc.array(anyOf(type.item, side), { minLength: side === 'request' ? 1 : 0, maxLength: 3 });
    case 'integer':
      return fc.integer();
    case 'long':
      return fc.maxSafeInteger();
    case 'double':
      return fc.integer({ min: -80_000, max: 80_000 }).map((eighths) => eighths / 8 + 0);
    case 'boolean':
      return fc.boolean();
    case 'timestamp':
      return fc.integer({ min: 0, max: Date.UTC(2100, 0, 1) });
    case 'blob':
      return fc.uint8Array({ maxLength: 20 });
    case '{string:string}':
      return fc
        .dictionary(
          text.filter((key) => key !== '__proto__'),
          text,
          { minKeys: 1, maxKeys: 2 },
        )
        .map((each) => ({ ...each }));
    default:
      return text;
  }
}

/** Any of a structure's members, and those that are required. A structure inside a request has at least one. */
function structureOf({ members }: Structure, side: Side, mayBeEmpty = side === 'answer'): fc.Arbitrary<Values> {
  const required = side === 'request' ? members.filter((member) => member.required).map(({ name }) => name) : [];
  return fc
    .record(Object.fromEntries(members.map(({ name, type }) => [name, anyOf(type, side)])), {
      requiredKeys: required,
    })
    .map((values) => ({ ...values }) as Values)
    .filter((values) => mayBeEmpty || members.length === 0 || Object.keys(values).length > 0);
}

export function sampleOf(structure: Structure, side: Side): fc.Arbitrary<Values> {
  return structureOf(structure, side, true);
}

/** All members of a structure, each with a value, two in each list. */
export function fullOf({ members }: Structure, side: Side): Values {
  const full = (type: Type, name: string): unknown => {
    switch (type.kind) {
      case 'structure':
        return fullOf(type.structure, side);
      case 'list':
        return [full(type.item, `${name} 1`), full(type.item, `${name} 2`)];
      case 'integer':
        return 2_147_483_647;
      case 'long':
        return 9_007_199_254_740_991;
      case 'double':
        return 4.375;
      case 'boolean':
        return false;
      case 'timestamp':
        return Date.UTC(2026, 8, 25, 16, 33, 18, 609);
      case 'blob':
        return new Uint8Array([0, 255, 62]);
      case '{string:string}':
        return { one: '1', two: '<2>' };
      default:
        return `${name} <&> "é😀"`;
    }
  };
  return Object.fromEntries(members.map(({ name, type }) => [name, full(type, name)]));
}

/** As the SDK writes values: times are dates. */
export function toSdk(structure: Structure, values: Values): Values {
  return convert(structure, values, (value) => new Date(value as number));
}

/** What the SDK answers, in our values, without what it adds. */
export function fromSdk(structure: Structure, values: Values): Values {
  return convert(structure, values, (value) => (value as Date).getTime());
}

function convert({ members }: Structure, values: Values, time: (value: unknown) => unknown): Values {
  const one = (type: Type, value: unknown): unknown => {
    if (type.kind === 'timestamp') return time(value);
    if (type.kind === 'list') return (value as unknown[]).map((item) => one(type.item, item));
    if (type.kind === 'structure') return convert(type.structure, value as Values, time);
    return value;
  };
  return Object.fromEntries(
    members.filter(({ name }) => values[name] !== undefined).map(({ name, type }) => [name, one(type, values[name])]),
  );
}
