import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { EmulatorError } from '../ground/errors.ts';
import { type Names, plainSentences, type Sentences, sentenceOf } from '../words/index.ts';
import { maskCredentials } from './mask.ts';

/**
 * From a refusal to HTTP. Each surface has one map from the kind of refusal to a status.
 *
 * Datafy documents 400 and 401 for its published calls, 422 for deactivation, and nothing else [P]; which refusals
 * of a deactivation are 422 is our choice [A]: those of a volume whose state does not allow it. 403 and 415 are the
 * emulator's own guards, which stand before all that Datafy's document speaks of; 405 is of a call that it does not
 * have; 503 is the machine that it runs on.
 */
const always = { forbidden: 403, unauthorized: 401, invalid: 400, disallowed: 405, unsupported: 415, unavailable: 503 };
const published = { ...always, missing: 400, conflict: 400 };
const statuses = {
  published,
  deactivation: { ...published, conflict: 422 },
  other: { ...always, missing: 404, conflict: 409 },
};

export type Surface = keyof typeof statuses;

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Which statuses the route's refusals have; `other` where a route says nothing. */
    surface?: Surface;
    /** What the route's callers call the fields that a refusal may name, and how its refusals are said. */
    names?: Names;
    sentences?: Partial<Sentences>;
  }
  interface FastifyRequest {
    /** Why it was refused. */
    refusal?: Refusal;
    /** What this request called some of the fields that a refusal may name. */
    names?: Names;
  }
}

interface Refusal {
  code: string;
  message: string;
  /** What failed, where that was not foreseen: it is for the log alone. */
  cause?: Error;
}

/** What Fastify itself refuses, under codes of our own; any other client error of its is `request-invalid`. */
const frameworkCodes: Record<string, string> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'body-too-large',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'content-length-wrong',
  FST_ERR_BAD_URL: 'url-malformed',
};

/** What SQLite says where its file is at fault, or the disk below it. */
const storageFault = /^SQLITE_(FULL|IOERR|CORRUPT|NOTADB|READONLY|CANTOPEN|NOMEM)/;

/** Fastify's error handler: `{"message"}`, the status of the surface, and the code in `X-Emulator-Error`. */
export function renderError(error: FastifyError | EmulatorError, request: FastifyRequest, reply: FastifyReply): void {
  // A string goes out as it is: the schema of a documented error has no content, and would serialize none.
  reply.send(errorBody(error, request, reply));
}

/** The body of an error's answer; the reply gets its status and headers. */
export function errorBody(error: FastifyError | EmulatorError, request: FastifyRequest, reply: FastifyReply): string {
  const { status, ...refusal } = refusalOf(error, request);
  request.refusal = refusal;
  if (status === 401) {
    // The published document calls the header WWW_Authenticate [P]; HTTP's own name has hyphens. Both are sent.
    const challenge = 'Bearer realm="Datafy API"';
    reply.header('WWW-Authenticate', challenge).header('WWW_Authenticate', challenge);
  }
  reply.code(status).header('X-Emulator-Error', refusal.code).type('application/json; charset=utf-8');
  // It may quote what was sent, and answers are kept and shown.
  return JSON.stringify({ message: maskCredentials(refusal.message, request.headers.authorization) });
}

function refusalOf(error: FastifyError | EmulatorError, request: FastifyRequest): Refusal & { status: number } {
  const { surface = 'other', names, sentences } = request.routeOptions?.config ?? {};
  if (error instanceof EmulatorError) {
    const message = sentenceOf(error, { ...names, ...request.names }, { ...plainSentences, ...sentences });
    return { status: statuses[surface][error.kind], code: error.code, message };
  }
  const { statusCode = 500, code, message } = error;
  if (statusCode >= 400 && statusCode < 500) {
    const status = surface === 'other' ? statusCode : statuses[surface].invalid;
    const said = code === 'FST_ERR_CTP_BODY_TOO_LARGE' ? tooLarge(request) : message;
    return { status, code: frameworkCodes[code] ?? 'request-invalid', message: said };
  }
  if (storageFault.test(code)) {
    return { ...refusalOf(new EmulatorError('storage-failed', { reason: message }), request), cause: error };
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
