/**
 * A world for every test, with the fixture of datafy-emulator/vitest: the emulator runs in vitest's own process, and no
 * test sees what another does, so that they run side by side. In this folder:
 *
 *   npm install && npm test
 *
 * The package is not published yet: until then install it from a checkout, where `npm run build` writes it to dist.
 *
 *   npm install ../../dist && npm test
 */
import type { World } from 'datafy-emulator';
import { test } from 'datafy-emulator/vitest';
import { describe, expect } from 'vitest';
import { backUp } from '../service/backup.ts';

const volumeId = 'vol-0b9176567fe16f0bc';
const atOnce = { tries: 3, waitMs: 0 };

/** The production account, which has the volume. */
const production = ({ url, accounts }: World) => {
  const { accountId, token } = accounts.find(({ name }) => name === 'production')!;
  return { accountId, api: { url, token } };
};

/** The snapshots that a test made, whoever asks; the seed has some of its own. */
const snapshotsMade = async ({ control }: World, accountId: string) => {
  const snapshots = await control.account(accountId).snapshots.list({ search: volumeId });
  return snapshots.filter(({ description }) => description === `backup of ${volumeId}`);
};

describe.concurrent('a backup', () => {
  test('is complete after the minute that a snapshot takes', async ({ world }) => {
    await world.control.pace.set({ snapshot: 60_000 });
    const { accountId, api } = production(world);
    const { datafySnapshotId, status } = await backUp(api, volumeId, atOnce);
    expect(status).toBe('pending');

    // No test waits: its world's time moves when it says so.
    const { settled } = await world.control.clock.advance(60);
    expect(settled).toMatchObject([{ resource: 'snapshot', id: datafySnapshotId, to: 'completed' }]);
    expect(await snapshotsMade(world, accountId)).toMatchObject([{ datafySnapshotId, status: 'completed' }]);
  });

  test('is tried again while Datafy is out of order', async ({ world }) => {
    await world.control.faults.create({ match: { volumeId }, effect: { status: 503 }, times: 2 });
    const { accountId, api } = production(world);
    await backUp(api, volumeId, atOnce);
    const calls = await world.control.requests.list({ operationId: 'createSnapshotCommand' });
    expect(calls.map(({ status }) => status)).toEqual([503, 503, 200]);
    expect(await snapshotsMade(world, accountId)).toHaveLength(1);
  });

  test('is given up at last, in words that help', async ({ world }) => {
    const effect = { status: 503, message: 'Down for maintenance' };
    await world.control.faults.create({ match: { volumeId }, effect });
    const { api } = production(world);
    await expect(backUp(api, volumeId, atOnce)).rejects.toThrow('Datafy answered 503: Down for maintenance');
    expect(await world.control.requests.list()).toHaveLength(3);
  });

  test('is not taken twice where the answer is lost', async ({ world }) => {
    // Datafy does it, but only half of its answer arrives.
    await world.control.faults.create({ match: { volumeId }, effect: { drop: 'body' }, times: 1 });
    const { accountId, api } = production(world);
    await expect(backUp(api, volumeId, atOnce)).rejects.toThrow();
    expect(await snapshotsMade(world, accountId)).toHaveLength(1);
  });

  test('of what Datafy does not autoscale is refused, and not tried again', async ({ world }) => {
    const { api } = production(world);
    await expect(backUp(api, 'vol-0a1b2c3d4e5f60030', atOnce)).rejects.toThrow('Datafy answered 400: Volume');
    const [call, ...others] = await world.control.requests.list();
    expect([call?.error, others]).toEqual(['volume-not-managed', []]);
  });
});

// Worlds that begin with something else: here one volume, in an account that there is nothing else in.
const accountId = '11111111-2222-4333-8444-555555555555';
const oneVolume = test.extend({
  worldOptions: {
    accounts: [{ name: 'mine', accountId }],
    volumes: [{ volumeId: 'vol-0000beef', status: 'managed', sizeGb: 8, availabilityZone: 'eu-central-1a' }],
  },
});

oneVolume('a backup has the size and the region of its volume', async ({ world }) => {
  const [account] = world.accounts;
  await backUp({ url: world.url, token: account!.token }, 'vol-0000beef', atOnce);
  expect(await world.control.account(accountId).snapshots.list()).toMatchObject([
    { volumeId: 'vol-0000beef', volumeSizeGb: 8, region: 'eu-central-1' },
  ]);
});
