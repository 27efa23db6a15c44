import fc from 'fast-check';
import type { Held, Line, Made, Script, Step } from './oracle.ts';

/** Lives of up to three volumes on one instance, with everything that callers do to them. */

const hour = 3600;
const day = 24 * hour;
const whole = (min: number, max: number) => fc.integer({ min, max });

/** Shares that make a volume grow and shrink often. */
const lively = fc.record({ growAt: whole(780, 820), target: whole(700, 770), shrinkAt: whole(550, 690) });
const anyShares = whole(500, 1000)
  .chain((growAt) => fc.tuple(fc.constant(growAt), whole(400, Math.min(950, growAt - 1))))
  .chain(([growAt, target]) =>
    fc.tuple(fc.constant(growAt), fc.constant(target), whole(100, Math.min(800, target - 1))),
  )
  .map(([growAt, target, shrinkAt]) => ({ growAt, target, shrinkAt }));

const held: fc.Arbitrary<Held> = fc.oneof(lively, anyShares).chain(({ growAt, target, shrinkAt }) =>
  fc.record({
    growAt: fc.constant(growAt),
    target: fc.constant(target),
    shrinkAt: fc.constant(shrinkAt),
    stepShare: whole(0, Math.min(1000, Math.floor((growAt * 1000 - 1) / shrinkAt) - 1000)),
    every: fc.constantFrom(60, 60, 300, 300, 420, 900, hour),
    minShrinkGb: whole(2, 30),
    stepGb: whole(1, 2),
    shrinkAfter: fc.oneof(whole(hour, 4 * hour), fc.constantFrom(hour, hour, 2 * hour)),
    coolDown: fc.constantFrom(0, 0, hour, 3 * hour),
    limited: fc.constantFrom(true, true, true, false),
    settles: fc.constantFrom(10, 360, 360, hour, 2 * hour),
    attachments: fc.constantFrom(4, 7, 9, 12, 28, 28),
    rate: fc.constantFrom(5, 40, 125, 125),
  }),
);

/** Use that rises and falls again and again. */
const wave = (logicalGb: number): fc.Arbitrary<Line> =>
  fc
    .tuple(
      whole(0, logicalGb * 300),
      whole(logicalGb * 400, logicalGb * 1000),
      fc.tuple(whole(0, 4 * hour), whole(0, 2 * hour), whole(0, 2 * hour), whole(600, 6 * hour)),
      fc.constantFrom(0, 0, 150),
    )
    .map(([low, high, [rise, top, fall, rest], jitter]) => ({
      points: [
        [0, low],
        [rise, high],
        [rise + top, high],
        [rise + top + fall, low],
      ],
      repeat: rise + top + fall + rest,
      jitter,
    }));

const path = (logicalGb: number): fc.Arbitrary<Line> => {
  const value = fc.oneof(
    whole(0, logicalGb * 1000),
    whole(0, logicalGb).map((gb) => gb * 1000),
  );
  const gap = fc.oneof(
    whole(0, 2),
    whole(1, 900),
    whole(600, 3 * hour),
    whole(600, 3 * hour),
    fc.constantFrom(300, hour),
  );
  return fc
    .record({
      values: fc.array(value, { minLength: 1, maxLength: 7 }),
      gaps: fc.array(gap, { minLength: 7, maxLength: 7 }),
      repeats: fc.constantFrom(true, true, false),
      rest: fc.oneof(fc.constant(0), whole(0, 3 * hour)),
      jitter: fc.oneof(fc.constant(0), fc.constant(0), whole(1, 500)),
    })
    .map(({ values, gaps, repeats, rest, jitter }) => {
      let at = 0;
      const points = values.map((milli, index): [number, number] => {
        if (index > 0) at += gaps[index]!;
        return [at, milli];
      });
      return { points, repeat: repeats ? Math.max(600, at + rest) : null, jitter };
    });
};

