import { type FastifyBaseLogger, type FastifyReply, type FastifyRequest, LogController } from 'fastify';
import { halves, maskSentence, maskUrl } from './mask.ts';

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
const longest = 1_000;

/** Logs each request once, when its connection is done with it: however that came about. */
export class RequestLog extends LogController {
  override incomingRequest(request: FastifyRequest, reply: FastifyReply): void {
    reply.raw.on('close', () => logRequest(request, reply));
  }

  override requestCompleted(): void {}

  /** A client that goes before a stream has ended: the request's own line says so. */
  override streamError(): void {}
}

function logRequest(request: FastifyRequest, reply: FastifyReply): void {
  const { raw } = reply;
  const status = raw.headersSent ? raw.statusCode : null;
  const level = levelOf(request, status);
  const { log } = request;
  if (!isLogged(log, level)) return;
  log[level](lineOf(request, reply, status), 'request');
}

type Level = 'error' | 'info' | 'debug' | 'trace';

/** Whether what is logged at a level is written at all. */
export function isLogged(log: FastifyBaseLogger, level: Level): boolean {
  // Fastify's type has less than pino, and no logger at all has neither.
  return (log as { isLevelEnabled?(level: Level): boolean }).isLevelEnabled?.(level) ?? false;
}

/** What failed is an error, what was refused is worth knowing wherever it was, and the rest is up to the route. */
function levelOf(request: FastifyRequest, status: number | null): Level {
  // A fault that somebody has planted is none of ours.
  if (status !== null && status >= 500 && !request.faultId) return 'error';
  if (status === null || status >= 400) return 'info';
  return request.routeOptions.config?.logAt ?? 'info';
}

function lineOf(request: FastifyRequest, reply: FastifyReply, status: number | null): RequestLine {
  const { method, refusal, faultId, routeOptions } = request;
  const [path, query] = halves(maskUrl(request));
  const operationId = routeOptions.schema?.operationId;
  const accountId = request.target?.accountId ?? request.principal?.accountId;
  return {
    method,
    path: clip(path),
    ...(query !== undefined && { query: clip(query) }),
    status,
    // To a tenth: what is shorter than that is no news.
    durationMs: Math.round(reply.elapsedTime * 10) / 10,
    ...(accountId !== undefined && { accountId }),
    ...(operationId !== undefined && { operationId }),
    ...(refusal && { error: refusal.code, message: clip(maskSentence(refusal.message, request)) }),
    ...(faultId && { faultId }),
    ...(!reply.raw.writableFinished && { aborted: true }),
    ...(refusal?.cause && { err: refusal.cause }),
  };
}

function clip(text: string): string {
  return text.length > longest ? `${text.slice(0, longest)}…` : text;
}
