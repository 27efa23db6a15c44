import type { FastifyInstance } from 'fastify';
import { type AppOptions, buildApp } from '../src/app.ts';
import { type ControlledClock, controlledClock } from '../src/clock.ts';
import { defaults } from '../src/options.ts';
import type { State } from '../src/state/index.ts';

/** When every test begins. */
export const beginning = Date.UTC(2026, 0, 1);

/** The default seed's names for what the tests touch. */
export const organization = '0a6f2a52-3c1d-4d62-9d0e-8f3c5b7a1e00';
export const production = '1536356a-b26f-4feb-8cd5-56b54b6c51d2';
export const staging = '7c9e6679-7425-40de-944b-e07fc1f90ae7';

export interface World {
  app: FastifyInstance;
  state: State;
  clock: ControlledClock;
  /** Calls with a token. `body` undefined: none is sent. */
  as(
    token: string,
  ): (method: Method, path: string, body?: unknown, headers?: Record<string, string>) => Promise<Answer>;
  close(): Promise<void>;
}

export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

export interface Answer {
  status: number;
  headers: Record<string, string | string[] | number | undefined>;
  /** The parsed body; undefined where it is empty. */
  // biome-ignore lint/suspicious/noExplicitAny: what is in it is what the tests are about
  body: any;
}

/** The whole app with a database in memory and a clock that moves only when told. */
export async function buildWorld(options: Partial<AppOptions> = {}): Promise<World> {
  const clock = controlledClock(beginning);
  const { app, state } = await buildApp({ ...defaults, logLevel: 'silent', ...options }, clock);
  return {
    app,
    state,
    clock,
    as: (token) => async (method, path, body, headers) => {
      const response = await app.inject({
        method,
        url: path,
        headers: { authorization: `Bearer ${token}`, ...headers },
        ...(body !== undefined && { payload: typeof body === 'string' ? body : JSON.stringify(body) }),
      });
      return {
        status: response.statusCode,
        headers: response.headers,
        body: response.body === '' ? undefined : response.json(),
      };
    },
    close: () => app.close(),
  };
}
