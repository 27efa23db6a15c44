import type { AddressInfo } from 'node:net';
import type { Command } from 'commander';
import type { FastifyInstance } from 'fastify';
import { type App, buildApp } from '../../app.ts';
import { Failure } from '../../ground/failure.ts';
import { performance } from '../../ground/timers.ts';
import { isWildcard, urlOf } from '../../ground/url.ts';
import { stop } from '../../http/stop.ts';
import { type Options, optionTable } from '../../options/options.ts';
import { findSeedFile } from '../../seed/seed.ts';
import { DatabaseFileError } from '../../state/storage/database.ts';
import { addFlags, givenBy, readFlags } from '../flags.ts';
import { addExamples } from '../help.ts';

export function define(command: Command, env: NodeJS.ProcessEnv): void {
  command.description(
    'Starts the emulator, and stops it at a signal such as SIGTERM. ' +
      `Each flag has a variable, such as ${optionTable.logLevel.variable}; flags win.`,
  );
  addFlags(command, optionTable);
  addExamples(
    command,
    'datafy-emulator --port 0 --db world.db',
    `${optionTable.logLevel.variable}=debug datafy-emulator`,
  );
  command.action(() => {
    const options = readFlags(command, optionTable, env);
    const found = givenBy(command, optionTable.seed, env) ? undefined : findSeedFile(process.cwd());
    const { seed, pace, clock } = optionTable;
    const ofBeginning = [seed, pace, clock].flatMap((row) => givenBy(command, row, env) ?? []);
    return start({ ...options, seed: found ?? options.seed }, ofBeginning);
  });
}

/** What to do where listening fails, by the error's code. */
const listenFaults: Partial<Record<string, string>> = {
  EADDRINUSE: 'the port is in use; choose another with --port, or any free one with --port 0',
  EACCES: 'that is not permitted; choose a port above 1023 with --port',
  EADDRNOTAVAIL: 'this machine does not have that address; choose another with --host',
  ENOTFOUND: 'that host is not known; choose another with --host',
  EAI_AGAIN: 'that host cannot be looked up; choose another with --host',
};

/**
 * What somebody asks a process to end with: a service manager, the keyboard, a terminal that closes, Ctrl-\\, a watcher
 * of sources. Windows has no SIGQUIT and no SIGUSR2: to Node, these are then events that nobody emits.
 */
const endings = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT', 'SIGUSR2'] as const;

/**
 * Starts the emulator, says where it is, and stops it at a signal: at once at the second one, which ends the process
 * with 1.
 *
 * @param ofBeginning which flags and variables were given that are for new databases only.
 * @throws Failure where the database file is refused, or the address cannot be listened on.
 */
async function start(options: Options, ofBeginning: readonly string[]): Promise<void> {
  let app: FastifyInstance | undefined;
  let stopping = false;
  const end = async () => {
    if (stopping) process.exit(1);
    stopping = true;
    if (app) await stop(app);
    process.exit(0);
  };
  for (const signal of endings) process.on(signal, () => void end().catch(giveUp));

  try {
    const built = await buildApp(options);
    app = built.app;
    await app.listen({ host: options.host, port: options.port });
    welcome(options, built, ofBeginning);
  } catch (error) {
    // Stopping an app that is still starting makes its start fail: that is no fault.
    if (stopping) return;
    await app?.close().catch(() => undefined);
    throw failureOf(error, options);
  }
}

/** Says where it is, and what a user needs next. */
function welcome(options: Options, { app, tokens }: App, ofBeginning: readonly string[]): void {
  const url = urlOf(options.host, (app.server.address() as AddressInfo).port);
  if (isWildcard(options.host) && options.control && !options.controlToken) {
    console.error(
      'Everyone who reaches this machine can use the control surface: set --control-token, or --no-control',
    );
  }
  if (!tokens && ofBeginning.length > 0) {
    const unused = `${listOf(ofBeginning)} ${ofBeginning.length === 1 ? 'is' : 'are'} not used`;
    console.error(`${options.db} has worlds already, and keeps them as they are: ${unused}`);
  }
  const origin = tokens ? `seed ${options.seed}` : `state of ${options.db}`;
  console.log(`datafy-emulator ready on ${url} (${origin}, ${Math.round(performance.now())} ms)`);
  const width = Math.max(...(tokens ?? []).map(({ token }) => token.length));
  for (const { token, what } of tokens ?? []) console.log(`${token.padEnd(width)}   ${what}`);
  console.log(`docs      ${url}/docs`);
}

/** Names as a sentence lists them: `a`, `a and b`, `a, b and c`. */
const listOf = (names: readonly string[]) => names.join(', ').replace(/, ([^,]*)$/, ' and $1');

/** The failure to end with, where a start fails. */
function failureOf(error: unknown, { host, port, logLevel }: Options): unknown {
  if (error instanceof DatabaseFileError) return new Failure(4, error.message, { cause: error });
  const { code = '', syscall, stack } = error as NodeJS.ErrnoException;
  const fault = syscall === 'listen' || syscall === 'getaddrinfo' ? listenFaults[code] : undefined;
  if (fault) return new Failure(3, `Cannot listen on host ${host}, port ${port}: ${fault}`, { cause: error });
  if (logLevel === 'debug' || logLevel === 'trace') console.error(stack);
  return error;
}

function giveUp(error: unknown): never {
  console.error((error as Error).message);
  process.exit(1);
}
