import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as infrastructure from '../src/routes/datafy/aws-volumes/schemas.ts';
import * as publishedCalls from '../src/routes/datafy/volumes/schemas.ts';
import { published } from '../test/routes/datafy/contract/published.ts';
import { volumeId } from './emulator.ts';
import { startServer } from './servers.ts';

const file = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** What the bare servers serve: a route of the emulator's, with its schemas, and an answer as the emulator gives it. */
const routes = {
  createSnapshot: {
    method: 'POST',
    url: '/api/v1/volumes/:volumeId/create-snapshot',
    schema: publishedCalls.createSnapshot,
    answer: {
      datafySnapshotId: 'dsnap-000000001a4d2b7c3',
      volumeId,
      status: 'pending',
      startTime: '2026-01-01T00:00:00.000Z',
      volumeSizeGb: 100,
      description: 'before the upgrade',
    },
  },
  getVolume: {
    method: 'GET',
    url: '/api/v1/aws/volumes/:volumeId',
    schema: infrastructure.getAwsVolume,
    answer: {
      volumeId,
      hasSource: false,
      isManaged: true,
      isDatafied: true,
      replacedBy: null,
      sizeBytes: 107_374_182_400,
      iops: 3000,
      throughput: 125,
    },
  },
  /** A route that nobody has written a schema for: what starts quickest. */
  withoutSchema: { method: 'GET', url: '/', schema: {}, answer: {} },
};

function startBare(program: string, name: string, folder: string, route: keyof typeof routes) {
  const written = join(folder, `${route}.json`);
  writeFileSync(written, JSON.stringify(routes[route]));
  return startServer(name, folder, { args: [file(program), written] });
}

export const startBareHttp = (folder: string, route: keyof typeof routes) =>
  startBare('bare-http.js', 'bare node:http', folder, route);

export const startBareFastify = (folder: string, route: keyof typeof routes, name = 'bare Fastify') =>
  startBare('bare-fastify.js', name, folder, route);

/** Datafy's document, with the structure that the tests hold our own against. */
const document = {
  openapi: '3.0.0',
  info: { title: 'Datafy API', version: '1.0.0' },
  components: { securitySchemes: { Authorizer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } } },
  security: [{ Authorizer: [] }],
  paths: Object.fromEntries(
    published.map(({ method, path, responses, ...operation }) => {
      const described = Object.entries(responses).map(([status, response]) => [
        status,
        { description: status, ...(response as object) },
      ]);
      return [path, { [method]: { ...operation, responses: Object.fromEntries(described) } }];
    }),
  ),
};

async function startMock(name: string, folder: string, args: (path: string, port: number) => string[]) {
  const path = join(folder, 'openapi.json');
  writeFileSync(path, JSON.stringify(document));
  const port = await freePort();
  return startServer(name, folder, { args: args(path, port), url: `http://127.0.0.1:${port}` });
}

/** With examples that stand still, and requests that are validated: as it comes. */
export const startPrism = (folder: string) =>
  startMock('Prism', folder, (path, port) => [
    file('node_modules/@stoplight/prism-cli/dist/index.js'),
    ...['mock', '--port', String(port), path],
  ]);

export const startMockoon = (folder: string) =>
  startMock('Mockoon', folder, (path, port) => [
    file('node_modules/@mockoon/cli/bin/run.js'),
    ...['start', '--data', path, '--port', String(port), '--hostname', '127.0.0.1', '--disable-log-to-file'],
  ]);

/** These two do not say which port they were given, so they are given one that was free a moment ago. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const address = server.address();
  await new Promise((closed) => server.close(closed));
  if (typeof address !== 'object' || address === null) throw new Error('No port is free');
  return address.port;
}
