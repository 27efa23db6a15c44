import { describe, expect, test } from 'vitest';
import { isRegion, regionOf } from '../../../src/state/aws/ebs.ts';

describe('a zone of AWS is in its region', () => {
  test.each([
    ['us-east-1a', 'us-east-1'],
    ['ap-southeast-7c', 'ap-southeast-7'],
    ['us-gov-west-1b', 'us-gov-west-1'],
    ['us-isob-east-1a', 'us-isob-east-1'],
    ['eu-isoe-west-1a', 'eu-isoe-west-1'],
    ['eusc-de-east-1a', 'eusc-de-east-1'],
    ['cn-northwest-1c', 'cn-northwest-1'],
    ['us-west-2-lax-1b', 'us-west-2'],
    ['us-east-1-iah-2a', 'us-east-1'],
    ['us-east-1-wl1-bos-wlz-1', 'us-east-1'],
    ['ap-northeast-1-wl1-nrt-wlz-1', 'ap-northeast-1'],
  ])('%s in %s', (zone, region) => {
    expect(regionOf(zone)).toBe(region);
    expect(isRegion(region)).toBe(true);
    expect(isRegion(zone)).toBe(false);
  });
});

test.each([
  '',
  'us-east-1',
  'us-east-99a',
  'us-east-10a',
  'us-east-0a',
  'us-east-1aa',
  'us-east-1A',
  'useast1a',
  'us-1a',
  'euscc-de-east-1a',
  'us-west-2-lax-1',
  'us-west-2-lax-a',
  'us-west-2-lax-1a-1a',
  'ap-northeast-1-wl1-nrt-wlz-1a',
  'ap-northeast-1-wl1-nrt-1',
  'ap-northeast-1-wl1-wlz-1',
  'ap-northeast-1-nrt-wlz-1',
  'ap-northeast-1a-wl1-nrt-wlz-1',
  ' us-east-1a',
  'us-east-1a\n',
])('%j is no zone', (zone) => {
  expect(() => regionOf(zone)).toThrow('availability-zone-invalid');
});

test.each(['us-east-99', 'us-east-1a', 'us', 'ap-northeast-1-wl1-nrt-wlz-1', 'us-east-0'])(
  '%j is no region',
  (text) => {
    expect(isRegion(text)).toBe(false);
  },
);
