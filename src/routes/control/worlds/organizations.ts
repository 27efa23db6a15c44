import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from '@sinclair/typebox';
import type { State } from '../../../state/index.ts';
import { newWorld, type SeedName, seedNames, worldDocument } from '../../../state/index.ts';
import { maxWorldBytes, noContent, responses, strictObject } from '../shared.ts';

const { name, accounts, instances, volumes, failingRoles, clock, pace } = worldDocument.properties;
const { accountId, name: accountName } = accounts.items.properties;

export const createOrganization = {
  operationId: 'createOrganization',
  summary: 'Make a world: an organization with accounts, tokens, time and ids of its own',
  tags: ['Worlds'],
  body: strictObject({
    name,
    accounts: Type.Optional(
      Type.Array(strictObject({ name: accountName, accountId }), {
        maxItems: 100,
        description: 'Its sub-accounts; left out: one.',
      }),
    ),
    volumes,
    instances,
    failingRoles,
    seed: Type.Optional(
      Type.Unsafe<SeedName>({
        type: 'string',
        enum: [...seedNames],
        description: 'What it begins with, by the name of a seed: its accounts and all that is in them.',
      }),
    ),
    clock,
    pace,
  }),
  response: responses(
    201,
    Type.Object(
      {
        organizationId: Type.String(),
        token: Type.String({ description: 'An organization token.' }),
        accounts: Type.Array(
          Type.Object({
            accountId: Type.String(),
            name: Type.String(),
            token: Type.String({ description: 'An account token.' }),
          }),
        ),
      },
      { description: 'The world. Its tokens are shown this once.' },
    ),
  ),
};

const deleteOrganization = {
  operationId: 'deleteOrganization',
  summary: 'Remove a world with all that is in it',
  tags: ['Worlds'],
  params: Type.Object({ organizationId: Type.String() }),
  response: noContent('It is gone.'),
};

/** Worlds made and removed. */
export function organizationRoutes(state: State): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.post('/organizations', { schema: createOrganization, bodyLimit: maxWorldBytes }, async (request, reply) => {
      const { document, accounts, tokens, nameOf } = await newWorld(request.body);
      state.control.create(document, nameOf);
      const [organization = '', ...accountTokens] = tokens;
      return reply.code(201).send({
        organizationId: document.organizationId ?? '',
        token: organization,
        accounts: accounts.map(({ accountId, name }, at) => ({
          accountId,
          name,
          token: accountTokens[at] ?? '',
        })),
      });
    });

    app.delete('/organizations/:organizationId', { schema: deleteOrganization }, (request, reply) => {
      state.control.remove(state.control.find(request.params.organizationId));
      reply.code(204).send(undefined);
    });
  };
}
