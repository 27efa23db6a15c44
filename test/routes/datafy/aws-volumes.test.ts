import { describe, expect, test } from 'vitest';
import type { ErrorCode } from '../../../src/ground/errors.ts';
import { paces } from '../../../src/state/engine/pace.ts';
import { refused, withoutEffect } from '../../support/refused.ts';
import {
  type Answer,
  instances,
  organization,
  production,
  type Row,
  snapshots,
  staging,
  volumes,
} from '../../support/world.ts';
import { describeTypes, type JsonType, type TypedCall } from '../../support/wrong-types.ts';
import {
  accepted,
  allInOneWorld,
  type Call,
  type Case,
  eachInWorldOfItsOwn,
  isEmpty,
  targetOf,
  testRefusals,
  testStrangers,
  testWrongTypes,
  world,
} from './room.ts';

const at = (rest: string) => `/api/v1/aws/volumes/${rest}`;
const post = (rest: string, body?: unknown) => world.as('account-token')('POST', at(rest), body);
const read = (volumeId: string) => world.as('account-token')('GET', at(volumeId));

const zone = 'us-east-1a';
const source = { datafySnapshotId: snapshots.documented };
const set = { snapshotIds: ['snap-0b9176567fe16f001', 'snap-0b9176567fe16f002'], region: 'us-east-1' };
const creation = (properties: object = {}) => ({
  volumeProperties: { availabilityZone: zone, diskSize: 100, ...properties },
});
const create = (properties?: object, call = 'create-autoscaling-volume') => post(call, creation(properties));
const restore = (properties: object = {}, from: object = source) =>
  post('create-from-snapshots', { source: from, volumeProperties: { availabilityZone: zone, ...properties } });
const attach = (volumeId: string = volumes.documented, body: object = {}) =>
  post(`${volumeId}/attach`, { instanceId: instances.documented, deviceName: '/dev/sdb', ...body });
const detach = (volumeId: string = volumes.attached, body: object = {}) =>
  post(`${volumeId}/detach`, { instanceId: instances.documented, force: false, ...body });
const modify = (body: unknown, volumeId: string = volumes.attached) => post(`${volumeId}/modify`, body);

/** What this call says of a volume, and what the list extension says of it. */
const get = async (volumeId: string) => accepted(await read(volumeId));
const inventory = async (volumeId: string) =>
  accepted(await world.as('account-token')('GET', `/api/v1/volumes/${volumeId}`));
const published = (volumeId: string, call: string, body?: unknown) =>
  world.as('account-token')('POST', `/api/v1/volumes/${volumeId}/${call}`, body);

const volumeId = expect.stringMatching(/^vol-[0-9a-f]{17}$/);
const gib = (count: number) => count * 2 ** 30;
const isPresent = (values: object) => Object.keys(values).length > 0;

/** Every call, each with a body that succeeds in the default world. */
const calls: (Call & { body?: Record<string, unknown> })[] = [
  { what: 'reading', method: 'GET', path: at(volumes.documented) },
  {
    what: 'create-from-snapshots',
    method: 'POST',
    path: at('create-from-snapshots'),
    body: { source, volumeProperties: { availabilityZone: zone, diskSize: 0, volumeIops: 0, volumeThroughput: 0 } },
  },
  ...['create-autoscaling-volume', 'create-datafied-volume'].map((call) => ({
    what: call,
    method: 'POST' as const,
    path: at(call),
    body: creation(),
  })),
  {
    what: 'attach',
    method: 'POST',
    path: at(`${volumes.documented}/attach`),
    body: { instanceId: instances.documented, deviceName: '/dev/sdb' },
  },
  {
    what: 'detach',
    method: 'POST',
    path: at(`${volumes.attached}/detach`),
    body: { instanceId: instances.documented, force: false },
  },
  { what: 'modify', method: 'POST', path: at(`${volumes.attached}/modify`), body: { volumeSizeGb: 210 } },
];
const onVolume = calls.filter(({ path }) => path.includes('/vol-'));
const withBody = calls.filter(({ body }) => body);

const tags = [{ key: 'team', value: 'storage' }];

describe('types', () => {
  const properties = (fields: Record<string, JsonType>): Record<string, JsonType> => ({
    volumeProperties: 'object',
    ...Object.fromEntries(Object.entries(fields).map(([name, type]) => [`volumeProperties/${name}`, type])),
  });
  const common = {
    availabilityZone: 'string',
    diskSize: 'integer',
    volumeIops: 'integer',
    volumeThroughput: 'integer',
    tags: 'array',
    'tags/0': 'object',
    'tags/0/key': 'string',
    'tags/0/value': 'string',
  } as const;
  const oneSnapshot: Record<string, JsonType> = { 'source/datafySnapshotId': 'string' };
  const setOfSnapshots: Record<string, JsonType> = {
    'source/snapshotIds': 'array',
    'source/snapshotIds/0': 'string',
    'source/region': 'string',
  };
  const volumeProperties = { availabilityZone: zone, diskSize: 40, volumeIops: 3000, volumeThroughput: 125, tags };

  describeTypes('account-token', [
    ...[
      { what: 'of one Datafy snapshot', source, fields: oneSnapshot, absent: setOfSnapshots },
      { what: 'of a set of EBS snapshots', source: set, fields: setOfSnapshots, absent: oneSnapshot },
    ].map(
      ({ what, source: from, fields, absent }): TypedCall => ({
        what,
        method: 'POST',
        path: at('create-from-snapshots'),
        body: { source: from, volumeProperties },
        fields: { source: 'object', ...fields, ...properties(common) },
        absent,
        required: [
          'source',
          ...Object.keys(fields).filter((field) => !field.endsWith('/0')),
          'volumeProperties',
          'volumeProperties/availabilityZone',
        ],
      }),
    ),
    {
      method: 'POST',
      path: at('create-autoscaling-volume'),
      body: {
        volumeProperties: {
          ...volumeProperties,
          volumeIops: 12_000,
          volumeThroughput: 500,
          encrypted: true,
          kmsKeyId: 'alias/mine',
          datafyMode: 'performance',
          performanceArraySize: 4,
          arraySize: 4,
          autoscaling: false,
          performance: true,
          performanceTier: 4,
        },
      },
      fields: properties({
        ...common,
        encrypted: 'boolean',
        kmsKeyId: 'string',
        datafyMode: 'string',
        performanceArraySize: 'integer',
        arraySize: 'integer',
        autoscaling: 'boolean',
        performance: 'boolean',
        performanceTier: 'integer',
      }),
      required: ['volumeProperties', 'volumeProperties/availabilityZone', 'volumeProperties/diskSize'],
    },
    {
      method: 'POST',
      path: at('{volumeId}/attach'),
      params: { volumeId: volumes.documented },
      body: { instanceId: instances.documented, deviceName: '/dev/sdb' },
      fields: { instanceId: 'string', deviceName: 'string' },
      required: ['instanceId', 'deviceName'],
    },
    {
      method: 'POST',
      path: at('{volumeId}/detach'),
      params: { volumeId: volumes.attached },
      body: { instanceId: instances.documented, force: false },
      fields: { instanceId: 'string', force: 'boolean' },
      required: ['instanceId'],
    },
  ]);

  describe('POST /api/v1/aws/volumes/create-datafied-volume', () => {
    allInOneWorld();

    test('takes what create-autoscaling-volume takes', () => {
      const own = { operationId: '', summary: '', deprecated: false };
      const [newer, older] = ['create-autoscaling-volume', 'create-datafied-volume'].map((call) => ({
        ...world.app.swagger().paths?.[at(call)]?.post,
        ...own,
      }));
      expect(newer).toHaveProperty('requestBody');
      expect(older).toEqual(newer);
    });
  });

  describe('POST /api/v1/aws/volumes/{volumeId}/modify', () => {
    const body = { volumeSizeGb: 210, volumeIops: 4000, volumeThroughput: 250, arraySize: 2 };
    testWrongTypes(modify, body, {
      volumeSizeGb: 'integer',
      volumeIops: 'integer',
      volumeThroughput: 'integer',
      arraySize: 'integer',
    });
  });

  describe('numbers below zero', () => {
    testRefusals(
      [
        ...['diskSize', 'volumeIops', 'volumeThroughput'].flatMap((field) => [
          { path: `volumeProperties/${field}`, call: () => create({ [field]: -1 }) },
          { path: `volumeProperties/${field}`, call: () => restore({ [field]: -1 }) },
        ]),
        ...['volumeSizeGb', 'volumeIops', 'volumeThroughput', 'arraySize'].map((field) => ({
          path: field,
          call: () => modify({ [field]: -1 }),
        })),
      ].map(({ path, call }) => ({
        what: path,
        call,
        code: 'request-invalid' as const,
        message: new RegExp(`^body/${path} must be >= 0$`),
      })),
    );
  });

  describe.each(withBody)('the body of $what', ({ method, path, body }) => {
    eachInWorldOfItsOwn();

    const send = (headers: Record<string, string>) => world.as('account-token')(method, path, body, headers);

    test.each([
      ['no Content-Type', {}],
      ['application/json', { 'content-type': 'application/json' }],
    ])('is read as JSON with %s', async (_, headers) => {
      accepted(await send(headers));
    });

    test('is refused as anything else', async () => {
      await refused(world, () => send({ 'content-type': 'text/plain' }), {
        status: 400,
        code: 'content-type-unsupported',
        message: 'send JSON, with "Content-Type: application/json" or none at all',
      });
    });
  });
});

