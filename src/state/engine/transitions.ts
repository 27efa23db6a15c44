import type { TransitionErrorCode } from '../../ground/errors.ts';
import type { PaceKey } from './pace.ts';

/**
 * The table: every status there is, every action, from which statuses it is allowed, and where it leads.
 *
 * It is data. `machine.ts` is the only code that acts on it; the tests, the database's CHECKs and
 * docs/transitions.md are held against it.
 */

export const statuses = {
  // What AWS has comes first: at one instant, it is there before what Datafy makes of it.
  ebs_volume: ['creating', 'available', 'in-use'],
  ebs_attachment: ['attaching', 'attached', 'detaching'],
  ebs_modification: ['modifying', 'completed', 'failed'],
  volume: ['creating', 'ordinary', 'activating', 'managed', 'deactivating', 'replaced'],
  modification: ['modifying', 'completed', 'failed'],
  snapshot: ['pending', 'completed', 'error'],
  attachment: ['attaching', 'attached', 'detaching'],
} as const;

export type Resource = keyof typeof statuses;
export type Status<R extends Resource = Resource> = (typeof statuses)[R][number];

export const resources = Object.keys(statuses) as Resource[];

/**
 * Which resource callers know by the id of another: it has a column with the name of that one, which holds its key. What
 * comes due together follows the other's order, which an export and import keeps.
 */
export const goesBy: Partial<Record<Resource, Resource>> = {
  ebs_attachment: 'ebs_volume',
  ebs_modification: 'ebs_volume',
  modification: 'volume',
  attachment: 'volume',
};

/**
 * Where a behaviour is known from: `P` Datafy's published API document, `C` what Datafy's own public
 * clients send and expect, `D` product documentation (Datafy's, or AWS's for EBS), `A` our assumption.
 */
export type Source = 'P' | 'C' | 'D' | 'A';

export interface Transition<R extends Resource = Resource, Action extends string = string> {
  resource: R;
  action: Action;
  /** The action in a caller's words, where its name here is not that. */
  says?: string;
  /** `absent`: the row does not exist yet. */
  from: readonly (Status<R> | 'absent')[];
  /** `same`: allowed, and leaves the status alone. `absent`: the row goes. */
  to: Status<R> | 'same' | 'absent';
  /** What sets it off: a caller, the world's clock, another transition, or a fault somebody planted. */
  cause: 'request' | 'clock' | 'cascade' | 'fault';
  /**
   * Of one that the clock causes, where it ends nothing that is under way:
   * `recurring`: something happens in a row now and then, and its effect schedules the next time; the status stays.
   * `forgetting`: a row is dropped, or changed, that nobody waits for; nobody is told of it.
   * Neither keeps a world from being idle.
   */
  kind?: 'recurring' | 'forgetting';
  /** How long the new status lasts, as a name of the world's pace, and the action that ends it. */
  next?: { takes: PaceKey; action: string };
  /** Neither the journal nor a listener is told: it follows from a change that they are told of. */
  quiet?: true;
  /** The error a caller gets from any other status. */
  refusal: TransitionErrorCode;
  /** What to tell a caller who tries from this status. */
  hints?: Partial<Record<Status<R>, string>>;
  source: Source;
  note: string;
}

const volume = <const Action extends string>(row: Omit<Transition<'volume', Action>, 'resource'>) =>
  ({ resource: 'volume', ...row }) as const;
const modification = <const Action extends string>(row: Omit<Transition<'modification', Action>, 'resource'>) =>
  ({ resource: 'modification', ...row }) as const;
const snapshot = <const Action extends string>(row: Omit<Transition<'snapshot', Action>, 'resource'>) =>
  ({ resource: 'snapshot', ...row }) as const;
const attachment = <const Action extends string>(row: Omit<Transition<'attachment', Action>, 'resource'>) =>
  ({ resource: 'attachment', ...row }) as const;

/** A row of what AWS has: Datafy brings it about, with a change of its own that is told. */
const ebsVolume = <const Action extends string>(row: Omit<Transition<'ebs_volume', Action>, 'resource' | 'quiet'>) =>
  ({ resource: 'ebs_volume', quiet: true, ...row }) as const;
const ebsAttachment = <const Action extends string>(
  row: Omit<Transition<'ebs_attachment', Action>, 'resource' | 'quiet'>,
) => ({ resource: 'ebs_attachment', quiet: true, ...row }) as const;
const ebsModification = <const Action extends string>(
  row: Omit<Transition<'ebs_modification', Action>, 'resource' | 'quiet'>,
) => ({ resource: 'ebs_modification', quiet: true, ...row }) as const;

