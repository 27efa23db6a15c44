import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { formatInstant } from '../../clock.ts';
import { hashSecret, mintSecret } from '../../secrets.ts';
import type { State, Token } from '../../state/index.ts';
import * as schemas from './schemas.ts';

/** Tokens of an account [C]. */
export function tokenRoutes(state: State): FastifyPluginAsyncTypebox {
  return async (app) => {
    const config = { about: 'account' } as const;
    const path = '/accounts/:accountId/tokens';

    app.post(path, { config, schema: schemas.createToken }, async (request, reply) => {
      const { description = '', expireInMinutes = 0, roleIds = [] } = request.body;
      const { target } = request;
      const secret = await mintSecret(target.accountId, state.now(target.organization));
      const token = state.createToken(target, {
        description,
        expireInMinutes,
        roleIds,
        secretHash: hashSecret(secret),
      });
      return reply.code(201).send({ ...renderToken(token), secret });
    });

    app.get(`${path}/:tokenId`, { config, schema: schemas.getToken }, (request, reply) => {
      reply.send(renderToken(state.token(request.target, request.params.tokenId)));
    });

    app.delete(`${path}/:tokenId`, { config, schema: schemas.deleteToken }, (request, reply) => {
      state.deleteToken(request.target, request.params.tokenId);
      reply.code(200).send();
    });
  };
}

function renderToken(token: Token) {
  return {
    ...token,
    expires: token.expires === null ? null : formatInstant(token.expires),
    createdAt: formatInstant(token.createdAt),
  };
}
