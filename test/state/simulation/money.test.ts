import { describe, expect, test } from 'vitest';
import {
  create,
  historyAt,
  modify,
  pricedTypes,
  rowOf,
  savingsOf,
  utilizationOf,
} from '../../../src/state/simulation/index.ts';
import { gp3Prices, monthly, unitsPerMillionth, type VolumeType } from '../../../src/state/simulation/money/prices.ts';
import { begin, curveOf, day, hour, Life, ordinary } from './life.ts';

const dollars = (type: VolumeType, region: string, sizeGb: number, iops = 3000, throughput = 125) =>
  monthly(type, region, { sizeGb, iops, throughput }) / unitsPerMillionth / 1_000_000;

describe('a month', () => {
  test.each<[VolumeType, string, number, number, number, number]>([
    ['gp3', 'us-east-1', 1000, 3000, 125, 80],
    ['gp3', 'us-east-1', 1000, 2000, 100, 80],
    ['gp3', 'us-east-1', 1000, 12_000, 500, 140],
    ['gp3', 'eu-central-1', 1000, 4000, 225, 95.2 + 6 + 4.76],
    ['gp3', 'mars-north-1', 1000, 3000, 125, 80],
    ['gp2', 'us-east-1', 1000, 3000, 125, 100],
    ['gp2', 'eu-central-1', 1000, 3000, 125, 119],
    ['io1', 'us-east-1', 100, 2000, 125, 12.5 + 130],
    ['io2', 'us-east-1', 100, 32_000, 125, 12.5 + 2080],
    ['io2', 'us-east-1', 100, 64_000, 125, 12.5 + 2080 + 1472],
    ['io2', 'us-east-1', 100, 80_000, 125, 12.5 + 2080 + 1472 + 512],
    ['st1', 'us-east-1', 1000, 0, 0, 45],
    ['sc1', 'us-east-1', 1000, 0, 0, 15],
  ])('of %s in %s, %i GiB, %i IOPS, %i MiB/s', (type, region, sizeGb, iops, throughput, costs) => {
    expect(dollars(type, region, sizeGb, iops, throughput)).toBeCloseTo(costs, 6);
  });

  test('is whole in units, everywhere and for every type', () => {
    for (const region of Object.keys(gp3Prices)) {
      for (const type of pricedTypes) {
        const units = monthly(type, region, { sizeGb: 65_536, iops: 255_999, throughput: 1999 });
        expect([region, type, Number.isSafeInteger(units)]).toEqual([region, type, true]);
      }
    }
  });
});

/** So many hundred-millionths of a dollar. */
const total = (millionths: number) => (BigInt(millionths) * 80n * 2_592_000n).toString();
const of = (baseline: number, actual: number) =>
  savingsOf([{ until: { baseline: total(baseline), actual: total(actual) } }]);

describe('rounding', () => {
  test('is half up, to the cent, once for the sum', () => {
    expect(of(1_005_000, 1_004_999)).toMatchObject({ baseline: 1.01, actual: 1, saved: 0.01 });
    const half = { until: { baseline: total(5000), actual: '0' } };
    expect(savingsOf([half]).baseline).toBe(0.01);
    expect(savingsOf([half, half]).baseline).toBe(0.01);
    expect(savingsOf([half, half, half]).baseline).toBe(0.02);
  });

  test('of the percentage is from the exact sums, half up also below 0', () => {
    expect(of(1_000_000, 999_500).savedPercent).toBe(0.1);
    expect(of(1_000_000, 999_501).savedPercent).toBe(0);
    expect(of(1_000_000, 1_000_500).savedPercent).toBe(0);
    expect(of(1_000_000, 1_000_501).savedPercent).toBe(-0.1);
    expect(of(0, 0)).toEqual({ baseline: 0, actual: 0, saved: 0, savedPercent: null });
  });
});

describe('a period', () => {
  test('is the difference of two instants', () => {
    const life = Life.created(ordinary(curveOf({ shape: 'flat', usedGb: 300 }))).through(begin + 30 * day);
    const since = historyAt(life.history, life.state, begin + 15 * day)!;
    expect(savingsOf([{ until: rowOf(life.state, begin + 30 * day), since }])).toEqual({
      baseline: 40,
      actual: 16,
      saved: 24,
      savedPercent: 60,
    });
  });

  test('is billed by the second, with the sizes of that second', () => {
    const at = begin + 1;
    const life = Life.created(ordinary(null)).verb(at, (state) => modify(state, at, { logicalGb: 2000 }));
    life.through(begin + 3);
    // 1,000 GiB for one second, 2,000 for two.
    expect(rowOf(life.state, life.now).baseline).toBe(String(5000 * 80_000 * 80));
  });

  test('is exact where sums are beyond 2^53', () => {
    const life = Life.created(ordinary(null, { logicalGb: 65_536, region: 'sa-east-1' })).through(begin + 36_500 * day);
    const units = BigInt(65_536) * 152_000n * 80n * BigInt(36_500 * day);
    expect(units > 2n ** 53n).toBe(true);
    expect(rowOf(life.state, life.now).baseline).toBe(units.toString());
  });

  test('does not count an original of another type as gp3', () => {
    const { state } = create(begin, ordinary(null, { originalType: 'io2', iops: 4000 }));
    const row = rowOf(state, begin + 2_592_000);
    expect(savingsOf([{ until: row }])).toMatchObject({ baseline: 125 + 260, actual: 80 + 10 });
  });
});

test('utilization is of all that have a curve, weighted by their sizes', () => {
  const volumes = [
    { logicalGb: 1000, provisionedGb: 400, used: 300_000 },
    { logicalGb: 500, provisionedGb: 200, used: 60_000 },
    { logicalGb: 800, provisionedGb: 800, used: null },
  ];
  expect(utilizationOf(volumes)).toEqual({ before: 0.24, now: 0.6 });
  expect(utilizationOf([volumes[2]!])).toEqual({ before: null, now: null });
});

test('every hour of a month costs the same as the month', () => {
  const curve = curveOf({
    shape: 'sawtooth',
    lowGb: 400,
    highGb: 700,
    riseSeconds: 7200,
    holdSeconds: 7200,
    dropSeconds: 0,
    periodSeconds: day,
  });
  const life = Life.created(ordinary(curve)).through(begin + 30 * day);
  let [baseline, actual] = [0n, 0n];
  for (let at = begin; at < begin + 30 * day; at += hour) {
    const [since, until] = [historyAt(life.history, life.state, at)!, historyAt(life.history, life.state, at + hour)!];
    baseline += BigInt(until.baseline) - BigInt(since.baseline);
    actual += BigInt(until.actual) - BigInt(since.actual);
  }
  const whole = rowOf(life.state, begin + 30 * day);
  expect([String(baseline), String(actual)]).toEqual([whole.baseline, whole.actual]);
});
