import { describe, expect, test } from 'vitest';
import type { ErrorCode } from '../../../src/ground/errors.ts';
import { paces, parsePace } from '../../../src/state/engine/pace.ts';
import { refused } from '../../support/refused.ts';
import {
  type Answer,
  beginning,
  buildWorld,
  instances,
  organization,
  production,
  snapshots,
  staging,
  volumes,
} from '../../support/world.ts';
import { describeTypes, type JsonType, type TypedCall, wrongTypes } from '../../support/wrong-types.ts';
import { accepted, allInOneWorld, eachInWorldOfItsOwn, isEmpty, testRefusals, world } from './room.ts';

/** The calls of the documentation's own account, with its own examples for what is left out. */
const post = (path: string, body?: unknown) => world.as('account-token')('POST', `/api/v1/volumes/${path}`, body);
const createSnapshot = (id: string = volumes.documented, body?: unknown) => post(`${id}/create-snapshot`, body);
const restore = (source: object = documentedSource, properties: object = {}) =>
  post('create-from-snapshots', restoreBody(source, properties));
const attach = (id: string = volumes.documented, body: object = {}) =>
  post(`${id}/attach`, { ...documentedAttachment, ...body });
const modify = (id: string = volumes.documented, body: unknown = { volumeSizeGb: 150 }) => post(`${id}/modify`, body);
const deactivate = (id: string = volumes.documented) => post(`${id}/deactivate-autoscaling`);

const documentedSource = { datafySnapshotId: snapshots.documented };
const documentedSet = ['snap-0b9176567fe16f001', 'snap-0b9176567fe16f002'];
const documentedAttachment = { instanceId: instances.documented, deviceName: '/dev/sdb' };
const restoreBody = (source: object, properties: object = {}) => ({
  source,
  volumeProperties: { availabilityZone: 'us-east-1a', ...properties },
});

/** What the list extension says of a volume, and of the snapshots. */
const read = async (id: string = volumes.documented) =>
  (await world.as('account-token')('GET', `/api/v1/volumes/${id}`)).body;
const readSnapshot = async (id: string) => {
  const { body } = await world.as('account-token')('GET', '/api/v1/snapshots?limit=1000');
  return body.snapshots.find((each: { datafySnapshotId: string }) => each.datafySnapshotId === id);
};

/** The five published calls, each as the documentation has it. */
const published: Record<string, { path: string; body?: unknown }> = {
  'create-snapshot': { path: `${volumes.documented}/create-snapshot`, body: { description: 'nightly' } },
  'create-from-snapshots': { path: 'create-from-snapshots', body: restoreBody(documentedSource) },
  attach: { path: `${volumes.documented}/attach`, body: documentedAttachment },
  modify: { path: `${volumes.documented}/modify`, body: { volumeSizeGb: 150 } },
  'deactivate-autoscaling': { path: `${volumes.documented}/deactivate-autoscaling` },
};
const calls = Object.entries(published).map(([name, { path, body }]) => ({ name, path, body }));

const tags = [{ key: 'team', value: 'storage' }];
const tagFields = (at: string): Record<string, JsonType> => ({
  [at]: 'array',
  [`${at}/0`]: 'object',
  [`${at}/0/key`]: 'string',
  [`${at}/0/value`]: 'string',
});
const params = { volumeId: volumes.documented };

const properties: Record<string, JsonType> = {
  volumeProperties: 'object',
  'volumeProperties/availabilityZone': 'string',
  'volumeProperties/volumeIops': 'integer',
  'volumeProperties/volumeThroughput': 'integer',
  ...tagFields('volumeProperties/tags'),
};
const oneSnapshot: Record<string, JsonType> = { 'source/datafySnapshotId': 'string' };
const setOfSnapshots: Record<string, JsonType> = {
  'source/snapshotIds': 'array',
  'source/snapshotIds/0': 'string',
  'source/region': 'string',
};
const restoreCall = { method: 'POST', path: '/api/v1/volumes/create-from-snapshots' } as const;
const volumeProperties = { availabilityZone: 'us-east-1a', volumeIops: 3000, volumeThroughput: 125, tags };

const typed: TypedCall[] = [
  {
    method: 'POST',
    path: '/api/v1/volumes/{volumeId}/create-snapshot',
    params,
    body: { autoscalingOnly: true, useSourceVolume: false, description: 'before the upgrade', tags },
    fields: { autoscalingOnly: 'boolean', useSourceVolume: 'boolean', description: 'string', ...tagFields('tags') },
    required: [],
  },
  {
    ...restoreCall,
    what: 'of one Datafy snapshot',
    body: { source: documentedSource, volumeProperties },
    fields: { source: 'object', ...oneSnapshot, ...properties },
    absent: setOfSnapshots,
    required: ['source', 'source/datafySnapshotId', 'volumeProperties', 'volumeProperties/availabilityZone'],
  },
  {
    ...restoreCall,
    what: 'of a set of EBS snapshots',
    body: { source: { snapshotIds: documentedSet, region: 'us-east-1' }, volumeProperties },
    fields: { source: 'object', ...setOfSnapshots, ...properties },
    absent: oneSnapshot,
    required: [
      'source',
      'source/snapshotIds',
      'source/region',
      'volumeProperties',
      'volumeProperties/availabilityZone',
    ],
  },
  {
    method: 'POST',
    path: '/api/v1/volumes/{volumeId}/attach',
    params,
    body: { instanceId: instances.documented, deviceName: '/dev/sdb', deleteOnTermination: false },
    fields: { instanceId: 'string', deviceName: 'string', deleteOnTermination: 'boolean' },
    required: ['instanceId', 'deviceName'],
  },
  {
    method: 'POST',
    path: '/api/v1/volumes/{volumeId}/modify',
    params,
    body: { volumeSizeGB: 150, expandFilesystem: false, autoscalingOnly: true },
    fields: { volumeSizeGB: 'integer', expandFilesystem: 'boolean', autoscalingOnly: 'boolean' },
    required: ['volumeSizeGB'],
  },
];

/** A body of this many levels. */
const nested = (depth: number) => `{"volumeSizeGb":150,"x":${'['.repeat(depth - 1)}${']'.repeat(depth - 1)}}`;

