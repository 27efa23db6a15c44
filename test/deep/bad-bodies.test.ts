import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { errors } from '../../src/ground/errors.ts';
import { type Json, mutate, type Schema } from '../attack/mutate.ts';
import { buildVictim, type Call, type Victim } from '../attack/target.ts';
import { randomOf } from '../model/random.ts';
import { operationsOf } from '../routes/control/control.ts';
import { buildWorld } from '../support/world.ts';
import { sized } from './size.ts';

// Bad bodies by the thousand, for every group of routes: made from what each call takes, by its seed.

const perGroup = sized(300, 5_000);
const timeout = sized(60_000, 600_000);

/** The longest message that is of any use. */
const longest = 25_000;

interface Target {
  name: string;
  schema: Schema;
}

/** The calls that take a body, by what they are about. */
async function groupsOf(): Promise<Map<string, Target[]>> {
  const world = await buildWorld();
  const documents = [world.app.swagger(), world.app.controlDocument()] as Parameters<typeof operationsOf>[0][];
  await world.close();
  const groups = new Map<string, Target[]>();
  for (const { path, method, operation } of documents.flatMap((document) => operationsOf(document))) {
    const schema = operation.requestBody?.content['application/json']?.schema as Schema | undefined;
    if (!schema) continue;
    const group = String((operation as unknown as { tags: string[] }).tags.at(0));
    const name = `${method} ${path.replace(/\{(\w+)\}/g, ':$1')}`;
    groups.set(group, [...(groups.get(group) ?? []), { name, schema }]);
  }
  return groups;
}

const groups = await groupsOf();

test('there are groups of routes', () => {
  expect(groups.size).toBeGreaterThan(8);
});

const fromFramework = ['request-invalid', 'json-invalid', 'body-too-large', 'content-length-wrong', 'url-malformed'];

describe.each([...groups].map(([group, targets]) => ({ group, targets })))('$group', ({ targets }) => {
  let victim: Victim;
  let organizations: number;
  beforeAll(async () => {
    victim = await buildVictim();
    organizations = victim.dump().organization?.length ?? 0;
  });
  afterAll(() => victim.close());

  const callOf = ({ name }: Target): Call =>
    victim.calls.find(({ route }) => `${route.method} ${route.url}` === name) as Call;

  /** What was taken is undone, so that the next one meets the same world. */
  async function restore(call: Call): Promise<void> {
    if ((victim.dump().organization?.length ?? 0) > organizations) {
      await victim.close();
      victim = await buildVictim();
      return;
    }
    const elsewhere = call.route.url.includes('/:organizationId');
    for (const { route, method, url, body, headers } of victim.calls) {
      if (route.url.includes('/:organizationId') !== elsewhere) continue;
      if (!/^(PUT .*\/state|DELETE .*\/faults)$/.test(`${method} ${route.url}`)) continue;
      const { status, text } = await victim.send(method, url, body, headers);
      if (status >= 300) throw new Error(`${method} ${url}: ${text}`);
    }
  }

  test(
    `takes ${perGroup} bad bodies without failing, and none with an effect`,
    async () => {
      let refused = 0;
      let before = victim.snapshot();
      let written = victim.writes();
      // What happens to be good is not counted.
      for (let seed = 1; refused < perGroup; seed++) {
        const random = randomOf(seed);
        const target = random.pick(targets);
        const call = callOf(target);
        const { method, url, headers, body } = call;
        const { payload, how, isBad } = mutate((body ?? {}) as Json, target.schema, random);
        const response = await victim.app.inject({ method, url, headers, payload });
        const { statusCode: status, body: text } = response;
        const what = `seed ${seed}, ${target.name}, ${how}: ${status} ${text.slice(0, 300)}`;
        if (status < 300) {
          expect(isBad, what).toBe(false);
          await restore(call);
          before = victim.snapshot();
          written = victim.writes();
          continue;
        }
        refused++;
        expect([400, 401, 404, 409, 413, 422], what).toContain(status);
        expect([...Object.keys(errors), ...fromFramework], what).toContain(response.headers['x-emulator-error']);
        expect(response.json().message, what).toMatch(/\S/);
        expect(text.length, what).toBeLessThan(longest);
        if (victim.writes() === written) continue;
        expect(victim.snapshot() === before, `${what}: the state is unchanged`).toBe(true);
        written = victim.writes();
      }
    },
    timeout,
  );
});
