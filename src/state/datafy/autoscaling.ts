import { EmulatorError } from '../../ground/errors.ts';
import { agentProblem } from '../aws/agent.ts';
import { asGp3, gp3, supported } from '../aws/ebs.ts';
import { ended, type Machine, type Tx } from '../engine/machine.ts';
import type { Effects } from '../engine/settle.ts';
import { attachmentStatuses, volumeStatuses } from '../engine/transitions.ts';
import type { Worlds } from '../engine/worlds.ts';
import { type Attachments, type AttachmentWithInstance, placeOf } from './attachments.ts';
import type { Members } from './members.ts';
import type { Modifications } from './modifications.ts';
import type { Snapshots } from './snapshots.ts';
import { type VolumeRow, type Volumes, volumeThing } from './volumes.ts';

export type Autoscaling = ReturnType<typeof createAutoscaling>;

/** Autoscaling switched on and off: how a volume becomes managed, and an ordinary one again. */
export function createAutoscaling(
  machine: Machine,
  worlds: Worlds,
  volumes: Volumes,
  members: Members,
  attachments: Attachments,
  modifications: Modifications,
  snapshots: Snapshots,
) {
  return {
    /**
     * Switches autoscaling on. Once its data is on the EBS volumes behind it, the original one goes [C], at once or after
     * the time that the pace has for it.
     *
     * @throws EmulatorError `volume-not-found`, `volume-not-ordinary`, `volume-unsupported`
     */
    activate(tx: Tx, volumeId: string): void {
      const volume = volumes.find(tx, volumeId);
      const reason = volumeStatuses.activatable.includes(volume.status)
        ? unsupportedReason(volume, attachments.of(volume))
        : undefined;
      if (reason) throw new EmulatorError('volume-unsupported', { volumeId, reason });
      machine.apply(tx, 'volume', 'activate', volumeThing(volume));
    },

    /**
     * Switches autoscaling off: the data is copied back to one fresh EBS volume, which takes the device over [C][D].
     *
     * @throws EmulatorError `volume-not-found`, `volume-not-managed`, `volume-too-large`,
     *   `modification-in-progress`, `attachment-in-transition`
     */
    deactivate(tx: Tx, volumeId: string): void {
      const volume = volumes.find(tx, volumeId);
      machine.allow('volume', 'deactivate', volumeThing(volume));
      if (volume.size_gb > gp3.sizeGb.maximum) {
        throw new EmulatorError('volume-too-large', { volumeId, sizeGb: volume.size_gb, maximum: gp3.sizeGb.maximum });
      }
      const modification = modifications.underWay(volume);
      if (modification) machine.apply(tx, 'modification', 'outlast', modification);
      const attachment = attachments.of(volume);
      if (attachment) machine.apply(tx, 'attachment', 'keep', attachments.thing(volume, attachment));
      machine.apply(tx, 'volume', 'deactivate', volumeThing(volume));
    },

    effects: {
      'volume.finish-activation'(tx, key) {
        const volume = volumes.byKey(tx, key);
        const attachment = attachments.of(volume);
        members.addOn(tx, volume, attachment && { ...placeOf(attachment), along: ended });
        snapshots.takeAtActivation(tx, volume);
      },

      'volume.drop-source'(tx, key) {
        members.removeSource(tx, volumes.byKey(tx, key));
        volumes.dropSource(tx, key);
      },

      'volume.finish-deactivation'(tx, key) {
        const volume = volumes.byKey(tx, key);
        const id = worlds.makeId(tx, 'vol');
        const replacement = volumes.insert(tx, {
          ...machine.begin(tx, 'volume', 'appear', id),
          changed_by: volume.changed_by,
          id,
          origin: 'ebs',
          has_source: 1,
          size_gb: volume.size_gb,
          ...asGp3({ sizeGb: volume.size_gb, iops: volume.iops, throughput: volume.throughput }),
          availability_zone: volume.availability_zone,
          encrypted: volume.encrypted,
          kms_key_id: volume.kms_key_id,
          file_system: volume.file_system,
          tags: volume.tags,
        });
        volumes.markReplaced(tx, key, id);
        members.remove(tx, volume);
        attachments.handOver(tx, key, replacement);
        const successor = volumes.byKey(tx, replacement);
        members.appear(tx, successor);
        const attachment = attachments.of(successor);
        if (attachment) members.attach(tx, successor, placeOf(attachment), ended);
      },
    } satisfies Effects as Effects,
  };
}

/** Why a volume cannot be autoscaled, if it cannot: what Datafy's app calls Unsupported [D]. */
export function unsupportedReason(
  volume: VolumeRow,
  attachment: AttachmentWithInstance | undefined,
): string | undefined {
  if (volume.boot) return 'it is a boot volume';
  if (!supported.volumeTypes.includes(volume.volume_type)) return `its type ${volume.volume_type} is not supported`;
  if (!supported.fileSystems.includes(volume.file_system))
    return `its file system ${volume.file_system} is not supported`;
  if (!attachment) return 'it is not attached to any instance';
  if (!attachmentStatuses.attached.includes(attachment.status)) return `it is ${attachment.status}, not attached`;
  const problem = agentProblem(attachment);
  return problem && `its instance ${attachment.instance_id} ${problem}`;
}
