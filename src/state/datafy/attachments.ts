import type { Database } from 'better-sqlite3';
import { EmulatorError } from '../../ground/errors.ts';
import { agentProblem, versionNeeded } from '../aws/agent.ts';
import type { Place } from '../aws/attachments.ts';
import { attachmentPoint, checkDeviceName } from '../aws/ebs.ts';
import type { InstanceRow, Instances } from '../aws/instances.ts';
import type { Machine, Thing, Tx } from '../engine/machine.ts';
import { attachmentStatuses } from '../engine/transitions.ts';
import { columnsOf, type RowOf } from '../fields/field.ts';
import { type Owned, ownedColumns, prepareInsert, type UnderWay, underWayColumns } from '../fields/table.ts';
import { attachmentFields } from './fields/attachment.ts';
import type { Members } from './members.ts';
import { type VolumeRow, type Volumes, volumeThing } from './volumes.ts';

/** A volume on an instance. */
export interface AttachmentRow extends Owned, UnderWay, RowOf<typeof attachmentFields> {
  volume: number;
  instance: number;
}

/** An attachment with the instance's side of it. */
export interface AttachmentWithInstance
  extends AttachmentRow,
    Pick<InstanceRow, 'agent' | 'agent_mode' | 'agent_version' | 'instance_type'> {
  instance_id: string;
}

export interface AttachRequest {
  instanceId: string;
  deviceName: string;
  deleteOnTermination: boolean;
}

export type Attachments = ReturnType<typeof createAttachments>;

