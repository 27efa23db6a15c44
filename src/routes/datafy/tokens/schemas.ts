import { Type } from '@sinclair/typebox';
import { propertiesOf, roleId, tokenView } from '../../../state/index.ts';
import { accountCall, accountParams, nothing, refusals } from '../shared.ts';

/** Token calls, as Datafy's Terraform provider makes them [C]. */

const common = { ...accountCall, tags: ['Tokens'] };

const token = propertiesOf(tokenView);

/** A hundred years: longer than anyone means, and short enough for every date to be written. */
const maxLifetimeMinutes = 100 * 366 * 24 * 60;

export const createToken = {
  ...common,
  operationId: 'createToken',
  summary: 'Create a token for an account; its secret is shown this once',
  params: accountParams,
  body: Type.Object({
    description: Type.Optional(Type.String({ default: '' })),
    expireInMinutes: Type.Optional(
      Type.Integer({ minimum: 0, maximum: maxLifetimeMinutes, description: '0, or left out: it never expires.' }),
    ),
    roleIds: Type.Optional(
      Type.Array(roleId('A UUID, or the name of one of the two roles.'), {
        description: 'They come back as they are.',
      }),
    ),
  }),
  response: {
    201: Type.Object({ ...token, secret: Type.String() }, { description: 'The new token.' }),
    ...refusals(404),
  },
};

const params = Type.Object({ ...accountParams.properties, tokenId: Type.String({ description: 'A UUID.' }) });

export const getToken = {
  ...common,
  operationId: 'getToken',
  summary: 'Read a token, without its secret',
  params,
  response: { 200: Type.Object(token, { description: 'The token.' }), ...refusals(404) },
};

export const deleteToken = {
  ...common,
  operationId: 'deleteToken',
  summary: 'Delete a token: it stops working at once',
  params,
  response: { 200: nothing('It is deleted.'), ...refusals(404) },
};