const sayAutoscalingOnly = 'autoscaling is off on it: send {autoscalingOnly} to include such volumes';

export const transitions = [
  ebsVolume({
    action: 'create',
    from: ['absent'],
    to: 'creating',
    cause: 'cascade',
    next: { takes: 'create', action: 'finish-creation' },
    refusal: 'volume-not-absent',
    source: 'C',
    note: 'Datafy makes a member of a managed volume.',
  }),
  ebsVolume({
    action: 'appear',
    from: ['absent'],
    to: 'available',
    cause: 'cascade',
    refusal: 'volume-not-absent',
    source: 'A',
    note: 'An ordinary volume is there.',
  }),
  ebsVolume({
    action: 'finish-creation',
    from: ['creating'],
    to: 'available',
    cause: 'clock',
    refusal: 'volume-not-creating',
    source: 'D',
    note: 'It can be attached from here on.',
  }),
  ebsVolume({
    action: 'attach',
    from: ['available'],
    to: 'in-use',
    cause: 'cascade',
    refusal: 'volume-not-available',
    source: 'D',
    note: 'It is on its way to an instance.',
  }),
  ebsVolume({
    action: 'detach',
    from: ['in-use'],
    to: 'available',
    cause: 'cascade',
    refusal: 'volume-not-available',
    source: 'D',
    note: 'It is off its instance.',
  }),
  ebsVolume({
    action: 'delete',
    from: ['creating', 'available', 'in-use'],
    to: 'absent',
    cause: 'cascade',
    refusal: 'volume-not-available',
    source: 'C',
    note: 'Its volume goes, or gives way to another one; or its data is on the members of a managed volume.',
  }),

  ebsAttachment({
    action: 'attach',
    from: ['absent'],
    to: 'attaching',
    cause: 'cascade',
    next: { takes: 'attach', action: 'finish-attach' },
    refusal: 'volume-already-attached',
    source: 'C',
    note: 'An ordinary volume has the device name that it was given, each member of a managed one a name of its own.',
  }),
  ebsAttachment({
    action: 'finish-attach',
    from: ['attaching'],
    to: 'attached',
    cause: 'clock',
    refusal: 'attachment-not-attaching',
    source: 'D',
    note: 'It is on its instance.',
  }),
  ebsAttachment({
    action: 'detach',
    from: ['attaching', 'attached', 'detaching'],
    to: 'detaching',
    cause: 'cascade',
    next: { takes: 'detach', action: 'finish-detach' },
    refusal: 'attachment-in-transition',
    source: 'C',
    note: 'Its volume is detached.',
  }),
  ebsAttachment({
    action: 'finish-detach',
    from: ['detaching'],
    to: 'absent',
    cause: 'clock',
    refusal: 'attachment-not-detaching',
    source: 'D',
    note: 'It and its device name are free.',
  }),
  ebsAttachment({
    action: 'remove',
    from: ['attaching', 'attached', 'detaching'],
    to: 'absent',
    cause: 'cascade',
    refusal: 'attachment-in-transition',
    source: 'D',
    note: 'Its instance is terminated, or its volume deleted.',
  }),

  ebsModification({
    action: 'modify',
    from: ['absent'],
    to: 'modifying',
    cause: 'cascade',
    next: { takes: 'modify', action: 'complete' },
    refusal: 'modification-in-progress',
    source: 'A',
    note: 'Its volume is modified.',
  }),
  ebsModification({
    action: 'complete',
    from: ['modifying'],
    to: 'completed',
    cause: 'clock',
    refusal: 'modification-ended',
    source: 'D',
    note: 'It has the new values.',
  }),
  ebsModification({
    action: 'fail',
    from: ['modifying'],
    to: 'failed',
    cause: 'fault',
    refusal: 'modification-ended',
    source: 'D',
    note: 'It keeps its old values.',
  }),

  volume({
    action: 'restore',
    from: ['absent'],
    to: 'creating',
    cause: 'request',
    next: { takes: 'create', action: 'finish-creation' },
    refusal: 'volume-not-absent',
    source: 'P',
    note: 'A new autoscaling volume from a snapshot.',
  }),
  volume({
    action: 'create',
    says: 'create-autoscaling-volume',
    from: ['absent'],
    to: 'creating',
    cause: 'request',
    next: { takes: 'create', action: 'finish-creation' },
    refusal: 'volume-not-absent',
    source: 'C',
    note: 'A new, empty autoscaling volume.',
  }),
  volume({
    action: 'finish-creation',
    from: ['creating'],
    to: 'managed',
    cause: 'clock',
    refusal: 'volume-not-creating',
    source: 'A',
    note: 'It can be attached from here on.',
  }),
  volume({
    action: 'appear',
    from: ['absent'],
    to: 'ordinary',
    cause: 'cascade',
    refusal: 'volume-not-absent',
    source: 'C',
    note: 'An EBS volume: made in AWS, or taking over from one that was deactivated.',
  }),
  volume({
    action: 'activate',
    from: ['ordinary'],
    to: 'activating',
    cause: 'request',
    next: { takes: 'activate', action: 'finish-activation' },
    refusal: 'volume-not-ordinary',
    hints: { managed: 'autoscaling is on already' },
    source: 'D',
    note: 'Autoscaling is switched on: by hand, or by a rule that matches.',
  }),
  volume({
    action: 'finish-activation',
    from: ['activating'],
    to: 'managed',
    cause: 'clock',
    next: { takes: 'source', action: 'drop-source' },
    refusal: 'volume-not-activating',
    source: 'D',
    note: 'Its backing volumes carry the data now, and a snapshot of them is taken; callers keep its id.',
  }),
  volume({
    action: 'drop-source',
    from: ['managed'],
    to: 'managed',
    cause: 'clock',
    kind: 'forgetting',
    refusal: 'volume-not-managed',
    source: 'C',
    note: 'Its original EBS volume goes.',
  }),
  volume({
    action: 'deactivate',
    says: 'deactivate-autoscaling',
    from: ['managed'],
    to: 'deactivating',
    cause: 'request',
    next: { takes: 'deactivate', action: 'finish-deactivation' },
    refusal: 'volume-not-managed',
    hints: { ordinary: 'autoscaling is off already' },
    source: 'P',
    note: 'The copy back to one ordinary EBS volume begins.',
  }),
  volume({
    action: 'finish-deactivation',
    from: ['deactivating'],
    to: 'replaced',
    cause: 'clock',
    refusal: 'volume-not-deactivating',
    source: 'C',
    note: 'A fresh EBS volume takes over its data, device and tags; the backing volumes go.',
  }),
  volume({
    action: 'snapshot',
    says: 'create-snapshot',
    from: ['managed'],
    to: 'same',
    cause: 'request',
    refusal: 'volume-not-managed',
    hints: { ordinary: sayAutoscalingOnly },
    source: 'P',
    note: 'create-snapshot with autoscalingOnly true, its default.',
  }),
  volume({
    action: 'snapshot-any',
    says: 'create-snapshot',
    from: ['ordinary', 'managed'],
    to: 'same',
    cause: 'request',
    refusal: 'volume-not-available',
    source: 'P',
    note: 'create-snapshot with autoscalingOnly false.',
  }),
  volume({
    action: 'attach',
    from: ['managed'],
    to: 'same',
    cause: 'request',
    refusal: 'volume-not-managed',
    hints: { ordinary: 'autoscaling is off on it: attach it with AWS' },
    source: 'P',
    note: 'Only an autoscaling volume is attached through Datafy.',
  }),
  volume({
    action: 'attach-in-aws',
    says: 'attaching it in AWS',
    from: ['ordinary'],
    to: 'same',
    cause: 'request',
    refusal: 'volume-not-ordinary',
    hints: { managed: 'attach it through Datafy' },
    source: 'A',
    note: 'What AWS does with a volume that Datafy does not manage.',
  }),
  volume({
    action: 'detach',
    from: ['ordinary', 'managed'],
    to: 'same',
    cause: 'request',
    refusal: 'volume-not-available',
    source: 'C',
    note: 'A volume on its way to or from autoscaling stays where it is.',
  }),
  volume({
    action: 'modify',
    from: ['managed'],
    to: 'same',
    cause: 'request',
    refusal: 'volume-not-managed',
    hints: { ordinary: sayAutoscalingOnly },
    source: 'P',
    note: 'modify with autoscalingOnly true, its default.',
  }),
  volume({
    action: 'modify-any',
    says: 'modify',
    from: ['ordinary', 'managed'],
    to: 'same',
    cause: 'request',
    refusal: 'volume-not-available',
    source: 'P',
    note: 'modify with autoscalingOnly false.',
  }),
  volume({
    action: 'delete',
    says: 'deleting it',
    from: ['ordinary', 'managed', 'replaced'],
    to: 'absent',
    cause: 'request',
    refusal: 'volume-not-available',
    hints: {
      creating: 'wait until it is there',
      activating: 'wait until autoscaling is on',
      deactivating: 'wait until another volume has taken over',
    },
    source: 'A',
    note: 'Gone from AWS, with the volumes behind it; its snapshots stay.',
  }),
  volume({
    action: 'delete-on-termination',
    from: ['creating', 'ordinary', 'activating', 'managed', 'replaced'],
    to: 'absent',
    cause: 'cascade',
    refusal: 'volume-not-available',
    source: 'P',
    note: 'Its instance was terminated, and deleteOnTermination is set. One that is deactivating survives [A].',
  }),

  modification({
    action: 'modify',
    from: ['absent'],
    to: 'modifying',
    cause: 'request',
    next: { takes: 'modify', action: 'complete' },
    refusal: 'modification-in-progress',
    hints: { modifying: 'wait until it has ended' },
    source: 'C',
    note: 'The volume keeps its old values; one modification at a time.',
  }),
  modification({
    action: 'outlast',
    says: 'deactivate-autoscaling',
    from: ['absent'],
    to: 'same',
    cause: 'request',
    refusal: 'modification-in-progress',
    hints: { modifying: 'wait until it has ended' },
    source: 'A',
    note: 'Deactivation is refused while a modification is under way.',
  }),
  modification({
    action: 'complete',
    from: ['modifying'],
    to: 'completed',
    cause: 'clock',
    refusal: 'modification-ended',
    source: 'C',
    note: 'The volume shows the new values.',
  }),
  modification({
    action: 'fail',
    from: ['modifying'],
    to: 'failed',
    cause: 'fault',
    refusal: 'modification-ended',
    source: 'D',
    note: 'The volume keeps its old values and can be modified again.',
  }),

  snapshot({
    action: 'create',
    from: ['absent'],
    to: 'pending',
    cause: 'request',
    next: { takes: 'snapshot', action: 'complete' },
    refusal: 'snapshot-not-absent',
    source: 'P',
    note: 'One EBS snapshot per backing volume.',
  }),
  snapshot({
    action: 'complete',
    from: ['pending'],
    to: 'completed',
    cause: 'clock',
    refusal: 'snapshot-ended',
    source: 'D',
    note: 'It can be restored from here on.',
  }),
  snapshot({
    action: 'fail',
    from: ['pending'],
    to: 'error',
    cause: 'fault',
    refusal: 'snapshot-ended',
    source: 'D',
    note: 'It can never be restored.',
  }),
  snapshot({
    action: 'restore',
    from: ['completed'],
    to: 'same',
    cause: 'request',
    refusal: 'snapshot-not-completed',
    hints: { pending: 'try again when it is', error: 'take a new snapshot' },
    source: 'A',
    note: 'Only a completed snapshot is restored.',
  }),

  attachment({
    action: 'attach',
    from: ['absent'],
    to: 'attaching',
    cause: 'request',
    next: { takes: 'attach', action: 'finish-attach' },
    refusal: 'volume-already-attached',
    hints: { attaching: 'it is on its way to that instance', attached: 'detach it first' },
    source: 'P',
    note: 'The device name is taken from here on.',
  }),
  attachment({
    action: 'finish-attach',
    from: ['attaching'],
    to: 'attached',
    cause: 'clock',
    refusal: 'attachment-not-attaching',
    source: 'D',
    note: 'The volume is on its instance.',
  }),
  attachment({
    action: 'detach',
    from: ['attached'],
    to: 'detaching',
    cause: 'request',
    next: { takes: 'detach', action: 'finish-detach' },
    refusal: 'attachment-in-transition',
    hints: { attaching: 'wait until it is, or send {force}', detaching: 'it is on its way already' },
    source: 'C',
    note: 'The device name stays taken until the volume is off.',
  }),
  attachment({
    action: 'force-detach',
    says: 'detach',
    from: ['attaching', 'attached', 'detaching'],
    to: 'detaching',
    cause: 'request',
    next: { takes: 'detach', action: 'finish-detach' },
    refusal: 'attachment-in-transition',
    source: 'C',
    note: 'detach with force true.',
  }),
  attachment({
    action: 'finish-detach',
    from: ['detaching'],
    to: 'absent',
    cause: 'clock',
    refusal: 'attachment-not-detaching',
    source: 'D',
    note: 'The volume and the device name are free.',
  }),
  attachment({
    action: 'keep',
    says: 'deactivate-autoscaling',
    from: ['attached'],
    to: 'same',
    cause: 'request',
    refusal: 'attachment-in-transition',
    source: 'A',
    note: 'Deactivation is refused while the volume is on its way to or from an instance.',
  }),
  attachment({
    action: 'outlast',
    says: 'deleting the volume',
    from: ['absent'],
    to: 'same',
    cause: 'request',
    refusal: 'volume-attached',
    hints: { attaching: 'detach it first', attached: 'detach it first', detaching: 'wait until it is off' },
    source: 'D',
    note: 'A volume on an instance is not deleted.',
  }),
  attachment({
    action: 'terminate',
    from: ['attaching', 'attached', 'detaching'],
    to: 'absent',
    cause: 'cascade',
    refusal: 'attachment-in-transition',
    source: 'D',
    note: 'Its instance is terminated.',
  }),
] as const satisfies readonly Transition[];

