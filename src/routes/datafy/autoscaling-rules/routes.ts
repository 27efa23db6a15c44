import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { State } from '../../../state/index.ts';
import { targetOf } from '../../../surface/call.ts';
import * as schemas from './schemas.ts';

/** Rules that switch autoscaling on for the volumes they match [C]. */
export function autoscalingRuleRoutes(state: State): FastifyPluginAsyncTypebox {
  return async (app) => {
    const config = { about: 'account' } as const;
    const path = '/accounts/:accountId/autoscaling/rules';

    app.post(path, { config, schema: schemas.createRule }, (request, reply) => {
      reply.code(201).send(state.createRule(targetOf(request), request.body));
    });

    app.get(`${path}/:ruleId`, { config, schema: schemas.getRule }, (request, reply) => {
      reply.send(state.rule(targetOf(request), request.params.ruleId));
    });

    app.put(`${path}/:ruleId`, { config, schema: schemas.replaceRule }, (request, reply) => {
      reply.send(state.replaceRule(targetOf(request), request.params.ruleId, request.body));
    });

    app.delete(`${path}/:ruleId`, { config, schema: schemas.deleteRule }, (request, reply) => {
      state.deleteRule(targetOf(request), request.params.ruleId);
      reply.code(200).send();
    });
  };
}
