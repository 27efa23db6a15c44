import { describe, expect, test } from 'vitest';
import { loadServices, readCall, readParameters, serviceOf } from '../../../../src/routes/aws/wire/index.ts';
import { expectRefusal, refusal } from './refused.ts';

const services = await loadServices();
const { ec2, sts } = services;

describe('parameters', () => {
  test('come from a query and a body, decoded', () => {
    const parameters = readParameters('Action=CreateTags&Tag.1.Value=', 'Tag.1.Key=a%20b+c%C3%A9&&Bare');
    expect(Object.fromEntries(parameters)).toEqual({
      Action: 'CreateTags',
      'Tag.1.Value': '',
      'Tag.1.Key': 'a b cé',
      Bare: '',
    });
  });

  test.each(['Name=%', 'Name=%zz', 'Name=%ff', '%=x', 'Name=%C3'])('in no right encoding are refused: %s', (query) => {
    const { code, message, status } = refusal(() => readParameters(query));
    expect([code, status]).toEqual(['MalformedQueryString', 400]);
    expect(message).toMatch(/^The query string contains a syntax error: /);
    expect(message).not.toContain(query);
  });

  test('that come twice are refused', () => {
    expect(refusal(() => readParameters('Action=A', 'Action=A')).code).toBe('MalformedQueryString');
  });
});

describe('the service is known', () => {
  const found = (query: string, scope?: string) => serviceOf(services, readParameters(query), scope)?.name;

  test('by the version, before all else', () => {
    expect(found('Action=GetCallerIdentity&Version=2016-11-15', 'sts')).toBe('ec2');
    expect(found('Action=DescribeVolumes&Version=2011-06-15', 'ec2')).toBe('sts');
  });

  test('by the scope, before the action', () => {
    expect(found('Action=GetCallerIdentity&Version=2014-10-01', 'ec2')).toBe('ec2');
    expect(found('Action=DescribeVolumes', 'sts')).toBe('sts');
    // A version of another service is like one of EC2's.
    expect(found('Action=ListQueues&Version=2012-11-05', 'sqs')).toBeUndefined();
    expect(found('Action=DescribeTags&Version=2011-01-01', 'autoscaling')).toBeUndefined();
  });

  test('by the action', () => {
    expect(found('Action=DescribeVolumes')).toBe('ec2');
    expect(found('Action=GetCallerIdentity&Version=')).toBe('sts');
    expect(found('Action=ListQueues')).toBeUndefined();
    expect(found('')).toBeUndefined();
  });
});

describe('the operation', () => {
  const call = (query: string, service: typeof ec2 | typeof sts = ec2) => readCall(service, readParameters(query));

  test('has the version that was asked for', () => {
    expect(call('Action=DescribeVolumes&Version=2016-11-15')).toEqual({
      service: ec2,
      operation: 'DescribeVolumes',
      version: '2016-11-15',
    });
    expect(call('Action=DescribeVolumes&Version=2014-10-01').version).toBe('2014-10-01');
    expect(call('Action=DescribeVolumes').version).toBe('2016-11-15');
    expect(call('Action=GetCallerIdentity', sts).version).toBe('2011-06-15');
  });

  test.each(['2016-11-16', '2017-01-01', 'x', '2016'])('has no version %s', (version) => {
    expect(refusal(() => call(`Action=DescribeVolumes&Version=${version}`)).code).toBe('NoSuchVersion');
    expect(refusal(() => call(`Action=GetCallerIdentity&Version=${version}`, sts)).code).toBe('NoSuchVersion');
  });

  test('of STS has one version', () => {
    expect(refusal(() => call('Action=GetCallerIdentity&Version=2011-06-14', sts)).code).toBe('NoSuchVersion');
  });

  test('is there', () => {
    expect(refusal(() => call('Version=2016-11-15')).code).toBe('MissingAction');
    expect(refusal(() => call('Action=')).code).toBe('MissingAction');
    const invalid =
      'The action CreateVpcs is not valid for this web service. It may be one that AWS has and this emulator has not.';
    expectRefusal(() => call('Action=CreateVpcs'), 'InvalidAction', invalid);
    expect(refusal(() => call('Action=DescribeVolumes', sts)).code).toBe('InvalidAction');
    expect(refusal(() => call('Action=toString')).code).toBe('InvalidAction');
    expect(refusal(() => call(`Action=${'a'.repeat(5_000)}`)).message.length).toBeLessThan(200);
  });
});
