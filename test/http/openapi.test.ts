import type { OpenAPIV3 } from 'openapi-types';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Answer, buildWorld, type Row, type World } from '../support/world.ts';

/** The document that the emulator serves, as such: that it says of the published calls what Datafy's does is tested elsewhere. */

const methods = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'] as const;

/** An operation with where it stands; undeclared parts are what the tests are about. */
interface Found {
  /** Such as `GET /api/v1/accounts/{accountId}`. */
  name: string;
  method: string;
  path: string;
  operation: Row;
}

const operationsOf = (document: Row): Found[] =>
  Object.entries<Row>(document.paths).flatMap(([path, item]) =>
    methods
      .filter((method) => item[method])
      .map((method) => ({
        name: `${method.toUpperCase()} ${path}`,
        method: method.toUpperCase(),
        path,
        operation: item[method],
      })),
  );

/**
 * Every call that is served, as the document would name it. The router prints a tree, each line a part of a path below
 * the one that is less indented, and the methods that end there.
 */
function served({ app }: World): string[] {
  const above: string[] = [];
  return app
    .printRoutes({ commonPrefix: false })
    .split('\n')
    .filter((line) => line !== '')
    .flatMap((line) => {
      const [, indent = '', part = '', ends = ''] = /^([│ ]*)[├└]── (\S*)(?: \(([A-Z, ]+)\))?$/.exec(line) ?? [];
      const depth = indent.length / 4;
      above.splice(depth, above.length, part);
      const path = above.join('').replace(/:(\w+)/g, '{$1}');
      // The control surface has a document of its own.
      if (ends === '' || path.startsWith('/_emulator')) return [];
      // A HEAD is the GET that it goes with.
      const methods = ends.split(', ').filter((method) => method !== 'HEAD');
      return methods.map((method) => `${method} ${path}`);
    });
}

