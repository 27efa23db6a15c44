import { Type } from '@sinclair/typebox';
import { type Faces, face } from '../../fields/face.ts';
import { type Fields, flag, json, kept } from '../../fields/field.ts';
import { owner, uuid, yesOrNo } from '../../fields/schemas.ts';

const jsonLogic = (description: string) =>
  Type.Unsafe<Record<string, unknown>>({ type: 'object', additionalProperties: true, description });

/** An autoscaling rule: its columns and its document, in the order of an export. */
export const ruleFields = {
  ruleId: kept('id', Type.Optional(uuid('Left out: made, the same every time.'))),
  accountId: owner,
  active: flag('active', Type.Optional(yesOrNo('Left out: yes.')), true),
  rule: json('rule', jsonLogic('JsonLogic.')),
} satisfies Fields;

const its = ruleFields;

/** What callers say of a rule. */
export const ruleContent = {
  active: face(its.active, Type.Boolean({ description: 'Whether it acts.' })),
  rule: face(
    its.rule,
    jsonLogic(
      'JsonLogic: one condition, or several in an `and`. Variables: instance_id, cluster_name, node_group_name; ' +
        'tags and instance_tags, as lists of key:value. Operators: in, some, none, !, and.',
    ),
  ),
} satisfies Faces;

/** A rule as callers see it. */
export const ruleView = {
  accountId: Type.String(),
  ruleId: face(its.ruleId, Type.String()),
  ...ruleContent,
} satisfies Faces;
