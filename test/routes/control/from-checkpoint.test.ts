import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startEmulator } from '../../../src/index.ts';
import { paces } from '../../../src/state/engine/pace.ts';
import { busy, controlled, done, type Emulated, emulate, furniture, ids, type Own, own, slow } from './control.ts';

// A world that is made from a checkpoint of another.

let emulated: Emulated;
let world: Own;
const close = () => emulated.close();

const fromOf = (of: Own, checkpoint = 'kept') => ({ organizationId: of.organizationId, checkpoint });
const keep = (of: Own) => done(of.control('POST', '/checkpoints', { name: 'kept' }));
/** A world of the checkpoint, with its clock as it was kept. */
const copy = (more: object = {}) => own(emulated.send, { clock: undefined, from: fromOf(world), ...more });

/** A world as a document, without what each has of its own: its id and its tokens. */
async function content(of: Own): Promise<Record<string, unknown>> {
  const { organizationId: _, tokens: __, ...rest } = JSON.parse(await of.export());
  return rest;
}

describe('a world from a checkpoint', () => {
  beforeEach(async () => {
    emulated = await emulate();
    world = await busy(emulated.send);
    await keep(world);
  });
  afterEach(close);

  test('holds what the checkpoint does, under the same ids, and what was under way goes on', async () => {
    const before = await content(world);
    await done(world.control('POST', '/clock/advance', { untilIdle: true }));
    const other = await copy();
    expect(other.organizationId).not.toBe(world.organizationId);
    expect(await content(other)).toEqual(before);
    const idle = async (of: Own) => (await done(of.control('POST', '/clock/advance', { untilIdle: true }))).settled;
    const ends = await idle(other);
    expect(ends.length).toBeGreaterThan(8);
    await done(world.control('POST', '/checkpoints/kept/restore'));
    expect(await idle(world)).toEqual(ends);
    expect(await content(other)).toEqual(await content(world));
  });

  test('has tokens of its own: one of the organization, and one of each account', async () => {
    const other = await copy();
    const { accounts, ownAccountId, tokens } = JSON.parse(await other.export());
    expect(other.accounts.map(({ accountId, name }) => ({ accountId, name }))).toEqual(
      accounts.map(({ accountId, name }: { accountId: string; name: string }) => ({ accountId, name })),
    );
    expect(tokens.map((each: { accountId: string }) => each.accountId)).toEqual([
      ownAccountId,
      ...other.accounts.map(({ accountId }) => accountId),
    ]);
    const theirs = [world.token, ...world.accounts.map(({ token }) => token)];
    for (const { accountId, token } of other.accounts) {
      expect(theirs).not.toContain(token);
      const asked = await other.as(token)('GET', `/accounts/${accountId}`);
      expect(asked).toMatchObject({ status: 200, body: { parentAccountId: ownAccountId } });
    }
    expect((await done(other.as(other.token)('GET', '/volumes?accounts=all'))).count).toBeGreaterThan(0);
    // The tokens of the other world go on being that world's.
    const description = 'of the first';
    await done(world.api('POST', `/volumes/${ids.free2}/create-snapshot`, { description }));
    expect(await other.export()).not.toContain(description);
    expect(await world.export()).toContain(description);
  });

  test('makes the same ids by the same calls, and knows nothing of the other', async () => {
    const [one, two] = [await copy(), await copy()];
    const calls = async (of: Own) => [
      (await of.as(of.token)('POST', '/accounts', { name: 'third' })).text,
      (await of.as(of.token)('GET', '/snapshots?accounts=all')).text,
    ];
    const before = await content(two);
    const first = await calls(one);
    expect(await content(two)).toEqual(before);
    expect(await calls(two)).toEqual(first);
  });

  test('has neither checkpoints, nor faults, nor a journal, and outlives the world that it is a copy of', async () => {
    await done(world.control('POST', '/faults', { match: {}, effect: { status: 500 } }));
    const other = await copy();
    expect(await done(other.control('GET', '/checkpoints'))).toEqual({ checkpoints: [] });
    expect(await done(other.control('GET', '/faults'))).toEqual({ faults: [] });
    expect(await done(other.control('GET', '/requests'))).toMatchObject({ count: 0 });
    const before = await other.export();
    await done(emulated.control('DELETE', `/organizations/${world.organizationId}`));
    expect(await other.export()).toBe(before);
  });

  test('is reset to what it was made from, with its tokens', async () => {
    const other = await copy({ name: 'copy' });
    const before = await other.export();
    await done(other.as(other.token)('POST', '/accounts', { name: 'more' }));
    await done(other.control('POST', '/clock/advance', { untilIdle: true }));
    await done(other.control('PUT', '/pace', 'instant'));
    await done(other.control('POST', '/reset'));
    expect(await other.export()).toBe(before);
    expect((await other.as(other.token)('GET', '/volumes?accounts=all')).status).toBe(200);
  });

  test('has a name, a clock and a pace of its own where they are given', async () => {
    const now = '2026-01-01T00:00:25.000Z';
    const other = await copy({ name: 'copy', clock: { mode: 'controlled', now }, pace: { attach: 5 } });
    expect(await content(other)).toMatchObject({ name: 'copy', clock: { now }, pace: { ...slow, attach: 5 } });
    // What was due by then is done.
    expect((await content(other)).snapshots).toContainEqual(
      expect.objectContaining({ description: 'will complete', status: 'completed' }),
    );
    expect(await content(world)).toMatchObject({ clock: controlled, pace: slow });
    const system = await copy({ clock: { mode: 'system' }, pace: 'realistic' });
    emulated.clock.advance(1_500);
    expect(await done(system.control('GET', '/clock'))).toMatchObject({
      mode: 'system',
      now: '2026-01-01T00:00:01.500Z',
    });
    expect(await done(system.control('GET', '/pace'))).toEqual(paces.realistic);
    const standing = await copy({ clock: { mode: 'controlled' } });
    expect(await done(standing.control('GET', '/clock'))).toMatchObject({ mode: 'controlled', now: controlled.now });
  });

  test('of the default world, and of one from a checkpoint, is one like any other', async () => {
    await done(emulated.control('POST', '/checkpoints', { name: 'kept' }));
    const { organizationId } = await done(emulated.control('GET', '/state'));
    const copied = await own(emulated.send, { clock: undefined, from: { organizationId, checkpoint: 'kept' } });
    await keep(copied);
    const again = await own(emulated.send, { clock: undefined, from: fromOf(copied) });
    expect(await content(again)).toEqual(await content(copied));
  });
});

