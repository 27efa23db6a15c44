import type { Parameters } from './call.ts';
import { AwsError } from './errors.ts';

/** Who signed a call, and for where. The signature itself is not looked at. */
export interface Credential {
  /** A secret here: it may be a token of Datafy's. */
  readonly keyId: string;
  /** Undefined where the signature names none, as that of version 2. */
  readonly region: string | undefined;
  /** `ec2`, `sts` or any other; undefined where the signature names none. */
  readonly service: string | undefined;
}

export interface SignedHeaders {
  readonly authorization?: string | undefined;
  readonly 'x-amz-region-set'?: string | undefined;
}

/**
 * The credential of a call, out of its Authorization header, of a presigned query, or of version 2's parameters [P].
 * Undefined where nothing is signed.
 *
 * @throws AwsError IncompleteSignature [P]. It quotes nothing, since a secret could stand anywhere.
 */
export function readCredential(headers: SignedHeaders, parameters: Parameters): Credential | undefined {
  const { authorization } = headers;
  if (authorization !== undefined) {
    const [algorithm = '', ...rest] = authorization.trim().split(' ');
    const scope = rest
      .join('')
      .split(',')
      .find((part) => part.startsWith('Credential='));
    if (scope === undefined) throw incomplete('the Authorization header has no Credential=');
    return readScope(algorithm, scope.slice('Credential='.length), headers['x-amz-region-set']);
  }
  const presigned = parameters.get('X-Amz-Credential');
  if (presigned !== undefined)
    return readScope(parameters.get('X-Amz-Algorithm') ?? symmetric, presigned, parameters.get('X-Amz-Region-Set'));
  const keyId = parameters.get('AWSAccessKeyId');
  if (keyId === undefined) return undefined;
  if (!isKeyId(keyId)) throw incomplete('AWSAccessKeyId is empty or too long');
  return { keyId, region: undefined, service: undefined };
}

const symmetric = 'AWS4-HMAC-SHA256';
const asymmetric = 'AWS4-ECDSA-P256-SHA256';

/** `<key id>/<day>/<region>/<service>/aws4_request`; version 4a has no region in it, but in a set of its own [P]. */
function readScope(algorithm: string, scope: string, regionSet: string | undefined): Credential {
  const [keyId = '', ...parts] = scope.split('/');
  if (!isKeyId(keyId)) throw incomplete('the Credential has no access key id, or one that is too long');
  if (algorithm !== symmetric && algorithm !== asymmetric)
    throw incomplete(`the algorithm is neither ${symmetric} nor ${asymmetric}`);
  const [day = '', ...places] = parts;
  const [region, service, end] = algorithm === symmetric ? places : [firstRegion(regionSet), ...places];
  const complete = parts.length === (algorithm === symmetric ? 4 : 3) && /^\d{8}$/.test(day) && end === 'aws4_request';
  if (!complete || !service || (region !== undefined && !isName(region)) || !isName(service))
    throw incomplete('the Credential is not <key id>/<yyyymmdd>/<region>/<service>/aws4_request');
  return { keyId, region, service };
}

/** The first region of a set such as `us-east-1,eu-west-1`; none where it names them by a `*`. */
function firstRegion(set: string | undefined): string | undefined {
  const [first = ''] = (set ?? '').split(',');
  return isName(first) ? first : undefined;
}

/** A region's or a service's name. */
function isName(text: string): boolean {
  return /^[a-z\d-]{1,64}$/.test(text);
}

function isKeyId(text: string): boolean {
  return text.length > 0 && text.length <= 4_096;
}

function incomplete(problem: string): AwsError {
  return new AwsError('IncompleteSignature', `The request signature does not conform to AWS standards: ${problem}`);
}