/** What the machine acts on: the resources, and what can happen to them. */
export interface Table {
  resources: readonly Resource[];
  goesBy: typeof goesBy;
  transitions: readonly Transition[];
  /** How often a row may recur at one go: one that goes on for ever would have all worlds stand still. */
  mostRecurrences: number;
}

export const table: Table = { resources, goesBy, transitions, mostRecurrences: 100_000 };

type Row = (typeof transitions)[number];
export type Action<R extends Resource> = Extract<Row, { resource: R }>['action'];

/** The table's row for an action; every action of a resource has exactly one. */
export function transition<R extends Resource>(resource: R, action: Action<R>): Transition {
  const row = transitions.find((each) => each.resource === resource && each.action === action);
  if (!row) throw new Error(`No transition ${resource} ${action}`);
  return row;
}

/** Whether something is under way after a transition, by itself. */
export const beginsSomething = ({ resource, next }: Transition): boolean =>
  next !== undefined && transition(resource, next.action as never).kind === undefined;

// Sets of statuses, by what they mean to the rules beside the table: elsewhere no status is compared with a text, but
// looked for in one of these.

const setsOfVolumes = {
  /** Datafy is making it: there is nothing of it in AWS yet. */
  beingMade: ['creating'],
  /** Autoscaling can be switched on, if the volume is such as is supported. */
  activatable: transition('volume', 'activate').from as ['ordinary'],
  /** It is its own EBS volume, and has never been Datafy's. */
  ownEbsVolume: ['ordinary', 'activating'],
  /** Its data is on the EBS volumes that Datafy made, and on no other. */
  managed: ['managed'],
  /** EBS volumes of Datafy's stand behind it: autoscaling is on from when it is made with it, and until it is off [A]. */
  autoscaled: ['creating', 'managed', 'deactivating'],
  /** Datafy has it, or is about to. */
  withDatafy: ['creating', 'activating', 'managed', 'deactivating'],
  /** Its data is on its way back to one EBS volume. */
  givingWay: ['deactivating'],
  /** Another volume has taken over, and nothing of it is left in AWS. */
  replaced: ['replaced'],
} satisfies Record<string, readonly Status<'volume'>[]>;

