import { describe, expect, test } from 'vitest';
import { deleteCurve, historyAt, keep, series, setCurve } from '../../../src/state/simulation/index.ts';
import { mostRows } from '../../../src/state/simulation/money/history.ts';
import { begin, curveOf, day, hour, Life, ordinary, rulesWith } from './life.ts';

const nightly = curveOf({
  shape: 'sawtooth',
  lowGb: 400,
  highGb: 700,
  riseSeconds: 2 * hour,
  holdSeconds: 2 * hour,
  dropSeconds: 0,
  periodSeconds: day,
});

describe('history', () => {
  test('of a year of nights has fewer than 5,000 rows', () => {
    const life = Life.created(ordinary(nightly)).through(begin + 365 * day);
    expect(life.history.rows.length).toBeGreaterThan(2000);
    expect(life.history.rows.length).toBeLessThan(5000);
  });

  test('that has too many rows gives up old ones, and the totals of those that stay are exact', () => {
    const curve = curveOf({
      shape: 'sawtooth',
      lowGb: 300,
      highGb: 900,
      riseSeconds: hour,
      holdSeconds: 60,
      dropSeconds: 0,
      periodSeconds: 3 * hour,
    });
    const rules = rulesWith({
      shrinkAfterSeconds: hour,
      coolDownSeconds: 0,
      copyMibPerSecond: 10_000,
      evaluateEverySeconds: 60,
    });
    const life = Life.created(ordinary(curve, { rules })).through(begin + 30 * day);
    const exact = new Map(life.history.rows.map((row) => [row.at, row]));
    expect(exact.size).toBeLessThan(mostRows);
    life.through(begin + 150 * day);
    const { rows } = life.history;
    expect(life.events.length).toBeGreaterThan(mostRows);
    expect(rows.length).toBeLessThanOrEqual(mostRows);
    const kept = rows.filter(({ at }) => exact.has(at));
    expect(kept.length).toBeGreaterThan(100);
    expect(kept.length).toBeLessThan(exact.size);
    for (const row of kept) expect(row).toEqual(exact.get(row.at));
    // The first of all is never given up, so that a volume's whole life can be asked about.
    expect(rows[0]).toEqual(exact.get(begin));
  });

  test('does not depend on who looked when', () => {
    const atOnce = Life.created(ordinary(nightly)).through(begin + 40 * day);
    const looked = Life.created(ordinary(nightly));
    for (let at = begin; at < begin + 40 * day; at += 7777) looked.through(at);
    looked.through(begin + 40 * day);
    expect(JSON.stringify(looked.history)).toBe(JSON.stringify(atOnce.history));
  });

  test('has one row for a second, and one curve, whatever is read again in between', () => {
    const life = Life.created(ordinary(nightly)).through(begin + hour);
    const again = JSON.parse(JSON.stringify(life.state));
    keep(life.history, again, begin + hour);
    keep(life.history, { ...again, curve: null }, begin + hour);
    const { rows, curves } = life.history;
    expect(rows.filter(({ at }) => at === begin + hour)).toMatchObject([{ used: null }]);
    expect(curves.map(({ at }) => at)).toEqual([begin, begin + hour]);
  });

  test('costs nothing in quiet years', () => {
    const life = Life.created(ordinary(curveOf({ shape: 'flat', usedGb: 700 }))).through(begin + 3650 * day);
    expect(life.history.rows).toHaveLength(1);
  });
});

describe('a point of the history', () => {
  const life = Life.created(ordinary(nightly)).through(begin + 2 * day);
  const at = (second: number) => historyAt(life.history, life.state, begin + second);

  test('has the use of its own second, and the sizes of the row before', () => {
    expect(at(600)).toMatchObject({ logicalGb: 1000, provisionedGb: 534, besideGb: 0, used: 425_000 });
    expect(at(16.5 * hour)).toMatchObject({ provisionedGb: 954, besideGb: 534, used: 400_000 });
    expect(at(-1)).toBeNull();
  });

  test('has the use of the curve that held then', () => {
    const changed = Life.created(ordinary(curveOf({ shape: 'flat', usedGb: 300 })))
      .verb(begin + day, (state, second) =>
        setCurve(state, second, curveOf({ shape: 'flat', usedGb: 310 }, 1000, second)),
      )
      .verb(begin + 2 * day, deleteCurve)
      .through(begin + 3 * day);
    const used = [0.5, 1, 1.5, 2, 2.5].map(
      (days) => historyAt(changed.history, changed.state, begin + days * day)?.used,
    );
    expect(used).toEqual([300_000, 310_000, 310_000, null, null]);
  });

  test('stands in a series, as many as are asked for, both ends included', () => {
    const points = series(life.history, life.state, begin, begin + day, 25);
    expect(points.map((row) => row.at - begin)).toEqual(Array.from({ length: 25 }, (_, index) => index * hour));
    expect(points[2]).toMatchObject({ used: 700_000 });
    expect(series(life.history, life.state, begin - day, begin + day, 3).map((row) => row.at)).toEqual([
      begin,
      begin + day,
    ]);
    expect(series(life.history, life.state, begin, begin + 1, 500)).toHaveLength(2);
  });
});
