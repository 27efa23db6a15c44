import type { FastifyInstance, preValidationHookHandler } from 'fastify';
import { EmulatorError } from './errors.ts';

/** The deepest nesting a body may have: far more than any call needs, far less than a parser's stack. */
const deepest = 32;

/**
 * Bodies are JSON, whether the caller says so or says nothing: Datafy's own clients send no Content-Type [C].
 * A call without a body, or with an empty one, is validated as `{}`, so that a refusal can name what is missing.
 */
export function acceptJsonBodies(app: FastifyInstance): void {
  const parseJson = app.getDefaultJsonParser('error', 'error');
  app.removeAllContentTypeParsers();
  app.addContentTypeParser<string>('*', { parseAs: 'string' }, (request, body, done) => {
    request.sent = body;
    const { 'content-type': contentType, 'content-encoding': contentEncoding } = request.headers;
    // A little that is compressed may be a lot that is not: nothing is unpacked here.
    if (contentEncoding !== undefined && !/^identity$/i.test(contentEncoding)) {
      return done(new EmulatorError('content-encoding-unsupported', { contentEncoding }));
    }
    if (contentType !== undefined && !/^application\/([\w.-]+\+)?json\s*(;|$)/i.test(contentType)) {
      return done(new EmulatorError('content-type-unsupported', { contentType }));
    }
    if (body.trim() === '') return done(null, undefined);
    if (isTooDeep(body)) {
      return done(new EmulatorError('json-invalid', { problem: `it is nested more than ${deepest} levels deep` }));
    }
    parseJson(request, body, (error, value) => {
      if (error) done(new EmulatorError('json-invalid', { problem: problemOf(body) }));
      else if (/\\u(0000|d[89a-f])/i.test(body) && !isText(value)) {
        done(new EmulatorError('json-invalid', { problem: 'a text in it has a NUL, or half of a surrogate pair' }));
      } else done(null, value);
    });
  });
  app.addHook('onRoute', (route) => {
    if (!route.schema?.body) return;
    const hook: preValidationHookHandler = (request, _reply, done) => {
      if (request.body === undefined) request.body = {};
      done();
    };
    route.preValidation = [hook, ...[route.preValidation ?? []].flat()];
  });
}

/** Whether every text in a value can be stored, and comes back as it was: the database and JSON disagree about some. */
function isText(value: unknown): boolean {
  if (typeof value === 'string') return value.isWellFormed() && !value.includes('\0');
  if (typeof value !== 'object' || value === null) return true;
  return Object.entries(value).every(([key, item]) => isText(key) && isText(item));
}

/** What is wrong with JSON that was refused, in the parser's own words where they say more than that it is. */
function problemOf(json: string): string {
  try {
    JSON.parse(json);
    return 'it has a key that would change the prototype of an object: __proto__ or constructor.prototype';
  } catch (error) {
    return (error as Error).message;
  }
}

/** Whether objects and arrays nest too deep, found without parsing: a parser would have recursed by then. */
function isTooDeep(json: string): boolean {
  let depth = 0;
  let inString = false;
  for (let at = 0; at < json.length; at++) {
    const char = json.charCodeAt(at);
    if (inString) {
      if (char === 0x5c) at++;
      else if (char === 0x22) inString = false;
    } else if (char === 0x22) inString = true;
    else if (char === 0x7b || char === 0x5b) {
      if (++depth > deepest) return true;
    } else if (char === 0x7d || char === 0x5d) depth--;
  }
  return false;
}
