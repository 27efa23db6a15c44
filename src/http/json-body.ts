import type { FastifyInstance } from 'fastify';
import { EmulatorError } from '../ground/errors.ts';
import type { BodyFormat, Parse } from './body-format.ts';

/** What a body may have at most: far more than any call needs, far less than a parser could be overwhelmed with. */
const maxBody = {
  /** Of objects and arrays in one another. */
  levels: 32,
  /** Of one object. */
  fields: 1_000,
  /** In all: so many are in a world that fills the longest body there may be, which an import has. */
  values: 4_000_000,
};

const jsonTypes = /^(application\/([\w.-]+\+)?|text\/)json\s*(;|$)/i;

export const jsonFormat: BodyFormat = {
  accepts: (contentType) => contentType === 'application/json' || jsonTypes.test(contentType),
  expected: 'JSON, with "Content-Type: application/json" or none at all',
  notText: () => new EmulatorError('json-invalid', { problem: 'it is not written in UTF-8' }),
  reader: readJson,
  show: (text, hide) => JSON.parse(text, hide),
};

function readJson(app: FastifyInstance): Parse {
  const parse = app.getDefaultJsonParser('error', 'error');
  return (body, done) => {
    const problem = excess(body);
    if (problem !== undefined) return done(new EmulatorError('json-invalid', { problem }));
    // It asks nothing of the request.
    parse(undefined as never, body, (error, value) => {
      if (error) done(new EmulatorError('json-invalid', { problem: problemOf(body) }));
      else if (body.includes('\\u') && /\\u(0000|d[89a-f])/i.test(body) && !isText(value)) {
        done(new EmulatorError('json-invalid', { problem: 'a text in it has a NUL, or half of a surrogate pair' }));
      } else done(null, value);
    });
  };
}

/** Whether every text in a value can be stored, and comes back as it was: the database and JSON disagree about some. */
export function isText(value: unknown): boolean {
  if (typeof value === 'string') return value.isWellFormed() && !value.includes('\0');
  if (typeof value !== 'object' || value === null) return true;
  // The entries of a long array would be millions of texts.
  if (Array.isArray(value)) return value.every(isText);
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

/**
 * In what a body exceeds `most`; undefined: in nothing. It is found without parsing: a parser would have used up its
 * stack, or the memory there is, by then.
 */
export function excess(json: string): string | undefined {
  let [depth, values, inString] = [0, 0, false];
  const fields = [0];
  for (let at = 0; at < json.length; at++) {
    const char = json.charCodeAt(at);
    if (inString) {
      if (char === 0x5c) at++;
      else if (char === 0x22) inString = false;
      continue;
    }
    switch (char) {
      case 0x22: // "
        inString = true;
        break;
      case 0x7b: // {
      case 0x5b: // [
        if (++depth > maxBody.levels) return `it is nested more than ${maxBody.levels} levels deep`;
        fields[depth] = 0;
        values++;
        break;
      case 0x7d: // }
      case 0x5d: // ]
        depth--;
        break;
      case 0x2c: // ,
        if (++values > maxBody.values) return `it has more than ${maxBody.values} values`;
        break;
      case 0x3a: // :
        fields[depth] = (fields[depth] ?? 0) + 1;
        if ((fields[depth] ?? 0) > maxBody.fields) return `an object in it has more than ${maxBody.fields} fields`;
    }
  }
  return undefined;
}
