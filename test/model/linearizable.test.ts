import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { linearize, type Operation, overlapOf, type SequentialModel } from './linearizable.ts';

// The checker itself, on histories made by hand, and against one that tries every order.

/** A number that is written, read and added to. */
type Call = { write: number } | { add: number } | 'read';
type Answer = number | 'done';

const register: SequentialModel<number, Call, Answer> = {
  begin: 0,
  step(state, call, answer) {
    const after = call === 'read' ? state : 'write' in call ? call.write : state + call.add;
    const wanted = call === 'read' ? state : 'done';
    if (answer !== undefined && answer !== wanted) return { problem: `it answers ${answer}, not ${wanted}` };
    return { state: after };
  },
  changesNothing: (call) => call === 'read',
  keyOf: String,
};

/**
 * A history as a drawing: one line per client, `[` where a call begins and `]` where its answer comes, with the call's
 * name between them; without `]` no answer came.
 */
function drawn(lines: readonly string[], calls: Record<string, [Call, Answer]>): Operation<Call, Answer>[] {
  return lines.flatMap((line, client) =>
    [...line.matchAll(/\[ *(\w+) *(\])?/g)].map((found) => {
      const [call, answer] = calls[found[1] as string] as [Call, Answer];
      const at = found.index + found[0].length;
      return { client, call, invoked: found.index, answered: found[2] ? { at, answer } : undefined };
    }),
  );
}

const calls: Record<string, [Call, Answer]> = {
  w1: [{ write: 1 }, 'done'],
  w2: [{ write: 2 }, 'done'],
  a1: [{ add: 1 }, 'done'],
  r0: ['read', 0],
  r1: ['read', 1],
  r2: ['read', 2],
};

describe('these are linearizable', () => {
  test.each([
    { what: 'one after the other', lines: ['[r0] [w1] [r1] [w2] [r2]'] },
    { what: 'a read during a write that does not see it yet', lines: ['[   w1   ]', '  [r0]'] },
    { what: 'a read during a write that sees it already', lines: ['[   w1   ]', '  [r1]'] },
    { what: 'two writes at a time, in either order', lines: ['[ w1 ]', ' [w2 ] [r1]'] },
    { what: 'two additions at a time', lines: ['[ a1 ]', '[ a1 ]', '       [r2]'] },
    {
      what: 'reads that see two writes in the order they were done in',
      lines: ['[  w1   ]', '[  w2   ]', '  [r1]  [r2]'],
    },
    { what: 'a write without an answer that was done', lines: ['[w1', '     [r0] [r1] [r1]'] },
    { what: 'a write without an answer that was not done', lines: ['[w1', '     [r0] [r0]'] },
    { what: 'nothing', lines: [] },
  ])('$what', ({ lines }) => {
    const history = drawn(lines, calls);
    const verdict = linearize(register, history);
    expect(verdict).toMatchObject({ linearizable: true });
    // The order is one: the model gives these answers in it.
    let state = 0;
    for (const { call, answered } of verdict.order) {
      const outcome = register.step(state, call, answered?.answer);
      state = 'state' in outcome ? outcome.state : Number.NaN;
    }
    expect(state).not.toBeNaN();
  });
});

describe('these are not', () => {
  test.each([
    { what: 'a stale read', lines: ['[w1]', '     [r0]'], problem: 'it answers 0, not 1' },
    { what: 'a lost update', lines: ['[ a1 ]', '[ a1 ]', '       [r1]'], problem: 'it answers 1, not 2' },
    { what: 'an update done twice', lines: ['[a1]', '     [r2]'], problem: 'it answers 2, not 1' },
    { what: 'a read of what was never written', lines: ['[w1] [r2]'], problem: 'it answers 2, not 1' },
    { what: 'a write seen and then not', lines: ['[     w1      ]', '  [r1]  [r0]'], problem: 'it answers 0, not 1' },
    { what: 'two readers who see two orders', lines: ['[w1    ]', '[w2    ]', '        [r1]', '        [r2]'] },
    { what: 'a write without an answer, seen and then not', lines: ['[w1', '     [r1] [r0]'] },
    { what: 'a write read before it was called', lines: ['     [w1]', '[r1]'], problem: 'it answers 1, not 0' },
  ])('$what', ({ lines, problem }) => {
    const verdict = linearize(register, drawn(lines, calls));
    if (verdict.linearizable) throw new Error('It is taken for linearizable');
    expect(verdict.stuck.length).toBeGreaterThan(0);
    if (problem) expect(verdict.stuck.map((each) => each.problem)).toContain(problem);
  });
});

/** By trying every order, and for every operation without an answer whether it was done. */
function bruteForce(history: readonly Operation<Call, Answer>[], state = 0): boolean {
  if (history.every(({ answered }) => answered === undefined)) return true;
  return history.some((operation) => {
    const others = history.filter((each) => each !== operation);
    if (others.some(({ answered }) => answered && answered.at < operation.invoked)) return false;
    const outcome = register.step(state, operation.call, operation.answered?.answer);
    return 'state' in outcome && bruteForce(others, outcome.state);
  });
}

test('it agrees with trying every order, on random histories', () => {
  const call = fc.oneof(
    fc.record({ write: fc.nat(2) }),
    fc.record({ add: fc.constantFrom(1, 2) }),
    fc.constant('read' as const),
  );
  const operation = fc.record({ call, read: fc.nat(3), from: fc.nat(40), length: fc.nat(12), heard: fc.nat(5) });
  const verdicts = { true: 0, false: 0 };
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 6 }), (drafts) => {
      const history = drafts.map(({ call, read, from, length, heard }, client): Operation<Call, Answer> => {
        // No two instants are the same.
        const invoked = from * 100 + client;
        const answer = call === 'read' ? read : 'done';
        return {
          client,
          call,
          invoked,
          answered: heard ? { at: (from + length) * 100 + 50 + client, answer } : undefined,
        };
      });
      const { linearizable } = linearize(register, history);
      verdicts[`${linearizable}`]++;
      expect(linearizable).toBe(bruteForce(history));
    }),
    { numRuns: 2_000 },
  );
  expect(Math.min(...Object.values(verdicts))).toBeGreaterThan(200);
});

test('what is concurrent is counted', () => {
  expect(overlapOf(drawn(['[ w1 ] [r1]', ' [ r0  ]'], calls))).toEqual({ most: 1, average: 2 / 3 });
  expect(overlapOf(drawn(['[w1] [r1]'], calls))).toEqual({ most: 0, average: 0 });
});
