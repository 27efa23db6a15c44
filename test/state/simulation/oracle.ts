import { createHash } from 'node:crypto';

/**
 * The model once more, as it is told: a loop over every second and every tick, which remembers what it has seen and
 * skips nothing. It shares no code with what it is held against, and is far too slow for anything else.
 */

export interface Script {
  /** Seconds. */
  from: number;
  to: number;
  /** Attachments of ordinary volumes on each instance. */
  ordinary: number;
  steps: Step[];
}

/** Something that a caller does to a volume at a second. */
export type Step = { at: number; id: string } & (
  | { verb: 'create' | 'activate'; volume: Made }
  | { verb: 'curve'; curve: Line | null }
  | { verb: 'modify'; logicalGb?: number; iops?: number }
  | { verb: 'place'; instance: string | null; ready: boolean }
  | { verb: 'settings'; settings: Held }
  | { verb: 'member-modified'; newest: boolean }
  | { verb: 'deactivate' | 'remove' }
);

export interface Line {
  points: [at: number, milli: number][];
  repeat: number | null;
  jitter: number;
}

/** Settings; shares in thousandths. */
export interface Held {
  every: number;
  growAt: number;
  target: number;
  stepGb: number;
  stepShare: number;
  shrinkAt: number;
  shrinkAfter: number;
  coolDown: number;
  minShrinkGb: number;
  limited: boolean;
  settles: number;
  attachments: number;
  rate: number;
}

export interface Made {
  region: string;
  type: 'gp3' | 'io2';
  fixed: boolean;
  members: number;
  logicalGb: number;
  iops: number;
  curve: Line | null;
  settings: Held;
  instance: string | null;
}

export interface Told {
  at: number;
  volumeId: string;
  kind: string;
  fromGb: number;
  toGb: number;
  used: number;
}

interface Set {
  gb: number;
  stated: boolean;
  begun: number[];
}

interface Under {
  kind: 'activation' | 'shrink' | 'deactivation';
  begun: number;
  seconds: number;
  set?: Set;
}

export interface Kept {
  id: string;
  made: Made;
  L: number;
  iops: number;
  s: Held;
  phase: 'activating' | 'managed' | 'deactivating' | 'ended';
  original: number;
  sets: Set[];
  copy: Under | null;
  curve: Line | null;
  curveBegin: number;
  instance: string | null;
  ready: boolean;
  // The open window.
  w: number;
  above: boolean;
  // The run: when it began, and the largest w since.
  runFrom: number;
  runW: number;
  lastChange: number | null;
  k: number;
  shrunk: { at: number; cost: number } | null;
  pressure: boolean;
  delayed: boolean;
  // Units of what is billed, times seconds.
  bill: { gib: number; iops: number; logicalGb: number; logicalIops: number; originalGb: number; originalIops: number };
}

const over = (a: number, b: number) => Math.max(0, a - b);
/** a / b, up to the next whole number. */
function up(a: number, b: number): number {
  const rest = a % b;
  return rest === 0 ? a / b : (a - rest) / b + (rest > 0 ? 1 : 0);
}

const noise = new Map<string, number>();
function r(id: string, k: number, i: number): number {
  const text = `7/${id}/${k}/${i}`;
  let known = noise.get(text);
  if (known === undefined) {
    known = (createHash('sha256').update(text).digest().readUInt32BE(0) % 2001) - 1000;
    noise.set(text, known);
  }
  return known;
}

/** The curve at a second, straight from its definition. */
export function curveAt(line: Line, id: string, begin: number, second: number): number {
  const passed = second - begin;
  const k = line.repeat === null ? 0 : (passed - (passed % line.repeat)) / line.repeat;
  const t = passed - k * (line.repeat ?? 0);
  let i = 0;
  while (i + 1 < line.points.length && line.points[i + 1]![0] <= t) i++;
  const u0 = pointAt(line, id, k, i);
  if (i + 1 === line.points.length) return u0;
  const [t0, t1] = [line.points[i]![0], line.points[i + 1]![0]];
  return u0 + Math.floor(((pointAt(line, id, k, i + 1) - u0) * (t - t0)) / (t1 - t0));
}

