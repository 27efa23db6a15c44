import type { Static } from '@sinclair/typebox';
import type { clock } from './routes/control/clock.ts';
import type { fault, spec } from './routes/control/faults.ts';
import type { createOrganization } from './routes/control/organizations.ts';
import type { entry, list } from './routes/control/requests.ts';
import type { Pace } from './state/pace.ts';
import type { WorldDocument } from './state/world-document.ts';

export type { WorldDocument } from './state/world-document.ts';
export type NewOrganization = Static<typeof createOrganization.body>;
export type OrganizationCreated = Static<(typeof createOrganization.response)[201]>;
export type ClockState = Static<typeof clock>;
export type Fault = Static<typeof fault>;
export type NewFault = {
  match: Static<typeof spec.match>;
  effect: Static<typeof spec.effect>;
  skip?: number;
  times?: number;
  probability?: number;
};
export type JournalEntry = Static<typeof entry>;
export type JournalFilter = Static<typeof list.querystring>;

/** What the control surface refused: its status, its code (`X-Emulator-Error`) and its sentence. */
export class ControlError extends Error {
  override name = 'ControlError';
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** What can be done to one world. Every call throws a ControlError where it is refused. */
export type WorldControl = ReturnType<typeof worldControl>;

/** The control surface: the default world's calls, and worlds made and removed. */
export type ControlClient = ReturnType<typeof controlClient>;

/** A world of its own: its tokens, and its control. */
export interface World extends OrganizationCreated {
  /** Where the API is that the tokens are for. */
  url: string;
  control: WorldControl;
  /** Removes the world with all that is in it. */
  delete(): Promise<void>;
}

type Send = <T>(method: string, path: string, body?: unknown) => Promise<T>;

/**
 * A client of a running emulator's control surface.
 *
 * @param url where it is, such as `http://127.0.0.1:4650`.
 * @param controlToken what it was given as `--control-token`, if anything.
 */
export function controlClient(url: string, controlToken?: string) {
  const send: Send = async (method, path, body) => {
    const response = await fetch(`${url}/_emulator${path}`, {
      method,
      headers: {
        ...(controlToken !== undefined && { authorization: `Bearer ${controlToken}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const answer = text === '' ? undefined : JSON.parse(text);
    if (response.ok) return answer;
    throw new ControlError(response.status, response.headers.get('x-emulator-error') ?? '', answer?.message ?? text);
  };

  return {
    ...worldControl(send),

    health: () => send<{ status: string; version: string; uptimeSeconds: number; apis: string[] }>('GET', '/health'),

    /** Makes a world: nothing that other worlds do reaches it. */
    async createOrganization(request: NewOrganization = {}): Promise<World> {
      const created = await send<OrganizationCreated>('POST', '/organizations', request);
      const path = `/organizations/${created.organizationId}`;
      return {
        ...created,
        url,
        control: worldControl((method, below, body) => send(method, path + below, body)),
        delete: () => send('DELETE', path),
      };
    },
  };
}

function worldControl(send: Send) {
  const named = (name: string) => `/checkpoints/${encodeURIComponent(name)}`;
  return {
    /** Back to the seed: state, clock, pace, ids, faults and journal. */
    reset: () => send<void>('POST', '/reset'),

    state: {
      export: () => send<WorldDocument>('GET', '/state'),
      import: (document: WorldDocument) => send<void>('PUT', '/state', document),
    },

    checkpoints: {
      create: (name: string) => send<{ name: string }>('POST', '/checkpoints', { name }),
      list: async () =>
        (await send<{ checkpoints: { name: string; createdAt: string }[] }>('GET', '/checkpoints')).checkpoints,
      restore: (name: string) => send<void>('POST', `${named(name)}/restore`),
      delete: (name: string) => send<void>('DELETE', named(name)),
    },

    clock: {
      get: () => send<ClockState>('GET', '/clock'),
      /** `now`: RFC 3339; left out, a controlled clock stands where it is. */
      set: (clock: { mode: 'system' | 'controlled'; now?: string }) => send<ClockState>('PUT', '/clock', clock),
      /** Answers when all that came due is done. */
      advance: (seconds: number) => send<ClockState>('POST', '/clock/advance', { seconds }),
      /** Until nothing is under way that would end by itself. */
      advanceUntilIdle: () => send<ClockState>('POST', '/clock/advance', { untilIdle: true }),
    },

    pace: {
      get: () => send<Pace>('GET', '/pace'),
      /** Milliseconds per transition, or a pace by its name. */
      set: (pace: Partial<Pace> | 'instant' | 'realistic') => send<Pace>('PUT', '/pace', pace),
    },

    faults: {
      create: (fault: NewFault) => send<Fault>('POST', '/faults', fault),
      list: async () => (await send<{ faults: Fault[] }>('GET', '/faults')).faults,
      delete: (faultId: string) => send<void>('DELETE', `/faults/${encodeURIComponent(faultId)}`),
      deleteAll: () => send<void>('DELETE', '/faults'),
    },

    requests: {
      /** What was called, and what came of it: the last ones that agree, oldest first. */
      async list(filter: JournalFilter = {}): Promise<JournalEntry[]> {
        const query = new URLSearchParams(
          Object.entries(filter).map(([key, value]): [string, string] => [key, String(value)]),
        );
        return (await send<{ requests: JournalEntry[] }>('GET', `/requests?${query}`)).requests;
      },
      clear: () => send<void>('DELETE', '/requests'),
    },
  };
}
