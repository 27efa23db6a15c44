import type { EmulatorError } from '../../ground/errors.ts';
import {
  arraySizes,
  attachmentPoint,
  checkDeviceName,
  checkPerformance,
  gp3,
  isRegion,
  type Performance,
} from '../aws/ebs.ts';
import { greatestGeneration } from '../datafy/fields/snapshot.ts';
import { arrayCount, plainBackingCount } from '../datafy/fields/volume.ts';
import { ends, isForgetting, usualEnd } from '../engine/machine.ts';
import { isUnderWay, type Resource, volumeStatuses } from '../engine/transitions.ts';
import { backingCountOf, hasSource, performanceOf } from './defaults.ts';
import type { DueDocument, Seed, SnapshotDocument, VolumeDocument } from './document.ts';
import type { Path, Report } from './problem.ts';

/** A volume of a document, and where it stands there. */
interface Placed {
  volume: VolumeDocument;
  path: Path;
}

const oneOf = (statuses: readonly string[]) => `is ${statuses.slice(0, -1).join(', ')} or ${statuses.at(-1)}`;

/** Says what is wrong with the volumes of a document, with what is on them, and with its snapshots. */
export function reportVolumes(document: Seed, report: Report): void {
  const [ids, successors] = [report.unique(), report.unique()];
  const placed = document.volumes.map((volume, at): Placed => ({ volume, path: ['volumes', at] }));
  for (const { volume, path } of placed) ids(volume.volumeId, [...path, 'volumeId']);
  for (const each of placed) {
    const { volume, path } = each;
    reportDue('volume', volume, path, report);
    reportOrigin(each, report);
    if (volume.replacedBy !== undefined) successors(volume.replacedBy, [...path, 'replacedBy']);
    reportPerformance(each, performanceOf(volume), path, report);
    if (volumeStatuses.givingWay.includes(volume.status) && volume.sizeGb > gp3.sizeGb.maximum) {
      const most = `as large as one gp3 volume can be, ${gp3.sizeGb.maximum} GiB`;
      report.say([...path, 'sizeGb'], `is ${volume.sizeGb}: a volume that is ${volume.status} is at most ${most}`);
    }
    reportModifications(each, report);
    // An EBS volume is one of the account's, or behind one of them.
    for (const [at, id] of (volume.backingVolumeIds ?? []).entries()) ids(id, [...path, 'backingVolumeIds', at]);
    reportBacking(each, report);
  }
  reportAttachments(document, placed, report);
  reportSnapshots(document, report);
}

function reportOrigin({ volume, path }: Placed, { say }: Report): void {
  const { origin, restoredFrom, replacedBy, status } = volume;
  if (origin === 'snapshot' && restoredFrom === undefined) {
    say([...path, 'origin'], 'is snapshot: restoredFrom must say which');
  }
  if (origin !== undefined && origin !== 'snapshot' && restoredFrom !== undefined) {
    say([...path, 'restoredFrom'], `is for a volume whose origin is snapshot, not ${origin}`);
  }
  if (!hasSource(volume) && volumeStatuses.ownEbsVolume.includes(status)) {
    say([...path, 'hasSource'], `is false: a volume that is ${status} is its own source`);
  }
  const isReplaced = volumeStatuses.replaced.includes(status);
  if (hasSource(volume) && isReplaced) {
    say([...path, 'hasSource'], 'is true: the EBS volume of a volume that is replaced has gone');
  }
  if (!hasSource(volume) && volume.due?.action === 'drop-source') {
    say([...path, 'due', 'action'], 'is "drop-source", and hasSource is not true');
  }
  if (replacedBy !== undefined && !isReplaced) {
    say([...path, 'replacedBy'], `is for a volume that is replaced, not ${status}`);
  }
}

