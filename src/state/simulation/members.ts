import { ceilOf, type MilliGib, type Second } from './exact.ts';
import type { Rules } from './settings.ts';
import { type Logical, type MemberSet, provisionedGb, type VolumeState } from './volume.ts';

/** gp3's own: what every volume has, and GiB for IOPS beyond that [D]. */
export const free = { iops: 3000, throughput: 125 } as const;
const iopsPerGb = 500;

/** What decides on the sizes of members. */
export type Sized = Pick<VolumeState, 'members' | 'logical' | 'rules'>;

/**
 * What each member of a set carries: of a pair each has the whole [C], of an array its part, rounded up and no less
 * than what is free; an added set has what is free [A].
 */
export function performanceOf(members: number, { iops, throughput }: Logical, stated: boolean) {
  const share = members === 2 ? 1 : members;
  return {
    iops: stated ? Math.max(free.iops, Math.ceil(iops / share)) : free.iops,
    throughput: stated ? Math.max(free.throughput, Math.ceil(throughput / share)) : free.throughput,
  };
}

/** GiB of the smallest member that can carry its IOPS. */
export function smallestMember({ members, logical }: Sized): number {
  const { iops } = performanceOf(members, logical, true);
  return iops > free.iops ? Math.ceil(iops / iopsPerGb) : 1;
}

/** GiB of the largest member. */
export const largestMember = (sized: Sized): number =>
  Math.max(Math.ceil(sized.logical.logicalGb / sized.members), smallestMember(sized));

/** Largest P, in GiB. */
export const largestGb = (sized: Sized): number => sized.members * largestMember(sized);

/** GiB of each member of a set for so much use. */
export function memberFor(used: MilliGib, sized: Sized): number {
  const wanted = ceilOf(used, 1, sized.rules.targetUtilization * sized.members);
  return Math.min(Math.max(wanted, smallestMember(sized)), largestMember(sized));
}

/** From how much use on a volume grows. */
export const growsFrom = (provisioned: number, { growAt }: Rules): MilliGib => growAt * provisioned;

/** GiB that every member of a set grows by, or that every member of an added set has; 0 where P is at its largest. */
export function stepFor(used: MilliGib, state: VolumeState): number {
  const { members, rules } = state;
  const { targetUtilization: target, minStepGb, minStepPercent } = rules;
  const now = provisionedGb(state);
  const step = Math.max(
    ceilOf(used - now * target, 1, target * members),
    Math.ceil(minStepGb / members),
    ceilOf(now, minStepPercent, 1000 * members),
  );
  return Math.max(0, Math.min(step, Math.floor((largestGb(state) - now) / members)));
}

/** Through how much use a window is low; -1 where none is. */
export function lowThrough(state: VolumeState): MilliGib {
  const { members, rules } = state;
  const now = provisionedGb(state);
  const member = Math.floor((now - rules.minShrinkGb) / members);
  if (member < smallestMember(state)) return -1;
  const share = rules.shrinkAt * now;
  return member >= largestMember(state) ? share : Math.min(share, rules.targetUtilization * members * member);
}

const day = 86_400;
const mostModifications = 4;

/** From when on members of a set can be modified in place [D]. */
export function modifiableFrom({ modified }: MemberSet, rules: Rules): Second {
  const last = modified.at(-1);
  if (!rules.limitModifications || last === undefined) return Number.NEGATIVE_INFINITY;
  const settled = last + rules.modificationSettlesSeconds;
  const fourth = modified.at(-mostModifications);
  return fourth === undefined ? settled : Math.max(settled, fourth + day);
}

/** A set whose members' modification has begun. */
export const modifiedAt = (set: MemberSet, at: Second): MemberSet => ({
  ...set,
  modified: [...set.modified, at].slice(-mostModifications),
});

/** How many EBS volumes stand behind a volume, attached: a copy's too, an original and a new volume. */
export const attachmentsOf = ({ members, sets, copy, original, phase }: VolumeState): number =>
  members * (sets.length + (copy?.set ? 1 : 0)) + (original ? 1 : 0) + (phase === 'deactivating' ? 1 : 0);

/** Whether the instance has room for one more set; `others` are the attachments of its other volumes. */
export const hasRoom = (state: VolumeState, others: number): boolean =>
  state.rules.attachments - 1 - others - attachmentsOf(state) >= state.members;

/** Whether an instance has room for the activation of an ordinary volume that is attached to it. */
export const canActivate = (members: number, rules: Rules, others: number): boolean =>
  rules.attachments - 1 - others >= 1 + members;
