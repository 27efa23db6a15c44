import type { FastifyRequest } from 'fastify';
import { halves, mask, maskCredentials } from '../http/mask.ts';

/**
 * The path and the query of a request as they arrived, without what is secret. Of the query only parameters that the
 * route documents are shown with their values: any other could hold a token, whatever its name.
 */
export function maskUrl(request: FastifyRequest): string {
  const { call } = request;
  if (call.maskedUrl === undefined) {
    const [path, query] = halves(request.url);
    const shown = query === undefined ? path : `${path}?${maskQuery(query, request)}`;
    call.maskedUrl = maskCredentials(shown, call.credential);
  }
  return call.maskedUrl;
}

/** A sentence about a request, without what is secret: it may quote the request's address, or a piece of its body. */
export function maskSentence(text: string, request: FastifyRequest): string {
  const [, query] = halves(request.url);
  const { credential } = request.call;
  if (query === undefined) return maskQuotation(maskCredentials(text, credential));
  // What has no value may be one, and is quoted as a name.
  const bare = new Set(query.split('&').filter((parameter) => !parameter.includes('=')));
  const shown = text
    .replaceAll(`?${query}`, `?${maskQuery(query, request)}`)
    .replace(/\bquerystring\/([^ ]+)/g, (said, name) => (bare.has(name) ? `querystring/${mask}` : said));
  return maskQuotation(maskCredentials(shown, credential));
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
