import { type FastifyBaseLogger, type FastifyReply, type FastifyRequest, LogController } from 'fastify';
import { formatInstant, systemClock } from '../ground/clock.ts';
import { answeredEarly } from '../http/connections.ts';
import { halves } from '../http/mask.ts';
import { maskSentence, maskUrl } from '../surface/mask.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** At which level a route's calls are logged, unless they are refused: `info` where it says nothing. */
    logAt?: 'debug' | 'trace';
  }
}

/** What a line says of a request. */
export interface RequestLine {
  method: string;
  path: string;
  /** As it arrived, with `***` for what could be secret; not there if there was none. */
  query?: string;
  /** Null: the connection ended without an answer. */
  status: number | null;
  /** How long it really took, where the journal goes by the clock of the world. */
  durationMs: number;
  /** The account that it ran against, or that of the token; not there if neither is known. */
  accountId?: string;
  operationId?: string;
  /** The code of a refusal, and its sentence. */
  error?: string;
  message?: string;
  faultId?: string;
  /** The connection ended before all of the answer was out. */
  aborted?: true;
  err?: Error;
}

/** The longest address or sentence in a line, in characters. */
const maxTextLength = 1_000;

/** A request's line as a record of the log. */
export interface RequestRecord extends RequestLine {
  level: Level;
  time: string;
  msg?: 'request';
}

/** Logs each request once, when its connection is done with it: however that came about. */
export class RequestLog extends LogController {
  readonly #write: (record: RequestRecord) => void;

  /** @param write is given the records that are logged: a logger for every kind would cost as much as it all. */
  constructor(write: (record: RequestRecord) => void) {
    super();
    this.#write = write;
  }

  override incomingRequest(request: FastifyRequest, reply: FastifyReply): void {
    reply.raw.on('close', () => this.#logRequest(request, reply));
  }

  override requestCompleted(): void {}

  /** A client that goes before a stream has ended: the request's own line says so. */
  override streamError(): void {}

  #logRequest(request: FastifyRequest, reply: FastifyReply): void {
    const { raw } = reply;
    const { log, routeOptions } = request;
    const status = raw.headersSent ? raw.statusCode : null;
    const level = levelOf(request, status, routeOptions.config?.logAt);
    if (isLogged(log, level)) this.#write(recordOf(level, request, reply, status));
  }
}

type Level = 'error' | 'info' | 'debug' | 'trace';

/** Whether what is logged at a level is written at all. */
export function isLogged(log: FastifyBaseLogger, level: Level): boolean {
  // Fastify's type has less than pino, and no logger at all has neither.
  return (log as { isLevelEnabled?(level: Level): boolean }).isLevelEnabled?.(level) ?? false;
}

/** What failed is an error, what was refused is worth knowing wherever it was, and the rest is up to the route. */
function levelOf(request: FastifyRequest, status: number | null, usual: Level = 'info'): Level {
  const { refusal } = request.call;
  // The status of a planted fault is none of ours. A bug is ours, whatever a fault did besides.
  if (refusal?.cause || (status !== null && status >= 500 && refusal?.code !== 'fault')) return 'error';
  if (status === null || status >= 400) return 'info';
  return usual;
}

function recordOf(level: Level, request: FastifyRequest, reply: FastifyReply, status: number | null): RequestRecord {
  const { method, call } = request;
  const { refusal, operation, accountId } = call;
  const [path, query] = halves(maskUrl(request));
  const time = formatInstant(systemClock.now());
  // The fields come in the order in which they are read best, and so do those of JSON.
  const line = { level, time, method, path: clip(path) } as RequestRecord;
  if (query !== undefined) line.query = clip(query);
  line.status = status;
  // To a tenth: what is shorter than that is no news.
  line.durationMs = Math.round(reply.elapsedTime * 10) / 10;
  if (accountId !== undefined) line.accountId = accountId;
  if (operation !== '') line.operationId = operation;
  if (refusal) Object.assign(line, { error: refusal.code, message: clip(maskSentence(refusal.message, request)) });
  if (call.fault) line.faultId = call.fault.faultId;
  if (!reply.raw.writableFinished && !answeredEarly(request.raw)) line.aborted = true;
  if (refusal?.cause) line.err = refusal.cause;
  line.msg = 'request';
  return line;
}

function clip(text: string): string {
  return text.length > maxTextLength ? `${text.slice(0, maxTextLength)}…` : text;
}