describe('constraints', () => {
  const unknown = 'vol-0ffffffffffffffff';
  const instead = (path: string, id: string) => path.replace(/vol-[0-9a-f]{17}/, id);

  describe('every call on a volume', () => {
    testRefusals(
      onVolume.flatMap(({ what, method, path, body }) =>
        [
          { id: unknown, who: 'a volume that is not there', hint: '' },
          { id: volumes.staging, who: 'a volume of another account', hint: '' },
          {
            id: 'vol-0a1b2c3d4e5f60011',
            who: 'an EBS volume behind another one, and says which',
            hint: `: it is one of the EBS volumes behind ${volumes.attached}: use that id`,
          },
        ].map(({ id, who, hint }) => ({
          what: `${what} of ${who}`,
          call: () => world.as('account-token')(method, instead(path, id), body),
          status: 404,
          code: 'volume-not-found' as const,
          message: `There is no volume ${id} in account ${production}${hint}`,
        })),
      ),
    );
  });

  describe('every change of a volume that is on its way', () => {
    const statuses = ['creating', 'activating', 'deactivating', 'replaced'] as const;
    testRefusals(
      onVolume
        .filter(({ method }) => method === 'POST')
        .flatMap(({ what, path, body }) =>
          statuses.map((status) => ({
            what: `${what} while it is ${status}`,
            call: () => world.as('account-token')('POST', instead(path, volumes[status]), body),
            status: 409,
            code: what === 'attach' ? ('volume-not-managed' as const) : ('volume-not-available' as const),
            message:
              `Volume ${volumes[status]} is ${status}; ${what} needs it to be ` +
              (what === 'attach' ? 'managed' : 'ordinary or managed') +
              (status === 'replaced' ? `: its data is on ${volumes.replacement} now` : ''),
          })),
        ),
    );
  });

  /** What is wrong with tags, and how a message says so. */
  const wrongTags: { what: string; tags: object[]; message: string }[] = [
    ...['datafy:source-volume:id', 'Datafy:x', 'datafy:'].map((key) => ({
      what: `the reserved key ${key}`,
      tags: [...tags, { key, value: 'x' }],
      message: `body/volumeProperties/tags/1/key "${key}" begins with "datafy:", which is reserved`,
    })),
    {
      what: 'a key of AWS',
      tags: [{ key: 'aws:x', value: 'x' }],
      message: 'body/volumeProperties/tags/0/key "aws:x" begins with "aws:", which is reserved',
    },
    {
      what: 'a key twice',
      tags: [...tags, ...tags],
      message: 'body/volumeProperties/tags/1/key "team" is there twice',
    },
    { what: 'a tag without a key', tags: [{ value: 'x' }], message: 'body/volumeProperties/tags/0 has no key' },
  ];
  const refusalsOfTags = (call: (properties: object) => Promise<Answer>): Case[] =>
    wrongTags.map(({ what, tags: wrong, message }) => ({
      what,
      call: () => call({ tags: wrong }),
      code: 'tags-invalid',
      message,
    }));
  const refusalsOfZones = (call: (properties: object) => Promise<Answer>): Case[] =>
    ['', 'us-east-1', 'us-east-1A', '1a'].map((availabilityZone) => ({
      what: `${JSON.stringify(availabilityZone)}, which is no zone`,
      call: () => call({ availabilityZone }),
      code: 'availability-zone-invalid',
      message: `availabilityZone "${availabilityZone}" is not an availability zone: it looks like us-east-1a`,
    }));

  describe.each(['create-autoscaling-volume', 'create-datafied-volume'])('%s', (call) => {
    const wanting = (properties: object) => create(properties, call);
    testRefusals([
      ...refusalsOfTags(wanting),
      ...refusalsOfZones(wanting),
      {
        what: 'a size of 0, which is no size',
        call: () => wanting({ diskSize: 0 }),
        code: 'disk-size-missing',
        message: 'diskSize is missing or 0: a new volume needs a size',
      },
      ...[{}, { encrypted: false }].map((encryption) => ({
        what: `a key for a volume with ${JSON.stringify(encryption)}`,
        call: () => wanting({ kmsKeyId: 'alias/mine', ...encryption }),
        code: 'kms-key-without-encryption' as const,
        message: 'kmsKeyId is given, but encrypted is not true',
      })),
      ...['', 'fast', 'AUTOSCALING'].map((datafyMode) => ({
        what: `the mode ${JSON.stringify(datafyMode)}`,
        call: () => wanting({ datafyMode }),
        code: 'request-invalid' as const,
        message:
          /^body\/volumeProperties\/datafyMode must be one of autoscaling, performance, autoscaling_performance$/,
      })),
    ]);
  });

  describe('the limits of gp3', () => {
    testRefusals(
      [1, 4, 6, 8].flatMap((count) =>
        beyondLimits(count).map(({ what, properties, code, message }) => ({
          what: `${what}, ${overVolumes(count)}`,
          call: () => create({ ...arrayOf(count), ...properties }),
          code,
          message,
        })),
      ),
    );
  });

  describe('the matrix of datafyMode and performanceArraySize', () => {
    testRefusals(
      matrix
        .filter(({ count }) => count === undefined)
        .map(({ what, properties, message }) => ({
          what,
          call: () => create({ ...large, ...properties }),
          code: 'array-size-invalid',
          message: `performanceArraySize ${message}`,
        })),
    );
  });

  describe('the three spellings of an array', () => {
    const field = (name: string) => `body/volumeProperties/${name}`;
    const cases: [properties: object, code: ErrorCode, message: string][] = [
      [
        { autoscaling: false, performance: false, performanceTier: 0 },
        'volume-mode-missing',
        `Neither ${field('autoscaling')} nor ${field('performance')} is true: a volume of Datafy's has one of them, or both`,
      ],
      [{ autoscaling: false }, 'volume-mode-missing', `Neither ${field('autoscaling')} nor ${field('performance')} is`],
      [
        { datafyMode: 'performance', performanceArraySize: 4, arraySize: 6 },
        'array-contradictory',
        `${field('performanceArraySize')} is 4 and ${field('arraySize')} is 6: they contradict each other`,
      ],
      [
        { datafyMode: 'performance', arraySize: 6, performanceTier: 0 },
        'array-contradictory',
        `${field('arraySize')} is 6 and ${field('performanceTier')} is 0: they contradict each other`,
      ],
      [
        { datafyMode: 'autoscaling', autoscaling: true, performance: true, performanceTier: 4 },
        'array-contradictory',
        `${field('datafyMode')} is "autoscaling" and ${field('performance')} is true: they contradict each other`,
      ],
      [
        { datafyMode: 'autoscaling_performance', autoscaling: false, performance: true, performanceTier: 4 },
        'array-contradictory',
        `${field('datafyMode')} is "autoscaling_performance" and ${field('autoscaling')} is false: they contradict`,
      ],
      [
        { datafyMode: 'performance', autoscaling: true, arraySize: 4 },
        'array-contradictory',
        `${field('datafyMode')} is "performance" and ${field('autoscaling')} is true: they contradict each other`,
      ],
      [
        { autoscaling: true, performance: true, performanceTier: 0 },
        'array-size-invalid',
        `${field('performanceTier')} is missing or 0: performance true needs it, as one of 4, 6, 8`,
      ],
      [
        { autoscaling: true, performance: true },
        'array-size-invalid',
        `${field('performanceTier')} is missing or 0: performance true needs it, as one of 4, 6, 8`,
      ],
      [
        { autoscaling: true, performance: false, performanceTier: 8 },
        'array-size-invalid',
        `${field('performanceTier')} is 8, but performance false has no array: leave it out`,
      ],
      [
        { autoscaling: false, performance: true, performanceTier: 5 },
        'array-size-invalid',
        `${field('performanceTier')} is 5: it must be one of 4, 6, 8`,
      ],
      [
        { datafyMode: 'performance', arraySize: 5 },
        'array-size-invalid',
        `${field('arraySize')} is 5: it must be one of 4, 6, 8`,
      ],
      [
        { datafyMode: 'autoscaling', arraySize: 4 },
        'array-size-invalid',
        `${field('arraySize')} is 4, but datafyMode autoscaling has no array: leave it out`,
      ],
    ];
    testRefusals(
      cases.map(([properties, code, message]) => ({
        what: JSON.stringify(properties),
        call: () => create({ ...large, ...properties }),
        code,
        message,
      })),
    );
  });

  describe('create-from-snapshots', () => {
    testRefusals([
      ...refusalsOfTags(restore),
      ...refusalsOfZones(restore),
      ...[1, 19].map((diskSize) => ({
        what: `${diskSize} GiB, which do not hold the snapshot`,
        call: () => restore({ diskSize }),
        code: 'size-below-snapshot' as const,
        message: `diskSize ${diskSize} GiB is less than the 20 GiB of snapshot ${snapshots.documented}`,
      })),
      {
        what: 'more than an EBS volume holds',
        call: () => restore({ diskSize: 65_537 }),
        code: 'size-out-of-range',
        message: /is 65537: it must be from 1 to 65536 GiB$/,
      },
      {
        what: 'more IOPS than the size can have',
        call: () => restore({ diskSize: 21, volumeIops: 10_501 }),
        code: 'iops-ratio-exceeded',
        message: 'volumeIops 10501 is too much for 21 GiB: gp3 has at most 500 IOPS per GiB, here 10500',
      },
      {
        what: 'a throughput below the minimum',
        call: () => restore({ volumeThroughput: 124 }),
        code: 'throughput-out-of-range',
        message: 'volumeThroughput is 124: it must be from 125 to 2000 MiB/s',
      },
      {
        what: 'a source in both forms',
        call: () => restore({}, { ...source, ...set }),
        code: 'request-invalid',
        message: /^body\/source must be exactly one of .*, and is more than one$/,
      },
      {
        what: 'a snapshot that is not there',
        call: () => restore({}, { datafySnapshotId: 'dsnap-0ffffffffffffffff' }),
        status: 404,
        code: 'snapshot-not-found',
        message: `There is no snapshot dsnap-0ffffffffffffffff in account ${production}`,
      },
      {
        what: 'a snapshot that is not completed',
        call: () => restore({}, { datafySnapshotId: snapshots.pending }),
        status: 409,
        code: 'snapshot-not-completed',
        message: `Snapshot ${snapshots.pending} is pending; restore needs it to be completed: try again when it is`,
      },
      {
        what: 'part of a set, and names the rest',
        call: () => restore({}, { ...set, snapshotIds: set.snapshotIds.slice(0, 1) }),
        code: 'snapshot-set-invalid',
        message: `not the whole set of ${snapshots.documented}: add ${set.snapshotIds[1]}`,
      },
      {
        what: 'a set in another region',
        call: () => restore({}, { ...set, region: 'eu-west-1' }),
        code: 'region-mismatch',
        message: 'is in region us-east-1, but source.region is in eu-west-1',
      },
      {
        what: 'a zone in another region',
        call: () => restore({ availabilityZone: 'eu-west-1a' }),
        code: 'region-mismatch',
        message: 'is in region us-east-1, but availabilityZone eu-west-1a is in eu-west-1',
      },
    ]);
  });

  describe('attach', () => {
    testRefusals([
      {
        what: 'an ordinary volume, and says how to attach it',
        call: () => attach(volumes.ordinary),
        status: 409,
        code: 'volume-not-managed',
        message: `Volume ${volumes.ordinary} is ordinary; attach needs it to be managed: autoscaling is off on it: attach it with AWS`,
      },
      {
        what: 'a volume that is on an instance, and says on which',
        call: () => attach(volumes.attached),
        status: 409,
        code: 'volume-already-attached',
        message: `Volume ${volumes.attached} is attached to ${instances.documented} as /dev/sdf: detach it first`,
      },
      {
        what: 'a device that another volume has, and says which',
        call: () => attach(volumes.documented, { deviceName: '/dev/sdf' }),
        status: 409,
        code: 'device-in-use',
        message: `Device /dev/sdf of instance ${instances.documented} is in use by volume ${volumes.attached}`,
      },
      {
        what: 'an instance without an agent',
        call: () => attach(volumes.documented, { instanceId: instances.withoutAgent }),
        status: 409,
        code: 'instance-without-agent',
        message: `Instance ${instances.withoutAgent} runs no Datafy agent`,
      },
      {
        what: 'an instance in another zone',
        call: () => attach(volumes.documented, { instanceId: instances.otherZone }),
        status: 409,
        code: 'availability-zone-mismatch',
        message: `Volume ${volumes.documented} is in us-east-1a and instance ${instances.otherZone} in us-east-1b`,
      },
      ...['i-0ffffffffffffffff', instances.staging].map((instanceId) => ({
        what: `the instance ${instanceId}, which is not there for this account`,
        call: () => attach(volumes.documented, { instanceId }),
        status: 404,
        code: 'instance-not-found' as const,
        message: `There is no instance ${instanceId} in account ${production}`,
      })),
      ...['', 'sdb', '/dev/sdB', '/dev/nvme1n1'].map((deviceName) => ({
        what: `${JSON.stringify(deviceName)}, which is no device name`,
        call: () => attach(volumes.documented, { deviceName }),
        code: 'device-name-invalid' as const,
        message: `deviceName "${deviceName}" is not a device name: use /dev/sd[a-z] or /dev/xvd[a-z]`,
      })),
    ]);
  });

  describe.each([false, true])('detach with force %s', (force) => {
    testRefusals([
      {
        what: 'a volume that is on no instance',
        call: () => detach(volumes.documented, { force }),
        code: 'volume-not-attached',
        message: /^volume is not attached to any instance$/,
      },
      {
        what: 'to take it off another instance than it is on, and says where it is',
        call: () => detach(volumes.attached, { force, instanceId: instances.otherZone }),
        status: 409,
        code: 'attached-elsewhere',
        message: `Volume ${volumes.attached} is on instance ${instances.documented}, not on ${instances.otherZone}`,
      },
      ...['i-0ffffffffffffffff', '', instances.staging].map((instanceId) => ({
        what: `the instance ${JSON.stringify(instanceId)}, which is not there for this account`,
        call: () => detach(volumes.attached, { force, instanceId }),
        status: 404,
        code: 'instance-not-found' as const,
        message: `There is no instance ${instanceId} in account ${production}`,
      })),
    ]);
  });

  describe('modify', () => {
    testRefusals([
      ...[{ volumeSizeGb: 150 }, { volumeIops: 4_000 }, {}].map((body) => ({
        what: `${JSON.stringify(body)} for a volume that is on no instance, in the words that the client knows`,
        call: () => modify(body, volumes.documented),
        code: 'volume-not-attached' as const,
        message: /^volume is not attached to any instance$/,
      })),
      ...[undefined, '', {}, { volumeSizeGb: 0, volumeIops: 0, volumeThroughput: 0, arraySize: 0 }].map((body) => ({
        what: `the body ${JSON.stringify(body)}, which says nothing`,
        call: () => modify(body),
        code: 'nothing-to-modify' as const,
        message: 'The body changes nothing: give volumeSizeGb, volumeIops or volumeThroughput, and not 0',
      })),
      ...[199, 1].map((volumeSizeGb) => ({
        what: `${volumeSizeGb} GiB for a volume of 200`,
        call: () => modify({ volumeSizeGb }),
        code: 'size-not-larger' as const,
        message: `Volume ${volumes.attached} is 200 GiB; volumeSizeGb ${volumeSizeGb} must be larger than that`,
      })),
      {
        what: 'a size beyond the limit',
        call: () => modify({ volumeSizeGb: 65_537 }),
        code: 'size-out-of-range',
        message: 'volumeSizeGb is 65537: it must be from 1 to 65536 GiB',
      },
      ...[2_999, 80_001].map((volumeIops) => ({
        what: `${volumeIops} IOPS`,
        call: () => modify({ volumeIops }),
        code: 'iops-out-of-range' as const,
        message: `volumeIops is ${volumeIops}: it must be from 3000 to 80000 IOPS`,
      })),
      ...[124, 2_001].map((volumeThroughput) => ({
        what: `${volumeThroughput} MiB/s`,
        call: () => modify({ volumeThroughput }),
        code: 'throughput-out-of-range' as const,
        message: `volumeThroughput is ${volumeThroughput}: it must be from 125 to 2000 MiB/s`,
      })),
      {
        what: 'more MiB/s than the IOPS that it keeps can carry',
        call: () => modify({ volumeThroughput: 751 }),
        code: 'throughput-ratio-exceeded',
        message:
          'volumeThroughput 751 MiB/s is too much for volumeIops 3000: gp3 has at most 0.25 MiB/s per IOPS, here 750',
      },
      {
        what: 'more IOPS than the size that it keeps can have',
        call: () => modify({ volumeIops: 20_001 }, volumes.ordinary),
        code: 'iops-ratio-exceeded',
        message: 'volumeIops 20001 is too much for 40 GiB: gp3 has at most 500 IOPS per GiB, here 20000',
      },
      ...[1, 4, 8].map((arraySize) => ({
        what: `the arraySize ${arraySize} for a volume without an array`,
        call: () => modify({ volumeSizeGb: 210, arraySize }),
        code: 'array-size-fixed' as const,
        message: `arraySize ${arraySize} is not what volume ${volumes.attached} was made with, 2: it cannot be changed`,
      })),
      ...[{ volumeSizeGb: 90 }, { volumeIops: 4_000 }, { volumeSizeGb: 80 }].map((body) => ({
        what: `${JSON.stringify(body)} while another modification is under way`,
        call: () => modify(body, volumes.modifying),
        status: 409,
        code: 'modification-in-progress' as const,
        message: `Volume ${volumes.modifying} is being modified to 80 GiB: wait until it has ended`,
      })),
    ]);
  });
});

