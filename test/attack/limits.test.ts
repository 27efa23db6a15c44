import type { OpenAPIV3 } from 'openapi-types';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { documentedPath } from '../../src/watch/strike.ts';
import { operations } from '../routes/datafy/contract/structure.ts';
import { buildVictim, type Call, type Victim } from './target.ts';

/**
 * Every number, text, list and instant that a caller can send has a limit: what is at it passes, what is beyond it is
 * refused with 400, names the field, and changes nothing. The fields are those of the documents, so that a new one is
 * held to it, too.
 */

type Schema = OpenAPIV3.SchemaObject;

/** A field of a call: where it is (`body/tags/0/key`), what fits into it, and what does not. */
interface Field {
  place: string;
  schema: Schema;
}

/** What is at a limit, and what is beyond it; how that is refused, where not with 400 and the name of the field. */
interface Limit {
  at: readonly unknown[];
  beyond: readonly unknown[];
  refused?: { status: number; text: RegExp };
}

const textOf = (length: number) => 'x'.repeat(length);
const tagsOf = (count: number) => Array.from({ length: count }, (_, at) => ({ key: `k${at}`, value: '' }));
const numbers = [-(2 ** 53), -1, 2 ** 31, 2 ** 53, 1e308];

/** Those whose limit is not in the schema, by their operation and place, and what holds it. */
const elsewhere: { which: RegExp; because: string; limit?: Limit }[] = [
  {
    which: / (path|query|header)\/[^ ]*$/,
    because: 'a text there is as long as the head of a request at most: test/attack/raw-http.test.ts',
  },
  { which: /\/tags$/, because: 'EBS: findTagProblem', limit: { at: [tagsOf(50)], beyond: [tagsOf(51)] } },
  { which: /\/tags\/0\/key$/, because: 'the same', limit: { at: [textOf(128)], beyond: [textOf(129)] } },
  { which: /\/tags\/0\/value$/, because: 'the same', limit: { at: [textOf(256)], beyond: [textOf(257)] } },
  {
    which: /\/diskSize$/,
    because: 'the engine knows what the type of a volume takes, and may call it the size of the volume',
    limit: {
      at: [],
      beyond: numbers,
      refused: { status: 400, text: /diskSize|volumeSizeGb is \S+: it must be from 1 to/ },
    },
  },
  {
    which: /\/(volumeIops|volumeThroughput|volumeSizeG[bB]|arraySize|performanceArraySize|performanceTier)$/,
    because: 'the same: test/routes/datafy has what is at its limits',
    limit: { at: [], beyond: numbers },
  },
  {
    which: /^(?!importState|createOrganization)\w+ body\//,
    because: 'a text or a list there is as long as a body at most, 64 KiB: test/attack/bodies.test.ts',
  },
  {
    which:
      /^(importState|createOrganization) body\/(\w+|volumes\/0\/modifications|snapshots\/0\/ebsSnapshots|tokens\/0\/roleIds)$/,
    because: 'a list of a world has as many as 64 MiB and 4,000,000 values have room for: test/attack/bodies.test.ts',
  },
];

/** Every field below a schema that has a size: a number, a text, a list. */
function fieldsOf(schema: Schema, place: string): Field[] {
  const branches = [...(schema.oneOf ?? []), ...(schema.anyOf ?? [])] as Schema[];
  const inner = Object.entries(schema.properties ?? {}) as [string, Schema][];
  return [
    ...(/^(integer|number|string|array)$/.test(schema.type ?? '') && !schema.enum ? [{ place, schema }] : []),
    ...branches.flatMap((branch) => fieldsOf(branch, place)),
    ...inner.flatMap(([name, each]) => fieldsOf(each, `${place}/${name}`)),
    ...('items' in schema ? fieldsOf(schema.items as Schema, `${place}/0`) : []),
  ];
}

