import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compileWildcard } from '../../../../src/routes/aws/list/wildcard.ts';
import { agreesWith, loadServices, readFilters, tagValues } from '../../../../src/routes/aws/wire/index.ts';
import type { FilteredOperation } from '../../../../src/routes/aws/wire/shapes.ts';
import { expectRefusal, refusal } from '../wire/refused.ts';

const { ec2 } = await loadServices();

interface Row {
  [name: string]: string | string[] | undefined;
}
const tags = [
  { Key: 'Name', Value: 'database' },
  { Key: 'a:b', Value: '' },
];
const row: Row = { status: 'in-use', size: '8', 'attachment.instance-id': ['i-1', 'i-2'] };
const values = (name: string) => tagValues(tags, name) ?? row[name];

/** Whether the row agrees with filters, given as names and values. */
function agrees(
  filters: [name: string, ...values: string[]][],
  operation: FilteredOperation = 'DescribeVolumes',
): boolean {
  const read = readFilters(
    ec2,
    operation,
    filters.map(([Name, ...Values]) => ({ Name, Values })),
  );
  return agreesWith(read, values);
}

describe('a row', () => {
  test('agrees with all filters, each by one of its values', () => {
    expect(agrees([])).toBe(true);
    expect(agrees([['status', 'available', 'in-use']])).toBe(true);
    expect(
      agrees([
        ['status', 'in-use'],
        ['size', '8'],
      ]),
    ).toBe(true);
    expect(
      agrees([
        ['status', 'in-use'],
        ['size', '80'],
      ]),
    ).toBe(false);
    expect(
      agrees([
        ['status', 'in-use'],
        ['status', 'available'],
      ]),
    ).toBe(false);
  });

  test('agrees by one of the values that it has', () => {
    expect(agrees([['attachment.instance-id', 'i-2']])).toBe(true);
    expect(agrees([['attachment.instance-id', 'i-3']])).toBe(false);
    expect(agrees([['snapshot-id', '*']])).toBe(false);
  });

  test('agrees in small and capital letters', () => {
    expect(agrees([['status', 'In-use']])).toBe(false);
    expect(refusal(() => agrees([['Status', 'in-use']])).code).toBe('InvalidParameterValue');
  });

  test('agrees with no filter that has no values', () => {
    expect(agrees([['status']])).toBe(false);
    expect(agreesWith(readFilters(ec2, 'DescribeVolumes', [{ Name: 'status' }]), values)).toBe(false);
  });

  test('has tags', () => {
    expect(agrees([['tag:Name', 'data*']])).toBe(true);
    expect(agrees([['tag:name', 'database']])).toBe(false);
    expect(agrees([['tag:a:b', '']])).toBe(true);
    expect(agrees([['tag:a', '*']])).toBe(false);
    expect(agrees([['tag-key', 'N*']])).toBe(true);
    expect(agrees([['tag-key', 'database']])).toBe(false);
    expect(agrees([['tag-value', 'database']])).toBe(true);
    expect(
      agrees([
        ['tag-key', 'Name'],
        ['tag-value', ''],
      ]),
    ).toBe(true);
  });
});

