import { afterAll, beforeAll, expect, test } from 'vitest';
import { fillWorld } from '../../../src/state/document/defaults.ts';
import { type SeedDocument, worldDocument } from '../../../src/state/document/document.ts';
import { inBody } from '../../../src/state/document/problem.ts';
import { findProblems } from '../../../src/state/document/problems.ts';
import { type Random, randomOf } from '../../model/random.ts';
import { type Answer, buildWorld, type World } from '../../support/world.ts';
import { sized } from '../size.ts';
import { documentOf, type Schema, stepOf, without } from './documents.ts';

// Documents by the thousand, made up from the schema of documents, from a seed. One that is refused is mended where the
// refusal points, until it is taken: so each is near what cannot be. What was taken lives until nothing is under way,
// whatever is called, and is always a document that comes in again.

const seeds = process.env.SEED
  ? [Number(process.env.SEED)]
  : Array.from({ length: sized(60, 3_000) }, (_, at) => at + 1);
const timeout = sized(120_000, 1_800_000);
const steps = 12;
/** How often a document is mended before it is given up. */
const rounds = 60;
const again = (seed: number) => `SEED=${seed} npm test -- test/deep/documents`;

const schema = worldDocument as unknown as Schema;
const walker = 'walker-token';
const longestPace = 30 * 24 * 3_600_000;

let world: World;
let control: string;
let key: number;
beforeAll(async () => {
  world = await buildWorld();
  const made = await world.send('POST', '/_emulator/organizations', { name: 'walked' });
  control = `/_emulator/organizations/${made.body.organizationId}`;
  key = world.state.control.find(made.body.organizationId);
});
afterAll(() => world.close());

/** What was done so far: a failure shows it. */
type Told = string[];

async function ask(told: Told, method: Parameters<World['send']>[0], path: string, body?: unknown): Promise<Answer> {
  const isApi = path.startsWith('/api/');
  const answer = await (isApi ? world.as(walker) : world.send)(method, isApi ? path : control + path, body);
  told.push(`${method} ${path} ${JSON.stringify(body) ?? ''} -> ${answer.status} ${answer.text.slice(0, 200)}`);
  expect(answer.status, `${method} ${path}: ${answer.text}`).toBeLessThan(500);
  return answer;
}

async function exportOf(told: Told): Promise<Answer['body']> {
  const { status, body } = await ask(told, 'GET', '/state');
  expect(status).toBe(200);
  return body;
}

/** What a world is as a document comes in, and is the same again. */
async function comesBack(told: Told): Promise<void> {
  const before = await exportOf(told);
  const { status, text } = await ask(told, 'PUT', '/state', before);
  expect(status, text).toBe(204);
  expect(await exportOf(told)).toEqual(before);
}

/** A document, with a token to call it with, and as often mended as it is refused; undefined where that did not help. */
async function accepted(told: Told, random: Random): Promise<SeedDocument | undefined> {
  const made = documentOf(schema, random);
  const own = made.ownAccountId ?? '10000000-0000-4000-8000-0000000000ff';
  let document: SeedDocument = {
    ...made,
    ownAccountId: own,
    tokens: [...(made.tokens ?? []), { token: walker, accountId: own }],
  };
  const asMade = await ask(told, 'PUT', '/state', document);
  for (let round = 0; round < rounds; round++) {
    const problems = findProblems(fillWorld(document), inBody);
    if (problems.length === 0) {
      const { status, text } = await ask(told, 'PUT', '/state', document);
      expect(status, `nothing is found wrong: ${text}`).toBe(204);
      return document;
    }
    expect(asMade.status).toBe(400);
    document = without(document, random.pick(problems).path, schema);
  }
  return undefined;
}

/** Until nothing is under way that would end by itself. */
async function idle(told: Told): Promise<void> {
  const { status } = await ask(told, 'POST', '/clock/advance', { untilIdle: true });
  if (status === 200) return;
  // Its time is the process's: what takes the longest sets off what takes as long.
  for (let turn = 0; turn < 3; turn++) {
    world.clock.advance(longestPace);
    await exportOf(told);
  }
}

async function live(seed: number): Promise<boolean> {
  const random = randomOf(seed);
  const told: Told = [];
  try {
    const document = await accepted(told, random);
    if (!document) return false;
    told.splice(0, told.length - 1);
    await comesBack(told);
    for (let step = 0; step < steps; step++) {
      const { method, path, body } = stepOf(world.state.control.export(key), random);
      await ask(told, method, path, body);
    }
    await comesBack(told);
    await idle(told);
    await comesBack(told);
    await ask(told, 'DELETE', '/faults');
    return true;
  } catch (error) {
    throw new Error(`${(error as Error).message}\nseed ${seed}:\n${told.join('\n')}\nAgain: ${again(seed)}`, {
      cause: error,
    });
  }
}

test(
  'a document that is taken lives until it is idle, and comes in again unchanged',
  async () => {
    let lived = 0;
    for (const seed of seeds) if (await live(seed)) lived++;
    expect(lived).toBeGreaterThan(seeds.length * 0.9);
  },
  timeout,
);
