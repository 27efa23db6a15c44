import { Type } from '@sinclair/typebox';
import { accountCall, accountParams, nothing, refusals } from '../shared.ts';

/** Autoscaling rule calls, as Datafy's Terraform provider makes them [C]. */

const common = { ...accountCall, tags: ['Autoscaling rules'] };

const content = {
  active: Type.Boolean({ description: 'Whether it acts.' }),
  rule: Type.Unsafe<Record<string, unknown>>({
    type: 'object',
    additionalProperties: true,
    description:
      'JsonLogic: one condition, or several in an `and`. Variables: instance_id, cluster_name, node_group_name; ' +
      'tags and instance_tags, as lists of key:value. Operators: in, some, none, !, and.',
  }),
};

const rule = Type.Object({ accountId: Type.String(), ruleId: Type.String(), ...content });

export const createRule = {
  ...common,
  operationId: 'createAutoscalingRule',
  summary: 'Create an autoscaling rule',
  params: accountParams,
  body: Type.Object(content),
  response: { 201: { ...rule, description: 'The new rule.' }, ...refusals(404) },
};

const params = Type.Object({ ...accountParams.properties, ruleId: Type.String({ description: 'A UUID.' }) });

export const getRule = {
  ...common,
  operationId: 'getAutoscalingRule',
  summary: 'Read an autoscaling rule',
  params,
  response: { 200: { ...rule, description: 'The rule.' }, ...refusals(404) },
};

export const replaceRule = {
  ...common,
  operationId: 'replaceAutoscalingRule',
  summary: 'Replace an autoscaling rule',
  params,
  body: Type.Object(content),
  response: { 200: { ...rule, description: 'The rule.' }, ...refusals(404) },
};

export const deleteRule = {
  ...common,
  operationId: 'deleteAutoscalingRule',
  summary: 'Delete an autoscaling rule; what it switched on stays on',
  params,
  response: { 200: nothing('It is deleted.'), ...refusals(404) },
};
