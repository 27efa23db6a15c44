import { describe, expect, test } from 'vitest';
import { makeToken, readPage } from '../../../../src/routes/aws/wire/index.ts';
import type { PagedOperation } from '../../../../src/routes/aws/wire/shapes.ts';
import { expectRefusal, refusal } from '../wire/refused.ts';

const owner = '123456789012/us-east-1';
const page = (operation: PagedOperation, request: Parameters<typeof readPage>[2] & Record<string, unknown>) =>
  readPage(operation, owner, request);

describe('the size of a page', () => {
  test.each([undefined, 5, 500, 501, 1000])('may be %s', (MaxResults) => {
    expect(page('DescribeVolumes', { MaxResults })).toEqual({ limit: MaxResults, after: undefined });
  });

  test.each([1001, 10_000])('is 1,000 where it is %d', (MaxResults) => {
    expect(page('DescribeVolumes', { MaxResults }).limit).toBe(1000);
  });

  test.each([-1, 0, 1, 4])('is refused where it is %d', (MaxResults) => {
    const sentence = (name: string) =>
      `Value ( ${MaxResults} ) for parameter ${name} is invalid. Expecting a value greater than 5.`;
    for (const operation of ['DescribeVolumes', 'DescribeVolumeStatus', 'DescribeInstanceStatus'] as const)
      expectRefusal(() => page(operation, { MaxResults }), 'InvalidParameterValue', sentence('maxResults'));
    const modifications = () => page('DescribeVolumesModifications', { MaxResults });
    expectRefusal(modifications, 'InvalidParameterValue', sentence('MaxResults'));
  });
});

describe('ids', () => {
  test.each([
    ['DescribeVolumes', 'VolumeIds', 'volumeIdsSet'],
    ['DescribeVolumeStatus', 'VolumeIds', 'volumeIdsSet'],
    ['DescribeVolumesModifications', 'VolumeIds', 'volumeModificationSet'],
    ['DescribeInstances', 'InstanceIds', 'instancesSet'],
  ] as const)('go with no page of %s, which is said before its size', (operation, ids, set) => {
    const sentence = (parameter: string) => `The parameter ${set} cannot be used with the parameter ${parameter}`;
    for (const MaxResults of [1, 5])
      expectRefusal(
        () => page(operation, { [ids]: ['x'], MaxResults }),
        'InvalidParameterCombination',
        sentence('maxResults'),
      );
    expectRefusal(
      () => page(operation, { [ids]: ['x'], NextToken: 'bad' }),
      'InvalidParameterCombination',
      sentence('nextToken'),
    );
    expect(page(operation, { [ids]: [], MaxResults: 5 }).limit).toBe(5);
    expect(page(operation, { [ids]: ['x'] })).toEqual({ limit: undefined, after: undefined });
  });
});

describe('a token', () => {
  const token = makeToken('DescribeVolumes', owner, 'vol-é');

  test('leads behind its place, as often as it is used', () => {
    for (const _ of [1, 2])
      expect(page('DescribeVolumes', { NextToken: token })).toEqual({ limit: undefined, after: 'vol-é' });
    expect(page('DescribeTags', { NextToken: makeToken('DescribeTags', owner, '') }).after).toBe('');
    expect(token).toMatch(/^[\w-]+$/);
  });

  test('shows no place', () => {
    expect(makeToken('DescribeVolumes', owner, 'vol-0123456789abcdef0')).not.toContain('vol-');
  });

  test.each([
    '',
    'invalid',
    token.slice(1),
    token.slice(0, -1),
    `${token}=`,
    `${token}A`,
    ` ${token}`,
    `${token.slice(0, 20)}A${token.slice(21)}`,
    makeToken('DescribeVolumes', 'another/us-east-1', 'vol-é'),
    makeToken('DescribeVolumeStatus', owner, 'vol-é'),
    Buffer.from('vol-1').toString('base64url'),
    'A'.repeat(100_000),
  ])('is refused where it is none of these lists: %#', (NextToken) => {
    const refused = () => page('DescribeVolumes', { NextToken });
    expectRefusal(refused, 'InvalidParameterValue', 'Unable to parse pagination token');
  });

  test('of modifications is refused in its own words', () => {
    expectRefusal(
      () => page('DescribeVolumesModifications', { NextToken: 'x' }),
      'InvalidParameterValue',
      'Value ( x ) for parameter NextToken is invalid. The token is Invalid.',
    );
    const { message } = refusal(() => page('DescribeVolumesModifications', { NextToken: 'x'.repeat(10_000) }));
    expect(message.length).toBeLessThan(400);
  });
});
