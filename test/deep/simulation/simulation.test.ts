import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { randomOf } from '../../model/random.ts';
import { sized } from '../size.ts';
import { shrink } from './shrink.ts';
import { Failure, interrupted, invented, repeated, type Seen, type Step, simulate } from './simulation.ts';

// Whole lives of the emulator, made up from a seed: calls of every surface in several worlds, clocks that move, faults,
// trouble with the disk, processes that end and begin again. What must hold is looked at after every step, and a seed
// always comes to the same, to the last byte.

const seeds = process.env.SEED ? [Number(process.env.SEED)] : Array.from({ length: sized(12, 200) }, (_, at) => at + 1);
const steps = sized(150, 500);
// A failure is lived again and again, until few of its steps are left.
const timeout = sized(300_000, 1_800_000);
const again = (seed: number) => `SEED=${seed} ${sized('npm test --', 'npm run test:deep --')} test/deep/simulation`;

let folder: string;
let lives = 0;
beforeAll(() => {
  // In memory where there is such a place: what a disk does is the business of others.
  folder = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'datafy-emulator-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

async function live(next: Parameters<typeof simulate>[1]): Promise<Seen> {
  lives++;
  const place = join(folder, String(lives));
  try {
    return await simulate(place, next);
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
}

const written = (list: readonly Step[]) => list.map((step, at) => `${at + 1}. ${JSON.stringify(step)}`).join('\n');

/** The life of a seed. A failure tells of the fewest steps that come to it. */
async function lifeOf(seed: number): Promise<Seen> {
  try {
    return await live(invented(seed, steps));
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const { rule } = error;
    const fails = async (list: readonly Step[]) => {
      try {
        await live(repeated(list));
        return false;
      } catch (other) {
        return other instanceof Failure && other.rule === rule;
      }
    };
    const few = await shrink(error.steps, fails, 80);
    const places = `step ${error.steps.length} of seed ${seed}; ${few.length} steps come to the same:`;
    throw new Error(`${error.message}\nat ${places}\n${written(few)}\nAgain: ${again(seed)}`, { cause: error });
  }
}

describe(`${seeds.length} lives of ${steps} steps`, () => {
  const outcomes = new Set<string>();
  let operations: string[] = [];

  test.for(seeds)(
    'seed %i leaves a sound world at every step, and comes to the same when lived twice',
    { timeout },
    async (seed) => {
      const [one, other] = [await lifeOf(seed), await lifeOf(seed)];
      const at = one.transcript.findIndex((line, index) => line !== other.transcript[index]);
      const last = `\nAfter these steps:\n${written(one.steps.slice(0, at + 1).slice(-10))}\nAgain: ${again(seed)}`;
      expect(other.transcript[at], `Two lives differ.${last}`).toBe(one.transcript[at]);
      expect(other.transcript).toHaveLength(one.transcript.length);
      for (const each of one.outcomes) outcomes.add(each);
      operations = [...new Set([...operations, ...one.operations])];
    },
  );

  test.skipIf(seeds.length === 1)('they use every operation, done and refused', () => {
    expect(operations.length).toBeGreaterThan(60);
    const ended = (operation: string, how: RegExp) =>
      [...outcomes].some((each) => each.startsWith(`${operation} `) && how.test(each));
    const never = operations.filter((each) => !ended(each, / 20\d$/));
    // All of them that can be refused by themselves.
    const plain = /^(list|get|export|reset|delete(Requests|Faults))/;
    const always = operations.filter((each) => !plain.test(each) && !ended(each, / 4\d\d$/));
    expect(never.length, `never done: ${never}`).toBeLessThan(sized(12, 1));
    expect(always.length, `never refused: ${always}`).toBeLessThan(sized(12, 1));
    for (const how of [/ 500$/, / 503$/, / lost$/])
      expect([...outcomes].filter((each) => how.test(each)).length).toBeGreaterThan(3);
  });
});

/**
 * An answer without what counts a process's requests, since a number that was given to no row is given again, and without
 * what came due just then: of that, whoever looks first is told.
 */
const uncounted = (answer: string | undefined) =>
  answer
    ?.replace(/"changedBy":\d+/g, '"changedBy":0')
    .replace(/"settled":\[[^\]]*\]/g, '"settled":[]')
    .replace(/\["content-length","\d+"\],/g, '');

describe(`${seeds.length} lives with interruptions`, () => {
  test.for(seeds)(
    'seed %i is answered as if no process had ended, and nothing gone out and come in',
    { timeout },
    async (seed) => {
      const whole = await live(invented(seed, steps, true));
      const list = interrupted(whole.steps, randomOf(seed));
      expect(list.length).toBeGreaterThan(whole.steps.length + steps / 50);
      const pieces = await live(repeated(list));
      const calls = whole.steps.filter((step) => whole.answers.has(step));
      expect(calls.length).toBeGreaterThan(steps / 2);
      for (const [at, step] of calls.entries()) {
        const before = list.slice(0, list.indexOf(step) + 1).slice(-10);
        const what = `Call ${at + 1} is answered otherwise.\nAfter these steps:\n${written(before)}\nAgain: ${again(seed)}`;
        expect(uncounted(pieces.answers.get(step)), what).toBe(uncounted(whole.answers.get(step)));
      }
    },
  );
});
