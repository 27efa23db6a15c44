import type { Database } from 'better-sqlite3';
import type { Instant } from '../../ground/clock.ts';
import { EmulatorError } from '../../ground/errors.ts';
import { hashSecret } from '../../ground/secrets.ts';
import { note, type Tx } from '../engine/machine.ts';
import type { Memory } from '../engine/remembered.ts';
import type { Target } from '../engine/run.ts';
import type { Worlds } from '../engine/worlds.ts';
import { type Said, show } from '../fields/face.ts';
import { columnsOf, type RowOf } from '../fields/field.ts';
import { type Owned, ownedColumns, prepareInsert } from '../fields/table.ts';
import { isReadOnly } from './roles.ts';
import { tokenFields, tokenView } from './token-fields.ts';

/** Who is calling: the account that a token belongs to, and what the token may do. */
export interface Principal extends Target {
  readonly tokenId: string;
  /** Null: never. */
  readonly expiresAt: Instant | null;
  /** Whether its roles let it read only. */
  readonly readOnly: boolean;
}

/** A token's row, with its account's. */
interface FoundToken {
  organization: number;
  account: number;
  accountId: string;
  /** Null: the organization's own. */
  parent: number | null;
  tokenId: string;
  expiresAt: Instant | null;
  role_ids: string;
}

/** A token as it is stored. */
export interface StoredToken extends Owned, RowOf<typeof tokenFields> {}

/** What a caller asks for; the secret is made before, and only its hash comes here. */
export interface TokenRequest {
  description: string;
  /** 0: never. */
  expireInMinutes: number;
  roleIds: readonly string[];
  secretHash: Buffer;
}

/** A token as callers see it, without the secret. */
export type Token = Said<typeof tokenView>;

export type Tokens = ReturnType<typeof createTokens>;

export function createTokens(db: Database, worlds: Worlds, memory: Memory) {
  /**
   * Tokens by their secrets, while no token and no account goes: nearly every call is made with one of a few,
   * and to hash its secret and look it up would be among the dearest that is done for it.
   */
  const known = memory.ofAllWorlds<string, Principal>();

  const bySecret = db.prepare<[secretHash: Buffer], FoundToken>(
    `SELECT token.organization, token.account, account.id AS accountId, account.parent, token.id AS tokenId,
       token.expires_at AS expiresAt, token.role_ids
     FROM token JOIN account ON account.key = token.account WHERE token.secret_hash = +?`,
  );
  const insert = prepareInsert<Omit<StoredToken, 'key'>>(db, 'token', [...ownedColumns, ...columnsOf(tokenFields)]);
  const byId = db.prepare<[organization: number, id: string, account: number], StoredToken>(
    'SELECT * FROM token WHERE organization = +? AND id = +? AND account = +?',
  );
  const remove = db.prepare<[organization: number, id: string, account: number]>(
    'DELETE FROM token WHERE organization = +? AND id = +? AND account = +?',
  );
  const view = (tx: Tx, row: RowOf<typeof tokenFields>): Token => show(tokenView, row, { accountId: tx.accountId });

  const notFound = (tx: Tx, tokenId: string) =>
    new EmulatorError('token-not-found', { tokenId, accountId: tx.accountId });

  return {
    create(tx: Tx, { description, expireInMinutes, roleIds, secretHash }: TokenRequest): Token {
      const tokenId = worlds.makeId(tx, 'uuid');
      note(tx, 'token', tokenId, 'create');
      const row = {
        organization: tx.organization,
        account: tx.account,
        id: tokenId,
        secret_hash: secretHash,
        description,
        role_ids: JSON.stringify(roleIds),
        expires_at: expireInMinutes === 0 ? null : tx.now + expireInMinutes * 60_000,
        created_at: tx.now,
      };
      insert(row);
      return view(tx, row);
    },

    /** @throws EmulatorError `token-not-found` */
    get(tx: Tx, tokenId: string): Token {
      const row = byId.get(tx.organization, tokenId, tx.account);
      if (!row) throw notFound(tx, tokenId);
      return view(tx, row);
    },

    /** @throws EmulatorError `token-not-found` */
    remove(tx: Tx, tokenId: string): void {
      known.clear();
      if (remove.run(tx.organization, tokenId, tx.account).changes === 0) throw notFound(tx, tokenId);
      note(tx, 'token', tokenId, 'delete');
    },

    /** Whoever calls with a token, whether it is still valid or not. */
    findBySecret(secret: string): Principal | undefined {
      const found = known.get(secret);
      if (found) return found;
      const row = bySecret.get(hashSecret(secret));
      if (!row) return undefined;
      const { parent, role_ids, ...token } = row;
      return known.set(secret, { ...token, ownAccount: parent === null, readOnly: isReadOnly(JSON.parse(role_ids)) });
    },

    /** Whether any world has a token of this secret. */
    isTaken: (secretHash: Buffer): boolean => bySecret.get(secretHash) !== undefined,

    /** An account has gone, and with it maybe tokens. */
    forgetKnown: known.clear,

    insert,
  };
}
