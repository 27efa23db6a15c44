import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { builtProgram } from './built.ts';

export const root = join(import.meta.dirname, '../..');

/** No variable of whoever runs the tests gets in. */
const environment = (own: Record<string, string> = {}) => ({ PATH: process.env.PATH, ...own });

/** What listens somewhere, and said where. */
export interface Listening {
  url: string;
  child: ChildProcess;
}

/** Runs a file with Node until it says that it is ready, and where. */
export async function listening(args: readonly string[], env?: Record<string, string>): Promise<Listening> {
  const child = spawn(process.execPath, args, { cwd: root, env: environment(env), stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  child.stderr.setEncoding('utf8').on('data', (more) => (output += more));
  return new Promise((ready, fail) => {
    child.stdout.setEncoding('utf8').on('data', (more) => {
      output += more;
      const [, url] = / ready on (\S+)/.exec(output) ?? [];
      if (url !== undefined) ready({ url, child });
    });
    child.on('close', () => fail(new Error(`${args.join(' ')} ended: ${output}`)));
  });
}

/** Runs an emulator, on any free port. */
export const emulator = (...args: string[]): Promise<Listening> => listening([builtProgram(), '--port', '0', ...args]);

/** Runs a command to its end. */
export async function run(
  command: string,
  args: readonly string[],
  { cwd = root, env }: { cwd?: string; env?: Record<string, string> } = {},
): Promise<{ code: number | null; output: string }> {
  const child = spawn(command, args, { cwd, env: environment(env), stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (more) => (output += more));
  const [code] = await once(child, 'close');
  return { code, output };
}

/**
 * Runs the tests of a folder with vitest, as its user would; what they import of the package comes from its sources.
 *
 * @param more further arguments of vitest, and variables that the tests may read.
 * @returns how many passed, and how many there are.
 * @throws Error with all that was printed where one failed.
 */
export async function vitest(
  folder: string,
  more: { args?: readonly string[]; env?: Record<string, string> } = {},
): Promise<[passed: number, total: number]> {
  const scratch = mkdtempSync(join(tmpdir(), 'vitest-'));
  const report = join(scratch, 'report.json');
  try {
    const program = join(root, 'node_modules/vitest/vitest.mjs');
    const config = join(root, 'test/package/users.config.ts');
    const reporting = ['--reporter', 'json', '--outputFile', report];
    const args = [program, 'run', '--root', folder, '--config', config, ...reporting, ...(more.args ?? [])];
    const { code, output } = await run(process.execPath, args, { cwd: folder, env: more.env });
    const { numPassedTests, numTotalTests, ...rest } = JSON.parse(readFileSync(report, 'utf8'));
    if (code !== 0) throw new Error(`${output}${JSON.stringify(rest.testResults)}`);
    return [numPassedTests, numTotalTests];
  } finally {
    rmSync(scratch, { recursive: true });
  }
}
