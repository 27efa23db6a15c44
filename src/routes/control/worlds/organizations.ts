import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from '@sinclair/typebox';
import { EmulatorError } from '../../../ground/errors.ts';
import type { State } from '../../../state/index.ts';
import { newWorld, type SeedName, seedNames, uuid, worldDocument, worldFromCheckpoint } from '../../../state/index.ts';
import { maxWorldBytes, noContent, responses, strictObject } from '../shared.ts';
import { name as checkpointName } from './checkpoints.ts';

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
    from: Type.Optional(
      strictObject(
        {
          organizationId: uuid('The organization that has the checkpoint.'),
          checkpoint: { ...checkpointName, description: 'Its name.' },
        },
        'A checkpoint that it is a copy of: the same content and ids, and tokens of its own, one for the organization and one for each account. Beside it only `name`, `clock` and `pace` may be given; what is left out is as it was kept.',
      ),
    ),
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

/** What a copy of a checkpoint may have of its own. */
const besideFrom = ['name', 'clock', 'pace'];

/** Worlds made and removed. */
export function organizationRoutes(state: State): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.post('/organizations', { schema: createOrganization, bodyLimit: maxWorldBytes }, async (request, reply) => {
      const { from, ...wanted } = request.body;
      if (from) {
        for (const field of Object.keys(wanted)) {
          if (besideFrom.includes(field)) continue;
          const problems = `body/${field} does not go with body/from, but ${besideFrom.join(', ')} do`;
          throw new EmulatorError('request-invalid', { problems });
        }
        return reply.code(201).send(await worldFromCheckpoint(state.control, { from, ...wanted }));
      }
      const { document, accounts, tokens, nameOf } = await newWorld(wanted);
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