describe('a filter', () => {
  test.each(['colour', 'Status', '', 'tag:', 'tag:*', 'tags:x', 'status ', 'toString'])('has no name %j', (name) => {
    // `tag:*` is the name of any tag in the shapes, and of no tag on the wire, where it is one with an odd key.
    if (name === 'tag:*') expect(agrees([[name, 'x']])).toBe(false);
    else expectRefusal(() => agrees([[name, 'x']]), 'InvalidParameterValue', `The filter '${name}' is invalid`);
  });

  test('has a name', () => {
    const nameless = () => readFilters(ec2, 'DescribeVolumes', [{ Values: ['a'] }]);
    expectRefusal(nameless, 'InvalidParameterValue', "The filter 'null' is invalid");
  });

  test('of modifications has the names that are recorded, not those that are documented', () => {
    expect(agrees([['target-multi-attach-enabled', 'x']], 'DescribeVolumesModifications')).toBe(false);
    for (const name of ['targetMultiAttachEnabled', 'originalMultiAttachEnabled', 'tag:Name'])
      expectRefusal(
        () => agrees([[name, 'x']], 'DescribeVolumesModifications'),
        'InvalidParameterValue',
        `The filter '${name}' is invalid`,
      );
  });

  test('is one of fifty, with two hundred values in all, each of 255 characters', () => {
    const many = (count: number) => Array.from({ length: count }, () => 'x');
    expect(agrees([['status', ...many(199), 'in-use']])).toBe(true);
    expect(agrees([['status', 'x'.repeat(255)]])).toBe(false);
    expectRefusal(
      () =>
        agrees([
          ['status', ...many(100)],
          ['size', ...many(101)],
        ]),
      'FilterLimitExceeded',
      'The maximum number of filter values specified on a single call is 200',
    );
    expectRefusal(
      () => agrees(many(51).map(() => ['status', 'x'])),
      'FilterLimitExceeded',
      'The maximum number of filters specified on a single call is 50',
    );
    expect(refusal(() => agrees([['status', 'x'.repeat(256)]])).code).toBe('InvalidParameterValue');
  });

  test('without a wildcard has its text at hand', () => {
    const read = readFilters(ec2, 'DescribeVolumes', [{ Name: 'volume-id', Values: ['vol-1', 'vol-*', 'a\\*b'] }]);
    expect(read[0]?.values.map(({ exact }) => exact)).toEqual(['vol-1', undefined, 'a*b']);
  });
});

describe('a wildcard', () => {
  test.each([
    ['*', '', true],
    ['*', 'anything', true],
    ['?', '', true],
    ['?', 'a', true],
    ['?', 'ab', false],
    ['a?c', 'ac', true],
    ['a?c', 'abc', true],
    ['a?c', 'abbc', false],
    ['??', 'abc', false],
    ['a*c', 'abcbc', true],
    ['a*c', 'abcb', false],
    ['*b*', 'abc', true],
    ['\\*', '*', true],
    ['\\*', 'a', false],
    ['\\?', '?', true],
    ['\\?', '', false],
    ['\\\\', '\\', true],
    ['\\\\*', '\\abc', true],
    ['\\a', 'a', true],
    ['a\\', 'a\\', true],
    ['.*', 'abc', false],
    ['[a-z]', 'a', false],
    ['?', '😀', true],
    ['', '', true],
    ['', 'a', false],
  ])('%j and %j: %s', (pattern, text, expected) => {
    expect(compileWildcard(pattern).matches(text)).toBe(expected);
  });

  test('agrees as the rules say, whatever it is', () => {
    const byTheRules = (pattern: string, text: string): boolean => {
      const [first = '', second = ''] = pattern;
      if (first === '') return text === '';
      if (first === '*')
        return byTheRules(pattern.slice(1), text) || (text !== '' && byTheRules(pattern, text.slice(1)));
      if (first === '?')
        return byTheRules(pattern.slice(1), text) || (text !== '' && byTheRules(pattern.slice(1), text.slice(1)));
      const [literal, rest] = first === '\\' && second !== '' ? [second, pattern.slice(2)] : [first, pattern.slice(1)];
      return text.startsWith(literal) && byTheRules(rest, text.slice(1));
    };
    const letters = (from: string, maxLength: number) => fc.string({ unit: fc.constantFrom(...from), maxLength });
    fc.assert(
      fc.property(letters('ab*?\\', 8), letters('ab*?\\', 8), (pattern, text) => {
        expect(compileWildcard(pattern).matches(text)).toBe(byTheRules(pattern, text));
      }),
      { numRuns: 2_000 },
    );
  });

  test('takes no longer than its length times that of the text', () => {
    // Whoever tries one way after the other never ends here.
    const text = 'a'.repeat(20_000);
    for (const pattern of ['*a'.repeat(127), `${'*a'.repeat(126)}b`, `${'?'.repeat(120)}${'*a'.repeat(60)}*b`])
      compileWildcard(pattern).matches(text);
    expect(compileWildcard(`${'*a'.repeat(120)}*b`).matches(text)).toBe(false);
  });
});
