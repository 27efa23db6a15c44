import type { Instant } from '../ground/clock.ts';
import { EmulatorError } from '../ground/errors.ts';
import type { State, Target } from '../state/index.ts';

/** Who is calling: the account a token belongs to, and what the token may do. */
export interface Principal extends Target {
  tokenId: string;
  /** Null: never. */
  expiresAt: Instant | null;
  readOnly: boolean;
}

/**
 * The caller that an Authorization header names, whether its token is still valid or not.
 *
 * @throws EmulatorError `authorization-missing`, `authorization-malformed`, `token-unknown`
 */
export function identify(state: State, authorization: string | undefined): Principal {
  if (!authorization) throw new EmulatorError('authorization-missing');
  const [, secret] = /^Bearer +([^\s,]+)$/i.exec(authorization) ?? [];
  if (!secret) throw new EmulatorError('authorization-malformed');
  const token = state.findToken(secret);
  if (!token) throw new EmulatorError('token-unknown');
  return {
    organization: token.organization,
    account: token.account,
    accountId: token.account_id,
    ownAccount: token.account_parent === null,
    tokenId: token.id,
    expiresAt: token.expires_at,
    readOnly: token.readOnly,
  };
}

/**
 * A token expires by the clock of its world.
 *
 * @throws EmulatorError `token-expired`
 */
export function checkExpiry(state: State, { organization, expiresAt }: Principal): void {
  if (expiresAt !== null && expiresAt <= state.now(organization)) {
    throw new EmulatorError('token-expired', { expiredAt: expiresAt });
  }
}