export function createAttachments(
  db: Database,
  machine: Machine,
  volumes: Volumes,
  members: Members,
  instances: Instances,
) {
  const ofVolume = db.prepare<[organization: number, volume: number, account: number], AttachmentWithInstance>(
    `SELECT attachment.*, instance.id AS instance_id, instance.agent, instance.agent_mode,
       instance.agent_version, instance.instance_type
     FROM attachment JOIN instance ON instance.key = attachment.instance
     WHERE attachment.organization = +? AND attachment.volume = +? AND attachment.account = +?`,
  );
  const onInstance = db.prepare<[organization: number, instance: number, account: number], AttachmentWithInstance>(
    `SELECT attachment.*, instance.id AS instance_id, instance.agent, instance.agent_mode,
       instance.agent_version, instance.instance_type
     FROM attachment JOIN instance ON instance.key = attachment.instance
     WHERE attachment.organization = +? AND attachment.instance = +? AND attachment.account = +? ORDER BY attachment.key`,
  );
  const onPoint = db.prepare<
    { organization: number; account: number; instance: number; point: string },
    { volumeId: string; deviceName: string }
  >(
    `SELECT volume.id AS volumeId, device_name AS deviceName
     FROM attachment JOIN volume ON volume.key = attachment.volume
     WHERE attachment.organization = +@organization AND attachment.account = +@account AND instance = +@instance
       AND attachment_point = +@point
     UNION ALL SELECT ebs_volume.id, device_name
     FROM ebs_attachment JOIN ebs_volume ON ebs_volume.key = ebs_attachment.ebs_volume
     WHERE ebs_attachment.organization = +@organization AND ebs_attachment.account = +@account AND instance = +@instance
       AND attachment_point = +@point`,
  );
  const insert = prepareInsert<Omit<AttachmentRow, 'key'> & { attachment_point: string }>(db, 'attachment', [
    ...ownedColumns,
    ...underWayColumns,
    'volume',
    'instance',
    'attachment_point',
    ...columnsOf(attachmentFields),
  ]);
  const insertAttachment = (row: Omit<AttachmentRow, 'key'>) =>
    insert({ ...row, attachment_point: attachmentPoint(row.device_name) });
  const move = db.prepare<Record<string, unknown>>(
    `UPDATE attachment SET volume = @to
     WHERE volume = +@from AND organization = +@organization AND account = +@account`,
  );

  /** The attachment of a volume, if it has one. */
  function of(volume: VolumeRow): AttachmentWithInstance | undefined {
    return ofVolume.get(volume.organization, volume.key, volume.account);
  }

  function thing(volume: VolumeRow, row: AttachmentWithInstance): Thing {
    const direction = attachmentStatuses.leaving.includes(row.status) ? 'from' : 'to';
    const situation = () =>
      `Volume ${volume.id} is ${row.status} ${direction} ${row.instance_id} as ${row.device_name}`;
    return { key: row.key, id: volume.id, status: row.status, situation };
  }

  function checkAgent(volume: VolumeRow, instance: InstanceRow): void {
    const instanceId = instance.id;
    if (!instance.agent) throw new EmulatorError('instance-without-agent', { instanceId });
    const problem = agentProblem(instance);
    if (problem) throw new EmulatorError('agent-unsuitable', { instanceId, problem });
    const needed = volume.restored_from && versionNeeded('snapshots', instance);
    if (needed) {
      const old = `has an agent of version ${instance.agent_version}, and a volume from a snapshot needs ${needed}`;
      throw new EmulatorError('agent-unsuitable', { instanceId, problem: old });
    }
  }

  function checkPlace(tx: Tx, volume: VolumeRow, instance: InstanceRow, deviceName: string): void {
    if (instance.availability_zone !== volume.availability_zone) {
      throw new EmulatorError('availability-zone-mismatch', {
        volumeId: volume.id,
        volumeZone: volume.availability_zone,
        instanceId: instance.id,
        instanceZone: instance.availability_zone,
      });
    }
    const occupant = onPoint.get({
      organization: tx.organization,
      account: tx.account,
      instance: instance.key,
      point: attachmentPoint(deviceName),
    });
    if (occupant) throw new EmulatorError('device-in-use', { deviceName, instanceId: instance.id, occupant });
  }

  const volumeOf = db
    .prepare<[organization: number, key: number, account: number], number>(
      'SELECT volume FROM attachment WHERE organization = +? AND key = +? AND account = +?',
    )
    .pluck();

  /**
   * Begins to put a volume on an instance, whoever asked for it. Only Datafy needs an agent there.
   *
   * @throws EmulatorError `device-name-invalid`, `instance-not-found`, `volume-already-attached`,
   *   `instance-without-agent`, `agent-unsuitable`, `availability-zone-mismatch`, `device-in-use`
   */
  function begin(tx: Tx, volume: VolumeRow, request: AttachRequest, needsAgent: boolean): void {
    checkDeviceName(request.deviceName);
    const instance = instances.find(tx, request.instanceId);
    const existing = of(volume);
    if (existing) machine.allow('attachment', 'attach', thing(volume, existing));
    if (needsAgent) checkAgent(volume, instance);
    checkPlace(tx, volume, instance, request.deviceName);
    const begun = machine.begin(tx, 'attachment', 'attach', volume.id);
    insertAttachment({
      ...begun,
      organization: tx.organization,
      account: tx.account,
      volume: volume.key,
      instance: instance.key,
      device_name: request.deviceName,
      delete_on_termination: request.deleteOnTermination ? 1 : 0,
      started_at: tx.now,
    });
    const { deviceName, deleteOnTermination } = request;
    members.attach(tx, volume, { instance: instance.key, deviceName, deleteOnTermination }, begun);
  }

  return {
    begin,
    volumeOf: (tx: Tx, key: number) => volumeOf.get(tx.organization, key, tx.account) ?? 0,

    /**
     * Begins to take a volume off its instance [C]; with `force`, also one that is not quite on it.
     *
     * @throws EmulatorError `volume-not-found`, `volume-not-available`, `instance-not-found`, `volume-not-attached`,
     *   `attached-elsewhere`, `attachment-in-transition`
     */
    detach(tx: Tx, volumeId: string, instanceId: string, force: boolean): void {
      const volume = volumes.find(tx, volumeId);
      machine.apply(tx, 'volume', 'detach', volumeThing(volume));
      const instance = instances.find(tx, instanceId);
      const attachment = of(volume);
      if (!attachment) throw new EmulatorError('volume-not-attached');
      if (attachment.instance !== instance.key) {
        throw new EmulatorError('attached-elsewhere', {
          volumeId,
          instanceId: attachment.instance_id,
          wanted: instanceId,
        });
      }
      const moved = machine.apply(tx, 'attachment', force ? 'force-detach' : 'detach', thing(volume, attachment));
      members.detach(tx, volume, moved);
    },

    of,
    thing,

    /** Of all volumes on an instance, or on their way to or from it, oldest first. */
    onInstance: (tx: Tx, instance: number) => onInstance.all(tx.organization, instance, tx.account),
    insert: insertAttachment,

    /** Lets another volume take a volume's place on its instance, if it is on one. */
    handOver(tx: Tx, from: number, to: number): void {
      move.run({ from, to, organization: tx.organization, account: tx.account });
    },

    /**
     * Begins to attach an unattached managed volume to an instance that runs an agent [P].
     *
     * @throws EmulatorError `volume-not-found`, `volume-not-managed`, `device-name-invalid`, `instance-not-found`,
     *   `volume-already-attached`, `instance-without-agent`, `agent-unsuitable`, `availability-zone-mismatch`, `device-in-use`
     */
    attach(tx: Tx, volumeId: string, request: AttachRequest): void {
      const volume = volumes.find(tx, volumeId);
      machine.apply(tx, 'volume', 'attach', volumeThing(volume));
      begin(tx, volume, request, true);
    },
  };
}

/** Where the EBS volumes of a volume are to be. */
export const placeOf = (attachment: AttachmentWithInstance): Place => ({
  instance: attachment.instance,
  deviceName: attachment.device_name,
  deleteOnTermination: attachment.delete_on_termination === 1,
});