function pointAt({ points, repeat, jitter }: Line, id: string, k: number, i: number): number {
  const [at, milli] = points[i]!;
  if (jitter === 0) return milli;
  const off = i > 0 && at === repeat ? r(id, k + 1, 0) : r(id, k, i);
  return Math.floor((milli * (1_000_000 + jitter * off)) / 1_000_000);
}

const P = (v: Kept) => v.sets.reduce((sum, set) => sum + v.made.members * set.gb, 0);
const memberIops = (v: Kept) => {
  const n = v.made.members;
  return n === 2 ? Math.max(3000, v.iops) : Math.max(3000, up(v.iops, n));
};
const smallest = (v: Kept) => (memberIops(v) > 3000 ? up(memberIops(v), 500) : 1);
const biggest = (v: Kept) => Math.max(up(v.L, v.made.members), smallest(v));
const hold = (v: Kept) => 1000 * (v.phase === 'activating' ? v.original : Math.min(v.L, P(v)));
const setFor = (v: Kept, milli: number) =>
  Math.min(Math.max(up(milli, v.s.target * v.made.members), smallest(v)), biggest(v));
const u = (v: Kept, t: number) => Math.min(curveAt(v.curve!, v.id, v.curveBegin, t), hold(v));
const attached = (v: Kept) =>
  v.made.members * (v.sets.length + (v.copy?.set ? 1 : 0)) +
  (v.phase === 'activating' ? 1 : 0) +
  (v.phase === 'deactivating' ? 1 : 0);

