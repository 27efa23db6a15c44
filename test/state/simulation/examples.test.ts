import { expect, test } from 'vitest';
import { activate, deactivate, setCurve } from '../../../src/state/simulation/index.ts';
import { begin, curveOf, day, hour, Life, minute, ordinary, rulesWith } from './life.ts';

// Lives that were worked out by hand, to the tick and to the cent.

const steady = { shape: 'linear', fromGb: 300, gbPerDay: 5, untilGb: 600 };

test('steady growth, with the curve from the begin', () => {
  const life = Life.created(ordinary(curveOf(steady))).through(begin + 60 * day);
  expect(life.history.rows[0]?.provisionedGb).toBe(400);
  expect(life.told()).toEqual([
    '4d 00:00 grew 440',
    '10d 09:40 grew 484',
    '17d 10:35 grew 534',
    '25d 10:35 grew 588',
    '34d 02:00 grew 648',
    '43d 16:20 grew 714',
    '54d 05:50 grew 786',
  ]);
  expect(life.savings()).toEqual({ baseline: 160, actual: 94.57, saved: 65.43, savedPercent: 40.9 });
});

test('steady growth, with the curve given later', () => {
  const life = Life.created(ordinary(null))
    .verb(begin, (state, at) => setCurve(state, at, curveOf(steady)))
    .through(begin + 60 * day);
  expect(life.told()).toEqual([
    '0d 12:00 shrink-begun 404',
    '0d 12:45 shrunk 404',
    '4d 15:25 grew 446',
    '11d 08:40 grew 492',
    '18d 17:20 grew 542',
    '26d 17:20 grew 598',
    '35d 16:20 grew 658',
    '45d 06:45 grew 724',
    '55d 20:10 grew 798',
  ]);
  expect(life.savings()).toEqual({ baseline: 160, actual: 95.46, saved: 64.54, savedPercent: 40.3 });
});

test('a clean-up', () => {
  const curve = curveOf({ shape: 'step', fromGb: 700, toGb: 200, atSeconds: 10 * day });
  const life = Life.created(ordinary(curve)).through(begin + 30 * day);
  expect(life.history.rows[0]?.provisionedGb).toBe(934);
  expect(life.told()).toEqual(['10d 12:00 shrink-begun 268', '10d 12:30 shrunk 268']);
  expect(life.savings()).toEqual({ baseline: 80, actual: 40.14, saved: 39.86, savedPercent: 49.8 });
});

const nightly = (lowGb: number, highGb: number) => ({
  shape: 'sawtooth',
  lowGb,
  highGb,
  riseSeconds: 2 * hour,
  holdSeconds: 2 * hour,
  dropSeconds: 0,
  periodSeconds: day,
});

test('a nightly load', () => {
  const life = Life.created(ordinary(curveOf(nightly(400, 700)))).through(begin + 14 * day);
  expect(life.history.rows[0]?.provisionedGb).toBe(534);
  const night = [
    '00:15 grew 588',
    '00:30 grew 648',
    '00:50 grew 714',
    '01:10 grew 786',
    '01:35 pair-added 866',
    '02:00 grew 954',
    '16:00 shrink-begun 534',
    '16:55 shrunk 534',
  ];
  expect(life.told()).toEqual(Array.from({ length: 14 }, (_, at) => night.map((each) => `${at}d ${each}`)).flat());
  expect(life.savings()).toEqual({ baseline: 37.33, actual: 30.99, saved: 6.34, savedPercent: 17 });
});

test('a nightly load, with more patience before a shrink', () => {
  const rules = rulesWith({ shrinkAfterSeconds: day });
  const life = Life.created(ordinary(curveOf(nightly(400, 700)), { rules })).through(begin + 14 * day);
  expect(life.events).toHaveLength(6);
  expect(life.savings()).toMatchObject({ actual: 35.56, savedPercent: 4.7 });
});

test('a nightly load on a large volume: a shrink that comes too late is not tried again', () => {
  const curve = curveOf(nightly(5000, 7400), 10_000);
  const life = Life.created(ordinary(curve, { logicalGb: 10_000 })).through(begin + 14 * day);
  expect(life.history.rows[0]?.provisionedGb).toBe(6668);
  expect(life.told()).toEqual([
    '0d 00:20 grew 7336',
    '0d 00:45 grew 8070',
    '0d 01:15 grew 8878',
    '0d 01:50 grew 9766',
    '0d 16:00 shrink-begun 6668',
    '1d 00:20 shrink-cancelled 6668',
  ]);
  expect(life.state.backOff).toBe(1);
  expect(life.savings()).toEqual({ baseline: 373.33, actual: 370.39, saved: 2.94, savedPercent: 0.8 });
});

test('a migration: the limit of four modifications shows', () => {
  const points = [
    { afterSeconds: 0, usedGb: 200 },
    { afterSeconds: day, usedGb: 200 },
    { afterSeconds: day + 35 * hour, usedGb: 900 },
  ];
  const life = Life.created(ordinary(curveOf({ points }))).through(begin + 10 * day);
  expect(life.history.rows[0]?.provisionedGb).toBe(268);
  expect(life.told()).toEqual([
    '1d 00:45 grew 296',
    '1d 01:55 grew 326',
    '1d 03:05 grew 360',
    '1d 04:25 grew 396',
    '1d 05:55 pair-added 436',
    '1d 07:30 grew 480',
    '1d 09:15 grew 528',
    '1d 11:10 grew 582',
    '1d 13:20 grew 642',
    '1d 15:45 pair-added 708',
    '1d 18:20 grew 780',
    '1d 21:15 grew 858',
    '2d 00:20 grew 944',
    '2d 03:50 grew 1000',
  ]);
  expect(life.savings()).toEqual({ baseline: 26.67, actual: 23.56, saved: 3.11, savedPercent: 11.7 });
});

