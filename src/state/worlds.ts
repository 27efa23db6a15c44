import type { Database } from 'better-sqlite3';
import type { Clock, Instant } from '../clock.ts';
import { type IdKind, makeId } from '../ids.ts';
import type { Tx } from './machine.ts';
import type { Pace } from './pace.ts';

/** An organization as the engine needs it at every call. `clockNow` null: its time is the process's. */
export interface World {
  key: number;
  clockNow: Instant | null;
  pace: Pace;
}

interface WorldRow {
  key: number;
  clock_now: Instant | null;
  pace: string;
}

export interface NewWorld {
  organizationId: string;
  name: string;
  clockNow: Instant | null;
  pace: Pace;
  idSeed: string;
  createdAt: Instant;
}

export type Worlds = ReturnType<typeof createWorlds>;

/** Worlds: each organization's time, pace and stream of ids. */
export function createWorlds(db: Database, clock: Clock) {
  /** Only this process writes the file, so what was read once holds. */
  const known = new Map<number, World>();

  const byKey = db.prepare<[number], WorldRow>('SELECT key, clock_now, pace FROM organization WHERE key = ?');
  const count = db.prepare<[], number>('SELECT count(*) FROM organization').pluck();
  const insert = db.prepare<Record<string, unknown>>(
    'INSERT INTO organization (id, name, clock_now, pace, id_seed, created_at) ' +
      'VALUES (@organizationId, @name, @clockNow, @pace, @idSeed, @createdAt)',
  );
  const takeId = db.prepare<[number], { ids_made: number; id_seed: string }>(
    'UPDATE organization SET ids_made = ids_made + 1 WHERE key = ? RETURNING ids_made, id_seed',
  );

  function get(key: number): World {
    let world = known.get(key);
    if (!world) {
      const row = byKey.get(key);
      if (!row) throw new Error(`No organization has the key ${key}`);
      world = { key, clockNow: row.clock_now, pace: JSON.parse(row.pace) };
      known.set(key, world);
    }
    return world;
  }

  return {
    get,

    /** The current instant of a world. */
    now(world: World): Instant {
      return world.clockNow ?? clock.now();
    },

    isEmpty: () => count.get() === 0,

    insert(world: NewWorld): number {
      return Number(insert.run({ ...world, pace: JSON.stringify(world.pace) }).lastInsertRowid);
    },

    /** The next id of the world's stream. */
    makeId(tx: Tx, kind: IdKind): string {
      const taken = takeId.get(tx.organization);
      if (!taken) throw new Error(`No organization has the key ${tx.organization}`);
      return makeId(kind, taken.id_seed, taken.ids_made);
    },
  };
}
