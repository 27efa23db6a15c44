import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { root, vitest } from '../support/processes.ts';

// The fixture, and startEmulator, where users' tests run: in what stands in for a browser.

const folder = mkdtempSync(join(tmpdir(), 'surroundings-'));
afterAll(() => rmSync(folder, { recursive: true }));

test.each(['node', 'jsdom', 'happy-dom'])('tests that run in %s have their worlds', async (environment) => {
  const seed = join(folder, 'seed.yaml');
  writeFileSync(seed, 'name: Zoë\nvolumes:\n  - sizeGb: 1\n');
  const args = ['--environment', environment];
  const [passed, all] = await vitest(join(root, 'test/package/surroundings'), { args, env: { SEED_FILE: seed } });
  expect([passed, all]).toEqual([4, 4]);
});