test('a volume that fills up', () => {
  const curve = curveOf({ shape: 'linear', fromGb: 300, gbPerDay: 10, untilGb: 490 }, 500);
  const life = Life.created(ordinary(curve, { logicalGb: 500 })).through(begin + 30 * day);
  expect(life.history.rows[0]?.provisionedGb).toBe(400);
  expect(life.told()).toEqual(['2d 00:00 grew 440', '5d 04:50 grew 484', '8d 17:20 grew 500']);
  expect(life.savings()).toEqual({ baseline: 40, actual: 38.8, saved: 1.2, savedPercent: 3 });
});

test('a jump: pressure until the members have caught up', () => {
  const curve = curveOf({ shape: 'step', fromGb: 100, toGb: 900, atSeconds: day });
  const life = Life.created(ordinary(curve)).through(begin + 10 * day);
  expect(life.history.rows[0]?.provisionedGb).toBe(134);
  expect(life.told()).toEqual([
    '1d 00:00 pressure 134',
    '1d 00:00 grew 180',
    '1d 00:05 pair-added 240',
    '1d 00:10 grew 320',
    '1d 00:15 pair-added 428',
    '1d 00:20 grew 572',
    '1d 00:25 pair-added 764',
    '1d 00:30 grew 1000',
  ]);
  expect(life.savings()).toEqual({ baseline: 26.67, actual: 24.32, saved: 2.35, savedPercent: 8.8 });
});

test('a spike between two ticks is seen', () => {
  const points = [57, 58, 59].map((at, index) => ({ afterSeconds: at * minute, usedGb: index === 1 ? 300 : 200 }));
  const curve = curveOf({ points: [{ afterSeconds: 0, usedGb: 200 }, ...points], repeatSeconds: hour });
  const life = Life.created(ordinary(curve)).through(begin + 10 * day);
  expect(life.history.rows[0]?.provisionedGb).toBe(268);
  expect(life.told()).toEqual(['0d 01:00 pressure 268', '0d 01:00 grew 358', '0d 02:00 grew 400']);
  expect(life.savings()).toEqual({ baseline: 26.67, actual: 10.65, saved: 16.02, savedPercent: 60.1 });
});

test('an activation and a deactivation', () => {
  const at = begin + 5 * day + minute;
  const curve = curveOf({ shape: 'flat', usedGb: 300 });
  const life = new Life(activate(at, ordinary(curve)), at).verb(at + 10 * day, deactivate).through(begin + 30 * day);
  expect(life.events.map((event) => [event.at - begin, event.kind, event.fromGb, event.toGb])).toEqual([
    [5 * day + 45 * minute, 'activated', 1000, 400],
    [15 * day + 45 * minute, 'deactivated', 400, 1000],
  ]);
  expect(life.savings()).toEqual({ baseline: 26.75, actual: 10.86, saved: 15.89, savedPercent: 59.4 });
});

test('a daily curve in another region: a shrink that does not pay is not repeated', () => {
  const curve = curveOf({ shape: 'daily', lowGb: 200, highGb: 500 });
  const life = Life.created(ordinary(curve, { region: 'eu-central-1' })).through(begin + 30 * day);
  expect(life.history.rows[0]?.provisionedGb).toBe(268);
  expect(life.told()).toEqual([
    '0d 01:40 grew 296',
    '0d 02:45 grew 326',
    '0d 03:35 grew 360',
    '0d 04:25 grew 396',
    '0d 05:10 pair-added 436',
    '0d 06:00 grew 480',
    '0d 06:55 grew 528',
    '0d 08:00 grew 582',
    '0d 09:25 grew 642',
    '1d 05:10 shrink-begun 510',
    '1d 05:55 shrunk 510',
    '1d 07:35 grew 562',
    '1d 08:50 grew 620',
    '1d 11:15 grew 682',
  ]);
  expect(life.state.backOff).toBe(1);
  expect(life.savings()).toEqual({ baseline: 95.2, actual: 64.45, saved: 30.75, savedPercent: 32.3 });
});

test('many IOPS: a pair pays them twice, an array shares them', () => {
  const stated = { iops: 12_000, throughput: 500 };
  const curve = curveOf({ shape: 'flat', usedGb: 300 });
  const pair = Life.created(ordinary(curve, stated)).through(begin + 30 * day);
  expect(pair.history.rows[0]?.provisionedGb).toBe(400);
  expect(pair.savings()).toEqual({ baseline: 140, actual: 152, saved: -12, savedPercent: -8.6 });
  const array = Life.created(ordinary(curve, { ...stated, members: 4, mode: 'autoscaling_performance' }));
  array.through(begin + 30 * day);
  expect(array.savings()).toMatchObject({ actual: 32, savedPercent: 77.1 });
});

// What the model's limits were said to be: how long a copy of very large volumes takes, and when it has paid.
test.each([
  { from: 16_000, to: 12_800, hours: 22, days: 3.6 },
  { from: 60_000, to: 48_000, hours: 82, days: 13.7 },
])('a shrink from $from to $to GiB', ({ from, to, hours, days }) => {
  const curve = curveOf({ shape: 'flat', usedGb: from * 0.6 }, from);
  const life = Life.created(ordinary(null, { logicalGb: from }))
    .verb(begin, (state, at) => setCurve(state, at, curve))
    .through(begin + 5 * day);
  expect(life.told().slice(0, 1)).toEqual([`0d 12:00 shrink-begun ${to}`]);
  const [begun, shrunk] = life.events;
  expect(Math.round((shrunk!.at - begun!.at) / hour)).toBe(hours);
  expect(Math.round(((life.state.paysAt! - shrunk!.at) / day) * 10) / 10).toBe(days);
});
