/**
 * Which autoscaling rules are accepted.
 *
 * A rule is JsonLogic, but only a small part of it (C, D): a condition compares one variable of a volume
 * with a list of values, `!` turns a condition round, and `and` at the top joins several. These choices are
 * assumptions (A), made on the strict side so that a rule accepted here is not refused elsewhere:
 *
 * - `and` stands only at the top, not within `and` or `!`; a list of one condition will do, an empty one not;
 * - "once in an `and`" counts a negated appearance too;
 * - `!` is not doubled;
 * - `var` is a plain name: no list around it, no default, no dotted path;
 * - values are a list of one or more strings, none empty, and those of tags have a key before the first `:`;
 *   a text in place of the list, which in plain JsonLogic matches any part of it, is refused;
 * - a rule has no more conditions and values than `most` says, which is far more than anybody writes;
 * - the wording of the messages.
 */

/** How large a rule may be: each volume of its account is held against all of it, while every other call waits. */
const most = { conditions: 50, values: 3_000 };

/** Variables that hold one text, or nothing. */
export const singleVariables = ['instance_id', 'cluster_name', 'node_group_name'] as const;

/** Variables that hold a list of `key:value` texts. */
export const tagVariables = ['tags', 'instance_tags'] as const;

export type RuleVariable = (typeof singleVariables)[number] | (typeof tagVariables)[number];

export interface RuleProblem {
  /** Where it is, from the root `rule`: `rule.and[1].some[0].var`. */
  path: string;
  /** One sentence for the caller, fit to be shown as it is: it begins with the path. */
  message: string;
}

/**
 * The first problem of a rule in reading order, or undefined where the rule is valid.
 *
 * Takes anything that JSON can hold, however deep: it never throws, and descends no further than a valid rule goes.
 */
export function checkRule(rule: unknown): RuleProblem | undefined {
  try {
    readRule(rule);
    return undefined;
  } catch (error) {
    if (error instanceof Refusal) return { path: error.path, message: error.message };
    throw error;
  }
}

class Refusal extends Error {
  readonly path: string;

  constructor(path: string, text: string) {
    super(`${path}: ${text}`);
    this.path = path;
  }
}

const accepted = 'use "in", "some", "none", "!" or, at the top, "and"';

/** What to write in place of an operator that JsonLogic has and rules have not. */
const instead = new Map([
  ['or', 'list alternative values in one condition, or make a rule for each alternative'],
  ['==', 'write {"in": [{"var": "instance_id"}, ["i-1"]]}'],
  ['===', 'write {"in": [{"var": "instance_id"}, ["i-1"]]}'],
  ['!=', 'write {"!": {"in": [{"var": "instance_id"}, ["i-1"]]}}'],
  ['!==', 'write {"!": {"in": [{"var": "instance_id"}, ["i-1"]]}}'],
  ['!!', 'write the condition without it'],
]);

function readRule(rule: unknown): void {
  const [operator, conditions] = readOperation(rule, 'rule');
  if (operator !== 'and') {
    readCondition(rule, 'rule', false);
    return;
  }
  if (!Array.isArray(conditions) || conditions.length === 0) {
    throw new Refusal('rule.and', `must be a list of one or more conditions, found ${show(conditions)}`);
  }
  if (conditions.length > most.conditions) {
    throw new Refusal('rule.and', `has ${conditions.length} conditions: it may have ${most.conditions} at most`);
  }
  const seen = new Set<RuleVariable>();
  let values = 0;
  for (const [index, condition] of conditions.entries()) {
    const { variable, path, count } = readCondition(condition, `rule.and[${index}]`, false);
    values += count;
    if (values > most.values) throw new Refusal('rule.and', `has more than ${most.values} values in all`);
    if (seen.has(variable) && !isOneOf(tagVariables, variable)) {
      throw new Refusal(path, `"${variable}" may appear once in an "and": put all its values in one list`);
    }
    seen.add(variable);
  }
}

/** A variable, the path of its name, and with how many values it is compared. */
interface Use {
  variable: RuleVariable;
  path: string;
  count: number;
}

function readCondition(node: unknown, path: string, negated: boolean): Use {
  const [operator, operand] = readOperation(node, path);
  switch (operator) {
    case 'in':
      return readIn(operand, `${path}.in`);
    case 'some':
    case 'none':
      return readTags(operator, operand, `${path}.${operator}`);
    case '!': {
      if (negated) throw new Refusal(path, '"!" may not be doubled: write the condition without both');
      const inside = `${path}["!"]`;
      if (!Array.isArray(operand)) return readCondition(operand, inside, true);
      if (operand.length !== 1) throw new Refusal(inside, `"!" takes one condition, found ${show(operand)}`);
      return readCondition(operand[0], `${inside}[0]`, true);
    }
    case 'and':
      throw new Refusal(path, '"and" may stand only at the top of a rule');
    default: {
      const hint = instead.get(operator);
      throw new Refusal(path, `${show(operator)} is not an operator of rules: ${hint ? `${hint}; ` : ''}${accepted}`);
    }
  }
}

