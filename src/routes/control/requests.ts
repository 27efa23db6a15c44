import { parse as parseQuery } from 'node:querystring';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from '@sinclair/typebox';
import { formatInstant } from '../../ground/clock.ts';
import { EmulatorError } from '../../ground/errors.ts';
import { placePattern, readPlace, writePlace } from '../../ground/series.ts';
import { pathOf } from '../../ground/url.ts';
import type { BodyFormat } from '../../http/body-format.ts';
import { jsonFormat } from '../../http/json-body.ts';
import { mask, maskCredentials } from '../../http/mask.ts';
import type { Change } from '../../state/index.ts';
import { worldOf } from '../../surface/call.ts';
import type { Entry } from '../../watch/journal.ts';
import type { Recorder } from '../../watch/recorder.ts';
import { nullable } from '../datafy/shared.ts';
import type { ServedOperation } from '../served.ts';
import { change, noContent, renderChange, responses, strictObject } from './shared.ts';

const tags = ['Journal'];
const anything = Type.Unsafe<unknown>({});

export const entry = Type.Object({
  id: Type.Integer({ description: 'Counts the requests of a world up from 1.' }),
  at: Type.String({ format: 'date-time', description: "By the world's clock." }),
  operationId: Type.String(),
  method: Type.String(),
  path: Type.String(),
  query: anything,
  headers: anything,
  body: anything,
  status: nullable(Type.Integer({ description: 'Null: there was no answer.' })),
  error: nullable(Type.String({ description: 'The code of a refusal.' })),
  response: anything,
  durationMs: Type.Number({ description: "By the world's clock." }),
  accountId: nullable(Type.String()),
  faultId: Type.Optional(Type.String({ description: 'The fault that struck it.' })),
  changes: Type.Array(change, { description: 'What it changed.' }),
});

export const list = {
  operationId: 'listRequests',
  summary: 'What was called, and what came of it: the last ones, oldest first; secrets are masked',
  tags,
  querystring: strictObject({
    operationId: Type.Optional(Type.String()),
    method: Type.Optional(Type.String()),
    path: Type.Optional(Type.String()),
    status: Type.Optional(Type.Integer({ minimum: 100, maximum: 599 })),
    accountId: Type.Optional(Type.String()),
    since: Type.Optional(
      Type.String({
        title: '`next` of an earlier answer, or 0 for all that is kept',
        pattern: placePattern,
        description: 'Only those that ended after that answer: its `next`. 0: from the beginning.',
      }),
    ),
    limit: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 5_000,
        default: 100,
        description: 'How many at most: with `since` the first that ended, without it the last.',
      }),
    ),
  }),
  response: responses(
    200,
    Type.Object(
      {
        count: Type.Integer({ description: 'How many agree, in all.' }),
        requests: Type.Array(entry, { description: 'In the order in which they arrived.' }),
        next: Type.String({
          description: 'Send it as `since`, and every later call comes once, however long it took.',
        }),
        missed: nullable(
          Type.Integer({
            description:
              'How many ended after `since` and are forgotten. Null: nobody knows, `since` is of before a restart or a reset.',
          }),
        ),
      },
      { description: 'The calls that agree.' },
    ),
  ),
};

const clear = { operationId: 'deleteRequests', summary: 'Forget what was called', tags, response: noContent('Done.') };

/** The journal. */
export function requestRoutes(
  { journal }: Recorder,
  operations: readonly ServedOperation[],
): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get('/requests', { schema: list }, (request, reply) => {
      const { operationId, method, path, status, accountId, since, limit = 100 } = request.query;
      if (operationId !== undefined && !operations.some((each) => each.operationId === operationId)) {
        const problems = `querystring/operationId "${operationId}" is no operation: /openapi.json lists them`;
        throw new EmulatorError('request-invalid', { problems });
      }
      const { count, entries, next, missed } = journal.page(worldOf(request), {
        since: since === undefined ? undefined : readPlace(since),
        limit,
        agrees: (each) =>
          (operationId === undefined || each.operationId === operationId) &&
          (method === undefined || each.method === method) &&
          (path === undefined || pathOf(each.url) === path) &&
          (status === undefined || each.status === status) &&
          (accountId === undefined || each.accountId === accountId),
      });
      reply.send({ count, requests: entries.map(render), next: writePlace(next), missed });
    });

    app.delete('/requests', { schema: clear }, (request, reply) => {
      journal.clear(worldOf(request));
      reply.code(204).send(undefined);
    });
  };
}

function render(entry: Entry<Change>) {
  const { size: _, call, at, url, faultId, changes, response, headers, body, ...rest } = entry;
  return {
    ...rest,
    path: pathOf(url),
    query: parseQuery(url.split('?')[1] ?? ''),
    at: formatInstant(at),
    headers: maskHeaders(headers, call.credential),
    body: shown(body, call.surface.bodies, call.credential),
    response: shown(response, jsonFormat, call.credential),
    ...(faultId !== null && { faultId }),
    changes: changes.map(renderChange),
  };
}

/** Headers that carry secrets, whoever made them up. */
const secret = /authorization|cookie|token|secret|api-?key|password/i;

/** Fields that do: that of a minted token, and what a caller may have put in. An id of a token is none. */
const secretField = /(?:authorization|token|secret|api[-_]?key|password)$/i;

function maskHeaders(headers: Entry['headers'], credential: string | undefined): Entry['headers'] {
  const masked = Object.entries(headers).map(([name, value]) => {
    // What stands before the @ of a host is a name and a password.
    const isSecret = secret.test(name) || (name === 'host' && String(value).includes('@'));
    return [
      name,
      isSecret
        ? mask
        : [value]
            .flat()
            .map((text) => (text === credential ? mask : maskCredentials(text ?? '', credential)))
            .join(', '),
    ];
  });
  return Object.fromEntries(masked);
}

/** A text in which such a field may stand: by its name, or by one that is spelt with escapes. */
const secretWord = /authorization|token|secret|api[-_]?key|password|\\u/i;

/**
 * A body as its value; null where there was nothing, and the text itself where it is not of its format. Without secrets: a
 * text whose fields cannot be told apart is not shown where one of them may be one.
 */
function shown(text: string, { show }: BodyFormat, credential: string | undefined): unknown {
  // A byte order mark, which the parser of bodies lets pass.
  const masked = maskCredentials(text.replace(/^\ufeff/, ''), credential);
  if (masked.trim() === '') return null;
  try {
    return show(masked, (name, value) => {
      if (secretField.test(name) && value !== null && typeof value !== 'boolean') return mask;
      return typeof value === 'string' ? maskCredentials(value, credential) : value;
    });
  } catch {
    return secretWord.test(masked) ? mask : masked;
  }
}
