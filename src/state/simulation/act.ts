import { ceilOf, type MilliGib, type Second } from './exact.ts';
import { growsFrom, hasRoom, lowThrough, memberFor, modifiableFrom, modifiedAt, stepFor } from './members.ts';
import { settle } from './money/money.ts';
import { coolFrom, shrinkWait } from './next.ts';
import { creationOf, inGb, type Outcome, type SimulationEvent, type Task } from './outcome.ts';
import { valueAt } from './use/curve.ts';
import {
  type Copy,
  holdOf,
  type MemberSet,
  provisionedGb,
  scales,
  sizeOf,
  type VolumeState,
  waitsBecause,
} from './volume.ts';
import { lookThrough, windowAt } from './windows.ts';

/** A tick of one volume, while its rules are at work: each takes what the one before it left. */
export interface Turn {
  readonly at: Second;
  /** What the rules go by: the largest use of the window. */
  readonly used: MilliGib;
  state: VolumeState;
  readonly events: SimulationEvent[];
  readonly tasks: Task[];
}

export function tell(turn: Turn, kind: SimulationEvent['kind'], fromGb: number, toGb: number, reason: string): void {
  turn.events.push({ at: turn.at, volumeId: turn.state.id, kind, fromGb, toGb, used: turn.used, reason });
}

/** A rule has changed the members, or given up a shrink: the run of low use and the cool-down begin anew. */
export const changed = (turn: Turn, to: Partial<VolumeState>): VolumeState => ({
  ...settle(turn.state, turn.at),
  changed: turn.at,
  run: { from: turn.at, largest: 0 },
  ...to,
});

/** How long a copy of so much takes at least [A]. */
export const copySeconds = (used: MilliGib, { copyMibPerSecond }: VolumeState['rules']): number =>
  ceilOf(used, 1024, 1000 * copyMibPerSecond);

const percent = (thousandths: number) => `${thousandths / 10} %`;

/**
 * Does what the rules ask for at a tick that `next` has named.
 *
 * @param others attachments that other volumes have on the same instance
 */
export function act(before: VolumeState, tick: Second, others: number): Outcome {
  const { largest, full } = windowAt(before, tick);
  const turn: Turn = { at: tick, used: largest, state: lookThrough(before, tick), events: [], tasks: [] };
  if (full) press(turn);
  const waits = waitsBecause(before) !== null;
  if (!waits) copyOn(turn);
  if (turn.state.paysAt !== null && turn.state.paysAt <= tick) turn.state = { ...turn.state, backOff: 0, paysAt: null };
  if (!waits && scales(turn.state)) {
    grow(turn, others);
    shrink(turn, others);
  }
  turn.state = over(turn.state, tick);
  return turn;
}

/** Rule 1: there was more to store than there is space for. */
function press(turn: Turn): void {
  if (turn.state.pressed) return;
  const now = provisionedGb(turn.state);
  const hold = holdOf(turn.state);
  const reason = `There was more to store than the ${inGb(hold)} that there is space for`;
  turn.events.push({
    at: turn.at,
    volumeId: turn.state.id,
    kind: 'pressure',
    fromGb: now,
    toGb: now,
    used: hold,
    reason,
  });
  turn.state = { ...turn.state, pressed: true };
}

/** What was told once, and is over when this tick's rules are done. */
function over(state: VolumeState, tick: Second): VolumeState {
  const { curve, pressed, delayed } = state;
  if (curve === null || !(pressed || delayed)) return state;
  const value = valueAt(curve, tick);
  const hold = holdOf(state);
  return {
    ...state,
    pressed: pressed && value > hold,
    delayed: delayed && Math.min(value, hold) >= growsFrom(provisionedGb(state), state.rules),
  };
}

/** Rule 2: a shrink's copy is given up, or a copy that is due ends. */
function copyOn(turn: Turn): void {
  const { copy, members, rules } = turn.state;
  if (!copy) return;
  if (copy.set && turn.used >= growsFrom(sizeOf(members, [copy.set]), rules)) {
    cancelShrink(turn, `${inGb(turn.used)} were used: too much for the new set`);
  } else if (copy.seconds !== null && turn.at >= copy.begun + copy.seconds) {
    endCopy(turn, copy);
  }
}

/** Gives up a shrink: what it filled goes, and the next one waits longer. */
export function cancelShrink(turn: Turn, reason: string): void {
  const { copy, members, backOff } = turn.state;
  if (!copy?.set) return;
  tell(turn, 'shrink-cancelled', provisionedGb(turn.state), sizeOf(members, [copy.set]), reason);
  turn.tasks.push({ do: 'cancel-copy', kind: 'shrink' }, { do: 'delete-set', set: copy.set.key });
  turn.state = changed(turn, { copy: null, backOff: Math.min(4, backOff + 1) });
}

