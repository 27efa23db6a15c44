import type { JsonObject, OperationKey } from './structure.ts';

/** An operation as Datafy publishes it: its structure, in OpenAPI's terms, without the prose. */
export interface PublishedOperation extends OperationKey {
  operationId: string;
  tags: string[];
  parameters: JsonObject[];
  requestBody?: JsonObject;
  responses: JsonObject;
}

const string: JsonObject = { type: 'string' };
const integer: JsonObject = { type: 'integer' };
const boolean: JsonObject = { type: 'boolean' };

const array = (items: JsonObject): JsonObject => ({ type: 'array', items });
const object = (properties: JsonObject, required?: string[]): JsonObject => ({
  type: 'object',
  properties,
  ...(required && { required }),
});

const json = (schema: JsonObject): JsonObject => ({ content: { 'application/json': { schema } } });
const optionalBody = (schema: JsonObject): JsonObject => ({ required: false, ...json(schema) });
const empty: JsonObject = {};

const tags = array(object({ key: string, value: string }));

const target: JsonObject[] = [
  { in: 'header', name: 'X-Datafy-Sub-Account-Id', required: false, deprecated: true, schema: string },
  { in: 'query', name: 'accounts', required: false, deprecated: false, schema: array(string) },
];
const volumeId: JsonObject = { in: 'path', name: 'volumeId', required: true, deprecated: false, schema: string };

const errors: JsonObject = {
  400: empty,
  401: { headers: { WWW_Authenticate: { schema: string } } },
};

export const published: readonly PublishedOperation[] = [
  {
    method: 'post',
    path: '/api/v1/volumes/{volumeId}/create-snapshot',
    operationId: 'createSnapshotCommand',
    tags: ['Volume-Lifecycle', 'Snapshots'],
    parameters: [...target, volumeId],
    requestBody: optionalBody(
      object({
        autoscalingOnly: { ...boolean, default: true },
        useSourceVolume: { ...boolean, default: false, readOnly: true },
        description: string,
        tags,
      }),
    ),
    responses: {
      200: json(
        object({
          datafySnapshotId: string,
          volumeId: string,
          status: string,
          startTime: { ...string, format: 'date-time' },
          volumeSizeGb: integer,
          description: string,
        }),
      ),
      ...errors,
    },
  },
  {
    method: 'post',
    path: '/api/v1/volumes/create-from-snapshots',
    operationId: 'createFromSnapshotsCommand',
    tags: ['Volume-Lifecycle', 'Snapshots'],
    parameters: target,
    requestBody: optionalBody(
      object(
        {
          source: {
            oneOf: [
              object({ datafySnapshotId: string }, ['datafySnapshotId']),
              object({ snapshotIds: array(string), region: string }, ['snapshotIds', 'region']),
            ],
          },
          volumeProperties: object(
            {
              availabilityZone: string,
              volumeIops: { ...integer, default: 3000 },
              volumeThroughput: { ...integer, default: 125 },
              tags,
            },
            ['availabilityZone'],
          ),
        },
        ['source', 'volumeProperties'],
      ),
    ),
    responses: { 200: json(object({ volumeId: string, volumeSizeGB: integer })), ...errors },
  },
  {
    method: 'post',
    path: '/api/v1/volumes/{volumeId}/attach',
    operationId: 'attachCommand',
    tags: ['Volume-Lifecycle'],
    parameters: [...target, volumeId],
    requestBody: optionalBody(
      object({ instanceId: string, deviceName: string, deleteOnTermination: { ...boolean, default: false } }, [
        'instanceId',
        'deviceName',
      ]),
    ),
    responses: { 200: empty, ...errors },
  },
  {
    method: 'post',
    path: '/api/v1/volumes/{volumeId}/deactivate-autoscaling',
    operationId: 'deactivateAutoscalingCommand',
    tags: ['Volume-Lifecycle'],
    parameters: [...target, volumeId],
    responses: { 200: empty, ...errors, 422: empty },
  },
  {
    method: 'post',
    path: '/api/v1/volumes/{volumeId}/modify',
    operationId: 'modifyCommand',
    tags: ['Volume-Lifecycle'],
    parameters: [...target, volumeId],
    requestBody: optionalBody(
      object(
        {
          volumeSizeGB: integer,
          expandFilesystem: { ...boolean, default: false },
          autoscalingOnly: { ...boolean, default: true },
        },
        // Published so: the property ends in GB, the required name in Gb.
        ['volumeSizeGb'],
      ),
    ),
    responses: { 200: empty, ...errors },
  },
];

/** The published operations as an OpenAPI document. Each call builds a new one, which shares nothing. */
export function publishedDocument(): JsonObject {
  const paths = Object.fromEntries(published.map(({ method, path, ...operation }) => [path, { [method]: operation }]));
  const document = {
    openapi: '3.0.0',
    security: [{ bearer: [] }],
    components: { securitySchemes: { bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } } },
    paths,
  };
  return JSON.parse(JSON.stringify(document)) as JsonObject;
}
