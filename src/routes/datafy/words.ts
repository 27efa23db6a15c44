import { type Names, plainSentences, type Sentences } from '../../words/index.ts';

/** What Datafy's calls call the fields that a refusal may name; a route whose body has others says so (`config.names`). */
export const datafyNames: Names = {
  arraySize: 'arraySize',
  autoscalingOnly: '"autoscalingOnly": false',
  availabilityZone: 'availabilityZone',
  deviceName: 'deviceName',
  encrypted: 'encrypted',
  expandFilesystem: 'expandFilesystem',
  force: '"force": true',
  iops: 'volumeIops',
  kmsKeyId: 'kmsKeyId',
  region: 'source.region',
  roleArn: 'roleArn',
  sizeGb: 'volumeSizeGb',
  skipValidation: '"skipValidation": true',
  snapshotIds: 'body/source/snapshotIds',
  tags: 'body/tags',
  throughput: 'volumeThroughput',
};

/** What the bodies that describe a new volume call its size and its tags. */
export const newVolumeNames: Names = { sizeGb: 'diskSize', tags: 'body/volumeProperties/tags' };

/** What is said of Datafy's own calls and fields. */
export const datafySentences: Partial<Sentences> = {
  'accounts-required': () =>
    'An organization token must say which accounts to list: add ?accounts=<sub-account-id>, several of them separated by commas, or ?accounts=all',
  'account-owns-volumes': ({ accountId, count }) =>
    `Account ${accountId} still owns ${count} autoscaling volume${count === 1 ? '' : 's'}: ` +
    'switch autoscaling off on each, with POST /api/v1/volumes/{volumeId}/deactivate-autoscaling, and delete it then',
  'field-internal': ({ field }) => `${field} is read-only and for Datafy's internal use: leave it out`,
  'snapshot-not-found': (facts, words) => {
    const hints = {
      ebs: 'a Datafy snapshot id begins with dsnap-; EBS snapshots are restored with snapshotIds and region',
      datafy: 'restore it with source.datafySnapshotId',
    };
    return plainSentences['snapshot-not-found']({ ...facts, ...(facts.meant && { hint: hints[facts.meant] }) }, words);
  },
  'size-contradictory': ({ upper, lower }) =>
    `body/volumeSizeGb is ${JSON.stringify(lower)} and body/volumeSizeGB is ${JSON.stringify(upper)}: ` +
    'they are two spellings of one field, so send one of them',
};
