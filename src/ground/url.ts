/** Whether a server that listens on the host takes calls to every address of the machine. */
export const isWildcard = (host: string): boolean => host === '0.0.0.0' || host === '::';

/** Where a client on this machine reaches a server that listens on the host. */
export function urlOf(host: string, port: number): string {
  const reachable = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
  return `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`;
}

/** The path of a request's target, without its query. */
export const pathOf = (url: string): string => url.split('?', 1)[0] ?? url;

/**
 * A request's target with each run of slashes in its path as one: both of Datafy's Terraform providers join an endpoint
 * that ends in a slash and a path so [C]. Encoded slashes, and those of a query, stay; so does a target that is no path.
 */
export function withSingleSlashes(url: string): string {
  if (!url.startsWith('/') || !url.includes('//')) return url;
  const end = url.search(/[?#]/);
  const path = end < 0 ? url : url.slice(0, end);
  return path.replace(/\/+/g, '/') + url.slice(path.length);
}
