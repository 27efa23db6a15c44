import { makeId, randomUuid } from '../ids.ts';
import { mintSecret } from '../secrets.ts';
import { seeds } from './seeds/index.ts';
import type { SeedName } from './seeds/names.ts';
import type { WorldDocument } from './world-document.ts';

/** Something that belongs to the first account, unless it names another. */
type Unowned<T extends { accountId: string }> = Omit<T, 'accountId'> & { accountId?: string };

/** What a test asks for; what it leaves out is filled in, the same in every world. */
export interface NewWorld {
  name?: string;
  /** What it begins with; accounts, volumes and instances given beside it come on top. */
  seed?: SeedName;
  accounts?: readonly { name?: string; accountId?: string }[];
  volumes?: readonly Unowned<WorldDocument['volumes'][number]>[];
  instances?: readonly Unowned<WorldDocument['instances'][number]>[];
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
  const base = request.seed === undefined ? undefined : seeds[request.seed];
  const ownAccountId = base?.organizationId ?? makeId('uuid', `${idSeed}:account`, 0);
  const wanted = (request.accounts ?? (base ? [] : [{}])).map((account, at) => ({
    accountId: account.accountId ?? makeId('uuid', `${idSeed}:account`, at + 1),
    name: account.name ?? `account-${at + 1}`,
  }));
  const accounts = [...(base?.accounts ?? []), ...wanted];
  const accountIds = [ownAccountId, ...accounts.map(({ accountId }) => accountId)];
  const tokens = await Promise.all(accountIds.map((accountId) => mintSecret(accountId, 0)));
  const first = accounts[0]?.accountId ?? ownAccountId;
  const owned = <T extends { accountId?: string }>(items: readonly T[] = []) =>
    items.map((item) => ({ ...item, accountId: item.accountId ?? first }));
  const { clock, pace } = request;
  return {
    tokens,
    document: {
      organizationId: randomUuid(),
      ownAccountId,
      name: request.name ?? base?.name ?? 'organization',
      ...(clock && { clock }),
      ...(pace && { pace }),
      ids: { seed: idSeed, made: 0 },
      accounts,
      tokens: accountIds.map((accountId, at) => ({ accountId, token: tokens[at] ?? '' })),
      failingRoles: [...(base?.failingRoles ?? []), ...(request.failingRoles ?? [])],
      instances: [...(base?.instances ?? []), ...owned(request.instances)],
      volumes: [...(base?.volumes ?? []), ...owned(request.volumes)],
      snapshots: [...(base?.snapshots ?? [])],
    },
  };
}