/** The limit that a schema names; undefined where it names none at one of its ends. */
function limitOf({ type, minimum, maximum, maxLength, maxItems, pattern, ...schema }: Schema): Limit | undefined {
  switch (type) {
    case 'integer':
    case 'number':
      if (minimum === undefined || maximum === undefined) return undefined;
      return { at: [minimum, maximum], beyond: [minimum - 1, next(maximum), 1e308] };
    case 'string':
      if (maxLength !== undefined) return { at: [textOf(maxLength)], beyond: [textOf(maxLength + 1)] };
      // A pattern that repeats nothing without an end is a limit.
      return pattern && !/[*+]|,\}/.test(pattern.replace(/\[[^\]]*\]/g, ''))
        ? { at: [], beyond: [textOf(1_000), `${pattern}`] }
        : undefined;
    default: {
      if (maxItems === undefined) return undefined;
      const item = sampleOf((schema as OpenAPIV3.ArraySchemaObject).items as Schema);
      return { at: [Array(maxItems).fill(item)], beyond: [Array(maxItems + 1).fill(item)] };
    }
  }
}

/** The least number above one that a double can tell from it, and that is whole where it can be. */
const next = (number: number) => (number + 1 > number ? number + 1 : number + 2);

const texts = [
  ...['vol-00000001', 'i-00000001', 'dsnap-00000001', 'snap-00000001', '2026-01-01T00:00:00Z', '0'.repeat(64)],
  '11111111-2222-4333-8444-555555555555',
  ...['us-east-1a', 'arn:aws:iam::123456789012:role/x', 'text'],
];

/** The least that fits a schema. */
function sampleOf(schema: Schema): unknown {
  if (schema.enum) return schema.enum[0];
  const [branch] = (schema.oneOf ?? []) as Schema[];
  if (branch) return sampleOf(branch);
  if (schema.type === 'array') return [];
  if (schema.type === 'string') return texts.find((text) => new RegExp(schema.pattern ?? '').test(text));
  if (schema.type === 'boolean') return false;
  if (schema.type !== 'object') return Math.max(1, schema.minimum ?? 1);
  const needed = (schema.required ?? []).map((name) => [name, sampleOf(schema.properties?.[name] as Schema)]);
  return Object.fromEntries(needed);
}

/** A value with another in one place, and on the way there the least that its schema asks for. */
function withField(value: unknown, schema: Schema, [step, ...rest]: string[], field: unknown): unknown {
  if (step === undefined) return field;
  const branches = (schema.oneOf ?? []) as Schema[];
  const own = branches.find((branch) => branch.properties?.[step]);
  if (own) return withField(sampleOf(own), own, [step, ...rest], field);
  if (schema.type === 'array') {
    const items = schema.items as Schema;
    const [first = sampleOf(items)] = Array.isArray(value) ? value : [];
    // A published tag may come without a key, and is then refused for that.
    const keyed = items.properties?.key ? { key: 'text', ...(first as object) } : first;
    return [withField(keyed, items, rest, field)];
  }
  const inner = schema.properties?.[step] as Schema;
  const before = (value as Record<string, unknown> | undefined) ?? (sampleOf(schema) as Record<string, unknown>);
  return { ...before, [step]: withField(before[step] ?? undefined, inner, rest, field) };
}

let victim: Victim;
let url: string;
beforeAll(async () => {
  victim = await buildVictim();
  url = '/_emulator/checkpoints/kept/restore';
});
afterAll(() => victim.close());

const source = await buildVictim();
const documented = [source.app.swagger(), source.app.controlDocument()].flatMap((document) =>
  operations(document as never),
);
await source.close();
/** Those of other worlds are the same. */
const own = documented.filter(({ path }) => !path.startsWith('/_emulator/organizations/{organizationId}/'));

const fields = own.map(({ method, path, operation }) => {
  const { operationId = '', parameters = [], requestBody } = operation as unknown as OpenAPIV3.OperationObject;
  const body = (requestBody as OpenAPIV3.RequestBodyObject | undefined)?.content['application/json']?.schema as Schema;
  const inHead = (parameters as OpenAPIV3.ParameterObject[]).flatMap((each) =>
    fieldsOf(each.schema as Schema, `${each.in}/${each.name}`),
  );
  return { operationId, method, path, body, all: [...inHead, ...(body ? fieldsOf(body, 'body') : [])] };
});

type Operation = (typeof fields)[number];

const placeOf = ({ operationId }: Operation, { place }: Field) => `${operationId} ${place}`;
const ruleOf = (operation: Operation, field: Field) =>
  elsewhere.find(({ which }) => which.test(placeOf(operation, field)));

