import { type ClientRequest, type IncomingMessage, request as overHttp } from 'node:http';
import { request as overHttps } from 'node:https';
import type { AccountControl, Checkpoint, ControlClient, Health, World, WorldControl } from './types/control.ts';
import type { Fault } from './types/faults.ts';
import type {
  InventoryAccount,
  InventoryAttachment,
  InventoryInstance,
  InventorySnapshot,
  InventoryVolume,
} from './types/inventory.ts';
import type { JournalFilter, JournalPage } from './types/journal.ts';
import type { NewOrganization, OrganizationCreated } from './types/organizations.ts';
import type { ClockState, Pace } from './types/time.ts';
import type { WorldDocument } from './types/world-document.ts';

/** What the control surface refused: its status, its code (`X-Emulator-Error`) and its sentence. */
export class ControlError extends Error {
  override name = 'ControlError';
  /** The HTTP status. */
  readonly status: number;
  /** Such as `clock-backwards`; empty where it was not the emulator that answered. */
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

type Send = <T>(method: string, path: string, body?: unknown) => Promise<T>;

/**
 * A client of a running emulator's control surface. Nothing is called before one of its methods is.
 *
 * @param url where it is, such as `http://127.0.0.1:4650`.
 * @param controlToken what it was given as `--control-token`, if anything.
 */
export function controlClient(url: string, controlToken?: string): ControlClient {
  const base = url.replace(/\/+$/, '');
  const send: Send = async (method, path, body) => {
    const headers = {
      ...(controlToken !== undefined && { authorization: `Bearer ${controlToken}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    };
    const { status, code, text } = await call(method, `${base}/_emulator${path}`, headers, body);
    if (status >= 200 && status < 300) return text === '' ? undefined : JSON.parse(text);
    throw new ControlError(status, code, code ? JSON.parse(text).message : text);
  };

  const organization = (organizationId: string) => {
    const world = `/organizations/${encodeURIComponent(organizationId)}`;
    return worldControl((method, path, body) => send(method, world + path, body));
  };

  return {
    ...worldControl(send),

    organization,

    health: () => send<Health>('GET', '/health'),

    async createOrganization(request: NewOrganization = {}): Promise<World> {
      const created = await send<OrganizationCreated>('POST', '/organizations', request);
      const { organizationId } = created;
      return {
        ...created,
        url: base,
        control: organization(organizationId),
        delete: () => send('DELETE', `/organizations/${organizationId}`),
      };
    },
  };
}

/**
 * Sends a call, and resolves to its answer. It does not go by the global `fetch`: a test may have put a stub in its place,
 * and one that runs in happy-dom has a browser's, which may not speak to another site.
 *
 * @throws TypeError, whose cause says why, where there is no answer.
 */
function call(
  method: string,
  url: string,
  headers: Record<string, string>,
  body: unknown,
): Promise<{ status: number; code: string; text: string }> {
  return new Promise((resolve, reject) => {
    const fail = (cause: NodeJS.ErrnoException) =>
      reject(new TypeError(`No answer from ${url}: ${cause.code ?? cause.message}`, { cause }));
    const read = (response: IncomingMessage) => {
      let text = '';
      response.setEncoding('utf8').on('error', fail);
      response.on('data', (more: string) => {
        text += more;
      });
      response.on('end', () => {
        const code = String(response.headers['x-emulator-error'] ?? '');
        resolve({ status: response.statusCode ?? 0, code, text });
      });
    };
    const open = /^https:/i.test(url) ? overHttps : overHttp;
    const request: ClientRequest = open(url, { method, headers }, read);
    request.on('error', fail).end(body === undefined ? undefined : JSON.stringify(body));
  });
}

/** A query string with its question mark, or nothing. */
function queryOf(query: object): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined);
  const pairs = given.map(([key, value]): [string, string] => [key, String(value)]);
  return pairs.length > 0 ? `?${new URLSearchParams(pairs)}` : '';
}

function accountControl(send: Send, accountId: string): AccountControl {
  const account = `/accounts/${encodeURIComponent(accountId)}`;
  const volume = (volumeId: string) => `${account}/volumes/${encodeURIComponent(volumeId)}`;
  const instance = (instanceId: string) => `${account}/instances/${encodeURIComponent(instanceId)}`;
  const list = <K extends string, T>(name: K, query: object) =>
    send<Record<K, T[]>>('GET', `${account}/${name}${queryOf(query)}`);
  return {
    volumes: {
      list: async (query = {}) => (await list<'volumes', InventoryVolume>('volumes', query)).volumes,
      get: (volumeId) => send('GET', volume(volumeId)),
      create: (wanted) => send('POST', `${account}/volumes`, wanted),
      tag: (volumeId, tags) => send('PUT', volume(volumeId), { tags }),
      attach: (volumeId, wanted) => send('POST', `${volume(volumeId)}/attach`, wanted),
      activate: (volumeId) => send('POST', `${volume(volumeId)}/activate`),
      delete: (volumeId) => send('DELETE', volume(volumeId)),
    },
    snapshots: {
      list: async (query = {}) => (await list<'snapshots', InventorySnapshot>('snapshots', query)).snapshots,
    },
    attachments: {
      list: async (query = {}) => (await list<'attachments', InventoryAttachment>('attachments', query)).attachments,
    },
    instances: {
      list: async (query = {}) => (await list<'instances', InventoryInstance>('instances', query)).instances,
      get: (instanceId) => send('GET', instance(instanceId)),
      create: (wanted) => send('POST', `${account}/instances`, wanted),
      change: (instanceId, change) => send('PUT', instance(instanceId), change),
      terminate: (instanceId) => send('DELETE', instance(instanceId)),
    },
  };
}

function worldControl(send: Send): WorldControl {
  const page = (filter: JournalFilter = {}) => send<JournalPage>('GET', `/requests${queryOf(filter)}`);
  const named = (name: string) => `/checkpoints/${encodeURIComponent(name)}`;
  return {
    reset: () => send('POST', '/reset'),
    accounts: async () => (await send<{ accounts: InventoryAccount[] }>('GET', '/accounts')).accounts,
    account: (accountId) => accountControl(send, accountId),
    state: {
      export: () => send<WorldDocument>('GET', '/state'),
      import: (document) => send('PUT', '/state', document),
    },
    checkpoints: {
      create: (name) => send('POST', '/checkpoints', { name }),
      list: async () => (await send<{ checkpoints: Checkpoint[] }>('GET', '/checkpoints')).checkpoints,
      restore: (name) => send('POST', `${named(name)}/restore`),
      delete: (name) => send('DELETE', named(name)),
    },
    clock: {
      get: () => send<ClockState>('GET', '/clock'),
      set: (clock) => send<ClockState>('PUT', '/clock', clock),
      advance: (seconds) => send<ClockState>('POST', '/clock/advance', { seconds }),
      advanceUntilIdle: () => send<ClockState>('POST', '/clock/advance', { untilIdle: true }),
    },
    pace: {
      get: () => send<Pace>('GET', '/pace'),
      set: (pace) => send<Pace>('PUT', '/pace', pace),
    },
    faults: {
      create: (fault) => send<Fault>('POST', '/faults', fault),
      list: async () => (await send<{ faults: Fault[] }>('GET', '/faults')).faults,
      delete: (faultId) => send('DELETE', `/faults/${encodeURIComponent(faultId)}`),
      deleteAll: () => send('DELETE', '/faults'),
    },
    requests: {
      list: async (filter) => (await page(filter)).requests,
      page,
      clear: () => send('DELETE', '/requests'),
    },
  };
}
