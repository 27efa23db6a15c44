import { EmulatorError } from '../errors.ts';
import { hashSecret } from '../secrets.ts';
import { isReadOnly, type State, type Target } from '../state/index.ts';

/** Who is calling: the account a token belongs to, and what the token may do. */
export interface Principal extends Target {
  tokenId: string;
  readOnly: boolean;
}

/**
 * The caller that an Authorization header names. A token expires by the clock of its world.
 *
 * @throws EmulatorError `authorization-missing`, `authorization-malformed`, `token-unknown`, `token-expired`
 */
export function authenticate(state: State, authorization: string | undefined): Principal {
  if (!authorization) throw new EmulatorError('authorization-missing');
  const [, secret] = /^Bearer +([^\s,]+)$/i.exec(authorization) ?? [];
  if (!secret) throw new EmulatorError('authorization-malformed');
  const token = state.findToken(hashSecret(secret));
  if (!token) throw new EmulatorError('token-unknown');
  if (token.expires_at !== null && token.expires_at <= state.now(token.organization)) {
    throw new EmulatorError('token-expired', { expiredAt: token.expires_at });
  }
  return {
    organization: token.organization,
    account: token.account,
    accountId: token.account_id,
    ownAccount: token.account_parent === null,
    tokenId: token.id,
    readOnly: isReadOnly(token.role_ids),
  };
}
