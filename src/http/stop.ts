import type { FastifyInstance } from 'fastify';
import { clearTimeout, setTimeout } from '../ground/timers.ts';

/** How long answers under way may take once told to stop, in milliseconds. */
const drainTimeoutMs = 2_000;

/** Stops accepting, delivers the answers under way, and lets go of connections that would not end by themselves. */
export async function stop(app: FastifyInstance): Promise<void> {
  // A connection whose answer is still under way would otherwise be kept alive after it.
  Object.assign(app.server, { keepAliveTimeout: 1, keepAliveTimeoutBuffer: 0 });
  const timer = setTimeout(() => app.server.closeAllConnections(), drainTimeoutMs);
  try {
    await app.close();
  } finally {
    clearTimeout(timer);
  }
}
