import { type FastifyBaseLogger, type FastifyInstance, type FastifyServerOptions, LogController } from 'fastify';
import { formatInstant, systemClock } from '../ground/clock.ts';
import { maskCredentials } from '../http/mask.ts';
import type { Options } from '../options/options.ts';
import { pretty, printable } from './pretty.ts';
import { isLogged, RequestLog } from './request-log.ts';
import { writeLine } from './stderr.ts';

/** How an instance logs: to stderr, in lines for people on a terminal, and in lines of JSON elsewhere. */
export function logTo(options: Pick<Options, 'logLevel' | 'logFormat'>): FastifyServerOptions {
  const { logLevel, logFormat } = options;
  if (logLevel === 'silent') return { logController: new LogController({ disableRequestLogging: true }) };
  const { isTTY } = process.stderr;
  // That asks the environment, too: NO_COLOR, and terminals without colours.
  const colours = isTTY && process.stderr.hasColors();
  const forPeople = logFormat === 'pretty' || (logFormat === 'auto' && isTTY);
  const line = forPeople ? (json: string) => pretty(json, colours) : (json: string) => `${printable(json)}\n`;
  return {
    logger: {
      level: logLevel,
      base: null,
      timestamp: () => `,"time":"${formatInstant(systemClock.now())}"`,
      formatters: { level: (level: string) => ({ level }) },
      serializers: { err: describeError },
      stream: { write: (json: string) => writeLine(line(json.trimEnd())) },
    },
    logController: new RequestLog((record) => {
      writeLine(line(JSON.stringify(record.err ? { ...record, err: describeError(record.err) } : record)));
    }),
    // One of its own for every request would cost more than its line does.
    childLoggerFactory: (parent) => parent as FastifyBaseLogger,
  };
}

/** Nothing but the error itself: libraries hang onto it whatever was at hand, such as the bytes of a request. */
function describeError(error: Error) {
  const stacks: string[] = [];
  for (let each: unknown = error; each instanceof Error; each = each.cause) stacks.push(each.stack ?? String(each));
  return {
    type: error.name,
    message: maskCredentials(error.message),
    stack: maskCredentials(stacks.join('\ncaused by: ')),
  };
}

/** Keeps Fastify from saying where it listens: whoever starts the process is told that on stdout, once. */
export function startQuietly(app: FastifyInstance, { logLevel }: Pick<Options, 'logLevel'>): void {
  if (!isLogged(app.log, 'info')) return;
  app.log.level = 'warn';
  app.addHook('onListen', async () => {
    app.log.level = logLevel;
  });
}
