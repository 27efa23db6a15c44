import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { buildWorld, instances, production, type World } from '../../support/world.ts';

/** What volumes of each type have at most: GiB, IOPS, MiB/s. gp3 and arrays have tests of their own beside their calls. */
const most = [
  ['gp3', 65_536, 80_000, 2_000],
  ['gp2', 16_384, 16_000, 250],
  ['io1', 16_384, 64_000, 1_000],
  ['io2', 65_536, 256_000, 4_000],
  ['st1', 16_384, 3_000, 500],
  ['sc1', 16_384, 3_000, 250],
  ['standard', 1_024, 3_000, 125],
] as const;

let world: World;
beforeEach(async () => {
  world = await buildWorld();
});
afterEach(() => world.close());

describe.each(most)('a volume of type %s', (volumeType, sizeGb, iops, throughput) => {
  const availabilityZone = 'us-east-1a';
  const account = `/_emulator/accounts/${production}`;

  /** An attached volume of this type, and the calls that change it. */
  async function attached() {
    const made = await world.send('POST', `${account}/volumes`, { sizeGb: 1, availabilityZone, volumeType });
    const { volumeId } = made.body;
    const place = { instanceId: instances.documented, deviceName: '/dev/sdz' };
    expect((await world.send('POST', `${account}/volumes/${volumeId}/attach`, place)).status).toBe(200);
    const api = world.as('account-token');
    const path = `/volumes/${volumeId}/modify`;
    // What is due is done, so that what is called next changes nothing else.
    await world.send('GET', '/_emulator/clock');
    return {
      published: (size: number) => api('POST', `/api/v1${path}`, { volumeSizeGb: size, autoscalingOnly: false }),
      infrastructure: (body: object) => api('POST', `/api/v1/aws${path}`, body),
    };
  }

  test.each([sizeGb + 1, 3e9, 2 ** 53, 1e30, 1e308])('is not grown to %d GiB', async (size) => {
    const { published, infrastructure } = await attached();
    const before = world.dump();
    for (const answer of [await published(size), await infrastructure({ volumeSizeGb: size })]) {
      const message = `volumeSizeGb is ${size}: it must be from 1 to ${sizeGb} GiB`;
      expect([answer.status, answer.body]).toEqual([400, { message }]);
    }
    expect(world.dump()).toEqual(before);
  });

  test.each([
    ['volumeIops', iops, 'iops-out-of-range'],
    ['volumeThroughput', throughput, 'throughput-out-of-range'],
  ] as const)('is not given more %s than %d', async (field, limit, code) => {
    const { infrastructure } = await attached();
    const before = world.dump();
    for (const value of [limit + 1, 2 ** 53, 1e308]) {
      const answer = await infrastructure({ [field]: value });
      expect([answer.status, answer.headers['x-emulator-error']]).toEqual([400, code]);
      expect(answer.body.message).toContain(`${field} is ${value}: it must be from `);
    }
    expect(world.dump()).toEqual(before);
  });

  test('can have all that its type can, and is then a document that comes in again', async () => {
    const { infrastructure } = await attached();
    const body = { volumeSizeGb: sizeGb, volumeIops: iops, volumeThroughput: throughput };
    const answer = await infrastructure(body);
    expect(answer.status, answer.text).toBe(200);
    const { body: exported } = await world.send('GET', '/_emulator/state');
    expect((await world.send('PUT', '/_emulator/state', exported)).status).toBe(204);
  });

  test('is held to the same limits where it is made', async () => {
    const body = { sizeGb: 200, availabilityZone, volumeType };
    const create = (change: object) => world.send('POST', `${account}/volumes`, { ...body, ...change });
    expect((await create({ sizeGb })).status).toBe(201);
    for (const change of [{ sizeGb: sizeGb + 1 }, { iops: iops + 1 }, { throughput: throughput + 1 }]) {
      expect((await create(change)).status, JSON.stringify(change)).toBe(400);
    }
  });
});
