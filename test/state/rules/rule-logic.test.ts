import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkRule } from '../../../src/state/rules/grammar.ts';
import { type JsonValue, matches, type RuleSubject } from '../../../src/state/rules/match.ts';

const isIn = (variable: string, ...values: JsonValue[]): JsonValue => ({ in: [{ var: variable }, values] });
const over = (operator: 'some' | 'none', variable: string, ...tags: JsonValue[]): JsonValue => ({
  [operator]: [{ var: variable }, isIn('', ...tags)],
});
const not = (condition: JsonValue): JsonValue => ({ '!': condition });
const all = (...conditions: JsonValue[]): JsonValue => ({ and: conditions });

const instance = isIn('instance_id', 'i-1', 'i-2');
const prod = over('some', 'tags', 'env:prod');

const subject: RuleSubject = {
  instanceId: 'i-1',
  clusterName: 'main',
  nodeGroupName: 'workers',
  tags: ['env:prod', 'team:storage'],
  instanceTags: ['Name:db-1', 'aws:autoscaling:groupName:workers'],
};
/** A volume that no instance has, without tags. */
const alone: RuleSubject = { instanceId: null, clusterName: null, nodeGroupName: null, tags: [], instanceTags: [] };

describe('checkRule accepts', () => {
  it.each<[string, JsonValue]>([
    ['one value', isIn('instance_id', 'i-1')],
    ['each single variable', all(instance, isIn('cluster_name', 'a'), isIn('node_group_name', 'b'))],
    ['some over tags', prod],
    ['none over instance tags', over('none', 'instance_tags', 'a:b', 'c:d')],
    ['a tag with an empty value', over('some', 'tags', 'spot:')],
    ['a tag with several colons', over('some', 'instance_tags', 'aws:autoscaling:groupName:x')],
    ['! of a condition', not(instance)],
    ['! of a list of one', { '!': [prod] }],
    ['! within and', all(not(instance), { '!': [over('none', 'tags', 'a:b')] })],
    ['and of one condition', all(instance)],
    ['tags twice', all(prod, over('none', 'tags', 'a:b'), not(over('some', 'tags', 'c:d')))],
    ['instance tags twice', all(over('some', 'instance_tags', 'a:b'), over('some', 'instance_tags', 'c:d'))],
  ])('%s', (_name, rule) => {
    expect(checkRule(rule)).toBeUndefined();
  });
});

const tags = (count: number) => Array.from({ length: count }, (_, at) => `key:${at}`);

it('checkRule accepts as many conditions and values as there may be', () => {
  expect(checkRule(all(...Array(50).fill(prod)))).toBe(undefined);
  expect(checkRule(over('some', 'tags', ...tags(3_000)))).toBe(undefined);
  expect(checkRule(all(over('some', 'tags', ...tags(1_500)), over('none', 'tags', ...tags(1_500))))).toBe(undefined);
});