describe('types', () => {
  describeTypes('account-token', typed);

  describe('of the size, under the name that the document requires', () => {
    allInOneWorld();

    const wrong = wrongTypes.integer.filter((value) => value !== null);
    test.each(wrong)('refuses %j', async (volumeSizeGb) => {
      await refused(world, () => modify(volumes.documented, { volumeSizeGb }), {
        status: 400,
        code: 'request-invalid',
        message: /^body\/volumeSizeG[Bb] must be integer, not /,
      });
    });

    // Known faults: each of these two begins to fail here when it is mended, and is an ordinary test then.
    test('refuses null', async () => {
      await refused(world, () => modify(volumes.documented, { volumeSizeGb: null }), {
        status: 400,
        code: 'request-invalid',
        message: /^body\/volumeSizeG[Bb] must be integer, not null$/,
      });
    });

    test('names it as the caller wrote it', async () => {
      const { body } = await modify(volumes.documented, { volumeSizeGb: '150' });
      expect(body.message).toBe('body/volumeSizeGb must be integer, not string');
    });
  });

  describe.each(calls)('of the body of $name', ({ path, body }) => {
    const json = body === undefined ? '{}' : JSON.stringify(body);
    const send = (contentType?: string, payload = json) =>
      world.as('account-token')('POST', `/api/v1/volumes/${path}`, payload, {
        ...(contentType !== undefined && { 'content-type': contentType }),
      });

    describe('which is JSON', () => {
      eachInWorldOfItsOwn();

      test.each([
        undefined,
        'application/json',
        'application/json; charset=utf-8',
        'APPLICATION/JSON',
        'application/x+json',
      ])('is read under the Content-Type %s', async (contentType) => accepted(await send(contentType)));
    });

    describe('which is something else', () => {
      allInOneWorld();

      test.each([
        'application/x-www-form-urlencoded',
        'text/plain',
        'application/xml',
        'multipart/form-data; boundary=x',
        'application/jsonp',
      ])('is refused by its Content-Type %s, with what to send', async (contentType) => {
        await refused(world, () => send(contentType), {
          status: 400,
          code: 'content-type-unsupported',
          message: `The body's Content-Type is "${contentType}": send JSON, with "Content-Type: application/json" or none`,
        });
      });

      test('is refused where it is form fields', async () => {
        await refused(world, () => send('application/x-www-form-urlencoded', 'volumeSizeGb=150&deviceName=/dev/sdb'), {
          status: 400,
          code: 'content-type-unsupported',
          message: 'send JSON',
        });
      });
    });
  });

  describe('of any body', () => {
    allInOneWorld();

    test.each([33, 5_000])('refuses one that is nested %i levels deep', async (depth) => {
      await refused(world, () => modify(volumes.documented, nested(depth)), {
        status: 400,
        code: 'json-invalid',
        message: 'nested more than 32 levels deep',
      });
    });

    test('refuses one that is too long', async () => {
      await refused(world, () => createSnapshot(volumes.documented, { description: 'x'.repeat(64 * 1024) }), {
        status: 400,
        code: 'body-too-large',
        message: /too large/,
      });
    });

    test.each(['{"__proto__":{"volumeSizeGb":150}}', '{"constructor":{"prototype":{"volumeSizeGb":150}}}'])(
      'refuses %s, which is about prototypes',
      async (body) => {
        await refused(world, () => modify(volumes.documented, body), {
          status: 400,
          code: 'json-invalid',
          message: 'prototype',
        });
      },
    );

    test.each(['{"volumeSizeGb":1e400}', '{"volumeSizeGb":1e300}', '{"volumeSizeGb":-1e400}'])(
      'refuses %s, which no number can hold',
      async (body) => {
        const { status } = await modify(volumes.documented, body);
        expect(status).toBe(400);
      },
    );
  });

  describe('of a body that is just right', () => {
    eachInWorldOfItsOwn();

    test('takes one that is nested 32 levels deep', async () => {
      accepted(await modify(volumes.documented, nested(32)));
    });
  });
});

const unknown = 'vol-0ffffffffffffffff';
const instead = (path: string, volumeId: string) => path.replace(volumes.documented, volumeId);
const onVolume = calls.filter(({ path }) => path.includes(volumes.documented));

/** What is wrong with tags, and where and how a message says so. */
const wrongTags: { what: string; tags: unknown[]; message: string | RegExp }[] = [
  { what: 'a tag without a key', tags: [{ key: 'a' }, { value: 'x' }], message: /\/tags\/1 has no key$/ },
  { what: 'a tag with an empty key', tags: [{ key: '', value: 'x' }], message: /\/tags\/0 has no key$/ },
  {
    what: 'a key twice',
    tags: [{ key: 'a' }, { key: 'b' }, { key: 'a' }],
    message: /\/tags\/2\/key "a" is there twice$/,
  },
  ...['datafy:x', 'Datafy:x', 'datafy:', 'aws:x', 'AWS:x'].map((key) => ({
    what: `the reserved key ${key}`,
    tags: [{ key, value: 'x' }],
    message: new RegExp(`/tags/0/key "${key}" begins with "${key.split(':')[0]?.toLowerCase()}:", which is reserved$`),
  })),
  { what: 'a key of 129 characters', tags: [{ key: 'k'.repeat(129) }], message: /\/tags\/0\/key is longer than 128 / },
  {
    what: 'a value of 257 characters',
    tags: [{ key: 'a', value: 'v'.repeat(257) }],
    message: /\/tags\/0\/value is longer than 256 /,
  },
  {
    what: '51 tags',
    tags: Array.from({ length: 51 }, (_, at) => ({ key: `key-${at}` })),
    message: /\/tags has 51 tags: at most 50 are allowed$/,
  },
];

