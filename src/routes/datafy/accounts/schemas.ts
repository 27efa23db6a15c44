import { Type } from '@sinclair/typebox';
import { accountView, newAccount, propertiesOf } from '../../../state/index.ts';
import { accountCall, accountParams, nothing, refusals } from '../shared.ts';

/** Account calls, as Datafy's Terraform provider makes them [C]. */

const common = { ...accountCall, tags: ['Accounts'] };

const account = Type.Object(propertiesOf(accountView));

const body = Type.Object(propertiesOf(newAccount));

export const createAccount = {
  ...common,
  operationId: 'createAccount',
  summary: 'Create a sub-account of the calling organization',
  body,
  response: { 201: { ...account, description: 'The new account.' }, ...refusals() },
};

export const getAccount = {
  ...common,
  operationId: 'getAccount',
  summary: 'Read an account',
  params: accountParams,
  response: { 200: { ...account, description: 'The account.' }, ...refusals(404) },
};

export const renameAccount = {
  ...common,
  operationId: 'renameAccount',
  summary: 'Rename an account',
  params: accountParams,
  body,
  response: { 200: { ...account, description: 'The account.' }, ...refusals(404) },
};

export const deleteAccount = {
  ...common,
  operationId: 'deleteAccount',
  summary: 'Delete a sub-account with its tokens, rules and role',
  params: accountParams,
  response: { 200: nothing('It is deleted.'), ...refusals(404, 409) },
};
