import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { delimiter, dirname } from 'node:path';
import type { Readable } from 'node:stream';
import { builtCommands, builtProgram } from '../support/built.ts';

export interface Running {
  child: ChildProcessByStdio<null, Readable, Readable>;
  /** What it has written so far. */
  output: { stdout: string; stderr: string };
  /** Its exit code, once it has ended and all that it wrote is there. */
  ended: Promise<number | null>;
  /** Resolves once what it has written matches, to the match; fails where it ends without. */
  says(pattern: RegExp, stream?: 'stdout' | 'stderr'): Promise<RegExpExecArray>;
}

interface Surroundings {
  cwd?: string;
  env?: NodeJS.ProcessEnv;
}

/** Runs the executable as a user would. */
export function run(argv: readonly string[], surroundings?: Surroundings): Running {
  return runCommand(process.execPath, [builtProgram(), ...argv], surroundings);
}

/** Runs a command; no variable of whoever runs the tests gets in. */
export function runCommand(command: string, argv: readonly string[], { cwd, env }: Surroundings = {}): Running {
  const { PATH } = process.env;
  const child = spawn(command, argv, { cwd, env: { PATH, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  const output = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].setEncoding('utf8').on('data', (chunk) => {
      output[stream] += chunk;
    });
  }
  const ended = once(child, 'close').then(([code]) => code as number | null);
  const says = async (pattern: RegExp, stream: 'stdout' | 'stderr' = 'stdout') => {
    for (;;) {
      const match = pattern.exec(output[stream]);
      if (match) return match;
      const over = await Promise.race([ended.then(() => true), once(child[stream], 'data').then(() => false)]);
      if (over && !pattern.test(output[stream])) throw new Error(`Ended without ${pattern}: ${JSON.stringify(output)}`);
    }
  };
  return { child, output, ended, says };
}

/** Runs the executable to its end. */
export async function result(argv: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const { ended, output } = run(argv, { env });
  return { code: await ended, ...output };
}

/** Where commands are found in a shell: `datafy-emulator` is the executable, and `node` the one that runs the tests. */
export const shellPath = (): string => [builtCommands(), dirname(process.execPath), process.env.PATH].join(delimiter);

/** Lets bash run a script in which `datafy-emulator` is the executable. */
export async function bash(commands: string, { cwd, env }: Surroundings = {}) {
  // -u: a variable that is not set ends the script.
  const { ended, output } = runCommand('bash', ['-u', '-c', commands], { cwd, env: { ...env, PATH: shellPath() } });
  return { code: await ended, ...output };
}
