import swagger, { type FastifyDynamicSwaggerOptions } from '@fastify/swagger';
import type { FastifyInstance } from 'fastify';
import type { OpenAPIV3 } from 'openapi-types';

type Operation = OpenAPIV3.OperationObject & { 'x-datafy-source'?: string };

/** Where the control surface is. */
export const controlPrefix = '/_emulator';

/** The patterns of texts that the engine checks, by the names of fields: the routes' schemas leave them alone. */
export type Forms = Readonly<Record<string, string>>;

declare module 'fastify' {
  interface FastifyInstance {
    /** The control surface's OpenAPI document, where `swagger()` is the Datafy API's. */
    controlDocument(): object;
  }
}

/** Collects the routes' schemas, so that the OpenAPI documents say what validates. Comes before any route. */
export async function collectOpenApi(app: FastifyInstance, version: string, forms: Forms): Promise<void> {
  await app.register(swagger, datafyDocument(version, forms));
  await app.register(swagger, controlDocument(version, forms));
}

function datafyDocument(version: string, forms: Forms): FastifyDynamicSwaggerOptions {
  return {
    transform: ({ schema, url }) => ({
      url,
      schema: url.startsWith(controlPrefix) ? { ...schema, hide: true } : schema,
    }),
    openapi: {
      openapi: '3.0.0',
      info: {
        title: 'Datafy API, emulated',
        version,
        description:
          'Served by datafy-emulator. x-datafy-surface says which part of the API an operation belongs to, and ' +
          'x-datafy-source where it is known from: P published, C clients, D product documentation, A assumed. Operations with x-emulator-extension are not part of the Datafy API.',
      },
      security: [{ Authorizer: [] }],
      components: { securitySchemes: { Authorizer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } } },
      tags: [
        { name: 'Snapshots', description: 'Taking snapshots and restoring them' },
        { name: 'Volume-Lifecycle', description: 'What happens to a volume' },
        { name: 'Accounts', description: 'Sub-accounts of an organization' },
        { name: 'Tokens', description: 'What callers authenticate with' },
        { name: 'Role ARN', description: 'The AWS role that Datafy uses for an account' },
        { name: 'Autoscaling rules', description: 'What switches autoscaling on by itself' },
        { name: 'Infrastructure: volumes', description: 'Volumes, as infrastructure as code works with them' },
        { name: 'Infrastructure: snapshots', description: 'Snapshots, as infrastructure as code works with them' },
        { name: 'Emulator', description: 'Not part of the Datafy API: a view of what the emulator holds' },
      ],
    },
    transformObject: (documented) => straightened(servedBelow('.', documented), forms),
  };
}

type Documented = Parameters<NonNullable<FastifyDynamicSwaggerOptions['transformObject']>>[0];

/** A document whose server is relative to it, so that callers stay below the path that a proxy may put before it. */
function servedBelow(url: string, documented: Documented): OpenAPIV3.Document {
  const { openapiObject } = documented as { openapiObject: OpenAPIV3.Document };
  return Object.assign(openapiObject, { servers: [{ url }] });
}

function controlDocument(version: string, forms: Forms): FastifyDynamicSwaggerOptions {
  return {
    decorator: 'controlDocument',
    // A call about a world exists twice, and an operationId once.
    transform: ({ schema, url }) => {
      if (!url.startsWith(controlPrefix)) return { url, schema: { ...schema, hide: true } };
      const elsewhere = url.startsWith(`${controlPrefix}/organizations/:organizationId/`);
      if (!elsewhere) return { url, schema };
      const params = schema.params as { properties?: object; required?: string[] } | undefined;
      return {
        url,
        schema: {
          ...schema,
          operationId: `${schema.operationId}InOrganization`,
          params: {
            type: 'object',
            properties: { organizationId: { type: 'string' }, ...params?.properties },
            required: ['organizationId', ...(params?.required ?? [])],
          },
        },
      };
    },
    openapi: {
      openapi: '3.0.0',
      info: {
        title: 'datafy-emulator control surface',
        version,
        description:
          'What a test does to the emulator itself. Calls about a world are for the default organization; the same ' +
          'below /organizations/{organizationId} are for any other.',
      },
      security: [{}, { ControlToken: [] }],
      components: { securitySchemes: { ControlToken: { type: 'http', scheme: 'bearer' } } },
      tags: [
        { name: 'Process', description: 'The emulator as a process' },
        { name: 'Worlds', description: 'Organizations made, removed, reset, and copied in and out' },
        { name: 'Checkpoints', description: 'Named copies of a world' },
        { name: 'Time', description: "A world's clock, and how long its transitions take" },
        { name: 'Faults', description: 'What goes wrong on purpose' },
        { name: 'Journal', description: 'What was called, and what came of it' },
        { name: 'Inventory', description: 'What there is, and what happens to it as if in AWS' },
      ],
    },
    transformObject: (documented) => straightened(servedBelow('..', documented), forms),
  };
}

const tooLarge: OpenAPIV3.ResponseObject = {
  description: 'The body is longer than this call takes.',
  content: {
    'application/json': {
      schema: { type: 'object', required: ['message'], properties: { message: { type: 'string' } } },
    },
  },
};

const operationsOf = ({ paths }: OpenAPIV3.Document) =>
  Object.values(paths).flatMap((path) => Object.values(path ?? {}) as Operation[]);

function straightened(document: OpenAPIV3.Document, forms: Forms): OpenAPIV3.Document {
  for (const operation of operationsOf(document)) straighten(operation, forms);
  return document;
}

/** What @fastify/swagger puts elsewhere than OpenAPI, or Datafy's own document, has it. */
function straighten(operation: Operation, forms: Forms): void {
  for (const parameter of (operation.parameters ?? []) as OpenAPIV3.ParameterObject[]) {
    const schema = parameter.schema as OpenAPIV3.SchemaObject | undefined;
    if (schema?.deprecated) {
      parameter.deprecated = true;
      delete schema.deprecated;
    }
  }
  // The published document requires no body on any call, and a body of which nothing is required is not.
  const body = operation.requestBody as OpenAPIV3.RequestBodyObject | undefined;
  const schema = body?.content['application/json']?.schema as OpenAPIV3.SchemaObject | undefined;
  const isPublished = operation['x-datafy-source'] === 'P';
  if (body && (isPublished || acceptsNothing(schema))) delete body.required;
  if (isPublished) return;
  if (body) operation.responses[413] ??= tooLarge;
  sayForms(operation, forms);
}

/** Whether a body may be left out, which is the same as an empty object. */
function acceptsNothing(schema: OpenAPIV3.SchemaObject | undefined): boolean {
  const { type, required = [], minProperties = 0, oneOf, anyOf } = schema ?? {};
  const branches = (oneOf ?? anyOf) as OpenAPIV3.SchemaObject[] | undefined;
  if (branches) return branches.some(acceptsNothing);
  return type === 'object' && required.length === 0 && minProperties === 0;
}

/** Says of a value, and all below it, what readers and clients that are made from the document need to know. */
function sayForms(part: object, forms: Forms, name = ''): void {
  const { type, format, pattern = forms[name], maximum = Infinity } = part as OpenAPIV3.SchemaObject;
  if (type === 'string' && pattern !== undefined) Object.assign(part, { pattern });
  // Such a client reads an integer into 32 bits, unless it is said to be longer.
  if (type === 'integer' && format === undefined && maximum >= 2 ** 31) Object.assign(part, { format: 'int64' });
  for (const [field, each] of Object.entries(part)) {
    if (typeof each === 'object' && each !== null) sayForms(each, forms, field);
  }
}
