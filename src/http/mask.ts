import type { FastifyRequest } from 'fastify';

declare module 'fastify' {
  interface FastifyRequest {
    /** What `maskUrl` answers, once it has: the log and the journal both ask. */
    maskedUrl: string | undefined;
  }
}

/** What stands where a secret would. */
export const mask = '***';

/** What the emulator mints is a JWT, and every JWT begins like this: its header is an object. */
const jwt = /eyJ[\w-]{8,}(?:(?:\.|%2[eE])[\w-]*)*/g;

/** How long the caller's own credential must be to be looked for: what is shorter is a word that stands anywhere. */
const shortestCredential = 8;

/**
 * The path and the query of a request as they arrived, without what is secret. Of the query only parameters that the
 * route documents are shown with their values: any other could hold a token, whatever its name.
 */
export function maskUrl(request: FastifyRequest): string {
  if (request.maskedUrl === undefined) {
    const [path, query] = halves(request.url);
    const shown = query === undefined ? path : `${path}?${maskQuery(query, request)}`;
    request.maskedUrl = maskCredentials(shown, request.headers.authorization);
  }
  return request.maskedUrl;
}

/** A sentence about a request, without what is secret: it may quote the request's address, or a piece of its body. */
export function maskSentence(text: string, request: FastifyRequest): string {
  const [, query] = halves(request.url);
  if (query === undefined) return maskQuotation(maskCredentials(text, request.headers.authorization));
  // What has no value may be one, and is quoted as a name.
  const bare = new Set(query.split('&').filter((parameter) => !parameter.includes('=')));
  const shown = text
    .replaceAll(`?${query}`, `?${maskQuery(query, request)}`)
    .replace(/\bquerystring\/([^ ]+)/g, (said, name) => (bare.has(name) ? `querystring/${mask}` : said));
  return maskQuotation(maskCredentials(shown, request.headers.authorization));
}

/** A text without tokens, and without the credential that the Authorization header of its request has, if it has one. */
export function maskCredentials(text: string, authorization = ''): string {
  const credential = authorization.slice(authorization.lastIndexOf(' ') + 1);
  const told = credential.length >= shortestCredential && text.includes(credential);
  const shown = told ? text.replaceAll(credential, mask) : text;
  // Any JSON Web Token begins so: a search for that costs a tenth of one for the whole.
  return shown.includes('eyJ') ? shown.replace(jwt, mask) : shown;
}

/** An address before its question mark, and after it; undefined where it has none. */
export function halves(url: string): [path: string, query?: string] {
  const mark = url.indexOf('?');
  return mark < 0 ? [url] : [url.slice(0, mark), url.slice(mark + 1)];
}

function maskQuery(query: string, { routeOptions }: FastifyRequest): string {
  const { properties = {} } = (routeOptions.schema?.querystring ?? {}) as { properties?: object };
  return query
    .split('&')
    .map((parameter) => maskParameter(parameter, properties))
    .join('&');
}

function maskParameter(parameter: string, documented: object): string {
  const [name = '', ...value] = parameter.split('=');
  if (parameter === '' || Object.hasOwn(documented, name)) return parameter;
  return value.length > 0 && /^[\w.-]{1,40}$/.test(name) ? `${name}=${mask}` : mask;
}

/** The parser of JSON quotes what it stumbled over, whatever that held. */
function maskQuotation(text: string): string {
  return text.endsWith(' is not valid JSON') ? text.replace(/[,:]? ?(?:\.\.\.)?".*$/s, '') : text;
}
