import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { done, type Emulated, emulate, type Own, own } from '../routes/control/control.ts';

// A token that a call was made with is remembered. Here each was used before something changes what it is worth.

let emulated: Emulated;
let world: Own;
beforeEach(async () => {
  emulated = await emulate();
  world = await own(emulated.send);
});
afterEach(() => emulated.close());

const call = (token: string) => world.as(token)('GET', '/volumes?accounts=all');

/** A token of the account, minted and used. */
async function minted(): Promise<{ tokenId: string; secret: string; path: string }> {
  const path = `/accounts/${world.accounts[0]?.accountId}/tokens`;
  const { tokenId, secret } = await done(world.as(world.token)('POST', path, {}));
  expect((await call(secret)).status).toBe(200);
  return { tokenId, secret, path };
}

const stopped = { status: 401, code: 'token-unknown' };

describe('a token that was used', () => {
  test('stops when it is deleted', async () => {
    const { tokenId, secret, path } = await minted();
    await done(world.as(world.token)('DELETE', `${path}/${tokenId}`));
    expect(await call(secret)).toMatchObject(stopped);
  });

  test('stops when its account is deleted', async () => {
    const { secret } = await minted();
    await done(world.as(world.token)('DELETE', `/accounts/${world.accounts[0]?.accountId}`));
    expect(await call(secret)).toMatchObject(stopped);
  });

  test('stops when its world is deleted', async () => {
    const { secret } = await minted();
    await done(emulated.control('DELETE', `/organizations/${world.organizationId}`));
    expect(await call(secret)).toMatchObject(stopped);
  });

  test('stops when its world is reset, and begins again when a checkpoint with it is restored', async () => {
    const { secret } = await minted();
    await done(world.control('POST', '/checkpoints', { name: 'with' }));
    await done(world.control('POST', '/reset'));
    expect(await call(secret)).toMatchObject(stopped);
    await done(world.control('POST', '/checkpoints/with/restore'));
    expect((await call(secret)).status).toBe(200);
  });

  test('stops when a document without it is imported', async () => {
    const before = await done(world.control('GET', '/state'));
    const { secret } = await minted();
    await done(world.control('PUT', '/state', before));
    expect(await call(secret)).toMatchObject(stopped);
  });

  test("is of the new account where a document gives it to another's", async () => {
    const { secret } = await minted();
    const document = await done(world.control('GET', '/state'));
    const other = '7c9e6679-7425-40de-944b-e07fc1f90ae7';
    document.accounts.push({ accountId: other, name: 'other' });
    for (const token of document.tokens.slice(-1)) token.accountId = other;
    await done(world.control('PUT', '/state', document));
    expect((await call(secret)).status).toBe(200);
    const requests = await done(world.control('GET', '/requests?limit=1'));
    expect(requests.requests).toMatchObject([{ accountId: other }]);
  });
});
