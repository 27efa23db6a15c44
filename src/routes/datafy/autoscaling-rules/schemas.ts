import { Type } from '@sinclair/typebox';
import { propertiesOf, ruleContent, ruleView } from '../../../state/index.ts';
import { accountCall, accountParams, nothing, refusals } from '../shared.ts';

/** Autoscaling rule calls, as Datafy's Terraform provider makes them [C]. */

const common = { ...accountCall, tags: ['Autoscaling rules'] };

const content = propertiesOf(ruleContent);

const rule = Type.Object(propertiesOf(ruleView));

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
