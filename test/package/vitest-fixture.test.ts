import { describe, expect } from 'vitest';
import { test } from '../../src/vitest.ts';

const seen = new Map<string, { organizationId: string; url: string }>();

const snapshot = (world: { url: string; accounts: { token: string }[] }) =>
  fetch(`${world.url}/api/v1/volumes/vol-0b9176567fe16f0bc/create-snapshot`, {
    method: 'POST',
    headers: { authorization: `Bearer ${world.accounts[0]?.token}` },
  }).then((response) => response.json());

describe.each(['one', 'two'])('a test: %s', (name) => {
  test('has a world of its own: the default one, its time standing still', async ({ world, emulator }) => {
    expect(world.url).toBe(emulator.url);
    expect(world.accounts.map((each) => each.name)).toEqual(['production', 'staging']);
    expect(await world.control.clock.get()).toMatchObject({ mode: 'controlled', now: '2026-01-01T00:00:00.000Z' });
    expect(await world.control.requests.list()).toEqual([]);
    const { datafySnapshotId } = (await snapshot(world)) as { datafySnapshotId: string };
    await world.control.clock.advance(60);
    // The same in both tests: neither saw the other.
    expect(datafySnapshotId).toMatch(/^dsnap-000000001/);
    expect((await world.control.requests.list()).map(({ id }) => id)).toEqual([1]);
    seen.set(name, { organizationId: world.organizationId, url: world.url });
  });
});

test('the worlds were two, of one emulator, and are gone', async ({ emulator }) => {
  expect(new Set([...seen.values()].map(({ organizationId }) => organizationId)).size).toBe(2);
  expect(new Set([...seen.values()].map(({ url }) => url))).toEqual(new Set([emulator.url]));
  for (const { organizationId } of seen.values()) {
    expect((await fetch(`${emulator.url}/_emulator/organizations/${organizationId}/clock`)).status).toBe(404);
  }
});

const other = test.extend({ worldOptions: { accounts: [{ name: 'mine' }], pace: { snapshot: 1000 } } });

other('what the worlds begin with can be changed', async ({ world }) => {
  expect(world.accounts.map((each) => each.name)).toEqual(['mine']);
  expect(await world.control.pace.get()).toMatchObject({ snapshot: 1000 });
  expect((await world.control.clock.get()).mode).toBe('system');
  expect((await world.control.state.export()).volumes).toEqual([]);
});

describe('in one place of a file', () => {
  test.override({ worldOptions: { accounts: [{ name: 'here' }] } });
  test('too', ({ world }) => expect(world.accounts.map((each) => each.name)).toEqual(['here']));
});

test('a test that needs no world has the emulator', async ({ emulator }) => {
  expect((await emulator.control.health()).status).toBe('ok');
});
