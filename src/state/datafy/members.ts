import type { Database } from 'better-sqlite3';
import type { Instant } from '../../ground/clock.ts';
import type { EbsAttachments, Place } from '../aws/attachments.ts';
import { attachmentPoint, gp3, type Performance } from '../aws/ebs.ts';
import type { EbsModifications } from '../aws/modifications.ts';
import type { Tag } from '../aws/tags.ts';
import type { EbsVolumeRow, EbsVolumes, NewEbsVolumeRow } from '../aws/volumes.ts';
import { type Along, ended, type Machine, type Pending, type Tx } from '../engine/machine.ts';
import { type Status, volumeStatuses } from '../engine/transitions.ts';
import type { Worlds } from '../engine/worlds.ts';
import { arrayCount } from './fields/volume.ts';
import type { VolumeRow } from './volumes.ts';

/** What a volume is in the midst of, as a document says it: its members are too. */
export interface Midst {
  /** What members have of their own, by their ids. */
  own: ReadonlyMap<string, { deviceName?: string; attachedAt?: Instant; createdAt?: Instant }>;
  /** Attachment points of the instance that the document gives to others. */
  reserved: ReadonlySet<string>;
  /** Its own creation: when that ends. */
  creation?: Partial<Pending> | undefined;
  attachment?:
    | (Place & { status: Status<'attachment'>; startedAt: Instant; due: Partial<Pending> | undefined })
    | undefined;
  modification?: { to: Performance; due: Partial<Pending> | undefined } | undefined;
}

/** A member with where it is. */
export interface MemberAsSeen extends EbsVolumeRow {
  device_name: string | null;
  attachment: Status<'ebs_attachment'> | null;
}

export type Members = ReturnType<typeof createMembers>;

/**
 * The EBS volumes of AWS that stand for a volume: its source, which goes by its id, while that is there; and its members
 * while it is managed. What is done to a volume is done to them, as Datafy's controller does it.
 */
