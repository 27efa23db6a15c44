import { AwsError, shortened } from './errors.ts';
import type { Operation } from './shapes.ts';

export type ResourceKind = 'volume' | 'snapshot' | 'instance';

const prefixes: Readonly<Record<ResourceKind, string>> = { volume: 'vol-', snapshot: 'snap-', instance: 'i-' };

/** Every id of this form is one that could be there [A]: real EC2 refuses some, by a rule that nobody knows [R]. */
const digits = /^(?:[0-9a-f]{8}|[0-9a-f]{17})$/;

/** Whether an id has the form that the ids of its kind have. */
export function isId(kind: ResourceKind, id: string): boolean {
  return id.startsWith(prefixes[kind]) && digits.test(id.slice(prefixes[kind].length));
}

/** How an operation refuses a malformed id of a volume; all others do as ModifyVolume does [R]. */
const ofVolumes: { readonly [O in Operation<'ec2'>]?: (id: string) => AwsError } = {
  DeleteVolume: (id) => new AwsError('InvalidParameterValue', `The volume ID '${id}' is malformed`),
  ModifyVolumeAttribute: (id) => new AwsError('InvalidVolumeID.Malformed', `The volume ID '${id}' is malformed`),
  DescribeVolumeStatus: (id) => new AwsError('InvalidVolumeID.Malformed', `Invalid id: "${id}"`),
};

/**
 * Holds an id to the form of its kind, before anything looks for it.
 *
 * @throws AwsError InvalidParameterValue, InvalidVolumeID.Malformed, InvalidSnapshotID.Malformed,
 *   InvalidInstanceID.Malformed, in the sentences of the operation.
 */
export function checkId(kind: ResourceKind, id: string, operation: Operation<'ec2'>): void {
  if (!isId(kind, id)) throw malformedId(kind, shortened(id), operation);
}

function malformedId(kind: ResourceKind, id: string, operation: Operation<'ec2'>): AwsError {
  if (kind === 'instance') return new AwsError('InvalidInstanceID.Malformed', `Invalid id: "${id}"`);
  const special = kind === 'volume' ? ofVolumes[operation] : undefined;
  if (special) return special(id);
  if (!id.startsWith(prefixes[kind]))
    return new AwsError(
      'InvalidParameterValue',
      `Value (${id}) for parameter ${kind}Id is invalid. Expected: '${prefixes[kind]}...'.`,
    );
  const code = kind === 'volume' ? 'InvalidVolumeID.Malformed' : 'InvalidSnapshotID.Malformed';
  // The space at the end is EC2's.
  return new AwsError(code, `Value ( ${id} ) for parameter ${kind.toUpperCase()} is invalid. `);
}

/** A volume that is not there, for the account that asks [R]. */
export function volumeNotFound(id: string): AwsError {
  return new AwsError('InvalidVolume.NotFound', `The volume '${id}' does not exist.`);
}

/** A snapshot that is not there; CreateVolume names none [R]. */
export function snapshotNotFound(id: string, operation: Operation<'ec2'>): AwsError {
  const sentence = operation === 'CreateVolume' ? 'Snapshot does not exist' : `The snapshot '${id}' does not exist.`;
  return new AwsError('InvalidSnapshot.NotFound', sentence);
}

/** Instances that are not there, all of them at once [R] [I]. */
export function instancesNotFound(ids: readonly string[]): AwsError {
  const sentence =
    ids.length === 1
      ? `The instance ID '${ids[0]}' does not exist`
      : `The instance IDs '${ids.join(', ')}' do not exist`;
  return new AwsError('InvalidInstanceID.NotFound', sentence);
}
