import { afterAll, describe, expect, test } from 'vitest';
import { buildWorld } from '../../../support/world.ts';
import { type PublishedOperation, published, publishedDocument } from './published.ts';
import { differences, type Json, type JsonObject, operations, structure } from './structure.ts';

const world = await buildWorld();
afterAll(() => world.close());

const reference = publishedDocument();

function differencesOf(document: object, operation: PublishedOperation): string[] {
  return differences(structure(reference, operation), structure(document, operation));
}

function allDifferences(document: object): string[] {
  return published.flatMap((operation) => differencesOf(document, operation));
}

/** Operations that pass for published although they are ours, or for ours although they are published. */
function wronglyMarked(document: object): string[] {
  return operations(document)
    .filter(({ path }) => path.startsWith('/api/v1/volumes') || path.startsWith('/api/v1/snapshots'))
    .filter(({ method, path, operation }) => {
      const isPublished = published.some((each) => each.method === method && each.path === path);
      const isOurs = operation['x-emulator-extension'] === true;
      const ofBranch = operation['x-datafy-surface'] === 'branch' && operation['x-datafy-source'] === 'C';
      return isPublished ? 'x-emulator-extension' in operation || ofBranch : isOurs === ofBranch;
    })
    .map(({ method, path }) => `${method.toUpperCase()} ${path}`);
}

describe('our document', () => {
  const ours = world.app.swagger();

  test.each(published)('agrees with the published $operationId', (operation) => {
    expect(differencesOf(ours, operation)).toEqual([]);
  });

  test('marks every volume and snapshot operation of our own, and no published one', () => {
    expect(wronglyMarked(ours)).toEqual([]);
  });

  test('uses each operationId once', () => {
    const ids = operations(ours).flatMap(({ operation }) => operation.operationId ?? []);
    expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
  });
});

function dig(from: Json, ...steps: (string | number)[]): JsonObject {
  return steps.reduce<Json>((value, step) => {
    const next = (value as JsonObject)[step];
    if (next === undefined) throw new Error(`No ${step} in ${steps.join('.')}`);
    return next;
  }, from) as JsonObject;
}

const createSnapshot = '/api/v1/volumes/{volumeId}/create-snapshot';
const createFromSnapshots = '/api/v1/volumes/create-from-snapshots';
const attach = '/api/v1/volumes/{volumeId}/attach';
const deactivate = '/api/v1/volumes/{volumeId}/deactivate-autoscaling';
const modify = '/api/v1/volumes/{volumeId}/modify';

const jsonSchema = ['content', 'application/json', 'schema'];
const post = (document: JsonObject, path: string) => dig(document, 'paths', path, 'post');
const body = (document: JsonObject, path: string) => dig(post(document, path), 'requestBody', ...jsonSchema);

function parameter(document: JsonObject, path: string, name: string): JsonObject {
  return (post(document, path).parameters as JsonObject[]).find((each) => each.name === name)!;
}

interface Mutation {
  what: string;
  mutate: (document: JsonObject) => void;
  expected: string[];
}

