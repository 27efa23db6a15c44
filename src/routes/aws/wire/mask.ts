import { mask } from '../../../http/mask.ts';
import type { Parameters } from './call.ts';

/** What stands before the key id of a scope: in a header, in an address, or in either as JSON. */
const scopes = /(\bCredential=)(?:(?!%2f)[^/,&\s"'])+/gi;
/** What stands before a key id or a session token that goes on to the end of its value. */
const values = /(\b(?:AWSAccessKeyId|X-Amz-Security-Token|SecurityToken)["']?[=:] ?["']?)[^&,\s"']+/gi;

/** A text without access key ids and session tokens, in whichever way they were sent: the key ids are secrets. */
export function maskKeyIds(text: string): string {
  return text.replace(scopes, `$1${mask}`).replace(values, `$1${mask}`);
}

/** Parameters that are secret as a whole, by their names in small letters. */
const secret: ReadonlySet<string> = new Set([
  'accesskeyid',
  'awsaccesskeyid',
  'securitytoken',
  'tokencode',
  'webidentitytoken',
  'x-amz-security-token',
]);

/** The parameters of a call as they may be shown: each secret one without its value, a credential without its key id. */
export function maskParameters(parameters: Parameters): Map<string, string> {
  return new Map([...parameters].map(([name, text]) => [maskKeyIds(name), maskParameter(name.toLowerCase(), text)]));
}

function maskParameter(name: string, text: string): string {
  if (secret.has(name)) return mask;
  if (name !== 'x-amz-credential') return maskKeyIds(text);
  const end = text.indexOf('/');
  return end < 0 ? mask : mask + text.slice(end);
}
