import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { root } from '../docs/markdown.ts';
import { guards } from './guards.ts';

// A test that cannot fail is worth nothing. Here each guard is taken out of a copy of the emulator, and the tests that
// keep it have to fail.

let copy: string;
beforeAll(() => {
  copy = fs.mkdtempSync(join(tmpdir(), 'datafy-emulator-'));
  const left = /^(node_modules|\.git|\.reports|dist)$/;
  for (const name of fs.readdirSync(root)) {
    if (!left.test(name)) fs.cpSync(join(root, name), join(copy, name), { recursive: true });
  }
  fs.symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
});
afterAll(() => fs.rmSync(copy, { recursive: true }));

/** How many tests of a file pass in the copy, and how many fail. */
async function run(file: string): Promise<{ passed: number; failed: number }> {
  const report = join(copy, 'report.json');
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
  const options = { cwd: copy, env: { ...process.env, DEEP: '', CI: '' }, stdio: 'ignore' as const };
  // Without a guard something may never end.
  const limits = ['--testTimeout=20000', '--hookTimeout=20000'];
  const argv = ['run', file, ...limits, '--reporter=json', `--outputFile=${report}`];
  const child = spawn(process.execPath, [vitest, ...argv], options);
  await once(child, 'close');
  const { numPassedTests: passed, numFailedTests: failed } = JSON.parse(fs.readFileSync(report, 'utf8'));
  fs.rmSync(report);
  return { passed, failed };
}

test.each([...new Set(guards.map(({ keptBy }) => keptBy))])('%s passes in the copy as it is', async (keptBy) => {
  const { passed, failed } = await run(keptBy);
  expect(failed).toBe(0);
  expect(passed).toBeGreaterThan(0);
});

test.each(guards)('$keptBy fails without $guard', async ({ file, from, to, keptBy }) => {
  const whole = fs.readFileSync(join(copy, file), 'utf8');
  expect(whole.split(from), `how often ${from} stands in ${file}`).toHaveLength(2);
  fs.writeFileSync(
    join(copy, file),
    whole.replace(from, () => to),
  );
  try {
    const { failed, passed } = await run(keptBy);
    expect(failed).toBeGreaterThan(0);
    // It is that guard's tests that fail, and not the emulator as a whole.
    expect(passed).toBeGreaterThan(0);
  } finally {
    fs.writeFileSync(join(copy, file), whole);
  }
});
