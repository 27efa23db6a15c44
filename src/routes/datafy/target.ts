import { EmulatorError } from '../../ground/errors.ts';
import type { Principal, State, Target, Targets } from '../../state/index.ts';

/** What a request says of the account it is meant for, as it arrived. */
export interface Named {
  /** Every value of the query parameter `accounts`. */
  accounts: readonly string[];
  /** The deprecated header X-Datafy-Sub-Account-Id. */
  header: string | undefined;
}

const nobody: Named = { accounts: [], header: undefined };

/**
 * `?accounts=a,b` and `?accounts=a&accounts=b` are the same [P]; an empty value says nothing [A].
 *
 * @throws EmulatorError `request-invalid` for `accounts[]` and `accounts[0]`, which some clients make of a list: they
 *   would be passed over, and the call be for another account [A]
 */
export function readNamed(query: unknown, header: string | string[] | undefined): Named {
  for (const name in query as object) {
    if (!/^accounts\[.*\]$/.test(name)) continue;
    const problems = `querystring/${name} is not known: write ?accounts=<sub-account-id>, several of them separated by commas`;
    throw new EmulatorError('request-invalid', { problems });
  }
  const { accounts } = query as { accounts?: string | string[] };
  if (accounts === undefined && header === undefined) return nobody;
  const values = (accounts === undefined ? [] : [accounts].flat()).flatMap((value) => value.split(','));
  return {
    accounts: values.map((value) => value.trim()).filter((value) => value !== ''),
    header: [header].flat().join(',').trim() || undefined,
  };
}

/**
 * The account that a single-resource call runs against: the one named, or the caller's own. Several values, or `all`,
 * are ignored [P]. Where `accounts` is given, the header is not looked at [A].
 *
 * @throws EmulatorError `account-not-allowed`, the same whether the account exists or not
 */
export function targetOf(state: State, principal: Principal, { accounts, header }: Named): Target {
  const named = accounts.length === 0 ? header : accounts.length === 1 ? accounts[0] : undefined;
  if (named === undefined || (named === 'all' && accounts.length === 1)) return principal;
  const [target] = resolve(state, principal, [named]);
  return target ?? principal;
}

/**
 * The accounts that a list call runs over. An organization token has to name them: some of them, or `all` for every
 * sub-account of its organization [P]. For an account token, `all` is its own account [A].
 *
 * @throws EmulatorError `account-not-allowed`, `accounts-required`
 */
export function targetsOf(state: State, principal: Principal, { accounts, header }: Named): Targets {
  const { organization, account, ownAccount } = principal;
  const named = accounts.length > 0 ? accounts : header ? [header] : [];
  if (accounts.includes('all')) {
    const others = accounts.filter((each) => each !== 'all');
    if (others.length > 0) resolve(state, principal, others);
    return over(
      organization,
      ownAccount ? state.subAccounts(organization) : [{ key: account, id: principal.accountId }],
    );
  }
  if (named.length > 0) {
    const targets = resolve(state, principal, named);
    return over(
      organization,
      targets.map((target) => ({ key: target.account, id: target.accountId })),
    );
  }
  if (ownAccount) throw new EmulatorError('accounts-required');
  return over(organization, [{ key: account, id: principal.accountId }]);
}

function over(organization: number, accounts: readonly { key: number; id: string }[]): Targets {
  return { organization, accounts: accounts.map(({ key }) => key), accountIds: accounts.map(({ id }) => id) };
}

/**
 * The account that a path names. One that the caller may not see is answered like one that is not there [A].
 *
 * @throws EmulatorError `account-not-found`
 */
export function accountInPath(state: State, principal: Principal, accountId: string): Target {
  const target = visible(state, principal, accountId);
  if (!target) throw new EmulatorError('account-not-found', { accountId });
  return target;
}

/** The accounts of these ids, where the caller may act for all of them. */
function resolve(state: State, principal: Principal, accountIds: readonly string[]): Target[] {
  const found = accountIds.map((accountId) => visible(state, principal, accountId));
  const refused = accountIds.filter((_, at) => !found[at]);
  if (refused.length > 0) throw new EmulatorError('account-not-allowed', { accountIds: refused });
  return found as Target[];
}

/** An account that the caller may act for: its own, or, with an organization token, one of its organization. */
function visible(state: State, principal: Principal, accountId: string): Target | undefined {
  if (accountId === principal.accountId) return principal;
  const row = principal.ownAccount ? state.findAccount(principal.organization, accountId) : undefined;
  return row && { organization: row.organization, account: row.key, accountId: row.id, ownAccount: false };
}
