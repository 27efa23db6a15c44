import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildVictim, type Victim } from '../attack/target.ts';
import { operationsOf } from '../routes/control/control.ts';

/** What both documents say of integers and of bodies, for clients that are made from them. */

let victim: Victim;
beforeAll(async () => {
  victim = await buildVictim();
});
afterAll(() => victim.close());

interface Part {
  type?: unknown;
  format?: string;
  maximum?: number;
}

/** Every integer in a part of a document, with its place. */
function integersOf(part: object, place: string): [place: string, part: Part][] {
  const below = Object.entries(part).flatMap(([name, each]) =>
    typeof each === 'object' && each !== null ? integersOf(each, `${place}/${name}`) : [],
  );
  return (part as Part).type === 'integer' ? [[place, part as Part], ...below] : below;
}

const documents = ['/openapi.json', '/_emulator/openapi.json'];

describe.each(documents)('%s', (url) => {
  test('says of every integer that may need more than 32 bits that it has 64', async () => {
    const { body } = await victim.send('GET', url);
    const found = operationsOf(body)
      .filter(({ operation }) => (operation as { 'x-datafy-source'?: string })['x-datafy-source'] !== 'P')
      .flatMap(({ operation }) => integersOf(operation, operation.operationId));
    expect(found.length).toBeGreaterThan(20);
    const short = found.filter(([, { format, maximum = Infinity }]) => maximum >= 2 ** 31 && format !== 'int64');
    expect(short.map(([place]) => place)).toEqual([]);
    // And of none that does not.
    const long = found.filter(([, { format, maximum = Infinity }]) => maximum < 2 ** 31 && format !== undefined);
    expect(long.map(([place]) => place)).toEqual([]);
  });

  test('says that a body has to be sent where an empty one is refused, and nowhere else', async () => {
    const { body } = await victim.send('GET', url);
    const stated = new Map(
      operationsOf(body)
        .filter(({ operation }) => operation.requestBody)
        .map(({ method, path, operation }) => [
          `${method} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`,
          (operation.requestBody as { required?: boolean }).required === true,
        ]),
    );
    const isImport = (name: string) => name.endsWith('/state');
    const calls = victim.calls.filter(({ method, route }) => stated.has(`${method} ${route.url}`));
    expect(calls).toHaveLength(stated.size);
    // An import replaces what the other calls name.
    const ordered = calls.toSorted((one, other) => Number(isImport(one.url)) - Number(isImport(other.url)));
    const actual = new Map<string, boolean>();
    for (const { method, url: target, route, headers } of ordered) {
      const answer = await victim.send(method, target, undefined, headers);
      actual.set(`${method} ${route.url}`, answer.headers['x-emulator-error'] === 'request-invalid');
    }
    const source = new Map(
      operationsOf(body).map(({ method, path, operation }) => [
        `${method} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`,
        (operation as { 'x-datafy-source'?: string })['x-datafy-source'],
      ]),
    );
    // Datafy's own document requires none.
    for (const [name, required] of stated) {
      expect([name, required]).toEqual([name, source.get(name) !== 'P' && actual.get(name)]);
    }
  });
});

test('zones and role ARNs say their form, but for the published calls', async () => {
  const found: [place: string, field: { pattern?: string }][] = [];
  const look = (part: object, place: string) => {
    for (const [name, each] of Object.entries(part)) {
      if (typeof each !== 'object' || each === null) continue;
      if (/^(availabilityZone|roleArn)$/.test(name) && each.type === 'string') found.push([`${place}/${name}`, each]);
      look(each, `${place}/${name}`);
    }
  };
  for (const url of documents) {
    const { body } = await victim.send('GET', url);
    for (const { operation } of operationsOf(body)) {
      if ((operation as { 'x-datafy-source'?: string })['x-datafy-source'] !== 'P')
        look(operation, operation.operationId);
    }
  }
  expect(found.length).toBeGreaterThan(10);
  for (const [place, { pattern }] of found) {
    const form = new RegExp(pattern ?? '$^');
    const isZone = place.endsWith('availabilityZone');
    expect([place, form.test(isZone ? 'us-east-1a' : 'arn:aws:iam::123456789012:role/name')]).toEqual([place, true]);
    expect([place, form.test('nowhere')]).toEqual([place, false]);
  }
});

test('a call that takes a body says that one may be too large, but for the published ones', async () => {
  for (const url of documents) {
    const { body } = await victim.send('GET', url);
    const calls = operationsOf(body).filter(({ operation }) => operation.requestBody);
    expect(calls.length).toBeGreaterThan(10);
    for (const { operation } of calls) {
      const { responses, 'x-datafy-source': source } = operation as { responses?: object; 'x-datafy-source'?: string };
      expect([operation.operationId, Object.hasOwn(responses ?? {}, '413')]).toEqual([
        operation.operationId,
        source !== 'P',
      ]);
    }
  }
  expect((await victim.send('POST', '/_emulator/faults', { match: 'x'.repeat(70_000) })).status).toBe(413);
});
