import { cancelShrink, copySeconds, endCopy, type Turn } from './act.ts';
import type { Second } from './exact.ts';
import { largestMember, memberFor, modifiedAt, smallestMember } from './members.ts';
import { settle } from './money/money.ts';
import type { VolumeType } from './money/prices.ts';
import { creationOf, type Outcome, type Task } from './outcome.ts';
import type { Rules } from './settings.ts';
import type { Curve } from './use/curve.ts';
import {
  type Agent,
  type Logical,
  type MemberSet,
  type Mode,
  provisionedGb,
  tickBefore,
  usedAt,
  type VolumeState,
} from './volume.ts';
import { lookThrough } from './windows.ts';

/**
 * What callers do to a volume. Each takes the second of the call, comes after that second's tick, and expects that all
 * ticks through it are done.
 */

/** A volume as a caller makes or activates it. */
export interface NewVolume extends Logical {
  id: string;
  region: string;
  mode: Mode;
  /** How many members a set has. */
  members: number;
  /** What it would be without Datafy; gp3 where it never was anything else. */
  originalType?: VolumeType;
  /** Without one the members are as large as they can be, and stay. */
  curve?: Curve | null;
  rules: Rules;
  instanceId: string | null;
  agent: Agent;
}

/** Begins a verb: the rules have seen all seconds before it and, at a tick, that one too. */
function begin(state: VolumeState, at: Second): Turn {
  const looked = lookThrough(state, tickBefore(at, state.rules) === at ? at : at - 1);
  return { at, used: usedAt(state, at) ?? 0, state: settle(looked, at), events: [], tasks: [] };
}

/** A managed volume with its first set. */
function first(at: Second, volume: NewVolume): VolumeState {
  const { id, region, mode, members, originalType = 'gp3', curve = null, rules, instanceId, agent } = volume;
  const logical = { logicalGb: volume.logicalGb, iops: volume.iops, throughput: volume.throughput };
  const sized = { members, logical, rules };
  const state: VolumeState = {
    id,
    region,
    mode,
    members,
    originalType,
    phase: 'managed',
    logical,
    original: null,
    sets: [{ key: 1, memberGb: largestMember(sized), stated: true, modified: [] }],
    nextKey: 2,
    copy: null,
    curve,
    rules,
    instanceId,
    agent,
    seen: { through: tickBefore(at, rules) === at ? at : at - 1, largest: 0, full: false },
    run: { from: at, largest: 0 },
    changed: null,
    backOff: 0,
    paysAt: null,
    pressed: false,
    delayed: false,
    spent: { before: at, baseline: '0', actual: '0' },
  };
  const used = usedAt(state, at);
  if (used === null || mode === 'performance') return state;
  return { ...state, sets: [{ key: 1, memberGb: memberFor(used, sized), stated: true, modified: [] }] };
}

/** A volume that is managed from its creation on. */
export function create(at: Second, volume: NewVolume): Outcome {
  const state = first(at, volume);
  return { state, events: [], tasks: [creationOf(state, state.sets[0] as MemberSet, 'creation')] };
}

/** Begins the activation of an ordinary volume. `canActivate` says whether its instance has room. */
export function activate(at: Second, volume: NewVolume): Outcome {
  const managed = first(at, volume);
  const original = { ...managed.logical };
  const used = usedAt({ ...managed, original }, at);
  const seconds = used === null ? null : copySeconds(used, volume.rules);
  const state: VolumeState = {
    ...managed,
    phase: 'activating',
    original,
    copy: { kind: 'activation', begun: at, seconds, set: null },
  };
  const tasks: Task[] = [
    creationOf(state, state.sets[0] as MemberSet, 'activation'),
    { do: 'begin-copy', kind: 'activation' },
  ];
  return { state, events: [], tasks };
}

/** Begins a deactivation; a shrink's copy is given up. Without effect unless the volume is managed. */
export function deactivate(before: VolumeState, at: Second): Outcome {
  const turn = begin(before, at);
  if (before.phase !== 'managed') return turn;
  cancelShrink(turn, 'The volume is being deactivated');
  const { logicalGb, iops, throughput } = before.logical;
  turn.tasks.push(
    { do: 'create-replacement', sizeGb: logicalGb, iops, throughput },
    { do: 'begin-copy', kind: 'deactivation' },
  );
  const seconds = before.curve === null ? null : copySeconds(turn.used, before.rules);
  turn.state = {
    ...turn.state,
    phase: 'deactivating',
    copy: { kind: 'deactivation', begun: at, seconds, set: null },
  };
  return turn;
}

