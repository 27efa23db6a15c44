import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { EmulatorError } from '../../../ground/errors.ts';
import type { State } from '../../../state/index.ts';
import { targetOf } from '../../../surface/call.ts';
import * as schemas from './schemas.ts';

/** Sub-accounts of an organization [C]. */
export function accountRoutes(state: State): FastifyPluginAsyncTypebox {
  return async (app) => {
    const config = { about: 'account' } as const;
    const path = '/accounts/:accountId';

    app.post('/accounts', { config: { about: 'organization' }, schema: schemas.createAccount }, (request, reply) => {
      requireOrganization(request);
      reply.code(201).send(state.createAccount(targetOf(request), request.body.name));
    });

    app.get(path, { config, schema: schemas.getAccount }, (request, reply) => {
      reply.send(state.account(targetOf(request)));
    });

    app.put(path, { config, schema: schemas.renameAccount }, (request, reply) => {
      reply.send(state.renameAccount(targetOf(request), request.body.name));
    });

    app.delete(path, { config, schema: schemas.deleteAccount }, (request, reply) => {
      requireOrganization(request);
      state.deleteAccount(targetOf(request));
      reply.code(200).send();
    });
  };
}

/** Accounts come and go by an organization token only [A]. */
function requireOrganization({ call }: FastifyRequest): void {
  if (!call.principal?.ownAccount) throw new EmulatorError('organization-token-required');
}
