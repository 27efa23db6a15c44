import type { FastifyInstance, FastifyRequest, onRequestHookHandler } from 'fastify';
import { EmulatorError } from '../../ground/errors.ts';
import type { Principal, State, Target } from '../../state/index.ts';
import { firstTimes } from './first-times.ts';
import { accountInPath, type Named, readNamed, targetOf, targetsOf } from './target.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /**
     * What a call is about: `resource` (the default) something of the target account; `list` things of several, so it
     * has `targets` instead; `account` the account in its path; `organization` whatever the token belongs to.
     */
    about?: About;
  }
}

type About = 'resource' | 'list' | 'account' | 'organization';

/** Since when the header is deprecated is not published: the beginning of 2025 is assumed [A]. */
const deprecatedSince = `@${Date.UTC(2025, 0, 1) / 1000}`;

/** How many tokens are remembered as warned. */
const maxWarnedTokens = 1_000;

/** Tells the routes of an instance which account a call is for. */
export function aim(app: FastifyInstance, state: State): void {
  const isFirst = firstTimes(maxWarnedTokens);

  app.addHook('onRoute', (route) => {
    const about = route.config?.about ?? 'resource';
    const hook: onRequestHookHandler = (request, reply, done) => {
      const { call } = request;
      const principal = call.principal as Principal;
      const named = readNamed(request.query, request.headers['x-datafy-sub-account-id']);
      if (named.header !== undefined) {
        reply.header('Deprecation', deprecatedSince);
        warnOnce(request, principal);
      }
      if (principal.readOnly && !['GET', 'HEAD'].includes(request.method)) throw new EmulatorError('token-read-only');
      if (about === 'list') call.targets = targetsOf(state, principal, named);
      else call.target = { ...targetFor(about, request, principal, named), request: call.number };
      done();
    };
    route.onRequest = [hook, ...[route.onRequest ?? []].flat()];
  });

  function targetFor(about: About, request: FastifyRequest, principal: Principal, named: Named): Target {
    switch (about) {
      case 'account':
        return accountInPath(state, principal, (request.params as { accountId: string }).accountId);
      case 'organization':
        return principal;
      default:
        return targetOf(state, principal, named);
    }
  }

  function warnOnce(request: FastifyRequest, { organization, tokenId }: Principal): void {
    if (!isFirst(`${organization}:${tokenId}`)) return;
    request.log.warn(
      { tokenId },
      'The header X-Datafy-Sub-Account-Id is deprecated: name the account with ?accounts=<sub-account-id>',
    );
  }
}
