import { EmulatorError } from '../ground/errors.ts';
import type { Principal, State } from '../state/index.ts';

/**
 * The token of an Authorization header.
 *
 * @throws EmulatorError `authorization-missing`, `authorization-malformed`
 */
export function readBearer(authorization: string | undefined): string {
  if (!authorization) throw new EmulatorError('authorization-missing');
  const [, secret] = /^Bearer +([^\s,]+)$/i.exec(authorization) ?? [];
  if (!secret) throw new EmulatorError('authorization-malformed');
  return secret;
}

/**
 * The caller that a token names, whether it is still valid or not.
 *
 * @throws EmulatorError `token-unknown`
 */
export function identify(state: State, secret: string): Principal {
  const principal = state.findPrincipal(secret);
  if (!principal) throw new EmulatorError('token-unknown');
  return principal;
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
