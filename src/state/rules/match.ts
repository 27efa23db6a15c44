import { defaultMethods, LogicEngine } from 'json-logic-engine';
import type { RuleVariable } from './grammar.ts';

export type JsonValue = string | number | boolean | null | JsonValue[] | { [name: string]: JsonValue };

/** What rules look at: one volume. Texts compare exactly, upper and lower case apart. */
export interface RuleSubject {
  /** The instance the volume is attached to, or null. */
  instanceId: string | null;
  /** The cluster that instance is in, or null. */
  clusterName: string | null;
  /** The node group that instance is in, or null. */
  nodeGroupName: string | null;
  /** The volume's tags as `key:value`. */
  tags: readonly string[];
  /** The instance's tags as `key:value`; empty where there is no instance. */
  instanceTags: readonly string[];
}

const { in: isIn, some, none, and, var: variable, '!': not } = defaultMethods;

/**
 * Interpreted, never compiled (the library compiles with eval), and with the operators of rules only. The plan
 * it would keep for each rule object is off: an answer depends on the rule as it is now.
 */
const engine = new LogicEngine(
  { in: isIn, some, none, and, var: variable, '!': not },
  { disableInterpretedOptimization: true },
);

/**
 * Whether a rule matches a volume.
 *
 * A value the volume has not (no instance, no cluster) is in no list, so `in` is false and `!` of it true. Over
 * no tags `some` is false and `none` true, as JsonLogic has them.
 *
 * @param rule a rule in which `checkRule` found no problem: for such a rule this never throws.
 */
export function matches(rule: JsonValue, subject: RuleSubject): boolean {
  const values: Record<RuleVariable, string | null | readonly string[]> = {
    instance_id: subject.instanceId,
    cluster_name: subject.clusterName,
    node_group_name: subject.nodeGroupName,
    tags: subject.tags,
    instance_tags: subject.instanceTags,
  };
  return engine.run(rule, values) === true;
}
