import type { Attachments, AttachRequest } from './attachments.ts';
import { gp3, regionOf } from './ebs.ts';
import type { InstanceRow, Instances } from './instances.ts';
import { type Machine, note, type Tx } from './machine.ts';
import type { Rules } from './rules.ts';
import { checkTags, type Tag } from './tags.ts';
import { type Volumes, volumeThing } from './volumes.ts';
import type { Worlds } from './worlds.ts';

export interface NewEbsVolume {
  /** GiB */
  sizeGb: number;
  availabilityZone: string;
  tags?: readonly Tag[];
}

export interface NewInstance {
  availabilityZone: string;
  agent: boolean;
  clusterName?: string | null;
  nodeGroupName?: string | null;
  tags?: readonly Tag[];
}

/** What can change on a running instance. */
export type InstanceChange = Partial<Omit<NewInstance, 'availabilityZone'>>;

/**
 * What happens in AWS, without Datafy: volumes and instances that come, and change. Rules look at each of them, since
 * they hold for what comes later too [D].
 */
export function createAws(
  machine: Machine,
  worlds: Worlds,
  volumes: Volumes,
  instances: Instances,
  attachments: Attachments,
  rules: Rules,
) {
  return {
    /** @throws EmulatorError `availability-zone-invalid`, `tags-invalid` */
    createVolume(tx: Tx, { sizeGb, availabilityZone, tags }: NewEbsVolume): string {
      regionOf(availabilityZone);
      const id = worlds.makeId(tx, 'vol');
      volumes.insert(tx, {
        ...machine.begin(tx, 'volume', 'appear', id),
        id,
        origin: 'ebs',
        has_source: 1,
        size_gb: sizeGb,
        iops: gp3.iops.minimum,
        throughput: gp3.throughput.minimum,
        availability_zone: availabilityZone,
        tags: JSON.stringify(checkTags(tags, 'tags')),
      });
      return id;
    },

    /** @throws EmulatorError as `attachments.attach` */
    attachVolume(tx: Tx, volumeId: string, request: AttachRequest): void {
      const volume = volumes.find(tx, volumeId);
      machine.apply(tx, 'volume', 'attach-in-aws', volumeThing(volume));
      attachments.begin(tx, volume, request, false);
    },

    /** @throws EmulatorError `volume-not-found`, `tags-invalid` */
    tagVolume(tx: Tx, volumeId: string, tags: readonly Tag[]): void {
      const volume = volumes.find(tx, volumeId);
      note(tx, 'volume', volumeId, 'tag');
      volumes.retag(tx, volume.key, checkTags(tags, 'tags'));
      rules.volumeChanged(tx, volume.key);
    },

    /** @throws EmulatorError `availability-zone-invalid`, `tags-invalid` */
    createInstance(tx: Tx, instance: NewInstance): string {
      regionOf(instance.availabilityZone);
      const id = worlds.makeId(tx, 'i');
      note(tx, 'instance', id, 'create');
      instances.insert({
        organization: tx.organization,
        account: tx.account,
        id,
        availability_zone: instance.availabilityZone,
        agent: instance.agent ? 1 : 0,
        cluster_name: instance.clusterName ?? null,
        node_group_name: instance.nodeGroupName ?? null,
        tags: JSON.stringify(checkTags(instance.tags, 'tags')),
        created_at: tx.now,
      });
      return id;
    },

    /** @throws EmulatorError `instance-not-found`, `tags-invalid` */
    changeInstance(tx: Tx, instanceId: string, change: InstanceChange): void {
      const before = instances.find(tx, instanceId);
      const after: InstanceRow = {
        ...before,
        ...(change.agent !== undefined && { agent: change.agent ? 1 : 0 }),
        ...(change.clusterName !== undefined && { cluster_name: change.clusterName }),
        ...(change.nodeGroupName !== undefined && { node_group_name: change.nodeGroupName }),
        ...(change.tags && { tags: JSON.stringify(checkTags(change.tags, 'tags')) }),
      };
      note(tx, 'instance', instanceId, 'change');
      instances.update(after);
      rules.instanceChanged(tx, before.key);
    },
  };
}
