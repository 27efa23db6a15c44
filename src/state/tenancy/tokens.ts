import type { Database } from 'better-sqlite3';
import type { Instant } from '../../ground/clock.ts';
import { EmulatorError } from '../../ground/errors.ts';
import { hashSecret } from '../../ground/secrets.ts';
import { note, type Tx } from '../engine/machine.ts';
import type { Worlds } from '../engine/worlds.ts';
import { isReadOnly } from './roles.ts';

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
  /** Whether its roles let it read only. */
  readOnly: boolean;
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

/** What a caller asks for; the secret is made before, and only its hash comes here. */
export interface TokenRequest {
  description: string;
  /** 0: never. */
  expireInMinutes: number;
  roleIds: readonly string[];
  secretHash: Buffer;
}

/** A token as callers see it, without the secret. */
export interface Token {
  accountId: string;
  tokenId: string;
  description: string;
  /** Null: never. */
  expires: Instant | null;
  createdAt: Instant;
  roleIds: string[];
}

interface StoredToken {
  id: string;
  description: string;
  role_ids: string;
  expires_at: Instant | null;
  created_at: Instant;
}

export type Tokens = ReturnType<typeof createTokens>;

export function createTokens(db: Database, worlds: Worlds) {
  /**
   * Tokens by their secrets, while no token and no account goes: nearly every call is made with one of a few,
   * and to hash its secret and look it up would be among the dearest that is done for it.
   */
  const known = new Map<string, TokenRow>();
  const mostKnown = 1_000;

  const bySecret = db.prepare<[Buffer], Omit<TokenRow, 'readOnly'>>(
    'SELECT token.key, token.organization, token.account, token.id, token.role_ids, token.expires_at, ' +
      'account.id AS account_id, account.parent AS account_parent ' +
      'FROM token JOIN account ON account.key = token.account WHERE token.secret_hash = ?',
  );
  const insert = db.prepare<Record<string, unknown>>(
    'INSERT INTO token (organization, account, id, secret_hash, description, role_ids, expires_at, created_at) ' +
      'VALUES (@organization, @account, @id, @secretHash, @description, @roleIds, @expiresAt, @createdAt)',
  );

  const byId = db.prepare<[number, string, number], StoredToken>(
    `SELECT id, description, role_ids, expires_at, created_at FROM token
     WHERE organization = ? AND id = ? AND account = ?`,
  );
  const remove = db.prepare<[number, string, number]>(
    'DELETE FROM token WHERE organization = ? AND id = ? AND account = ?',
  );
  const insertToken = (token: NewToken) => insert.run({ ...token, roleIds: JSON.stringify(token.roleIds) });

  const notFound = (tx: Tx, tokenId: string) =>
    new EmulatorError('token-not-found', { tokenId, accountId: tx.accountId });

  return {
    create(tx: Tx, { description, expireInMinutes, roleIds, secretHash }: TokenRequest): Token {
      const tokenId = worlds.makeId(tx, 'uuid');
      note(tx, 'token', tokenId, 'create');
      const expires = expireInMinutes === 0 ? null : tx.now + expireInMinutes * 60_000;
      insertToken({
        organization: tx.organization,
        account: tx.account,
        id: tokenId,
        secretHash,
        description,
        roleIds,
        expiresAt: expires,
        createdAt: tx.now,
      });
      return { accountId: tx.accountId, tokenId, description, expires, createdAt: tx.now, roleIds: [...roleIds] };
    },

    /** @throws EmulatorError `token-not-found` */
    get(tx: Tx, tokenId: string): Token {
      const row = byId.get(tx.organization, tokenId, tx.account);
      if (!row) throw notFound(tx, tokenId);
      return {
        accountId: tx.accountId,
        tokenId,
        description: row.description,
        expires: row.expires_at,
        createdAt: row.created_at,
        roleIds: JSON.parse(row.role_ids),
      };
    },

    /** @throws EmulatorError `token-not-found` */
    remove(tx: Tx, tokenId: string): void {
      known.clear();
      if (remove.run(tx.organization, tokenId, tx.account).changes === 0) throw notFound(tx, tokenId);
      note(tx, 'token', tokenId, 'delete');
    },

    findBySecret(secret: string): TokenRow | undefined {
      const found = known.get(secret);
      if (found) return found;
      const row = bySecret.get(hashSecret(secret));
      if (!row) return undefined;
      const token = { ...row, readOnly: isReadOnly(JSON.parse(row.role_ids)) };
      if (known.size >= mostKnown) known.clear();
      known.set(secret, token);
      return token;
    },

    /** Whether any world has a token of this secret. */
    isTaken: (secretHash: Buffer): boolean => bySecret.get(secretHash) !== undefined,

    /** Accounts have gone, and with them maybe tokens. */
    forgetKnown: () => known.clear(),

    insert: insertToken,
  };
}
