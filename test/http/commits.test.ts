import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { paces } from '../../src/state/engine/pace.ts';
import { type Answer, controlled, done, type Emulated, emulate, operationsOf } from '../routes/control/control.ts';
import { instances, type Method, production, snapshots, volumes } from '../support/world.ts';

// What becomes of calls whose commit fails. It really does: see `doom`.

const volume = volumes.documented;
const instanceId = instances.documented;
const availabilityZone = 'us-east-1a';
const properties = { volumeProperties: { availabilityZone, diskSize: 10 } };
const restore = { source: { datafySnapshotId: snapshots.documented }, volumeProperties: { availabilityZone } };
const attach = { instanceId, deviceName: '/dev/sdz' };
const rule = { active: true, rule: { in: [{ var: 'instance_id' }, [instanceId]] } };
const roleArn = { roleArn: 'arn:aws:iam::123456789012:role/datafy' };
const below = `/_emulator/accounts/${production}`;

/** What has been made for the calls to name. */
interface Made {
  tokenId: string;
  ruleId: string;
  spare: string;
  other: string;
  ordinary: string;
  state: object;
}

/** Every operation that writes, so that it succeeds. A new one needs its own here. */
const calls: Record<string, (made: Made) => [path: string, body?: unknown]> = {
  createSnapshotCommand: () => [`/api/v1/volumes/${volume}/create-snapshot`, {}],
  createFromSnapshotsCommand: () => ['/api/v1/volumes/create-from-snapshots', restore],
  attachCommand: () => [`/api/v1/volumes/${volume}/attach`, attach],
  modifyCommand: () => [`/api/v1/volumes/${volumes.attached}/modify`, { volumeSizeGb: 300 }],
  deactivateAutoscalingCommand: () => [`/api/v1/volumes/${volume}/deactivate-autoscaling`],
  createAccount: () => ['/api/v1/accounts', { name: 'new' }],
  renameAccount: () => [`/api/v1/accounts/${production}`, { name: 'renamed' }],
  deleteAccount: ({ spare }) => [`/api/v1/accounts/${spare}`],
  createToken: () => [`/api/v1/accounts/${production}/tokens`, {}],
  deleteToken: ({ tokenId }) => [`/api/v1/accounts/${production}/tokens/${tokenId}`],
  setRoleArn: () => [`/api/v1/accounts/${production}/role-arn`, { roleArn: `${roleArn.roleArn}-2` }],
  deleteRoleArn: () => [`/api/v1/accounts/${production}/role-arn`],
  createAutoscalingRule: () => [`/api/v1/accounts/${production}/autoscaling/rules`, rule],
  replaceAutoscalingRule: ({ ruleId }) => [`/api/v1/accounts/${production}/autoscaling/rules/${ruleId}`, rule],
  deleteAutoscalingRule: ({ ruleId }) => [`/api/v1/accounts/${production}/autoscaling/rules/${ruleId}`],
  createAwsVolumeFromSnapshots: () => ['/api/v1/aws/volumes/create-from-snapshots', restore],
  createAutoscalingVolume: () => ['/api/v1/aws/volumes/create-autoscaling-volume', properties],
  createDatafiedPair: () => [
    '/api/v1/volumes/create-datafied-volume',
    { volumeProperties: { availabilityZone: 'us-east-1a', diskSize: 10 } },
  ],
  deleteVolume: () => [`/api/v1/volumes/${volumes.replaced}`],
  createDatafiedVolume: () => ['/api/v1/aws/volumes/create-datafied-volume', properties],
  attachAwsVolume: () => [`/api/v1/aws/volumes/${volume}/attach`, attach],
  detachAwsVolume: () => [`/api/v1/aws/volumes/${volumes.attached}/detach`, { instanceId }],
  modifyAwsVolume: () => [`/api/v1/aws/volumes/${volumes.attached}/modify`, { volumeSizeGb: 300 }],

  createOrganization: () => ['/_emulator/organizations', {}],
  deleteOrganization: ({ other }) => [`/_emulator/organizations/${other}`],
  resetWorld: () => ['/_emulator/reset'],
  importState: ({ state }) => ['/_emulator/state', { ...state, name: 'imported' }],
  createCheckpoint: () => ['/_emulator/checkpoints', { name: 'second' }],
  restoreCheckpoint: () => ['/_emulator/checkpoints/first/restore'],
  deleteCheckpoint: () => ['/_emulator/checkpoints/first'],
  setClock: () => ['/_emulator/clock', { mode: 'controlled', now: '2026-01-01T01:00:00Z' }],
  advanceClock: ({ other }) => [`/_emulator/organizations/${other}/clock/advance`, { seconds: 60 }],
  setPace: () => ['/_emulator/pace', 'instant'],
  createInventoryVolume: () => [`${below}/volumes`, { sizeGb: 10, availabilityZone }],
  tagInventoryVolume: () => [`${below}/volumes/${volume}`, { tags: [{ key: 'new', value: '' }] }],
  deleteInventoryVolume: () => [`${below}/volumes/${volume}`],
  attachInventoryVolume: ({ ordinary }) => [`${below}/volumes/${ordinary}/attach`, attach],
  activateInventoryVolume: () => [`${below}/volumes/${volumes.ordinary}/activate`],
  createInventoryInstance: () => [`${below}/instances`, { availabilityZone }],
  changeInventoryInstance: () => [`${below}/instances/${instanceId}`, { agent: false }],
  terminateInventoryInstance: () => [`${below}/instances/${instanceId}`],
};