describe('constraints', () => {
  describe('every call on a volume', () => {
    testRefusals(
      onVolume.flatMap(({ name, path, body }) => [
        {
          what: `${name} of a volume that is not there`,
          call: () => post(instead(path, unknown), body),
          code: 'volume-not-found' as const,
          message: `There is no volume ${unknown} in account ${production}`,
        },
        {
          what: `${name} of a volume of another account`,
          call: () => post(instead(path, volumes.staging), body),
          code: 'volume-not-found' as const,
          message: `There is no volume ${volumes.staging} in account ${production}`,
        },
        {
          what: `${name} of an EBS volume behind another one, and says which`,
          call: () => post(instead(path, 'vol-0b9176567fe16f001'), body),
          code: 'volume-not-found' as const,
          message: `it is one of the EBS volumes behind ${volumes.documented}: use that id`,
        },
        {
          what: `${name} of what is no id at all`,
          call: () => post(instead(path, '%20'), body),
          code: 'volume-not-found' as const,
          message: 'There is no volume',
        },
      ]),
    );
  });

  describe('every call, where autoscaling is not on', () => {
    const unfit = ['ordinary', 'creating', 'activating', 'deactivating', 'replaced'] as const;
    testRefusals(
      onVolume.flatMap(({ name, path, body }) =>
        unfit.map((status) => ({
          what: `${name} of a volume that is ${status}`,
          call: () => post(instead(path, volumes[status]), body),
          status: name === 'deactivate-autoscaling' ? 422 : 400,
          code: 'volume-not-managed' as const,
          message: `Volume ${volumes[status]} is ${status}; ${name} needs it to be managed`,
        })),
      ),
    );

    const hints: [string, () => Promise<Answer>, string][] = [
      ['how to take a snapshot of it', () => createSnapshot(volumes.ordinary), 'send "autoscalingOnly": false'],
      ['how to modify it', () => modify(volumes.ordinary), 'send "autoscalingOnly": false'],
      ['that it is off already', () => deactivate(volumes.ordinary), 'autoscaling is off already'],
      ['to attach it elsewhere', () => attach(volumes.ordinary), 'attach it with AWS'],
      ['where its data is now', () => modify(volumes.replaced), `its data is on ${volumes.replacement} now`],
    ];
    test.each(hints)('says %s', async (_, call, hint) => {
      const { body } = await call();
      expect(body.message).toContain(hint);
    });
  });

  describe('create-snapshot', () => {
    testRefusals([
      ...(['creating', 'activating', 'deactivating', 'replaced'] as const).map((status) => ({
        what: `a volume that is ${status}, whether it is managed or not`,
        call: () => createSnapshot(volumes[status], { autoscalingOnly: false }),
        code: 'volume-not-available' as const,
        message: `Volume ${volumes[status]} is ${status}; create-snapshot needs it to be ordinary or managed`,
      })),
      ...wrongTags.map(({ what, tags: wrong, message }) => ({
        what,
        call: () => createSnapshot(volumes.documented, { tags: wrong }),
        code: 'tags-invalid' as const,
        message: new RegExp(`^body${(message as RegExp).source}`),
      })),
      {
        what: "the field that is for Datafy's internal use",
        call: () => createSnapshot(volumes.documented, { useSourceVolume: true }),
        code: 'field-internal',
        message: "body/useSourceVolume is read-only and for Datafy's internal use: leave it out",
      },
    ]);
  });

  describe('create-from-snapshots', () => {
    const [first, second] = documentedSet as [string, string];
    const ofSet = (...snapshotIds: string[]) => restore({ snapshotIds, region: 'us-east-1' });
    const source = 'body/source must be exactly one of {datafySnapshotId} or {snapshotIds, region}';
    const properties = (values: object) => restore(documentedSource, values);

    testRefusals([
      ...[{}, { region: 'us-east-1' }, { snapshotIds: documentedSet }, { snapshotId: first }].map((incomplete) => ({
        what: `the source ${JSON.stringify(incomplete)}, which is neither form`,
        call: () => restore(incomplete),
        code: 'request-invalid' as const,
        message: new RegExp(`^${source.replace(/[{}]/g, '\\$&')}$`),
      })),
      {
        what: 'a source in both forms',
        call: () => restore({ ...documentedSource, snapshotIds: documentedSet, region: 'us-east-1' }),
        code: 'request-invalid',
        message: `${source}, and is more than one`,
      },
      {
        what: 'a Datafy snapshot that is not there',
        call: () => restore({ datafySnapshotId: 'dsnap-0ffffffffffffffff' }),
        code: 'snapshot-not-found',
        message: `There is no snapshot dsnap-0ffffffffffffffff in account ${production}`,
      },
      {
        what: 'an EBS snapshot in the place of a Datafy snapshot, and says where it belongs',
        call: () => restore({ datafySnapshotId: first }),
        code: 'snapshot-not-found',
        message: 'a Datafy snapshot id begins with dsnap-; EBS snapshots are restored with snapshotIds and region',
      },
      {
        what: 'a pending snapshot',
        call: () => restore({ datafySnapshotId: snapshots.pending }),
        code: 'snapshot-not-completed',
        message: `Snapshot ${snapshots.pending} is pending; restore needs it to be completed: try again when it is`,
      },
      {
        what: 'the whole set of a pending snapshot',
        call: () => ofSet('snap-0a1b2c3d4e5f60015', 'snap-0a1b2c3d4e5f60016'),
        code: 'snapshot-not-completed',
        message: `Snapshot ${snapshots.pending} is pending`,
      },
      {
        what: 'a snapshot that failed',
        call: () => restore({ datafySnapshotId: snapshots.error }),
        code: 'snapshot-not-completed',
        message: `Snapshot ${snapshots.error} is error; restore needs it to be completed: take a new snapshot`,
      },
      {
        what: 'part of a set, and names the rest',
        call: () => ofSet(first),
        code: 'snapshot-set-invalid',
        message: `body/source/snapshotIds is not the whole set of ${snapshots.documented}: add ${second}`,
      },
      {
        what: 'parts of several sets',
        call: () => ofSet(first, 'snap-0a1b2c3d4e5f60015'),
        code: 'snapshot-set-invalid',
        message: `Snapshots ${first} and snap-0a1b2c3d4e5f60015 belong to different Datafy snapshots, ${snapshots.documented} and ${snapshots.pending}`,
      },
      {
        what: 'a set and part of another one',
        call: () => ofSet(first, second, 'snap-0a1b2c3d4e5f60015'),
        code: 'snapshot-set-invalid',
        message: 'belong to different Datafy snapshots',
      },
      {
        what: 'a set with one of it twice',
        call: () => ofSet(first, second, first),
        code: 'snapshot-set-invalid',
        message: 'body/source/snapshotIds names a snapshot twice',
      },
      {
        what: 'an empty set',
        call: () => ofSet(),
        code: 'snapshot-set-invalid',
        message: 'body/source/snapshotIds is empty: name every EBS snapshot of one Datafy snapshot',
      },
      {
        what: 'an EBS snapshot that is not there',
        call: () => ofSet(first, 'snap-0ffffffffffffffff'),
        code: 'snapshot-not-found',
        message: `There is no snapshot snap-0ffffffffffffffff in account ${production}`,
      },
      {
        what: 'a Datafy snapshot among EBS snapshots, and says where it belongs',
        call: () => ofSet(first, snapshots.documented),
        code: 'snapshot-not-found',
        message: `There is no snapshot ${snapshots.documented} in account ${production}: restore it with source.datafySnapshotId`,
      },
      {
        what: 'a Datafy snapshot in the place of its set, in a region where it is not',
        call: () => restore({ snapshotIds: [snapshots.documented], region: 'eu-west-1' }),
        code: 'region-mismatch',
        message: `Snapshot ${snapshots.documented} is in region us-east-1, but source.region is in eu-west-1`,
      },
      {
        what: 'a set in a region where it is not',
        call: () => restore({ snapshotIds: documentedSet, region: 'eu-west-1' }),
        code: 'region-mismatch',
        message: /^Snapshot d?snap-0b9176567fe16f\w+ is in region us-east-1, but source\.region is in eu-west-1/,
      },
      ...['us-east-2a', 'eu-west-1a', 'us-gov-east-1a'].map((availabilityZone) => ({
        what: `the zone ${availabilityZone}, which is in another region`,
        call: () => properties({ availabilityZone }),
        code: 'region-mismatch' as const,
        message: `Snapshot ${snapshots.documented} is in region us-east-1, but availabilityZone ${availabilityZone} is in`,
      })),
      ...['', 'us-east-1', 'us-east-1A', 'us-east-1a ', 'useast1a', '1a', 'us-east-1a,us-east-1b'].map(
        (availabilityZone) => ({
          what: `${JSON.stringify(availabilityZone)}, which is no zone`,
          call: () => properties({ availabilityZone }),
          code: 'availability-zone-invalid' as const,
          message: `availabilityZone "${availabilityZone}" is not an availability zone: it looks like us-east-1a`,
        }),
      ),
      ...[-1, 1, 2_999, 80_001].map((volumeIops) => ({
        what: `${volumeIops} IOPS`,
        call: () => properties({ volumeIops }),
        code: 'iops-out-of-range' as const,
        message: `volumeIops is ${volumeIops}: it must be from 3000 to 80000 IOPS`,
      })),
      {
        what: 'more IOPS than its size can have',
        call: () => properties({ volumeIops: 10_001 }),
        code: 'iops-ratio-exceeded',
        message: 'volumeIops 10001 is too much for 20 GiB: gp3 has at most 500 IOPS per GiB, here 10000',
      },
      ...[-1, 1, 124, 2_001].map((volumeThroughput) => ({
        what: `${volumeThroughput} MiB/s`,
        call: () => properties({ volumeThroughput }),
        code: 'throughput-out-of-range' as const,
        message: `volumeThroughput is ${volumeThroughput}: it must be from 125 to 2000 MiB/s`,
      })),
      {
        what: 'more MiB/s than its IOPS can carry',
        call: () => properties({ volumeThroughput: 751 }),
        code: 'throughput-ratio-exceeded',
        message:
          'volumeThroughput 751 MiB/s is too much for volumeIops 3000: gp3 has at most 0.25 MiB/s per IOPS, here 750',
      },
      ...wrongTags.map(({ what, tags: wrong, message }) => ({
        what,
        call: () => properties({ tags: wrong }),
        code: 'tags-invalid' as const,
        message: new RegExp(`^body/volumeProperties${(message as RegExp).source}`),
      })),
    ]);
  });

  describe('attach', () => {
    const noNames = [
      '',
      'sdb',
      '/dev/',
      '/dev/sd',
      '/dev/sdB',
      '/dev/sdbbbb',
      '/dev/sdb ',
      '/dev/nvme1n1',
      '/dev/sdb\n',
    ];
    testRefusals([
      {
        what: 'an instance that is not there',
        call: () => attach(volumes.documented, { instanceId: 'i-0ffffffffffffffff' }),
        code: 'instance-not-found',
        message: `There is no instance i-0ffffffffffffffff in account ${production}`,
      },
      {
        what: 'an instance of another account',
        call: () => attach(volumes.documented, { instanceId: instances.staging }),
        code: 'instance-not-found',
        message: `There is no instance ${instances.staging} in account ${production}`,
      },
      {
        what: 'an instance without an agent',
        call: () => attach(volumes.documented, { instanceId: instances.withoutAgent }),
        code: 'instance-without-agent',
        message: `Instance ${instances.withoutAgent} runs no Datafy agent, and an autoscaling volume needs one`,
      },
      {
        what: 'an instance in another zone',
        call: () => attach(volumes.documented, { instanceId: instances.otherZone }),
        code: 'availability-zone-mismatch',
        message: `Volume ${volumes.documented} is in us-east-1a and instance ${instances.otherZone} in us-east-1b`,
      },
      {
        what: 'a device that another volume has, and says which',
        call: () => attach(volumes.documented, { deviceName: '/dev/sdf' }),
        code: 'device-in-use',
        message: `Device /dev/sdf of instance ${instances.documented} is in use by volume ${volumes.attached}: choose another`,
      },
      {
        what: 'a device that an ordinary volume has',
        call: () => attach(volumes.documented, { deviceName: '/dev/xvda' }),
        code: 'device-in-use',
        message: `in use by volume ${volumes.boot}`,
      },
      {
        what: 'a volume that is on an instance already, and says on which',
        call: () => attach(volumes.attached),
        code: 'volume-already-attached',
        message: `Volume ${volumes.attached} is attached to ${instances.documented} as /dev/sdf: detach it first`,
      },
      ...noNames.map((deviceName) => ({
        what: `${JSON.stringify(deviceName)}, which is no device name`,
        call: () => attach(volumes.documented, { deviceName }),
        code: 'device-name-invalid' as const,
        message: `deviceName "${deviceName}" is not a device name: use /dev/sd[a-z] or /dev/xvd[a-z]`,
      })),
    ]);
  });

  describe('modify', () => {
    testRefusals([
      {
        what: 'a body without a size, in the spelling of the document',
        call: () => modify(volumes.documented, { expandFilesystem: true }),
        code: 'request-invalid',
        message: /^body\/volumeSizeGb is missing$/,
      },
      {
        what: 'two sizes that contradict each other',
        call: () => modify(volumes.documented, { volumeSizeGb: 150, volumeSizeGB: 151 }),
        code: 'size-contradictory',
        message:
          'body/volumeSizeGb is 150 and body/volumeSizeGB is 151: they are two spellings of one field, so send one of them',
      },
      {
        what: 'a size under one name and null under the other',
        call: () => modify(volumes.documented, { volumeSizeGb: 150, volumeSizeGB: null }),
        code: 'size-contradictory',
        message: 'two spellings of one field',
      },
      ...['volumeSizeGb', 'volumeSizeGB'].flatMap((name) => [
        ...[100, 99, 1, 0, -1].map((size) => ({
          what: `${name} ${size}: it is not larger than it was`,
          call: () => modify(volumes.documented, { [name]: size }),
          code: 'size-not-larger' as const,
          message: `Volume ${volumes.documented} is 100 GiB; ${name} ${size} must be larger than that`,
        })),
        {
          what: `${name} 65537: no EBS volume is that large`,
          call: () => modify(volumes.documented, { [name]: 65_537 }),
          code: 'size-out-of-range' as const,
          message: `${name} is 65537: it must be from 1 to 65536 GiB`,
        },
      ]),
      {
        what: 'a modification while another one is under way',
        call: () => modify(volumes.modifying, { volumeSizeGb: 500 }),
        code: 'modification-in-progress',
        message: `Volume ${volumes.modifying} is being modified to 80 GiB: wait until it has ended`,
      },
      {
        what: 'to expand a file system that no instance sees',
        call: () => modify(volumes.documented, { volumeSizeGb: 150, expandFilesystem: true }),
        code: 'filesystem-without-instance',
        message: `Volume ${volumes.documented} is not attached to any instance, so there is no file system to expand`,
      },
      ...(['creating', 'activating', 'deactivating', 'replaced'] as const).map((status) => ({
        what: `a volume that is ${status}, whether it is managed or not`,
        call: () => modify(volumes[status], { volumeSizeGb: 500, autoscalingOnly: false }),
        code: 'volume-not-available' as const,
        message: `Volume ${volumes[status]} is ${status}; modify needs it to be ordinary or managed`,
      })),
    ]);
  });

  describe('deactivate-autoscaling', () => {
    testRefusals([
      {
        what: 'a volume that is being modified',
        call: () => deactivate(volumes.modifying),
        status: 422,
        code: 'modification-in-progress',
        message: `Volume ${volumes.modifying} is being modified to 80 GiB: wait until it has ended`,
      },
      {
        what: 'a body that is no JSON, as wrong and not as impossible',
        call: () => post(`${volumes.documented}/deactivate-autoscaling`, '{'),
        status: 400,
        code: 'json-invalid',
        message: 'The body is not valid JSON',
      },
    ]);
  });
});

