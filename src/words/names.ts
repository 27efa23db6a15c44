/** What a refusal may name of a request, by the engine's own name, and what it is called where a surface has no name. */
export const plainNames = {
  arraySize: 'the array size',
  autoscalingOnly: 'the flag for it',
  availabilityZone: 'the availability zone',
  deviceName: 'the device name',
  encrypted: 'encryption',
  expandFilesystem: 'the growth of the file system',
  force: 'the flag for it',
  instanceId: 'the instance id',
  iops: 'the IOPS',
  kmsKeyId: 'the KMS key',
  region: 'the region',
  roleArn: 'the role',
  sizeGb: 'the size',
  snapshotIds: 'the list of EBS snapshots',
  status: 'the status filter',
  tags: 'the tags',
  throughput: 'the throughput',
  volumeId: 'the volume id',
} as const;

export type Field = keyof typeof plainNames;

/**
 * What a caller calls the fields that a refusal may name: a refusal names the field that was sent. Only some callers can
 * say these: how they said which kind of volume it is to be (`datafyMode performance`), and what skips the check of a
 * role.
 */
export type Names = Readonly<Partial<Record<Field | 'mode' | 'skipValidation', string>>>;
