import type { Names, Sentences } from '../../words/index.ts';

/** What the control surface calls the fields that a refusal may name: mostly as the engine does. */
export const controlNames: Names = {
  availabilityZone: 'availabilityZone',
  deviceName: 'deviceName',
  instanceId: 'instanceId',
  iops: 'iops',
  sizeGb: 'sizeGb',
  status: 'querystring/status',
  tags: 'body/tags',
  throughput: 'throughput',
  volumeId: 'volumeId',
};

/** What is said of the control surface's own calls. */
export const controlSentences: Partial<Sentences> = {
  'control-token-wrong': () =>
    'The control surface needs its own token, the one given by --control-token: send "Authorization: Bearer <it>"',
  'clock-not-controlled': () =>
    'The clock of this world is the system\'s: send PUT …/clock {"mode": "controlled"} first',
};