export function createMembers(
  db: Database,
  machine: Machine,
  worlds: Worlds,
  ebsVolumes: EbsVolumes,
  ebsAttachments: EbsAttachments,
  ebsModifications: EbsModifications,
) {
  const rows = db.prepare<[organization: number, volume: number, account: number], EbsVolumeRow>(
    `SELECT ebs_volume.* FROM member JOIN ebs_volume ON ebs_volume.key = member.ebs_volume
     WHERE member.organization = +? AND member.volume = +? AND member.account = +? ORDER BY member.position`,
  );
  const insert = db.prepare<[organization: number, account: number, volume: number, position: number, member: number]>(
    'INSERT INTO member (organization, account, volume, position, ebs_volume) VALUES (?, ?, ?, ?, ?)',
  );
  const devices = db
    .prepare<[organization: number, instance: number, account: number], string>(
      'SELECT attachment_point FROM attachment WHERE organization = +? AND instance = +? AND account = +?',
    )
    .pluck();

  /** The EBS volumes behind a volume, in array order. */
  const of = (volume: VolumeRow) => rows.all(volume.organization, volume.key, volume.account);

  /** The EBS volume that a volume was, or is, if that is there. */
  const sourceOf = (tx: Tx, volume: VolumeRow) => (volume.has_source ? ebsVolumes.lookUp(tx, volume.id) : undefined);

  function all(tx: Tx, volume: VolumeRow): EbsVolumeRow[] {
    const source = sourceOf(tx, volume);
    return source ? [source, ...of(volume)] : of(volume);
  }

  function goesFromAws(tx: Tx, each: EbsVolumeRow): void {
    ebsAttachments.remove(tx, each);
    ebsVolumes.delete(tx, ebsVolumes.lookUp(tx, each.id) ?? each);
  }

  const newMember = (volume: VolumeRow, id: string, createdAt = volume.created_at): NewEbsVolumeRow => {
    const { sizeGb, iops, throughput } = shareOf(volume);
    return {
      id,
      volume_type: 'gp3',
      size_gb: sizeGb,
      iops,
      throughput,
      availability_zone: volume.availability_zone,
      encrypted: volume.encrypted,
      kms_key_id: volume.kms_key_id,
      tags: JSON.stringify(tagsOf(volume)),
      created_at: createdAt,
    };
  };

  const newSource = (volume: VolumeRow): NewEbsVolumeRow => ({
    id: volume.id,
    volume_type: volume.volume_type,
    size_gb: volume.size_gb,
    iops: volume.iops,
    throughput: volume.throughput,
    availability_zone: volume.availability_zone,
    encrypted: volume.encrypted,
    kms_key_id: volume.kms_key_id,
    tags: volume.tags,
    created_at: volume.created_at,
  });

  /** Where each is to be: the source at the device that the caller names, each member at one of its own [C]. */
  function* places(tx: Tx, volume: VolumeRow, place: Place): Generator<[EbsVolumeRow, Place]> {
    const free = freeDevices(tx, place.instance);
    for (const each of all(tx, volume)) {
      const deviceName = each.id === volume.id ? place.deviceName : free.next().value;
      yield [each, { ...place, deviceName }];
    }
  }

  /** Makes the EBS volumes behind a volume, with ids of the world's stream. @param along what they are there with. */
  function add(tx: Tx, volume: VolumeRow, along: Along): void {
    const ids = Array.from({ length: volume.backing_count }, () => worlds.makeId(tx, 'vol'));
    const made = ids.map((id) => ebsVolumes.create(tx, newMember(volume, id, tx.now), along));
    relate(tx, volume, made);
  }

  /** Makes them at once, and puts them on an instance. @param on where they are. */
  function addOn(tx: Tx, volume: VolumeRow, on: (Place & { along: Along }) | undefined): void {
    add(tx, volume, ended);
    if (!on) return;
    const free = freeDevices(tx, on.instance);
    for (const each of of(volume)) ebsAttachments.attach(tx, each, { ...on, deviceName: free.next().value }, on.along);
  }

  function relate(tx: Tx, volume: VolumeRow, made: readonly EbsVolumeRow[]): void {
    for (const [position, { key }] of made.entries())
      insert.run(tx.organization, tx.account, volume.key, position, key);
  }

  /** Device names of an instance that no volume has, for members. */
  function* freeDevices(tx: Tx, instance: number, reserved: Iterable<string> = []): Generator<string, never> {
    const taken = new Set(reserved);
    for (const point of devices.all(tx.organization, instance, tx.account)) taken.add(point);
    for (const point of ebsAttachments.points(tx, instance)) taken.add(point);
    for (let at = 0; ; at++) {
      const name = memberDevice(at);
      if (!taken.has(attachmentPoint(name))) yield name;
    }
  }

  const seen = db.prepare<[organization: number, volume: number, account: number], MemberAsSeen>(
    `SELECT ebs_volume.*, ebs_attachment.device_name, ebs_attachment.status AS attachment
     FROM member JOIN ebs_volume ON ebs_volume.key = member.ebs_volume
     LEFT JOIN ebs_attachment ON ebs_attachment.ebs_volume = ebs_volume.key
     WHERE member.organization = +? AND member.volume = +? AND member.account = +? ORDER BY member.position`,
  );

  return {
    of,
    /** The same, with where each is. */
    seen: (volume: VolumeRow) => seen.all(volume.organization, volume.key, volume.account),
    ids: (volume: VolumeRow) => of(volume).map(({ id }) => id),

    add,

    addOn,

    /** Others take the place of the EBS volumes behind a volume, as many as it has now. @param on where they are. */
    replace(tx: Tx, volume: VolumeRow, on: (Place & { along: Along }) | undefined): void {
      for (const each of of(volume)) goesFromAws(tx, each);
      addOn(tx, volume, on);
    },

    /** An ordinary volume is an EBS volume. */
    appear: (tx: Tx, volume: VolumeRow) => ebsVolumes.appear(tx, newSource(volume)),

    /** The EBS volume that a volume was goes, if it is there. */
    removeSource(tx: Tx, volume: VolumeRow): void {
      const source = sourceOf(tx, volume);
      if (source) goesFromAws(tx, source);
    },

    /** Puts the EBS volumes of a volume in place, with what the volume is in the midst of. */
    put(tx: Tx, volume: VolumeRow, ids: readonly string[], midst: Midst): void {
      const { creation, attachment: on, modification, own, reserved } = midst;
      // AWS attaches none that is not there yet, whatever a document says of its volume.
      const isMade = on || !volumeStatuses.beingMade.includes(volume.status);
      const there = on ? 'in-use' : 'available';
      const begun = isMade ? machine.place('ebs_volume', there) : machine.place('ebs_volume', 'creating', creation);
      if (volume.has_source) {
        ebsVolumes.write(tx, machine.place('ebs_volume', there), newSource(volume));
      }
      const made = ids.map((id) => ebsVolumes.write(tx, begun, newMember(volume, id, own.get(id)?.createdAt)));
      relate(tx, volume, made);
      if (modification) {
        const { due_at, due_action } = machine.place('ebs_modification', 'modifying', modification.due);
        this.modify(tx, volume, modification.to, { due_at, due_action });
      }
      if (!on) return;
      const attached = machine.place('ebs_attachment', on.status, on.due);
      const free = freeDevices(tx, on.instance, reserved);
      for (const each of all(tx, volume)) {
        const deviceName = each.id === volume.id ? on.deviceName : (own.get(each.id)?.deviceName ?? free.next().value);
        const now = own.get(each.id)?.attachedAt ?? on.startedAt;
        ebsAttachments.write({ ...tx, now }, attached, each, { ...on, deviceName });
      }
    },

    /** Puts them on an instance. @param along what they end with. */
    attach(tx: Tx, volume: VolumeRow, to: Place, along: Along): void {
      for (const [each, place] of places(tx, volume, to)) ebsAttachments.attach(tx, each, place, along);
    },

    /** Takes them off their instance. @param along what they end with. */
    detach(tx: Tx, volume: VolumeRow, along: Along): void {
      for (const each of all(tx, volume)) ebsAttachments.detach(tx, each, along);
    },

    /** They are off their instance at once, since it goes. */
    takeOff(tx: Tx, volume: VolumeRow): void {
      for (const each of all(tx, volume)) ebsAttachments.remove(tx, each);
    },

    /**
     * Gives an ordinary volume what it is to have, and each member of a managed one its share of that.
     *
     * @param along what they end with.
     */
    modify(tx: Tx, volume: VolumeRow, to: Performance, along: Along): void {
      const members = of(volume);
      const source = members.length === 0 ? sourceOf(tx, volume) : undefined;
      if (source) ebsModifications.modify(tx, source, to, along);
      const { sizeGb: size_gb, iops, throughput } = to;
      const share = shareOf({ ...volume, size_gb, iops, throughput });
      for (const each of members) ebsModifications.modify(tx, each, share, along);
    },

    /** Gives each the tags that it has once the volume has its own. */
    retag(tx: Tx, volume: VolumeRow): void {
      const source = sourceOf(tx, volume);
      if (source) ebsVolumes.retag(tx, source.key, JSON.parse(volume.tags));
      const tags = tagsOf(volume);
      for (const each of of(volume)) ebsVolumes.retag(tx, each.key, tags);
    },

    /** All of them go. */
    remove(tx: Tx, volume: VolumeRow): void {
      for (const each of all(tx, volume)) goesFromAws(tx, each);
    },
  };
}

