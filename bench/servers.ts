import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

/** The emulator as it is shipped: what `npm run build` makes. */
export const executable = fileURLToPath(new URL('../dist/lib/main.js', import.meta.url));

/** A server under load, in a process of its own. */
export interface Server {
  name: string;
  url: string;
  /** How long its process took until it answered for the first time, in milliseconds. */
  startedIn: number;
  /** How much processor time it has used so far, in seconds; undefined where the system does not say. */
  cpu(): number | undefined;
  /** The memory it holds, in bytes; undefined where the system does not say. */
  memory(): number | undefined;
  stop(): Promise<void>;
}

/** Whether the servers have one core to themselves, and the load generator another. */
export const pinned = availableParallelism() > 1 && spawnSync('taskset', ['--version']).status === 0;

/** Keeps this process, which makes the load, off the core of the servers. */
export function pinThisProcess(): void {
  if (pinned) spawnSync('taskset', ['-cp', '1', String(process.pid)]);
}

/** How long a server may take to start, in milliseconds. */
const patience = 60_000;

interface Program {
  /** What Node is to run, with its arguments. */
  args: readonly string[];
  /** Where it will listen; without this, it says so itself in a line that ends with `ready on URL`. */
  url?: string;
  /** A path that it answers, with whatever status. */
  path?: string;
}

/**
 * Starts a server on the servers' core, and waits for its first answer. What it writes goes to a file of the folder.
 *
 * @throws Error with the last that it wrote, where it ends, or does not answer in time.
 */
export async function startServer(name: string, folder: string, program: Program): Promise<Server> {
  const { args, path = '/' } = program;
  const log = join(folder, `${name.replaceAll(/\W+/g, '-')}.log`);
  const output = openSync(log, 'w');
  const command = [...(pinned ? ['taskset', '-c', '0'] : []), process.execPath, ...args];
  const began = performance.now();
  const child = spawn(command[0] as string, command.slice(1), { stdio: ['ignore', output, output] });
  closeSync(output);
  let url = program.url;
  while (!(url && (await answers(url + path)))) {
    if (hasEnded(child) || performance.now() - began > patience) {
      child.kill();
      throw new Error(`${name} did not start: ${readFileSync(log, 'utf8').trim().slice(-500)}`);
    }
    await wait(1);
    url ??= / ?ready on (\S+)/.exec(readFileSync(log, 'utf8'))?.[1];
  }
  return {
    name,
    url,
    startedIn: performance.now() - began,
    cpu: () => cpuOf(child.pid),
    memory: () => memoryOf(child.pid),
    async stop() {
      if (hasEnded(child)) return;
      child.kill();
      await once(child, 'exit');
    },
  };
}

const hasEnded = (child: ChildProcess) => child.exitCode !== null || child.signalCode !== null;

async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { headers: { connection: 'close' } });
    await response.arrayBuffer();
    return true;
  } catch {
    return false;
  }
}

function procFile(pid: number | undefined, name: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8');
  } catch {
    return undefined;
  }
}

/** Linux counts a process's time in hundredths of a second. */
const ticksPerSecond = 100;

function cpuOf(pid: number | undefined): number | undefined {
  // Its name, in brackets, may have spaces in it: what follows does not.
  const fields = procFile(pid, 'stat')?.split(') ')[1]?.split(' ');
  return fields && (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}

function memoryOf(pid: number | undefined): number | undefined {
  const kilobytes = /VmRSS:\s*(\d+) kB/.exec(procFile(pid, 'status') ?? '')?.[1];
  return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
}

/** Runs a body with a way to start servers, and stops all of them, however it went. */
export async function withServers<R>(
  body: (start: (starting: Promise<Server>) => Promise<Server>) => Promise<R>,
): Promise<R> {
  const started: Server[] = [];
  try {
    return await body(async (starting) => {
      const server = await starting;
      started.push(server);
      return server;
    });
  } finally {
    await Promise.all(started.map((server) => server.stop()));
  }
}
