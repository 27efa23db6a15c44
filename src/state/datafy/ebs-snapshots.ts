/** One of the EBS snapshots that a Datafy snapshot consists of, and the EBS volume it is of. */
export interface EbsSnapshot {
  id: string;
  volume_id: string;
}

/** The columns of `snapshot` that hold its set of EBS snapshots: it is made, read and removed as a whole. */
export interface EbsColumns {
  /** The set in array order, as JSON. */
  ebs_snapshots: string;
  /** The lowest and the highest of their ids; null where there are none. */
  ebs_first: string | null;
  ebs_last: string | null;
}

export function ebsColumns(set: readonly EbsSnapshot[]): EbsColumns {
  const ids = set.map(({ id }) => id).sort();
  return { ebs_snapshots: JSON.stringify(set), ebs_first: ids[0] ?? null, ebs_last: ids.at(-1) ?? null };
}

export const ebsSnapshotsOf = ({ ebs_snapshots }: EbsColumns): EbsSnapshot[] => JSON.parse(ebs_snapshots);
