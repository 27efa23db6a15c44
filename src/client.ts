import type { Static } from '@sinclair/typebox';
import type { clock } from './routes/control/clock.ts';
import type { fault, spec } from './routes/control/faults.ts';
import type * as inventory from './routes/control/inventory-schemas.ts';
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

export type InventoryVolume = Static<typeof inventory.inventoryVolume>;
export type InventorySnapshot = Static<typeof inventory.inventorySnapshot>;
export type InventoryAttachment = Static<typeof inventory.attachment>;
export type InventoryInstance = Static<typeof inventory.instance>;
export type NewVolume = Static<typeof inventory.createVolume.body>;
export type NewInstance = Static<typeof inventory.createInstance.body>;
export type InstanceChange = Static<typeof inventory.changeInstance.body>;
export type AttachVolume = Static<typeof inventory.attachVolume.body>;
/** Which part of a list to answer with: `search`, `status`, `sort` (`field:asc` or `field:desc`), `limit`, `offset`. */
export type ListQuery = Partial<Static<typeof inventory.listVolumes.querystring>>;

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

/** A query string with its question mark, or nothing. */
function queryOf(query: object): string {
  const pairs = Object.entries(query).map(([key, value]): [string, string] => [key, String(value)]);
  return pairs.length > 0 ? `?${new URLSearchParams(pairs)}` : '';
}

/** What an account holds, and what happens to it as if in AWS. */
function accountControl(send: Send, accountId: string) {
  const account = `/accounts/${encodeURIComponent(accountId)}`;
  const volume = (volumeId: string) => `${account}/volumes/${encodeURIComponent(volumeId)}`;
  const instance = (instanceId: string) => `${account}/instances/${encodeURIComponent(instanceId)}`;
  const list = <K extends string, T>(name: K, query: ListQuery) =>
    send<{ count: number } & Record<K, T[]>>('GET', `${account}/${name}${queryOf(query)}`);
  return {
    volumes: {
      list: async (query: ListQuery = {}) => (await list<'volumes', InventoryVolume>('volumes', query)).volumes,
      get: (volumeId: string) => send<InventoryVolume>('GET', volume(volumeId)),
      create: (wanted: NewVolume) => send<InventoryVolume>('POST', `${account}/volumes`, wanted),
      tag: (volumeId: string, tags: { key: string; value: string }[]) =>
        send<InventoryVolume>('PUT', volume(volumeId), { tags }),
      attach: (volumeId: string, wanted: AttachVolume) =>
        send<InventoryVolume>('POST', `${volume(volumeId)}/attach`, wanted),
      activate: (volumeId: string) => send<InventoryVolume>('POST', `${volume(volumeId)}/activate`),
      delete: (volumeId: string) => send<void>('DELETE', volume(volumeId)),
    },
    snapshots: {
      list: async (query: ListQuery = {}) => (await list<'snapshots', InventorySnapshot>('snapshots', query)).snapshots,
    },
    attachments: {
      list: async (query: ListQuery = {}) =>
        (await list<'attachments', InventoryAttachment>('attachments', query)).attachments,
    },
    instances: {
      list: async (query: Omit<ListQuery, 'status'> = {}) =>
        (await list<'instances', InventoryInstance>('instances', query)).instances,
      get: (instanceId: string) => send<InventoryInstance>('GET', instance(instanceId)),
      create: (wanted: NewInstance) => send<InventoryInstance>('POST', `${account}/instances`, wanted),
      change: (instanceId: string, change: InstanceChange) =>
        send<InventoryInstance>('PUT', instance(instanceId), change),
      terminate: (instanceId: string) => send<void>('DELETE', instance(instanceId)),
    },
  };
}

function worldControl(send: Send) {
  const named = (name: string) => `/checkpoints/${encodeURIComponent(name)}`;
  return {
    /** Back to the seed: state, clock, pace, ids, faults and journal. */
    reset: () => send<void>('POST', '/reset'),

    /** The accounts of the world: its own, and its sub-accounts. */
    accounts: async () =>
      (
        await send<{ accounts: { accountId: string; name: string; parentAccountId: string | null }[] }>(
          'GET',
          '/accounts',
        )
      ).accounts,

    account: (accountId: string) => accountControl(send, accountId),

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
      list: async (filter: JournalFilter = {}) =>
        (await send<{ requests: JournalEntry[] }>('GET', `/requests${queryOf(filter)}`)).requests,
      clear: () => send<void>('DELETE', '/requests'),
    },
  };
}
