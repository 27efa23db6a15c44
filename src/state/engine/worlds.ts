import type { Database } from 'better-sqlite3';
import type { Clock, Instant } from '../../ground/clock.ts';
import { EmulatorError } from '../../ground/errors.ts';
import type { IdKind } from '../../ground/ids.ts';
import { createIdStreams } from './id-stream.ts';
import { type Pace, readPace } from './pace.ts';
import type { Memory } from './remembered.ts';
import { resources } from './transitions.ts';

/** An organization as the engine needs it at every call. `clockNow` null: its time is the process's. */
export interface World {
  key: number;
  clockNow: Instant | null;
  pace: Pace;
}

/** An organization as it is stored. */
export interface WorldRow {
  key: number;
  id: string;
  clock_now: Instant | null;
  /** JSON text. */
  pace: string;
  id_seed: string;
  ids_made: number;
  created_at: Instant;
}

export type Worlds = ReturnType<typeof createWorlds>;

/** Worlds: each organization's time, pace and stream of ids. */
export function createWorlds(db: Database, clock: Clock, memory: Memory) {
  /** Only this process writes the file, so what was read once holds until it is forgotten. */
  const known = memory.perWorld<World>();
  const ids = createIdStreams(db, memory);

  const byKey = db.prepare<[organization: number], WorldRow>('SELECT * FROM organization WHERE key = +?');
  const keyOf = db.prepare<[id: string], number>('SELECT key FROM organization WHERE id = +?').pluck();
  const first = db.prepare<[], number>('SELECT min(key) FROM organization').pluck();
  const insert = db.prepare<Record<string, unknown>>(
    `INSERT INTO organization (id, clock_now, pace, id_seed, ids_made, created_at)
     VALUES (@id, @clock_now, @pace, @id_seed, @ids_made, @created_at)`,
  );
  // In a table of its own: the organization's row is rewritten at nearly every commit.
  const insertOrigin = db.prepare<[world: number, document: string]>(
    'INSERT INTO origin (world, document) VALUES (?, ?)',
  );
  const origin = db.prepare<[world: number], string>('SELECT document FROM origin WHERE world = +?').pluck();
  const update = db.prepare<Record<string, unknown>>(
    `UPDATE organization SET clock_now = @clock_now, pace = @pace, id_seed = @id_seed,
       ids_made = @ids_made, created_at = @created_at WHERE key = +@key`,
  );
  const remove = db.prepare<[organization: number]>('DELETE FROM organization WHERE key = +?');
  const setClock = db.prepare<[clockNow: Instant | null, organization: number]>(
    'UPDATE organization SET clock_now = ? WHERE key = +?',
  );
  const setPace = db.prepare<[pace: string, organization: number]>('UPDATE organization SET pace = ? WHERE key = +?');

  function row(key: number): WorldRow {
    ids.keep();
    const found = byKey.get(key);
    if (!found) throw new EmulatorError('organization-gone');
    return found;
  }

  function get(key: number): World {
    let world = known.get(key);
    if (!world) {
      const { clock_now: clockNow, pace } = row(key);
      world = { key, clockNow, pace: readPace(pace) };
      known.set(key, world);
    }
    return world;
  }

  const lastRequest = db
    .prepare<{ key: number }, number | null>(
      `SELECT max(changed_by) FROM (${resources
        .map((table) => `SELECT max(changed_by) AS changed_by FROM ${table} WHERE organization = +@key`)
        .join(' UNION ALL ')})`,
    )
    .pluck();
  const ownerOfVolume = db
    .prepare<[organization: number, id: string], string>(
      'SELECT account.id FROM volume JOIN account ON account.key = volume.account WHERE volume.organization = +? AND volume.id = +?',
    )
    .pluck();
  const token = db
    .prepare<[organization: number, id: string], number>('SELECT 1 FROM token WHERE organization = +? AND id = +?')
    .pluck();

  return {
    /**
     * The highest number of a request that a world's rows name. A document may name any, but only what leaves room to
     * count on from is gone on from.
     */
    lastRequest: (key: number): number => Math.min(lastRequest.get({ key }) ?? 0, 2 ** 52),
    /** The id of the account that a volume is of. */
    ownerOfVolume: (key: number, volumeId: string) => ownerOfVolume.get(key, volumeId),
    hasToken: (key: number, tokenId: string) => token.get(key, tokenId) === 1,

    get,
    row,

    /** The current instant of a world. */
    now: (world: World): Instant => world.clockNow ?? clock.now(),

    /** The instant of the process, which worlds with a system clock share. */
    processNow: (): Instant => clock.now(),

    /** The world of this process's own seed; undefined in a database without any. */
    first: (): number | undefined => first.get() ?? undefined,

    /** @throws EmulatorError `organization-not-found` */
    find(organizationId: string): number {
      const key = keyOf.get(organizationId);
      if (key === undefined) throw new EmulatorError('organization-not-found', { organizationId });
      return key;
    },

    isThere: (key: number) => known.has(key) || byKey.get(key) !== undefined,

    /** @param originDocument what a reset goes back to, unless that is a checkpoint: JSON text. */
    insert(world: Omit<WorldRow, 'key'>, originDocument?: string): number {
      const key = Number(insert.run(world).lastInsertRowid);
      if (originDocument !== undefined) insertOrigin.run(key, originDocument);
      return key;
    },

    /** The document that a reset makes a world from again: JSON text. */
    origin: (key: number): string => origin.get(key) ?? '',

    update: (world: Omit<WorldRow, 'id'>) => update.run(world),

    remove(key: number): void {
      remove.run(key);
      memory.forget(key);
    },

    setClock(key: number, clockNow: Instant | null): void {
      setClock.run(clockNow, key);
      known.set(key, { ...get(key), clockNow });
    },

    setPace(key: number, pace: Pace): void {
      setPace.run(JSON.stringify(pace), key);
      known.set(key, { ...get(key), pace });
    },

    makeId: (tx: { readonly organization: number }, kind: IdKind): string => ids.make(tx.organization, kind),
    ids,
  };
}
