import { describe, expect, test } from 'vitest';
import { paces } from '../../../src/state/engine/pace.ts';
import { refused } from '../../support/refused.ts';
import {
  beginning,
  instances,
  organization,
  production,
  type Row,
  snapshots,
  staging,
  volumes,
} from '../../support/world.ts';
import { accepted, allInOneWorld, eachInWorldOfItsOwn, testRefusals, testStrangers, world } from './room.ts';

const at = (snapshotId: string) => `/api/v1/aws/snapshots/${snapshotId}`;
const read = (snapshotId: string, token = 'account-token', query = '', headers = {}) =>
  world.as(token)('GET', at(snapshotId) + query, undefined, headers);
const post = (path: string, body?: unknown) => world.as('account-token')('POST', `/api/v1/${path}`, body);
const restore = (source: object) =>
  post('aws/volumes/create-from-snapshots', { source, volumeProperties: { availabilityZone: 'us-east-1a' } });

/** The ids of the EBS snapshots that a Datafy snapshot consists of. */
async function partsOf(datafySnapshotId: string): Promise<string[]> {
  const { body } = await world.as('account-token')('GET', '/api/v1/snapshots?limit=1000');
  const { ebsSnapshots } = body.snapshots.find((each: Row) => each.datafySnapshotId === datafySnapshotId);
  return ebsSnapshots.map((part: Row) => part.snapshotId);
}

const day = 86_400_000;
const documented = {
  volumeId: volumes.documented,
  region: 'us-east-1',
  readyToUse: true,
  sizeBytes: 20 * 2 ** 30,
  snapshotCreationTime: new Date(beginning - 20 * day).toISOString(),
  datafySnapshotIds: [snapshots.documented],
};
const parts = ['snap-0b9176567fe16f001', 'snap-0b9176567fe16f002'];

describe('types', () => {
  allInOneWorld();

  test.each([snapshots.documented, ...parts])('reads %s, as the id that was asked for', async (snapshotId) => {
    expect(accepted(await read(snapshotId))).toEqual({ snapshotId, ...documented });
  });

  test.each([
    ['pending', snapshots.pending, '2026-01-01T00:00:00.000Z'],
    ['error', snapshots.error, '2025-12-31T00:00:00.000Z'],
  ])('reads one whose status is %s as not ready to use', async (_, snapshotId, snapshotCreationTime) => {
    expect(accepted(await read(snapshotId))).toEqual({
      snapshotId,
      volumeId: volumes.attached,
      region: 'us-east-1',
      readyToUse: false,
      sizeBytes: 200 * 2 ** 30,
      snapshotCreationTime,
      datafySnapshotIds: [snapshotId],
    });
  });

  test('has no body to send, and does not mind one', async () => {
    const headers = { 'content-type': 'application/json' };
    accepted(await read(snapshots.documented, 'account-token', '', headers));
  });
});

describe('constraints', () => {
  testRefusals(
    ['snap-0ffffffffffffffff', 'dsnap-0ffffffffffffffff', volumes.documented, 'x', '%20', "'%20or%201=1"].map(
      (snapshotId) => ({
        what: `${snapshotId}, which is no snapshot of the account`,
        call: () => read(snapshotId),
        status: 404,
        code: 'snapshot-not-found' as const,
        message: `There is no snapshot ${decodeURIComponent(snapshotId)} in account ${production}`,
      }),
    ),
  );
});

describe('authorization', () => {
  testStrangers([{ what: 'reading', method: 'GET', path: at(snapshots.documented) }]);

  describe('the account', () => {
    allInOneWorld();

    test.each([
      ['the token', 'account-token', '', {}],
      ['a token that may only read', 'readonly-token', '', {}],
      ['?accounts=', 'organization-token', `?accounts=${production}`, {}],
      ['the deprecated header', 'organization-token', '', { 'x-datafy-sub-account-id': production }],
    ])('is named by %s', async (_, token, query, headers) => {
      const answer = await read(snapshots.documented, token, query, headers);
      accepted(answer);
      expect(answer.headers.deprecation !== undefined).toBe('x-datafy-sub-account-id' in headers);
    });

    test.each([
      ['another account', 'staging-account-token', staging],
      ["the organization's own account", 'organization-token', organization],
    ])('has no snapshots of others: %s', async (_, token, accountId) => {
      for (const snapshotId of [snapshots.documented, ...parts]) {
        await refused(world, () => read(snapshotId, token), {
          status: 404,
          code: 'snapshot-not-found',
          message: `There is no snapshot ${snapshotId} in account ${accountId}`,
        });
      }
    });

    test('cannot be one that the token may not act for', async () => {
      await refused(world, () => read(snapshots.documented, 'staging-account-token', `?accounts=${production}`), {
        status: 401,
        code: 'account-not-allowed',
        message: `The token may not act for account ${production}`,
      });
    });
  });
});