export const volumeStatuses: Record<keyof typeof setsOfVolumes, readonly string[]> = setsOfVolumes;

const setsOfAttachments = {
  /** The volume is on its instance, and can be used there. */
  attached: ['attached'],
  /** The volume is on its way off its instance. */
  leaving: ['detaching'],
} satisfies Record<string, readonly Status<'attachment'>[]>;

export const attachmentStatuses: Record<keyof typeof setsOfAttachments, readonly string[]> = setsOfAttachments;

/** The statuses of a snapshot in which it can be restored. */
export const restorable: readonly string[] = transition('snapshot', 'restore').from;

const underWay = Map.groupBy(
  (transitions as readonly Transition[]).filter(beginsSomething),
  ({ resource }) => resource,
);

/** Whether a row of this status is on its way to another, by itself. */
export const isUnderWay = (resource: Resource, status: string): boolean =>
  underWay.get(resource)?.some(({ to }) => to === status) ?? false;

/** The condition, in SQL, that a row has one of these statuses. */
export const hasOneOf = (statuses: readonly string[]): string =>
  `(${statuses.map((status) => `status = '${status}'`).join(' OR ')})`;

/**
 * The transitions that a fault can strike, and what it can make of them. Any that takes time can be held; one that has
 * a failure in the table can fail. What follows from another change shares that one's fate. `role-arn.set` is the check
 * of a role: no transition, but it can fail.
 */
export const faultyTransitions: ReadonlyMap<string, readonly ('fail' | 'hold')[]> = new Map([
  ...(transitions as readonly Transition[])
    .filter((row) => !row.quiet && beginsSomething(row))
    .map((row): [string, ('fail' | 'hold')[]] => {
      const fails = (transitions as readonly Transition[]).some(
        (each) => each.resource === row.resource && each.action === 'fail',
      );
      return [`${row.resource}.${row.action}`, fails ? ['fail', 'hold'] : ['hold']];
    }),
  ['role-arn.set', ['fail']] as [string, ('fail' | 'hold')[]],
]);
