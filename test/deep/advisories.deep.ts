import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { root } from '../docs/markdown.ts';

// It asks the registry that npm is set to: a test of the world outside, which is why it is not among the others.

interface Report {
  vulnerabilities?: Record<string, { severity: string; via: unknown[] }>;
}

async function audit(): Promise<Report> {
  const npm = spawn('npm', ['audit', '--omit=dev', '--json'], { cwd: root, stdio: ['ignore', 'pipe', 'ignore'] });
  let output = '';
  npm.stdout.setEncoding('utf8').on('data', (more) => {
    output += more;
  });
  await once(npm, 'close');
  try {
    return JSON.parse(output);
  } catch {
    return {};
  }
}

const { vulnerabilities } = await audit();
const because = vulnerabilities ? '' : ' (skipped: the registry answers no audit)';

test.skipIf(!vulnerabilities)(`no package that the emulator is made of has a known advisory${because}`, () => {
  expect(vulnerabilities).toEqual({});
});