/** Those that change nothing in the database. */
const inMemory = ['createFault', 'deleteFaults', 'deleteFault', 'deleteRequests'];

let open: Emulated[] = [];
afterEach(async () => {
  for (const each of open) await each.app.close();
  open = [];
});

/** What only an organization token may do. */
const forOrganizations = ['createAccount', 'deleteAccount'];

/** An emulator in which a snapshot has come due, a deactivation is under way, and nobody has asked since. */
async function prepared() {
  const emulated = await emulate({ pace: paces.realistic });
  open.push(emulated);
  const call = (operationId: string): Promise<Answer> => {
    const [path, body] = calls[operationId]!(made);
    const token = forOrganizations.includes(operationId) ? 'organization-token' : 'account-token';
    const headers: Record<string, string> = path.startsWith('/api/') ? { authorization: `Bearer ${token}` } : {};
    return emulated.send(methods.get(operationId)!, path, body, headers);
  };
  const api = (method: Method, path: string, body?: unknown) =>
    done(emulated.send(method, `/api/v1${path}`, body, { authorization: 'Bearer organization-token' }));
  const own = `/accounts/${production}`;
  const { tokenId } = await api('POST', `${own}/tokens`, {});
  const { ruleId } = await api('POST', `${own}/autoscaling/rules`, { ...rule, active: false });
  await api('POST', `${own}/role-arn`, roleArn);
  const { accountId: spare } = await api('POST', '/accounts', { name: 'spare' });
  const { organizationId: other } = await done(emulated.control('POST', '/organizations', { clock: controlled }));
  await api('POST', `/volumes/${volumes.attached}/create-snapshot?accounts=${production}`);
  await done(emulated.control('POST', '/checkpoints', { name: 'first' }));
  const state = await done(emulated.control('GET', '/state'));
  const { volumeId: ordinary } = await done(
    emulated.control('POST', `/accounts/${production}/volumes`, { sizeGb: 10, availabilityZone }),
  );
  const made: Made = { ordinary, tokenId, ruleId, spare, other, state };
  emulated.clock.advance(paces.realistic.snapshot);
  return { emulated, made, call };
}

type Prepared = Awaited<ReturnType<typeof prepared>>;

/**
 * Makes every commit fail that has written anything, by a rule of the database that is held against it only then;
 * returns how to end that.
 */
function doom({ db }: Emulated): () => void {
  const tables = db
    .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    .pluck()
    .all() as string[];
  db.exec('CREATE TABLE doom (organization INTEGER REFERENCES organization (key) DEFERRABLE INITIALLY DEFERRED)');
  for (const table of tables) {
    for (const event of ['INSERT', 'UPDATE', 'DELETE']) {
      db.exec(
        `CREATE TRIGGER doom_${table}_${event} AFTER ${event} ON "${table}" BEGIN INSERT INTO doom VALUES (-1); END`,
      );
    }
  }
  return () => {
    for (const name of db.prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger'").pluck().all()) {
      db.exec(`DROP TRIGGER "${name}"`);
    }
    db.exec('DROP TABLE doom');
  };
}

/** What is in the database, but for what is random, and the numbers of requests. */
const rowsOf = ({ emulated, made }: Prepared, others: string[] = []): string =>
  [made.other, ...others]
    .reduce((text, id) => text.replaceAll(id, 'random'), emulated.dump())
    .replace(
      /"secret_hash":\{"type":"Buffer","data":\[[\d,]+\]\}|"secretHash\W+[0-9a-f]{64}|"changed_by":\d+/g,
      'random',
    );

const document = async (path: string) => {
  const emulated = await emulate();
  const operations = operationsOf((await emulated.send('GET', path)).body);
  await emulated.close();
  return operations.filter(
    ({ method, path }) => method !== 'GET' && !path.includes('/organizations/{organizationId}/'),
  );
};
const operations = [...(await document('/openapi.json')), ...(await document('/_emulator/openapi.json'))];
const methods = new Map(operations.map(({ method, operation }) => [operation.operationId, method]));

test('every operation that may write is here', () => {
  expect([...Object.keys(calls), ...inMemory].sort()).toEqual([...methods.keys()].sort());
});

