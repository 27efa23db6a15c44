import type { MilliGib, Second } from './exact.ts';
import type { VolumeType } from './money/prices.ts';
import type { Rules } from './settings.ts';
import type { Curve } from './use/curve.ts';
import { valueAt } from './use/curve.ts';

export type Mode = 'autoscaling' | 'performance' | 'autoscaling_performance';

/** What the agent on an instance is [C]; only `autoscaler` can act. */
export type Agent = 'autoscaler' | 'sensor' | 'offline' | 'missing';

/** Size and performance of a volume as its owner knows it. */
export interface Logical {
  /** GiB */
  logicalGb: number;
  iops: number;
  /** MiB/s */
  throughput: number;
}

/** Some EBS volumes of one size that data is striped over. */
export interface MemberSet {
  /** Its number within the volume: sets are counted from 1, and no number comes twice. */
  key: number;
  /** GiB of each member. */
  memberGb: number;
  /** Whether its members carry the stated IOPS and throughput; an added set has gp3's free ones. */
  stated: boolean;
  /** When its members' last modifications began, at most four, the oldest first. Creation is none. */
  modified: readonly Second[];
}

/** A copy under way. What it reads stays in service until its end. */
export interface Copy {
  kind: 'activation' | 'shrink' | 'deactivation';
  begun: Second;
  /** How long it takes at least; null where no curve says, and it ends when it is told to. */
  seconds: number | null;
  /** The set that a shrink fills. */
  set: MemberSet | null;
}

/** All that the model keeps of one managed volume: plain data, in whole numbers and decimal strings. */
export interface VolumeState {
  readonly id: string;
  readonly region: string;
  readonly mode: Mode;
  /** How many members a set has: 2, or the size of the array. */
  readonly members: number;
  /** The type that the volume would be without Datafy. */
  readonly originalType: VolumeType;
  readonly phase: 'activating' | 'managed' | 'deactivating' | 'ended';
  readonly logical: Logical;
  /** The ordinary volume that an activation copies from. */
  readonly original: Logical | null;
  /** In service, and the one that an activation fills; the newest last. */
  readonly sets: readonly MemberSet[];
  readonly nextKey: number;
  readonly copy: Copy | null;
  readonly curve: Curve | null;
  readonly rules: Rules;
  /** The instance that it is attached to, or null. */
  readonly instanceId: string | null;
  readonly agent: Agent;
  /** The use that was seen in the window that is still open: through which second, how much, whether it was full. */
  readonly seen: { readonly through: Second; readonly largest: MilliGib; readonly full: boolean };
  /** Since when use has been low, and the largest use since then. */
  readonly run: { readonly from: Second; readonly largest: MilliGib };
  /** When the members last changed by a rule, or null. */
  readonly changed: Second | null;
  /** How often, from 0 to 4, the wait before a shrink is doubled. */
  readonly backOff: number;
  /** From when on the last shrink has paid for its copy; null where it has, or never will. */
  readonly paysAt: Second | null;
  /** Whether `pressure`, or `grow-delayed`, has been told, and is not over. */
  readonly pressed: boolean;
  readonly delayed: boolean;
  /** What has been spent before a second, in the units of prices.ts. */
  readonly spent: { readonly before: Second; readonly baseline: string; readonly actual: string };
}

/** GiB of some sets. */
export const sizeOf = (members: number, sets: readonly MemberSet[]): number =>
  sets.reduce((sum, { memberGb }) => sum + members * memberGb, 0);

/** P: GiB of the sets in service. What a copy fills, or reads, besides is billed, and not in it. */
export const provisionedGb = (state: VolumeState): number => sizeOf(state.members, state.sets);

/** GiB that are billed besides the provisioned ones while something is copied. */
export function besideGb({ copy, original, phase, logical, members }: VolumeState): number {
  const filled = copy?.set ? members * copy.set.memberGb : 0;
  return filled + (original?.logicalGb ?? 0) + (phase === 'deactivating' ? logical.logicalGb : 0);
}

/** The most that can be used now, in thousandths of a GiB. */
export const holdOf = (state: VolumeState): MilliGib =>
  1000 * (state.original?.logicalGb ?? Math.min(state.logical.logicalGb, provisionedGb(state)));

/** What is used at a second before the next change; null without a curve, and when the volume is not managed any more. */
export const usedAt = (state: VolumeState, second: Second): MilliGib | null =>
  state.curve === null || state.phase === 'ended' ? null : Math.min(valueAt(state.curve, second), holdOf(state));

/** Whether the volume grows and shrinks at all. */
export const scales = ({ mode, phase, curve }: VolumeState): boolean =>
  mode !== 'performance' && phase !== 'ended' && curve !== null;

const agents: Record<Exclude<Agent, 'autoscaler'>, string> = {
  sensor: 'its agent is a Sensor, which only looks',
  offline: 'its agent is offline',
  missing: 'it has no agent',
};

/** Why the rules wait, as the end of a sentence; null where they do not. */
export function waitsBecause({ instanceId, agent, phase }: VolumeState): string | null {
  if (phase === 'ended') return null;
  if (instanceId === null) return 'The volume is attached to no instance';
  return agent === 'autoscaler' ? null : `Instance ${instanceId} is not ready: ${agents[agent]}`;
}

/** The first tick at or after a second. */
export const tickFrom = (second: Second, { evaluateEverySeconds: every }: Rules): Second =>
  Math.ceil(second / every) * every;

/** The last tick at or before a second. */
export const tickBefore = (second: Second, { evaluateEverySeconds: every }: Rules): Second =>
  Math.floor(second / every) * every;
