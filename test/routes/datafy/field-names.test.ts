import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ErrorCode, errors } from '../../../src/ground/errors.ts';
import { buildVictim, type Call, type Victim } from '../../attack/target.ts';
import { operationsOf } from '../control/control.ts';

/** Whatever number a call takes: where it is wrong, the refusal says the name that the caller wrote. */

let victim: Victim;
/** What each call takes, by its method and path, as the documents say. */
const bodies = new Map<string, Schema>();
beforeAll(async () => {
  victim = await buildVictim();
  for (const document of ['/openapi.json', '/_emulator/openapi.json']) {
    const { body } = await victim.send('GET', document);
    for (const { method, path, operation } of operationsOf(body)) {
      const schema = operation.requestBody?.content['application/json']?.schema;
      if (schema) bodies.set(`${method} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`, schema);
    }
  }
});
afterAll(() => victim.close());

interface Schema {
  type?: string;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  oneOf?: Schema[];
  anyOf?: Schema[];
}

type Path = (string | number)[];

/** Where a body may have a number: in what the call that succeeds has, or what may stand there by itself. */
function numbersOf(schema: Schema, value: unknown, path: Path = []): Path[] {
  const { type, properties = {}, required = [], items, oneOf = [], anyOf = [] } = schema;
  if (type === 'integer' || type === 'number') return [path];
  if (value === undefined && required.length > 0) return [];
  if (items) return Array.isArray(value) && value.length > 0 ? numbersOf(items, value[0], [...path, 0]) : [];
  const fields = Object.entries(properties).flatMap(([name, field]) =>
    numbersOf(field, (value as Record<string, unknown> | undefined)?.[name], [...path, name]),
  );
  return [...fields, ...[...oneOf, ...anyOf].flatMap((branch) => numbersOf(branch, value, path))];
}

/** A body with another value in one place. */
function put(body: unknown, [first, ...rest]: Path, value: unknown): unknown {
  if (first === undefined) return value;
  if (typeof first === 'number')
    return (body as unknown[]).map((each, at) => (at === first ? put(each, rest, value) : each));
  // The other spelling of the same field.
  const others = Object.entries(body ?? {}).filter(([name]) => name.toLowerCase() !== first.toLowerCase());
  return { ...Object.fromEntries(others), [first]: put((body as Record<string, unknown>)?.[first], rest, value) };
}

const wrong = ['x', -1, 1.5, 1, 70_001, 2 ** 40, 1e300];

const isAboutTheRequest = (code: string) => errors[code as ErrorCode]?.kind === 'invalid';

async function walk(call: Call): Promise<{ fields: Path[]; unnamed: string[]; neverRefused: Path[] }> {
  const fields = numbersOf(bodies.get(`${call.method} ${call.route.url}`) ?? {}, call.body);
  const unnamed: string[] = [];
  const refused = new Set<Path>();
  for (const path of fields) {
    for (const value of wrong) {
      const body = put(call.body, path, value);
      const { status, headers, text } = await victim.send(call.method, call.url, body, call.headers);
      if (status < 400 || !isAboutTheRequest(String(headers['x-emulator-error']))) continue;
      refused.add(path);
      const { message } = JSON.parse(text);
      const name = String(path.findLast((part) => typeof part === 'string'));
      if (!new RegExp(`\\b${name}\\b`).test(message)) unnamed.push(`${path.join('.')} = ${value}: ${message}`);
    }
  }
  return { fields, unnamed, neverRefused: fields.filter((path) => !refused.has(path)) };
}

test('of every call with a number, each wrong one is refused by its name', async () => {
  const walked = new Map<string, number>();
  for (const call of victim.calls) {
    const name = `${call.method} ${call.route.url}`;
    const { fields, ...found } = await walk(call);
    if (fields.length > 0) walked.set(name, fields.length);
    expect({ name, ...found }).toEqual({ name, unnamed: [], neverRefused: [] });
  }
  expect(walked.get('POST /api/v1/aws/volumes/create-autoscaling-volume')).toBe(6);
  expect(walked.get('POST /api/v1/volumes/:volumeId/modify')).toBe(1);
  expect(walked.get('PUT /_emulator/state')).toBeGreaterThan(10);
  expect(walked.size).toBeGreaterThan(15);
});

describe('a size', () => {
  test.each(['volumeSizeGb', 'volumeSizeGB'])('that is sent as %s', async (name) => {
    for (const path of ['/api/v1/volumes/:volumeId/modify', '/api/v1/aws/volumes/:volumeId/modify']) {
      const { method, url, headers } = victim.calls.find(({ route }) => route.url === path) as Call;
      const { text } = await victim.send(method, url, { [name]: 70_001 }, headers);
      expect(JSON.parse(text).message).toContain(`${name} is 70001`);
    }
  });
});