test('every field has a limit, in its schema or by what holds it elsewhere, and nothing is excused that is not there', () => {
  const every = fields.flatMap((operation) => operation.all.map((field) => ({ operation, field })));
  expect(every.length).toBeGreaterThan(300);
  const without = every.filter(({ field }) => !limitOf(field.schema));
  const unlimited = without.filter(({ operation, field }) => !ruleOf(operation, field));
  expect(unlimited.map(({ operation, field }) => placeOf(operation, field))).toEqual([]);
  // A number, or an instant, is held by nothing but a number.
  const numbersOnly = without.filter(({ field }) => /^(integer|number)$/.test(field.schema.type ?? ''));
  const unheld = numbersOnly.filter(({ operation, field }) => !ruleOf(operation, field)?.limit);
  expect(unheld.map(({ operation, field }) => placeOf(operation, field))).toEqual([]);
  const used = new Set(without.map(({ operation, field }) => ruleOf(operation, field)));
  expect(elsewhere.filter((rule) => !used.has(rule)).map(({ because }) => because)).toEqual([]);
});

const callOf = ({ method, path }: Operation): Call => {
  const found = victim.calls.find(
    (call) => call.method === method.toUpperCase() && documentedPath(call.route.url) === path,
  );
  if (!found) throw new Error(`There is no call ${method} ${path}`);
  return found;
};

/** Sends a call with one field changed. */
async function send(operation: Operation, { place }: Field, value: unknown) {
  const call = callOf(operation);
  const [part = '', ...steps] = place.split('/');
  let { url: to, body } = call;
  if (part === 'body') body = withField(body, operation.body, steps, value);
  else if (part === 'query') to += `${to.includes('?') ? '&' : '?'}${steps[0]}=${encodeURIComponent(String(value))}`;
  else {
    const at = operation.path.split('/').indexOf(`{${steps[0]}}`);
    to = to.replace(/^[^?]*/, (whole) =>
      whole
        .split('/')
        .with(at, encodeURIComponent(String(value)))
        .join('/'),
    );
  }
  const answer = await victim.app.inject({
    method: call.method,
    url: to,
    headers: { ...call.headers, 'content-type': 'application/json' },
    ...(body !== undefined && { payload: JSON.stringify(body) }),
  });
  return { status: answer.statusCode, text: answer.body, code: String(answer.headers['x-emulator-error']) };
}

/** How a refusal says that something is beyond a limit. */
const ofLimit = /must be [<>]=|must NOT have more|is longer than|has \d+ tags|must be an? /;
/** What a field is called: nearly every refusal has it with its whole place. */
const lastName = ({ place }: Field) => place.split('/').findLast((step) => !/^\d+$/.test(step)) ?? place;
const shortened = (value: unknown) => JSON.stringify(value).slice(0, 60);

test.each(fields.map((operation) => [operation.operationId, operation] as const))(
  '%s takes what is at its limits, and refuses what is beyond them',
  async (_, operation) => {
    const wrong: unknown[] = [];
    const before = victim.snapshot();
    const limits = operation.all.flatMap((field) => {
      const limit = limitOf(field.schema) ?? ruleOf(operation, field)?.limit;
      return limit ? [{ field, limit }] : [];
    });
    for (const { field, limit } of limits) {
      for (const value of limit.beyond) {
        const { status, text } = await send(operation, field, value);
        const { refused = { status: 400, text: new RegExp(lastName(field).replace('$', '\\$')) } } = limit;
        if (status !== refused.status || !refused.text.test(text))
          wrong.push([field.place, shortened(value), 'beyond', status, text.slice(0, 200)]);
      }
    }
    expect(wrong).toEqual([]);
    expect(victim.snapshot() === before, 'nothing has changed').toBe(true);
    for (const { field, limit } of limits) {
      for (const value of limit.at) {
        const { status, text } = await send(operation, field, value);
        if (status >= 500 || (status >= 400 && ofLimit.test(text)))
          wrong.push([field.place, shortened(value), 'at', status, text.slice(0, 200)]);
        await victim.app.inject({ method: 'POST', url });
      }
    }
    expect(wrong).toEqual([]);
  },
);
