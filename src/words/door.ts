import { formatInstant } from '../ground/clock.ts';
import { list, type Sentences } from './sentence.ts';

/** Of what is refused at the door: where a request was sent, who calls, and what the request is. */
export const doorSentences = {
  'target-not-a-path': () =>
    'The target of the request is no path: this is no proxy, send the path alone, which begins with /',
  // It is not quoted: a name and a password may stand in it.
  'host-malformed': ({ problem }) =>
    `The request must have one Host header, with a name or an address and maybe a port: ${problem}`,
  'host-not-allowed': ({ name }) =>
    `The request was sent to the host ${name}, which could be any web site's name for this machine: ` +
    `if it is yours, start the emulator with --allowed-host ${name}`,
  'origin-not-allowed': ({ origin }) =>
    `The request comes from a page of ${JSON.stringify(origin)}, and only a page of the emulator's own may make it: ` +
    'send it without an Origin header',
  'site-not-allowed': ({ site }) =>
    `The request comes from a page of another site (Sec-Fetch-Site: ${site}), and only a page of the emulator's own may make it`,

  'authorization-missing': () => 'The Authorization header is missing: send "Authorization: Bearer <token>"',
  'authorization-malformed': () =>
    'The Authorization header is not of the form "Bearer <token>", with one token and nothing after it',
  'token-unknown': () =>
    'The token is not valid: it is unknown, or was deleted. Tokens are per environment: use one of this emulator',
  'token-expired': ({ expiredAt }) => `The token expired at ${formatInstant(expiredAt)}: create a new one`,
  'token-read-only': () => 'The token is read-only, and this call changes something: use a token with the Admin role',
  'account-not-allowed': ({ accountIds }) =>
    `The token may not act for account ${list(accountIds, 'and')}: an account token acts for its own account, ` +
    'an organization token for the accounts of its organization',
  'accounts-required': () => 'An organization token must say which accounts to list',
  'control-token-wrong': () => 'The token that this needs is missing, or is another',
  'organization-token-required': () =>
    'Only an organization token may create or delete accounts: the token belongs to a sub-account',

  'request-invalid': ({ problems }) => problems,
  'json-invalid': ({ problem }) => `The body is not valid JSON: ${problem}`,
  'content-type-unsupported': ({ contentType, expected }) =>
    `The body's Content-Type is "${contentType}": send ${expected}`,
  'content-encoding-unsupported': ({ contentEncoding }) =>
    `The body's Content-Encoding is "${contentEncoding}": send it as it is, without compressing it`,
  'size-contradictory': ({ upper, lower }) =>
    `The size is given twice, as ${JSON.stringify(lower)} and as ${JSON.stringify(upper)}: send it once`,
  'field-internal': ({ field }) => `${field} is read-only and for internal use: leave it out`,

  'call-not-found': ({ method, path, gap, described }) => {
    const where = described ? `; ${described.page} shows the calls there are, ${described.document} lists them` : '';
    return `There is no call ${method} ${path}${gap ? ' (is an id in the path empty?)' : ''}${where}`;
  },
  'method-not-allowed': ({ method, path, methods }) =>
    `There is no call ${method} ${path}: that path takes ${list(methods, 'or')}`,
  'storage-failed': ({ reason }) =>
    `The database could not be read or written (${reason}): this call has changed nothing. Look at the emulator's disk, then send the call again`,
} satisfies Partial<Sentences>;
