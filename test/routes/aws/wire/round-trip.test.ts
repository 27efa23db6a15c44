import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import {
  AwsError,
  loadServices,
  readCall,
  readCredential,
  readInput,
  readParameters,
  renderAnswer,
  renderError,
  type Service,
} from '../../../../src/routes/aws/wire/index.ts';
import type { OperationShape } from '../../../../src/routes/aws/wire/shapes.ts';
import { type Received, requestId, serve } from './clients.ts';
import { fromSdk, fullOf, sampleOf, toSdk, type Values } from './samples.ts';

// Every operation through the real client: what it sends is read, and what is written it reads.

const services = await loadServices();
const loopback = await serve(services);
const viaGet = await serve(services, '/_aws/');
afterAll(() => Promise.all([loopback.close(), viaGet.close()]));
viaGet.clients.ec2.useGet();
viaGet.clients.sts.useGet();

const operations = Object.values(services).flatMap((service: Service) =>
  [...service.operations].map(([operation, shape]) => ({
    service,
    operation,
    shape,
    name: `${service.name} ${operation}`,
  })),
);
interface Row {
  service: Service;
  operation: string;
  shape: OperationShape;
}

const empty = (service: Service, operation: string) =>
  renderAnswer(service, operation as never, {} as never, { requestId });

/** What was read of a request that the client sent. */
async function read({ service, operation, shape }: Row, input: Values, through = loopback): Promise<Received> {
  const received: Received[] = [];
  through.answer((call) => {
    received.push(call);
    return empty(call.service, call.operation);
  });
  await through.clients[service.name]
    .send(operation, toSdk(shape.request, input))
    .catch((error) => through.problems.push(error));
  expect(through.problems.splice(0)).toEqual([]);
  return received[0] as Received;
}

/** What the client read of an answer that was written. */
async function answered({ service, operation, shape }: Row, answer: Values | undefined): Promise<Values | undefined> {
  loopback.answer((call) => renderAnswer(service, call.operation as never, answer as never, { requestId }));
  const found = await loopback.clients[service.name].send(
    operation,
    toSdk(shape.request, fullOf(shape.request, 'request')),
  );
  expect(loopback.problems.splice(0)).toEqual([]);
  expect(found.$metadata).toMatchObject({ httpStatusCode: 200, requestId });
  return shape.answer && fromSdk(shape.answer, found);
}

describe.each(operations)('$name', (row) => {
  const { operation, shape } = row;

  test('a request with all there is', async () => {
    const input = fullOf(shape.request, 'request');
    const received = await read(row, input);
    expect(received).toMatchObject({ operation, version: row.service.version });
    expect(received.service).toBe(row.service);
    expect(received.input).toEqual(input);
  });

  test('the same by GET', async () => {
    const input = fullOf(shape.request, 'request');
    const { request, ...received } = await read(row, input, viaGet);
    expect(request.method).toBe('GET');
    expect(received.input).toEqual(input);
  });

  test('requests of all kinds', async () => {
    await fc.assert(
      fc.asyncProperty(sampleOf(shape.request, 'request'), async (sample) => {
        const has = (member: string) => shape.request.members.some(({ name }) => name === member);
        const input: Values = {
          ...sample,
          // The client makes up a token, and an address, where there is none.
          ...(has('ClientToken') && { ClientToken: 'T' }),
          ...(has('PresignedUrl') && { PresignedUrl: 'https://example.com' }),
          // Some answer to that before they look at anything else, and miss an id that is empty.
          ...(has('DryRun') && { DryRun: false }),
          ...(has('VolumeId') && { VolumeId: 'vol-1' }),
        };
        expect((await read(row, input)).input).toEqual(input);
      }),
      { seed: 1, numRuns: 4 },
    );
  });

  test('an answer with all there is', async () => {
    const answer = shape.answer && fullOf(shape.answer, 'answer');
    expect(await answered(row, answer)).toEqual(answer);
  });

  const { answer: members } = shape;
  if (members)
    test('answers of all kinds', async () => {
      await fc.assert(
        fc.asyncProperty(sampleOf(members, 'answer'), async (answer) => {
          expect(await answered(row, answer)).toEqual(answer);
        }),
        { seed: 1, numRuns: 4 },
      );
    });

  test('a refusal', async () => {
    const refusal = new AwsError('DryRunOperation', 'It is <not> "done" & \'never\' was');
    loopback.answer(({ service }) => renderError(service.name, refusal, requestId));
    const sent = loopback.clients[row.service.name].send(
      operation,
      toSdk(shape.request, fullOf(shape.request, 'request')),
    );
    await expect(sent).rejects.toMatchObject({
      name: refusal.code,
      message: refusal.message,
      $metadata: { httpStatusCode: 412, requestId },
    });
  });
});

test('who signed, in a header and in an address that the client signed', async () => {
  const { operations } = services.ec2;
  const row = {
    service: services.ec2,
    operation: 'CopySnapshot',
    shape: operations.get('CopySnapshot') as OperationShape,
  };
  const { request, input } = await read(row, { SourceRegion: 'us-west-2', SourceSnapshotId: 'snap-1' });
  expect(readCredential(request.headers, new Map())).toEqual({
    keyId: 'AKIAEXAMPLE',
    region: 'eu-central-1',
    service: 'ec2',
  });
  const { PresignedUrl } = input as { PresignedUrl: string };
  const parameters = readParameters(new URL(PresignedUrl).search.slice(1));
  expect(readCredential({}, parameters)).toEqual({ keyId: 'AKIAEXAMPLE', region: 'us-west-2', service: 'ec2' });
  expect(readCall(services.ec2, parameters).operation).toBe('CopySnapshot');
  expect(readInput(services.ec2, 'CopySnapshot', parameters)).toEqual({
    SourceRegion: 'us-west-2',
    SourceSnapshotId: 'snap-1',
    DestinationRegion: 'eu-central-1',
  });
});