describe('authorization', () => {
  testStrangers(calls);

  describe.each(calls)('$what', ({ what, method, path, body }) => {
    const send = (token: string, query = '', headers = {}) => world.as(token)(method, path + query, body, headers);

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
        [
          'the account that ?accounts= names, whatever the header does',
          'organization-token',
          `?accounts=${production}`,
          { 'x-datafy-sub-account-id': staging },
        ],
        ['the own account where several are named', 'account-token', `?accounts=${staging},${production}`, {}],
        ['the own account where all are named', 'account-token', '?accounts=all', {}],
      ])('for %s', async (_, token, query, headers) => {
        const answer = await send(token, query, headers);
        accepted(answer);
        expect(answer.headers.deprecation).toEqual(isPresent(headers) ? expect.stringMatching(/^@\d+$/) : undefined);
      });
    });

    describe('is refused', () => {
      allInOneWorld();

      test.each([
        ['an account token that names another account', 'staging-account-token', production],
        ['an account that is not there', 'organization-token', '11111111-2222-4333-8444-555555555555'],
      ])('for %s', async (_, token, accountId) => {
        await refused(world, () => send(token, `?accounts=${accountId}`), {
          status: 401,
          code: 'account-not-allowed',
          message: `The token may not act for account ${accountId}`,
        });
      });

      if (what.startsWith('create-') && what !== 'create-from-snapshots') return;
      const code = what === 'create-from-snapshots' ? 'snapshot-not-found' : 'volume-not-found';
      test.each([
        ['another account', 'staging-account-token', staging],
        ["the organization's own account", 'organization-token', organization],
      ])('in %s, where it is not', async (_, token, accountId) => {
        const { body: answer } = await refused(world, () => send(token), {
          status: 404,
          code,
          message: `in account ${accountId}`,
        });
        if (accountId === organization && code === 'volume-not-found') {
          expect(answer.message).toContain('name a sub-account with ?accounts=');
        }
      });
    });
  });

  describe('a token that may only read', () => {
    allInOneWorld();

    test('reads', async () => {
      accepted(await world.as('readonly-token')('GET', at(volumes.documented)));
    });
  });
});

