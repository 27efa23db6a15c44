import { formatInstant } from '../ground/clock.ts';
import { list, type Sentences, wrongStatus } from './sentence.ts';

const because = (hint: string | undefined) => (hint ? `: ${hint}` : '');

/** Of what is not there, of what its state does not allow, and of whole worlds. */
export const stateSentences = {
  'volume-not-found': ({ volumeId, accountId, hint }) =>
    `There is no volume ${volumeId} in account ${accountId}${because(hint)}`,
  'snapshot-not-found': ({ snapshotId, accountId, hint }) =>
    `There is no snapshot ${snapshotId} in account ${accountId}${because(hint)}`,
  'instance-not-found': ({ instanceId, accountId }) => `There is no instance ${instanceId} in account ${accountId}`,
  'account-not-found': ({ accountId }) => `There is no account ${accountId}`,
  'organization-not-found': ({ organizationId }) => `There is no organization ${organizationId}`,
  'fault-not-found': ({ faultId }) => `There is no fault ${faultId}`,
  'organization-gone': () => 'The organization was deleted while the call was under way',
  'checkpoint-not-found': ({ name, known }) =>
    `There is no checkpoint "${name}"${known.length > 0 ? `: there are ${list(known, 'and')}` : ''}`,
  'token-not-found': ({ tokenId, accountId }) => `There is no token ${tokenId} in account ${accountId}`,
  'role-arn-not-found': ({ accountId }) => `Account ${accountId} has no role ARN`,
  'rule-not-found': ({ ruleId, accountId }) => `There is no autoscaling rule ${ruleId} in account ${accountId}`,

  'volume-not-absent': wrongStatus,
  'volume-not-creating': wrongStatus,
  'volume-not-ordinary': wrongStatus,
  'volume-not-activating': wrongStatus,
  'volume-not-managed': wrongStatus,
  'volume-not-deactivating': wrongStatus,
  'volume-not-available': wrongStatus,
  'volume-already-attached': wrongStatus,
  'volume-attached': wrongStatus,
  'modification-in-progress': wrongStatus,
  'modification-ended': wrongStatus,
  'snapshot-not-absent': wrongStatus,
  'snapshot-ended': wrongStatus,
  'snapshot-not-completed': wrongStatus,
  'attachment-not-attaching': wrongStatus,
  'attachment-not-detaching': wrongStatus,
  'attachment-in-transition': wrongStatus,
  'volume-id-taken': ({ volumeId, holder }, words) => `${words.of('volumeId')} ${volumeId} is taken: it is ${holder}`,
  'instance-id-taken': ({ instanceId, accountId }, words) =>
    `${words.of('instanceId')} ${instanceId} is taken: it is an instance of account ${accountId}`,
  'attached-elsewhere': ({ volumeId, instanceId, wanted }) =>
    `Volume ${volumeId} is on instance ${instanceId}, not on ${wanted}`,
  'account-owns-volumes': ({ accountId, count }) =>
    `Account ${accountId} still owns ${count} autoscaling volume${count === 1 ? '' : 's'}: ` +
    'switch autoscaling off on each, and delete it then',
  'account-is-organization': ({ accountId }) =>
    `Account ${accountId} is the organization's own: only sub-accounts can be deleted`,
  'generations-exhausted': ({ volumeId, last }) =>
    `Volume ${volumeId} has a snapshot of generation ${last}, and no generation comes after that`,
  'volume-too-large': ({ volumeId, sizeGb, maximum }) =>
    `Volume ${volumeId} has ${sizeGb} GiB, and the one EBS volume that would take over can have ${maximum} at most`,
  'volume-unsupported': ({ volumeId, reason }) => `Volume ${volumeId} cannot be autoscaled: ${reason}`,
  'agent-unsuitable': ({ instanceId, problem }) => `Instance ${instanceId} ${problem}`,
  'instance-without-agent': ({ instanceId }) =>
    `Instance ${instanceId} runs no Datafy agent, and an autoscaling volume needs one: install it, or use another instance`,
  'availability-zone-mismatch': ({ volumeId, volumeZone, instanceId, instanceZone }) =>
    `Volume ${volumeId} is in ${volumeZone} and instance ${instanceId} in ${instanceZone}: both must be in one availability zone`,
  'device-in-use': ({ deviceName, instanceId, occupant }, { names }) => {
    const alias = occupant.deviceName === deviceName ? '' : `, which is there as ${occupant.deviceName}`;
    return `Device ${deviceName} of instance ${instanceId} is in use by volume ${occupant.volumeId}${alias}: choose another ${names.deviceName ?? 'device name'}`;
  },
  'filesystem-without-instance': ({ volumeId }, words) =>
    `Volume ${volumeId} is not attached to any instance, so there is no file system to expand: ` +
    `attach it first, or leave ${words.of('expandFilesystem')} out`,

  'fault-idle': ({ problem }) => `The fault would do nothing: ${problem}`,
  'world-invalid': ({ problem }) => `The world cannot be put in place: ${problem}`,
  'clock-backwards': ({ now, wanted }) =>
    `The clock stands at ${formatInstant(now)}, and moves forward only: ${formatInstant(wanted)} is before that`,
  'clock-too-far': ({ latest }) => `The clock goes as far as ${formatInstant(latest)}`,
  'clock-not-controlled': () => "The clock of this world is the system's: it moves by itself",
  'organization-is-default': () => 'The default organization cannot be deleted; it can be reset',
} satisfies Partial<Sentences>;
