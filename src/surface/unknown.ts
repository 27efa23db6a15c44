import type { FastifyInstance } from 'fastify';
import { EmulatorError } from '../ground/errors.ts';
import { pathOf } from '../ground/url.ts';
import { type Surface, surfaceAt } from './surface.ts';

/** Refuses what no route takes: 404, or 405 where the path is one of another method. */
export function refuseUnknownCalls(app: FastifyInstance, surfaces: readonly [Surface, ...Surface[]]): void {
  app.setNotFoundHandler(({ method, url, originalUrl }, reply) => {
    const path = pathOf(url);
    const methods = methodsAt(app, path);
    // A script whose variable is empty leaves such a path behind.
    const gap = /[^/]\/(?:\/|$)/.test(pathOf(originalUrl)) && !app.hasRoute({ method: 'GET', url: path });
    if (gap || methods.length === 0) {
      throw new EmulatorError('call-not-found', { method, path, gap, ...describedBy(surfaces, path) });
    }
    reply.header('Allow', methods.join(', '));
    throw new EmulatorError('method-not-allowed', { method, path, methods });
  });
}

/** What describes the calls that are beside a path: the first document of all, where its surface has none of its own. */
function describedBy(surfaces: readonly [Surface, ...Surface[]], path: string) {
  const document = surfaceAt(surfaces, path).document ?? surfaces.find((each) => each.document)?.document;
  return { described: document && { page: document.page, document: document.url } };
}

/** The methods that a path takes; none where there is no such path. */
function methodsAt(app: FastifyInstance, url: string): string[] {
  return ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'].filter((method) => app.findRoute({ method, url }));
}
