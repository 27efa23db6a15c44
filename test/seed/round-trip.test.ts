import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { controlledClock, parseInstant } from '../../src/ground/clock.ts';
import { seedSchema } from '../../src/seed/schema.ts';
import { readSeed } from '../../src/seed/seed.ts';
import type { fillWorld } from '../../src/state/document/defaults.ts';
import { createState } from '../../src/state/index.ts';
import { loadSeed } from '../../src/state/seeds/index.ts';
import { seedNames } from '../../src/state/seeds/names.ts';
import { openDatabase } from '../../src/state/storage/database.ts';
import type { WorldDocument } from '../../src/types/world-document.ts';
import { busy, type Emulated, emulate, type Own, own } from '../routes/control/control.ts';
import { beginning, type Method } from '../support/world.ts';

const folder = mkdtempSync(join(tmpdir(), 'round-trip-'));
afterAll(() => rmSync(folder, { recursive: true }));

let emulated: Emulated;
beforeAll(async () => {
  emulated = await emulate();
});
afterAll(() => emulated.close());

// Another reader of the published schema than the emulator, with every check of its own.
const formats = { 'date-time': (text: string) => parseInstant(text) !== undefined };
const fits = new Ajv({ strict: true, formats }).compile(seedSchema());

/** The world that a document makes in a new database, as the text of its export. */
function exportOf(document: Parameters<typeof fillWorld>[0]): string {
  const db = openDatabase(':memory:');
  try {
    const { control } = createState(db, controlledClock(beginning));
    return JSON.stringify(control.export(control.create(document)));
  } finally {
    db.close();
  }
}

/** A world goes through a file, and comes back as it was. */
async function comesBack(exported: WorldDocument): Promise<void> {
  expect(fits(exported), JSON.stringify(fits.errors)).toBe(true);
  for (const [name, text] of [
    ['world.yaml', stringify(exported)],
    ['world.json', JSON.stringify(exported, null, 2)],
  ] as const) {
    const file = join(folder, name);
    writeFileSync(file, text);
    const { document } = await readSeed(file);
    expect(document).toEqual(exported);
    expect(JSON.parse(exportOf(document))).toEqual(exported);
  }
}

describe('an exported world is a seed, and comes back from YAML and from JSON', () => {
  test('with every kind of transition under way', async () => {
    const world = await busy(emulated.send);
    await comesBack(JSON.parse(await world.export()));
  });

  test.each(seedNames)('that began with %s', async (seed) => {
    const world = await own(emulated.send, { seed });
    await comesBack(JSON.parse(await world.export()));
  });

  /** Some calls, of which not all are accepted: each is for a volume, by its place among those there are. */
  const call = fc.record({
    at: fc.nat(30),
    what: fc.constantFrom(
      ['POST', 'create-snapshot', { description: 'a: "b"\n#c', tags: [{ key: '- x', value: 'yes' }] }],
      ['POST', 'attach', { instanceId: 'i-09759c0bdec242294', deviceName: '/dev/sdz' }],
      ['POST', 'modify', { volumeSizeGb: 300, volumeIops: 4000 }],
      ['POST', 'deactivate-autoscaling', undefined],
      ['control', 'activate', undefined],
      [
        'control',
        'tag',
        {
          tags: [
            { key: 'null', value: '~' },
            { key: '0x10', value: ' 1e3 ' },
          ],
        },
      ],
      ['control', 'delete', undefined],
      ['advance', '', { seconds: 7 }],
    ) as fc.Arbitrary<[string, string, object | undefined]>,
  });

  async function make(world: Own, { at, what: [method, verb, body] }: { at: number; what: [string, string, object?] }) {
    if (method === 'advance') return world.control('POST', '/clock/advance', body);
    const { volumes } = JSON.parse(await world.export()) as WorldDocument;
    const volume = volumes[at % volumes.length];
    if (!volume) return;
    if (method === 'POST') return world.api(method as Method, `/volumes/${volume.volumeId}/${verb}`, body);
    const path = `/accounts/${volume.accountId}/volumes/${volume.volumeId}`;
    if (verb === 'activate') return world.control('POST', `${path}/activate`);
    return verb === 'tag' ? world.control('PUT', path, body) : world.control('DELETE', path);
  }

  test('whatever was called in it', async () => {
    const seen = new Set<string>();
    await fc.assert(
      fc.asyncProperty(fc.array(call, { maxLength: 15 }), fc.constantFrom(0, 10_000), async (calls, takes) => {
        const pace = { snapshot: takes, modify: takes, attach: takes, activate: takes, deactivate: takes };
        const world = await own(emulated.send, { seed: 'default', pace });
        for (const each of calls) {
          const answer = await make(world, each);
          if (answer && answer.status < 300) seen.add(each.what.slice(0, 2).join(' '));
        }
        await comesBack(JSON.parse(await world.export()));
      }),
      // The same calls every time, so that what has been done is known.
      { numRuns: 60, seed: 1 },
    );
    // All of it was done, and not only tried.
    expect([...seen].sort()).toEqual(
      [
        'POST attach',
        'POST create-snapshot',
        'POST deactivate-autoscaling',
        'POST modify',
        'advance ',
        'control activate',
        'control delete',
        'control tag',
      ].sort(),
    );
  }, 60_000);
});

describe('the published schema', () => {
  test.each(seedNames)('takes %s, as it ships and as an export', async (name) => {
    const seed = await loadSeed(name);
    expect(fits(seed), JSON.stringify(fits.errors)).toBe(true);
    expect(fits(JSON.parse(exportOf(seed)))).toBe(true);
  });

  test('says of every field what it is', () => {
    const silent: string[] = [];
    const walk = (schema: Record<string, unknown>, path: string): void => {
      const { properties = {}, items } = schema as { properties?: Record<string, never>; items?: never };
      for (const [name, field] of Object.entries<Record<string, unknown>>(properties)) {
        const here = `${path}.${name}`;
        if (typeof field.description !== 'string') silent.push(here);
        walk(field, here);
      }
      if (items) walk(items, `${path}[]`);
    };
    walk(seedSchema() as Record<string, unknown>, 'seed');
    expect(silent).toEqual([]);
  });

  test('refuses what a seed is not', () => {
    for (const wrong of [
      {},
      [],
      { volumes: [{}] },
      { volumes: [{ sizeGb: 1, bogus: 1 }] },
      { createdAt: '2026-02-30T00:00:00Z' },
    ]) {
      expect(fits(wrong)).toBe(false);
    }
  });
});
