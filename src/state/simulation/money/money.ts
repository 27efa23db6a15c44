import type { Second } from '../exact.ts';
import { performanceOf } from '../members.ts';
import type { Logical, VolumeState } from '../volume.ts';
import { monthly, unitsPerMillionth } from './prices.ts';

/**
 * What a volume costs, and what it would cost without Datafy [A]. Sums are in units: a unit is an eightieth of a
 * millionth of a dollar a month, for one second. They are whole and exact, as decimal strings where they are kept, and
 * only what a person reads is rounded. Datafy's own fee is not known, and left out.
 */
export interface Totals {
  /** An ordinary volume of the original's type. */
  readonly baseline: string;
  /** The members, and what stands beside them during a copy. */
  readonly actual: string;
}

/** Units per second, now. */
function ratesOf(state: VolumeState): { baseline: number; actual: number } {
  const { region, originalType, phase, logical, original, sets, copy, members } = state;
  if (phase === 'ended') return { baseline: 0, actual: 0 };
  const ordinary = ({ logicalGb, iops, throughput }: Logical, type = originalType) =>
    monthly(type, region, { sizeGb: logicalGb, iops, throughput });
  let actual = (original ? ordinary(original) : 0) + (phase === 'deactivating' ? ordinary(logical, 'gp3') : 0);
  for (const { memberGb, stated } of copy?.set ? [...sets, copy.set] : sets) {
    actual += members * monthly('gp3', region, { sizeGb: memberGb, ...performanceOf(members, logical, stated) });
  }
  return { baseline: ordinary(logical), actual };
}

const after = (units: string, rate: number, seconds: number): string =>
  (BigInt(units) + BigInt(rate) * BigInt(seconds)).toString();

/** What has been spent before a second, from the last change on. */
export function spentBefore(state: VolumeState, second: Second): Totals {
  const { spent } = state;
  const seconds = second - spent.before;
  if (seconds === 0) return { baseline: spent.baseline, actual: spent.actual };
  const { baseline, actual } = ratesOf(state);
  return { baseline: after(spent.baseline, baseline, seconds), actual: after(spent.actual, actual, seconds) };
}

/** The state with all that was spent before a second: asked for ahead of every change that costs or saves. */
export const settle = (state: VolumeState, before: Second): VolumeState =>
  state.spent.before === before ? state : { ...state, spent: { before, ...spentBefore(state, before) } };

/** What was spent in a period, for people. */
export interface Savings {
  /** Dollars, to the cent. */
  baseline: number;
  actual: number;
  /** The difference of the two above; below 0 where Datafy costs more than it saves. */
  saved: number;
  /** To one decimal; null where there is nothing to compare with. */
  savedPercent: number | null;
}

const month = 2_592_000;
const unitsPerCent = BigInt(unitsPerMillionth) * 10_000n * BigInt(month);

/** The whole number nearest to a / b, for a positive b; halves go up. */
function nearest(a: bigint, b: bigint): number {
  const [top, bottom] = [2n * a + b, 2n * b];
  const quotient = top / bottom;
  return Number(top < 0n && quotient * bottom !== top ? quotient - 1n : quotient);
}

/** The savings of some volumes in a period: what each had spent at its end, and at its begin. */
export function savingsOf(volumes: Iterable<{ until: Totals; since?: Totals }>): Savings {
  let [baseline, actual] = [0n, 0n];
  for (const { until, since } of volumes) {
    baseline += BigInt(until.baseline) - BigInt(since?.baseline ?? 0);
    actual += BigInt(until.actual) - BigInt(since?.actual ?? 0);
  }
  const [before, now] = [nearest(baseline, unitsPerCent), nearest(actual, unitsPerCent)];
  return {
    baseline: before / 100,
    actual: now / 100,
    saved: (before - now) / 100,
    savedPercent: baseline === 0n ? null : nearest((baseline - actual) * 1000n, baseline) / 10,
  };
}

/** How much of their space some volumes use: without Datafy, and with it; null where there is none. */
export function utilizationOf(volumes: Iterable<{ logicalGb: number; provisionedGb: number; used: number | null }>): {
  before: number | null;
  now: number | null;
} {
  let [logical, provisioned, used] = [0, 0, 0];
  for (const volume of volumes) {
    if (volume.used === null) continue;
    logical += volume.logicalGb;
    provisioned += volume.provisionedGb;
    used += volume.used;
  }
  const share = (gb: number) => (gb === 0 ? null : nearest(BigInt(used), BigInt(gb)) / 1000);
  return { before: share(logical), now: share(provisioned) };
}
