import type { Transition } from './form.ts';

const snapshot = <const Action extends string>(row: Omit<Transition<'snapshot', Action>, 'resource'>) =>
  ({ resource: 'snapshot', ...row }) as const;

/** What happens to snapshots. */
export const snapshotTransitions = [
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
] as const satisfies readonly Transition[];
