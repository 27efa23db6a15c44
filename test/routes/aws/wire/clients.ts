import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import * as ec2Client from '@aws-sdk/client-ec2';
import * as stsClient from '@aws-sdk/client-sts';
import {
  type Parameters,
  readCall,
  readInput,
  readParameters,
  type Service,
  type Services,
  serviceOf,
  type WireAnswer,
} from '../../../../src/routes/aws/wire/index.ts';

// The real clients, and a server on loopback that has nothing but the wire's reader and writer.

export interface Received {
  readonly request: IncomingMessage;
  readonly parameters: Parameters;
  readonly service: Service;
  readonly operation: string;
  readonly version: string;
  readonly input: unknown;
}

export type Handler = (received: Received) => WireAnswer;

export interface Client {
  send(operation: string, input: object): Promise<Record<string, unknown>>;
  /** All later calls are GET, with their parameters in the query. */
  useGet(): void;
  destroy(): void;
}

export const requestId = '59dbff89-35bd-4eac-99ed-be587EXAMPLE';

/** A server that answers as its handler does. Whatever the wire refuses is thrown at the end. */
export async function serve(services: Services, path = '/') {
  let handler: Handler | undefined;
  const problems: unknown[] = [];
  const server = createServer(async (request, response) => {
    try {
      const [, query = ''] = (request.url ?? '').split('?');
      const parameters = readParameters(query, await text(request));
      const service = serviceOf(services, parameters) as Service;
      const { operation, version } = readCall(service, parameters);
      const input = readInput(service, operation as never, parameters);
      const answer = (handler as Handler)({ request, parameters, service, operation, version, input });
      response.writeHead(answer.status, answer.headers).end(answer.body);
    } catch (problem) {
      problems.push(problem);
      response.writeHead(418).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const options = {
    endpoint: `http://127.0.0.1:${port}${path}`,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'nobody looks at it', sessionToken: 'session' },
    maxAttempts: 1,
  };
  const clients = {
    ec2: clientOf(new ec2Client.EC2Client(options), { ...ec2Client }),
    sts: clientOf(new stsClient.STSClient(options), { ...stsClient }),
  };
  return {
    clients,
    answer: (next: Handler) => {
      handler = next;
    },
    problems,
    async close() {
      for (const client of Object.values(clients)) client.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

interface SdkRequest {
  method: string;
  body?: string;
  query: Record<string, string>;
  headers: Record<string, string>;
}

function clientOf(client: ec2Client.EC2Client | stsClient.STSClient, commands: Record<string, unknown>): Client {
  const { send, middlewareStack } = client as unknown as {
    send(command: unknown): Promise<Record<string, unknown>>;
    middlewareStack: { add(middleware: unknown, options: object): void };
  };
  return {
    send(operation, input) {
      const Command = commands[`${operation}Command`] as new (input: object) => unknown;
      return send.call(client, new Command(input));
    },
    useGet() {
      const toGet = (next: (args: object) => unknown) => (args: { request: SdkRequest }) => {
        const { request } = args;
        request.method = 'GET';
        request.query = Object.fromEntries(readParameters(request.body ?? ''));
        delete request.body;
        delete request.headers['content-type'];
        delete request.headers['content-length'];
        return next(args);
      };
      // After the body is written, before it is signed.
      middlewareStack.add(toGet, { step: 'build', priority: 'low', name: 'toGet' });
    },
    destroy: () => client.destroy(),
  };
}