describe('a call whose commit fails', () => {
  test.each(Object.keys(calls))('%s is refused, and is as if it had never been made', async (operationId) => {
    const one = await prepared();
    const { emulated, call } = one;
    const before = rowsOf(one);
    const end = doom(emulated);
    const answer = await call(operationId);
    expect(answer, answer.text).toMatchObject({ status: 500, code: 'internal' });
    if (calls[operationId]!(one.made)[0].startsWith('/api/')) {
      const { requests } = await done(emulated.control('GET', '/requests?limit=1'));
      expect(requests).toMatchObject([{ operationId, status: 500, error: 'internal', changes: [] }]);
    }
    // What came due needs a commit too, and can have none; yet reads go on, and say that it has come due.
    const read = await emulated.send('GET', '/api/v1/snapshots', undefined, { authorization: 'Bearer account-token' });
    expect(read.status).toBe(200);
    expect(read.body.snapshots.at(-1)).toMatchObject({ status: 'completed' });
    end();
    expect(rowsOf(one)).toBe(before);

    // Nothing of it is remembered either: from here on, all is as where it never failed.
    const other = await prepared();
    const answers = [await call(operationId), await other.call(operationId)];
    for (const { status, text } of answers) expect(status, text).toBeLessThan(300);
    const made = answers.map(({ body }) => body?.organizationId ?? 'none');
    expect(rowsOf(one, made)).toBe(rowsOf(other, made));
    expect(rowsOf(one, made)).not.toBe(before);
  });
});

describe('a clock that cannot be moved, since what comes due then cannot be written', () => {
  test.each([{ seconds: 3_600 }, { untilIdle: true }])(
    'stays where it is, and nobody is told otherwise: %o',
    async (by) => {
      const emulated = await emulate({ pace: paces.realistic });
      open.push(emulated);
      const { control } = emulated;
      await done(control('PUT', '/clock', { mode: 'controlled' }));
      const headers = { authorization: 'Bearer account-token' };
      // The one comes due before the other, which is in trouble.
      for (const path of [`${volumes.attached}/create-snapshot`, `${volumes.documented}/deactivate-autoscaling`]) {
        await done(emulated.send('POST', `/api/v1/volumes/${path}`, undefined, headers));
      }
      const { now } = await done(control('GET', '/clock'));
      const before = emulated.dump();
      emulated.db.exec(
        "CREATE TEMP TRIGGER trouble BEFORE UPDATE ON main.volume BEGIN SELECT RAISE(ABORT, 'trouble'); END",
      );
      expect(await control('POST', '/clock/advance', by)).toMatchObject({ status: 500 });
      emulated.db.exec('DROP TRIGGER trouble');
      expect(emulated.dump()).toBe(before);
      expect(await done(control('GET', '/clock'))).toMatchObject({ now, settled: [] });
      // And it moves once that is possible.
      const { settled } = await done(control('POST', '/clock/advance', by));
      expect(settled.map(({ action }: { action: string }) => action)).toEqual([
        'complete',
        'finish-deactivation',
        'appear',
      ]);
    },
  );
});

describe('a database that may not grow', () => {
  test.each([':memory:', 'a file'])('in %s has what was answered, and nothing that was refused', async (where) => {
    const folder = mkdtempSync(join(tmpdir(), 'datafy-emulator-'));
    const emulated = await emulate({ db: where === ':memory:' ? where : join(folder, 'world.db') });
    open.push(emulated);
    const headers = { authorization: 'Bearer account-token' };
    const create = (description: string) =>
      emulated.send('POST', `/api/v1/volumes/${volume}/create-snapshot`, { description }, headers);
    const pages = emulated.db.pragma('page_count', { simple: true }) as number;
    const [answered, refused] = [new Set<string>(), new Set<string>()];
    /** Several clients at once, so that what one asks for fails in the midst of others. */
    const round = async (name: string) => {
      const calls = Array.from({ length: 16 }, (_, client) => `${name} ${client} ${'x'.repeat(100 * client)}`);
      for (const [at, { status, code }] of (await Promise.all(calls.map(create))).entries()) {
        if (status === 200) answered.add(calls[at]!);
        else refused.add(calls[at]!);
        if (status !== 200) expect({ status, code }).toEqual({ status: 503, code: 'storage-failed' });
      }
      const { snapshots } = await done(emulated.control('GET', '/state'));
      const there = new Set((snapshots as { description: string }[]).map(({ description }) => description));
      expect([...answered].filter((each) => !there.has(each))).toEqual([]);
      expect([...refused].filter((each) => there.has(each))).toEqual([]);
    };
    emulated.db.pragma(`max_page_count = ${pages + 8}`);
    for (let rounds = 0; rounds < 5; rounds++) await round(`full ${rounds}`);
    expect([answered.size, refused.size].every((size) => size > 0)).toBe(true);
    emulated.db.pragma(`max_page_count = ${pages + 1_000}`);
    const before = refused.size;
    await round('after');
    expect(refused.size).toBe(before);
    await emulated.close();
    open.pop();
    rmSync(folder, { recursive: true });
  });
});