/** What stands behind a volume: as many EBS volumes as its mode says while Datafy has it, and none otherwise. */
function reportBacking({ volume, path }: Placed, { say }: Report): void {
  for (const [at, { volumeId }] of (volume.backingVolumes ?? []).entries()) {
    if (volume.backingVolumeIds?.[at] === volumeId) continue;
    say([...path, 'backingVolumes', at, 'volumeId'], `${volumeId} is not at that place of backingVolumeIds`);
  }
  const { status, backingVolumeIds = [], backingCount, datafyMode = 'autoscaling' } = volume;
  const behind = volumeStatuses.autoscaled.includes(status);
  if (!behind && backingVolumeIds.length > 0) {
    say(
      [...path, 'backingVolumeIds'],
      `are for a volume that ${oneOf(volumeStatuses.autoscaled)}, not ${status}: leave them out`,
    );
    return;
  }
  if (behind && backingVolumeIds.length === 0) {
    say([...path, 'backingVolumeIds'], `are none: a volume that is ${status} has EBS volumes behind it`);
    return;
  }
  const count = backingCountOf(volume);
  const plain = datafyMode === 'autoscaling';
  // No call gives an array to what has never been Datafy's.
  if (!plain && volumeStatuses.ownEbsVolume.includes(status)) {
    say([...path, 'datafyMode'], `is ${datafyMode}: a volume that is ${status} has no array`);
    return;
  }
  const [at, verb] = backingCount === undefined ? ['backingVolumeIds', 'are'] : ['backingCount', 'is'];
  if (plain ? count !== plainBackingCount : !arraySizes.includes(count)) {
    const expected = plain ? '2' : '4, 6 or 8';
    say([...path, at], `${verb} ${count}: a volume of mode ${datafyMode} has ${expected} behind it`);
  } else if (behind && backingVolumeIds.length !== count) {
    say([...path, 'backingVolumeIds'], `are ${backingVolumeIds.length}, and backingCount is ${count}`);
  }
}

/** Size, IOPS and throughput of a volume, or of a change to it. */
function reportPerformance({ volume }: Placed, performance: Performance, path: Path, report: Report): void {
  const at = (field: string) => [...path, field];
  const nameOf = (field: string) => report.nameOf(at(field));
  const names = { sizeGb: nameOf('sizeGb'), iops: nameOf('iops'), throughput: nameOf('throughput') };
  const fieldOf = ({ code }: EmulatorError) =>
    code.startsWith('size') ? 'sizeGb' : code.startsWith('iops') ? 'iops' : 'throughput';
  report.attempt(
    (refusal) => at(fieldOf(refusal)),
    names,
    () => checkPerformance(volume.volumeType ?? 'gp3', performance, arrayCount(backingCountOf(volume))),
  );
}

function reportModifications({ volume, path }: Placed, report: Report): void {
  const modifications = volume.modifications ?? [];
  for (const [at, modification] of modifications.entries()) {
    const here = [...path, 'modifications', at];
    reportDue('modification', modification, here, report);
    reportPerformance({ volume, path }, { ...performanceOf(volume), ...modification }, here, report);
    if (isUnderWay('modification', modification.status) && at < modifications.length - 1) {
      report.say(
        [...here, 'status'],
        `is ${modification.status}, and another comes after it: only the last can be under way`,
      );
    }
  }
}

/** When what is under way ends, and how. */
function reportDue(
  resource: Resource,
  { status, due }: { status: string; due?: DueDocument },
  path: Path,
  { say }: Report,
): void {
  if (!due || (due.action !== undefined && isForgetting(resource, status, due.action))) return;
  const usual = usualEnd(resource, status);
  const thing = `${/^[aeiou]/.test(resource) ? 'an' : 'a'} ${resource} that is ${status}`;
  if (usual === null) say([...path, 'due'], `is for what is under way, and ${thing} is not: leave it out`);
  else if (due.action !== undefined && !ends(resource, status, due.action)) {
    say([...path, 'due', 'action'], `is "${due.action}", and ${thing} ends by ${usual}`);
  }
}

