import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { formatInstant, instantPattern, parseInstant } from '../../src/ground/clock.ts';
import { optionTable } from '../../src/options/options.ts';
import { readSeed } from '../../src/seed/seed.ts';
import type { SeedDocument } from '../../src/types/seed-document.ts';
import { done, type Emulated, emulate, own } from '../routes/control/control.ts';

/** What an instant is, whoever is told one. */

const accepted: [written: string, meant: string][] = [
  ['2026-01-01T00:00:00Z', '2026-01-01T00:00:00.000Z'],
  ['2026-01-01T00:00:00+00:00', '2026-01-01T00:00:00.000Z'],
  ['2026-01-01T00:00:00-00:00', '2026-01-01T00:00:00.000Z'],
  ['2026-01-01T00:00:00.1Z', '2026-01-01T00:00:00.100Z'],
  ['2026-01-01T00:00:00.123456Z', '2026-01-01T00:00:00.123Z'],
  ['2026-01-01T00:00:00.123999999+00:00', '2026-01-01T00:00:00.123Z'],
  ['2026-01-01T02:00:00.5+01:30', '2026-01-01T00:30:00.500Z'],
  ['2024-02-29T23:59:59.9999Z', '2024-02-29T23:59:59.999Z'],
];

const refused = [
  '2026-01-01',
  '2026-01-01T00:00:00',
  '2026-01-01 00:00:00Z',
  '2026-01-01T00:00Z',
  '2026-01-01T24:00:00Z',
  '2026-01-01T00:60:00Z',
  '2026-01-01T00:00:60Z',
  '2026-02-30T00:00:00Z',
  '2026-13-01T00:00:00Z',
  '2026-01-01T00:00:00.Z',
  '2026-01-01T00:00:00.1234567890Z',
  '2026-01-01T00:00:00+0000',
  '2026-01-01T00:00:00+24:00',
  '+02026-01-01T00:00:00Z',
  // In UTC they have no year of four digits.
  '0000-01-01T00:00:00+00:01',
  '9999-12-31T23:59:59-00:01',
];

describe('an instant', () => {
  test.each(accepted)('%s is %s', (written, meant) => {
    expect(formatInstant(parseInstant(written) ?? Number.NaN)).toBe(meant);
    expect(written).toMatch(new RegExp(instantPattern));
  });

  test.each(refused)('%s is none', (written) => {
    expect(parseInstant(written)).toBeUndefined();
  });
});

describe('wherever one is taken', () => {
  let emulated: Emulated;
  beforeAll(async () => {
    emulated = await emulate();
  });
  afterAll(() => emulated.close());

  const volume = { volumeId: 'vol-00000001', sizeGb: 1 };
  let worlds = 0;
  const seed = (at: string): SeedDocument => ({
    createdAt: at,
    clock: { mode: 'controlled', now: at },
    accounts: [{ createdAt: at }],
    tokens: [{ token: `token-of-${worlds++}`, expires: at, createdAt: at }],
    instances: [{ instanceId: 'i-00000001', createdAt: at }],
    volumes: [
      { ...volume, createdAt: at, attachment: { instanceId: 'i-00000001', deviceName: '/dev/sdf', startedAt: at } },
      { ...volume, volumeId: 'vol-00000002', status: 'creating', due: { at } },
    ],
    snapshots: [{ volumeId: volume.volumeId, startedAt: at }],
  });

  const places: Record<string, (at: string) => Promise<unknown>> = {
    'the document of a new world': async (at) => {
      const { clock, volumes, instances } = seed(at);
      await own(emulated.send, { clock, volumes, instances });
    },
    'an import': async (at) => {
      const world = await own(emulated.send, {});
      await done(world.control('PUT', '/state', seed(at)));
    },
    'a seed': (at) => readSeed(seed(at)),
    'PUT /clock': async (at) => {
      const world = await own(emulated.send, { clock: { mode: 'controlled', now: '1000-01-01T00:00:00Z' } });
      const { now } = await done(world.control('PUT', '/clock', { mode: 'controlled', now: at }));
      expect(now).toBe(formatInstant(parseInstant(at) ?? Number.NaN));
    },
    '--clock': async (at) => optionTable.clock.read(at),
  };

  test.each(Object.entries(places))('%s: the same are accepted', async (_, take) => {
    for (const [written] of accepted) await take(written);
  });

  test.each(Object.entries(places))('%s: the same are refused', async (_, take) => {
    for (const written of refused) await expect(take(written), written).rejects.toThrow(/RFC 3339 instant/);
  });

  test('an import keeps the instant that was meant', async () => {
    const world = await own(emulated.send, {});
    await done(world.control('PUT', '/state', seed('2026-01-01T02:00:00.123456+02:00')));
    const state = JSON.parse(await world.export());
    expect(state.createdAt).toBe('2026-01-01T00:00:00.123Z');
    expect(state.clock.now).toBe('2026-01-01T00:00:00.123Z');
  });
});
