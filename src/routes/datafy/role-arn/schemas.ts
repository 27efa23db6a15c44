import { Type } from '@sinclair/typebox';
import { accountCall, accountParams, nothing, refusals } from '../shared.ts';

/** Role ARN calls, as Datafy's Terraform provider makes them [C]. */

const common = { ...accountCall, tags: ['Role ARN'], params: accountParams };
const roleArn = { roleArn: Type.String({ description: 'arn:aws:iam::<account>:role/<name>' }) };

export const setRoleArn = {
  ...common,
  operationId: 'setRoleArn',
  summary: 'Set the AWS role of an account, or replace it',
  body: Type.Object({
    ...roleArn,
    skipValidation: Type.Optional(
      Type.Boolean({ default: false, description: "Do not check the role's permissions." }),
    ),
  }),
  response: { 201: Type.Object(roleArn, { description: 'The role.' }), ...refusals(404) },
};

export const getRoleArn = {
  ...common,
  operationId: 'getRoleArn',
  summary: 'Read the AWS role of an account',
  response: { 200: Type.Object(roleArn, { description: 'The role.' }), ...refusals(404) },
};

export const deleteRoleArn = {
  ...common,
  operationId: 'deleteRoleArn',
  summary: 'Remove the AWS role of an account',
  response: { 200: nothing('It is removed.'), ...refusals(404) },
};
