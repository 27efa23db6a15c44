import { attachmentTransitions } from './table/attachments.ts';
import { awsTransitions } from './table/aws.ts';
import { goesBy, type Resource, resources, type Status, type Transition } from './table/form.ts';
import { snapshotTransitions } from './table/snapshots.ts';
import { volumeTransitions } from './table/volumes.ts';

export { goesBy, type Resource, resources, type Source, type Status, statuses, type Transition } from './table/form.ts';

/**
 * The table: every status there is, every action, from which statuses it is allowed, and where it leads.
 *
 * It is data. `machine.ts` is the only code that acts on it; the tests, the database's CHECKs and
 * docs/transitions.md are held against it.
 */
export const transitions = [
  ...awsTransitions,
  ...volumeTransitions,
  ...snapshotTransitions,
  ...attachmentTransitions,
] as const;

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
