import { floorOf, type MilliGib, type Second } from '../exact.ts';
import { type Curve, valueAt } from '../use/curve.ts';
import { besideGb, holdOf, provisionedGb, usedAt, type VolumeState } from '../volume.ts';
import { spentBefore, type Totals } from './money.ts';

/** What holds from a second on, and what had been spent before it. */
export interface HistoryRow extends Totals {
  at: Second;
  logicalGb: number;
  provisionedGb: number;
  /** Billed besides, while something is copied. */
  besideGb: number;
  /** What was used at that second, in thousandths of a GiB; null without a curve. */
  used: MilliGib | null;
  /** The most that can be used, in thousandths of a GiB. */
  hold: MilliGib;
}

/** All that is kept of one volume's past. Rows are written when something changes, so nobody's look adds any. */
export interface History {
  /** In the order of time, no two at one second. */
  readonly rows: HistoryRow[];
  /** The curve that held from a second on: use between two rows is worked out by it. */
  readonly curves: { at: Second; curve: Curve | null }[];
}

export const emptyHistory = (): History => ({ rows: [], curves: [] });

/** How many rows are kept at most. Of the older half, only so many stay that are spread evenly over its time. */
export const mostRows = 4096;
const mostOldRows = mostRows / 4;
/** Of an older time than so many curves reach, use is known at its rows only. */
const mostCurves = 20;

export const rowOf = (state: VolumeState, at: Second): HistoryRow => {
  const { baseline, actual } = spentBefore(state, at);
  return {
    at,
    logicalGb: state.phase === 'ended' ? 0 : state.logical.logicalGb,
    provisionedGb: provisionedGb(state),
    besideGb: besideGb(state),
    used: usedAt(state, at),
    hold: state.phase === 'ended' ? 0 : holdOf(state),
    baseline,
    actual,
  };
};

/**
 * Keeps what holds after a change. Of two at one second the later counts. The totals of the rows that stay are exact,
 * whichever have gone.
 */
export function keep({ rows, curves }: History, state: VolumeState, at: Second): void {
  if (rows.at(-1)?.at === at) rows.pop();
  rows.push(rowOf(state, at));
  if (rows.length > mostRows) rows.unshift(...thinned(rows.splice(0, mostRows / 2)));
  const held = curves.at(-1);
  // No two curves of a volume begin at one second.
  if (held && held.curve?.begin === state.curve?.begin) held.curve = state.curve;
  else curves.push({ at, curve: state.curve });
  if (curves.length > mostCurves) curves.shift();
}

/** The first row of each of many equal stretches of time. */
function thinned(rows: readonly HistoryRow[]): HistoryRow[] {
  const [first, last] = [rows.at(0)?.at ?? 0, rows.at(-1)?.at ?? 0];
  const stretchOf = (row?: HistoryRow) => row && floorOf(row.at - first, mostOldRows, last - first + 1);
  return rows.filter((row, index) => stretchOf(row) !== stretchOf(rows[index - 1]));
}

/** The last of a sorted list that is at or before a second. */
function lastAt<T extends { at: Second }>(list: readonly T[], second: Second): number {
  let [low, high] = [-1, list.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((list[middle] as T).at <= second) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** What a volume is like at a second: a row, where there was none, is worked out from its neighbours. */
export function historyAt(history: History, state: VolumeState, second: Second): HistoryRow | null {
  const { rows, curves } = history;
  const index = lastAt(rows, second);
  const row = rows[index];
  if (!row || row.at === second) return row ?? null;
  const next = rows[index + 1];
  const totals = next ? between(row, next, second) : spentBefore(state, second);
  const known = curves[lastAt(curves, second)];
  const used = known ? known.curve && Math.min(valueAt(known.curve, second), row.hold) : row.used;
  return {
    ...row,
    at: second,
    used: row.hold === 0 ? row.used : used,
    baseline: totals.baseline,
    actual: totals.actual,
  };
}

/** Between two rows money is spent evenly: exactly so unless rows between them were given up. */
function between(row: HistoryRow, next: HistoryRow, second: Second): Totals {
  const [part, whole] = [BigInt(second - row.at), BigInt(next.at - row.at)];
  const share = (from: string, to: string) => (BigInt(from) + ((BigInt(to) - BigInt(from)) * part) / whole).toString();
  return { baseline: share(row.baseline, next.baseline), actual: share(row.actual, next.actual) };
}

/** Points for a plot: `count` of them from one second to another, both included; none before the volume's begin. */
export function series(
  history: History,
  state: VolumeState,
  since: Second,
  until: Second,
  count: number,
): HistoryRow[] {
  const steps = Math.max(1, Math.min(count - 1, until - since));
  const points = Array.from({ length: steps + 1 }, (_, step) => since + floorOf(until - since, step, steps));
  return points.flatMap((second) => historyAt(history, state, second) ?? []);
}