export function live(script: Script, check: (v: Kept, t: number) => void = () => {}) {
  const volumes: Kept[] = [];
  const told: Told[] = [];
  const steps = script.steps.toSorted((a, b) => a.at - b.at);

  const room = (v: Kept) => {
    const others = volumes.filter((each) => each !== v && v.instance !== null && each.instance === v.instance);
    return v.s.attachments - 1 - script.ordinary - others.reduce((sum, each) => sum + attached(each), 0) - attached(v);
  };
  const tell = (v: Kept, at: number, kind: string, fromGb: number, toGb: number, used: number) =>
    told.push({ at, volumeId: v.id, kind, fromGb, toGb, used });
  const change = (v: Kept, at: number) => {
    v.lastChange = at;
    v.runFrom = at;
    v.runW = 0;
  };
  const cancel = (v: Kept, at: number, used: number) => {
    tell(v, at, 'shrink-cancelled', P(v), v.made.members * v.copy!.set!.gb, used);
    v.copy = null;
    v.k = Math.min(4, v.k + 1);
    change(v, at);
  };

  function tick(v: Kept, T: number): void {
    const n = v.made.members;
    const { s } = v;
    const w = v.w;
    const waits = !v.ready || v.instance === null;
    if (v.curve && v.above && !v.pressure) {
      tell(v, T, 'pressure', P(v), P(v), hold(v));
      v.pressure = true;
    }
    // The run of low windows, by what this tick finds.
    const lowNow = () => w <= s.shrinkAt * P(v) && n * setFor(v, w) <= P(v) - s.minShrinkGb;
    if (v.curve) {
      if (lowNow()) v.runW = Math.max(v.runW, w);
      else {
        v.runFrom = T;
        v.runW = 0;
      }
    }
    if (!waits && v.copy) {
      const { copy } = v;
      if (copy.set && v.curve && w >= s.growAt * n * copy.set.gb) cancel(v, T, w);
      else if (T > copy.begun && T - copy.begun >= copy.seconds) {
        const from = P(v);
        v.copy = null;
        if (copy.kind === 'activation') {
          tell(v, T, 'activated', v.L, from, w);
          v.phase = 'managed';
          change(v, T);
        } else if (copy.kind === 'deactivation') {
          tell(v, T, 'deactivated', from, v.L, w);
          v.phase = 'ended';
          v.sets = [];
        } else {
          const to = n * copy.set!.gb;
          tell(v, T, 'shrunk', from, to, w);
          v.sets = [copy.set!];
          v.shrunk = { at: T, cost: up(to * copy.seconds, from - to) };
          change(v, T);
        }
      }
    }
    if (v.shrunk && T - v.shrunk.at >= v.shrunk.cost) {
      v.k = 0;
      v.shrunk = null;
    }
    if (!waits && v.curve && !v.made.fixed && v.phase !== 'ended') {
      const now = P(v);
      const most = n * biggest(v);
      if (w >= s.growAt * now && now < most) {
        // wanted - P, in millionths of a GiB times the target.
        const byTarget = up(w - now * s.target, s.target * n);
        const byStep = Math.max(up(s.stepGb, n), up(now * s.stepShare, 1000 * n));
        const each = Math.min(Math.max(byTarget, byStep), (most - now - ((most - now) % n)) / n);
        const newest = v.sets.at(-1)!;
        const lately = newest.begun.filter((at) => T - at < 86_400);
        const last = newest.begun.at(-1);
        const free = !s.limited || (lately.length < 4 && (last === undefined || T - last >= s.settles));
        if (free || room(v) >= n) {
          tell(v, T, free ? 'grew' : 'pair-added', now, now + n * each, w);
          if (free) {
            newest.gb += each;
            newest.begun.push(T);
          } else v.sets.push({ gb: each, stated: false, begun: [] });
          v.delayed = false;
          if (v.shrunk) {
            v.k = Math.min(4, v.k + 1);
            v.shrunk = null;
          }
          change(v, T);
        } else {
          if (!v.delayed) tell(v, T, 'grow-delayed', now, now + n * each, w);
          v.delayed = true;
        }
      }
      const cool = v.lastChange === null || T - v.lastChange >= s.coolDown;
      if (v.phase === 'managed' && T - v.runFrom >= s.shrinkAfter * 2 ** v.k && cool && !v.copy && room(v) >= n) {
        const gb = setFor(v, v.runW);
        if (n * gb > P(v) - s.minShrinkGb || v.runW > s.shrinkAt * P(v)) {
          v.runFrom = T;
          v.runW = 0;
        } else {
          tell(v, T, 'shrink-begun', P(v), n * gb, w);
          v.copy = {
            kind: 'shrink',
            begun: T,
            seconds: up(w * 1024, 1000 * s.rate),
            set: { gb, stated: true, begun: [] },
          };
        }
      }
    }
    if (v.curve && v.phase !== 'ended') {
      if (v.pressure && curveAt(v.curve, v.id, v.curveBegin, T) <= hold(v)) v.pressure = false;
      if (v.delayed && u(v, T) < s.growAt * P(v)) v.delayed = false;
    }
    v.w = 0;
    v.above = false;
  }

  function verb(step: Step): void {
    const { at, id } = step;
    if (step.verb === 'create' || step.verb === 'activate') {
      const { volume } = step;
      const v: Kept = {
        id,
        made: volume,
        L: volume.logicalGb,
        iops: volume.iops,
        s: volume.settings,
        phase: 'managed',
        original: volume.logicalGb,
        sets: [],
        copy: null,
        curve: volume.curve,
        curveBegin: at,
        instance: volume.instance,
        ready: true,
        w: 0,
        above: false,
        runFrom: at,
        runW: 0,
        lastChange: null,
        k: 0,
        shrunk: null,
        pressure: false,
        delayed: false,
        bill: { gib: 0, iops: 0, logicalGb: 0, logicalIops: 0, originalGb: 0, originalIops: 0 },
      };
      const used = v.curve ? Math.min(curveAt(v.curve, id, at, at), 1000 * v.L) : null;
      v.sets = [{ gb: used === null || volume.fixed ? biggest(v) : setFor(v, used), stated: true, begun: [] }];
      if (step.verb === 'activate') {
        v.phase = 'activating';
        v.copy = {
          kind: 'activation',
          begun: at,
          seconds: used === null ? Number.POSITIVE_INFINITY : up(used * 1024, 1000 * v.s.rate),
        };
      }
      volumes.push(v);
      volumes.sort((a, b) => (a.id < b.id ? -1 : 1));
      return;
    }
    const v = volumes.find((each) => each.id === id)!;
    if (v.phase === 'ended') return;
    if (step.verb === 'curve') {
      if (step.curve === null) {
        if (v.copy?.set) cancel(v, at, u(v, at));
        v.pressure = false;
        v.delayed = false;
        v.w = 0;
        v.above = false;
      } else {
        if (v.curve === null) {
          v.runFrom = at;
          v.runW = 0;
        }
        v.curveBegin = at;
      }
      v.curve = step.curve;
    } else if (step.verb === 'modify') {
      v.L = step.logicalGb ?? v.L;
      v.iops = step.iops ?? v.iops;
      const [oldest] = v.sets;
      if (oldest!.stated && oldest!.gb < smallest(v)) {
        oldest!.gb = smallest(v);
        oldest!.begun.push(at);
      }
      const missing = Math.floor(biggest(v) - P(v) / v.made.members);
      if ((v.made.fixed || v.curve === null) && missing > 0) {
        v.sets.at(-1)!.gb += missing;
        v.sets.at(-1)!.begun.push(at);
      }
    } else if (step.verb === 'place') {
      v.instance = step.instance;
      v.ready = step.ready;
    } else if (step.verb === 'settings') {
      v.s = step.settings;
    } else if (step.verb === 'member-modified') {
      (step.newest ? v.sets.at(-1) : v.sets[0])!.begun.push(at);
    } else if (step.verb === 'deactivate') {
      if (v.phase !== 'managed') return;
      const used = v.curve ? u(v, at) : null;
      if (v.copy?.set) cancel(v, at, used!);
      v.phase = 'deactivating';
      v.copy = {
        kind: 'deactivation',
        begun: at,
        seconds: used === null ? Number.POSITIVE_INFINITY : up(used * 1024, 1000 * v.s.rate),
      };
    } else {
      v.phase = 'ended';
      v.sets = [];
      v.copy = null;
      v.curve = null;
    }
  }

  let nextStep = 0;
  for (let t = script.from; t <= script.to; t++) {
    const isTick = volumes.map((v) => v.phase !== 'ended' && t % v.s.every === 0);
    const see = (v: Kept) => {
      if (!v.curve || v.phase === 'ended') return;
      const curve = curveAt(v.curve, v.id, v.curveBegin, t);
      v.w = Math.max(v.w, Math.min(curve, hold(v)));
      if (curve > hold(v)) v.above = true;
    };
    const there = [...volumes];
    for (const [at, v] of there.entries()) if (isTick[at]) see(v);
    for (const [at, v] of there.entries()) if (isTick[at]) tick(v, t);
    while (steps[nextStep]?.at === t) verb(steps[nextStep++]!);
    for (const v of volumes) {
      const at = there.indexOf(v);
      // A second that a volume is made at is a tick that has passed, or one to be seen.
      if (at < 0 ? t % v.s.every !== 0 : !isTick[at]) see(v);
      check(v, t);
      if (v.phase === 'ended' || t === script.to) continue;
      const { bill, made } = v;
      for (const set of v.copy?.set ? [...v.sets, v.copy.set] : v.sets) {
        bill.gib += made.members * set.gb;
        if (set.stated) bill.iops += made.members * over(memberIops(v), 3000);
      }
      if (v.phase === 'deactivating') {
        bill.gib += v.L;
        bill.iops += over(v.iops, 3000);
      }
      bill.logicalGb += v.L;
      bill.logicalIops += made.type === 'io2' ? v.iops : over(v.iops, 3000);
      if (v.phase === 'activating') {
        bill.originalGb += v.original;
        bill.originalIops += made.type === 'io2' ? made.iops : over(made.iops, 3000);
      }
    }
  }
  return { volumes, told };
}

/** Eightieths of millionths of a dollar a month, times seconds. IOPS of an io2 volume are at most 32,000 here. */
export function spent({ made, bill }: Kept): { baseline: string; actual: string } {
  const [gib, iops] = made.region === 'eu-central-1' ? [95_200, 6000] : [80_000, 5000];
  const times = (...pairs: [number, number][]) =>
    pairs.reduce((sum, [amount, price]) => sum + BigInt(amount) * BigInt(price), 0n);
  const io2 = made.type === 'io2';
  const [otherGib, otherIops] = io2 ? [125 * gib, 65 * gib] : [80 * gib, 80 * iops];
  const baseline = times([bill.logicalGb, otherGib!], [bill.logicalIops, otherIops!]);
  const original = times([bill.originalGb, otherGib!], [bill.originalIops, otherIops!]);
  return {
    baseline: baseline.toString(),
    actual: (times([bill.gib, 80 * gib], [bill.iops, 80 * iops]) + original).toString(),
  };
}