describe('behaviour', () => {
  describe('reading', () => {
    allInOneWorld();

    const plain = { replacedBy: null, iops: 3_000, throughput: 125 };
    const on = { isManaged: true, isDatafied: true };
    const off = { isManaged: false, isDatafied: false };
    test.each([
      ['managed', volumes.documented, { ...plain, ...on, hasSource: false, sizeBytes: gib(100) }],
      ['managed and being modified', volumes.modifying, { ...plain, ...on, hasSource: false, sizeBytes: gib(50) }],
      ['ordinary', volumes.ordinary, { ...plain, ...off, hasSource: true, sizeBytes: gib(40) }],
      ['creating', volumes.creating, { ...plain, ...on, hasSource: false, sizeBytes: gib(20) }],
      ['activating', volumes.activating, { ...plain, ...off, hasSource: true, sizeBytes: gib(70) }],
      ['deactivating', volumes.deactivating, { ...plain, ...on, hasSource: false, sizeBytes: gib(90) }],
      [
        'replaced',
        volumes.replaced,
        { ...plain, ...off, hasSource: false, sizeBytes: gib(30), replacedBy: volumes.replacement },
      ],
      ['a replacement', volumes.replacement, { ...plain, ...off, hasSource: true, sizeBytes: gib(30) }],
    ])('says of a volume that is %s exactly what it is', async (_, id, rest) => {
      expect(await get(id)).toEqual({ volumeId: id, ...rest });
    });
  });

  describe.each(['create-autoscaling-volume', 'create-datafied-volume'])('%s', (call) => {
    eachInWorldOfItsOwn();

    test('answers with the volume, and it reads back so', async () => {
      const volume = accepted(await create({ volumeIops: 4_000, volumeThroughput: 500 }, call));
      expect(volume).toEqual({
        volumeId,
        hasSource: false,
        isManaged: true,
        isDatafied: true,
        replacedBy: null,
        sizeBytes: 107_374_182_400,
        iops: 4_000,
        throughput: 500,
      });
      expect(await get(volume.volumeId)).toEqual(volume);
    });

    test.each([
      ['left out', {}],
      ['0', { volumeIops: 0, volumeThroughput: 0, performanceArraySize: 0, kmsKeyId: '' }],
    ])('has the defaults where values are %s', async (_, properties) => {
      const volume = accepted(await create(properties, call));
      expect(volume).toMatchObject({ iops: 3_000, throughput: 125 });
      expect(await inventory(volume.volumeId)).toMatchObject({
        status: 'managed',
        origin: 'native',
        volumeType: 'gp3',
        availabilityZone: zone,
        encrypted: false,
        kmsKeyId: null,
        tags: [],
        attachment: null,
      });
    });

    test('makes two EBS volumes, tagged as what they are and as the caller wants', async () => {
      const { volumeId: id } = accepted(await create({ tags: [...tags, { key: 'empty' }] }, call));
      const own = [...tags, { key: 'empty', value: '' }];
      const { backingVolumes, tags: kept } = await inventory(id);
      expect(kept).toEqual(own);
      const backing = {
        volumeId,
        status: 'available',
        attachment: null,
        volumeSizeGb: 50,
        volumeIops: 3_000,
        volumeThroughput: 125,
        tags: [
          { key: 'Managed-By', value: 'Datafy.io' },
          { key: 'datafy:source-volume:id', value: id },
          { key: 'datafy:volume-source', value: 'native' },
          ...own,
        ],
      };
      expect(backingVolumes).toEqual([backing, backing]);
      expect(new Set(backingVolumes.map((each: Row) => each.volumeId).concat(id)).size).toBe(3);
    });

    test.each([
      ['without a key of its own', { encrypted: true }, null],
      ['with an empty key', { encrypted: true, kmsKeyId: '' }, null],
      [
        'with a key',
        { encrypted: true, kmsKeyId: 'arn:aws:kms:us-east-1:123456789012:key/x' },
        'arn:aws:kms:us-east-1:123456789012:key/x',
      ],
    ])('encrypts it %s', async (_, properties, kmsKeyId) => {
      const { volumeId: id } = accepted(await create(properties, call));
      expect(await inventory(id)).toMatchObject({ encrypted: true, kmsKeyId });
      // What is made from it is encrypted too.
      const { datafySnapshotId } = accepted(await published(id, 'create-snapshot'));
      const restored = accepted(await restore({}, { datafySnapshotId }));
      expect(await inventory(restored.volumeId)).toMatchObject({ encrypted: true, kmsKeyId });
      accepted(await published(id, 'deactivate-autoscaling'));
      const { replacedBy } = await get(id);
      expect(await inventory(replacedBy)).toMatchObject({ encrypted: true, kmsKeyId });
    });
  });

  describe('the limits of gp3', () => {
    allInOneWorld();

    test.each(
      [1, 4, 6, 8].flatMap((count) =>
        withinLimits(count).map(({ what, properties }) => ({ what, count, over: overVolumes(count), properties })),
      ),
    )('hold for $what, $over', async ({ count, properties }) => {
      const volume = accepted(await create({ ...arrayOf(count), ...properties }));
      const { diskSize = 100, volumeIops = 3_000 * count, volumeThroughput = 125 * count } = properties;
      expect(volume).toMatchObject({ sizeBytes: gib(diskSize), iops: volumeIops, throughput: volumeThroughput });
      expect(await get(volume.volumeId)).toEqual(volume);
    });
  });

  describe('the matrix of datafyMode and performanceArraySize', () => {
    allInOneWorld();

    test.each(matrix.filter(({ count }) => count !== undefined))(
      'makes $count EBS volumes of $what',
      async ({ properties, count = 0 }) => {
        const { volumeId: id } = accepted(await create({ ...large, ...properties }));
        const { backingVolumes } = await inventory(id);
        expect(backingVolumes).toHaveLength(count);
        // Each of a pair carries the whole, each of an array its part.
        const over = count === 2 ? 1 : count;
        for (const backing of backingVolumes) {
          expect(backing).toMatchObject({
            volumeSizeGb: large.diskSize / count,
            volumeIops: large.volumeIops / over,
            volumeThroughput: Math.max(125, Math.ceil(large.volumeThroughput / over)),
          });
        }
      },
    );
  });

  describe('an array in each of its three spellings', () => {
    eachInWorldOfItsOwn();
    test.each([
      [{ datafyMode: 'performance', performanceArraySize: 4 }, 'performance', 4],
      [{ datafyMode: 'performance', arraySize: 6 }, 'performance', 6],
      [{ datafyMode: 'autoscaling_performance', arraySize: 8 }, 'autoscaling_performance', 8],
      [{ datafyMode: 'autoscaling', arraySize: 0 }, 'autoscaling', 2],
      [{ autoscaling: true, performance: false, performanceTier: 0 }, 'autoscaling', 2],
      [{ autoscaling: false, performance: true, performanceTier: 4 }, 'performance', 4],
      [{ autoscaling: true, performance: true, performanceTier: 6 }, 'autoscaling_performance', 6],
      [{ performance: true, performanceTier: 8 }, 'performance', 8],
      [{ performance: false }, 'autoscaling', 2],
      [{ datafyMode: 'autoscaling_performance', performance: true, arraySize: 4 }, 'autoscaling_performance', 4],
      [{ autoscaling: true }, 'autoscaling', 2],
      // All of them at once, where they agree.
      [
        {
          datafyMode: 'performance',
          performanceArraySize: 4,
          arraySize: 4,
          autoscaling: false,
          performance: true,
          performanceTier: 4,
        },
        'performance',
        4,
      ],
    ])('%j', async (properties, mode, count) => {
      for (const call of ['create-autoscaling-volume', 'create-datafied-volume']) {
        const { volumeId: id } = accepted(await create({ ...large, ...properties }, call));
        const { backingVolumes } = await inventory(id);
        expect(backingVolumes).toHaveLength(count);
        expect(world.dump().volume?.find((row) => row.id === id)).toMatchObject({
          datafy_mode: mode,
          backing_count: count,
        });
      }
    });
  });

  describe('an array', () => {
    eachInWorldOfItsOwn();

    test.each([4, 6, 8])('of %i has the defaults of each of its volumes together', async (count) => {
      expect(accepted(await create(arrayOf(count)))).toMatchObject({ iops: 3_000 * count, throughput: 125 * count });
    });

    test.each([
      [4, 8, 24_000, 1_000],
      [8, 4, 24_000, 1_000],
      [6, 4, 18_000, 750],
    ])('of %i becomes one of %i, with totals that it can have', async (from, to, iops, throughput) => {
      const { volumeId: id } = accepted(await create(arrayOf(from)));
      isEmpty(await attach(id));
      const before = await inventory(id);
      isEmpty(await modify({ arraySize: to }, id));
      expect(await get(id)).toMatchObject({ sizeBytes: gib(before.volumeSizeGb), iops, throughput });
      const { backingVolumes, attachment } = await inventory(id);
      expect(attachment).toEqual(before.attachment);
      expect(backingVolumes).toHaveLength(to);
      const gone = new Set(before.backingVolumes.map((each: Row) => each.volumeId));
      for (const each of backingVolumes) {
        expect(gone.has(each.volumeId)).toBe(false);
        expect(each).toMatchObject({ volumeIops: Math.max(3_000, iops / to) });
      }
    });

    test.each([4, 6, 8])('of %i is modified within its totals, and keeps its number', async (count) => {
      const { volumeId: id } = accepted(await create(arrayOf(count)));
      isEmpty(await attach(id));
      await refused(world, () => modify({ volumeIops: 3_000 * count - 1 }, id), {
        status: 400,
        code: 'iops-out-of-range',
        message: `it must be from ${3_000 * count} to ${80_000 * count} IOPS`,
      });
      await refused(world, () => modify({ volumeSizeGb: 200, arraySize: 2 }, id), {
        status: 400,
        code: 'array-size-invalid',
        message: 'arraySize is 2: it must be one of 4, 6, 8',
      });
      isEmpty(await modify({ volumeSizeGb: 65_537, volumeIops: 5_000 * count, arraySize: count }, id));
      expect(await get(id)).toMatchObject({ sizeBytes: gib(65_537), iops: 5_000 * count, throughput: 125 * count });
      expect((await inventory(id)).backingVolumes).toHaveLength(count);
    });

    test('is one EBS snapshot for each of its volumes', async () => {
      const { volumeId: id } = accepted(await create(arrayOf(6)));
      const { datafySnapshotId } = accepted(await published(id, 'create-snapshot'));
      const { body } = await world.as('account-token')('GET', '/api/v1/snapshots?limit=1000');
      const { ebsSnapshots } = body.snapshots.find((each: Row) => each.datafySnapshotId === datafySnapshotId);
      expect(ebsSnapshots).toHaveLength(6);
    });

    // A known fault: it begins to fail here when it is mended, and is an ordinary test then.
    test('leaves, when it is deactivated, a volume that one EBS volume can be, and that can be modified', async () => {
      const { volumeId: id } = accepted(await create({ ...arrayOf(8), diskSize: 8 }));
      isEmpty(await attach(id));
      isEmpty(await published(id, 'deactivate-autoscaling'));
      const { replacedBy } = await get(id);
      isEmpty(await modify({ volumeSizeGb: 9 }, replacedBy));
    });
  });

  describe('create-from-snapshots', () => {
    eachInWorldOfItsOwn();

    test.each([
      ['left out', {}, 20],
      ['0', { diskSize: 0 }, 20],
      ["the snapshot's", { diskSize: 20 }, 20],
      ['larger', { diskSize: 21 }, 21],
      ['the largest', { diskSize: 65_536 }, 65_536],
    ])('answers with id and size, where diskSize is %s', async (_, properties, sizeGb) => {
      const answer = accepted(await restore(properties));
      expect(answer).toEqual({ volumeId, volumeSizeGB: sizeGb });
      expect(await get(answer.volumeId)).toEqual({
        volumeId: answer.volumeId,
        hasSource: false,
        isManaged: true,
        isDatafied: true,
        replacedBy: null,
        sizeBytes: gib(sizeGb),
        iops: 3_000,
        throughput: 125,
      });
    });

    test('has the defaults where IOPS and throughput are 0, and what is wanted where they are not', async () => {
      const zero = accepted(await restore({ volumeIops: 0, volumeThroughput: 0 }));
      expect(await get(zero.volumeId)).toMatchObject({ iops: 3_000, throughput: 125 });
      const wanted = accepted(await restore({ diskSize: 40, volumeIops: 20_000, volumeThroughput: 2_000 }));
      expect(await get(wanted.volumeId)).toMatchObject({ iops: 20_000, throughput: 2_000 });
    });

    test.each([
      ['one Datafy snapshot', source],
      ['a set of EBS snapshots', set],
      ['a set in another order', { ...set, snapshotIds: set.snapshotIds.toReversed() }],
    ])('restores %s into two EBS volumes, tagged as what they are and as the caller wants', async (_, from) => {
      const { volumeId: id } = accepted(await restore({ tags, diskSize: 30 }, from));
      const backing = {
        volumeId,
        status: 'available',
        attachment: null,
        volumeSizeGb: 15,
        volumeIops: 3_000,
        volumeThroughput: 125,
        tags: [
          { key: 'Managed-By', value: 'Datafy.io' },
          { key: 'datafy:source-volume:id', value: id },
          { key: 'datafy:restored-from-snapshot:id', value: snapshots.documented },
          ...tags,
        ],
      };
      expect((await inventory(id)).backingVolumes).toEqual([backing, backing]);
    });
  });

  describe('attach and detach', () => {
    eachInWorldOfItsOwn();

    test('answer with nothing, and the next request sees it', async () => {
      isEmpty(await attach());
      expect((await inventory(volumes.documented)).attachment).toEqual({
        instanceId: instances.documented,
        deviceName: '/dev/sdb',
        status: 'attached',
        deleteOnTermination: false,
      });
      isEmpty(await detach(volumes.documented));
      expect((await inventory(volumes.documented)).attachment).toBeNull();
    });

    test.each([
      ['a managed volume', volumes.attached],
      ['an ordinary one', volumes.ordinary],
      ['one that is being modified', volumes.modifying],
    ])('take %s off its instance', async (_, id) => {
      isEmpty(await detach(id));
      expect((await inventory(id)).attachment).toBeNull();
    });

    test('free the device for another volume', async () => {
      isEmpty(await detach());
      isEmpty(await attach(volumes.documented, { deviceName: '/dev/sdf' }));
      await refused(world, () => attach(volumes.attached, { deviceName: '/dev/sdf' }), {
        status: 409,
        code: 'device-in-use',
        message: `in use by volume ${volumes.documented}`,
      });
      isEmpty(await attach(volumes.attached, { deviceName: '/dev/sdz' }));
    });

    test('bring a volume from one instance to another', async () => {
      const { instanceId } = world.state.aws.createInstance(targetOf(), { availabilityZone: zone, agent: true });
      isEmpty(await detach());
      isEmpty(await attach(volumes.attached, { instanceId, deviceName: '/dev/sdf' }));
      expect((await inventory(volumes.attached)).attachment).toMatchObject({ instanceId, status: 'attached' });
      await refused(world, () => detach(), { status: 409, code: 'attached-elsewhere', message: instanceId });
      isEmpty(await detach(volumes.attached, { instanceId }));
    });

    test('are no error for the data: size, tags and backing volumes stay', async () => {
      const { attachment: _, ...before } = await inventory(volumes.attached);
      isEmpty(await detach());
      const free = { status: 'available', attachment: null };
      const backingVolumes = before.backingVolumes.map((each: Row) => ({ ...each, ...free }));
      expect(await inventory(volumes.attached)).toEqual({ ...before, attachment: null, backingVolumes });
    });
  });

  describe('attach and detach over time', () => {
    eachInWorldOfItsOwn({ pace: { ...paces.instant, attach: 3_000, detach: 4_000 } });

    const status = async () => (await inventory(volumes.documented)).attachment?.status ?? 'absent';

    /** Brings the documented volume into each status that an attachment can have. */
    const bring: Record<string, () => Promise<void>> = {
      attaching: async () => isEmpty(await attach()),
      attached: async () => {
        isEmpty(await attach());
        world.clock.advance(3_000);
      },
      detaching: async () => {
        await bring.attached?.();
        isEmpty(await detach(volumes.documented));
      },
      absent: async () => {
        await bring.detaching?.();
        world.clock.advance(4_000);
      },
    };

    test.each(Object.keys(bring))('each status is reached: %s', async (name) => {
      await bring[name]?.();
      expect(await status()).toBe(name);
    });

    test.each([
      ['attaching', true],
      ['attached', false],
      ['attached', true],
      ['detaching', true],
    ])('a volume that is %s is detached with force %s, in its own time', async (name, force) => {
      await bring[name]?.();
      isEmpty(await detach(volumes.documented, { force }));
      world.clock.advance(3_999);
      expect(await status()).toBe('detaching');
      world.clock.advance(1);
      expect(await status()).toBe('absent');
    });

    test.each<[string, boolean | undefined, number, ErrorCode, string]>([
      [
        'attaching',
        false,
        409,
        'attachment-in-transition',
        `Volume ${volumes.documented} is attaching to ${instances.documented} as /dev/sdb; detach needs it to be attached: wait until it is, or send "force": true`,
      ],
      [
        'detaching',
        false,
        409,
        'attachment-in-transition',
        `Volume ${volumes.documented} is detaching from ${instances.documented} as /dev/sdb; detach needs it to be attached: it is on its way already`,
      ],
      ['attaching', undefined, 409, 'attachment-in-transition', 'wait until it is, or send "force": true'],
      ['absent', false, 400, 'volume-not-attached', 'volume is not attached to any instance'],
      ['absent', true, 400, 'volume-not-attached', 'volume is not attached to any instance'],
    ])('a volume that is %s is not detached with force %s', async (name, force, refusedWith, code, message) => {
      await bring[name]?.();
      await refused(world, () => detach(volumes.documented, { force }), { status: refusedWith, code, message });
    });

    test.each(['attaching', 'attached', 'detaching'])('a volume that is %s is not attached again', async (name) => {
      await bring[name]?.();
      await refused(world, () => attach(volumes.documented, { deviceName: '/dev/sdz' }), {
        status: 409,
        code: 'volume-already-attached',
        message: `Volume ${volumes.documented} is ${name} `,
      });
    });

    test('the device is free when the volume is off, and not before', async () => {
      const { volumeId: other } = accepted(await create());
      await bring.detaching?.();
      world.clock.advance(3_999);
      await refused(world, () => attach(other), {
        status: 409,
        code: 'device-in-use',
        message: `in use by volume ${volumes.documented}`,
      });
      world.clock.advance(1);
      isEmpty(await attach(other));
    });

    test.each(['attaching', 'detaching'])('a volume that is %s can be modified: an instance has it', async (name) => {
      await bring[name]?.();
      isEmpty(await modify({ volumeSizeGb: 150 }, volumes.documented));
    });

    test('a volume that is off again cannot be modified', async () => {
      await bring.absent?.();
      await refused(world, () => modify({ volumeSizeGb: 150 }, volumes.documented), {
        status: 400,
        code: 'volume-not-attached',
        message: /^volume is not attached to any instance$/,
      });
    });
  });

  describe('modify', () => {
    eachInWorldOfItsOwn();

    test('takes the other spelling of the size, and refuses two that differ', async () => {
      isEmpty(await modify({ volumeSizeGB: 250 }));
      expect((await read(volumes.attached)).body.sizeBytes).toBe(gib(250));
      await refused(world, () => modify({ volumeSizeGb: 260, volumeSizeGB: 270 }), {
        status: 400,
        code: 'size-contradictory',
        message: /two spellings of one field/,
      });
    });

    test('says so where the id in the path is empty', async () => {
      await refused(world, () => modify({ volumeSizeGb: 260 }, ''), {
        status: 404,
        code: 'call-not-found',
        message: 'There is no call POST /api/v1/aws/volumes/modify (is an id in the path empty?)',
      });
    });

    test.each([
      ['the size', { volumeSizeGb: 201 }, { sizeBytes: gib(201) }],
      ['the IOPS', { volumeIops: 4_000 }, { iops: 4_000 }],
      ['the throughput', { volumeThroughput: 126 }, { throughput: 126 }],
      [
        'all at once, each beyond what the others were',
        { volumeSizeGb: 300, volumeIops: 80_000, volumeThroughput: 2_000 },
        { sizeBytes: gib(300), iops: 80_000, throughput: 2_000 },
      ],
      [
        'the size, with 0 for the rest',
        { volumeSizeGb: 201, volumeIops: 0, volumeThroughput: 0 },
        { sizeBytes: gib(201) },
      ],
      [
        'the size, with what the rest is already',
        { volumeSizeGb: 201, volumeIops: 3_000, volumeThroughput: 125, arraySize: 2 },
        { sizeBytes: gib(201) },
      ],
    ])('changes %s, and nothing else', async (_, body, changes) => {
      const before = await get(volumes.attached);
      isEmpty(await modify(body));
      expect(await get(volumes.attached)).toEqual({ ...before, ...changes });
    });

    test('makes IOPS and throughput smaller again, but not the size', async () => {
      isEmpty(await modify({ volumeIops: 6_000, volumeThroughput: 500 }));
      isEmpty(await modify({ volumeIops: 5_000, volumeThroughput: 250 }));
      expect(await get(volumes.attached)).toMatchObject({ iops: 5_000, throughput: 250 });
    });

    test.each([
      ['the size', { volumeSizeGb: 200 }],
      ['the IOPS', { volumeIops: 3_000 }],
      ['everything', { volumeSizeGb: 200, volumeIops: 3_000, volumeThroughput: 125, arraySize: 2 }],
    ])('takes %s that it has already, and changes nothing', async (_, body) => {
      isEmpty(await withoutEffect(world, () => modify(body)));
    });

    test('works for an ordinary volume', async () => {
      isEmpty(await modify({ volumeSizeGb: 41 }, volumes.ordinary));
      expect(await get(volumes.ordinary)).toMatchObject({ isManaged: false, sizeBytes: gib(41) });
    });
  });

  describe('modify over time', () => {
    eachInWorldOfItsOwn({ pace: { ...paces.instant, modify: 30_000 } });

    test('shows the old values until the new ones are there, and takes no other modification before', async () => {
      const before = await get(volumes.attached);
      isEmpty(await modify({ volumeSizeGb: 300, volumeIops: 6_000, volumeThroughput: 500 }));
      world.clock.advance(29_999);
      expect(await get(volumes.attached)).toEqual(before);
      await refused(world, () => modify({ volumeIops: 7_000 }), {
        status: 409,
        code: 'modification-in-progress',
        message: `Volume ${volumes.attached} is being modified to 300 GiB: wait until it has ended`,
      });
      world.clock.advance(1);
      expect(await get(volumes.attached)).toEqual({ ...before, sizeBytes: gib(300), iops: 6_000, throughput: 500 });
      isEmpty(await modify({ volumeIops: 7_000 }));
    });

    test('of two at once, one is begun', async () => {
      const both = await Promise.all([modify({ volumeSizeGb: 300 }), modify({ volumeSizeGb: 301 })]);
      expect(both.map(({ status }) => status).sort()).toEqual([200, 409]);
    });

    test('lands also where the volume is detached meanwhile', async () => {
      isEmpty(await modify({ volumeSizeGb: 300 }));
      isEmpty(await detach());
      world.clock.advance(30_000);
      expect((await get(volumes.attached)).sizeBytes).toBe(gib(300));
    });
  });

  describe('the life of a volume', () => {
    eachInWorldOfItsOwn({ pace: paces.realistic });

    test('reads as managed from its creation to the end of its deactivation, and then names what replaced it', async () => {
      const flags = async (id: string) => {
        const { hasSource, isManaged, isDatafied, replacedBy } = await get(id);
        expect(isDatafied).toBe(isManaged);
        return { hasSource, isManaged, replacedBy };
      };
      const managed = { hasSource: false, isManaged: true, replacedBy: null };
      const { volumeId: id } = accepted(await create({ tags }));
      expect(await flags(id)).toEqual(managed);
      world.clock.advance(5_000);
      expect(await flags(id)).toEqual(managed);
      isEmpty(await attach(id));
      world.clock.advance(3_000);
      expect(await flags(id)).toEqual(managed);
      isEmpty(await published(id, 'deactivate-autoscaling'));
      world.clock.advance(179_999);
      expect(await flags(id)).toEqual(managed);
      world.clock.advance(1);
      expect(await flags(id)).toEqual({ hasSource: false, isManaged: false, replacedBy: volumeId });

      const { replacedBy } = await get(id);
      expect(await get(replacedBy)).toEqual({
        volumeId: replacedBy,
        hasSource: true,
        isManaged: false,
        isDatafied: false,
        replacedBy: null,
        sizeBytes: gib(100),
        iops: 3_000,
        throughput: 125,
      });
      expect(await inventory(replacedBy)).toMatchObject({
        tags,
        attachment: { instanceId: instances.documented, deviceName: '/dev/sdb', status: 'attached' },
      });
      isEmpty(await detach(replacedBy));
    });

    test('an ordinary volume has its source until its activation has ended', async () => {
      world.state.activate(targetOf(), volumes.ordinary);
      expect(await get(volumes.ordinary)).toMatchObject({ hasSource: true, isManaged: false });
      world.clock.advance(120_000);
      expect(await get(volumes.ordinary)).toMatchObject({ hasSource: false, isManaged: true });
    });
  });
});

