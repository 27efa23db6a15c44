import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ceilOf, floorOf } from '../../../src/state/simulation/exact.ts';
import { type Problem, readCurve } from '../../../src/state/simulation/index.ts';
import {
  type Curve,
  jitterOf,
  largest,
  lastAtOrAbove,
  nextAtOrAbove,
  nextAtOrBelow,
  valueAt,
} from '../../../src/state/simulation/use/curve.ts';
import { begin, curveOf, day, hour, volumeId } from './life.ts';

const owner = { volumeId, seed: 7, logicalGb: 1000, begin };

const problemsOf = (input: unknown): string[] => {
  const read = readCurve(input, owner);
  return 'problems' in read ? read.problems.map(({ message }: Problem) => message) : [];
};

describe('arithmetic', () => {
  const wide = fc.integer({ min: -(2 ** 40), max: 2 ** 40 });
  test('is exact beyond 2^53 too', () => {
    fc.assert(
      fc.property(wide, wide, fc.integer({ min: 2 ** 28, max: 2 ** 40 }), (a, b, c) => {
        const [exact, by] = [BigInt(a) * BigInt(b), BigInt(c)];
        const [down, up] = [floorOf(a, b, c), ceilOf(a, b, c)].map((each) => BigInt(each));
        expect(down! * by <= exact && exact < (down! + 1n) * by).toBe(true);
        expect((up! - 1n) * by < exact && exact <= up! * by).toBe(true);
      }),
    );
  });

  test('does not make 400 × 1.1 more than 440', () => {
    expect(ceilOf(400, 1100, 1000)).toBe(440);
    expect(Math.ceil(400 * 1.1)).toBe(441);
  });
});

describe('a curve', () => {
  test('is straight between its points, cut down to the thousandth, and stays outside of them', () => {
    const curve = curveOf({
      points: [
        [0, 10],
        [7, 11],
        [10, 9.5],
      ].map(([at, gb]) => ({ afterSeconds: at, usedGb: gb })),
    });
    const values = [0, 1, 2, 6, 7, 8, 9, 10, 1000].map((at) => valueAt(curve, begin + at));
    expect(values).toEqual([10_000, 10_142, 10_285, 10_857, 11_000, 10_500, 10_000, 9500, 9500]);
  });

  test('jumps where two points are at one second: the later counts', () => {
    const curve = curveOf({
      points: [
        { afterSeconds: 0, usedGb: 1 },
        { afterSeconds: 10, usedGb: 2 },
        { afterSeconds: 10, usedGb: 5 },
      ],
    });
    expect([9, 10].map((at) => valueAt(curve, begin + at))).toEqual([1900, 5000]);
  });

  test('begins again where it repeats, with a jump unless its last point closes it', () => {
    const points = [
      { afterSeconds: 0, usedGb: 1 },
      { afterSeconds: 10, usedGb: 2 },
    ];
    const [closed, open] = [curveOf({ points, repeatSeconds: 10 }), curveOf({ points, repeatSeconds: 20 })];
    expect([9, 10, 15].map((at) => valueAt(closed, begin + at))).toEqual([1900, 1000, 1500]);
    expect([9, 10, 19, 20].map((at) => valueAt(open, begin + at))).toEqual([1900, 2000, 2000, 1000]);
  });

  test('has jitter that follows from seed, volume, repetition and point', () => {
    expect(jitterOf('7/vol-0123456789abcdef0', 0, 1)).toBe(-403);
    const curve = curveOf({
      points: [
        { afterSeconds: 0, usedGb: 100 },
        { afterSeconds: 10, usedGb: 100 },
        { afterSeconds: 20, usedGb: 100 },
      ],
      repeatSeconds: 20,
      jitter: 0.5,
    });
    // 100 × (1 + 0.5 × -0.403)
    expect(valueAt(curve, begin + 10)).toBe(79_850);
    // The last point is where the next repetition begins: the line leads there without a jump.
    const first = 100_000 + 50 * jitterOf(curve.key, 1, 0);
    expect(valueAt(curve, begin + 20)).toBe(first);
    const slope = (first - 79_850) / 10;
    expect(Math.abs(valueAt(curve, begin + 19) - (first - slope))).toBeLessThan(1);
  });

  test('answers about seconds as if each had been looked at', () => {
    const curves = fc.record({
      gaps: fc.array(fc.integer({ min: 0, max: 40 }), { minLength: 1, maxLength: 6 }),
      used: fc.array(fc.integer({ min: 0, max: 60 }), { minLength: 7, maxLength: 7 }),
      rest: fc.option(fc.integer({ min: 0, max: 30 })),
      jitter: fc.constantFrom(0, 0, 500),
    });
    const within = fc.integer({ min: 0, max: 400 });
    fc.assert(
      fc.property(
        curves,
        within,
        within,
        fc.integer({ min: 0, max: 70 }),
        ({ gaps, used, rest, jitter }, a, b, value) => {
          const at = [0];
          for (const gap of gaps) at.push((at.at(-1) as number) + gap);
          const curve: Curve = {
            begin,
            at,
            used: used.slice(0, at.length),
            repeat: rest === null ? null : Math.max(1, (at.at(-1) as number) + rest),
            jitter,
            key: `7/${volumeId}`,
          };
          const [from, through] = [begin + Math.min(a, b), begin + Math.max(a, b)];
          const seconds = Array.from({ length: through - from + 1 }, (_, index) => from + index);
          const values = seconds.map((second) => valueAt(curve, second));
          const found = (index: number) => (index < 0 ? null : (seconds[index] as number));
          expect(largest(curve, from, through)).toBe(Math.max(...values));
          expect(nextAtOrAbove(curve, value, from, through)).toBe(found(values.findIndex((each) => each >= value)));
          expect(nextAtOrBelow(curve, value, from, through)).toBe(found(values.findIndex((each) => each <= value)));
          expect(lastAtOrAbove(curve, value, from, through)).toBe(found(values.findLastIndex((each) => each >= value)));
        },
      ),
      { numRuns: 2000 },
    );
  });

  test('answers about years without going through them', () => {
    const curve = curveOf({ shape: 'linear', fromGb: 0, gbPerDay: 0.001 });
    expect(nextAtOrAbove(curve, 500_000, begin, begin + 2_000_000 * day)).toBe(begin + 500_000 * day);
    const daily = curveOf({ shape: 'daily', lowGb: 10, highGb: 20 });
    expect(nextAtOrAbove(daily, 20_001, begin, begin + 1e12)).toBeNull();
    expect(nextAtOrBelow(daily, 9999, begin, begin + 1e12)).toBeNull();
    expect(largest(daily, begin, begin + 1e12)).toBe(20_000);
  });
});

