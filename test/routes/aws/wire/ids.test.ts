import { describe, expect, test } from 'vitest';
import {
  checkId,
  instancesNotFound,
  isId,
  type Operation,
  snapshotNotFound,
  volumeNotFound,
} from '../../../../src/routes/aws/wire/index.ts';
import { expectRefusal } from './refused.ts';

test.each(['vol-01234567', 'vol-0123456789abcdef0', 'vol-00000000000000000', 'vol-ffffffff'])(
  '%s could be there',
  (id) => {
    expect(isId('volume', id)).toBe(true);
    checkId('volume', id, 'ModifyVolume');
  },
);

test.each([
  '',
  'vol-',
  'vol-0123456',
  'vol-012345678',
  'vol-0123456G',
  'vol-0123456A',
  'snap-01234567',
  'vol-01234567\n',
  'VOL-01234567',
])('%j is malformed', (id) => {
  expect(isId('volume', id)).toBe(false);
});

describe('the words that are recorded', () => {
  const rows: [Operation<'ec2'>, string, string, string][] = [
    [
      'ModifyVolume',
      'bad',
      'InvalidParameterValue',
      "Value (bad) for parameter volumeId is invalid. Expected: 'vol-...'.",
    ],
    [
      'EnableVolumeIO',
      'bad',
      'InvalidParameterValue',
      "Value (bad) for parameter volumeId is invalid. Expected: 'vol-...'.",
    ],
    ['ModifyVolume', 'vol-x', 'InvalidVolumeID.Malformed', 'Value ( vol-x ) for parameter VOLUME is invalid. '],
    ['CreateSnapshot', 'vol-x', 'InvalidVolumeID.Malformed', 'Value ( vol-x ) for parameter VOLUME is invalid. '],
    [
      'DescribeVolumeAttribute',
      'vol-x',
      'InvalidVolumeID.Malformed',
      'Value ( vol-x ) for parameter VOLUME is invalid. ',
    ],
    ['DeleteVolume', 'vol-x', 'InvalidParameterValue', "The volume ID 'vol-x' is malformed"],
    ['DeleteVolume', '', 'InvalidParameterValue', "The volume ID '' is malformed"],
    ['ModifyVolumeAttribute', 'vol-x', 'InvalidVolumeID.Malformed', "The volume ID 'vol-x' is malformed"],
    ['DescribeVolumeStatus', 'vol-x', 'InvalidVolumeID.Malformed', 'Invalid id: "vol-x"'],
  ];
  test.each(rows)('of %s for %j', (operation, id, code, message) => {
    expectRefusal(() => checkId('volume', id, operation), code, message);
  });

  test('of snapshots', () => {
    const prefix = "Value (x) for parameter snapshotId is invalid. Expected: 'snap-...'.";
    expectRefusal(() => checkId('snapshot', 'x', 'DeleteSnapshot'), 'InvalidParameterValue', prefix);
    const malformed = 'Value ( snap-x ) for parameter SNAPSHOT is invalid. ';
    expectRefusal(() => checkId('snapshot', 'snap-x', 'DescribeSnapshots'), 'InvalidSnapshotID.Malformed', malformed);
  });

  test('of instances', () => {
    expectRefusal(
      () => checkId('instance', 'x', 'DescribeInstances'),
      'InvalidInstanceID.Malformed',
      'Invalid id: "x"',
    );
  });

  test('of what is not there', () => {
    const said = ({ code, message }: { code: string; message: string }) => [code, message];
    expect(said(volumeNotFound('vol-1'))).toEqual(['InvalidVolume.NotFound', "The volume 'vol-1' does not exist."]);
    expect(said(snapshotNotFound('snap-1', 'DeleteSnapshot'))).toEqual([
      'InvalidSnapshot.NotFound',
      "The snapshot 'snap-1' does not exist.",
    ]);
    expect(said(snapshotNotFound('snap-1', 'CreateVolume'))).toEqual([
      'InvalidSnapshot.NotFound',
      'Snapshot does not exist',
    ]);
    expect(said(instancesNotFound(['i-1']))).toEqual([
      'InvalidInstanceID.NotFound',
      "The instance ID 'i-1' does not exist",
    ]);
    expect(said(instancesNotFound(['i-1', 'i-2']))).toEqual([
      'InvalidInstanceID.NotFound',
      "The instance IDs 'i-1, i-2' do not exist",
    ]);
  });
});

test('an id is quoted as far as anybody reads', () => {
  try {
    checkId('volume', 'x'.repeat(100_000), 'ModifyVolume');
    expect.unreachable();
  } catch (error) {
    expect((error as Error).message.length).toBeLessThan(400);
  }
});