const line = (logicalGb: number) => fc.oneof(wave(logicalGb), path(logicalGb));

const made: fc.Arbitrary<Made> = fc.oneof(whole(3, 40), whole(40, 400), whole(40, 400)).chain((logicalGb) =>
  fc.record({
    region: fc.constantFrom('us-east-1', 'eu-central-1'),
    type: fc.constantFrom('gp3' as const, 'io2' as const),
    fixed: fc.integer({ min: 0, max: 9 }).map((dice) => dice === 0),
    members: fc.constantFrom(2, 2, 4),
    logicalGb: fc.constant(logicalGb),
    iops: fc.constantFrom(3000, 3000, 4000, 9001),
    curve: fc.option(line(logicalGb), { freq: 6 }),
    settings: held,
    instance: fc.constant('i-1' as string | null),
  }),
);

/** What happens to one volume from its first second on: seconds are counted from there. */
const story = (id: string): fc.Arbitrary<Step[]> =>
  fc.tuple(made, fc.boolean(), fc.oneof(fc.constant(0), whole(0, hour))).chain(([volume, activated, late]) => {
    const first: Step = { at: late, id, verb: activated ? 'activate' : 'create', volume };
    const step = fc.oneof(
      line(volume.logicalGb).map((curve) => ({ verb: 'curve' as const, curve })),
      line(volume.logicalGb).map((curve) => ({ verb: 'curve' as const, curve })),
      fc.constant({ verb: 'curve' as const, curve: null }),
      whole(0, 200).map((more) => ({ verb: 'modify' as const, logicalGb: volume.logicalGb + more })),
      fc.constantFrom(3000, 5000, 12_000).map((iops) => ({ verb: 'modify' as const, iops })),
      fc.record({
        verb: fc.constant('place' as const),
        instance: fc.constantFrom('i-1', 'i-1', null),
        ready: fc.constantFrom(true, true, false),
      }),
      held.map((settings) => ({ verb: 'settings' as const, settings })),
      fc.boolean().map((newest) => ({ verb: 'member-modified' as const, newest })),
      fc.constantFrom({ verb: 'deactivate' as const }, { verb: 'remove' as const }),
    );
    // No two in one second: which of them the second counts for is nothing that anybody asks.
    const at = fc.oneof(
      whole(late + 1, 3 * day),
      whole(1, 200).map((tick) => late + tick * 300 - (late % 300)),
    );
    const few = fc.uniqueArray(fc.tuple(at, step), { maxLength: 4, selector: ([second]) => second });
    return few.map((list) => {
      let logicalGb = volume.logicalGb;
      const rest = list.toSorted(([a], [b]) => a - b).filter(([second]) => second > late);
      return [
        first,
        ...rest.map(([second, what]): Step => {
          // A logical size only rises.
          if (what.verb !== 'modify' || !('logicalGb' in what)) return { at: second, id, ...what };
          logicalGb = Math.max(logicalGb, what.logicalGb);
          return { at: second, id, verb: 'modify', logicalGb };
        }),
      ];
    });
  });

const midnight = 19_675 * day;

export const scripts: fc.Arbitrary<Script> = fc
  .record({
    from: fc
      .oneof(
        whole(0, hour),
        whole(0, 12).map((tick) => tick * 300),
      )
      .map((seconds) => midnight + seconds),
    length: whole(hour, 30 * hour),
    ordinary: fc.constantFrom(0, 0, 1, 4),
    stories: fc.tuple(story('vol-b'), fc.option(story('vol-a')), fc.option(story('vol-c'), { freq: 2 })),
  })
  .map(({ from, length, ordinary, stories }) => ({
    from,
    to: from + length,
    ordinary,
    steps: stories
      .flatMap((steps) => steps ?? [])
      .map((step) => ({ ...step, at: from + step.at }))
      .filter(({ at }) => at <= from + length)
      .toSorted((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1)),
  }));
