/** What stands where a secret would. */
export const mask = '***';

/** What the emulator mints is a JWT, and every JWT begins like this: its header is an object. */
const jwt = /eyJ[\w-]{8,}(?:(?:\.|%2[eE])[\w-]*)*/g;

/** How long the caller's own credential must be to be looked for: what is shorter is a word that stands anywhere. */
const minCredentialLength = 8;

/** A text without tokens, and without the credential that its request came with, if it came with one. */
export function maskCredentials(text: string, credential = ''): string {
  const told = credential.length >= minCredentialLength && text.includes(credential);
  const shown = told ? text.replaceAll(credential, mask) : text;
  // Any JSON Web Token begins so: a search for that costs a tenth of one for the whole.
  return shown.includes('eyJ') ? shown.replace(jwt, mask) : shown;
}

/** An address before its question mark, and after it; undefined where it has none. */
export function halves(url: string): [path: string, query?: string] {
  const mark = url.indexOf('?');
  return mark < 0 ? [url] : [url.slice(0, mark), url.slice(mark + 1)];
}

/** The last word of an Authorization header: a bearer token, or whatever stands in its place. */
export function lastWord(authorization: string | undefined): string | undefined {
  return authorization?.slice(authorization.lastIndexOf(' ') + 1);
}
