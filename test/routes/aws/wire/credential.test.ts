import { describe, expect, test } from 'vitest';
import { maskKeyIds, maskParameters, readCredential, readParameters } from '../../../../src/routes/aws/wire/index.ts';
import { refusal } from './refused.ts';

const key = 'AKIAEXAMPLEEXAMPLE';
const scope = `${key}/20260925/eu-west-1/ec2/aws4_request`;
const rest = 'SignedHeaders=host;x-amz-date, Signature=0123abcd';
const none = new Map<string, string>();

describe('the credential', () => {
  const found = { keyId: key, region: 'eu-west-1', service: 'ec2' };

  test.each([
    `AWS4-HMAC-SHA256 Credential=${scope}, ${rest}`,
    `AWS4-HMAC-SHA256 Credential=${scope},${rest}`,
    `AWS4-HMAC-SHA256 ${rest}, Credential=${scope}`,
    `AWS4-HMAC-SHA256  Credential=${scope}`,
  ])('of a header: %s', (authorization) => {
    expect(readCredential({ authorization }, none)).toEqual(found);
  });

  test('of an address', () => {
    const query = `X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=${encodeURIComponent(scope)}&X-Amz-Signature=0`;
    expect(readCredential({}, readParameters(query))).toEqual(found);
  });

  test('of version 2, which names no place', () => {
    const query = `AWSAccessKeyId=${key}&SignatureVersion=2&Signature=x`;
    expect(readCredential({}, readParameters(query))).toEqual({ keyId: key, region: undefined, service: undefined });
  });

  test('of version 4a, which names its regions elsewhere', () => {
    const authorization = `AWS4-ECDSA-P256-SHA256 Credential=${key}/20260925/ec2/aws4_request, ${rest}`;
    const read = (regions?: string) => readCredential({ authorization, 'x-amz-region-set': regions }, none);
    expect(read('eu-west-1')).toEqual(found);
    expect(read('eu-west-1,us-east-1')).toEqual(found);
    expect(read('*')).toEqual({ ...found, region: undefined });
    expect(read()).toEqual({ ...found, region: undefined });
    const query = `X-Amz-Algorithm=AWS4-ECDSA-P256-SHA256&X-Amz-Region-Set=eu-west-1&X-Amz-Credential=${key}%2F20260925%2Fec2%2Faws4_request`;
    expect(readCredential({}, readParameters(query))).toEqual(found);
  });

  test('is a token of any form without a /', () => {
    const token = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0.a-b_c';
    const authorization = `AWS4-HMAC-SHA256 Credential=${token}/20260925/us-east-1/sts/aws4_request, ${rest}`;
    expect(readCredential({ authorization }, none)).toEqual({ keyId: token, region: 'us-east-1', service: 'sts' });
  });

  test('is none where nothing is signed', () => {
    expect(readCredential({}, readParameters('Action=AssumeRoleWithWebIdentity'))).toBeUndefined();
  });
});

