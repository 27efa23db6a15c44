import { mkdtempSync, rmSync } from 'node:fs';
import { Agent } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import { type Running, run, runCommand } from '../../cli/executable.ts';
import { type Send, wire } from '../../routes/control/control.ts';
import { builtProgram } from '../../support/built.ts';

/** The executable, running and answering. */
export interface Process extends Running {
  url: string;
  port: number;
  /** From the start of the process to its first answer, in milliseconds. */
  startMs: number;
  /** Calls of the API and of the control surface, over one connection at a time. */
  send: Send;
  /** Ends the process at once, as the system does where it runs out of memory. */
  kill(): Promise<void>;
}

interface Surroundings {
  cwd: string;
  /** What bash is told before it becomes the emulator, such as `ulimit -f 100`. */
  before?: string;
}

/** Those that a test has started: one that failed may have left them running. */
const started = new Set<Running>();

/** Ends all that were started, however they are: for after each test. */
export async function endAll(): Promise<void> {
  for (const { child, ended } of started) {
    child.kill('SIGKILL');
    await ended;
  }
  started.clear();
}

/** A folder for each test of a file, which goes with all that the test has started. */
export function useFolder(): { readonly path: string } {
  let path = '';
  beforeEach(() => {
    path = mkdtempSync(join(tmpdir(), 'datafy-emulator-'));
  });
  afterEach(async () => {
    await endAll();
    rmSync(path, { recursive: true });
  });
  return {
    get path() {
      return path;
    },
  };
}

/** Starts the executable on any free port, without waiting for it. */
export function start(argv: readonly string[], { cwd, before }: Surroundings): Running {
  const running = launch(argv, cwd, before);
  started.add(running);
  return running;
}

function launch(argv: readonly string[], cwd: string, before: string | undefined): Running {
  const all = ['--port', '0', '--log-level', 'silent', ...argv];
  if (before === undefined) return run(all, { cwd });
  return runCommand('bash', ['-c', `${before}; exec "$0" "$@"`, process.execPath, builtProgram(), ...all], { cwd });
}

/** Starts the executable, and waits for its first answer. */
export async function begin(argv: readonly string[], surroundings: Surroundings): Promise<Process> {
  const before = performance.now();
  const running = start(argv, surroundings);
  const [, url = '', port] = await running.says(/^datafy-emulator ready on (\S+:(\d+)) /);
  const send = sender(url);
  const { status } = await send('GET', '/_emulator/health');
  if (status !== 200) throw new Error(`It is not well: ${status}`);
  return {
    ...running,
    url,
    port: Number(port),
    startMs: performance.now() - before,
    send,
    async kill() {
      running.child.kill('SIGKILL');
      await running.ended;
    },
  };
}

/** Calls over a connection of their own. Where the server ends, they reject. */
export const sender = (url: string): Send => wire(url, new Agent({ keepAlive: true, maxSockets: 1 }));