function reportAttachments({ instances }: Seed, placed: readonly Placed[], report: Report): void {
  const devices = report.unique();
  const instanceOf = new Map(instances.map((instance) => [instance.instanceId, instance]));
  for (const { volume, path } of placed) {
    const { attachment } = volume;
    if (!attachment) continue;
    const here = [...path, 'attachment'];
    const { instanceId, deviceName, status = 'attached', due } = attachment;
    reportDue('attachment', { status, ...(due && { due }) }, here, report);
    const instance = instanceOf.get(instanceId);
    const ofInstance = (problem: string) => report.say([...here, 'instanceId'], `${instanceId} ${problem}`);
    if (!instance) ofInstance('is none of the instances');
    else if (instance.accountId !== volume.accountId) {
      ofInstance(`is of account ${instance.accountId}, and the volume of ${volume.accountId}`);
    } else if (instance.availabilityZone !== volume.availabilityZone) {
      ofInstance(`is in ${instance.availabilityZone}, and the volume in ${volume.availabilityZone}`);
    }
    const device = [...here, 'deviceName'];
    report.attempt(device, { deviceName: report.nameOf(device) }, () => checkDeviceName(deviceName));
    devices(`${deviceName} of ${instanceId}`, device, `${attachmentPoint(deviceName)} of ${instanceId}`);
    for (const [at, { deviceName: name }] of (volume.backingVolumes ?? []).entries()) {
      if (name === undefined) continue;
      const inner = [...path, 'backingVolumes', at, 'deviceName'];
      report.attempt(inner, { deviceName: report.nameOf(inner) }, () => checkDeviceName(name));
      devices(`${name} of ${instanceId}`, inner, `${attachmentPoint(name)} of ${instanceId}`);
    }
  }
}

function reportSnapshots({ volumes, snapshots }: Seed, report: Report): void {
  const [ids, parts] = [report.unique(), report.unique()];
  const volumeOf = new Map(volumes.map((volume) => [volume.volumeId, volume]));
  const generations = new Map<VolumeDocument, { next: number; holders: Map<number, Path> }>();
  for (const [at, snapshot] of snapshots.entries()) {
    const path = ['snapshots', at];
    reportDue('snapshot', snapshot, path, report);
    ids(snapshot.datafySnapshotId, [...path, 'datafySnapshotId']);
    for (const [position, { snapshotId }] of snapshot.ebsSnapshots.entries()) {
      parts(snapshotId, [...path, 'ebsSnapshots', position, 'snapshotId']);
    }
    const volume = volumeOf.get(snapshot.volumeId);
    reportSource(snapshot, volume, path, report);
    if (!volume) continue;
    const taken = generations.get(volume) ?? { next: 0, holders: new Map<number, Path>() };
    generations.set(volume, taken);
    const { generation = taken.next } = snapshot;
    taken.next = Math.max(taken.next, generation + 1);
    const holder = taken.holders.get(generation);
    const here = [...path, 'generation'];
    if (holder) report.say(here, `${generation} is taken: ${report.nameOf(holder)} of the same volume has it`);
    else if (generation > greatestGeneration) {
      report.say(here, `would be ${generation}: the last that a volume can have is ${greatestGeneration}`);
    } else taken.holders.set(generation, here);
  }
}

/** Where a snapshot is from: a volume that is gone cannot say what the snapshot leaves out. */
function reportSource(
  { volumeId, accountId, sizeGb, region }: SnapshotDocument,
  volume: VolumeDocument | undefined,
  path: Path,
  { say }: Report,
): void {
  if (region !== undefined && !isRegion(region)) {
    say([...path, 'region'], `"${region}" is not a region: it looks like us-east-1`);
  }
  if (volume) {
    if (volume.accountId !== accountId) {
      say([...path, 'volumeId'], `${volumeId} is of account ${volume.accountId}, and the snapshot of ${accountId}`);
    }
    return;
  }
  const missing = [...(sizeGb === 0 ? ['sizeGb'] : []), ...(region === undefined ? ['region'] : [])];
  if (missing.length === 0) return;
  say([...path, 'volumeId'], `${volumeId} is none of the volumes: then the snapshot needs ${missing.join(' and ')}`);
}