interface Performance {
  diskSize?: number;
  volumeIops?: number;
  volumeThroughput?: number;
}

function arrayOf(count: number): object {
  return count === 1 ? {} : { datafyMode: 'performance', performanceArraySize: count };
}

function overVolumes(count: number): string {
  return count === 1 ? 'without an array' : `over an array of ${count}`;
}

/** The limits that gp3 has for a volume, at their very boundaries; over an array they are totals. */
function withinLimits(count: number): { what: string; properties: Performance }[] {
  return [
    { what: 'the smallest size', properties: { diskSize: count } },
    { what: 'the largest size', properties: { diskSize: 65_536 * count } },
    { what: 'the fewest IOPS', properties: { volumeIops: 3_000 * count } },
    { what: 'the most IOPS', properties: { diskSize: 160 * count, volumeIops: 80_000 * count } },
    { what: 'the most IOPS of a size', properties: { diskSize: 20 * count, volumeIops: 10_000 * count } },
    { what: 'the fewest IOPS of the smallest size', properties: { diskSize: count, volumeIops: 3_000 * count } },
    { what: 'the lowest throughput', properties: { volumeThroughput: 125 * count } },
    {
      what: 'the highest throughput',
      properties: { diskSize: 16 * count, volumeIops: 8_000 * count, volumeThroughput: 2_000 * count },
    },
    {
      what: 'the highest throughput of the fewest IOPS',
      properties: { volumeIops: 3_000 * count, volumeThroughput: 750 * count },
    },
  ];
}

