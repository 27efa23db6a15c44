import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { root } from '../docs/markdown.ts';

// A test that cannot fail is worth nothing. Here each guard is taken out of a copy of the emulator, and the tests that
// keep it have to fail.

interface Guard {
  guard: string;
  file: string;
  /** What stands in it once, and what stands there when the guard is out. */
  from: string;
  to: string;
  keptBy: string;
}

const guards: Guard[] = [
  {
    guard: 'the Host header',
    file: 'src/http/host-guard.ts',
    from: 'refusedHost(request, names, passed) ??',
    to: '',
    keptBy: 'test/attack/host.test.ts',
  },
  {
    guard: 'the Origin header',
    file: 'src/http/host-guard.ts',
    from: '(safe.has(request.method) && !refusesPages ? undefined : refusedPage(request))',
    to: 'undefined',
    keptBy: 'test/attack/host.test.ts',
  },
  {
    guard: 'depth',
    file: 'src/http/json-body.ts',
    from: 'if (++depth > maxBody.levels)',
    to: 'if (++depth > 1e9)',
    keptBy: 'test/attack/bodies.test.ts',
  },
  {
    guard: 'durability: an answer waits for its commit',
    file: 'src/app.ts',
    from: 'if (!kept) return done(null, payload);',
    to: 'if (kept || !kept) return done(null, payload);',
    keptBy: 'test/http/commits.test.ts',
  },
  {
    guard: 'durability: a commit is synced',
    file: 'src/state/storage/database.ts',
    from: `db.pragma(\`synchronous = \${durability}\`)`,
    to: "db.pragma('synchronous = off')",
    keptBy: 'test/state/storage/database.test.ts',
  },
  {
    guard: 'tenancy: the volumes of accounts',
    file: 'src/state/datafy/volumes.ts',
    from: "'SELECT * FROM volume WHERE organization = ? AND id = ? AND account = ?'",
    to: "'SELECT * FROM volume WHERE organization = ? AND id = ? AND ? > 0'",
    keptBy: 'test/routes/datafy/isolation.test.ts',
  },
  {
    guard: 'tenancy: the snapshots of accounts',
    file: 'src/state/datafy/snapshots.ts',
    from: "'SELECT * FROM snapshot WHERE organization = ? AND id = ? AND account = ?'",
    to: "'SELECT * FROM snapshot WHERE organization = ? AND id = ? AND ? > 0'",
    keptBy: 'test/routes/datafy/isolation.test.ts',
  },
  {
    guard: 'the fence around what comes due',
    file: 'src/state/engine/settle.ts',
    from: 'if (isLost(error)) throw error;',
    to: 'if (error !== undefined) throw error;',
    keptBy: 'test/state/engine/settle.test.ts',
  },
  {
    guard: 'the control token',
    file: 'src/routes/control/surface.ts',
    from: '!hashSecret(given).equals(expected)',
    to: 'hashSecret(given).equals(Buffer.alloc(0))',
    keptBy: 'test/routes/control/access.test.ts',
  },
  {
    guard: 'secrets in the journal',
    file: 'src/routes/control/requests.ts',
    from: 'if (secretField.test(name)',
    to: 'if (false',
    keptBy: 'test/routes/control/requests.test.ts',
  },
];

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
