#!/usr/bin/env node
/**
 * The executable: reads the options, starts the emulator, says where it is, and stops it at a signal.
 *
 * Exit codes: 0 stopped by a signal, or asked for help or the version; 1 anything unforeseen, or a second
 * signal; 2 wrong usage; 3 the address cannot be listened on; 4 the database file was refused.
 */
import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { buildApp, version } from './app.ts';
import { type Options, readOptions, UsageError } from './options.ts';
import { DatabaseFileError } from './state/database.ts';
import { stop } from './stop.ts';

/** What to do where listening fails, by the error's code. */
const listenFaults: Partial<Record<string, string>> = {
  EADDRINUSE: 'the port is in use; choose another with --port, or any free one with --port 0',
  EACCES: 'that is not permitted; choose a port above 1023 with --port',
  EADDRNOTAVAIL: 'this machine does not have that address; choose another with --host',
  ENOTFOUND: 'that host is not known; choose another with --host',
  EAI_AGAIN: 'that host cannot be looked up; choose another with --host',
};

let options: Options | undefined;
let app: FastifyInstance | undefined;
let stopping = false;

async function main(): Promise<void> {
  const command = readOptions(process.argv.slice(2), process.env);
  if (command.kind === 'help') return console.log(command.text);
  if (command.kind === 'version') return console.log(version);
  options = command.options;
  const built = await buildApp(options);
  app = built.app;
  await built.app.listen({ host: options.host, port: options.port });
  const url = urlOf(options.host, (built.app.server.address() as AddressInfo).port);
  if (isWildcard(options.host) && options.control && !options.controlToken) {
    console.error(
      'Everyone who reaches this machine can use the control surface: set --control-token, or --no-control',
    );
  }
  const tokens = built.tokens ?? [];
  const origin = built.tokens ? `seed ${options.seed}` : `state of ${options.db}`;
  console.log(`datafy-emulator ready on ${url} (${origin}, ${Math.round(performance.now())} ms)`);
  const width = Math.max(...tokens.map(({ token }) => token.length));
  for (const { token, what } of tokens) console.log(`${token.padEnd(width)}   ${what}`);
  if (built.app.hasRoute({ method: 'GET', url: '/openapi.json' })) console.log(`docs      ${url}/openapi.json`);
}

const isWildcard = (host: string) => host === '0.0.0.0' || host === '::';

/** Where a client on this machine reaches a server that listens on the host. */
function urlOf(host: string, port: number): string {
  const reachable = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
  return `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`;
}

/** Stops, and ends the process; at once if it is stopping already. */
async function end(): Promise<void> {
  if (stopping) process.exit(1);
  stopping = true;
  if (app) await stop(app);
  process.exit(0);
}

/** Ends the process with the error's exit code, and what to tell about it on stderr. */
async function fail(error: unknown): Promise<void> {
  const { code = '', message, syscall, stack } = error as NodeJS.ErrnoException;
  const fault = syscall === 'listen' || syscall === 'getaddrinfo' ? listenFaults[code] : undefined;
  const verbose = options?.logLevel === 'debug' || options?.logLevel === 'trace';
  let [exitCode, text] = [1, (verbose && stack) || message];
  if (error instanceof UsageError) [exitCode, text] = [2, message];
  if (fault) [exitCode, text] = [3, `Cannot listen on host ${options?.host}, port ${options?.port}: ${fault}`];
  if (error instanceof DatabaseFileError) [exitCode, text] = [4, message];
  console.error(text);
  await app?.close().catch(() => undefined);
  process.exit(exitCode);
}

for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => void end().catch(fail));
main().catch((error) => {
  // Stopping an app that is still starting makes its start fail: that is no fault.
  if (!stopping) return fail(error);
});
