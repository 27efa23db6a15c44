import swagger, { type FastifyDynamicSwaggerOptions } from '@fastify/swagger';
import type { FastifyInstance } from 'fastify';
import type { OpenAPIV3 } from 'openapi-types';

type Operation = OpenAPIV3.OperationObject & { 'x-datafy-source'?: string };

/** Collects the routes' schemas, so that /openapi.json says what validates. Comes before any route. */
export async function collectOpenApi(app: FastifyInstance, version: string): Promise<void> {
  const options: FastifyDynamicSwaggerOptions = {
    openapi: {
      openapi: '3.0.0',
      info: {
        title: 'Datafy API, emulated',
        version,
        description:
          'Served by datafy-emulator. x-datafy-surface says which part of the API an operation belongs to, and ' +
          'x-datafy-source where it is known from: P published, C clients, D product documentation, A assumed. Operations with x-emulator-extension are not part of the Datafy API.',
      },
      servers: [{ url: '/' }],
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
    transformObject: (documented) => {
      if (!('openapiObject' in documented)) return documented.swaggerObject;
      const document = documented.openapiObject as OpenAPIV3.Document;
      for (const path of Object.values(document.paths)) {
        for (const operation of Object.values(path ?? {})) straighten(operation as Operation);
      }
      return document;
    },
  };
  await app.register(swagger, options);
}

/** What @fastify/swagger puts elsewhere than OpenAPI, or Datafy's own document, has it. */
function straighten(operation: Operation): void {
  for (const parameter of (operation.parameters ?? []) as OpenAPIV3.ParameterObject[]) {
    const schema = parameter.schema as OpenAPIV3.SchemaObject | undefined;
    if (schema?.deprecated) {
      parameter.deprecated = true;
      delete schema.deprecated;
    }
  }
  // The published document requires no body on any call.
  const body = operation.requestBody as OpenAPIV3.RequestBodyObject | undefined;
  if (body && operation['x-datafy-source'] === 'P') delete body.required;
}
