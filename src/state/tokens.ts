import type { Database } from 'better-sqlite3';
import type { Instant } from '../clock.ts';

/**
 * The roles a token can carry [D]. Datafy's own role ids are not public: these are ours [A]. A token is read-only
 * when it carries the read-only role and not Admin; one without any role may do everything [A].
 */
export const roles = {
  admin: '6f1d3c1e-0c6b-4b57-9a53-2f6e6f0a0a01',
  readOnly: '6f1d3c1e-0c6b-4b57-9a53-2f6e6f0a0a02',
} as const;

/** A token with what a call made with it needs to know. The secret is not kept, only its hash. */
export interface TokenRow {
  key: number;
  organization: number;
  account: number;
  account_id: string;
  /** Null: an organization token. */
  account_parent: number | null;
  id: string;
  role_ids: string;
  expires_at: Instant | null;
}

export interface NewToken {
  organization: number;
  account: number;
  id: string;
  secretHash: Buffer;
  description: string;
  roleIds: readonly string[];
  expiresAt: Instant | null;
  createdAt: Instant;
}

export type Tokens = ReturnType<typeof createTokens>;

export function createTokens(db: Database) {
  const bySecret = db.prepare<[Buffer], TokenRow>(
    'SELECT token.key, token.organization, token.account, token.id, token.role_ids, token.expires_at, ' +
      'account.id AS account_id, account.parent AS account_parent ' +
      'FROM token JOIN account ON account.key = token.account WHERE token.secret_hash = ?',
  );
  const insert = db.prepare<Record<string, unknown>>(
    'INSERT INTO token (organization, account, id, secret_hash, description, role_ids, expires_at, created_at) ' +
      'VALUES (@organization, @account, @id, @secretHash, @description, @roleIds, @expiresAt, @createdAt)',
  );

  return {
    findBySecret: (secretHash: Buffer) => bySecret.get(secretHash),
    insert: (token: NewToken) => insert.run({ ...token, roleIds: JSON.stringify(token.roleIds) }),
  };
}

/** Whether the roles a token carries let it read only. */
export function isReadOnly(roleIds: string): boolean {
  return roleIds.includes(roles.readOnly) && !roleIds.includes(roles.admin);
}
