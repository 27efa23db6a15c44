import { randomUuid } from '../../ground/ids.ts';
import { mintSecret } from '../../ground/secrets.ts';
import { fillAccount, idSeed, makeOwnAccountId } from '../document/defaults.ts';
import type { AccountDocument, SeedDocument } from '../document/document.ts';
import { inBody, type NameOf } from '../document/problem.ts';
import { loadSeed } from '../seeds/index.ts';
import type { SeedName } from '../seeds/names.ts';

/** What a test asks for; what it leaves out is filled in, the same in every world. */
export interface NewWorld
  extends Pick<SeedDocument, 'name' | 'volumes' | 'instances' | 'failingRoles' | 'clock' | 'pace'> {
  /** What it begins with; accounts, volumes and instances given beside it come on top. */
  seed?: SeedName;
  accounts?: readonly Partial<Pick<AccountDocument, 'accountId' | 'name'>>[];
}

/** The lists of a seed that a request can add to. */
const lists = ['accounts', 'instances', 'volumes', 'failingRoles'] as const;

/**
 * The document of a fresh world, and its tokens: the organization's first, then one per account. Only its
 * organizationId and the tokens differ from those of another world that was asked for alike.
 */
export async function newWorld(request: NewWorld) {
  const { seed, ...wanted } = request;
  const base = seed === undefined ? undefined : await loadSeed(seed);
  const ownAccountId = base?.organizationId ?? makeOwnAccountId();
  const accounts = [
    ...(base?.accounts ?? []),
    ...(wanted.accounts ?? (base ? [] : [{}])).map((account, at) => fillAccount(account, at)),
  ];
  const accountIds = [ownAccountId, ...accounts.map(({ accountId }) => accountId)];
  const tokens = await Promise.all(accountIds.map((accountId) => mintSecret(accountId, 0)));

  /** A request knows its own part of a list, which comes after the seed's. */
  const nameOf: NameOf = (path) => {
    const [list, at, ...rest] = path;
    const shared = lists.find((each) => each === list);
    if (!base || !shared || typeof at !== 'number') return inBody(path);
    const before = base[shared]?.length ?? 0;
    return at < before ? ['seed', ...path].join('/') : inBody([shared, at - before, ...rest]);
  };

  const document: SeedDocument = {
    ...wanted,
    organizationId: randomUuid(),
    ownAccountId,
    name: request.name ?? base?.name ?? 'organization',
    ids: { seed: idSeed, made: 0 },
    accounts,
    tokens: accountIds.map((accountId, at) => ({ accountId, token: tokens[at] ?? '' })),
    rules: base?.rules ?? [],
    failingRoles: [...(base?.failingRoles ?? []), ...(wanted.failingRoles ?? [])],
    instances: [...(base?.instances ?? []), ...(wanted.instances ?? [])],
    volumes: [...(base?.volumes ?? []), ...(wanted.volumes ?? [])],
    snapshots: base?.snapshots ?? [],
  };
  return { document, accounts, tokens, nameOf };
}
