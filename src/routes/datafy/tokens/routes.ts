import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { hashSecret, mintSecret } from '../../../ground/secrets.ts';
import type { State } from '../../../state/index.ts';
import { targetOf } from '../../../surface/call.ts';
import * as schemas from './schemas.ts';

/** Tokens of an account [C]. */
export function tokenRoutes(state: State): FastifyPluginAsyncTypebox {
  return async (app) => {
    const config = { about: 'account' } as const;
    const path = '/accounts/:accountId/tokens';

    app.post(path, { config, schema: schemas.createToken }, async (request, reply) => {
      const { description = '', expireInMinutes, roleIds = [] } = request.body;
      const target = targetOf(request);
      const secret = await mintSecret(target.accountId, state.now(target.organization));
      const token = state.createToken(target, {
        description,
        expireInMinutes: expireInMinutes ?? 0,
        roleIds,
        secretHash: hashSecret(secret),
      });
      // Terraform's provider cuts a ttl down to whole minutes: what was meant to be short lasts for ever [C].
      if (expireInMinutes === 0) {
        const { tokenId } = token;
        request.log.warn({ tokenId }, 'The token never expires: expireInMinutes is 0, as for a ttl below one minute');
      }
      return reply.code(201).send({ ...token, secret });
    });

    app.get(`${path}/:tokenId`, { config, schema: schemas.getToken }, (request, reply) => {
      reply.send(state.token(targetOf(request), request.params.tokenId));
    });

    app.delete(`${path}/:tokenId`, { config, schema: schemas.deleteToken }, (request, reply) => {
      state.deleteToken(targetOf(request), request.params.tokenId);
      reply.code(200).send();
    });
  };
}
