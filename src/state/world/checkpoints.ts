import type { Instant } from '../../ground/clock.ts';
import { EmulatorError } from '../../ground/errors.ts';
import { makeId } from '../../ground/ids.ts';
import { hashSecret } from '../../ground/secrets.ts';
import { readPace } from '../engine/pace.ts';
import type { Memory } from '../engine/remembered.ts';
import type { Worlds } from '../engine/worlds.ts';
import { type Database, SqliteError } from '../storage/database.ts';
import type { Accounts } from '../tenancy/accounts.ts';
import { roles } from '../tenancy/roles.ts';
import type { Tokens } from '../tenancy/tokens.ts';
import type { Copies } from './copies.ts';

export interface Checkpoint {
  name: string;
  createdAt: Instant;
}

interface Parts {
  copies: Copies;
  memory: Memory;
  worlds: Worlds;
  accounts: Accounts;
  tokens: Tokens;
}

/** What a world that is made from a checkpoint has of its own. */
export interface OwnOfCopy {
  organizationId: string;
  /** Left out: that of the checkpoint. */
  name?: string | undefined;
  /** Null: the time of the process. Left out: that of the checkpoint. */
  clockNow?: Instant | null | undefined;
  /** JSON text; left out: that of the checkpoint. */
  pace?: string | undefined;
  /** The secret of a token for each account, by the account's id. */
  secrets: ReadonlyMap<string, string>;
}

/** An account of a world that was kept. `parent` null: the organization's own. */
export interface KeptAccount {
  id: string;
  name: string;
  parent: number | null;
}

export type Checkpoints = ReturnType<typeof createCheckpoints>;

/** Copies of worlds: under names, and of their beginnings. */
export function createCheckpoints(db: Database, { copies, memory, worlds, accounts, tokens }: Parts) {
  const put = db
    .prepare<[world: number, name: string | null, createdAt: Instant], number>(
      `INSERT INTO checkpoint (world, name, created_at) VALUES (?, ?, ?)
       ON CONFLICT DO UPDATE SET created_at = excluded.created_at RETURNING key`,
    )
    .pluck();
  const find = db
    .prepare<[world: number, name: string | null], number>('SELECT key FROM checkpoint WHERE world = +? AND name IS ?')
    .pluck();
  const list = db.prepare<[world: number], Checkpoint>(
    'SELECT name, created_at AS createdAt FROM checkpoint WHERE world = +? AND name IS NOT NULL ORDER BY name',
  );
  const remove = db.prepare<[checkpoint: number]>('DELETE FROM checkpoint WHERE key = +?');
  const look = db.prepare<[checkpoint: number], { key: number; createdAt: Instant; pace: string }>(
    `SELECT key, checkpoint.created_at AS createdAt, pace FROM checkpoint
     JOIN kept_organization ON kept_organization.checkpoint = key WHERE key = +?`,
  );
  const keptAccounts = db.prepare<[checkpoint: number], KeptAccount>(
    'SELECT id, name, parent FROM kept_account WHERE checkpoint = +? ORDER BY position',
  );

  /** Keeps what a world holds; answers whether there was a copy of that name. */
  function keep(organization: number, name: string | null, at: Instant): boolean {
    const replaced = find.get(organization, name) !== undefined;
    worlds.ids.keep();
    copies.keep(organization, put.get(organization, name, at) as number);
    return replaced;
  }

  /** @throws EmulatorError `world-invalid`: nothing is changed once the transaction is given up. */
  function restore(organization: number, checkpoint: number): void {
    try {
      copies.restore(checkpoint, organization);
      memory.forget(organization);
    } catch (error) {
      if (!(error instanceof SqliteError && error.code.startsWith('SQLITE_CONSTRAINT'))) throw error;
      const isToken = error.message.includes('token.secret_hash');
      const problem = isToken ? 'a token of another world has the secret of one of its tokens by now' : error.message;
      throw new EmulatorError('world-invalid', { problem });
    }
  }

  /** @throws EmulatorError `checkpoint-not-found` */
  function get(organization: number, name: string): number {
    const key = find.get(organization, name);
    if (key !== undefined) return key;
    throw new EmulatorError('checkpoint-not-found', { name, known: list.all(organization).map((each) => each.name) });
  }

  return {
    /** Keeps a copy; one of the same name is replaced. Answers with whether there was one. */
    put: (organization: number, name: string, at: Instant): boolean => keep(organization, name, at),

    /** Keeps what a reset goes back to. */
    putOrigin: (organization: number, at: Instant) => keep(organization, null, at),

    list: (organization: number): Checkpoint[] => list.all(organization),
    get,

    /** When a copy was made, by the clock of its world; its pace, and its accounts, the organization's own first. */
    look(checkpoint: number) {
      const row = look.get(checkpoint);
      if (!row) throw new Error(`No checkpoint has the key ${checkpoint}`);
      return { ...row, pace: readPace(row.pace), accounts: keptAccounts.all(checkpoint) };
    },

    /** @throws EmulatorError `checkpoint-not-found`, `world-invalid` */
    restore: (organization: number, name: string): void => restore(organization, get(organization, name)),

    /** @throws EmulatorError `checkpoint-not-found` */
    remove(organization: number, name: string): void {
      remove.run(get(organization, name));
    },

    /** Puts a world back to the copy of its beginning; answers whether there is one. */
    reset(organization: number): boolean {
      const origin = find.get(organization, null);
      if (origin !== undefined) restore(organization, origin);
      return origin !== undefined;
    },

    /** Makes a world that holds what a copy of another does, under keys and tokens of its own. */
    open(checkpoint: number, own: OwnOfCopy): number {
      const blank = { clock_now: null, pace: '{}', id_seed: '', ids_made: 0, created_at: 0 };
      const organization = worlds.insert({ ...blank, id: own.organizationId });
      copies.fill(checkpoint, organization, ['token']);
      const row = worlds.row(organization);
      const clock_now = own.clockNow === undefined ? row.clock_now : own.clockNow;
      worlds.update({ ...row, clock_now, pace: own.pace ?? row.pace });
      const now = clock_now ?? worlds.processNow();
      for (const [position, { id, parent }] of keptAccounts.all(checkpoint).entries()) {
        const account = accounts.find(organization, id)?.key as number;
        if (parent === null && own.name !== undefined) accounts.setName(organization, account, own.name);
        tokens.insert({
          organization,
          account,
          id: makeId('uuid', `${row.id_seed}:token`, position),
          secret_hash: hashSecret(own.secrets.get(id) ?? ''),
          description: '',
          role_ids: JSON.stringify([roles.admin]),
          expires_at: null,
          created_at: now,
        });
      }
      memory.forget(organization);
      keep(organization, null, now);
      return organization;
    },
  };
}