const mutations: Mutation[] = [
  {
    what: 'a parameter dropped',
    mutate: (document) => (post(document, attach).parameters as Json[]).splice(1, 1),
    expected: [`POST ${attach}: parameters.query.accounts: missing in ours`],
  },
  {
    what: 'a parameter added',
    mutate: (document) =>
      (post(document, attach).parameters as Json[]).push({ in: 'query', name: 'force', schema: { type: 'boolean' } }),
    expected: [`POST ${attach}: parameters.query.force: extra in ours`],
  },
  {
    what: 'a parameter of another type',
    mutate: (document) => {
      parameter(document, modify, 'accounts').schema = { type: 'string' };
    },
    expected: [
      `POST ${modify}: parameters.query.accounts.schema.type: published "array", ours "string"`,
      `POST ${modify}: parameters.query.accounts.schema.items: missing in ours`,
    ],
  },
  {
    what: 'a parameter no longer deprecated',
    mutate: (document) => {
      delete parameter(document, modify, 'X-Datafy-Sub-Account-Id').deprecated;
    },
    expected: [`POST ${modify}: parameters.header.X-Datafy-Sub-Account-Id.deprecated: published true, ours false`],
  },
  {
    what: 'a parameter become required',
    mutate: (document) => {
      parameter(document, modify, 'accounts').required = true;
    },
    expected: [`POST ${modify}: parameters.query.accounts.required: published false, ours true`],
  },
  {
    what: 'a path parameter renamed',
    mutate: (document) => {
      const paths = dig(document, 'paths');
      paths['/api/v1/volumes/{id}/modify'] = paths[modify]!;
      delete paths[modify];
    },
    expected: [`POST ${modify}: missing in ours`],
  },
  {
    what: 'a format changed',
    mutate: (document) => {
      const schema = dig(post(document, createSnapshot), 'responses', '200', ...jsonSchema);
      dig(schema, 'properties', 'startTime').format = 'date';
    },
    expected: [
      `POST ${createSnapshot}: responses.200.content.application/json.schema.properties.startTime.format: ` +
        'published "date-time", ours "date"',
    ],
  },
  {
    what: 'a default dropped',
    mutate: (document) => {
      delete dig(body(document, createFromSnapshots), 'properties', 'volumeProperties', 'properties', 'volumeIops')
        .default;
    },
    expected: [
      `POST ${createFromSnapshots}: requestBody.content.application/json.schema.properties.volumeProperties.` +
        'properties.volumeIops.default: missing in ours',
    ],
  },
  {
    what: 'readOnly dropped',
    mutate: (document) => {
      delete dig(body(document, createSnapshot), 'properties', 'useSourceVolume').readOnly;
    },
    expected: [
      `POST ${createSnapshot}: requestBody.content.application/json.schema.properties.useSourceVolume.readOnly: ` +
        'missing in ours',
    ],
  },
  {
    what: 'oneOf become anyOf',
    mutate: (document) => {
      const source = dig(body(document, createFromSnapshots), 'properties', 'source');
      source.anyOf = source.oneOf!;
      delete source.oneOf;
    },
    expected: ['oneOf: missing in ours', 'anyOf: extra in ours'].map(
      (end) => `POST ${createFromSnapshots}: requestBody.content.application/json.schema.properties.source.${end}`,
    ),
  },
  {
    what: 'a list of required names changed inside oneOf',
    mutate: (document) => {
      dig(body(document, createFromSnapshots), 'properties', 'source', 'oneOf', 1).required = ['snapshotIds'];
    },
    expected: [
      `POST ${createFromSnapshots}: requestBody.content.application/json.schema.properties.source.oneOf.1.required: ` +
        'published ["region","snapshotIds"], ours ["snapshotIds"]',
    ],
  },
  {
    what: 'the required name corrected to that of the property',
    mutate: (document) => {
      body(document, modify).required = ['volumeSizeGB'];
    },
    expected: [
      `POST ${modify}: requestBody.content.application/json.schema.required: ` +
        'published ["volumeSizeGb"], ours ["volumeSizeGB"]',
    ],
  },
  {
    what: 'a property added',
    mutate: (document) => {
      dig(body(document, modify), 'properties').volumeSizeGb = { type: 'integer' };
    },
    expected: [`POST ${modify}: requestBody.content.application/json.schema.properties.volumeSizeGb: extra in ours`],
  },
  {
    what: 'a property removed whose name is also a keyword',
    mutate: (document) => {
      delete dig(body(document, createSnapshot), 'properties').description;
    },
    expected: [
      `POST ${createSnapshot}: requestBody.content.application/json.schema.properties.description: missing in ours`,
    ],
  },
  {
    what: 'additional properties forbidden',
    mutate: (document) => {
      body(document, attach).additionalProperties = false;
    },
    expected: [`POST ${attach}: requestBody.content.application/json.schema.additionalProperties: extra in ours`],
  },
  {
    what: 'a response header dropped',
    mutate: (document) => {
      delete dig(post(document, attach), 'responses', '401', 'headers').WWW_Authenticate;
    },
    expected: [`POST ${attach}: responses.401.headers.WWW_Authenticate: missing in ours`],
  },
  {
    what: 'a response header added whose name looks like an extension',
    mutate: (document) => {
      dig(post(document, attach), 'responses', '401', 'headers')['x-request-id'] = { schema: { type: 'string' } };
    },
    expected: [`POST ${attach}: responses.401.headers.x-request-id: extra in ours`],
  },
  {
    what: 'an operationId changed',
    mutate: (document) => {
      post(document, deactivate).operationId = 'deactivate';
    },
    expected: [`POST ${deactivate}: operationId: published "deactivateAutoscalingCommand", ours "deactivate"`],
  },
  {
    what: 'tags in another order',
    mutate: (document) => (post(document, createSnapshot).tags as Json[]).reverse(),
    expected: [
      `POST ${createSnapshot}: tags: ` +
        'published ["Volume-Lifecycle","Snapshots"], ours ["Snapshots","Volume-Lifecycle"]',
    ],
  },
  {
    what: 'a response status added',
    mutate: (document) => {
      dig(post(document, attach), 'responses')['404'] = { description: 'Not found' };
    },
    expected: [`POST ${attach}: responses.404: extra in ours`],
  },
  {
    what: 'a response status removed',
    mutate: (document) => {
      delete dig(post(document, deactivate), 'responses')['422'];
    },
    expected: [`POST ${deactivate}: responses.422: missing in ours`],
  },
  {
    what: 'content added to a 400',
    mutate: (document) => {
      dig(post(document, modify), 'responses', '400').content = { 'application/json': { schema: { type: 'object' } } };
    },
    expected: [`POST ${modify}: responses.400.content: extra in ours`],
  },
  {
    what: 'a body become required',
    mutate: (document) => {
      dig(post(document, modify), 'requestBody').required = true;
    },
    expected: [`POST ${modify}: requestBody.required: published false, ours true`],
  },
  {
    what: 'a body added',
    mutate: (document) => {
      post(document, deactivate).requestBody = { content: { 'application/json': { schema: { type: 'object' } } } };
    },
    expected: [`POST ${deactivate}: requestBody: extra in ours`],
  },
  {
    what: 'one operation open to all',
    mutate: (document) => {
      post(document, modify).security = [];
    },
    expected: [`POST ${modify}: security.0: missing in ours`],
  },
  {
    what: 'another security scheme for the whole document',
    mutate: (document) => {
      dig(document, 'components', 'securitySchemes', 'bearer').bearerFormat = 'opaque';
    },
    expected: published.map(({ path }) => `POST ${path}: security.0.0.bearerFormat: published "JWT", ours "opaque"`),
  },
  {
    what: 'an operation removed',
    mutate: (document) => {
      delete dig(document, 'paths')[attach];
    },
    expected: [`POST ${attach}: missing in ours`],
  },
];