/** One step beyond each of them. */
function beyondLimits(count: number): { what: string; properties: Performance; code: ErrorCode; message: string }[] {
  const size = `it must be from ${count} to ${65_536 * count} GiB`;
  const iops = `it must be from ${3_000 * count} to ${80_000 * count} IOPS`;
  const throughput = `it must be from ${125 * count} to ${2_000 * count} MiB/s`;
  const beyond: { what: string; properties: Performance; code: ErrorCode; message: string }[] = [
    {
      what: 'more than the largest size',
      properties: { diskSize: 65_536 * count + 1 },
      code: 'size-out-of-range',
      message: `is ${65_536 * count + 1}: ${size}`,
    },
    {
      what: 'less than the fewest IOPS',
      properties: { volumeIops: 3_000 * count - 1 },
      code: 'iops-out-of-range',
      message: `volumeIops is ${3_000 * count - 1}: ${iops}`,
    },
    {
      what: 'more than the most IOPS',
      properties: { diskSize: 65_536 * count, volumeIops: 80_000 * count + 1 },
      code: 'iops-out-of-range',
      message: `volumeIops is ${80_000 * count + 1}: ${iops}`,
    },
    {
      what: 'more than the most IOPS of a size',
      properties: { diskSize: 20 * count, volumeIops: 10_000 * count + 1 },
      code: 'iops-ratio-exceeded',
      message: `volumeIops ${10_000 * count + 1} is too much for ${20 * count} GiB: gp3 has at most 500 IOPS per GiB, here ${10_000 * count}`,
    },
    {
      what: 'more than the fewest IOPS of the smallest size',
      properties: { diskSize: count, volumeIops: 3_000 * count + 1 },
      code: 'iops-ratio-exceeded',
      message: `here ${3_000 * count}`,
    },
    {
      what: 'less than the lowest throughput',
      properties: { volumeThroughput: 125 * count - 1 },
      code: 'throughput-out-of-range',
      message: `volumeThroughput is ${125 * count - 1}: ${throughput}`,
    },
    {
      what: 'more than the highest throughput',
      properties: { diskSize: 160 * count, volumeIops: 80_000 * count, volumeThroughput: 2_000 * count + 1 },
      code: 'throughput-out-of-range',
      message: `volumeThroughput is ${2_000 * count + 1}: ${throughput}`,
    },
    {
      what: 'more than the highest throughput of the fewest IOPS',
      properties: { volumeIops: 3_000 * count, volumeThroughput: 750 * count + 1 },
      code: 'throughput-ratio-exceeded',
      message: `volumeThroughput ${750 * count + 1} MiB/s is too much for volumeIops ${3_000 * count}: gp3 has at most 0.25 MiB/s per IOPS, here ${750 * count}`,
    },
  ];
  // Without an array it is 0, which means that there is no size.
  if (count > 1) {
    beyond.push({
      what: 'less than the smallest size',
      properties: { diskSize: count - 1 },
      code: 'size-out-of-range',
      message: `is ${count - 1}: ${size}`,
    });
  }
  return beyond;
}

