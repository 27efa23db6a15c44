import type { FastifyInstance } from 'fastify';
import type { Method } from './world.ts';

/** A route as it was registered: its path has `:name` for each parameter. */
export interface Route {
  method: Method;
  url: string;
}

/** Every route of an app, whoever registered it. */
export function routesOf(app: FastifyInstance): Route[] {
  const routes: Route[] = [];
  // Each line of the tree is one segment of a path, indented below the one that it follows.
  const above: string[] = [];
  for (const line of app.printRoutes({ commonPrefix: false }).split('\n')) {
    const [, indent, segment, methods] = /^([│ ]*[├└]── )(\S*)(?: \((.*)\))?$/.exec(line) ?? [];
    if (indent === undefined || segment === undefined) continue;
    above.length = indent.length / 4 - 1;
    above.push(segment);
    for (const method of methods?.split(', ') ?? []) routes.push({ method: method as Method, url: above.join('') });
  }
  return routes;
}
