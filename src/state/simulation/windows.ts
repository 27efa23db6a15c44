import type { MilliGib, Second } from './exact.ts';
import { lowThrough } from './members.ts';
import { largest, lastAtOrAbove, nextAtOrAbove, nextAtOrBelow, valueAt } from './use/curve.ts';
import { holdOf, tickBefore, tickFrom, type VolumeState } from './volume.ts';

/**
 * The use that the rules see. The window of a tick is the seconds after the tick before, through the tick. What was
 * used in a window is worked out when somebody asks; a state keeps only what was seen of the window that is open, since
 * the curve, or the space for it, may change within.
 */

/** The largest use between two seconds, both included. */
const largestUse = (state: VolumeState, from: Second, through: Second): MilliGib =>
  state.curve === null || from > through ? 0 : Math.min(largest(state.curve, from, through), holdOf(state));

/** The first second of the window of a tick that has not been looked at. */
function unseenFrom({ seen, rules }: VolumeState, tick: Second): Second {
  return Math.max(seen.through, tick - rules.evaluateEverySeconds) + 1;
}

/** Whether something was seen of the window of this tick. */
const isOpen = (state: VolumeState, tick: Second): boolean => tick === tickFrom(state.seen.through + 1, state.rules);

/** What the rules see at a tick: the largest use of its window, and whether there was more than there was space for. */
export function windowAt(state: VolumeState, tick: Second): { largest: MilliGib; full: boolean } {
  if (state.curve === null) return { largest: 0, full: false };
  const curve = largest(state.curve, unseenFrom(state, tick), tick);
  const hold = holdOf(state);
  const before = isOpen(state, tick) ? state.seen : { largest: 0, full: false };
  return { largest: Math.max(before.largest, Math.min(curve, hold)), full: before.full || curve > hold };
}

/** The state as it is when all seconds through one have been looked at, while nothing changed. */
export function lookThrough(state: VolumeState, through: Second): VolumeState {
  const { seen, rules, curve } = state;
  if (through <= seen.through) return state;
  if (curve === null) return { ...state, seen: { through, largest: 0, full: false } };
  const lastTick = tickBefore(through, rules);
  const run = runThrough(state, through, lastTick);
  const open = lastTick > seen.through ? { largest: 0, full: false } : seen;
  const from = Math.max(seen.through, lastTick) + 1;
  if (from > through) return { ...state, run, seen: { ...open, through } };
  const most = largest(curve, from, through);
  const hold = holdOf(state);
  return {
    ...state,
    run,
    seen: { through, largest: Math.max(open.largest, Math.min(most, hold)), full: open.full || most > hold },
  };
}

/** The run of low windows after a look. */
function runThrough(state: VolumeState, through: Second, lastTick: Second): VolumeState['run'] {
  const broken = lastBreak(state, lastTick);
  const [run, from] =
    broken === null ? [state.run, state.seen.through + 1] : [{ from: broken, largest: 0 }, broken + 1];
  return { from: run.from, largest: Math.max(run.largest, largestUse(state, from, through)) };
}

/**
 * The last tick not looked at yet, through one, whose window is not low; null where all are.
 *
 * @param after only ticks after this second are asked about
 */
export function lastBreak(state: VolumeState, lastTick: Second, after = state.seen.through): Second | null {
  const { seen, rules, curve } = state;
  const first = tickFrom(seen.through + 1, rules);
  if (curve === null || first > lastTick) return null;
  const high = lowThrough(state) + 1;
  const from = Math.max(seen.through, tickBefore(after, rules)) + 1;
  const second = high > holdOf(state) ? null : lastAtOrAbove(curve, high, from, lastTick);
  if (second !== null) return tickFrom(second, rules);
  return first > after && seen.largest >= high ? first : null;
}

/** The first tick that a run can begin with after a break: as long as use is high, each window breaks it anew. */
export function nextRun(state: VolumeState, broken: Second, through: Second): Second | null {
  const low = lowThrough(state);
  if (low < 0 || state.curve === null) return null;
  if (low >= holdOf(state)) return broken;
  const second = nextAtOrBelow(state.curve, low, broken + 1, through);
  return second === null ? null : Math.max(broken, tickFrom(second - 1, state.rules));
}

/** The first tick, from one through another, in whose window use comes to a value; null where there is none. */
export function nextWindow(state: VolumeState, value: MilliGib, from: Second, through: Second): Second | null {
  if (value > holdOf(state)) return null;
  if (isOpen(state, from) && state.seen.largest >= value) return from;
  return reaching(state, value, from, through);
}

/** The first tick, from one through another, in whose window there is more than there is space for. */
export function nextFull(state: VolumeState, from: Second, through: Second): Second | null {
  if (isOpen(state, from) && state.seen.full) return from;
  return reaching(state, holdOf(state) + 1, from, through);
}

function reaching(state: VolumeState, value: MilliGib, from: Second, through: Second): Second | null {
  const second = state.curve && nextAtOrAbove(state.curve, value, unseenFrom(state, from), through);
  return second === null ? null : tickFrom(second, state.rules);
}

/** The first tick, from one through another, at whose second the curve is at or below a value. */
export function nextTickAtOrBelow(
  { curve, rules }: VolumeState,
  value: MilliGib,
  from: Second,
  through: Second,
): Second | null {
  let tick = from;
  while (curve && tick <= through) {
    const second = nextAtOrBelow(curve, value, tick, through);
    if (second === null) return null;
    tick = tickFrom(second, rules);
    if (tick > through) return null;
    if (valueAt(curve, tick) <= value) return tick;
  }
  return null;
}