describe('a shorthand', () => {
  const points = (input: object) => {
    const { at, used, repeat } = curveOf(input);
    return { points: at.map((second, index) => [second, used[index]]), repeat };
  };

  test('flat', () => {
    expect(points({ shape: 'flat', usedGb: 300.5 })).toEqual({ points: [[0, 300_500]], repeat: null });
  });

  test('step', () => {
    const curve = curveOf({ shape: 'step', fromGb: 1, toGb: 2, atSeconds: 5 });
    expect([0, 4, 5, 6].map((at) => valueAt(curve, begin + at))).toEqual([1000, 1000, 2000, 2000]);
  });

  test('linear: up to the logical size, or down to 0, or until it is told', () => {
    expect(points({ shape: 'linear', fromGb: 900, gbPerDay: 50 }).points).toEqual([
      [0, 900_000],
      [2 * day, 1_000_000],
    ]);
    expect(points({ shape: 'linear', fromGb: 90, gbPerDay: -30 }).points).toEqual([
      [0, 90_000],
      [3 * day, 0],
    ]);
    expect(points({ shape: 'linear', fromGb: 1, gbPerDay: 1, untilGb: 1.5 }).points).toEqual([
      [0, 1000],
      [day / 2, 1500],
    ]);
    expect(points({ shape: 'linear', fromGb: 5, gbPerDay: 1, untilGb: 5 }).points).toEqual([[0, 5000]]);
  });

  test('sawtooth: begins low', () => {
    const teeth = { shape: 'sawtooth', lowGb: 1, highGb: 5, riseSeconds: 10, holdSeconds: 20, dropSeconds: 5 };
    expect(points({ ...teeth, periodSeconds: 100 })).toEqual({
      points: [
        [0, 1000],
        [10, 5000],
        [30, 5000],
        [35, 1000],
      ],
      repeat: 100,
    });
  });

  test('daily: lowest at its begin, highest after half a day', () => {
    const { points: hours, repeat } = points({ shape: 'daily', lowGb: 200, highGb: 500 });
    expect(repeat).toBe(day);
    expect(hours.map(([at]) => at)).toEqual(Array.from({ length: 25 }, (_, index) => index * hour));
    const used = hours.map(([, value]) => value);
    expect(used.slice(0, 13)).toEqual([
      200_000, 205_111, 220_096, 243_933, 275_000, 311_177, 350_000, 388_822, 425_000, 456_066, 479_903, 494_888,
      500_000,
    ]);
    expect(used.slice(13)).toEqual(used.slice(0, 12).reverse());
  });
});

