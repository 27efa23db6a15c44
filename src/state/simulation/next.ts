import type { Second } from './exact.ts';
import { growsFrom, hasRoom, largestGb, modifiableFrom } from './members.ts';
import {
  holdOf,
  type MemberSet,
  provisionedGb,
  scales,
  sizeOf,
  tickFrom,
  type VolumeState,
  waitsBecause,
} from './volume.ts';
import { lastBreak, nextFull, nextRun, nextTickAtOrBelow, nextWindow } from './windows.ts';

/** Where to look for the next tick. */
export interface Search {
  /** No tick before this second. */
  from: Second;
  /** No tick after this second. */
  through: Second;
  /** Attachments that other volumes have on the same instance. */
  others: number;
}

/**
 * The next tick at which a rule acts, or null where there is none through the second asked for. It follows from the
 * state and from `others` alone, so it does not matter who asks, when, and how far.
 */
export function next(state: VolumeState, { from, through, others }: Search): Second | null {
  if (state.phase === 'ended') return null;
  const { rules, copy, paysAt } = state;
  const first = tickFrom(Math.max(from, state.seen.through + 1), rules);
  let found: Second | null = null;
  let until = through;
  // Each search ends where the earliest find so far stands.
  const offer = (tick: Second | null) => {
    if (tick !== null && tick <= until) {
      found = tick;
      until = tick;
    }
  };

  if (paysAt !== null) offer(tickFrom(Math.max(first, paysAt), rules));
  if (state.curve) {
    offer(state.pressed ? nextTickAtOrBelow(state, holdOf(state), first, until) : nextFull(state, first, until));
    if (state.delayed) offer(nextCalm(state, first, until));
  }
  if (waitsBecause(state) !== null) return found;
  if (copy && copy.seconds !== null) {
    offer(tickFrom(Math.max(first, copy.begun + copy.seconds), rules));
  }
  if (copy?.set) offer(nextWindow(state, growsFrom(sizeOf(state.members, [copy.set]), rules), first, until));
  if (!scales(state)) return found;
  const room = hasRoom(state, others);
  offer(nextGrow(state, first, until, room));
  if (room && state.phase === 'managed' && !copy) offer(nextShrink(state, first, until));
  return found;
}

/** The first tick whose own use asks for no grow. */
function nextCalm(state: VolumeState, first: Second, through: Second): Second | null {
  const grows = growsFrom(provisionedGb(state), state.rules);
  return grows > holdOf(state) ? first : nextTickAtOrBelow(state, grows - 1, first, through);
}

/** The first tick at which the volume grows, or is told to be delayed. */
function nextGrow(state: VolumeState, first: Second, through: Second, room: boolean): Second | null {
  const { rules, delayed, sets } = state;
  const now = provisionedGb(state);
  if (now >= largestGb(state)) return null;
  // A delay that was told is tried again when it can succeed.
  const free = delayed && !room ? modifiableFrom(sets.at(-1) as MemberSet, rules) : first;
  const from = tickFrom(Math.max(first, free), rules);
  return from > through ? null : nextWindow(state, growsFrom(now, rules), from, through);
}

/** How long use has to be low now before a shrink. */
export const shrinkWait = ({ rules, backOff }: VolumeState): number => rules.shrinkAfterSeconds * 2 ** backOff;

/** The end of a cool-down. */
export const coolFrom = ({ changed, rules }: VolumeState): Second =>
  changed === null ? Number.NEGATIVE_INFINITY : changed + rules.coolDownSeconds;

/** The first tick at which use has been low for long enough. */
function nextShrink(state: VolumeState, first: Second, through: Second): Second | null {
  const wait = shrinkWait(state);
  let run: Second | null = state.run.from;
  while (run !== null) {
    const tick = tickFrom(Math.max(first, run + wait, coolFrom(state)), state.rules);
    if (tick > through) return null;
    const broken = lastBreak(state, tick, run);
    if (broken === null) return tick;
    run = nextRun(state, broken, through);
  }
  return null;
}
