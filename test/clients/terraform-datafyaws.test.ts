import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { paces } from '../../src/state/engine/pace.ts';
import { buildWorld, instances, production, type World } from '../support/world.ts';
import { type Client, decode, go, goClient, listen, messageOf, successful } from './go-client.ts';

/**
 * What the Terraform provider datafy-io/datafyaws does with a volume, over a socket: what it sends, which statuses it
 * takes, and what it decodes the answers into. It waits in AWS where Datafy has nothing to wait by.
 */

let world: World;
let call: Client;

beforeEach(async () => {
  world = await buildWorld({ pace: paces.realistic });
  // No Content-Type: it sends JSON and does not say so.
  call = goClient(await listen(world), {
    'User-Agent': 'terraform-provider-datafyaws/6.41.0 (datafy.io)',
    Authorization: 'Bearer account-token',
  });
});
afterEach(() => world.close());

const volumes = '/api/v1/aws/volumes';
const volume = {
  volumeId: go.string,
  hasSource: go.bool,
  isManaged: go.bool,
  isDatafied: go.bool,
  replacedBy: go.orNull(go.string),
  sizeBytes: go.uint64,
  iops: go.int32,
  throughput: go.int32,
};
const restored = { volumeId: go.string, volumeSizeGB: go.int32 };
const snapshot = {
  snapshotId: go.string,
  volumeId: go.string,
  region: go.string,
  readyToUse: go.bool,
  sizeBytes: go.uint64,
  snapshotCreationTime: go.time,
  datafySnapshotIds: go.list(go.string),
};

/** What the client keeps of a volume: the size in GiB. */
async function read(volumeId: string) {
  const { sizeBytes, ...rest } = decode(successful(await call('GET', `${volumes}/${volumeId}`), 200), volume);
  return { ...rest, size: sizeBytes / 1024 / 1024 / 1024 };
}

/** What AWS would say of a transition by then: that it is done. */
const wait = (transition: keyof typeof paces.realistic) => world.clock.advance(paces.realistic[transition]);

/** Polls until a value is another one, a little later each time. Answers with every value it saw. */
async function poll(look: () => Promise<unknown>, every = 10_000): Promise<unknown[]> {
  const seen = [await look()];
  while (seen.at(-1) === seen[0] && seen.length < 100) {
    world.clock.advance(every);
    seen.push(await look());
  }
  return seen;
}

/** A new volume on the documented instance. */
async function createAttached(properties: object = {}): Promise<string> {
  const volumeProperties = { availabilityZone: 'us-east-1a', diskSize: 100, ...properties };
  const created = await call('POST', `${volumes}/create-autoscaling-volume`, { volumeProperties });
  const { volumeId } = decode(successful(created, 200), volume);
  wait('create');
  const place = { instanceId: instances.documented, deviceName: '/dev/sdb' };
  successful(await call('POST', `${volumes}/${volumeId}/attach`, place), 200);
  wait('attach');
  return volumeId;
}

test('what it sends has no Content-Type, and is JSON all the same', async () => {
  const arrived = once(world.app.server, 'request');
  successful(await call('POST', `${volumes}/vol-0a1b2c3d4e5f60010/modify`, { volumeSizeGb: 201 }), 200, 202);
  const [{ headers }] = (await arrived) as [IncomingMessage];
  expect(Object.keys(headers).sort()).toEqual([
    'accept-encoding',
    'authorization',
    'content-length',
    'host',
    'user-agent',
  ]);
});

test('aws_ebs_volume with a Datafy mode lives from its creation to its replacement', async () => {
  const tags = [{ key: 'Name', value: 'from terraform' }];
  const volumeId = await createAttached({ tags, datafyMode: 'autoscaling' });
  const managed = {
    volumeId,
    hasSource: false,
    isManaged: true,
    isDatafied: true,
    replacedBy: null,
    size: 100,
    iops: 3_000,
    throughput: 125,
  };
  expect(await read(volumeId)).toEqual(managed);

  // It changes all that can be changed, and waits for the size.
  const modify = { volumeSizeGb: 150, volumeIops: 4_000, volumeThroughput: 250 };
  successful(await call('POST', `${volumes}/${volumeId}/modify`, modify), 200, 202);
  expect(await poll(async () => (await read(volumeId)).size)).toEqual([100, 100, 100, 150]);
  expect(await read(volumeId)).toEqual({ ...managed, size: 150, iops: 4_000, throughput: 250 });

  // It is taken off its instance and put back, as when the attachment is replaced.
  const { instanceId, deviceName } = { instanceId: instances.documented, deviceName: '/dev/sdc' };
  successful(await call('POST', `${volumes}/${volumeId}/detach`, { instanceId, force: false }), 200);
  wait('detach');
  successful(await call('POST', `${volumes}/${volumeId}/attach`, { instanceId, deviceName }), 200);
  wait('attach');

  // Somebody switches autoscaling off. The next read finds out which volume is the one to follow.
  successful(await call('POST', `/api/v1/volumes/${volumeId}/deactivate-autoscaling`), 200);
  const followed = await poll(async () => (await read(volumeId)).replacedBy, 60_000);
  expect(followed).toEqual([null, null, null, expect.stringMatching(/^vol-/)]);
  expect(await read(volumeId)).toMatchObject({ isManaged: false, isDatafied: false });
  const next = followed.at(-1) as string;
  expect(await read(next)).toEqual({
    ...managed,
    volumeId: next,
    hasSource: true,
    isManaged: false,
    isDatafied: false,
    size: 150,
    iops: 4_000,
    throughput: 250,
  });
  const { text } = await call('GET', `/api/v1/volumes/${next}`);
  expect(JSON.parse(text)).toMatchObject({
    status: 'ordinary',
    accountId: production,
    tags,
    attachment: { instanceId, deviceName, status: 'attached' },
  });
});