describe('checkRule refuses, with the path and the reason', () => {
  it.each<[string, unknown, path: string, says: string]>([
    ['null', null, 'rule', 'found null'],
    ['a text', 'in', 'rule', 'an object with one operator, found "in"'],
    ['a list', [instance], 'rule', 'found a list of 1'],
    ['nothing', undefined, 'rule', 'found undefined'],
    ['no operator', {}, 'rule', 'exactly one operator, found none'],
    ['two operators', { in: [], some: [] }, 'rule', 'found 2, "in", "some"'],
    ['two operators within and', all({ in: [], none: [] }), 'rule.and[0]', 'join conditions with "and"'],
    ['many operators', { a: 1, b: 1, c: 1, d: 1 }, 'rule', 'found 4, "a", "b", "c", …:'],

    ['an unknown operator', { matches: [] }, 'rule', '"matches" is not an operator of rules: use "in", "some"'],
    ['or', { or: [instance, prod] }, 'rule', '"or" is not an operator of rules: list alternative values'],
    [
      '==',
      all(prod, { '==': [{ var: 'cluster_name' }, 'a'] }),
      'rule.and[1]',
      '"==" is not an operator of rules: write {"in"',
    ],
    ['!!', { '!!': [instance] }, 'rule', 'write the condition without it'],
    ['var alone', { var: 'tags' }, 'rule', '"var" is not an operator'],
    ['__proto__ as operator', JSON.parse('{"__proto__": []}'), 'rule', '"__proto__" is not an operator'],
    ['constructor as operator', { constructor: [] }, 'rule', '"constructor" is not an operator'],

    ['too many conditions', all(...Array(51).fill(prod)), 'rule.and', 'has 51 conditions: it may have 50 at most'],
    [
      'too many values in all',
      all(over('some', 'tags', ...tags(1_501)), over('none', 'tags', ...tags(1_500))),
      'rule.and',
      'has more than 3000 values in all',
    ],
    [
      'too many values in one list',
      over('some', 'tags', ...tags(3_001)),
      'rule.some[1].in[1]',
      'is a list of 3001: it may have 3000 values at most',
    ],
    ['an empty and', all(), 'rule.and', 'one or more conditions, found an empty list'],
    ['and without a list', { and: instance }, 'rule.and', 'found an object'],
    ['a text within and', all(prod, 'x'), 'rule.and[1]', 'found "x"'],
    ['and within and', all(instance, all(prod)), 'rule.and[1]', '"and" may stand only at the top'],
    ['and within !', not(all(instance, prod)), 'rule["!"]', '"and" may stand only at the top'],
    [
      'a variable twice',
      all(instance, prod, isIn('instance_id', 'i-3')),
      'rule.and[2].in[0].var',
      '"instance_id" may appear once',
    ],
    [
      'a variable twice, once negated',
      all(not(isIn('cluster_name', 'a')), isIn('cluster_name', 'b')),
      'rule.and[1].in[0].var',
      '"cluster_name" may',
    ],
    [
      'a variable twice, negated later',
      all(instance, { '!': [instance] }),
      'rule.and[1]["!"][0].in[0].var',
      '"instance_id" may',
    ],

    ['! of nothing', { '!': [] }, 'rule["!"]', 'found an empty list'],
    ['! of two', { '!': [instance, prod] }, 'rule["!"]', '"!" takes one condition, found a list of 2'],
    ['! of a list in a list', { '!': [[instance]] }, 'rule["!"][0]', 'found a list of 1'],
    ['! of a text', not('x'), 'rule["!"]', 'found "x"'],
    ['! doubled', all(not(not(instance))), 'rule.and[0]["!"]', '"!" may not be doubled'],
    ['! doubled with a list', { '!': [{ '!': [instance] }] }, 'rule["!"][0]', '"!" may not be doubled'],

    ['in without a list', { in: { var: 'instance_id' } }, 'rule.in', 'a list of two, found an object: write {"in"'],
    ['in of one', { in: [{ var: 'instance_id' }] }, 'rule.in', 'found a list of 1'],
    ['in of three', { in: [{ var: 'instance_id' }, ['a'], ['b']] }, 'rule.in', 'found a list of 3'],
    ['in turned round', { in: ['env:prod', { var: 'tags' }] }, 'rule.in[0]', 'the variable comes before its values'],
    ['in over another operator', { in: [{ cat: ['a'] }, ['a']] }, 'rule.in[0]', 'found "cat"'],
    ['in over var and more', { in: [{ var: 'tags', x: 1 }, ['a']] }, 'rule.in[0]', 'found 2, "var", "x"'],
    [
      'in over an unknown variable',
      isIn('volume_id', 'a'),
      'rule.in[0].var',
      '"volume_id" is not a variable "in" takes: use instance_id, cluster_name, node_group_name',
    ],
    ['in over __proto__', isIn('__proto__', 'a'), 'rule.in[0].var', '"__proto__" is not a variable'],
    ['in over a path', isIn('tags.0', 'a'), 'rule.in[0].var', '"tags.0" is not a variable'],
    ['in over the element, outside some', isIn('', 'a:b'), 'rule.in[0].var', '"" is not a variable'],
    [
      'in over tags',
      all(instance, isIn('tags', 'a:b')),
      'rule.and[1].in[0].var',
      '"tags" is a list, which "in" does not take: write {"some": [{"var": "tags"}',
    ],
    [
      'var as a list',
      { in: [{ var: ['instance_id'] }, ['a']] },
      'rule.in[0].var',
      'the name of a variable, found a list of 1',
    ],
    ['var as a number', { in: [{ var: 0 }, ['a']] }, 'rule.in[0].var', 'found 0'],
    [
      'part of a text',
      { in: [{ var: 'instance_id' }, 'i-1'] },
      'rule.in[1]',
      'a list of one or more strings, found "i-1": write ["i-1"]',
    ],
    ['no values', isIn('instance_id'), 'rule.in[1]', 'found an empty list'],
    ['values from a variable', { in: [{ var: 'instance_id' }, { var: 'tags' }] }, 'rule.in[1]', 'found an object'],
    ['a number among the values', isIn('instance_id', 'i-1', 7), 'rule.in[1][1]', 'found 7'],
    ['null among the values', isIn('cluster_name', null), 'rule.in[1][0]', 'found null'],
    ['logic among the values', isIn('cluster_name', { var: 'tags' }), 'rule.in[1][0]', 'found an object'],
    ['an empty value', isIn('cluster_name', ''), 'rule.in[1][0]', 'found ""'],

    [
      'some over a single value',
      { some: [{ var: 'cluster_name' }, isIn('', 'a')] },
      'rule.some[0].var',
      '"cluster_name" is a single value, which "some" does not take: write {"in": [{"var": "cluster_name"}',
    ],
    [
      'none over a single value',
      { none: [{ var: 'instance_id' }, isIn('', 'a')] },
      'rule.none[0].var',
      'write {"!": {"in": [{"var": "instance_id"}',
    ],
    [
      'some over an unknown variable',
      all(instance, over('some', 'labels', 'a:b')),
      'rule.and[1].some[0].var',
      '"labels" is not a variable "some" takes: use tags, instance_tags',
    ],
    ['none over __proto__', over('none', '__proto__', 'a:b'), 'rule.none[0].var', '"__proto__" is not a variable'],
    ['some over a list', { some: [['a:b'], isIn('', 'a:b')] }, 'rule.some[0]', 'found a list of 1'],
    ['some of one', { some: [{ var: 'tags' }] }, 'rule.some', 'a list of two, found a list of 1: write {"some"'],
    ['none of three', { none: [{ var: 'tags' }, isIn('', 'a:b'), 1] }, 'rule.none', 'found a list of 3: write {"none"'],
    ['some with values only', { some: [{ var: 'tags' }, ['a:b']] }, 'rule.some[1]', 'found a list of 1'],
    [
      '== within some',
      { some: [{ var: 'tags' }, { '==': [{ var: '' }, 'a:b'] }] },
      'rule.some[1]',
      '"==" is not accepted within "some": write {"some"',
    ],
    [
      '! within some',
      { some: [{ var: 'tags' }, not(isIn('', 'a:b'))] },
      'rule.some[1]',
      '"!" is not accepted within "some"',
    ],
    ['some within none', { none: [{ var: 'tags' }, prod] }, 'rule.none[1]', '"some" is not accepted within "none"'],
    [
      'another variable within some',
      { some: [{ var: 'tags' }, isIn('tags', 'a:b')] },
      'rule.some[1].in[0].var',
      'within "some" the variable is "", the tag at hand, found "tags"',
    ],
    [
      'in of one within some',
      { some: [{ var: 'tags' }, { in: [{ var: '' }] }] },
      'rule.some[1].in',
      'a list of two, found a list of 1',
    ],
    ['no tags', over('some', 'tags'), 'rule.some[1].in[1]', 'found an empty list'],
    ['part of a tag', { some: [{ var: 'tags' }, { in: [{ var: '' }, 'a:b'] }] }, 'rule.some[1].in[1]', 'found "a:b"'],
    ['a tag without a colon', over('some', 'tags', 'a:b', 'env'), 'rule.some[1].in[1][1]', 'key:value, found "env"'],
    ['a tag without a key', over('none', 'tags', ':prod'), 'rule.none[1].in[1][0]', 'key:value, found ":prod"'],
    ['a number among tags', over('none', 'tags', 3), 'rule.none[1].in[1][0]', 'found 3'],
  ])('%s', (_name, rule, path, says) => {
    const problem = checkRule(rule);
    expect(problem?.path).toBe(path);
    expect(problem?.message.startsWith(`${path}: `)).toBe(true);
    expect(problem?.message).toContain(says);
  });

  it('names the first of several problems', () => {
    expect(checkRule(all(isIn('nope', 'a'), { or: [] }, not(3)))?.path).toBe('rule.and[0].in[0].var');
  });

  it.each<[string, (inner: JsonValue) => JsonValue]>([
    ['!', (inner) => ({ '!': inner })],
    ['! with lists', (inner) => ({ '!': [inner] })],
    ['lists', (inner) => [inner]],
    ['and', (inner) => ({ and: [inner] })],
    ['some', (inner) => ({ some: [{ var: 'tags' }, inner] })],
    ['values', (inner) => ({ in: [{ var: 'instance_id' }, [inner]] })],
  ])('survives 10,000 nested %s', (_name, wrap) => {
    let rule: JsonValue = instance;
    for (let depth = 0; depth < 10_000; depth++) rule = wrap(rule);
    expect(checkRule(rule)).toMatchObject({ path: expect.stringMatching(/^rule/), message: expect.any(String) });
  });

  it('keeps messages short, whatever was sent', () => {
    const long = 'x'.repeat(100_000);
    for (const rule of [long, { [long]: 1 }, { [long]: 1, b: 1 }, isIn(long, 'a'), over('some', 'tags', long)]) {
      expect(checkRule(rule)?.message.length).toBeLessThan(300);
    }
  });
});

