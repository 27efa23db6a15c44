import { describe, expect, test } from 'vitest';
import { findProblems } from '../../../src/state/document/problems.ts';
import { statuses } from '../../../src/state/engine/transitions.ts';
import { makeFleet } from '../../../src/state/seeds/fleet.ts';
import { buildWorld } from '../../support/world.ts';

const fleet = makeFleet();
const { volumes, snapshots, instances, accounts, tokens, rules = [] } = fleet;

/** How many of a list there are, by what they are told apart by. */
function countBy<T>(list: readonly T[], keyOf: (item: T) => string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const item of list) counts[keyOf(item)] = (counts[keyOf(item)] ?? 0) + 1;
  return counts;
}

describe('the fleet', () => {
  test('has 500 volumes of six accounts, and nothing wrong with it', () => {
    expect(volumes).toHaveLength(500);
    expect(
      countBy(volumes, ({ accountId }) => accounts.find((each) => each.accountId === accountId)?.name ?? ''),
    ).toEqual({ payments: 110, catalog: 95, search: 85, analytics: 100, platform: 70, staging: 40 });
    expect(findProblems(fleet)).toEqual([]);
  });

  test('has something in every status that there is, in several accounts', () => {
    const things = {
      volume: volumes,
      modification: volumes.flatMap(({ accountId, modifications = [] }) =>
        modifications.map(({ status }) => ({ accountId, status })),
      ),
      snapshot: snapshots,
      attachment: volumes.flatMap(({ accountId, attachment }) =>
        attachment ? [{ accountId, status: attachment.status ?? 'attached' }] : [],
      ),
    };
    // What AWS has follows from these.
    for (const resource of Object.keys(things) as (keyof typeof things)[]) {
      for (const status of statuses[resource]) {
        const owners = things[resource].filter((each) => each.status === status).map(({ accountId }) => accountId);
        expect(new Set(owners).size, `${resource} ${status}`).toBeGreaterThan(1);
      }
    }
  });

  test('is as varied as a company: zones, types, arrays, clusters, tags, rules', () => {
    const zones = new Set(volumes.map(({ availabilityZone }) => availabilityZone));
    expect(zones.size).toBeGreaterThan(10);
    expect(Object.keys(countBy(volumes, ({ volumeType = 'gp3' }) => volumeType))).toHaveLength(7);
    expect(new Set(volumes.map(({ backingCount }) => backingCount))).toEqual(new Set([undefined, 4, 6, 8]));
    expect(new Set(instances.map(({ clusterName }) => clusterName)).size).toBe(7);
    expect(instances.filter(({ agent }) => !agent)).toHaveLength(6);
    expect(countBy(rules, ({ active }) => String(active))).toEqual({ true: 6, false: 6 });
    expect(volumes.filter(({ tags = [] }) => tags.length < 2)).toEqual([]);
    expect(volumes.some(({ encrypted }) => encrypted)).toBe(true);
  });

  test('holds together: a replaced volume is taken over from, and a new one has the size of its snapshot', () => {
    const volumeOf = new Map(volumes.map((volume) => [volume.volumeId, volume]));
    const snapshotOf = new Map(snapshots.map((snapshot) => [snapshot.datafySnapshotId, snapshot]));
    for (const { status, replacedBy, restoredFrom, sizeGb, availabilityZone, tags } of volumes) {
      if (status === 'replaced') {
        expect(volumeOf.get(replacedBy ?? '')).toMatchObject({ status: 'ordinary', sizeGb, availabilityZone, tags });
      }
      if (status === 'creating') {
        const snapshot = snapshotOf.get(restoredFrom ?? '');
        expect(snapshot).toMatchObject({ status: 'completed', sizeGb });
        expect(volumeOf.get(snapshot?.volumeId ?? '')?.availabilityZone.slice(0, -1)).toBe(
          availabilityZone.slice(0, -1),
        );
      }
    }
    // A rule that is active acts: what it matches is not ordinary.
    const matched = volumes.filter(({ tags = [] }) =>
      tags.some(({ key, value }) => `${key}:${value}` === 'autoscale:on'),
    );
    expect(new Set(matched.map(({ status }) => status))).toEqual(new Set(['managed', 'activating']));
  });

  test('is the same every time', () => {
    expect(makeFleet()).toEqual(fleet);
    expect(JSON.stringify(makeFleet())).toBe(JSON.stringify(fleet));
  });

  test('is held: nothing in it ends by itself', async () => {
    const world = await buildWorld({ seed: 'fleet' });
    try {
      const { body } = await world.send('PUT', '/_emulator/clock', { mode: 'controlled' });
      expect(body.settled).toEqual([]);
      const advanced = await world.send('POST', '/_emulator/clock/advance', { seconds: 3_600 });
      expect(advanced.body.settled).toEqual([]);
    } finally {
      await world.close();
    }
  });

  test('is met with its tokens: each account has one that sees its volumes', async () => {
    const world = await buildWorld({ seed: 'fleet' });
    try {
      for (const { accountId, name } of accounts) {
        const { body } = await world.as(`${name}-token`)('GET', '/api/v1/volumes?limit=1');
        expect(body.count).toBe(volumes.filter((each) => each.accountId === accountId).length);
      }
      const all = await world.as('organization-token')('GET', '/api/v1/volumes?accounts=all&limit=1');
      expect(all.body.count).toBe(500);
      expect((await world.as('expired-token')('GET', '/api/v1/volumes')).status).toBe(401);
      const [volume] = volumes;
      const path = `/api/v1/volumes/${volume?.volumeId}/create-snapshot`;
      expect((await world.as('readonly-token')('POST', path)).headers['x-emulator-error']).toBe('token-read-only');
      expect(tokens).toHaveLength(9);
    } finally {
      await world.close();
    }
  });

  test('is what a world of one’s own can begin with', async () => {
    const world = await buildWorld();
    try {
      const { status, body } = await world.send('POST', '/_emulator/organizations', { seed: 'fleet' });
      expect(status).toBe(201);
      expect(body.accounts.map(({ name }: { name: string }) => name)).toEqual(accounts.map(({ name }) => name));
      const mine = await world.as(body.accounts[5].token)('GET', '/api/v1/volumes?limit=1');
      expect(mine.body.count).toBe(40);
    } finally {
      await world.close();
    }
  });
});
