import { request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'vitest';
import type { Method, World } from '../support/world.ts';

/** What came back from a call: the body as it came. */
export interface Reply {
  status: number;
  headers: NodeJS.Dict<string | string[]>;
  text: string;
}

/** Makes a call with a JSON body, if there is one. */
export type Client = (method: Method, path: string, body?: unknown) => Promise<Reply>;

/** How long either client waits for an answer, in milliseconds. */
const patience = 10_000;

/** Lets a world listen, on any free port. Answers with the port. */
export async function listen(world: World): Promise<number> {
  await world.app.listen({ port: 0, host: '127.0.0.1' });
  return (world.app.server.address() as AddressInfo).port;
}

/**
 * A client that sends, over a socket, exactly the headers that Go's net/http does, and these: node adds none of its
 * own, not even a Content-Type.
 */
export function goClient(port: number, own: Record<string, string>): Client {
  return (method, path, body) =>
    new Promise((resolve, reject) => {
      const payload = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
      const headers = {
        Host: `127.0.0.1:${port}`,
        ...own,
        ...(payload && { 'Content-Length': payload.length }),
        'Accept-Encoding': 'gzip',
      };
      const signal = AbortSignal.timeout(patience);
      request({ port, host: '127.0.0.1', method, path, headers, setDefaultHeaders: false, agent: false, signal })
        .on('error', reject)
        .on('response', (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk) => chunks.push(chunk));
          response.on('error', reject);
          response.on('end', () => {
            const { statusCode = 0, headers: answered } = response;
            resolve({ status: statusCode, headers: answered, text: Buffer.concat(chunks).toString() });
          });
        })
        .end(payload);
    });
}

/** Reads a value as a field of a Go struct takes it; throws where encoding/json would refuse it, or where it is null. */
type Reader<T> = (value: unknown) => T;

const reader =
  <T>(what: string, fits: (value: unknown) => boolean): Reader<T> =>
  (value) => {
    if (!fits(value)) throw new TypeError(`${JSON.stringify(value)} is not of Go's type ${what}`);
    return value as T;
  };

const whole = (least: number, most: number) => (value: unknown) =>
  Number.isInteger(value) && (value as number) >= least && (value as number) <= most;

const rfc3339 = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/;

export const go = {
  string: reader<string>('string', (value) => typeof value === 'string'),
  bool: reader<boolean>('bool', (value) => typeof value === 'boolean'),
  int32: reader<number>('int32', whole(-(2 ** 31), 2 ** 31 - 1)),
  uint64: reader<number>('uint64', whole(0, Number.MAX_SAFE_INTEGER)),
  time: reader<string>('time.Time', (value) => typeof value === 'string' && rfc3339.test(value)),
  object: reader<Record<string, unknown>>(
    'map[string]any',
    (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  ),
  /** Null and left out are the zero value, here null. */
  orNull:
    <T>(read: Reader<T>): Reader<T | null> =>
    (value) =>
      value === undefined || value === null ? null : read(value),
  list:
    <T>(read: Reader<T>): Reader<T[]> =>
    (value) =>
      reader<unknown[]>('[]', Array.isArray)(value).map(read),
};

type Struct<S> = { [K in keyof S]: S[K] extends Reader<infer T> ? T : never };

/** Decodes a body into a struct as encoding/json does: fields that it does not know are passed over. */
export function decode<S extends Record<string, Reader<unknown>>>(text: string, fields: S): Struct<S> {
  // A number with a fraction or an exponent is no integer for Go, whatever its value.
  const noFractions = (...[name, value, { source = '' }]: [string, unknown, { source?: string }]) => {
    if (typeof value === 'number' && !/^-?\d+$/.test(source)) throw new TypeError(`${name} is ${source}: no integer`);
    return value;
  };
  const body = go.object(JSON.parse(text, noFractions as never));
  return Object.fromEntries(Object.entries(fields).map(([name, read]) => [name, read(body[name])])) as Struct<S>;
}

/** The body of a reply whose status is one of these. */
export function successful({ status, text }: Reply, ...statuses: number[]): string {
  expect(statuses, text).toContain(status);
  return text;
}

/** The message of a reply that is an error, as both clients show it to their users. */
export function messageOf({ status, text }: Reply): string {
  const { message } = decode(text, { message: go.string });
  return `status code ${status}: ${message}`;
}
