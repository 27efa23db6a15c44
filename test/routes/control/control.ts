import { Agent, request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { type App, type AppOptions, buildApp } from '../../../src/app.ts';
import { type ControlledClock, controlledClock } from '../../../src/ground/clock.ts';
import type { NewOrganization } from '../../../src/index.ts';
import { defaults } from '../../../src/options/options.ts';
import { beginning, type Method } from '../../support/world.ts';

/** What the tests of the control surface share: an emulator, worlds in it, and ways to call both. */

export interface Answer {
  status: number;
  /** `X-Emulator-Error` */
  code: string | undefined;
  headers: Record<string, string | string[] | number | undefined>;
  text: string;
  /** The parsed body; undefined where it is empty. */
  // biome-ignore lint/suspicious/noExplicitAny: what is in it is what the tests are about
  body: any;
}

/** Sends a call: its body as JSON, a buffer as it is. */
export type Send = (method: Method, url: string, body?: unknown, headers?: Record<string, string>) => Promise<Answer>;

function answerOf(status: number, headers: Answer['headers'], text: string): Answer {
  const code = headers['x-emulator-error'];
  const isJson = /json/.test(String(headers['content-type']));
  return {
    status,
    code: code === undefined ? undefined : String(code),
    headers,
    text,
    body: text !== '' && isJson ? JSON.parse(text) : undefined,
  };
}

const written = (body: unknown) => (Buffer.isBuffer(body) ? body : JSON.stringify(body));

export interface Emulated extends App {
  clock: ControlledClock;
  send: Send;
  /** A call of the control surface. */
  control: Send;
  /** Every row of every table, as text. */
  dump(): string;
  close(): Promise<void>;
}

/** The whole app with a database in memory; the process's clock moves only when told. */
export async function emulate(options: Partial<AppOptions> = {}): Promise<Emulated> {
  const clock = controlledClock(beginning);
  const built = await buildApp({ ...defaults, control: true, logLevel: 'silent', ...options }, clock);
  const { app, db } = built;
  const send: Send = async (method, url, body, headers) => {
    const response = await app.inject({
      method,
      url,
      ...(headers && { headers }),
      ...(body !== undefined && { payload: written(body) }),
    });
    return answerOf(response.statusCode, response.headers, response.body);
  };
  const tables = db
    .prepare<[], string>(
      "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name",
    )
    .pluck();
  return {
    ...built,
    clock,
    send,
    control: (method, path, ...rest) => send(method, `/_emulator${path}`, ...rest),
    dump: () =>
      tables
        .all()
        .map((table) => `${table}\n${JSON.stringify(db.prepare(`SELECT * FROM "${table}"`).all())}`)
        .join('\n'),
    close: () => app.close(),
  };
}

/** Calls over HTTP: with an agent of their own that keeps connections alive, unless another is given. */
export function wire(origin: string, agent = new Agent({ keepAlive: true })): Send {
  return async (method, url, body, headers) => {
    const heard = await hear(origin, method, url, { body, headers, agent });
    if (heard.error) throw heard.error;
    return answerOf(heard.status, heard.headers, heard.text);
  };
}

/** What arrives of an answer, also where the connection ends before it is whole. */
export interface Heard {
  /** 0: no answer began. */
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
  /** How the connection failed, if it did. */
  error: NodeJS.ErrnoException | undefined;
  /** The local port of the connection: the same one means the same connection. */
  port: number | undefined;
}

export function hear(
  origin: string,
  method: Method,
  url: string,
  {
    body,
    headers,
    agent,
    path,
  }: {
    path?: string | undefined;
    body?: unknown;
    headers?: Record<string, string> | undefined;
    agent?: Agent | false | undefined;
  } = {},
): Promise<Heard> {
  return new Promise((resolve) => {
    const heard: Heard = { status: 0, headers: {}, text: '', error: undefined, port: undefined };
    const end = (error?: NodeJS.ErrnoException) => resolve({ ...heard, error });
    const request = httpRequest(origin + url, {
      method,
      ...(agent !== undefined && { agent }),
      // As it is written, where a URL would be put in order first.
      ...(path !== undefined && { path }),
      headers: {
        ...(body !== undefined && {
          'content-type': 'application/json',
          'content-length': String(Buffer.byteLength(written(body))),
        }),
        ...headers,
      },
    });
    request.on('response', (response) => {
      heard.status = response.statusCode ?? 0;
      heard.headers = response.headers;
      response.setEncoding('utf8').on('data', (more) => {
        heard.text += more;
      });
      response.on('end', () => end());
      response.on('error', end);
    });
    request.on('socket', (socket) => {
      const note = () => {
        heard.port = socket.localPort;
      };
      if (socket.connecting) socket.once('connect', note);
      else note();
    });
    request.on('error', end);
    request.end(body === undefined ? undefined : written(body));
  });
}

/** A world of its own, made over the control surface. */
export interface Own {
  organizationId: string;
  /** The organization's token. */
  token: string;
  accounts: { accountId: string; name: string; token: string }[];
  /** Its first account. */
  accountId: string;
  /** Where its control calls are. */
  base: string;
  control: Send;
  /** Calls of the API below /api/v1, with the first account's token. */
  api: Send;
  /** The same with any token. */
  as(token: string): Send;
  /** The whole world as the text of its document. */
  export(): Promise<string>;
}

export const controlled = { mode: 'controlled', now: '2026-01-01T00:00:00.000Z' } as const;

/** Makes a world. Its time stands still, unless the request says otherwise. */
export async function own(send: Send, request: Record<string, unknown> = {}): Promise<Own> {
  const created = await send('POST', '/_emulator/organizations', { clock: controlled, ...request });
  if (created.status !== 201) throw new Error(`No world was made: ${created.text}`);
  const { organizationId, token, accounts } = created.body;
  const base = `/_emulator/organizations/${organizationId}`;
  const control: Send = (method, path, ...rest) => send(method, base + path, ...rest);
  const as =
    (secret: string): Send =>
    (method, path, body, headers) =>
      send(method, `/api/v1${path}`, body, { authorization: `Bearer ${secret}`, ...headers });
  return {
    organizationId,
    token,
    accounts,
    accountId: accounts[0]?.accountId,
    base,
    control,
    api: as(accounts[0]?.token ?? token),
    as,
    export: async () => (await control('GET', '/state')).text,
  };
}

/** A call that is to succeed: answers what it answered. */
export async function done(answer: Promise<Answer>): Promise<Answer['body']> {
  const { status, text, body } = await answer;
  if (status >= 300) throw new Error(`${status}: ${text}`);
  return body;
}

export const zone = 'us-east-1a';
export const worker = 'i-00000001';

const id = (number: number) => `vol-${number.toString(16).padStart(8, '0')}`;

/** Ids of the volumes of `furniture`: ready to be attached, modified, deactivated, and so on. */
export const ids = {
  free: id(1),
  free2: id(2),
  attached: id(3),
  attached2: id(4),
  attached3: id(5),
  attached4: id(6),
  idle: id(7),
  ordinary: id(8),
};

const managed = (volumeId: string, device?: string) => ({
  volumeId,
  status: 'managed' as const,
  sizeGb: 10,
  availabilityZone: zone,
  backingVolumeIds: [`${volumeId}a`, `${volumeId}b`],
  ...(device && { attachment: { instanceId: worker, deviceName: device } }),
});

/** An instance, and volumes to do things to. */
export const furniture = {
  instances: [{ instanceId: worker, availabilityZone: zone, agent: true }],
  volumes: [
    managed(ids.free),
    managed(ids.free2),
    managed(ids.attached, '/dev/sda'),
    managed(ids.attached2, '/dev/sdb'),
    managed(ids.attached3, '/dev/sdc'),
    managed(ids.attached4, '/dev/sdd'),
    managed(ids.idle),
    {
      volumeId: ids.ordinary,
      status: 'ordinary',
      sizeGb: 10,
      availabilityZone: zone,
      tags: [{ key: 'autoscale', value: 'yes' }],
      attachment: { instanceId: worker, deviceName: '/dev/sde' },
    },
  ],
} satisfies NewOrganization;

/** The seconds that each transition of `busy` takes: every one another, so that they end one after the other. */
export const seconds = { modify: 10, snapshot: 20, attach: 30, detach: 40, create: 50, activate: 60, deactivate: 70 };

export const slow = Object.fromEntries(Object.entries(seconds).map(([key, value]) => [key, value * 1000]));

export const roleArn = 'arn:aws:iam::123456789012:role/datafy';

/**
 * A world in which every kind of transition is under way: those that will end, one of each kind that will fail, and
 * those that are held; with tokens, rules and role ARNs beside them. Faults are gone again afterwards.
 */
export async function busy(send: Send): Promise<Own> {
  const world = await own(send, { seed: 'default', accounts: [{ name: 'busy' }], pace: slow });
  const account = world.accounts.find(({ name }) => name === 'busy');
  if (!account) throw new Error('There is no account');
  // What a seed has beside it belongs to the seed's first account: the furniture goes into one of its own.
  await done(world.control('POST', '/reset'));
  const state = JSON.parse(await world.export());
  const owned = <T>(items: T[]) => items.map((item) => ({ accountId: account.accountId, ...item }));
  state.instances.push(...owned(furniture.instances));
  state.volumes.push(...owned(furniture.volumes));
  await done(world.control('PUT', '/state', state));
  const api = world.as(account.token);
  const call = (method: Method, path: string, body?: unknown) => done(api(method, path, body));
  const fault = (transition: string, outcome: 'fail' | 'hold') =>
    done(world.control('POST', '/faults', { match: { transition }, times: 1, effect: { outcome } }));
  const below = `/accounts/${account.accountId}`;

  await call('POST', `${below}/tokens`, { description: 'short', expireInMinutes: 5 });
  await call('POST', `${below}/tokens`, { description: 'long', roleIds: ['6f1d3c1e-0c6b-4b57-9a53-2f6e6f0a0a02'] });
  await call('POST', `${below}/role-arn`, { roleArn });
  await done(world.as(world.token)('POST', `/accounts/${world.accounts[0]?.accountId}/role-arn`, { roleArn }));
  const { ownAccountId } = state;
  await done(world.as(world.token)('PUT', `/accounts/${ownAccountId}`, { name: 'renamed' }));
  await done(world.as(world.token)('PUT', `/accounts/${world.accounts[0]?.accountId}`, { name: 'renamed, too' }));
  // It matches, so autoscaling is switched on: activating.
  const some = { some: [{ var: 'tags' }, { in: [{ var: '' }, ['autoscale:yes']] }] };
  await call('POST', `${below}/autoscaling/rules`, { active: true, rule: some });
  await call('POST', `${below}/autoscaling/rules`, { active: false, rule: some });

  const volumeProperties = { availabilityZone: zone, diskSize: 5 };
  await call('POST', '/aws/volumes/create-autoscaling-volume', { volumeProperties });
  await fault('volume.create', 'hold');
  await call('POST', '/aws/volumes/create-autoscaling-volume', { volumeProperties });
  await call('POST', `/volumes/${ids.free}/create-snapshot`, { description: 'will complete', tags: [{ key: 'a' }] });
  await fault('snapshot.create', 'fail');
  await call('POST', `/volumes/${ids.free}/create-snapshot`, { description: 'will fail' });
  await fault('snapshot.create', 'hold');
  await call('POST', `/volumes/${ids.free}/create-snapshot`, { description: 'is held' });
  await call('POST', `/volumes/${ids.free}/attach`, { instanceId: worker, deviceName: '/dev/sdx' });
  await fault('attachment.attach', 'hold');
  await call('POST', `/volumes/${ids.free2}/attach`, { instanceId: worker, deviceName: '/dev/sdy' });
  await call('POST', `/volumes/${ids.attached}/modify`, { volumeSizeGb: 20, expandFilesystem: true });
  await fault('modification.modify', 'fail');
  await call('POST', `/volumes/${ids.attached2}/modify`, { volumeSizeGb: 20 });
  await call('POST', `/aws/volumes/${ids.attached3}/detach`, { instanceId: worker });
  await fault('attachment.detach', 'hold');
  await call('POST', `/aws/volumes/${ids.attached4}/detach`, { instanceId: worker });
  await call('POST', `/volumes/${ids.idle}/deactivate-autoscaling`);
  await done(world.control('DELETE', '/faults'));
  return { ...world, accountId: account.accountId, api };
}

/** Every operation of an OpenAPI document. */
export function operationsOf(document: { paths: Record<string, Record<string, unknown>> }) {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      path,
      method: method.toUpperCase() as Method,
      operation: operation as {
        operationId: string;
        parameters?: { name: string; in: string }[];
        requestBody?: { content: Record<string, { schema: Record<string, unknown> }> };
      },
    })),
  );
}
