import { hash } from 'node:crypto';
import { ceilOf, floorOf, type MilliGib, type Second } from '../exact.ts';

/**
 * How much of a volume is used, by time: points with straight lines between them. Every question is answered from the
 * points that it concerns, never second by second.
 */
export interface Curve {
  /** The second that its points count from. */
  readonly begin: Second;
  /** Seconds after the begin: the first is 0, none is before its predecessor; of two at one second the later counts. */
  readonly at: readonly number[];
  /** What is used at each of them. */
  readonly used: readonly MilliGib[];
  /** After how many seconds the first point comes again, not before the last point; null where it never does. */
  readonly repeat: number | null;
  /** By how much, in thousandths, a point may be off: 0 to 500. */
  readonly jitter: number;
  /** What jitter follows from: `seed/volumeId`. */
  readonly key: string;
}

/**
 * How far a point is off, in thousandths of the jitter: -1,000 to 1,000 [A].
 *
 * @param key `seed/volumeId`
 */
export function jitterOf(key: string, repetition: number, point: number): number {
  const digest = hash('sha256', `${key}/${repetition}/${point}`, 'hex');
  return (Number.parseInt(digest.slice(0, 8), 16) % 2001) - 1000;
}

/** Points after jitter, by repetition: most questions concern the same time as those before. */
const jittered = new WeakMap<Curve, Map<number, readonly MilliGib[]>>();
/** How many points of a curve are remembered at most; more where two repetitions have more. */
const mostJittered = 4096;

/** The points of a repetition, as they are after jitter. */
function pointsOf(curve: Curve, repetition: number): readonly MilliGib[] {
  if (curve.jitter === 0) return curve.used;
  const known = jittered.get(curve) ?? new Map<number, readonly MilliGib[]>();
  jittered.set(curve, known);
  let points = known.get(repetition);
  if (!points) {
    points = curve.used.map((used, point) => {
      // A last point at the repetition's end is where the next begins.
      const next = point > 0 && curve.at[point] === curve.repeat;
      const off =
        curve.jitter * (next ? jitterOf(curve.key, repetition + 1, 0) : jitterOf(curve.key, repetition, point));
      return floorOf(used, 1_000_000 + off, 1_000_000);
    });
    const most = Math.max(2, mostJittered / points.length);
    if (known.size >= most) known.delete(known.keys().next().value as number);
    known.set(repetition, points);
  }
  return points;
}

/** The last point that is at or before so many seconds after the begin of a repetition. */
function pointAt(at: readonly number[], seconds: number): number {
  let [low, high] = [0, at.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((at[middle] as number) <= seconds) low = middle;
    else high = middle - 1;
  }
  return low;
}

/**
 * Looks at a piece of a line, which has the value u + floor(rise × t / run) at its second t.
 *
 * @param from the first and @param through the last second that it is asked about
 * @returns the second that was looked for, or -1 to go on
 */
type Look = (u: MilliGib, rise: number, run: number, from: number, through: number) => number;

/** Looks at all pieces between two seconds, both included, in the order of time or against it. */
function walk(curve: Curve, from: Second, through: Second, forward: boolean, look: Look): Second | null {
  const { begin, at, repeat } = curve;
  const start = Math.max(begin, forward ? from : through);
  let repetition = repeat === null ? 0 : Math.floor((start - begin) / repeat);
  let base = begin + repetition * (repeat ?? 0);
  let point = pointAt(at, start - base);
  while (repetition >= 0) {
    const used = pointsOf(curve, repetition);
    for (; point >= 0 && point < at.length; point += forward ? 1 : -1) {
      const first = base + (at[point] as number);
      const last = point + 1 === at.length;
      const end = !last ? base + (at[point + 1] as number) : repeat === null ? Number.POSITIVE_INFINITY : base + repeat;
      if (forward ? first > through : end <= from) return null;
      const a = Math.max(from, first) - first;
      const b = Math.min(through, end - 1) - first;
      if (a > b) continue;
      const u = used[point] as number;
      const found = last ? look(u, 0, 1, a, b) : look(u, (used[point + 1] as number) - u, end - first, a, b);
      if (found !== -1) return first + found;
    }
    if (repeat === null) return null;
    repetition += forward ? 1 : -1;
    base += forward ? repeat : -repeat;
    point = forward ? 0 : at.length - 1;
  }
  return null;
}