describe('matches', () => {
  it.each<[string, JsonValue, has: boolean, hasNot: boolean]>([
    ['in', instance, true, false],
    ['in without the value', isIn('instance_id', 'i-9'), false, false],
    ['in takes no part of a text', isIn('instance_id', 'i-11', 'i'), false, false],
    ['in knows upper from lower case', isIn('cluster_name', 'Main'), false, false],
    ['! in', not(instance), false, true],
    ['! in with a list', { '!': [isIn('cluster_name', 'other')] }, true, true],
    ['the cluster', isIn('cluster_name', 'main'), true, false],
    ['the node group', isIn('node_group_name', 'workers'), true, false],
    ['some', prod, true, false],
    ['some without the tag', over('some', 'tags', 'env:dev'), false, false],
    ['some takes no part of a tag', over('some', 'tags', 'env:pro', 'nv:prod'), false, false],
    ['some over instance tags', over('some', 'instance_tags', 'x:y', 'aws:autoscaling:groupName:workers'), true, false],
    ['tags are not instance tags', over('some', 'instance_tags', 'env:prod'), false, false],
    ['none', over('none', 'tags', 'env:prod'), false, true],
    ['none without the tag', over('none', 'tags', 'env:dev'), true, true],
    ['! some', not(prod), false, true],
    ['! none', not(over('none', 'tags', 'env:prod')), true, false],
    ['and, both', all(instance, prod), true, false],
    ['and, the first only', all(instance, not(prod)), false, false],
    ['and, the second only', all(not(instance), prod), false, false],
    ['and, neither', all(not(instance), not(prod)), false, true],
    ['and of one', all(prod), true, false],
    ['tags twice', all(prod, over('some', 'tags', 'team:storage'), over('none', 'tags', 'tier:cold')), true, false],
  ])('%s', (_name, rule, has, hasNot) => {
    expect(checkRule(rule)).toBeUndefined();
    expect([matches(rule, subject), matches(rule, alone)]).toEqual([has, hasNot]);
  });

  it('follows a rule object that changed', () => {
    const rule = { in: [{ var: 'instance_id' }, ['i-1']] };
    expect(matches(rule, subject)).toBe(true);
    rule.in[1] = ['i-9'];
    expect(matches(rule, subject)).toBe(false);
  });

  it('takes long lists', () => {
    const many = Array.from({ length: 40_000 }, (_, index) => `k:${index}`);
    expect(matches(over('some', 'tags', ...many.slice(-1)), { ...subject, tags: many })).toBe(true);
    expect(matches({ in: [{ var: 'instance_id' }, [...many, 'i-1']] }, subject)).toBe(true);
  });
});

