import type { Field } from './names.ts';
import { list, type Sentences, type Words } from './sentence.ts';

interface Range {
  value: number;
  minimum: number;
  maximum: number;
  unit: string;
}

const range = (field: Field) => (facts: Range, words: Words) =>
  `${words.of(field)} is ${facts.value}: it must be from ${facts.minimum} to ${facts.maximum} ${facts.unit}`;

/** Of what a request asks for, and nothing can have: whatever the state is. */
export const requestSentences = {
  'tags-invalid': ({ at, problem }, words) => `${[words.of('tags'), ...at].join('/')} ${problem}`,
  'availability-zone-invalid': ({ availabilityZone }, words) =>
    `${words.of('availabilityZone')} "${availabilityZone}" is not an availability zone: it looks like us-east-1a`,
  'device-name-invalid': ({ deviceName }, words) =>
    `${words.of('deviceName')} "${deviceName}" is not a device name: use /dev/sd[a-z] or /dev/xvd[a-z], with up to two more characters`,
  'filter-invalid': ({ value, known }, words) =>
    `${words.of('status')} has "${value}": it must be ${list(known, 'or')}; several are separated by commas`,
  'snapshot-set-invalid': (facts, words) => {
    const name = words.of('snapshotIds');
    switch (facts.reason) {
      case 'empty':
        return `${name} is empty: name every EBS snapshot of one Datafy snapshot`;
      case 'repeated':
        return `${name} names a snapshot twice`;
      case 'mixed':
        return `Snapshots ${list(facts.snapshotIds, 'and')} belong to different Datafy snapshots, ${list(facts.datafySnapshotIds, 'and')}`;
      case 'incomplete':
        return `${name} is not the whole set of ${facts.datafySnapshotId}: add ${facts.missing.join(', ')}`;
    }
  },
  'region-mismatch': ({ snapshotId, snapshotRegion, region, availabilityZone }, words) => {
    const place =
      availabilityZone === undefined ? words.of('region') : `${words.of('availabilityZone')} ${availabilityZone}`;
    return `Snapshot ${snapshotId} is in region ${snapshotRegion}, but ${place} is in ${region}: a snapshot is restored in its own region`;
  },

  'size-out-of-range': range('sizeGb'),
  'iops-out-of-range': range('iops'),
  'throughput-out-of-range': range('throughput'),
  'iops-ratio-exceeded': ({ iops, sizeGb, maximum }, words) =>
    `${words.of('iops')} ${iops} is too much for ${sizeGb} GiB: gp3 has at most 500 IOPS per GiB, here ${maximum}`,
  // Either may be the one that was sent, while the other stays as it is.
  'throughput-ratio-exceeded': ({ throughput, iops, maximum }, words) =>
    `${words.of('throughput')} ${throughput} MiB/s is too much for ${words.of('iops')} ${iops}: ` +
    `gp3 has at most 0.25 MiB/s per IOPS, here ${maximum}`,
  'size-below-snapshot': ({ snapshotId, snapshotSizeGb, sizeGb }, words) =>
    `${words.of('sizeGb')} ${sizeGb} GiB is less than the ${snapshotSizeGb} GiB of snapshot ${snapshotId}: leave it out, or ask for more`,
  'disk-size-missing': (_, words) => `${words.of('sizeGb')} is missing or 0: a new volume needs a size`,
  'kms-key-without-encryption': (_, words) =>
    `${words.of('kmsKeyId')} is given, but ${words.of('encrypted')} is not true: a key is for an encrypted volume`,
  'array-size-invalid': ({ mode, arraySize, possible }, words) => {
    const [name, said, all] = [words.of('arraySize'), words.names.mode ?? `mode ${mode}`, possible.join(', ')];
    if (possible.length === 0) return `${name} is ${arraySize}, but ${said} has no array: leave it out`;
    if (arraySize === 0) return `${name} is missing or 0: ${said} needs it, as one of ${all}`;
    return `${name} is ${arraySize}: it must be one of ${all}`;
  },
  'array-contradictory': ({ first, second }) =>
    `${first.field} is ${JSON.stringify(first.value)} and ${second.field} is ${JSON.stringify(second.value)}: ` +
    'they contradict each other, so send one of them',
  'volume-mode-missing': ({ fields }) =>
    `Neither ${fields.join(' nor ')} is true: a volume of Datafy's has one of them, or both`,
  'array-size-fixed': ({ volumeId, current, wanted }, words) =>
    `${words.of('arraySize')} ${wanted} is not what volume ${volumeId} was made with, ${current}: it cannot be changed`,
  'nothing-to-modify': (_, words) => {
    const fields = (['sizeGb', 'iops', 'throughput'] as const).map(words.of);
    return `The body changes nothing: give ${list(fields, 'or')}, and not 0`;
  },
  'role-arn-invalid': ({ roleArn }, words) =>
    `${words.of('roleArn')} "${roleArn}" is not the ARN of an IAM role: it looks like arn:aws:iam::123456789012:role/name`,
  'role-check-failed': ({ roleArn, reason }, { names: { skipValidation } }) => {
    const or = skipValidation === undefined ? '' : `, or send ${skipValidation}`;
    return `Role ${roleArn} failed the permission check: ${reason}. Mend the role${or}`;
  },
  'rule-invalid': ({ problem }) => problem,
  // In the words that Datafy's clients know.
  'volume-not-attached': () => 'volume is not attached to any instance',
  'size-not-larger': ({ volumeId, current, wanted }, words) =>
    `Volume ${volumeId} is ${current} GiB; ${words.of('sizeGb')} ${wanted} must be larger than that`,
} satisfies Partial<Sentences>;
