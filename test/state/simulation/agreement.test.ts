import fc from 'fast-check';
import { expect, test } from 'vitest';
import { largestGb, type Outcome, provisionedGb } from '../../../src/state/simulation/index.ts';
import { sized } from '../../deep/size.ts';
import { live, summary } from './model.ts';
import { curveAt, type Kept, live as loop, spent, type Told } from './oracle.ts';
import { scripts } from './scripts.ts';

// The model skips from one thing that happens to the next. It has to come to the same as the loop that skips nothing,
// whoever looks in between.

/** In the order of the loop, which goes second by second: within one, the ticks come by volume, and then the verbs. */
const inOrder = (told: readonly Told[]): Told[] =>
  told
    .map((event, index) => ({ event, index }))
    .sort((a, b) => a.event.at - b.event.at || a.index - b.index)
    .map(({ event }) => event);

const ofLoop = (v: Kept) => ({
  id: v.id,
  phase: v.phase,
  provisionedGb: v.sets.reduce((sum, { gb }) => sum + v.made.members * gb, 0),
  sets: v.sets.map(({ gb, stated, begun }) => ({ memberGb: gb, stated, modified: begun.slice(-4) })),
  copy: v.copy && { kind: v.copy.kind, begun: v.copy.begun, memberGb: v.copy.set?.gb ?? null },
  backOff: v.k,
  pressed: v.pressure,
  delayed: v.delayed,
  spent: spent(v),
});

test('random lives come to the same as in the loop over all ticks and seconds', {
  timeout: sized(300_000, 7_200_000),
}, () => {
  const kinds = new Set<string>();
  fc.assert(
    fc.property(scripts, (script) => {
      const byLoop = loop(script);
      const byModel = live(script);
      expect(inOrder(byModel.told)).toEqual(byLoop.told);
      expect(byModel.volumes.map((state) => summary(state, script.to))).toEqual(byLoop.volumes.map(ofLoop));
      for (const { kind } of byLoop.told) kinds.add(kind);
    }),
    { numRuns: sized(120, 3000), seed: 11 },
  );
  // Lives in which nothing happens would agree, too.
  expect([...kinds].sort()).toEqual([
    'activated',
    'deactivated',
    'grew',
    'grow-delayed',
    'pair-added',
    'pressure',
    'shrink-begun',
    'shrink-cancelled',
    'shrunk',
  ]);
});

const stops = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 1000 });

test('random lives come to the same at once and in random steps, written down and read again at each', () => {
  fc.assert(
    fc.property(scripts, stops, (script, shares) => {
      const looks = shares.map((share) => script.from + Math.floor(share * (script.to - script.from)));
      const [atOnce, inSteps] = [live(script), live(script, looks)];
      expect(JSON.stringify(inSteps.volumes)).toBe(JSON.stringify(atOnce.volumes));
      expect(inOrder(inSteps.told)).toEqual(inOrder(atOnce.told));
    }),
    { numRuns: sized(100, 10_000), seed: 12 },
  );
});

test('in random lives nothing comes of a tick that is not named as the next', () => {
  fc.assert(
    fc.property(scripts, (script) => {
      const [named, all] = [live(script), live(script, [], undefined, true)];
      expect(inOrder(all.told)).toEqual(inOrder(named.told));
      const ends = [all, named].map(({ volumes }) => volumes.map((state) => summary(state, script.to)));
      expect(ends[0]).toEqual(ends[1]);
    }),
    { numRuns: sized(100, 5000), seed: 15 },
  );
});

test('in random lives no member shrinks, and no rule provides more than the largest', () => {
  const check = ({ state, events, tasks }: Outcome) => {
    for (const task of tasks) {
      if (task.do === 'grow-set') expect(task.toGb).toBeGreaterThan(task.fromGb);
    }
    for (const { kind, fromGb, toGb } of events) {
      if (kind === 'grew' || kind === 'pair-added') {
        expect(toGb).toBeGreaterThan(fromGb);
        expect(provisionedGb(state)).toBe(toGb);
        expect(toGb).toBeLessThanOrEqual(largestGb(state));
      }
      if (kind === 'shrink-begun' || kind === 'shrunk') {
        expect(toGb).toBeLessThanOrEqual(fromGb - (kind === 'shrunk' ? 1 : state.rules.minShrinkGb));
      }
    }
  };
  fc.assert(
    fc.property(scripts, (script) => {
      live(script, [], check);
    }),
    { numRuns: sized(200, 10_000), seed: 13 },
  );
});

test('in random lives there is never more to store than there is space for, or pressure says so at the next tick', () => {
  let full = 0;
  const spaceOf = (v: Kept) => {
    const provisioned = v.sets.reduce((sum, { gb }) => sum + v.made.members * gb, 0);
    return 1000 * (v.phase === 'activating' ? v.original : Math.min(v.L, provisioned));
  };
  fc.assert(
    fc.property(scripts, (script) => {
      // Without other settings a second is a tick by what it is alone.
      const steady = { ...script, steps: script.steps.filter(({ verb }) => verb !== 'settings') };
      const told = live(steady).told.filter(({ kind }) => kind === 'pressure');
      const says = new Set(told.map(({ volumeId, at }) => `${volumeId} ${at}`));
      const marks = new Map<string, { over: boolean; told: boolean }>();
      loop(steady, (v, t) => {
        const mark = marks.get(v.id) ?? { over: false, told: false };
        marks.set(v.id, mark);
        if (!v.curve || v.phase === 'ended') {
          Object.assign(mark, { over: false, told: false });
          return;
        }
        const over = curveAt(v.curve, v.id, v.curveBegin, t) > spaceOf(v);
        if (t % v.s.every !== 0) {
          mark.over ||= over;
          return;
        }
        const now = says.has(`${v.id} ${t}`);
        if (mark.over) {
          full++;
          expect([v.id, t, now || mark.told]).toEqual([v.id, t, true]);
        }
        mark.told = (mark.told || now) && over;
        mark.over = false;
      });
    }),
    { numRuns: sized(10, 300), seed: 14 },
  );
  expect(full).toBeGreaterThan(0);
});
