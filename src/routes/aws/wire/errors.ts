import { type WireAnswer, xmlHeaders } from './answer.ts';
import type { ServiceName } from './shapes.ts';
import { escapeXml, xmlDeclaration } from './xml.ts';

/** The statuses of codes that are not 400 [P]; that of DryRunOperation is recorded [R]. */
const statuses: Readonly<Record<string, number>> = {
  AuthFailure: 401,
  AccessDenied: 403,
  ExpiredToken: 403,
  InvalidClientTokenId: 403,
  MissingAuthenticationToken: 403,
  OptInRequired: 403,
  UnauthorizedOperation: 403,
  DryRunOperation: 412,
  InternalError: 500,
  InternalFailure: 500,
  RequestLimitExceeded: 503,
  ServiceUnavailable: 503,
  Unavailable: 503,
};

/** A refusal of EC2 or STS, with the code and the sentence that its clients know. */
export class AwsError extends Error {
  readonly code: string;
  readonly status: number;

  /** @param status that of the code, unless a fault says otherwise. */
  constructor(
    code: string,
    message: string,
    status = Object.hasOwn(statuses, code) ? (statuses[code] as number) : 400,
  ) {
    super(message);
    this.name = code;
    this.code = code;
    this.status = status;
  }
}

/** A refusal in the envelope of its service [P] [I]. */
export function renderError(
  service: ServiceName,
  { code, message, status }: AwsError,
  requestId: string,
  namespace = 'https://sts.amazonaws.com/doc/2011-06-15/',
): WireAnswer {
  const error = `<Code>${escapeXml(code)}</Code><Message>${escapeXml(message)}</Message>`;
  const id = escapeXml(requestId);
  const body =
    service === 'ec2'
      ? `${xmlDeclaration}<Response><Errors><Error>${error}</Error></Errors><RequestID>${id}</RequestID></Response>`
      : `<ErrorResponse xmlns="${escapeXml(namespace)}"><Error><Type>${status < 500 ? 'Sender' : 'Receiver'}</Type>` +
        `${error}</Error><RequestId>${id}</RequestId></ErrorResponse>`;
  return { status, headers: xmlHeaders(requestId), body };
}

/** What is known of a call of an AWS service that is not here. */
export interface ForeignCall {
  /** The service of the credential's scope, if there is one: `sqs`, `s3`. */
  readonly service: string | undefined;
  /** The header `X-Amz-Target`, which the JSON services have. */
  readonly target: string | undefined;
  /** The parameter `Action`, which the Query services have. */
  readonly action: string | undefined;
}

/**
 * The answer to a call of an AWS service that is not here, in a form that the SDK of that service can read [A]: XML for
 * Query services and S3, JSON for all others.
 */
export function refuseForeign({ service, target, action }: ForeignCall, requestId: string): WireAnswer {
  const named = service ?? target?.split('.')[0];
  const message = `This emulator has EC2 and STS, and no ${named === undefined ? 'other AWS service' : `service ${named}`}.`;
  if (action !== undefined) return renderError('sts', new AwsError('InvalidAction', message), requestId);
  if (service === 's3') {
    const body = `${xmlDeclaration}<Error><Code>NotImplemented</Code><Message>${escapeXml(message)}</Message></Error>`;
    return { status: 404, headers: { ...xmlHeaders(requestId), 'x-amz-request-id': requestId }, body };
  }
  return {
    status: target === undefined ? 404 : 400,
    headers: {
      'content-type': target === undefined ? 'application/json' : 'application/x-amz-json-1.0',
      'x-amzn-errortype': 'UnknownOperationException',
      'x-amzn-requestid': requestId,
    },
    body: JSON.stringify({ __type: 'UnknownOperationException', message }),
  };
}

/** A parameter that the operation does not have [P]. What was sent is quoted as far as anybody reads. */
export function unknownParameter(name: string): AwsError {
  return new AwsError('UnknownParameter', `The parameter ${shortened(name)} is not recognized`);
}

/** A parameter that has to be there [P]. */
export function missingParameter(name: string): AwsError {
  return new AwsError('MissingParameter', `The request must contain the parameter ${name}`);
}

/** A value that a parameter cannot have, in the form that is recorded for numbers [R]. */
export function invalidValue(value: string, parameter: string, expected: string): AwsError {
  const sentence = `Value (${shortened(value)}) for parameter ${parameter} is invalid. ${expected}`;
  return new AwsError('InvalidParameterValue', sentence);
}

/** Two parameters that exclude each other. */
export function invalidCombination(message: string): AwsError {
  return new AwsError('InvalidParameterCombination', message);
}

/** The answer to a call with DryRun that would have succeeded [R]. */
export function dryRun(): AwsError {
  return new AwsError('DryRunOperation', 'Request would have succeeded, but DryRun flag is set.');
}

/**
 * Holds a ClientToken to its length. EC2 does so after DryRun [R].
 *
 * @throws AwsError InvalidParameterValue.
 */
export function checkClientToken(token: string | undefined): void {
  if (token !== undefined && token.length > 64)
    throw new AwsError('InvalidParameterValue', 'Client token must be less than or equal to 64 characters.');
}

/** A ClientToken that was used for another request [R]. */
export function tokenMismatch(): AwsError {
  const sentence = 'Parameters on this idempotent request are inconsistent with parameters used in previous request(s)';
  return new AwsError('IdempotentParameterMismatch', sentence);
}

/** A ClientToken of which the resource has been deleted [R]. */
export function tokenOfDeleted(token: string, resourceId: string): AwsError {
  return new AwsError(
    'IdempotentParameterMismatch',
    `The client token '${token}' is associated with resource '${resourceId}' which has already been deleted. ` +
      'Please use a different client token.',
  );
}

const longestQuotation = 255;

/** What a caller sent, as far as a sentence quotes it. */
export function shortened(text: string): string {
  return text.length > longestQuotation ? `${text.slice(0, longestQuotation)}…` : text;
}
