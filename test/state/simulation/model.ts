import {
  act,
  activate,
  advance,
  attachmentsOf,
  type Curve,
  create,
  deactivate,
  defaultSettings,
  deleteCurve,
  memberModified,
  modify,
  type NewVolume,
  type Outcome,
  provisionedGb,
  readCurve,
  remove,
  rulesOf,
  type Settings,
  setCurve,
  setPlace,
  setRules,
  spentBefore,
  type VolumeState,
} from '../../../src/state/simulation/index.ts';
import type { Held, Line, Made, Script, Step, Told } from './oracle.ts';

/** A script, lived by the model. */

export const settingsOf = (s: Held): Settings => ({
  ...defaultSettings,
  evaluateEverySeconds: s.every,
  growAt: s.growAt / 1000,
  targetUtilization: s.target / 1000,
  minStepGb: s.stepGb,
  minStepPercent: s.stepShare / 10,
  shrinkAt: s.shrinkAt / 1000,
  shrinkAfterSeconds: s.shrinkAfter,
  coolDownSeconds: s.coolDown,
  minShrinkGb: s.minShrinkGb,
  limitModifications: s.limited,
  modificationSettlesSeconds: s.settles,
  attachments: s.attachments,
  copyMibPerSecond: s.rate,
});

export function curveOf({ points, repeat, jitter }: Line, volumeId: string, begin: number): Curve {
  const input = {
    points: points.map(([afterSeconds, milli]) => ({ afterSeconds, usedGb: milli / 1000 })),
    ...(repeat !== null && { repeatSeconds: repeat }),
    jitter: jitter / 1000,
  };
  const read = readCurve(input, { volumeId, seed: 7, logicalGb: 100_000, begin });
  if ('problems' in read) throw new Error(read.problems.map(({ message }) => message).join('; '));
  return read.curve;
}

const newVolume = (id: string, made: Made, at: number): NewVolume => ({
  id,
  region: made.region,
  mode: made.fixed ? 'performance' : 'autoscaling',
  members: made.members,
  logicalGb: made.logicalGb,
  iops: made.iops,
  throughput: 125,
  originalType: made.type,
  curve: made.curve && curveOf(made.curve, id, at),
  rules: rulesOf(settingsOf(made.settings)),
  instanceId: made.instance,
  agent: 'autoscaler',
});

function doStep(step: Step, state: VolumeState | undefined): Outcome {
  const { at, id } = step;
  if (step.verb === 'create') return create(at, newVolume(id, step.volume, at));
  if (step.verb === 'activate') return activate(at, newVolume(id, step.volume, at));
  if (!state) throw new Error(`There is no ${id}`);
  if (step.verb === 'curve') {
    return step.curve ? setCurve(state, at, curveOf(step.curve, id, at)) : deleteCurve(state, at);
  }
  if (step.verb === 'modify') {
    const { logicalGb, iops } = step;
    return modify(state, at, { ...(logicalGb && { logicalGb }), ...(iops && { iops }) });
  }
  if (step.verb === 'place') {
    return setPlace(state, at, { instanceId: step.instance, agent: step.ready ? 'autoscaler' : 'offline' });
  }
  if (step.verb === 'settings') return setRules(state, at, rulesOf(settingsOf(step.settings)));
  if (step.verb === 'member-modified') {
    return memberModified(state, at, (step.newest ? state.sets.at(-1) : state.sets[0])?.key ?? 0);
  }
  return step.verb === 'deactivate' ? deactivate(state, at) : remove(state, at);
}

export interface Lived {
  volumes: VolumeState[];
  told: Told[];
}

/** The clock of a group, with a look at the rules at every tick: nothing may come of those that `next` does not name. */
function throughEachTick(
  group: VolumeState[],
  ordinary: number,
  after: number,
  through: number,
  on: (outcome: Outcome) => void,
) {
  const volumes = [...group];
  const attached = () => volumes.reduce((sum, each) => sum + attachmentsOf(each), ordinary);
  for (let second = after + 1; second <= through; second++) {
    for (const [index, state] of volumes.entries()) {
      if (state.phase === 'ended' || second % state.rules.evaluateEverySeconds !== 0) continue;
      const outcome = act(state, second, attached() - attachmentsOf(state));
      volumes[index] = outcome.state;
      on(outcome);
    }
  }
  return volumes;
}

/**
 * @param stops seconds at which somebody looks, and all that is kept is written down and read again
 * @param check is asked of every outcome
 * @param eachTick acts at every tick
 */
export function live(
  script: Script,
  stops: number[] = [],
  check: (outcome: Outcome) => void = () => {},
  eachTick = false,
): Lived {
  let volumes: VolumeState[] = [];
  const told: Told[] = [];
  let now = script.from;

  function take(outcome: Outcome): void {
    check(outcome);
    told.push(...outcome.events.map(({ reason: _, ...event }) => event));
  }

  function through(second: number): void {
    const places = new Map<string, VolumeState[]>();
    for (const each of volumes) {
      const place = each.instanceId ?? each.id;
      places.set(place, [...(places.get(place) ?? []), each]);
    }
    volumes = [...places].flatMap(([place, group]) => {
      const ordinary = place.startsWith('i-') ? script.ordinary : 0;
      if (eachTick) return throughEachTick(group, ordinary, now, second, take);
      return advance({ volumes: group, ordinary }, now, second, (_, outcome) => take(outcome)).volumes;
    });
    volumes.sort((a, b) => (a.id < b.id ? -1 : 1));
    now = second;
  }

  const marks = [...script.steps, ...stops.map((at) => ({ at, verb: 'look' as const }))];
  for (const mark of marks.toSorted((a, b) => a.at - b.at)) {
    through(mark.at);
    if (mark.verb === 'look') {
      volumes = JSON.parse(JSON.stringify(volumes));
      continue;
    }
    const state = volumes.find(({ id }) => id === mark.id);
    if (state?.phase === 'ended') continue;
    const outcome = doStep(mark, state);
    take(outcome);
    volumes = [...volumes.filter(({ id }) => id !== mark.id), outcome.state].sort((a, b) => (a.id < b.id ? -1 : 1));
  }
  through(script.to);
  return { volumes, told };
}

/** What both have to agree on in the end. */
export const summary = (state: VolumeState, at: number) => ({
  id: state.id,
  phase: state.phase,
  provisionedGb: provisionedGb(state),
  sets: state.sets.map(({ memberGb, stated, modified }) => ({ memberGb, stated, modified })),
  copy: state.copy && { kind: state.copy.kind, begun: state.copy.begun, memberGb: state.copy.set?.memberGb ?? null },
  backOff: state.backOff,
  pressed: state.pressed,
  delayed: state.delayed,
  spent: spentBefore(state, at),
});
