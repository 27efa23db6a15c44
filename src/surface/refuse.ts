import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { EmulatorError } from '../ground/errors.ts';
import { maskCredentials } from '../http/mask.ts';
import { type Names, sentenceOf } from '../words/index.ts';
import type { Refusal, Statuses } from './surface.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The statuses of the route's refusals; left out: those of its surface. */
    statuses?: Statuses;
    /** What the route's callers call fields that a refusal may name, where its surface has other names for them. */
    names?: Names;
  }
}

/** What Fastify itself refuses, under codes of our own; any other client error of its is `request-invalid`. */
const frameworkCodes: Record<string, string> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'body-too-large',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'content-length-wrong',
  FST_ERR_BAD_URL: 'url-malformed',
};

/** What SQLite says where its file is at fault, or the disk below it. */
const storageFault = /^SQLITE_(FULL|IOERR|CORRUPT|NOTADB|READONLY|CANTOPEN|NOMEM)/;

/** Fastify's error handler: the body and the status of the call's surface, and the code in `X-Emulator-Error`. */
export function sendRefusal(error: FastifyError | EmulatorError, request: FastifyRequest, reply: FastifyReply): void {
  // A string goes out as it is: the schema of a documented error has no content, and would serialize none.
  reply.send(refuse(refusalOf(error, request), request, reply));
}

/** The body of a refusal's answer; the reply gets its status and headers, and the call is told. */
export function refuse(refusal: Refusal, { call }: FastifyRequest, reply: FastifyReply): string {
  call.refusal = refusal;
  const { body, headers } = call.surface.render(refusal, call);
  reply.code(refusal.status).headers(headers).header('X-Emulator-Error', refusal.code);
  return body;
}

/** An error as the refusal that it is on the call's surface. */
export function refusalOf(error: FastifyError | EmulatorError, request: FastifyRequest): Refusal {
  const refusal = findRefusal(error, request);
  // It may quote what was sent, and answers are kept and shown.
  return { ...refusal, message: maskCredentials(refusal.message, request.call.credential) };
}

function findRefusal(error: FastifyError | EmulatorError, request: FastifyRequest): Refusal {
  const { surface, names } = request.call;
  const { statuses = surface.statuses, names: ofRoute } = request.routeOptions?.config ?? {};
  if (error instanceof EmulatorError) {
    const message = sentenceOf(error, { ...surface.names, ...ofRoute, ...names }, surface.sentences);
    return { status: statuses[error.code] ?? statuses[error.kind], code: error.code, message };
  }
  const own = surface.ownRefusal?.(error);
  if (own) return own;
  const { statusCode = 500, code, message } = error;
  if (statusCode >= 400 && statusCode < 500) {
    const said = code === 'FST_ERR_CTP_BODY_TOO_LARGE' ? tooLarge(request) : message;
    return { status: statuses.http ?? statusCode, code: frameworkCodes[code] ?? 'request-invalid', message: said };
  }
  if (storageFault.test(code)) {
    return { ...findRefusal(new EmulatorError('storage-failed', { reason: message }), request), cause: error };
  }
  return {
    status: 500,
    code: 'internal',
    message: 'The emulator failed on this request: its log says why. This is a bug, please report it',
    cause: error,
  };
}

function tooLarge({ routeOptions: { bodyLimit } }: FastifyRequest): string {
  const kibibytes = bodyLimit / 1024;
  const limit = kibibytes < 1024 ? `${kibibytes} KiB` : `${kibibytes / 1024} MiB`;
  return `The body is too large: this call takes at most ${limit}`;
}