interface Limits {
  lowest: MilliGib;
  highest: MilliGib;
}

const limits = new WeakMap<Curve, Limits>();

/** Between which values a curve is for ever: without jitter it comes to both, with jitter it may not. */
function limitsOf(curve: Curve): Limits {
  let found = limits.get(curve);
  if (!found) {
    found = curve.jitter === 0 ? extremesOf(curve) : boundsOf(curve);
    limits.set(curve, found);
  }
  return found;
}

/** A point of a jump may never be come to, so it is not enough to look at points. */
function extremesOf(curve: Curve): Limits {
  const found = { lowest: Number.POSITIVE_INFINITY, highest: 0 };
  const through = curve.repeat === null ? (curve.at.at(-1) as number) : curve.repeat - 1;
  walk(curve, curve.begin, curve.begin + through, true, (u, rise, run, a, b) => {
    const [one, other] = [u + floorOf(rise, a, run), u + floorOf(rise, b, run)];
    found.lowest = Math.min(found.lowest, one, other);
    found.highest = Math.max(found.highest, one, other);
    return -1;
  });
  return found;
}

function boundsOf({ used, jitter }: Curve): Limits {
  const [lowest, highest] = used.reduce(
    ([low, high], each) => [Math.min(low, each), Math.max(high, each)],
    [Number.POSITIVE_INFINITY, 0],
  );
  return { lowest: floorOf(lowest, 1000 - jitter, 1000), highest: floorOf(highest, 1000 + jitter, 1000) };
}

/** What the curve says at a second, from its begin on. */
export function valueAt(curve: Curve, second: Second): MilliGib {
  let value = 0;
  walk(curve, second, second, true, (u, rise, run, t) => {
    value = u + floorOf(rise, t, run);
    return t;
  });
  return value;
}

/** The largest value between two seconds, both included; 0 where there is no second between them. */
export function largest(curve: Curve, from: Second, through: Second): MilliGib {
  if (from > through) return 0;
  const { highest } = limitsOf(curve);
  if (curve.jitter === 0 && curve.repeat !== null && through - from >= curve.repeat) return highest;
  let most = 0;
  walk(curve, from, through, true, (u, rise, run, a, b) => {
    most = Math.max(most, u + floorOf(rise, rise > 0 ? b : a, run));
    return most === highest ? a : -1;
  });
  return most;
}

/** The first second between two at which the curve is at or above a value, or null. */
export function nextAtOrAbove(curve: Curve, value: MilliGib, from: Second, through: Second): Second | null {
  if (limitsOf(curve).highest < value) return null;
  return walk(curve, from, through, true, (u, rise, run, a, b) => {
    const t = rise > 0 ? Math.max(a, ceilOf(value - u, run, rise)) : u + floorOf(rise, a, run) >= value ? a : b + 1;
    return t <= b ? t : -1;
  });
}

/** The first second between two at which the curve is at or below a value, or null. */
export function nextAtOrBelow(curve: Curve, value: MilliGib, from: Second, through: Second): Second | null {
  if (limitsOf(curve).lowest > value) return null;
  return walk(curve, from, through, true, (u, rise, run, a, b) => {
    // Values are cut down, so that a falling line is there a second after it has come to less than one above.
    const falling = () => Math.max(a, floorOf(u - value - 1, run, -rise) + 1);
    const t = rise < 0 ? falling() : u + floorOf(rise, a, run) <= value ? a : b + 1;
    return t <= b ? t : -1;
  });
}

/** The last second between two at which the curve is at or above a value, or null. */
export function lastAtOrAbove(curve: Curve, value: MilliGib, from: Second, through: Second): Second | null {
  if (limitsOf(curve).highest < value) return null;
  return walk(curve, from, through, false, (u, rise, run, a, b) => {
    const t = rise < 0 ? Math.min(b, floorOf(u - value, run, -rise)) : u + floorOf(rise, b, run) >= value ? b : a - 1;
    return t >= a ? t : -1;
  });
}
