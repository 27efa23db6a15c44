/** A key and its value, as AWS has them: keys of up to 128 characters, values of up to 256 [D]. */
export interface Tag {
  /** Neither empty nor beginning with `aws:` [D] or `datafy:` [C]. */
  key: string;
  /** May be empty. */
  value: string;
}

/**
 * Where a volume stands. The words are the emulator's [A]: `ordinary` is a plain EBS volume, `managed` one that Datafy
 * autoscales, `replaced` one whose autoscaling was switched off and that another volume took over from.
 */
export type VolumeStatus = 'creating' | 'ordinary' | 'activating' | 'managed' | 'deactivating' | 'replaced';

/** Where a Datafy snapshot stands: `pending` [P], then `completed` or `error` [D]. */
export type SnapshotStatus = 'pending' | 'completed' | 'error';

/** Where an attachment stands, in EBS's words [D]. What is detached is no attachment any more. */
export type AttachmentStatus = 'attaching' | 'attached' | 'detaching';

/** Where a modification stands, in EBS's words, but for its `optimizing` [D]. */
export type ModificationStatus = 'modifying' | 'completed' | 'failed';

/** The types of EBS volumes [D]. */
export type VolumeType = 'gp3' | 'gp2' | 'io1' | 'io2' | 'st1' | 'sc1' | 'standard';

/** How a volume came to be: as an EBS volume, as one of Datafy's own, or from a Datafy snapshot [C]. */
export type VolumeOrigin = 'ebs' | 'native' | 'snapshot';
