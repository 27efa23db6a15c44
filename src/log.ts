import { type FastifyBaseLogger, type FastifyInstance, type FastifyServerOptions, LogController } from 'fastify';
import pino from 'pino';
import { maskCredentials } from './mask.ts';
import type { Options } from './options.ts';
import { pretty, printable } from './pretty.ts';
import { RequestLog } from './request-log.ts';

/** How an instance logs: to stderr, in lines for people on a terminal, and in lines of JSON elsewhere. */
export function logTo(options: Pick<Options, 'logLevel' | 'logFormat'>): FastifyServerOptions {
  const { logLevel, logFormat } = options;
  if (logLevel === 'silent') return { logController: new LogController({ disableRequestLogging: true }) };
  const { isTTY } = process.stderr;
  // That asks the environment, too: NO_COLOR, and terminals without colours.
  const colours = isTTY && process.stderr.hasColors();
  const forPeople = logFormat === 'pretty' || (logFormat === 'auto' && isTTY);
  const line = forPeople ? (json: string) => pretty(json, colours) : (json: string) => `${printable(json.trimEnd())}\n`;
  return {
    logger: {
      level: logLevel,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (level: string) => ({ level }) },
      serializers: { err: describeError },
      stream: { write: (json: string) => stderr(isTTY).write(line(json)) },
    },
    logController: new RequestLog(),
    // One of its own for every request would cost more than its line does.
    childLoggerFactory: (parent) => parent as FastifyBaseLogger,
  };
}

/** Nothing but the error itself: Node puts the bytes of a malformed request into one, and they hold its token. */
function describeError(error: Error) {
  const { type, message, stack } = pino.stdSerializers.err(error);
  return { type, message: maskCredentials(message), stack: maskCredentials(stack) };
}

let opened: ReturnType<typeof pino.destination> | undefined;

/**
 * The process's stderr, opened once, however many emulators the process runs. On a terminal every line is written at
 * once. Elsewhere lines are gathered, since a write for each would cost more than all else of logging: they are written
 * when they fill 4 KiB, after a tenth of a second, and when the process ends. A reader that stalls costs lines, beyond
 * 8 MiB of them, and no answers.
 */
function stderr(isTTY: boolean) {
  opened ??= pino.destination(
    isTTY
      ? { fd: 2, sync: true }
      : { fd: 2, sync: false, minLength: 4096, periodicFlush: 100, maxLength: 8 * 1024 * 1024 },
  );
  return opened;
}

/** Keeps Fastify from saying where it listens: whoever starts the process is told that on stdout, once. */
export function startQuietly(app: FastifyInstance, { logLevel }: Pick<Options, 'logLevel'>): void {
  if (!(app.log as pino.Logger).isLevelEnabled?.('info')) return;
  app.log.level = 'warn';
  app.addHook('onListen', async () => {
    app.log.level = logLevel;
  });
}