test.each([
  ['size', { volumeSizeGb: 101 }, 100, 101],
  ['iops', { volumeIops: 3_001 }, 3_000, 3_001],
  ['throughput', { volumeThroughput: 126 }, 125, 126],
] as const)('a change of the %s alone shows the old value and then the new one', async (field, body, before, after) => {
  const volumeId = await createAttached();
  successful(await call('POST', `${volumes}/${volumeId}/modify`, body), 200, 202);
  expect(await poll(async () => (await read(volumeId))[field])).toEqual([before, before, before, after]);
});

test.each(['performance', 'autoscaling_performance'])(
  'a volume in the mode %s is an array with totals',
  async (mode) => {
    const volumeId = await createAttached({
      volumeIops: 32_000,
      volumeThroughput: 4_000,
      encrypted: true,
      datafyMode: mode,
      performanceArraySize: 4,
    });
    expect(await read(volumeId)).toMatchObject({ isManaged: true, size: 100, iops: 32_000, throughput: 4_000 });
  },
);

test.each(['eusc-de-east-1a', 'ap-northeast-1-wl1-nrt-wlz-1', 'us-west-2-lax-1a'])(
  'a volume is made in the zone %s',
  async (availabilityZone) => {
    const body = { volumeProperties: { availabilityZone, diskSize: 10 } };
    successful(await call('POST', `${volumes}/create-autoscaling-volume`, body), 200);
  },
);

describe('aws_ebs_volume of a Datafy snapshot', () => {
  /** A snapshot is taken outside of Terraform. */
  async function takeSnapshot(): Promise<string> {
    const volumeId = await createAttached();
    const answer = await call('POST', `/api/v1/volumes/${volumeId}/create-snapshot`);
    return decode(successful(answer, 200), { datafySnapshotId: go.string }).datafySnapshotId;
  }

  /** It has no way to say "not set" but 0, and never sends a list of tags that is null. */
  const zeroes = { availabilityZone: 'us-east-1a', diskSize: 0, volumeIops: 0, volumeThroughput: 0, tags: [] };

  test('is created with zeroes for what is not set', async () => {
    const datafySnapshotId = await takeSnapshot();
    const body = { source: { datafySnapshotId }, volumeProperties: zeroes };
    const early = await call('POST', `${volumes}/create-from-snapshots`, body);
    expect(messageOf(early)).toBe(
      `status code 409: Snapshot ${datafySnapshotId} is pending; restore needs it to be completed: try again when it is`,
    );
    wait('snapshot');
    const answer = await call('POST', `${volumes}/create-from-snapshots`, body);
    const { volumeId, volumeSizeGB } = decode(successful(answer, 200), restored);
    expect(volumeSizeGB).toBe(100);
    expect(await read(volumeId)).toMatchObject({ isManaged: true, size: 100, iops: 3_000, throughput: 125 });
  });

  test('is created by older clients from what they read of the snapshot', async () => {
    const datafySnapshotId = await takeSnapshot();
    const look = async () =>
      decode(successful(await call('GET', `/api/v1/aws/snapshots/${datafySnapshotId}`), 200), snapshot);
    expect(await poll(async () => (await look()).readyToUse)).toEqual([false, false, false, false, false, false, true]);
    const { datafySnapshotIds: snapshotIds, region, sizeBytes } = await look();
    expect(sizeBytes).toBe(100 * 2 ** 30);
    const body = { source: { snapshotIds, region }, volumeProperties: { ...zeroes, diskSize: 120 } };
    const answer = await call('POST', `${volumes}/create-from-snapshots`, body);
    expect(decode(successful(answer, 200), restored).volumeSizeGB).toBe(120);
  });

  test('is created by older clients empty, under the name that the call had', async () => {
    const volumeProperties = { availabilityZone: 'us-east-1a', diskSize: 10 };
    const answer = await call('POST', `${volumes}/create-datafied-volume`, { volumeProperties });
    expect(decode(successful(answer, 200), volume)).toMatchObject({ isDatafied: true, sizeBytes: 10 * 2 ** 30 });
  });
});

describe('what it shows its user', () => {
  const none = 'vol-0ffffffffffffffff';

  test.each([
    [
      'a volume that is not there',
      'GET',
      none,
      undefined,
      `status code 404: There is no volume ${none} in account ${production}`,
    ],
    [
      'a change of a volume that no instance has',
      'POST',
      'vol-0b9176567fe16f0bc/modify',
      { volumeSizeGb: 150 },
      'status code 400: volume is not attached to any instance',
    ],
    [
      'a tag that is not its own',
      'POST',
      'create-autoscaling-volume',
      {
        volumeProperties: {
          availabilityZone: 'us-east-1a',
          diskSize: 1,
          tags: [{ key: 'datafy:source-volume:id', value: 'vol-1' }],
        },
      },
      'status code 400: body/volumeProperties/tags/0/key "datafy:source-volume:id" begins with "datafy:", which is reserved',
    ],
  ] as const)('is the message of %s', async (_, method, path, body, message) => {
    expect(messageOf(await call(method, `${volumes}/${path}`, body))).toBe(message);
  });
});