describe('authorization', () => {
  const unauthorized: { who: string; token: string; query?: string; code: ErrorCode; message: string }[] = [
    { who: 'an unknown token', token: 'nobody', code: 'token-unknown', message: 'The token is not valid' },
    { who: 'an expired token', token: 'expired-token', code: 'token-expired', message: '2025-12-31T23:00:00.000Z' },
    { who: 'a read-only token', token: 'readonly-token', code: 'token-read-only', message: 'Admin' },
    {
      who: 'a token of another account',
      token: 'staging-account-token',
      query: `?accounts=${production}`,
      code: 'account-not-allowed',
      message: `The token may not act for account ${production}`,
    },
    {
      who: 'an organization token that names an account of another organization',
      token: 'organization-token',
      query: '?accounts=11111111-2222-4333-8444-555555555555',
      code: 'account-not-allowed',
      message: 'The token may not act for account 11111111-2222-4333-8444-555555555555',
    },
  ];

  describe.each(calls)('$name', ({ path, body }) => {
    const send = (token: string, query = '', headers = {}) =>
      world.as(token)('POST', `/api/v1/volumes/${path}${query}`, body, headers);

    describe('works', () => {
      eachInWorldOfItsOwn();

      test.each([
        ['its own account', 'account-token', `?accounts=${production}`, {}],
        ['the account that an organization token names', 'organization-token', `?accounts=${production}`, {}],
        [
          'the account that the deprecated header names',
          'organization-token',
          '',
          { 'x-datafy-sub-account-id': production },
        ],
      ])('for %s', async (_, token, query, headers) => accepted(await send(token, query, headers)));
    });

    describe('is refused', () => {
      allInOneWorld();

      test.each(unauthorized)('for $who', async ({ token, query, code, message }) => {
        await refused(world, () => send(token, query), { status: 401, code, message });
      });

      test('without a token', async () => {
        await refused(world, () => world.send('POST', `/api/v1/volumes/${path}`, body), {
          status: 401,
          code: 'authorization-missing',
          message: 'send "Authorization: Bearer <token>"',
        });
      });

      test("in the organization's own account, with what to do", async () => {
        const code = path === 'create-from-snapshots' ? 'snapshot-not-found' : 'volume-not-found';
        const { body: answer } = await refused(world, () => send('organization-token'), {
          status: 400,
          code,
          message: `in account ${organization}`,
        });
        if (code === 'volume-not-found') expect(answer.message).toContain('name a sub-account with ?accounts=');
      });

      test('in another account', async () => {
        await refused(world, () => send('staging-account-token'), {
          status: 400,
          code: path === 'create-from-snapshots' ? 'snapshot-not-found' : 'volume-not-found',
          message: `in account ${staging}`,
        });
      });
    });
  });
});