/** Enough for any array. */
const large = { diskSize: 2_400, volumeIops: 24_000, volumeThroughput: 2_000 };

interface Combination {
  what: string;
  properties: object;
  /** How many EBS volumes it makes; undefined: it is refused. */
  count?: number;
  message: string;
}

/** Every mode with every array size: the sizes are for the performance modes, which need one of them. */
const matrix: Combination[] = [undefined, 'autoscaling', 'performance', 'autoscaling_performance'].flatMap((mode) =>
  [undefined, 0, -4, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 16].map((size): Combination => {
    const properties = { ...(mode && { datafyMode: mode }), ...(size !== undefined && { performanceArraySize: size }) };
    const what = isPresent(properties) ? JSON.stringify(properties) : 'neither of them';
    if (!mode?.endsWith('performance')) {
      if (!size) return { what, properties, count: 2, message: '' };
      return { what, properties, message: `is ${size}, but datafyMode autoscaling has no array: leave it out` };
    }
    if (!size) return { what, properties, message: `is missing or 0: datafyMode ${mode} needs it, as one of 4, 6, 8` };
    if (![4, 6, 8].includes(size)) return { what, properties, message: `is ${size}: it must be one of 4, 6, 8` };
    return { what, properties, count: size, message: '' };
  }),
);
