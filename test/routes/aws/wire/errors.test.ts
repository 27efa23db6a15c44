import { describe, expect, test } from 'vitest';
import {
  AwsError,
  checkClientToken,
  dryRun,
  refuseForeign,
  renderError,
  tokenMismatch,
  tokenOfDeleted,
} from '../../../../src/routes/aws/wire/index.ts';
import { expectRefusal } from './refused.ts';

const requestId = '59dbff89-35bd-4eac-99ed-be587ab9b825';

test('a refusal of EC2, to the letter', () => {
  expect(
    renderError('ec2', new AwsError('InvalidVolume.NotFound', "The volume '<a>' does not exist."), requestId),
  ).toEqual({
    status: 400,
    headers: { 'content-type': 'text/xml;charset=UTF-8', 'x-amzn-requestid': requestId },
    body:
      '<?xml version="1.0" encoding="UTF-8"?>\n<Response><Errors><Error><Code>InvalidVolume.NotFound</Code>' +
      `<Message>The volume '&lt;a&gt;' does not exist.</Message></Error></Errors><RequestID>${requestId}</RequestID></Response>`,
  });
});

test('a refusal of STS, to the letter', () => {
  const refused = (status?: number) => renderError('sts', new AwsError('AccessDenied', 'No & no', status), requestId);
  expect(refused()).toMatchObject({
    status: 403,
    body:
      '<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type>' +
      `<Code>AccessDenied</Code><Message>No &amp; no</Message></Error><RequestId>${requestId}</RequestId></ErrorResponse>`,
  });
  expect(refused(503).body).toContain('<Type>Receiver</Type>');
});

test.each([
  ['InvalidParameterValue', 400],
  ['constructor', 400],
  ['AuthFailure', 401],
  ['UnauthorizedOperation', 403],
  ['InvalidClientTokenId', 403],
  ['DryRunOperation', 412],
  ['InternalError', 500],
  ['RequestLimitExceeded', 503],
  ['Unavailable', 503],
  ['ServiceUnavailable', 503],
])('%s has the status %d', (code, status) => {
  expect(new AwsError(code, '').status).toBe(status);
  expect(new AwsError(code, '', 418).status).toBe(418);
});

describe('the words that are recorded', () => {
  test('of DryRun', () => {
    const sentence = 'Request would have succeeded, but DryRun flag is set.';
    expect(dryRun()).toMatchObject({ code: 'DryRunOperation', message: sentence, status: 412 });
  });

  test('of ClientToken', () => {
    const long = 'Client token must be less than or equal to 64 characters.';
    checkClientToken(undefined);
    checkClientToken('t'.repeat(64));
    expectRefusal(() => checkClientToken('t'.repeat(65)), 'InvalidParameterValue', long);
    expect(tokenMismatch()).toMatchObject({
      code: 'IdempotentParameterMismatch',
      message: 'Parameters on this idempotent request are inconsistent with parameters used in previous request(s)',
    });
    expect(tokenOfDeleted('T', 'vol-1')).toMatchObject({
      code: 'IdempotentParameterMismatch',
      message:
        "The client token 'T' is associated with resource 'vol-1' which has already been deleted. " +
        'Please use a different client token.',
    });
  });
});

describe('a service that is not here', () => {
  const call = { service: undefined, target: undefined, action: undefined };

  test('with an action is refused in XML', () => {
    const { status, headers, body } = refuseForeign({ ...call, service: 'sns', action: 'Publish' }, requestId);
    expect([status, headers['content-type']]).toEqual([400, 'text/xml;charset=UTF-8']);
    expect(body).toContain(
      '<Code>InvalidAction</Code><Message>This emulator has EC2 and STS, and no service sns.</Message>',
    );
  });

  test('with a target is refused in JSON', () => {
    const { status, headers, body } = refuseForeign({ ...call, target: 'DynamoDB_20120810.ListTables' }, requestId);
    expect([status, headers['content-type']]).toEqual([400, 'application/x-amz-json-1.0']);
    expect(JSON.parse(body)).toEqual({
      __type: 'UnknownOperationException',
      message: 'This emulator has EC2 and STS, and no service DynamoDB_20120810.',
    });
  });

  test('that is S3 has nothing', () => {
    const { status, body } = refuseForeign({ ...call, service: 's3' }, requestId);
    expect(status).toBe(404);
    expect(body).toMatch(/^<\?xml [^>]*>\n<Error><Code>NotImplemented<\/Code><Message>/);
  });

  test('that says nothing of itself has nothing', () => {
    const { status, headers, body } = refuseForeign(call, requestId);
    expect([status, headers['x-amzn-errortype']]).toEqual([404, 'UnknownOperationException']);
    expect(JSON.parse(body).message).toBe('This emulator has EC2 and STS, and no other AWS service.');
  });
});