describe('what is no curve is refused', () => {
  test.each<[input: unknown, message: string | RegExp]>([
    [null, 'The curve is an object with points, or with a shape'],
    [[], 'The curve is an object with points, or with a shape'],
    [{}, 'points is a list of 1 to 10000 points'],
    [{ points: [] }, 'points is a list of 1 to 10000 points'],
    [{ points: Array(10_001).fill({ afterSeconds: 0, usedGb: 1 }) }, 'points is a list of 1 to 10000 points'],
    [{ points: [3] }, 'points.0 is an object with afterSeconds and usedGb'],
    [{ points: [{ afterSeconds: 5, usedGb: 1 }] }, 'points.0.afterSeconds is 5: the first point is at 0'],
    [{ points: [{ afterSeconds: 0, usedGb: -1 }] }, 'points.0.usedGb is -1: used space is not below 0'],
    [{ points: [{ afterSeconds: 0, usedGb: 1000.001 }] }, 'points.0.usedGb is 1000.001: the volume has 1000 GiB'],
    [
      { points: [{ afterSeconds: 0, usedGb: 1.0001 }] },
      'points.0.usedGb is a number of GiB with at most three decimals',
    ],
    [{ points: [{ afterSeconds: 0, usedGb: '1' }] }, 'points.0.usedGb is a number of GiB with at most three decimals'],
    [
      { points: [{ afterSeconds: 0, usedGb: 1, gb: 1 }] },
      'points.0.gb is not known here: there are afterSeconds, usedGb',
    ],
    [{ points: [{ afterSeconds: 0.5, usedGb: 1 }] }, /^points.0.afterSeconds is a whole number of seconds from 0/],
    [
      {
        points: [
          { afterSeconds: 0, usedGb: 1 },
          { afterSeconds: 9, usedGb: 1 },
          { afterSeconds: 8, usedGb: 1 },
        ],
      },
      'points.2.afterSeconds is 8: the point before it is at 9',
    ],
    [
      {
        points: [
          { afterSeconds: 0, usedGb: 1 },
          { afterSeconds: 9, usedGb: 1 },
        ],
        repeatSeconds: 8,
      },
      'repeatSeconds is 8: the last point is at 9',
    ],
    [
      { points: [{ afterSeconds: 0, usedGb: 1 }], jitter: 0.6 },
      'jitter is a number from 0 to 0.5 with at most three decimals',
    ],
    [{ points: [{ afterSeconds: 0, usedGb: 1 }], jitter: 0.0001 }, /^jitter is a number/],
    [{ shape: 'round' }, 'shape is one of flat, step, linear, sawtooth, daily'],
    [{ shape: 'toString' }, 'shape is one of flat, step, linear, sawtooth, daily'],
    [{ shape: 'flat' }, 'usedGb is a number of GiB with at most three decimals'],
    [
      { shape: 'flat', usedGb: 1, repeatSeconds: 5 },
      'repeatSeconds is not known here: there are shape, usedGb, jitter',
    ],
    [{ shape: 'linear', fromGb: 1, gbPerDay: 0 }, /^gbPerDay is a number of GiB, not 0/],
    [{ shape: 'linear', fromGb: 5, gbPerDay: 1, untilGb: 4 }, 'untilGb is 4: a line up from 5 never gets there'],
    [{ shape: 'daily', lowGb: 5, highGb: 4 }, 'lowGb is above highGb'],
    [
      { shape: 'sawtooth', lowGb: 1, highGb: 4, riseSeconds: 5, holdSeconds: 5, dropSeconds: 5, periodSeconds: 14 },
      'periodSeconds is 14: rise, hold and drop take 15 seconds',
    ],
  ])('%j', (input, message) => {
    expect(problemsOf(input)).toEqual([typeof message === 'string' ? message : expect.stringMatching(message)]);
  });

  test('with all that is wrong at once, each at its place', () => {
    const read = readCurve({ points: [{ afterSeconds: 1, usedGb: -1 }], jitter: 2 }, owner);
    expect('problems' in read && read.problems.map(({ path }) => path.join('.'))).toEqual([
      'jitter',
      'points.0.afterSeconds',
      'points.0.usedGb',
    ]);
  });
});
