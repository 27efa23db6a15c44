import type { SurfaceDocument } from '../../surface/surface.ts';

/** What Datafy's OpenAPI document says beside its calls, and where it is. */
export const datafyDocument: SurfaceDocument = {
  url: '/openapi.json',
  page: '/docs',
  decorator: 'swagger',
  isAsPublished: (operation) => (operation as { 'x-datafy-source'?: string })['x-datafy-source'] === 'P',
  openapi: {
    info: {
      title: 'Datafy API, emulated',
      version: '',
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
};