describe('the comparison', () => {
  test('accepts the published document itself', () => {
    expect(allDifferences(publishedDocument())).toEqual([]);
  });

  test.each(mutations)('sees $what', ({ mutate, expected }) => {
    const document = publishedDocument();
    mutate(document);
    expect(allDifferences(document)).toEqual(expected);
  });

  test('overlooks what says the same in another way', () => {
    const document = publishedDocument();

    const parameters = post(document, attach).parameters as JsonObject[];
    const shared = parameters.pop()!;
    dig(document, 'paths', attach).parameters = [{ $ref: '#/components/parameters/volume~1Id' }];
    dig(document, 'components').parameters = { 'volume/Id': shared };
    parameters.reverse();
    delete parameter(document, attach, 'accounts').required;
    delete parameter(document, attach, 'accounts').deprecated;

    const schema = body(document, attach);
    (schema.required as Json[]).reverse();
    schema.title = 'Attach';
    schema.example = { instanceId: 'i-1' };
    dig(schema, 'properties', 'instanceId').description = 'Where to attach the volume';
    dig(document, 'components').schemas = { Attach: schema, Alias: { $ref: '#/components/schemas/Attach' } };
    const media = { schema: { $ref: '#/components/schemas/Alias' }, examples: {} };
    post(document, attach).requestBody = { content: { 'application/json': media } };

    post(document, attach).summary = 'Attach a volume';
    post(document, attach)['x-emulator-note'] = 'anything';
    dig(document, 'components', 'securitySchemes').token = { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' };
    post(document, attach).security = [{ token: [] }];

    expect(allDifferences(document)).toEqual([]);
  });

  test('refuses references and security schemes that lead nowhere', () => {
    const dangling = publishedDocument();
    dig(post(dangling, attach), 'responses')['400'] = { $ref: '#/components/responses/BadRequest' };
    expect(() => allDifferences(dangling)).toThrow('Reference #/components/responses/BadRequest leads nowhere');

    const unsecured = publishedDocument();
    post(unsecured, attach).security = [{ unknown: [] }];
    expect(() => allDifferences(unsecured)).toThrow('Security scheme unknown is not defined');
  });
});

describe('the marks', () => {
  test('are missed on our own operations and found on published ones', () => {
    const document = publishedDocument();
    const paths = dig(document, 'paths');
    paths['/api/v1/volumes'] = { get: { 'x-emulator-extension': true }, post: {} };
    paths['/api/v1/snapshots/{id}'] = { delete: { 'x-emulator-extension': 'true' } };
    paths['/api/v1/accounts'] = { get: {} };
    dig(paths, attach).get = {};
    post(document, modify)['x-emulator-extension'] = true;
    expect(wronglyMarked(document).sort()).toEqual([
      'DELETE /api/v1/snapshots/{id}',
      `GET ${attach}`,
      'POST /api/v1/volumes',
      `POST ${modify}`,
    ]);
  });
});