function readIn(operand: unknown, path: string): Use {
  const [name, values] = readPair(operand, path, '{"in": [{"var": "instance_id"}, ["i-1"]]}');
  const variable = readVariable(name, `${path}[0]`);
  const at = `${path}[0].var`;
  if (isOneOf(tagVariables, variable)) {
    throw new Refusal(at, `"${variable}" is a list, which "in" does not take: write ${example('some', variable)}`);
  }
  if (!isOneOf(singleVariables, variable)) {
    throw new Refusal(at, `${show(variable)} is not a variable "in" takes: use ${singleVariables.join(', ')}`);
  }
  return { variable, path: at, count: readValues(values, `${path}[1]`).length };
}

function readTags(operator: 'some' | 'none', operand: unknown, path: string): Use {
  const [name, test] = readPair(operand, path, example(operator, 'tags'));
  const variable = readVariable(name, `${path}[0]`);
  const at = `${path}[0].var`;
  if (isOneOf(singleVariables, variable)) {
    const fit = `{"in": [{"var": "${variable}"}, ["value"]]}`;
    const write = operator === 'some' ? fit : `{"!": ${fit}}`;
    throw new Refusal(at, `"${variable}" is a single value, which "${operator}" does not take: write ${write}`);
  }
  if (!isOneOf(tagVariables, variable)) {
    throw new Refusal(at, `${show(variable)} is not a variable "${operator}" takes: use ${tagVariables.join(', ')}`);
  }

  const inner = `${path}[1]`;
  const [innerOperator, innerOperand] = readOperation(test, inner);
  if (innerOperator !== 'in') {
    const text = `${show(innerOperator)} is not accepted within "${operator}": write ${example(operator, variable)}`;
    throw new Refusal(inner, text);
  }
  const [element, tags] = readPair(innerOperand, `${inner}.in`, '{"in": [{"var": ""}, ["key:value"]]}');
  const elementName = readVariable(element, `${inner}.in[0]`);
  if (elementName !== '') {
    const text = `within "${operator}" the variable is "", the tag at hand, found ${show(elementName)}`;
    throw new Refusal(`${inner}.in[0].var`, text);
  }
  const written = readValues(tags, `${inner}.in[1]`);
  for (const [index, tag] of written.entries()) {
    if (tag.indexOf(':') < 1) {
      throw new Refusal(`${inner}.in[1][${index}]`, `must be a tag written as key:value, found ${show(tag)}`);
    }
  }
  return { variable, path: at, count: written.length };
}

/** The operator and operand of an object that must have exactly one member. */
function readOperation(node: unknown, path: string): [operator: string, operand: unknown] {
  if (typeof node !== 'object' || node === null || Array.isArray(node)) {
    throw new Refusal(path, `must be an object with one operator, found ${show(node)}; ${accepted}`);
  }
  const members = Object.entries(node);
  const [first] = members;
  if (first === undefined) throw new Refusal(path, `must have exactly one operator, found none; ${accepted}`);
  if (members.length > 1) {
    const names = members.slice(0, 3).map(([operator]) => show(operator));
    const found = `${members.length}, ${names.join(', ')}${members.length > 3 ? ', …' : ''}`;
    throw new Refusal(path, `must have exactly one operator, found ${found}: join conditions with "and" at the top`);
  }
  return first;
}

function readPair(operand: unknown, path: string, write: string): [unknown, unknown] {
  if (!Array.isArray(operand) || operand.length !== 2) {
    throw new Refusal(path, `must be a list of two, found ${show(operand)}: write ${write}`);
  }
  return [operand[0], operand[1]];
}

/** The name in `{"var": name}`, known or not. */
function readVariable(node: unknown, path: string): string {
  if (typeof node !== 'object' || node === null || Array.isArray(node)) {
    throw new Refusal(path, `must be {"var": name}, found ${show(node)}; the variable comes before its values`);
  }
  const [operator, name] = readOperation(node, path);
  if (operator !== 'var') throw new Refusal(path, `must be {"var": name}, found ${show(operator)}`);
  if (typeof name !== 'string') throw new Refusal(`${path}.var`, `must be the name of a variable, found ${show(name)}`);
  return name;
}

function readValues(values: unknown, path: string): string[] {
  if (!Array.isArray(values) || values.length === 0) {
    const write = typeof values === 'string' ? `: write [${show(values)}]` : '';
    throw new Refusal(path, `must be a list of one or more strings, found ${show(values)}${write}`);
  }
  if (values.length > most.values) {
    throw new Refusal(path, `is a list of ${values.length}: it may have ${most.values} values at most`);
  }
  for (const [index, value] of values.entries()) {
    if (typeof value !== 'string' || value === '') {
      throw new Refusal(`${path}[${index}]`, `must be a string that is not empty, found ${show(value)}`);
    }
  }
  return values;
}

function example(operator: 'some' | 'none', variable: string): string {
  return `{"${operator}": [{"var": "${variable}"}, {"in": [{"var": ""}, ["key:value"]]}]}`;
}

function isOneOf<T extends string>(names: readonly T[], name: string): name is T {
  return names.includes(name as T);
}

/** A value as a message names it: short, and never descending into what a caller sent. */
function show(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value);
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : `a list of ${value.length}`;
  if (typeof value === 'object' && value !== null) return 'an object';
  return String(value);
}