describe('what is refused', () => {
  beforeAll(async () => {
    emulated = await emulate();
    world = await own(emulated.send, furniture);
    await done(world.control('POST', '/clock/advance', { seconds: 60 }));
    await keep(world);
  });
  afterAll(close);

  const nobody = '11111111-2222-4333-8444-555555555555';
  test.each<[string, (from: object) => object, RegExp]>([
    [
      'an organization that is not there',
      (from) => ({ from: { ...from, organizationId: nobody } }),
      /^body\/from\/organizationId: There is no organization 1{8}/,
    ],
    [
      'a checkpoint that is not there',
      (from) => ({ from: { ...from, checkpoint: 'lost' } }),
      /^body\/from\/checkpoint: There is no checkpoint "lost": there are kept$/,
    ],
    [
      'no checkpoint',
      ({ organizationId }: { organizationId?: string }) => ({ from: { organizationId } }),
      /checkpoint/,
    ],
    ['an id that is none', (from) => ({ from: { ...from, organizationId: 'x' } }), /^body\/from\/organizationId must/],
    ['an empty name of one', (from) => ({ from: { ...from, checkpoint: '' } }), /^body\/from\/checkpoint must/],
    ['a name that none has', (from) => ({ from: { ...from, checkpoint: 'x'.repeat(201) } }), /body\/from\/checkpoint/],
    ['an unknown field of it', (from) => ({ from: { ...from, bogus: 1 } }), /body\/from\/bogus is not known/],
    ...['seed', 'accounts', 'volumes', 'instances', 'failingRoles'].map(
      (field): [string, (from: object) => object, RegExp] => [
        `${field} beside it`,
        (from) => ({ from, [field]: field === 'seed' ? 'default' : [] }),
        new RegExp(`^body/${field} does not go with body/from, but name, clock, pace do$`),
      ],
    ),
    [
      'a clock that goes back',
      (from) => ({ from, clock: { mode: 'controlled', now: '2026-01-01T00:00:59Z' } }),
      /^body\/clock goes back: the checkpoint was made at 2026-01-01T00:01:00.000Z/,
    ],
    ['the time of a machine that is behind', (from) => ({ from, clock: { mode: 'system' } }), /^body\/clock goes back/],
    ['a pace that is none', (from) => ({ from, pace: { snapshot: -1 } }), /body\/pace/],
    ['an empty name', (from) => ({ from, name: '' }), /body\/name/],
  ])('%s', async (_, body, message) => {
    const before = emulated.dump();
    const refused = await emulated.control('POST', '/organizations', body(fromOf(world)));
    expect(refused, refused.text).toMatchObject({ status: 400, code: 'request-invalid' });
    expect(refused.body.message).toMatch(message);
    expect(emulated.dump()).toBe(before);
  });
});

test('the client makes one, too', async () => {
  const emulator = await startEmulator();
  const first = await emulator.control.createOrganization({ seed: 'default' });
  await first.control.checkpoints.create('ready');
  const from = { organizationId: first.organizationId, checkpoint: 'ready' };
  const second = await emulator.control.createOrganization({ from, name: 'second' });
  expect(second.accounts.map(({ name }) => name)).toEqual(first.accounts.map(({ name }) => name));
  expect((await second.control.state.export()).volumes).toEqual((await first.control.state.export()).volumes);
  await emulator.close();
});