/**
 * What each EBS volume behind a volume has. The size is shared out evenly, rounded up [A]. Of a pair each has the whole
 * IOPS and throughput, of an array its part of them [C]; no less than gp3 has, no more than one gp3 volume can have, and
 * a size that carries so many IOPS [D].
 */
export function shareOf({
  size_gb,
  iops,
  throughput,
  backing_count,
}: Pick<VolumeRow, 'size_gb' | 'iops' | 'throughput' | 'backing_count'>): Performance {
  const over = arrayCount(backing_count);
  const share = (total: number, { minimum, maximum }: { minimum: number; maximum: number }) =>
    Math.min(maximum, Math.max(minimum, Math.ceil(total / over)));
  const each = { iops: share(iops, gp3.iops), throughput: share(throughput, gp3.throughput) };
  const carrying = each.iops > gp3.iops.minimum ? Math.ceil(each.iops / gp3.iops.perGb) : gp3.sizeGb.minimum;
  return {
    sizeGb: Math.max(carrying, Math.ceil(size_gb / backing_count)),
    iops: each.iops,
    throughput: Math.min(each.throughput, Math.floor(each.iops * gp3.throughput.perIops)),
  };
}

/** The tags of each EBS volume behind a volume: Datafy's own before the caller's [C]. */
function tagsOf(volume: VolumeRow): Tag[] {
  return [
    { key: 'Managed-By', value: 'Datafy.io' },
    { key: 'datafy:source-volume:id', value: volume.id },
    ...(volume.origin === 'native' ? [{ key: 'datafy:volume-source', value: 'native' }] : []),
    ...(volume.restored_from ? [{ key: 'datafy:restored-from-snapshot:id', value: volume.restored_from }] : []),
    ...withoutOurs(JSON.parse(volume.tags)),
  ];
}

/** The caller's tags, but for one that Datafy sets itself: a resource has one value for a key [A]. */
export function withoutOurs(tags: readonly Tag[]): Tag[] {
  return tags.filter(({ key }) => key !== 'Managed-By');
}

/**
 * The device names that members are given, in order: from the far end of those that EC2 has for EBS volumes, so that a
 * caller seldom meets one [A]. Beyond them come names that EC2 has not, since instances here take any number of volumes.
 */
function memberDevice(at: number): string {
  const letter = (name: string, further: number) => String.fromCharCode(name.charCodeAt(0) + further);
  if (at < 52) return `/dev/xvd${at < 26 ? 'c' : 'b'}${letter('z', -(at % 26))}`;
  const digits = ((at - 52) % 1_296).toString(36).padStart(2, '0');
  return `/dev/xvd${letter('d', Math.floor((at - 52) / 1_296))}${digits}`;
}