/** Ends the copy of a volume that has no curve to say how long it takes. */
export function finishCopy(before: VolumeState, at: Second): Outcome {
  const turn = begin(before, at);
  const { copy } = turn.state;
  if (copy && copy.kind !== 'shrink' && copy.seconds === null) endCopy(turn, copy);
  return turn;
}

/**
 * Changes what the owner knows of a volume. Members stay as they are, unless the volume is one that does not scale:
 * then they are as large as they can be. Members that are too small for their new IOPS grow as far as EBS asks for.
 */
export function modify(before: VolumeState, at: Second, to: Partial<Logical>): Outcome {
  const turn = begin(before, at);
  if (before.phase === 'ended') return turn;
  const logical = { ...before.logical, ...to };
  turn.state = { ...turn.state, logical };
  const { mode, curve, members, sets } = turn.state;
  const [oldest, newest] = [sets[0] as MemberSet, sets.at(-1) as MemberSet];
  if (oldest.stated && oldest.memberGb < smallestMember(turn.state)) {
    growSet(turn, oldest, smallestMember(turn.state));
  }
  if (mode === 'performance' || curve === null) {
    const missing = Math.floor((members * largestMember(turn.state) - provisionedGb(turn.state)) / members);
    const last = turn.state.sets.at(-1) ?? newest;
    if (missing > 0) growSet(turn, last, last.memberGb + missing);
  }
  return turn;
}

function growSet(turn: Turn, set: MemberSet, memberGb: number): void {
  turn.tasks.push({ do: 'grow-set', set: set.key, fromGb: set.memberGb, toGb: memberGb });
  const grown = modifiedAt({ ...set, memberGb }, turn.at);
  turn.state = { ...turn.state, sets: turn.state.sets.map((each) => (each.key === set.key ? grown : each)) };
}

/** A curve, for the first time or in place of another one; its points count from its own begin. */
export function setCurve(before: VolumeState, at: Second, curve: Curve): Outcome {
  const turn = begin(before, at);
  const begins = before.curve === null && { run: { from: at, largest: 0 } };
  turn.state = { ...turn.state, curve, ...begins };
  return turn;
}

/** No curve any more: a shrink's copy is given up, members stay. */
export function deleteCurve(before: VolumeState, at: Second): Outcome {
  const turn = begin(before, at);
  cancelShrink(turn, 'The volume has no usage curve any more');
  const seen = { ...turn.state.seen, largest: 0, full: false };
  turn.state = { ...turn.state, curve: null, seen, pressed: false, delayed: false };
  return turn;
}

/** Where it is attached, and what the agent there is. */
export function setPlace(before: VolumeState, at: Second, place: { instanceId: string | null; agent: Agent }): Outcome {
  const turn = begin(before, at);
  turn.state = { ...turn.state, instanceId: place.instanceId, agent: place.agent };
  return turn;
}

/** Other settings: they count from the next tick. */
export function setRules(before: VolumeState, at: Second, rules: Rules): Outcome {
  const turn = begin(before, at);
  // This second may be a tick only by the new settings; then it is one that has passed.
  const looked = tickBefore(at, rules) === at ? lookThrough(turn.state, at) : turn.state;
  turn.state = { ...looked, rules };
  return turn;
}

/** A caller has modified a member of a set in AWS: that counts among the modifications of the set. */
export function memberModified(before: VolumeState, at: Second, key: number): Outcome {
  const turn = begin(before, at);
  const sets = turn.state.sets.map((set) => (set.key === key ? modifiedAt(set, at) : set));
  turn.state = { ...turn.state, sets };
  return turn;
}

/** The volume is gone, with all that stood behind it. */
export function remove(before: VolumeState, at: Second): Outcome {
  const turn = begin(before, at);
  turn.state = { ...turn.state, phase: 'ended', sets: [], copy: null, original: null, curve: null };
  return turn;
}
