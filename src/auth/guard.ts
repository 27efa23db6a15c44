import type { FastifyInstance, FastifyRequest } from 'fastify';
import { EmulatorError } from '../errors.ts';
import type { State, Target, Targets } from '../state/index.ts';
import { authenticate, type Principal } from './authenticate.ts';
import { accountInPath, readNamed, targetOf, targetsOf } from './target.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The account that a call runs against. */
    target: Target;
    /** The accounts that a list call runs over. */
    targets: Targets;
  }
  interface FastifyContextConfig {
    /**
     * What a call is about: `resource` (the default) something of the target account; `list` things of several, so it
     * has `targets` instead; `account` the account in its path; `organization` whatever the token belongs to.
     */
    about?: 'resource' | 'list' | 'account' | 'organization';
  }
}

/** Since when the header is deprecated is not published: the beginning of 2025 is assumed [A]. */
const deprecatedSince = `@${Date.UTC(2025, 0, 1) / 1000}`;

/**
 * Lets only known callers in, and tells the routes of an instance whom a call is for. It comes before the body is
 * read: who may not call learns nothing of what the call would have said.
 */
export function guard(app: FastifyInstance, state: State): void {
  app.decorateRequest('target');
  app.decorateRequest('targets');
  const warned = new Set<string>();

  app.addHook('onRequest', async (request, reply) => {
    const principal = authenticate(state, request.headers.authorization);
    const named = readNamed(request.query, request.headers['x-datafy-sub-account-id']);
    if (named.header !== undefined) {
      reply.header('Deprecation', deprecatedSince);
      warnOnce(request, principal);
    }
    if (principal.readOnly && request.method !== 'GET') throw new EmulatorError('token-read-only');
    switch (request.routeOptions.config.about) {
      case 'list':
        request.targets = targetsOf(state, principal, named);
        break;
      case 'account':
        request.target = accountInPath(state, principal, (request.params as { accountId: string }).accountId);
        break;
      case 'organization':
        request.target = principal;
        break;
      default:
        request.target = targetOf(state, principal, named);
    }
  });

  function warnOnce(request: FastifyRequest, { tokenId }: Principal): void {
    if (warned.has(tokenId)) return;
    warned.add(tokenId);
    request.log.warn(
      { tokenId },
      'The header X-Datafy-Sub-Account-Id is deprecated: name the account with ?accounts=<sub-account-id>',
    );
  }
}