describe('behaviour', () => {
  const datafySnapshotId = expect.stringMatching(/^dsnap-[0-9a-f]{17}$/);
  const volumeId = expect.stringMatching(/^vol-[0-9a-f]{17}$/);
  const minutes = (count: number) => count * 60_000;

  describe("the documentation's examples", () => {
    eachInWorldOfItsOwn();

    test.each(calls)('$name succeeds in a fresh world', async ({ path, body }) => accepted(await post(path, body)));

    test('all succeed, one after the other', async () => {
      for (const { path, body } of calls) accepted(await post(path, body));
    });

    test('bring the same ids in every fresh world', async () => {
      const answers = async () => {
        const fresh = await buildWorld();
        const call = fresh.as('account-token');
        const texts = [];
        for (const { path, body } of calls) texts.push((await call('POST', `/api/v1/volumes/${path}`, body)).text);
        texts.push((await call('GET', '/api/v1/volumes?limit=1000')).text);
        await fresh.close();
        return texts;
      };
      expect(await answers()).toEqual(await answers());
    });
  });

  describe('create-snapshot', () => {
    eachInWorldOfItsOwn();

    test.each([undefined, '', {}])('works with the body %j, and answers with what has begun', async (body) => {
      const { status, body: answer } = await createSnapshot(volumes.documented, body);
      expect(status).toBe(200);
      expect(answer).toEqual({
        datafySnapshotId,
        volumeId: volumes.documented,
        status: 'pending',
        startTime: '2026-01-01T00:00:00.000Z',
        volumeSizeGb: 100,
        description: '',
      });
    });

    test('keeps description and tags', async () => {
      const tags = [
        { key: 'team', value: 'storage' },
        { key: 'Team', value: '' },
      ];
      const { body } = await createSnapshot(volumes.documented, { description: 'nächtlich ☾', tags });
      expect(body.description).toBe('nächtlich ☾');
      const { description, ebsSnapshots } = await readSnapshot(body.datafySnapshotId);
      expect(description).toBe('nächtlich ☾');
      for (const part of ebsSnapshots) expect(part.tags.slice(-2)).toEqual(tags);
    });

    test('gives a tag without a value an empty one', async () => {
      const { body } = await createSnapshot(volumes.documented, { tags: [{ key: 'team' }] });
      const { ebsSnapshots } = await readSnapshot(body.datafySnapshotId);
      expect(ebsSnapshots[0].tags.at(-1)).toEqual({ key: 'team', value: '' });
    });

    test.each([
      ['50 tags', Array.from({ length: 50 }, (_, at) => ({ key: `key-${at}` }))],
      ['the longest key and value', [{ key: 'k'.repeat(128), value: 'v'.repeat(256) }]],
      ['keys that only look reserved', [{ key: 'my-datafy:x' }, { key: 'datafy' }, { key: 'awsome' }]],
    ])('takes %s', async (_, tags) => accepted(await createSnapshot(volumes.documented, { tags })));

    test('is one EBS snapshot per backing volume, tagged as of one set', async () => {
      const { body } = await createSnapshot(volumes.documented, { tags: [{ key: 'team', value: 'storage' }] });
      const { ebsSnapshots, region } = await readSnapshot(body.datafySnapshotId);
      const tags = [
        { key: 'Managed-By', value: 'Datafy.io' },
        { key: 'datafy:source-volume:id', value: volumes.documented },
        { key: 'datafy:snapshot:id', value: body.datafySnapshotId },
        { key: 'datafy:snapshot:generation-id', value: '1' },
        { key: 'team', value: 'storage' },
      ];
      const snapshotId = expect.stringMatching(/^snap-[0-9a-f]{17}$/);
      expect(ebsSnapshots).toEqual([
        { snapshotId, volumeId: 'vol-0b9176567fe16f001', tags },
        { snapshotId, volumeId: 'vol-0b9176567fe16f002', tags },
      ]);
      expect(ebsSnapshots[0].snapshotId).not.toBe(ebsSnapshots[1].snapshotId);
      expect(region).toBe('us-east-1');
    });

    test.each([
      ['the first of a volume', volumes.modifying, ['0', '1', '2']],
      ['those there are', volumes.documented, ['1', '2', '3']],
      ['those under way and failed too', volumes.attached, ['2', '3', '4']],
    ])('counts generations up from %s', async (_, id, expected) => {
      const generations = [];
      for (const _each of expected) {
        const { body } = await createSnapshot(id);
        const { ebsSnapshots } = await readSnapshot(body.datafySnapshotId);
        generations.push(
          ...new Set(
            ebsSnapshots.map(
              ({ tags }: { tags: { key: string; value: string }[] }) =>
                tags.find(({ key }) => key === 'datafy:snapshot:generation-id')?.value,
            ),
          ),
        );
      }
      expect(generations).toEqual(expected);
    });

    test.each([volumes.ordinary, volumes.boot, volumes.withoutAgent, volumes.replacement])(
      'takes one of the ordinary volume %s when told to, of the volume itself',
      async (id) => {
        const { status, body } = await createSnapshot(id, { autoscalingOnly: false });
        expect(status).toBe(200);
        const { ebsSnapshots } = await readSnapshot(body.datafySnapshotId);
        expect(ebsSnapshots.map((part: { volumeId: string }) => part.volumeId)).toEqual([id]);
      },
    );

    test('takes one of a volume that no instance has, and one of a volume that is being modified', async () => {
      accepted(await createSnapshot(volumes.documented));
      accepted(await createSnapshot(volumes.modifying));
    });

    test('is completed at the next request, and can be restored', async () => {
      const { body } = await createSnapshot();
      expect((await readSnapshot(body.datafySnapshotId)).status).toBe('completed');
      expect((await restore({ datafySnapshotId: body.datafySnapshotId })).body).toEqual({
        volumeId,
        volumeSizeGB: 100,
      });
    });

    test('keeps the size the volume had when it began', async () => {
      const { body } = await createSnapshot();
      accepted(await modify(volumes.documented, { volumeSizeGb: 500 }));
      expect((await read()).volumeSizeGb).toBe(500);
      expect((await readSnapshot(body.datafySnapshotId)).volumeSizeGb).toBe(100);
      expect((await restore({ datafySnapshotId: body.datafySnapshotId })).body.volumeSizeGB).toBe(100);
    });

    test('takes two at a time', async () => {
      const [one, other] = await Promise.all([createSnapshot(), createSnapshot()]);
      expect(one.body.datafySnapshotId).not.toBe(other.body.datafySnapshotId);
    });
  });

  describe('create-from-snapshots', () => {
    eachInWorldOfItsOwn();

    test('answers with the new volume and the size of the snapshot', async () => {
      expect((await restore()).body).toEqual({ volumeId, volumeSizeGB: 20 });
    });

    test('makes an autoscaling volume with the defaults', async () => {
      const { body } = await restore();
      expect(await read(body.volumeId)).toMatchObject({
        volumeId: body.volumeId,
        accountId: production,
        status: 'managed',
        autoscaling: 'Active',
        origin: 'snapshot',
        hasSource: false,
        volumeType: 'gp3',
        volumeSizeGb: 20,
        volumeIops: 3000,
        volumeThroughput: 125,
        availabilityZone: 'us-east-1a',
        encrypted: false,
        tags: [],
        attachment: null,
        modification: null,
        restoredFrom: snapshots.documented,
        createdAt: '2026-01-01T00:00:00.000Z',
      });
    });

    test.each([
      ['left out', {}, 3000, 125],
      ['zero, which means the default', { volumeIops: 0, volumeThroughput: 0 }, 3000, 125],
      ['the least there can be', { volumeIops: 3000, volumeThroughput: 125 }, 3000, 125],
      ['the most 20 GiB can have', { volumeIops: 10_000, volumeThroughput: 2_000 }, 10_000, 2_000],
      ['the most 3000 IOPS can carry', { volumeThroughput: 750 }, 3000, 750],
    ])('takes IOPS and throughput that are %s', async (_, properties, volumeIops, volumeThroughput) => {
      const { body } = await restore(documentedSource, properties);
      expect(await read(body.volumeId)).toMatchObject({ volumeIops, volumeThroughput });
    });

    test('stands on two backing volumes, tagged with where they come from', async () => {
      const { body } = await restore(documentedSource, { tags: [{ key: 'team', value: 'storage' }] });
      const { backingVolumes, tags } = await read(body.volumeId);
      const expected = {
        volumeId,
        status: 'available',
        attachment: null,
        volumeSizeGb: 10,
        volumeIops: 3000,
        volumeThroughput: 125,
        tags: [
          { key: 'Managed-By', value: 'Datafy.io' },
          { key: 'datafy:source-volume:id', value: body.volumeId },
          { key: 'datafy:restored-from-snapshot:id', value: snapshots.documented },
          { key: 'team', value: 'storage' },
        ],
      };
      expect(tags).toEqual([{ key: 'team', value: 'storage' }]);
      expect(backingVolumes).toEqual([expected, expected]);
      expect(new Set([body.volumeId, ...backingVolumes.map((each: { volumeId: string }) => each.volumeId)]).size).toBe(
        3,
      );
    });

    test.each([
      ['in order', documentedSet],
      ['in another order', documentedSet.toReversed()],
    ])('restores the whole set of EBS snapshots, %s', async (_, snapshotIds) => {
      const { body } = await restore({ snapshotIds, region: 'us-east-1' });
      expect(body).toEqual({ volumeId, volumeSizeGB: 20 });
      expect((await read(body.volumeId)).restoredFrom).toBe(snapshots.documented);
    });

    test('takes a Datafy snapshot in the place of its set, as older clients name it', async () => {
      const { body } = await restore({ snapshotIds: [snapshots.documented], region: 'us-east-1' });
      expect(body).toEqual({ volumeId, volumeSizeGB: 20 });
    });

    test('restores the one EBS snapshot of an ordinary volume', async () => {
      const { body } = await createSnapshot(volumes.ordinary, { autoscalingOnly: false });
      const { ebsSnapshots } = await readSnapshot(body.datafySnapshotId);
      const snapshotIds = ebsSnapshots.map(({ snapshotId }: { snapshotId: string }) => snapshotId);
      expect((await restore({ snapshotIds, region: 'us-east-1' })).body).toEqual({ volumeId, volumeSizeGB: 40 });
    });

    test.each(['us-east-1b', 'us-east-1f', 'us-east-1-bos-1a'])(
      'restores into %s, in its region',
      async (availabilityZone) => {
        const { body } = await restore(documentedSource, { availabilityZone });
        expect((await read(body.volumeId)).availabilityZone).toBe(availabilityZone);
      },
    );

    test('restores one snapshot as often as it is asked to, each time as another volume', async () => {
      const [one, other] = [await restore(), await restore()];
      expect(one.body.volumeId).not.toBe(other.body.volumeId);
    });

    test('restores the snapshot of a volume whose autoscaling was switched off since', async () => {
      accepted(await deactivate());
      accepted(await restore());
    });

    test('makes a volume that can do all that others can', async () => {
      const { body } = await restore();
      isEmpty(await attach(body.volumeId));
      isEmpty(await modify(body.volumeId, { volumeSizeGb: 21 }));
      accepted(await createSnapshot(body.volumeId));
      isEmpty(await deactivate(body.volumeId));
      expect((await read(body.volumeId)).status).toBe('replaced');
    });
  });

  describe('attach', () => {
    eachInWorldOfItsOwn();

    test('answers with nothing, and the volume is on its instance at the next request', async () => {
      isEmpty(await attach());
      expect((await read()).attachment).toEqual({
        ...documentedAttachment,
        status: 'attached',
        deleteOnTermination: false,
      });
    });

    test.each([true, false])('keeps deleteOnTermination %s', async (deleteOnTermination) => {
      accepted(await attach(volumes.documented, { deleteOnTermination }));
      expect((await read()).attachment.deleteOnTermination).toBe(deleteOnTermination);
    });

    test.each(['/dev/sdb', '/dev/sdz', '/dev/sdb1', '/dev/xvdb', '/dev/xvdba', '/dev/xvdba1'])(
      'takes the device name %s',
      async (deviceName) => {
        accepted(await attach(volumes.documented, { deviceName }));
        expect((await read()).attachment.deviceName).toBe(deviceName);
      },
    );

    test('takes a device name that another instance uses', async () => {
      const { body } = await restore(documentedSource, { availabilityZone: 'us-east-1b' });
      accepted(await attach(body.volumeId, { instanceId: instances.otherZone, deviceName: '/dev/sdf' }));
    });

    test('takes the device from then on', async () => {
      accepted(await attach());
      const { body } = await restore();
      await refused(world, () => attach(body.volumeId), {
        status: 400,
        code: 'device-in-use',
        message: `in use by volume ${volumes.documented}`,
      });
    });

    test('is refused the second time', async () => {
      accepted(await attach());
      await refused(world, () => attach(volumes.documented, { deviceName: '/dev/sdc' }), {
        status: 400,
        code: 'volume-already-attached',
        message: `Volume ${volumes.documented} is attached to ${instances.documented} as /dev/sdb`,
      });
    });
  });

  describe('modify', () => {
    eachInWorldOfItsOwn();

    test.each([
      ['volumeSizeGb', { volumeSizeGb: 150 }],
      ['volumeSizeGB', { volumeSizeGB: 150 }],
      ['both, with one value', { volumeSizeGb: 150, volumeSizeGB: 150 }],
    ])('takes the size as %s, answers with nothing, and the next request sees it', async (_, body) => {
      isEmpty(await modify(volumes.documented, body));
      expect(await read()).toMatchObject({
        volumeSizeGb: 150,
        volumeIops: 3000,
        volumeThroughput: 125,
        modification: {
          status: 'completed',
          volumeSizeGb: 150,
          volumeIops: 3000,
          volumeThroughput: 125,
          startTime: '2026-01-01T00:00:00.000Z',
        },
        backingVolumes: [{ volumeSizeGb: 75 }, { volumeSizeGb: 75 }],
      });
    });

    test.each([101, 65_536])('takes %i GiB for a volume of 100', async (volumeSizeGb) => {
      accepted(await modify(volumes.documented, { volumeSizeGb }));
      expect((await read()).volumeSizeGb).toBe(volumeSizeGb);
    });

    test('expands the file system of a volume that is on an instance', async () => {
      accepted(await modify(volumes.attached, { volumeSizeGb: 201, expandFilesystem: true }));
    });

    test.each([volumes.ordinary, volumes.boot])('modifies the ordinary volume %s when told to', async (id) => {
      isEmpty(await modify(id, { volumeSizeGb: 500, autoscalingOnly: false }));
      expect(await read(id)).toMatchObject({ status: 'ordinary', volumeSizeGb: 500, backingVolumes: [] });
    });

    test('modifies again when the first modification has ended', async () => {
      accepted(await modify(volumes.documented, { volumeSizeGb: 150 }));
      accepted(await modify(volumes.documented, { volumeSizeGb: 160 }));
      expect((await read()).volumeSizeGb).toBe(160);
    });
  });

  describe('deactivate-autoscaling', () => {
    eachInWorldOfItsOwn();

    test('answers with nothing, and leaves a volume that says what replaced it', async () => {
      isEmpty(await deactivate(volumes.attached));
      const replaced = await read(volumes.attached);
      expect(replaced).toMatchObject({
        volumeId: volumes.attached,
        status: 'replaced',
        autoscaling: 'Inactive',
        hasSource: false,
        attachment: null,
        backingVolumes: [],
        replacedBy: volumeId,
        replaces: null,
      });
      expect(replaced.replacedBy).not.toBe(volumes.attached);
    });

    test('brings an ordinary EBS volume that takes over size, tags, zone and device', async () => {
      const before = await read(volumes.attached);
      accepted(await deactivate(volumes.attached));
      const { replacedBy } = await read(volumes.attached);
      const { volumeSizeGb, volumeIops, volumeThroughput, availabilityZone, tags, attachment } = before;
      expect(await read(replacedBy)).toEqual({
        volumeId: replacedBy,
        accountId: production,
        status: 'ordinary',
        autoscaling: 'Inactive',
        unsupportedReason: null,
        origin: 'ebs',
        hasSource: true,
        volumeType: 'gp3',
        volumeSizeGb,
        volumeIops,
        volumeThroughput,
        availabilityZone,
        encrypted: false,
        kmsKeyId: null,
        tags,
        attachment,
        modification: null,
        backingVolumes: [],
        restoredFrom: null,
        replacedBy: null,
        replaces: volumes.attached,
        volumes: [expect.objectContaining({ volumeId: replacedBy })],
        createdAt: '2026-01-01T00:00:00.000Z',
      });
      expect(attachment).toMatchObject({
        instanceId: instances.documented,
        deviceName: '/dev/sdf',
        status: 'attached',
      });
    });

    test('takes over what the volume has become', async () => {
      const tags = [{ key: 'team', value: 'storage' }];
      const { body } = await restore(documentedSource, { volumeIops: 6_000, volumeThroughput: 500, tags });
      accepted(await modify(body.volumeId, { volumeSizeGb: 30 }));
      accepted(await deactivate(body.volumeId));
      const { replacedBy } = await read(body.volumeId);
      expect(await read(replacedBy)).toMatchObject({
        volumeSizeGb: 30,
        volumeIops: 6_000,
        volumeThroughput: 500,
        tags,
        attachment: null,
      });
    });

    test('keeps the device taken', async () => {
      accepted(await deactivate(volumes.attached));
      const { replacedBy } = await read(volumes.attached);
      await refused(world, () => attach(volumes.documented, { deviceName: '/dev/sdf' }), {
        status: 400,
        code: 'device-in-use',
        message: `in use by volume ${replacedBy}`,
      });
    });

    test.each([
      ['create-snapshot', 400, () => createSnapshot()],
      ['attach', 400, () => attach()],
      ['modify', 400, () => modify()],
      ['deactivate-autoscaling', 422, () => deactivate()],
    ])('lets %s be refused afterwards, with where the data is', async (_, status, call) => {
      accepted(await deactivate());
      const { replacedBy } = await read();
      await refused(world, call, {
        status,
        code: 'volume-not-managed',
        message: `Volume ${volumes.documented} is replaced; ${_} needs it to be managed: its data is on ${replacedBy} now`,
      });
    });

    test('does not know the backing volumes any more', async () => {
      accepted(await deactivate());
      const { body } = await refused(world, () => modify('vol-0b9176567fe16f001'), {
        status: 400,
        code: 'volume-not-found',
        message: 'There is no volume vol-0b9176567fe16f001',
      });
      expect(body.message).not.toContain('behind');
    });
  });

  describe('over time', () => {
    eachInWorldOfItsOwn({ pace: paces.realistic });

    test('a snapshot is pending until it is completed, and cannot be restored before', async () => {
      const { body } = await createSnapshot();
      const id = body.datafySnapshotId;
      world.clock.advance(minutes(1) - 1);
      expect((await readSnapshot(id)).status).toBe('pending');
      await refused(world, () => restore({ datafySnapshotId: id }), {
        status: 400,
        code: 'snapshot-not-completed',
        message: `Snapshot ${id} is pending`,
      });
      world.clock.advance(1);
      expect(await readSnapshot(id)).toMatchObject({ status: 'completed', startTime: '2026-01-01T00:00:00.000Z' });
      accepted(await restore({ datafySnapshotId: id }));
    });

    test('a restored volume is being created until it is there, and cannot be used before', async () => {
      const { body } = await restore();
      world.clock.advance(4_999);
      expect(await read(body.volumeId)).toMatchObject({
        status: 'creating',
        autoscaling: 'Active',
        volumeSizeGb: 20,
      });
      await refused(world, () => attach(body.volumeId), {
        status: 400,
        code: 'volume-not-managed',
        message: `Volume ${body.volumeId} is creating; attach needs it to be managed`,
      });
      world.clock.advance(1);
      expect(await read(body.volumeId)).toMatchObject({ status: 'managed', autoscaling: 'Active' });
      accepted(await attach(body.volumeId));
    });

    test('an attachment is under way until it is there, with its device taken', async () => {
      isEmpty(await attach());
      world.clock.advance(2_999);
      expect((await read()).attachment).toEqual({
        ...documentedAttachment,
        status: 'attaching',
        deleteOnTermination: false,
      });
      await refused(world, () => attach(), {
        status: 400,
        code: 'volume-already-attached',
        message: `Volume ${volumes.documented} is attaching to ${instances.documented} as /dev/sdb: it is on its way`,
      });
      await refused(world, () => modify(volumes.documented, { volumeSizeGb: 150, expandFilesystem: true }), {
        status: 400,
        code: 'filesystem-without-instance',
        message: volumes.documented,
      });
      await refused(world, () => deactivate(), {
        status: 422,
        code: 'attachment-in-transition',
        message: `Volume ${volumes.documented} is attaching to ${instances.documented} as /dev/sdb; deactivate-autoscaling needs it to be attached`,
      });
      world.clock.advance(1);
      expect((await read()).attachment.status).toBe('attached');
      accepted(await deactivate());
    });

    test('a device is taken while the volume is on its way', async () => {
      const { body } = await restore();
      world.clock.advance(5_000);
      const both = await Promise.all([attach(volumes.documented), attach(body.volumeId)]);
      expect(both.map(({ status }) => status).sort()).toEqual([200, 400]);
      expect(both.find(({ status }) => status === 400)?.headers['x-emulator-error']).toBe('device-in-use');
    });

    test('a modified volume shows its old size until the new one is there', async () => {
      isEmpty(await modify());
      world.clock.advance(29_999);
      expect(await read()).toMatchObject({
        volumeSizeGb: 100,
        modification: { status: 'modifying', volumeSizeGb: 150 },
        backingVolumes: [{ volumeSizeGb: 50 }, { volumeSizeGb: 50 }],
      });
      for (const [status, call] of [
        [400, () => modify(volumes.documented, { volumeSizeGb: 160 })],
        [422, () => deactivate()],
      ] as const) {
        await refused(world, call, {
          status,
          code: 'modification-in-progress',
          message: `Volume ${volumes.documented} is being modified to 150 GiB: wait until it has ended`,
        });
      }
      world.clock.advance(1);
      expect(await read()).toMatchObject({
        volumeSizeGb: 150,
        modification: { status: 'completed', startTime: '2026-01-01T00:00:00.000Z' },
        backingVolumes: [{ volumeSizeGb: 75 }, { volumeSizeGb: 75 }],
      });
      accepted(await modify(volumes.documented, { volumeSizeGb: 160 }));
    });

    test('of two modifications at once, one is begun', async () => {
      const both = await Promise.all([modify(volumes.documented), modify(volumes.documented)]);
      expect(both.map(({ status }) => status).sort()).toEqual([200, 400]);
    });

    test('a volume is deactivating, with its device and backing volumes, until it is replaced', async () => {
      isEmpty(await deactivate(volumes.attached));
      world.clock.advance(minutes(3) - 1);
      expect(await read(volumes.attached)).toMatchObject({
        status: 'deactivating',
        autoscaling: 'Active',
        hasSource: false,
        replacedBy: null,
        attachment: { deviceName: '/dev/sdf', status: 'attached' },
        backingVolumes: [{ volumeId: 'vol-0a1b2c3d4e5f60011' }, { volumeId: 'vol-0a1b2c3d4e5f60012' }],
      });
      await refused(world, () => deactivate(volumes.attached), {
        status: 422,
        code: 'volume-not-managed',
        message: `Volume ${volumes.attached} is deactivating; deactivate-autoscaling needs it to be managed`,
      });
      world.clock.advance(1);
      const { replacedBy } = await read(volumes.attached);
      expect((await read(replacedBy)).attachment).toMatchObject({ deviceName: '/dev/sdf', status: 'attached' });
    });

    test('what came due long ago happened when it was due', async () => {
      accepted(await deactivate(volumes.attached));
      world.clock.advance(minutes(60));
      const { replacedBy } = await read(volumes.attached);
      expect((await read(replacedBy)).createdAt).toBe(new Date(beginning + minutes(3)).toISOString());
    });

    test('of two that came due long ago, the first to be due was the first to happen', async () => {
      accepted(await deactivate(volumes.attached));
      world.clock.advance(1);
      accepted(await deactivate(volumes.documented));
      world.clock.advance(minutes(60));
      const { body } = await world.as('account-token')('GET', '/api/v1/volumes');
      const replaced = body.volumes.slice(-2).map(({ replaces }: { replaces: string }) => replaces);
      expect(replaced).toEqual([volumes.attached, volumes.documented]);
    });

    test('a second snapshot begins with the time that has passed', async () => {
      world.clock.advance(1_234);
      expect((await createSnapshot()).body.startTime).toBe('2026-01-01T00:00:01.234Z');
    });
  });

  describe('with a pace of its own for one transition', () => {
    eachInWorldOfItsOwn({ pace: parsePace('snapshot=1000') });

    test('that one takes its time, and the others are done at the next request', async () => {
      const { body } = await createSnapshot();
      accepted(await modify());
      expect((await readSnapshot(body.datafySnapshotId)).status).toBe('pending');
      expect((await read()).volumeSizeGb).toBe(150);
    });
  });
});
