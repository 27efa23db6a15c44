import type { SurfaceDocument } from '../../surface/surface.ts';

declare module 'fastify' {
  interface FastifyInstance {
    /** The control surface's OpenAPI document, where `swagger()` is the Datafy API's. */
    controlDocument(): object;
  }
}

/** What the control surface's OpenAPI document says beside its calls, and where it is. */
export const controlDocument = (prefix: string): SurfaceDocument => ({
  url: `${prefix}/openapi.json`,
  page: '/docs/control',
  decorator: 'controlDocument',
  // A call about a world exists twice, and an operationId once.
  adapt: (schema, url) => {
    if (!url.startsWith(`${prefix}/organizations/:organizationId/`)) return schema;
    const params = schema.params as { properties?: object; required?: string[] } | undefined;
    return {
      ...schema,
      operationId: `${schema.operationId}InOrganization`,
      params: {
        type: 'object',
        properties: { organizationId: { type: 'string' }, ...params?.properties },
        required: ['organizationId', ...(params?.required ?? [])],
      },
    };
  },
  openapi: {
    info: {
      title: 'datafy-emulator control surface',
      version: '',
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
});
