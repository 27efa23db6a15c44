import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type ClientRequest, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import {
  ControlError,
  controlClient,
  type Emulator,
  type StartOptions,
  startEmulator,
  type World,
} from '../../src/index.ts';
import { paces } from '../../src/state/engine/pace.ts';
import { furniture, ids, operationsOf, worker, zone } from '../routes/control/control.ts';

describe('startEmulator', () => {
  let emulators: Emulator[] = [];
  let folder: string | undefined;
  afterEach(async () => {
    await Promise.all(emulators.map((each) => each.close()));
    emulators = [];
    if (folder) rmSync(folder, { recursive: true });
    folder = undefined;
  });

  async function start(options?: StartOptions): Promise<Emulator> {
    const emulator = await startEmulator(options);
    emulators.push(emulator);
    return emulator;
  }

  const list = (emulator: Emulator, token = 'account-token') =>
    fetch(`${emulator.url}/api/v1/volumes`, { headers: { authorization: `Bearer ${token}` } });

  test('takes an option that is undefined for one that is left out', async () => {
    const names: Record<keyof StartOptions, undefined> = {
      host: undefined,
      port: undefined,
      db: undefined,
      durability: undefined,
      seed: undefined,
      allowedHost: undefined,
      pace: undefined,
      clock: undefined,
      strict: undefined,
      control: undefined,
      controlToken: undefined,
      logLevel: undefined,
      logFormat: undefined,
    };
    const [one, other] = [await start(), await start(names as unknown as StartOptions)];
    expect(other.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    // When each was started differs, and all else is the same.
    const idsIn = async (emulator: Emulator) => {
      const { volumes } = (await (await list(emulator)).json()) as { volumes: { volumeId: string }[] };
      return volumes.map(({ volumeId }) => volumeId);
    };
    expect(await idsIn(other)).toHaveLength(11);
    expect(await idsIn(other)).toEqual(await idsIn(one));
    expect(await other.control.pace.get()).toEqual(await one.control.pace.get());
    expect(await other.control.clock.get()).toMatchObject({ mode: 'system' });
  });

  test('without options serves the default world on a free port of the loopback address', async () => {
    const [one, other] = [await start(), await start()];
    expect(one.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(one.url).not.toBe(other.url);
    expect(await (await list(one)).json()).toMatchObject({ count: 11 });
    expect(await one.control.health()).toMatchObject({ status: 'ok' });
    await one.control.checkpoints.create('here');
    expect(await other.control.checkpoints.list()).toEqual([]);
  });

  test('takes the options of the executable', async () => {
    const now = '2030-01-01T00:00:00.000Z';
    const emulator = await start({ seed: 'empty', pace: paces.realistic, clock: Date.parse(now), strict: true });
    expect(await emulator.control.clock.get()).toEqual({ mode: 'controlled', now, settled: [], parked: [] });
    expect(await emulator.control.pace.get()).toEqual(paces.realistic);
    expect((await emulator.control.state.export()).volumes).toEqual([]);
    // --strict: the list extension is not there.
    expect((await list(emulator)).status).toBe(404);
  });

  test('keeps its state in a file, where it is given one', async () => {
    folder = mkdtempSync(join(tmpdir(), 'datafy-emulator-'));
    const db = join(folder, 'world.db');
    const first = await startEmulator({ db });
    const world = await first.control.createOrganization({
      name: 'kept',
      ...furniture,
    });
    await fetch(`${first.url}/api/v1/volumes/${ids.free}/create-snapshot`, {
      method: 'POST',
      headers: { authorization: `Bearer ${world.accounts[0]?.token}` },
    });
    const state = await world.control.state.export();
    await world.control.checkpoints.create('kept too');
    await first.close();

    const second = await start({ db });
    const control = `${second.url}/_emulator/organizations/${world.organizationId}`;
    const again = await (await fetch(`${control}/state`)).json();
    expect(again).toEqual({ ...state, clock: { mode: 'system' } });
    expect(await (await fetch(`${control}/checkpoints`)).json()).toMatchObject({ checkpoints: [{ name: 'kept too' }] });
    expect((await list(second, world.accounts[0]?.token)).status).toBe(200);
    // Numbers of requests go on, so that what rows name stays what it was.
    const { requests } = (await (await fetch(`${control}/requests`)).json()) as { requests: { id: number }[] };
    expect(requests.map(({ id }) => id)).toEqual([2]);
  });

  test('gives its client the control token', async () => {
    const emulator = await start({ controlToken: 's3cret' });
    expect(await emulator.control.clock.get()).toMatchObject({ mode: 'system' });
    const world = await emulator.control.createOrganization();
    expect(await world.control.faults.list()).toEqual([]);
    await expect(controlClient(emulator.url).clock.get()).rejects.toMatchObject({
      status: 401,
      code: 'control-token-wrong',
    });
    await expect(controlClient(emulator.url, 'other').clock.get()).rejects.toMatchObject({ status: 401 });
    expect(await controlClient(emulator.url, 's3cret').clock.get()).toMatchObject({ mode: 'system' });
  });

  test('without control has a client that is refused', async () => {
    const emulator = await start({ control: false });
    await expect(emulator.control.clock.get()).rejects.toMatchObject({ status: 404, code: 'call-not-found' });
    expect((await list(emulator)).status).toBe(200);
  });

  test('fails where it cannot listen, or the file cannot be used', async () => {
    const { url } = await start();
    await expect(startEmulator({ port: Number(new URL(url).port) })).rejects.toMatchObject({ code: 'EADDRINUSE' });
    await expect(startEmulator({ db: '/' })).rejects.toMatchObject({ name: 'DatabaseFileError' });
  });

  test('closed, it is gone; once more closes nothing', async () => {
    const emulator = await startEmulator();
    await emulator.close();
    await expect(list(emulator)).rejects.toThrow();
    await emulator.close();
  });
});

describe('the control client', () => {
  let emulator: Emulator;
  let world: World;
  /** What was called, as the document names it. */
  const called = new Set<string>();
  /** Node tells of each request that its HTTP client sends. */
  const note = (message: unknown) => {
    const { method, path } = (message as { request: ClientRequest }).request;
    called.add(`${method} ${path.split('?', 1)[0]}`);
  };

  beforeAll(async () => {
    emulator = await startEmulator();
    subscribe('http.client.request.start', note);
    world = await emulator.control.createOrganization({
      ...furniture,
      name: 'client',
      clock: { mode: 'controlled', now: '2026-01-01T00:00:00.000Z' },
    });
  });
  afterAll(async () => {
    unsubscribe('http.client.request.start', note);
    await emulator.close();
  });

  test('makes worlds and removes them', async () => {
    const other = await emulator.control.createOrganization();
    expect(other).toMatchObject({ url: emulator.url, organizationId: expect.any(String), token: expect.any(String) });
    expect(other.accounts).toHaveLength(1);
    await other.delete();
    await expect(other.control.clock.get()).rejects.toMatchObject({ code: 'organization-not-found' });
    expect(await emulator.control.health()).toMatchObject({ status: 'ok' });
  });

  test('has every call about a world', async () => {
    const { control } = world;
    const accountId = world.accounts[0]?.accountId ?? '';
    const token = world.accounts[0]?.token;
    const api = (path: string, method = 'GET') =>
      fetch(`${world.url}/api/v1${path}`, { method, headers: { authorization: `Bearer ${token}` } });

    const state = await control.state.export();
    expect(state.name).toBe('client');
    expect(await control.state.import({ ...state, name: 'imported' })).toBeUndefined();
    expect(await control.checkpoints.create('a / b')).toEqual({ name: 'a / b', replaced: false });
    expect(await control.checkpoints.create('a / b')).toEqual({ name: 'a / b', replaced: true });
    expect((await control.checkpoints.list()).map(({ name }) => name)).toEqual(['a / b']);
    expect(await control.checkpoints.restore('a / b')).toBeUndefined();
    expect(await control.checkpoints.delete('a / b')).toBeUndefined();

    expect(await control.clock.get()).toEqual({
      mode: 'controlled',
      now: '2026-01-01T00:00:00.000Z',
      settled: [],
      parked: [],
    });
    expect((await control.clock.set({ mode: 'controlled', now: '2026-01-01T00:00:01Z' })).now).toBe(
      '2026-01-01T00:00:01.000Z',
    );
    expect((await control.clock.advance(0.5)).now).toBe('2026-01-01T00:00:01.500Z');
    expect(await control.pace.set({ snapshot: 1000 })).toMatchObject({ snapshot: 1000 });
    expect(await control.pace.get()).toMatchObject({ snapshot: 1000, attach: 0 });
    expect((await api(`/volumes/${ids.free}/create-snapshot`, 'POST')).status).toBe(200);
    expect((await control.clock.advanceUntilIdle()).settled).toMatchObject([
      { resource: 'snapshot', action: 'complete' },
    ]);
    expect(await control.pace.set('instant')).toEqual(paces.instant);

    const fault = await control.faults.create({
      match: { operationId: 'listVolumes' },
      effect: { status: 503 },
      times: 1,
    });
    expect((await api('/volumes')).status).toBe(503);
    expect(await control.faults.list()).toEqual([{ ...fault, seen: 1, fired: 1 }]);
    expect(await control.faults.delete(fault.faultId)).toBeUndefined();
    expect(await control.faults.deleteAll()).toBeUndefined();

    expect((await control.requests.list()).map(({ status }) => status)).toEqual([200, 503]);
    expect(await control.requests.list({ status: 503, limit: 1 })).toMatchObject([{ id: 2, faultId: fault.faultId }]);
    expect(await control.requests.clear()).toBeUndefined();

    expect((await control.accounts()).map((each) => each.accountId)).toContain(accountId);
    const account = control.account(accountId);
    const volumeId = 'vol-0000beef';
    const tags = [{ key: 'Name', value: 'x' }];
    const wanted = { sizeGb: 5, availabilityZone: zone };
    expect(await account.volumes.create({ volumeId, ...wanted })).toMatchObject({ volumeId, status: 'ordinary' });
    expect(await account.volumes.tag(volumeId, tags)).toMatchObject({ tags });
    expect(await account.volumes.attach(volumeId, { instanceId: worker, deviceName: '/dev/sdz' })).toMatchObject({
      volumeId,
    });
    expect(await account.volumes.get(volumeId)).toMatchObject({ attachment: { status: 'attached' } });
    expect(await account.volumes.activate(volumeId)).toMatchObject({ status: 'activating' });
    expect((await account.volumes.list({ search: volumeId })).map((each) => each.status)).toEqual(['managed']);
    // The one that was created above, and the first of the volume that was activated.
    expect(await account.snapshots.list()).toHaveLength(2);
    expect((await account.attachments.list({ limit: 1 })).length).toBe(1);
    const { instanceId } = await account.instances.create({ availabilityZone: zone });
    expect(await account.instances.change(instanceId, { agent: false })).toMatchObject({ agent: false });
    expect(await account.instances.get(instanceId)).toMatchObject({ instanceId });
    expect((await account.instances.list()).map((each) => each.instanceId)).toEqual([worker, instanceId]);
    expect(await account.instances.terminate(instanceId)).toBeUndefined();
    const extra = 'vol-0000cafe';
    await account.volumes.create({ volumeId: extra, ...wanted });
    expect(await account.volumes.delete(extra)).toBeUndefined();
    expect(await control.reset()).toBeUndefined();
    expect((await control.state.export()).name).toBe('client');
  });

  test('calls what the document has: the stream of events alone is left to others', async () => {
    const document = (await (await fetch(`${emulator.url}/_emulator/openapi.json`)).json()) as Parameters<
      typeof operationsOf
    >[0];
    const prefix = `/_emulator/organizations/${world.organizationId}`;
    const calls = [...called].map((each) => each.replace(prefix, '/_emulator'));
    const missing = operationsOf(document)
      .filter(({ path }) => !path.startsWith('/_emulator/organizations/{organizationId}/'))
      .filter(({ method, path }) => {
        const pattern = new RegExp(`^${method} ${path.replace(/\{\w+\}/g, '[^/]+')}$`);
        // The world that was removed has another id than the one that all else is called in.
        return !calls.some((each) => pattern.test(each));
      })
      .map(({ operation }) => operation.operationId);
    expect(missing).toEqual(['listEvents']);
  });

  test('takes an address with a slash at its end, and leaves out of a query what is undefined', async () => {
    const client = controlClient(`${emulator.url}/`);
    const other = await client.createOrganization({ seed: 'default' });
    expect(other.url).toBe(emulator.url);
    const { volumes } = other.control.account(other.accounts[0]?.accountId ?? '');
    expect(await volumes.list({ search: undefined, limit: 2 })).toHaveLength(2);
    await other.delete();
  });

  test('throws what something else than an emulator answers, too', async () => {
    const server = createServer((_, response) => response.writeHead(502).end('<h1>Bad gateway</h1>'));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    await expect(controlClient(`http://127.0.0.1:${port}`).health()).rejects.toMatchObject({
      name: 'ControlError',
      status: 502,
      code: '',
      message: '<h1>Bad gateway</h1>',
    });
    server.close();
    await once(server, 'close');
  });

  test('throws what was refused: its status, its code, and its sentence', async () => {
    const error = await world.control.checkpoints.restore('nothing').catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(ControlError);
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({
      name: 'ControlError',
      status: 404,
      code: 'checkpoint-not-found',
      message: 'There is no checkpoint "nothing"',
    });
    const invalid = await world.control.clock.advance(-1).catch((caught: unknown) => caught);
    expect(invalid).toMatchObject({
      status: 400,
      code: 'request-invalid',
      message: expect.stringContaining('seconds'),
    });
  });
});