describe.each([{ strict: false }, { strict: true }])('with strict $strict', ({ strict }) => {
  let world: World;
  let answer: Answer;
  let document: Row;
  let all: Found[];
  beforeAll(async () => {
    world = await buildWorld({ strict });
    answer = await world.send('GET', '/openapi.json');
    document = answer.body;
    all = operationsOf(document);
  });
  afterAll(() => world.close());

  test('the document is there for everyone', () => {
    expect(answer.status).toBe(200);
    expect(answer.headers['content-type']).toMatch(/^application\/json/);
  });

  test('every call that is served is documented, and every documented one served', () => {
    const calls = served(world).filter((call) => !/^GET \/(openapi\.json|docs(\/.*)?)$/.test(call));
    expect(calls.length).toBeGreaterThan(20);
    expect(all.map(({ name }) => name).sort()).toEqual(calls.sort());
  });

  test("calls that are not Datafy's are in it where they are served: not when strict", () => {
    const extensions = all.filter(({ operation }) => operation['x-datafy-surface'] === 'extension');
    expect(extensions.length > 0).toBe(!strict);
    for (const { operation } of all) {
      const isExtension = operation['x-datafy-surface'] === 'extension';
      expect(operation['x-emulator-extension'] === true).toBe(isExtension);
    }
  });

  test('every operation says what it is called, what it does and where it belongs', () => {
    const tags = document.tags.map(({ name }: Row) => name);
    for (const { name, operation } of all) {
      expect(operation.operationId, name).toMatch(/^[a-z]\w+$/);
      expect(operation.summary, name).toMatch(/\S/);
      expect(operation.tags?.length, name).toBeGreaterThan(0);
      for (const tag of operation.tags) expect(tags, name).toContain(tag);
    }
  });

  test('every operation says which part of the API it is of, and where it is known from', () => {
    for (const { name, operation } of all) {
      expect(['published', 'account', 'infrastructure', 'branch', 'extension'], name).toContain(
        operation['x-datafy-surface'],
      );
      expect(['P', 'C', 'D', 'A'], name).toContain(operation['x-datafy-source']);
    }
  });

  test('each surface is at its place, and known from one source', () => {
    const places: Record<string, { path: RegExp; source: string }> = {
      published: { path: /^\/api\/v1\/volumes\//, source: 'P' },
      account: { path: /^\/api\/v1\/accounts/, source: 'C' },
      infrastructure: { path: /^\/api\/v1\/aws\//, source: 'C' },
      branch: { path: /^\/api\/v1\/volumes\//, source: 'C' },
      extension: { path: /^\/api\/v1\/(volumes|snapshots)/, source: 'A' },
    };
    for (const { name, path, operation } of all) {
      const place = places[operation['x-datafy-surface']];
      expect(path, name).toMatch(place?.path ?? 'no such surface');
      expect(operation['x-datafy-source'], name).toBe(place?.source);
    }
  });

  test('no two operations have one id', () => {
    const ids = all.map(({ operation }) => operation.operationId);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test('every tag has a name of its own and a description', () => {
    const tags: Row[] = document.tags;
    expect(new Set(tags.map(({ name }) => name)).size).toBe(tags.length);
    for (const { name, description } of tags) expect(description, name).toMatch(/\S/);
  });

  test('every tag is one of some operation', () => {
    const used = new Set(all.flatMap(({ operation }) => operation.tags));
    const unused = document.tags.map(({ name }: Row) => name).filter((name: string) => !used.has(name));
    // When strict, nothing of it is there.
    expect(unused).toEqual(strict ? ['Emulator'] : []);
  });

  test('every operation says what may go wrong: the request, and who is calling', () => {
    for (const { name, operation } of all) {
      expect(Object.keys(operation.responses), name).toEqual(expect.arrayContaining(['400', '401']));
      const successes = Object.keys(operation.responses).filter((status) => status.startsWith('2'));
      expect(successes, name).toHaveLength(1);
    }
  });

  test('it is an OpenAPI 3.0 document', () => {
    expect(problemsOf(document)).toEqual([]);
  });
});

describe('the check of the document', () => {
  let document: Row;
  beforeAll(async () => {
    const world = await buildWorld();
    document = (await world.send('GET', '/openapi.json')).body;
    await world.close();
  });

  const operation = (copy: Row): Row => copy.paths['/api/v1/accounts/{accountId}'].put;
  const content = (copy: Row): Row => operation(copy).requestBody.content['application/json'];
  test.each<[string, (copy: Row) => void, string]>([
    ['another version', (copy) => Object.assign(copy, { openapi: '3.1.0' }), 'openapi is 3.1.0'],
    ['no title', (copy) => delete copy.info.title, 'info has no title'],
    [
      'a path without its parameter',
      (copy) => delete operation(copy).parameters,
      'PUT /api/v1/accounts/{accountId}: the path has {accountId}, the parameters have none',
    ],
    [
      'an optional path parameter',
      (copy) => Object.assign(operation(copy).parameters[0], { required: false }),
      'PUT /api/v1/accounts/{accountId}: the path parameter accountId is not required',
    ],
    [
      'a reference to nothing',
      (copy) => Object.assign(content(copy), { schema: { $ref: '#/components/schemas/Nothing' } }),
      'refers to #/components/schemas/Nothing, which is not there',
    ],
    [
      'a response without a description',
      (copy) => delete operation(copy).responses['200'].description,
      'response 200 has no description',
    ],
    [
      'a word that version 3.0 does not know',
      (copy) => Object.assign(content(copy).schema.properties.name, { const: 'x' }),
      'const is no keyword of OpenAPI 3.0',
    ],
    [
      'a list of types',
      (copy) => Object.assign(content(copy).schema.properties.name, { type: ['string', 'null'] }),
      'the type string,null is none of OpenAPI 3.0',
    ],
    [
      'a required field that is not declared',
      (copy) => Object.assign(content(copy).schema, { required: ['other'] }),
      'requires other, which it does not declare',
    ],
    [
      'an array of nothing',
      (copy) => Object.assign(content(copy).schema.properties.name, { type: 'array' }),
      'an array has no items',
    ],
    [
      'a default of another type',
      (copy) => Object.assign(content(copy).schema.properties.name, { default: 1 }),
      'the default 1 is no string',
    ],
    [
      'a scheme that is not there',
      (copy) => Object.assign(copy, { security: [{ Nobody: [] }] }),
      'security names Nobody, which is not there',
    ],
  ])('finds %s', (_, spoil, problem) => {
    const copy = structuredClone(document);
    spoil(copy);
    expect(problemsOf(copy).join('\n')).toContain(problem);
  });
});

const keywords = new Set(
  (
    'title multipleOf maximum exclusiveMaximum minimum exclusiveMinimum maxLength minLength pattern maxItems minItems ' +
    'uniqueItems maxProperties minProperties required enum type not allOf oneOf anyOf items properties ' +
    'additionalProperties description format default nullable discriminator readOnly writeOnly xml externalDocs example ' +
    'deprecated $ref'
  ).split(' '),
);

const types: Record<string, (value: unknown) => boolean> = {
  string: (value) => typeof value === 'string',
  boolean: (value) => typeof value === 'boolean',
  number: (value) => typeof value === 'number',
  integer: Number.isInteger,
  array: Array.isArray,
  object: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
};

/** What keeps a document from being one of OpenAPI 3.0. */
function problemsOf(document: Row): string[] {
  const problems: string[] = [];
  const check = (holds: unknown, problem: string) => {
    if (!holds) problems.push(problem);
  };
  const isText = (value: unknown) => typeof value === 'string' && value.trim() !== '';

  check(/^3\.0\.\d+$/.test(document.openapi), `openapi is ${document.openapi}`);
  for (const field of ['title', 'version']) check(isText(document.info?.[field]), `info has no ${field}`);
  checkReferences(document, 'the document');
  checkSecurity(document.security, 'the document');
  for (const path of Object.keys(document.paths)) check(path.startsWith('/'), `the path ${path} begins without /`);
  for (const found of operationsOf(document)) checkOperation(found);
  return problems;

  function checkReferences(node: unknown, where: string): void {
    if (typeof node !== 'object' || node === null) return;
    for (const [key, value] of Object.entries(node)) {
      if (key === '$ref') check(resolve(value) !== undefined, `${where} refers to ${value}, which is not there`);
      checkReferences(value, where === 'the document' ? `${key}` : `${where}/${key}`);
    }
  }

  function resolve(reference: unknown): unknown {
    if (typeof reference !== 'string' || !reference.startsWith('#/')) return undefined;
    const steps = reference.slice(2).split('/');
    return steps
      .map((step) => decodeURIComponent(step).replaceAll('~1', '/').replaceAll('~0', '~'))
      .reduce<unknown>((node, step) => (node as Row | undefined)?.[step], document);
  }

  function checkSecurity(security: Row[] | undefined, where: string): void {
    for (const name of (security ?? []).flatMap((scheme) => Object.keys(scheme))) {
      check(document.components?.securitySchemes?.[name], `${where}: security names ${name}, which is not there`);
    }
  }

  function checkOperation({ name, path, operation }: Found): void {
    checkSecurity(operation.security, name);
    const parameters: OpenAPIV3.ParameterObject[] = operation.parameters ?? [];
    const places = parameters.map((parameter) => `${parameter.in} ${parameter.name.toLowerCase()}`);
    check(new Set(places).size === places.length, `${name}: a parameter is there twice`);
    for (const parameter of parameters) {
      check(isText(parameter.name), `${name}: a parameter has no name`);
      check(['path', 'query', 'header', 'cookie'].includes(parameter.in), `${name}: ${parameter.name} is nowhere`);
      check(parameter.schema || parameter.content, `${name}: the parameter ${parameter.name} has no schema`);
      if (parameter.schema) checkSchema(parameter.schema, `${name}: the parameter ${parameter.name}`);
    }
    const declared = parameters.filter((parameter) => parameter.in === 'path');
    for (const { name: parameter, required } of declared) {
      check(required === true, `${name}: the path parameter ${parameter} is not required`);
    }
    const inPath = [...path.matchAll(/\{(.*?)\}/g)].map(([, parameter]) => parameter);
    const names = declared.map((parameter) => parameter.name);
    check(
      inPath.toSorted().join() === names.toSorted().join(),
      `${name}: the path has {${inPath.join()}}, the parameters have ${names.join() || 'none'}`,
    );

    if (operation.requestBody) checkContent(operation.requestBody.content, `${name}: the body`);
    const responses = Object.entries<Row>(operation.responses ?? {});
    check(responses.length > 0, `${name} has no responses`);
    for (const [status, response] of responses) {
      const where = `${name}: response ${status}`;
      check(/^([1-5]\d\d|default)$/.test(status), `${where} is no status`);
      check(isText(response.description), `${where} has no description`);
      if (response.content) checkContent(response.content, where);
      for (const [header, value] of Object.entries<Row>(response.headers ?? {})) {
        check(value.schema || value.content, `${where}: the header ${header} has no schema`);
      }
    }
  }

  function checkContent(content: Row | undefined, where: string): void {
    const media = Object.entries<Row>(content ?? {});
    check(media.length > 0, `${where} has no content`);
    for (const [type, { schema }] of media) {
      check(/^[\w.+-]+\/[\w.+-]+$/.test(type), `${where}: ${type} is no media type`);
      check(schema, `${where} has no schema`);
      if (schema) checkSchema(schema, where);
    }
  }

  function checkSchema(schema: Row, where: string): void {
    for (const key of Object.keys(schema)) {
      check(keywords.has(key) || key.startsWith('x-'), `${where}: ${key} is no keyword of OpenAPI 3.0`);
    }
    const { type, properties = {}, required, items } = schema;
    const isType = type === undefined ? () => true : types[type];
    check(isType, `${where}: the type ${type} is none of OpenAPI 3.0`);
    if (schema.default !== undefined) {
      check(isType?.(schema.default), `${where}: the default ${JSON.stringify(schema.default)} is no ${type}`);
    }
    for (const value of schema.enum ?? []) check(isType?.(value), `${where}: ${JSON.stringify(value)} is no ${type}`);
    if (schema.pattern !== undefined) check(isPattern(schema.pattern), `${where}: ${schema.pattern} is no pattern`);
    check(type !== 'array' || items, `${where}: an array has no items`);
    check(required === undefined || required.length > 0, `${where}: nothing is required, by an empty list`);
    const spellings = new Set(Object.keys(properties).map((property) => property.toLowerCase()));
    for (const field of required ?? []) {
      // The published document requires volumeSizeGb and declares volumeSizeGB.
      check(spellings.has(field.toLowerCase()), `${where} requires ${field}, which it does not declare`);
    }
    for (const [property, inner] of Object.entries<Row>(properties)) checkSchema(inner, `${where}/${property}`);
    if (items) checkSchema(items, `${where}/0`);
    for (const branch of [schema.oneOf, schema.anyOf, schema.allOf, schema.not].flat().filter(Boolean)) {
      checkSchema(branch, where);
    }
    if (typeof schema.additionalProperties === 'object') checkSchema(schema.additionalProperties, where);
  }

  function isPattern(pattern: string): boolean {
    try {
      return Boolean(new RegExp(pattern));
    } catch {
      return false;
    }
  }
}