/** Ends a copy: what it filled takes over, what it read goes. */
export function endCopy(turn: Turn, copy: Copy): void {
  const { members, sets, logical } = turn.state;
  const from = provisionedGb(turn.state);
  turn.tasks.push({ do: 'end-copy', kind: copy.kind });
  if (copy.kind === 'activation') {
    tell(turn, 'activated', logical.logicalGb, from, `The copy to ${from} GiB of members is complete`);
    turn.tasks.push({ do: 'delete-original' });
    turn.state = changed(turn, { copy: null, original: null, phase: 'managed' });
    return;
  }
  turn.tasks.push(...sets.map(({ key }): Task => ({ do: 'delete-set', set: key })));
  if (copy.kind === 'deactivation') {
    tell(turn, 'deactivated', from, logical.logicalGb, 'The copy to an ordinary volume is complete');
    turn.state = { ...settle(turn.state, turn.at), copy: null, sets: [], phase: 'ended' };
    return;
  }
  const set = copy.set as MemberSet;
  const to = sizeOf(members, [set]);
  tell(turn, 'shrunk', from, to, `The copy to ${to} GiB of new members is complete`);
  // Until then the new members have cost more beside the old ones than their smaller size has saved.
  const paysAt = turn.at + ceilOf(to, copy.seconds as number, from - to);
  turn.state = changed(turn, { copy: null, sets: [set], paysAt });
}

/** Rule 3: the newest set grows in place or, where it cannot, another one is added. */
function grow(turn: Turn, others: number): void {
  const { state, at, used } = turn;
  const { members, rules, sets, backOff, paysAt, nextKey } = state;
  const now = provisionedGb(state);
  const step = used >= growsFrom(now, rules) ? stepFor(used, state) : 0;
  if (step === 0) return;
  const to = now + members * step;
  const newest = sets.at(-1) as MemberSet;
  const inPlace = modifiableFrom(newest, rules) <= at;
  const reason = `${inGb(used)} of ${now} GiB were used: at least ${percent(rules.growAt)}`;
  if (!inPlace && !hasRoom(state, others)) {
    if (!state.delayed) {
      const why = 'its members cannot be modified yet, and the instance has no room for more';
      tell(turn, 'grow-delayed', now, to, `${reason}, but ${why}`);
    }
    turn.state = { ...state, delayed: true };
    return;
  }
  // A grow before the last shrink has paid for its copy: that shrink was for nothing.
  const then = { delayed: false, backOff: paysAt === null ? backOff : Math.min(4, backOff + 1), paysAt: null };
  if (inPlace) {
    const grown = modifiedAt({ ...newest, memberGb: newest.memberGb + step }, at);
    tell(turn, 'grew', now, to, reason);
    turn.tasks.push({ do: 'grow-set', set: newest.key, fromGb: newest.memberGb, toGb: grown.memberGb });
    turn.state = changed(turn, { ...then, sets: [...sets.slice(0, -1), grown] });
  } else {
    const set: MemberSet = { key: nextKey, memberGb: step, stated: false, modified: [] };
    tell(turn, 'pair-added', now, to, `${reason}, and members cannot be modified yet`);
    turn.tasks.push(creationOf(state, set, 'pair'));
    turn.state = changed(turn, { ...then, sets: [...sets, set], nextKey: nextKey + 1 });
  }
}

/** Rule 4: where use has been low for long enough, one set for the largest use of that time is made and filled. */
function shrink(turn: Turn, others: number): void {
  const { state, at, used } = turn;
  const { members, rules, run, copy, phase, nextKey } = state;
  if (copy || phase !== 'managed' || at - run.from < shrinkWait(state) || at < coolFrom(state)) return;
  if (!hasRoom(state, others)) return;
  // Windows that were low by the settings of their time may not be low by today's.
  if (run.largest > lowThrough(state)) {
    turn.state = { ...state, run: { from: at, largest: 0 } };
    return;
  }
  const now = provisionedGb(state);
  const set: MemberSet = { key: nextKey, memberGb: memberFor(run.largest, state), stated: true, modified: [] };
  const to = sizeOf(members, [set]);
  const reason = `At most ${inGb(run.largest)} of ${now} GiB have been used for ${(at - run.from) / 3600} hours`;
  tell(turn, 'shrink-begun', now, to, reason);
  turn.tasks.push(creationOf(state, set, 'shrink'), { do: 'begin-copy', kind: 'shrink' });
  const begun: Copy = { kind: 'shrink', begun: at, seconds: copySeconds(used, rules), set };
  turn.state = { ...settle(state, at), copy: begun, nextKey: nextKey + 1 };
}
