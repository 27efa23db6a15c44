import type { Transition } from './form.ts';

/** A row of what AWS has: Datafy brings it about, with a change of its own that is told. */
const ebsVolume = <const Action extends string>(row: Omit<Transition<'ebs_volume', Action>, 'resource' | 'quiet'>) =>
  ({ resource: 'ebs_volume', quiet: true, ...row }) as const;
const ebsAttachment = <const Action extends string>(
  row: Omit<Transition<'ebs_attachment', Action>, 'resource' | 'quiet'>,
) => ({ resource: 'ebs_attachment', quiet: true, ...row }) as const;
const ebsModification = <const Action extends string>(
  row: Omit<Transition<'ebs_modification', Action>, 'resource' | 'quiet'>,
) => ({ resource: 'ebs_modification', quiet: true, ...row }) as const;

/** What happens to the EBS volumes that AWS has. */
export const awsTransitions = [
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
] as const satisfies readonly Transition[];