describe('a malformed credential is refused, and not quoted', () => {
  test.each([
    '',
    'Bearer AKIASECRET',
    'AWS4-HMAC-SHA256',
    `AWS4-HMAC-SHA256 ${rest}`,
    `AWS4-HMAC-SHA512 Credential=AKIASECRET/20260925/eu-west-1/ec2/aws4_request`,
    'AWS4-HMAC-SHA256 Credential=',
    'AWS4-HMAC-SHA256 Credential=AKIASECRET',
    'AWS4-HMAC-SHA256 Credential=/20260925/eu-west-1/ec2/aws4_request',
    'AWS4-HMAC-SHA256 Credential=AKIASECRET/2026/eu-west-1/ec2/aws4_request',
    'AWS4-HMAC-SHA256 Credential=AKIASECRET/20260925//ec2/aws4_request',
    'AWS4-HMAC-SHA256 Credential=AKIASECRET/20260925/eu-west-1//aws4_request',
    'AWS4-HMAC-SHA256 Credential=AKIASECRET/20260925/eu-west-1/ec2',
    'AWS4-HMAC-SHA256 Credential=AKIASECRET/20260925/eu-west-1/ec2/aws4_request/more',
    'AWS4-HMAC-SHA256 Credential=AKIASECRET/20260925/eu-west-1/ec2/aws5_request',
    'AWS4-HMAC-SHA256 Credential=AKIA/SECRET/20260925/eu-west-1/ec2/aws4_request',
    'AWS4-HMAC-SHA256 Credential=AKIASECRET/20260925/EU WEST/ec2/aws4_request',
    'AWS4-ECDSA-P256-SHA256 Credential=AKIASECRET/20260925/eu-west-1/ec2/aws4_request',
    `AWS4-HMAC-SHA256 Credential=${'k'.repeat(5_000)}/20260925/eu-west-1/ec2/aws4_request`,
  ])('%s', (authorization) => {
    const { code, status, message } = refusal(() => readCredential({ authorization }, none));
    expect([code, status]).toEqual(['IncompleteSignature', 400]);
    expect(message).toMatch(/^The request signature does not conform to AWS standards: /);
    expect(message).not.toContain('SECRET');
    expect(message.length).toBeLessThan(200);
  });

  test.each([
    'AWSAccessKeyId=',
    'X-Amz-Credential=',
    'X-Amz-Credential=AKIA',
    'X-Amz-Algorithm=x&X-Amz-Credential=a%2F20260925%2Fb%2Fc%2Faws4_request',
  ])('%s', (query) => {
    expect(refusal(() => readCredential({}, readParameters(query))).code).toBe('IncompleteSignature');
  });
});

describe('key ids are masked', () => {
  test.each([
    [
      `AWS4-HMAC-SHA256 Credential=${scope}, ${rest}`,
      `AWS4-HMAC-SHA256 Credential=***${scope.slice(key.length)}, ${rest}`,
    ],
    [
      `/?X-Amz-Credential=${encodeURIComponent(scope)}&A=b`,
      `/?X-Amz-Credential=***${encodeURIComponent(scope.slice(key.length))}&A=b`,
    ],
    [`/?x-amz-credential=${key}`, '/?x-amz-credential=***'],
    [`Action=a&AWSAccessKeyId=${key}&Signature=s`, 'Action=a&AWSAccessKeyId=***&Signature=s'],
    [`X-Amz-Security-Token=${key}%2B%2F%3D&A=b`, 'X-Amz-Security-Token=***&A=b'],
    [`{"x-amz-security-token": "${key}+/="}`, '{"x-amz-security-token": "***"}'],
    [`x-amz-security-token: ${key}+/=`, 'x-amz-security-token: ***'],
    [`Credential=a%2Bb%2f2026`, 'Credential=***%2f2026'],
    ['Credential=, Credential', 'Credential=, Credential'],
    ['nothing to see', 'nothing to see'],
  ])('%s', (text, shown) => {
    expect(maskKeyIds(text)).toBe(shown);
  });

  test('among parameters', () => {
    const secrets = [
      `X-Amz-Credential=${encodeURIComponent(scope)}`,
      `x%2Damz%2Dsecurity%2Dtoken=${key}`,
      `AWSAccessKeyId=${key}`,
      `SecurityToken=${key}`,
      `WebIdentityToken=${key}`,
      `AccessKeyId=${key}`,
      `PresignedUrl=${encodeURIComponent(`https://a/?X-Amz-Credential=${encodeURIComponent(scope)}`)}`,
    ];
    const shown = maskParameters(readParameters(['Action=DescribeVolumes', ...secrets].join('&')));
    expect(JSON.stringify([...shown])).not.toContain(key);
    expect(shown.get('Action')).toBe('DescribeVolumes');
    expect(shown.get('X-Amz-Credential')).toBe('***/20260925/eu-west-1/ec2/aws4_request');
    expect(shown.get('WebIdentityToken')).toBe('***');
  });
});
