import { makeId, randomUuid } from './ids.ts';
import { mintSecret } from './secrets.ts';
import type { WorldDocument } from './state/world-document.ts';

/** What a test asks for; what it leaves out is filled in, the same in every world. */
export interface NewWorld {
  name?: string;
  accounts?: readonly { name?: string; accountId?: string }[];
  volumes?: WorldDocument['volumes'];
  instances?: WorldDocument['instances'];
  failingRoles?: NonNullable<WorldDocument['failingRoles']>;
  clock?: NonNullable<WorldDocument['clock']>;
  pace?: NonNullable<WorldDocument['pace']>;
}

/** Every fresh world draws its ids from the same seed: the same calls in two of them give the same ids. */
const idSeed = 'world';

/**
 * The document of a fresh world, and its tokens: the organization's first, then one per account. Only its
 * organizationId and the tokens differ from those of another world that was asked for alike.
 */
export async function newWorld(request: NewWorld): Promise<{ document: WorldDocument; tokens: string[] }> {
  const { name = 'organization', accounts: wanted = [{}], clock, pace, failingRoles } = request;
  const ownAccountId = makeId('uuid', `${idSeed}:account`, 0);
  const accounts = wanted.map((account, at) => ({
    accountId: account.accountId ?? makeId('uuid', `${idSeed}:account`, at + 1),
    name: account.name ?? `account-${at + 1}`,
  }));
  const accountIds = [ownAccountId, ...accounts.map(({ accountId }) => accountId)];
  const tokens = await Promise.all(accountIds.map((accountId) => mintSecret(accountId, 0)));
  const owned = <T extends { accountId: string }>(items: readonly T[] = []) =>
    items.map((item) => ({ ...item, accountId: item.accountId ?? accounts[0]?.accountId ?? ownAccountId }));
  return {
    tokens,
    document: {
      organizationId: randomUuid(),
      ownAccountId,
      name,
      ...(clock && { clock }),
      ...(pace && { pace }),
      ids: { seed: idSeed, made: 0 },
      accounts,
      tokens: accountIds.map((accountId, at) => ({ accountId, token: tokens[at] ?? '', description: '' })),
      ...(failingRoles && { failingRoles }),
      instances: owned(request.instances),
      volumes: owned(request.volumes),
      snapshots: [],
    },
  };
}
