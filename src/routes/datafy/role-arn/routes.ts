import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { State } from '../../../state/index.ts';
import { targetOf } from '../../../surface/call.ts';
import * as schemas from './schemas.ts';

/** The AWS role that Datafy uses for an account [C]. */
export function roleArnRoutes(state: State): FastifyPluginAsyncTypebox {
  return async (app) => {
    const config = { about: 'account' } as const;
    const path = '/accounts/:accountId/role-arn';

    app.post(path, { config, schema: schemas.setRoleArn }, (request, reply) => {
      const { roleArn, skipValidation = false } = request.body;
      state.setRoleArn(targetOf(request), roleArn, skipValidation);
      reply.code(201).send({ roleArn });
    });

    app.get(path, { config, schema: schemas.getRoleArn }, (request, reply) => {
      reply.send({ roleArn: state.roleArn(targetOf(request)) });
    });

    app.delete(path, { config, schema: schemas.deleteRoleArn }, (request, reply) => {
      state.deleteRoleArn(targetOf(request));
      reply.code(200).send();
    });
  };
}
