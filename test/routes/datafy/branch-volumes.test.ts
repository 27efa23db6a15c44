import { describe, expect, test } from 'vitest';
import { instances, production, snapshots, staging, volumes } from '../../support/world.ts';
import { describeTypes } from '../../support/wrong-types.ts';
import { accepted, allInOneWorld, eachInWorldOfItsOwn, isEmpty, testRefusals, world } from './room.ts';

// What an unmerged branch of Datafy's Terraform provider calls on the account host.

const call = (method: 'GET' | 'POST' | 'DELETE', path: string, body?: unknown, token = 'account-token') =>
  world.as(token)(method, `/api/v1/volumes/${path}`, body);
const read = async (volumeId: string) => accepted(await call('GET', volumeId));
const properties = {
  availabilityZone: 'us-east-1a',
  diskSize: 100,
  volumeIops: 4_000,
  volumeThroughput: 250,
  encrypted: true,
  kmsKeyId: 'arn:aws:kms:us-east-1:123456789012:key/1',
  tags: [{ key: 'team', value: 'storage' }],
};
const create = (changes: object = {}) =>
  call('POST', 'create-datafied-volume', { volumeProperties: { ...properties, ...changes } });
const none = 'vol-0ffffffffffffffff';

describe.each([{ strict: false }, { strict: true }])('with strict $strict', ({ strict }) => {
  eachInWorldOfItsOwn({ strict });

  test('a volume is made, read, and deleted with what stands behind it', async () => {
    const { volumeId, volumeSizeGB, targetVolumeIds } = accepted(await create());
    expect(volumeSizeGB).toBe(100);
    expect(targetVolumeIds).toHaveLength(2);
    const volume = await read(volumeId);
    expect(volume.volumes).toEqual([
      {
        volumeId,
        availabilityZone: 'us-east-1a',
        diskSize: 100 * 2 ** 30,
        iops: 4_000,
        throughput: 250,
        tags: properties.tags,
      },
    ]);
    // The same by the extension's fields.
    expect(volume).toMatchObject({
      volumeId,
      accountId: production,
      status: 'managed',
      volumeSizeGb: 100,
      encrypted: true,
      kmsKeyId: properties.kmsKeyId,
      origin: 'native',
    });
    expect(volume.backingVolumes.map((each: { volumeId: string }) => each.volumeId)).toEqual(targetVolumeIds);

    isEmpty(await call('DELETE', volumeId));
    expect(await read(volumeId)).toEqual({ volumes: [] });
    const rows = JSON.stringify([world.dump().volume, world.dump().ebs_volume]);
    for (const id of [volumeId, ...targetVolumeIds]) expect(rows).not.toContain(id);
  });

  test('a volume of the account is known, whatever it is', async () => {
    const { staging: _, ...own } = volumes;
    for (const volumeId of Object.values(own)) {
      expect(await read(volumeId)).toMatchObject({ volumeId, volumes: [{ volumeId }] });
    }
  });

  test('one that is deleted leaves its snapshots, and is in the journal', async () => {
    isEmpty(await call('DELETE', volumes.documented));
    const restore = {
      source: { datafySnapshotId: snapshots.documented },
      volumeProperties: { availabilityZone: 'us-east-1a' },
    };
    accepted(await call('POST', 'create-from-snapshots', restore));
    const { body } = await world.send('GET', '/_emulator/requests?operationId=deleteVolume');
    expect(body.requests[0].changes).toMatchObject([{ resource: 'volume', id: volumes.documented, action: 'delete' }]);
  });

  test('the size, IOPS and throughput that are not set are the default', async () => {
    const { volumeId } = accepted(await create({ volumeIops: 0, volumeThroughput: 0 }));
    expect((await read(volumeId)).volumes).toMatchObject([{ iops: 3_000, throughput: 125 }]);
  });
});

describe('an unknown volume is an empty list', () => {
  allInOneWorld();
  test.each([
    ['that is not there', none],
    ['of another account', volumes.staging],
    ['that stands behind another', 'vol-0b9176567fe16f001'],
    ['that is a snapshot', snapshots.documented],
  ])('one %s', async (_, volumeId) => {
    const answer = await call('GET', volumeId);
    expect(accepted(answer)).toEqual({ volumes: [] });
  });

  test('also where an organization token names another account than its own', async () => {
    const path = (account: string) => `${volumes.documented}?accounts=${account}`;
    const asked = async (account: string) =>
      accepted(await call('GET', path(account), undefined, 'organization-token'));
    expect((await asked(staging)).volumes).toEqual([]);
    expect((await asked(production)).volumes).toHaveLength(1);
  });
});

describe('refusals', () => {
  const cases = (
    [
      [volumes.attached, 'volume-attached', `Volume ${volumes.attached} is attached to ${instances.documented}`],
      [volumes.creating, 'volume-not-available', `Volume ${volumes.creating} is creating; deleting it needs it to be`],
      [none, 'volume-not-found', `There is no volume ${none} in account ${production}`],
      [volumes.staging, 'volume-not-found', `There is no volume ${volumes.staging} in account ${production}`],
    ] as const
  ).map(([volumeId, code, message]) => ({
    what: `to delete ${volumeId}`,
    call: () => call('DELETE', volumeId),
    code,
    message,
  }));
  testRefusals([
    ...cases,
    {
      what: 'to delete with a token that may only read',
      call: () => call('DELETE', volumes.documented, undefined, 'readonly-token'),
      status: 401,
      code: 'token-read-only',
      message: 'The token is read-only',
    },
    {
      what: 'a new volume without a size',
      call: () => create({ diskSize: 0 }),
      code: 'disk-size-missing',
      message: 'diskSize is missing or 0',
    },
    {
      what: 'a key without encryption',
      call: () => create({ encrypted: false }),
      code: 'kms-key-without-encryption',
      message: 'encrypted is not true',
    },
    {
      what: 'a throughput beyond gp3',
      call: () => create({ volumeThroughput: 2_001 }),
      code: 'throughput-out-of-range',
      message: 'volumeThroughput is 2001',
    },
  ]);
});

describe('types', () => {
  describeTypes('account-token', [
    {
      method: 'POST',
      path: '/api/v1/volumes/create-datafied-volume',
      body: { volumeProperties: properties },
      fields: {
        volumeProperties: 'object',
        'volumeProperties/availabilityZone': 'string',
        'volumeProperties/diskSize': 'integer',
        'volumeProperties/volumeIops': 'integer',
        'volumeProperties/volumeThroughput': 'integer',
        'volumeProperties/encrypted': 'boolean',
        'volumeProperties/kmsKeyId': 'string',
        'volumeProperties/tags': 'array',
        'volumeProperties/tags/0': 'object',
        'volumeProperties/tags/0/key': 'string',
        'volumeProperties/tags/0/value': 'string',
      },
      required: ['volumeProperties', 'volumeProperties/availabilityZone', 'volumeProperties/diskSize'],
    },
  ]);
});
