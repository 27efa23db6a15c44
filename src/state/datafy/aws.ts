import { EmulatorError } from '../../ground/errors.ts';
import { checkPerformance, gp3, regionOf } from '../aws/ebs.ts';
import { instanceChange, instanceFields, newInstance } from '../aws/instance-fields.ts';
import type { InstanceRow, Instances } from '../aws/instances.ts';
import { checkTags, type Tag } from '../aws/tags.ts';
import { type Machine, note, type Tx } from '../engine/machine.ts';
import { transition } from '../engine/transitions.ts';
import type { Worlds } from '../engine/worlds.ts';
import { columnsAsked, type Said } from '../fields/face.ts';
import { defaultsOf } from '../fields/field.ts';
import type { Attachments, AttachRequest } from './attachments.ts';
import { newVolume, volumeFields } from './fields/volume.ts';
import type { Members } from './members.ts';
import type { Rules } from './rules.ts';
import { type Volumes, volumeThing } from './volumes.ts';

export type NewEbsVolume = Said<typeof newVolume>;

export type NewInstance = Said<typeof newInstance>;

/** What can change on a running instance; null takes a name away. */
export type InstanceChange = Said<typeof instanceChange>;

/**
 * What happens in AWS, without Datafy: volumes and instances that come, change and go. Rules look at each of them,
 * since they hold for what comes later too [D].
 */
export function createAws(
  machine: Machine,
  worlds: Worlds,
  volumes: Volumes,
  members: Members,
  instances: Instances,
  attachments: Attachments,
  rules: Rules,
) {
  return {
    /**
     * An ordinary EBS volume comes to be.
     *
     * @returns its id
     * @throws EmulatorError `volume-id-taken`, `availability-zone-invalid`, `tags-invalid`, and the limits of its type
     */
    createVolume(tx: Tx, volume: NewEbsVolume): string {
      const { sizeGb, availabilityZone, volumeType = volumeFields.volumeType.default } = volume;
      const { iops = gp3.iops.minimum, throughput = gp3.throughput.minimum } = volume;
      regionOf(availabilityZone);
      checkPerformance(volumeType, { sizeGb, iops, throughput });
      const tags = checkTags(volume.tags);
      const id = volume.volumeId ?? worlds.makeId(tx, 'vol');
      const holder = volume.volumeId && volumes.holder(tx, id);
      if (holder) throw new EmulatorError('volume-id-taken', { volumeId: id, holder });
      const key = volumes.insert(tx, {
        ...machine.begin(tx, 'volume', 'appear', id),
        ...columnsAsked(newVolume, volume),
        id,
        origin: 'ebs',
        has_source: 1,
        iops,
        throughput,
        tags: JSON.stringify(tags),
      });
      members.appear(tx, volumes.byKey(tx, key));
      rules.volumeChanged(tx, key);
      return id;
    },

    /**
     * A volume that is on no instance goes, with the EBS volumes behind it; its snapshots stay.
     *
     * @throws EmulatorError `volume-not-found`, `volume-attached`, `volume-not-available`
     */
    deleteVolume(tx: Tx, volumeId: string): void {
      const volume = volumes.find(tx, volumeId);
      const attachment = attachments.of(volume);
      if (attachment) machine.apply(tx, 'attachment', 'outlast', attachments.thing(volume, attachment));
      machine.allow('volume', 'delete', volumeThing(volume));
      members.remove(tx, volume);
      machine.apply(tx, 'volume', 'delete', volumeThing(volume));
    },

    /**
     * @throws EmulatorError `volume-not-found`, `volume-not-ordinary`, and as `attachments.begin`, but for the agent
     */
    attachVolume(tx: Tx, volumeId: string, request: AttachRequest): void {
      const volume = volumes.find(tx, volumeId);
      machine.apply(tx, 'volume', 'attach-in-aws', volumeThing(volume));
      attachments.begin(tx, volume, request, false);
    },

    /** @throws EmulatorError `volume-not-found`, `tags-invalid` */
    tagVolume(tx: Tx, volumeId: string, tags: readonly Tag[]): void {
      const volume = volumes.find(tx, volumeId);
      note(tx, 'volume', volumeId, 'tag');
      volumes.retag(tx, volume.key, checkTags(tags));
      members.retag(tx, volumes.byKey(tx, volume.key));
      rules.volumeChanged(tx, volume.key);
    },

    /**
     * @returns the instance's id
     * @throws EmulatorError `instance-id-taken`, `availability-zone-invalid`, `tags-invalid`
     */
    createInstance(tx: Tx, instance: NewInstance): string {
      regionOf(instance.availabilityZone);
      const id = instance.instanceId ?? worlds.makeId(tx, 'i');
      const owner = instance.instanceId && instances.owner(tx, id);
      if (owner) throw new EmulatorError('instance-id-taken', { instanceId: id, accountId: owner });
      note(tx, 'instance', id, 'create');
      instances.insert({
        organization: tx.organization,
        account: tx.account,
        ...defaultsOf(instanceFields),
        ...columnsAsked(newInstance, instance),
        id,
        tags: JSON.stringify(checkTags(instance.tags)),
        created_at: tx.now,
      });
      return id;
    },

    /** @throws EmulatorError `instance-not-found`, `tags-invalid` */
    changeInstance(tx: Tx, instanceId: string, change: InstanceChange): void {
      const before = instances.find(tx, instanceId);
      const after: InstanceRow = {
        ...before,
        ...columnsAsked(instanceChange, change),
        ...(change.tags && { tags: JSON.stringify(checkTags(change.tags)) }),
      };
      note(tx, 'instance', instanceId, 'change');
      instances.update(after);
      rules.instanceChanged(tx, before.key);
    },

    /**
     * An instance is terminated: its volumes come off at once, and those with deleteOnTermination go, if an agent ran
     * there [P]. The data of one that is deactivating is still on its way to another volume, so it stays [A].
     *
     * @throws EmulatorError `instance-not-found`
     */
    terminateInstance(tx: Tx, instanceId: string): void {
      const instance = instances.find(tx, instanceId);
      note(tx, 'instance', instanceId, 'terminate');
      for (const attachment of attachments.onInstance(tx, instance.key)) {
        const volume = volumes.byKey(tx, attachment.volume);
        machine.apply(tx, 'attachment', 'terminate', attachments.thing(volume, attachment));
        members.takeOff(tx, volume);
        if (attachment.delete_on_termination && instance.agent && deletable.includes(volume.status)) {
          members.remove(tx, volume);
          machine.apply(tx, 'volume', 'delete-on-termination', volumeThing(volume));
        }
      }
      instances.remove(tx, instance.key);
    },
  };
}

/** The statuses in which a volume goes with its instance. */
const deletable = transition('volume', 'delete-on-termination').from;
