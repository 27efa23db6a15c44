import swagger, { type FastifyDynamicSwaggerOptions } from '@fastify/swagger';
import type { FastifyInstance, FastifySchema } from 'fastify';
import type { OpenAPIV3 } from 'openapi-types';

/** The patterns of texts that the engine checks, by the names of fields: the routes' schemas leave them alone. */
export type Forms = Readonly<Record<string, string>>;

/** What an API says of itself beside its routes, and where its document is. */
export interface OpenApi {
  /** Where the document is served. */
  readonly url: string;
  /** What the instance's function is called that answers with it. */
  readonly decorator: string;
  /** Its title, description, tags and security: what no route says. */
  readonly openapi: FastifyDynamicSwaggerOptions['openapi'];
  /** Whether a route is one of those that it describes, by its path. */
  describes(url: string): boolean;
  /** A route's schema as the document has it; left out: as it is. */
  adapt?(schema: FastifySchema, url: string): FastifySchema;
  /** Whether an operation is described as its maker published it, and is not to be completed. */
  isAsPublished?(operation: OpenAPIV3.OperationObject): boolean;
}

/** Collects the routes' schemas, so that the OpenAPI documents say what validates. Comes before any route. */
export async function collectOpenApi(
  app: FastifyInstance,
  documents: readonly OpenApi[],
  version: string,
  forms: Forms,
): Promise<void> {
  for (const document of documents) await app.register(swagger, optionsOf(document, version, forms));
}

/** Serves each document where it is to be. */
export function serveDocuments(app: FastifyInstance, documents: readonly OpenApi[]): void {
  for (const { url, decorator } of documents) {
    const read = () => (app as unknown as Record<string, () => unknown>)[decorator]?.();
    app.get(url, { schema: { hide: true }, config: { logAt: 'debug' } }, (_request, reply) => reply.send(read()));
  }
}

function optionsOf(document: OpenApi, version: string, forms: Forms): FastifyDynamicSwaggerOptions {
  const { url: at, decorator, openapi, describes, adapt, isAsPublished = () => false } = document;
  // Relative to the document, so that callers stay below the path that a proxy may put before it.
  const url = '../'.repeat(at.split('/').length - 2).replace(/\/$/, '') || '.';
  return {
    decorator: decorator as 'swagger',
    transform: ({ schema, url }) => {
      if (!describes(url)) return { url, schema: { ...schema, hide: true } };
      return { url, schema: adapt?.(schema, url) ?? schema };
    },
    openapi: { openapi: '3.0.0', ...openapi, info: { title: '', ...openapi?.info, version } },
    transformObject: (documented) => {
      const { openapiObject } = documented as { openapiObject: OpenAPIV3.Document };
      const served = Object.assign(openapiObject, { servers: [{ url }] });
      for (const operation of operationsOf(served)) straighten(operation, forms, isAsPublished(operation));
      return served;
    },
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
  Object.values(paths).flatMap((path) => Object.values(path ?? {}) as OpenAPIV3.OperationObject[]);

/** What @fastify/swagger puts elsewhere than OpenAPI, or the document of an API's maker, has it. */
function straighten(operation: OpenAPIV3.OperationObject, forms: Forms, isPublished: boolean): void {
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
