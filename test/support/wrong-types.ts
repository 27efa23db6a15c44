import type { OpenAPIV3 } from 'openapi-types';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { refused } from './refused.ts';
import { type Answer, buildWorld, type Method, type World } from './world.ts';

export type JsonType = 'string' | 'integer' | 'boolean' | 'array' | 'object';

/** Values that are not of a type, the ones nearest to it among them. */
export const wrongTypes: Record<JsonType, readonly unknown[]> = {
  string: [0, 1.5, true, null, [], ['text'], {}],
  integer: ['1', '', 1.5, true, null, [], [1], {}],
  boolean: ['true', '', 0, 1, null, [], {}],
  array: ['text', 0, true, null, {}],
  object: ['{}', 0, true, null, []],
};

/** Bodies that are JSON, and no object. */
const wrongBodies = ['null', '[]', '"text"', '0', 'true'];

/** Bodies that are not JSON. */
const malformed = ['{', '{"a":1,}', "{'a':1}", '{"a":1} {}', 'a=1', '{"a":NaN}', '\u0000'];

/** Bodies without anything in them; the first is no body at all. */
const emptyBodies = [undefined, '', ' \n', '{}'];

/** A call whose body is to be varied. */
export interface TypedCall {
  /** What it is, where a call stands here with several bodies. */
  what?: string;
  method: Method;
  /** The path as the document has it. */
  path: string;
  /** What stands in the path for its parameters. */
  params?: Record<string, string>;
  /** A body that has every field, and succeeds in the default world. */
  body: Record<string, unknown>;
  /** The type of every field, by its path below the body: `tags/0/key`. */
  fields: Record<string, JsonType>;
  /** The fields that cannot be left out. Where there are none, the call works without a body. */
  required: readonly string[];
  /** Fields that the document has, and that this body cannot: those of another branch, or for internal use. */
  absent?: Record<string, JsonType>;
}

/**
 * The types section of a room's tests: every field with every value of a wrong type, every required field left out,
 * and every body that is none.
 */
export function describeTypes(token: string, calls: readonly TypedCall[]): void {
  describe.each(calls.map((call) => ({ title: titleOf(call), call })))('$title', ({ call }) => {
    let world: World;
    beforeAll(async () => {
      world = await buildWorld();
    });
    afterAll(() => world.close());

    const send = (body: unknown, to: World = world): Promise<Answer> =>
      to.as(token)(call.method, pathOf(call), typeof body === 'object' ? JSON.stringify(body) : body);

    /** A world of its own: the call is to have an effect. */
    async function succeeds(body: unknown): Promise<void> {
      const fresh = await buildWorld();
      const { status, text } = await send(body, fresh);
      await fresh.close();
      expect(status, text).toBeLessThan(300);
    }

    test('works with the body that the others are made from', () => succeeds(call.body));

    test('has no field in the document that is not tried here', () => {
      const operation = world.app.swagger().paths?.[call.path]?.[call.method.toLowerCase() as 'post'];
      const body = (operation as OpenAPIV3.OperationObject | undefined)?.requestBody as OpenAPIV3.RequestBodyObject;
      const schema = body.content['application/json']?.schema as OpenAPIV3.SchemaObject;
      expect({ ...call.fields, ...call.absent }).toEqual(fieldsOf(schema));
    });

    const wrong = Object.entries(call.fields).flatMap(([field, type]) =>
      wrongTypes[type].map((value) => ({ field, type, value })),
    );
    test.each(wrong)('refuses $field as $value, which is not of type $type', async ({ field, type, value }) => {
      await refused(world, () => send(changed(call.body, field, value)), {
        status: 400,
        code: 'request-invalid',
        message: new RegExp(`(^|; )body/${field} must be ${type}, not `),
      });
    });

    test.each(call.required)('refuses a body without %s, and names it', async (field) => {
      await refused(world, () => send(changed(call.body, field, undefined)), {
        status: 400,
        code: 'request-invalid',
        // One field of the published document has two spellings, so the case of letters does not count here.
        message: new RegExp(
          `body/${field} is missing|body/.* must be exactly one of .*\\b${field.split('/').at(-1)}\\b`,
          'i',
        ),
      });
    });

    test.each(wrongBodies)('refuses the body %s', async (body) => {
      await refused(world, () => send(body), {
        status: 400,
        code: 'request-invalid',
        message: /^body must be object, not (null|array|string|number|boolean)$/,
      });
    });

    test.each(malformed)('refuses %j, which is no JSON', async (body) => {
      await refused(world, () => send(body), {
        status: 400,
        code: 'json-invalid',
        message: /^The body is not valid JSON: \S/,
      });
    });

    test.each(emptyBodies)(`${call.required.length > 0 ? 'refuses' : 'takes'} %j as an empty body`, async (body) => {
      const top = call.required.filter((field) => !field.includes('/'));
      if (top.length === 0) return succeeds(body);
      const message = new RegExp(`^${top.map((field) => `body/${field} is missing`).join('; ')}$`, 'i');
      await refused(world, () => send(body), { status: 400, code: 'request-invalid', message });
    });

    test('passes over fields that it does not know, wherever they are', () => succeeds(withStrangers(call.body)));
  });
}

const titleOf = ({ method, path, what }: TypedCall) => `${method} ${path}${what ? ` ${what}` : ''}`;

const pathOf = ({ path, params = {} }: TypedCall) =>
  path.replace(/\{(\w+)\}/g, (_, name: string) => params[name] ?? `no ${name}`);

/** A copy of a body with another value in one place; undefined: without what is there. */
function changed(body: Record<string, unknown>, field: string, value: unknown): Record<string, unknown> {
  const copy = structuredClone(body);
  const steps = field.split('/');
  const last = steps.pop() as string;
  const parent = steps.reduce((from, step) => from[step] as Record<string, unknown>, copy);
  if (value === undefined) delete parent[last];
  else parent[last] = value;
  return copy;
}

/** A copy with a field that nobody knows in every object. */
function withStrangers(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withStrangers);
  if (typeof value !== 'object' || value === null) return value;
  const known = Object.entries(value).map(([key, inner]) => [key, withStrangers(inner)]);
  return Object.fromEntries([...known, ['somethingElse', { deep: [1, null] }]]);
}

/** Every field that a schema knows, with its type. */
function fieldsOf(schema: OpenAPIV3.SchemaObject, path = ''): Record<string, string> {
  const below = path === '' ? '' : `${path}/`;
  const branches = (schema.oneOf ?? []) as OpenAPIV3.SchemaObject[];
  return Object.assign(
    {},
    path === '' ? {} : { [path]: schema.type ?? 'object' },
    ...branches.map((branch) => fieldsOf({ ...branch, type: 'object' }, path)),
    ...Object.entries(schema.properties ?? {}).map(([name, inner]) =>
      fieldsOf(inner as OpenAPIV3.SchemaObject, below + name),
    ),
    'items' in schema ? fieldsOf(schema.items as OpenAPIV3.SchemaObject, `${below}0`) : {},
  );
}