describe('behaviour', () => {
  describe('over time', () => {
    eachInWorldOfItsOwn({ pace: { ...paces.instant, snapshot: 60_000 } });

    test('a snapshot is ready to use when it is completed, and not before', async () => {
      world.clock.advance(1_500);
      const { datafySnapshotId } = accepted(await post(`volumes/${volumes.attached}/create-snapshot`));
      const set = await partsOf(datafySnapshotId);
      expect(set).toHaveLength(2);
      const snapshot = (snapshotId: string, readyToUse: boolean) => ({
        snapshotId,
        volumeId: volumes.attached,
        region: 'us-east-1',
        readyToUse,
        sizeBytes: 200 * 2 ** 30,
        snapshotCreationTime: '2026-01-01T00:00:01.500Z',
        datafySnapshotIds: [datafySnapshotId],
      });
      world.clock.advance(59_999);
      for (const id of [datafySnapshotId, ...set]) expect(accepted(await read(id))).toEqual(snapshot(id, false));
      world.clock.advance(1);
      for (const id of [datafySnapshotId, ...set]) expect(accepted(await read(id))).toEqual(snapshot(id, true));
    });
  });

  describe('what it tells', () => {
    eachInWorldOfItsOwn();

    test.each([snapshots.documented, ...parts])('%s can be restored from what it says of itself', async (id) => {
      const { datafySnapshotIds: snapshotIds, region } = accepted(await read(id));
      const restored = accepted(await restore({ snapshotIds, region }));
      expect(restored).toEqual({ volumeId: expect.stringMatching(/^vol-/), volumeSizeGB: 20 });
      const volume = await world.as('account-token')('GET', `/api/v1/volumes/${restored.volumeId}`);
      expect(volume.body.restoredFrom).toBe(snapshots.documented);
    });

    test('is not enough to restore it where it is not ready, or elsewhere', async () => {
      const { datafySnapshotIds: pending, region } = accepted(await read(snapshots.pending));
      await refused(world, () => restore({ snapshotIds: pending, region }), {
        status: 409,
        code: 'snapshot-not-completed',
        message: `Snapshot ${snapshots.pending} is pending`,
      });
      const { datafySnapshotIds: snapshotIds } = accepted(await read(snapshots.documented));
      await refused(world, () => restore({ snapshotIds, region: 'eu-west-1' }), {
        status: 400,
        code: 'region-mismatch',
        message: 'source.region is in eu-west-1',
      });
    });

    test('is the same after the volume was switched off, resized or taken off its instance', async () => {
      const { datafySnapshotId } = accepted(await post(`volumes/${volumes.attached}/create-snapshot`));
      const before = accepted(await read(datafySnapshotId));
      accepted(await post(`volumes/${volumes.attached}/modify`, { volumeSizeGb: 300 }));
      accepted(await post(`aws/volumes/${volumes.attached}/detach`, { instanceId: instances.documented }));
      accepted(await post(`volumes/${volumes.attached}/deactivate-autoscaling`));
      expect(accepted(await read(datafySnapshotId))).toEqual(before);
    });

    test('is of one EBS snapshot where the volume is ordinary', async () => {
      const path = `volumes/${volumes.ordinary}/create-snapshot`;
      const { datafySnapshotId } = accepted(await post(path, { autoscalingOnly: false }));
      const [only, ...others] = await partsOf(datafySnapshotId);
      expect(others).toEqual([]);
      expect(accepted(await read(only!))).toMatchObject({
        volumeId: volumes.ordinary,
        sizeBytes: 40 * 2 ** 30,
        datafySnapshotIds: [datafySnapshotId],
      });
    });
  });
});
