import type { FastifyInstance } from 'fastify';
import { type AppOptions, buildApp } from '../../src/app.ts';
import { type ControlledClock, controlledClock, formatInstant } from '../../src/ground/clock.ts';
import type { Timeouts } from '../../src/http/connections.ts';
import { defaults } from '../../src/options/options.ts';
import type { Surfaces } from '../../src/routes/surfaces.ts';
import type { WorldDocument } from '../../src/state/document/document.ts';
import type { Pace } from '../../src/state/engine/pace.ts';
import type { State } from '../../src/state/index.ts';

/** When every test begins. */
export const beginning = Date.UTC(2026, 0, 1);

/** The default seed's names for what the tests touch. */
export const organization = '0a6f2a52-3c1d-4d62-9d0e-8f3c5b7a1e00';
export const production = '1536356a-b26f-4feb-8cd5-56b54b6c51d2';
export const staging = '7c9e6679-7425-40de-944b-e07fc1f90ae7';

/** Its volumes, by what is special about them. All are production's but the last. */
export const volumes = {
  /** The documentation's: managed, attached to nothing. */
  documented: 'vol-0b9176567fe16f0bc',
  attached: 'vol-0a1b2c3d4e5f60010',
  modifying: 'vol-0a1b2c3d4e5f60020',
  ordinary: 'vol-0a1b2c3d4e5f60030',
  boot: 'vol-0a1b2c3d4e5f60040',
  withoutAgent: 'vol-0a1b2c3d4e5f60050',
  creating: 'vol-0a1b2c3d4e5f60060',
  activating: 'vol-0a1b2c3d4e5f60070',
  deactivating: 'vol-0a1b2c3d4e5f60080',
  replaced: 'vol-0a1b2c3d4e5f60090',
  replacement: 'vol-0a1b2c3d4e5f60091',
  staging: 'vol-0a1b2c3d4e5f600a0',
} as const;

export const instances = {
  documented: 'i-09759c0bdec242294',
  withoutAgent: 'i-0a1b2c3d4e5f60002',
  otherZone: 'i-0a1b2c3d4e5f60003',
  staging: 'i-0a1b2c3d4e5f60004',
} as const;

export const snapshots = {
  documented: 'dsnap-0b9176567fe16f0bd',
  pending: 'dsnap-0a1b2c3d4e5f60014',
  error: 'dsnap-0a1b2c3d4e5f60017',
} as const;

export interface World {
  app: FastifyInstance;
  state: State;
  clock: ControlledClock;
  /** Calls without a token. `body` undefined: none is sent. A body that is text goes out as it is. */
  send: Send;
  /** Calls with a token. */
  as(token: string): Send;
  /** Another world beside the default one. */
  createWorld(document: WorldDocument, when: When): number;
  /** Every row of every table. */
  dump(): Record<string, Row[]>;
  /** How many rows were ever written, and undone, on its connection: where it stays, every row is as it was. */
  writes(): number;
  close(): Promise<void>;
}

/** A world's time. `clockNow` null: it is the process's. */
interface When {
  clockNow: number | null;
  pace: Pace;
}

/** Makes a world from a document, and answers its key. */
export function createWorld(state: State, document: WorldDocument, { clockNow, pace }: When): number {
  return state.control.create({
    ...document,
    clock: clockNow === null ? { mode: 'system' } : { mode: 'controlled', now: formatInstant(clockNow) },
    pace,
  });
}

export type Method = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE';

export type Send = (method: Method, path: string, body?: unknown, headers?: Record<string, string>) => Promise<Answer>;

// biome-ignore lint/suspicious/noExplicitAny: what is in it is what the tests are about
export type Row = Record<string, any>;

export interface Answer {
  status: number;
  headers: Record<string, string | string[] | number | undefined>;
  /** The body as it came. */
  text: string;
  /** The parsed body; undefined where it is empty, or no JSON. */
  // biome-ignore lint/suspicious/noExplicitAny: what is in it is what the tests are about
  body: any;
}

/** The whole app with a database in memory and a clock that moves only when told. */
export async function buildWorld(
  options: Partial<AppOptions> = {},
  timeouts?: Timeouts,
  surfaces?: Surfaces,
): Promise<World> {
  const clock = controlledClock(beginning);
  const all = { ...defaults, logLevel: 'silent' as const, ...options };
  const { app, state, db } = await buildApp(all, clock, timeouts, surfaces);
  const send: Send = async (method, path, body, headers) => {
    const response = await app.inject({
      method,
      url: path,
      headers: { ...headers },
      ...(body !== undefined && { payload: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    return {
      status: response.statusCode,
      headers: response.headers,
      text: response.body,
      body: response.body !== '' && /json/.test(String(response.headers['content-type'])) ? response.json() : undefined,
    };
  };
  return {
    app,
    state,
    clock,
    send,
    as: (token) => (method, path, body, headers) =>
      send(method, path, body, { authorization: `Bearer ${token}`, ...headers }),
    createWorld: (document, when) => createWorld(state, document, when),
    dump: () => {
      // What is open is as good as committed, but for what is only written then.
      state.flush();
      const tables = db
        .prepare<[], string>("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
        .pluck()
        .all();
      return Object.fromEntries(tables.map((name) => [name, db.prepare<[], Row>(`SELECT * FROM "${name}"`).all()]));
    },
    writes: () => db.prepare<[], number>('SELECT total_changes()').pluck().get() ?? 0,
    close: () => app.close(),
  };
}
