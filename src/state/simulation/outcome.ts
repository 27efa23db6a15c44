import type { MilliGib, Second } from './exact.ts';
import { performanceOf } from './members.ts';
import type { Copy, MemberSet, VolumeState } from './volume.ts';

export type EventKind =
  | 'activated'
  | 'grew'
  | 'pair-added'
  | 'shrink-begun'
  | 'shrunk'
  | 'shrink-cancelled'
  | 'grow-delayed'
  | 'pressure'
  | 'deactivated';

/** Something that people are told. */
export interface SimulationEvent {
  at: Second;
  volumeId: string;
  kind: EventKind;
  /** GiB before. */
  fromGb: number;
  /** GiB after, or those wished for where it was delayed or cancelled. */
  toGb: number;
  /** What was used, in thousandths of a GiB. */
  used: MilliGib;
  /** In one sentence. */
  reason: string;
}

/** Something that has to be done in AWS, in the order of the list. Sets are named by their keys. */
export type Task =
  | {
      do: 'create-set';
      set: number;
      purpose: 'creation' | 'activation' | 'shrink' | 'pair';
      /** How many volumes. */
      members: number;
      /** Of each of them. */
      sizeGb: number;
      iops: number;
      throughput: number;
    }
  | { do: 'grow-set'; set: number; fromGb: number; toGb: number }
  | { do: 'delete-set'; set: number }
  | { do: 'begin-copy' | 'end-copy' | 'cancel-copy'; kind: Copy['kind'] }
  /** The volume that was activated goes; its snapshots begin at generation 0. */
  | { do: 'delete-original' }
  /** A deactivation's ordinary volume. */
  | { do: 'create-replacement'; sizeGb: number; iops: number; throughput: number };

/** What a verb or a rule comes to. */
export interface Outcome {
  state: VolumeState;
  events: readonly SimulationEvent[];
  tasks: readonly Task[];
}

/** What creates a set. */
export function creationOf(
  { members, logical }: Pick<VolumeState, 'members' | 'logical'>,
  { key, memberGb, stated }: MemberSet,
  purpose: Extract<Task, { do: 'create-set' }>['purpose'],
): Task {
  return {
    do: 'create-set',
    set: key,
    purpose,
    members,
    sizeGb: memberGb,
    ...performanceOf(members, logical, stated),
  };
}

/** GiB as people read them. */
export const inGb = (used: MilliGib): string => `${used / 1000} GiB`;