describe('for any rule and volume', () => {
  // Few names, so that rules and volumes meet; some of them are names that objects have anyway.
  const ids = fc.constantFrom('i-1', 'i-2', '__proto__', 'constructor', '0');
  const tags = fc.constantFrom('env:prod', 'env:dev', 'a:', 'a:b:c', '__proto__:x', 'length:1');
  const values = fc.uniqueArray(ids, { minLength: 1 });
  const tagLists = fc.uniqueArray(tags, { minLength: 1 });

  type Test = { operator: 'in' | 'some' | 'none'; variable: string; values: string[]; negated: 'no' | 'bare' | 'list' };
  const negated = fc.constantFrom('no', 'bare', 'list');
  const single: fc.Arbitrary<Test> = fc.record({
    operator: fc.constant('in'),
    variable: fc.constantFrom('instance_id', 'cluster_name', 'node_group_name'),
    values,
    negated,
  });
  const tagged: fc.Arbitrary<Test> = fc.record({
    operator: fc.constantFrom('some', 'none'),
    variable: fc.constantFrom('tags', 'instance_tags'),
    values: tagLists,
    negated,
  });
  const tests = fc
    .tuple(
      fc.uniqueArray(single, { selector: (test) => test.variable, maxLength: 3 }),
      fc.array(tagged, { maxLength: 3 }),
      fc.boolean(),
    )
    .filter(([singles, lists]) => singles.length + lists.length > 0)
    .map(([singles, lists, turned]) => (turned ? [...lists, ...singles] : [...singles, ...lists]));

  const subjects: fc.Arbitrary<RuleSubject> = fc.record({
    instanceId: fc.option(ids),
    clusterName: fc.option(ids),
    nodeGroupName: fc.option(ids),
    tags: fc.uniqueArray(tags),
    instanceTags: fc.uniqueArray(tags),
  });

  function ruleOf(parts: Test[], bare: boolean): JsonValue {
    const conditions = parts.map((test) => {
      const plain =
        test.operator === 'in'
          ? isIn(test.variable, ...test.values)
          : over(test.operator, test.variable, ...test.values);
      if (test.negated === 'no') return plain;
      return { '!': test.negated === 'bare' ? plain : [plain] };
    });
    return conditions.length === 1 && bare ? conditions[0]! : all(...conditions);
  }

  /** The expected answer, from the parts and not from the rule. */
  function holds(test: Test, volume: RuleSubject): boolean {
    const held = {
      instance_id: [volume.instanceId],
      cluster_name: [volume.clusterName],
      node_group_name: [volume.nodeGroupName],
      tags: volume.tags,
      instance_tags: volume.instanceTags,
    }[test.variable] as readonly (string | null)[];
    const common = held.filter((value) => value !== null && test.values.includes(value)).length > 0;
    return (common !== (test.operator === 'none')) !== (test.negated !== 'no');
  }

  it('a rule by the grammar is accepted, and matches as its conditions say', () => {
    fc.assert(
      fc.property(tests, fc.boolean(), subjects, (parts, bare, volume) => {
        const rule = ruleOf(parts, bare);
        expect(checkRule(rule)).toBeUndefined();
        expect(matches(rule, volume)).toBe(parts.every((test) => holds(test, volume)));
      }),
      { numRuns: 1_000 },
    );
  });

  // Nearly rules: the right words, often in the wrong places. Some are valid by luck.
  const { node } = fc.letrec<{ node: JsonValue }>((tie) => ({
    node: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc.oneof(ids, tags, fc.constantFrom<JsonValue>(null, 0, true, '', [], {})),
      fc.constantFrom('instance_id', 'tags', '', '__proto__', 'nope').map((variable) => ({ var: variable })),
      tests.map((parts) => ruleOf(parts, true)),
      fc.array(tie('node'), { maxLength: 3 }),
      fc
        .tuple(fc.constantFrom('in', 'some', 'none', '!', 'and', 'or', 'var', '__proto__'), tie('node'))
        .map(
          ([operator, operand]) => JSON.parse(`{${JSON.stringify(operator)}: ${JSON.stringify(operand)}}`) as JsonValue,
        ),
    ),
  }));

  it('a value is refused with a problem, or evaluated; nothing throws', () => {
    let accepted = 0;
    fc.assert(
      fc.property(fc.oneof(node, fc.jsonValue() as fc.Arbitrary<JsonValue>), subjects, (rule, volume) => {
        const problem = checkRule(rule);
        if (problem === undefined) {
          accepted++;
          expect(matches(rule, volume)).toBeTypeOf('boolean');
        } else {
          expect(problem.message.startsWith(`${problem.path}: `)).toBe(true);
        }
      }),
      { numRuns: 2_000 },
    );
    // Otherwise this test would hold for a grammar that refuses everything.
    expect(accepted).toBeGreaterThan(20);
  });
});
