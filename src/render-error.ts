import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { EmulatorError } from './errors.ts';

/**
 * From a refusal to HTTP. Each surface has one map from the kind of refusal to a status.
 *
 * Datafy documents 400 and 401 for its published calls, 422 for deactivation, and nothing else [P]; which refusals
 * of a deactivation are 422 is our choice [A]: those of a volume whose state does not allow it. 403 and 415 are the
 * emulator's own guards, which stand before all that Datafy's document speaks of.
 */
const always = { forbidden: 403, unauthorized: 401, invalid: 400, unsupported: 415 };
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
  }
}

/** What Fastify itself refuses, under codes of our own; any other client error of its is `request-invalid`. */
const frameworkCodes: Record<string, string> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'body-too-large',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'content-length-wrong',
  FST_ERR_BAD_URL: 'url-malformed',
};

/** Fastify's error handler: `{"message"}`, the status of the surface, and the code in `X-Emulator-Error`. */
export function renderError(error: FastifyError | EmulatorError, request: FastifyRequest, reply: FastifyReply): void {
  const surface = request.routeOptions?.config?.surface ?? 'other';
  if (error instanceof EmulatorError) {
    send(reply, statuses[surface][error.kind], error.code, error.message);
    return;
  }
  const { statusCode = 500 } = error;
  if (statusCode >= 400 && statusCode < 500) {
    const status = surface === 'other' ? statusCode : statuses[surface].invalid;
    send(reply, status, frameworkCodes[error.code] ?? 'request-invalid', error.message);
    return;
  }
  request.log.error(error);
  send(
    reply,
    500,
    'internal',
    'The emulator failed on this request: its log says why. This is a bug, please report it',
  );
}

function send(reply: FastifyReply, status: number, code: string, message: string): void {
  if (status === 401) {
    // The published document calls the header WWW_Authenticate [P]; HTTP's own name has hyphens. Both are sent.
    const challenge = 'Bearer realm="Datafy API"';
    reply.header('WWW-Authenticate', challenge).header('WWW_Authenticate', challenge);
  }
  // A string goes out as it is: the schema of a documented error has no content, and would serialize none.
  reply
    .code(status)
    .header('X-Emulator-Error', code)
    .type('application/json; charset=utf-8')
    .send(JSON.stringify({ message }));
}
