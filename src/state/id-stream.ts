import type { Database } from 'better-sqlite3';
import { EmulatorError } from '../errors.ts';
import { firstIdFrom, type IdKind, makeId } from '../ids.ts';

/** The tables whose rows callers know by an id of their world. */
export type IdTable =
  | 'volume'
  | 'backing_volume'
  | 'snapshot'
  | 'ebs_snapshot'
  | 'instance'
  | 'account'
  | 'token'
  | 'autoscaling_rule';

/** A world's stream as it is kept in memory, between two commits. */
interface Stream {
  seed: string;
  made: number;
  /** Up to which count nobody has an id of snapshots. */
  free: { dsnap: number; snap: number };
}

/** For how many counts at once it is looked up whether anybody has their ids. */
const ahead = 1_000;

export type IdStreams = ReturnType<typeof createIdStreams>;

/** Each world's stream of ids. How far it has come is counted in memory, and written once per transaction. */
export function createIdStreams(db: Database) {
  const streams = new Map<number, Stream>();
  const changed = new Set<number>();

  const load = db.prepare<[number], { seed: string; made: number }>(
    'SELECT id_seed AS seed, ids_made AS made FROM organization WHERE key = ?',
  );
  const store = db.prepare<[number, number]>('UPDATE organization SET ids_made = ? WHERE key = ?');
  const exists = (table: IdTable) =>
    db.prepare<[number, string], number>(`SELECT 1 FROM ${table} WHERE organization = ? AND id = ?`).pluck();
  const existsBetween = (table: IdTable) =>
    db
      .prepare<[number, string, string], number>(
        `SELECT 1 FROM ${table} WHERE organization = ? AND id >= ? AND id < ? LIMIT 1`,
      )
      .pluck();
  /** Who can have an id of each kind. */
  const holders = {
    vol: [exists('volume'), exists('backing_volume')],
    dsnap: [exists('snapshot')],
    snap: [exists('ebs_snapshot')],
    i: [exists('instance')],
    uuid: [exists('account'), exists('token'), exists('autoscaling_rule')],
  };
  /** Only a document brings ids of snapshots along: what was looked up holds until the world is forgotten. */
  const between = { dsnap: existsBetween('snapshot'), snap: existsBetween('ebs_snapshot') };

  function of(organization: number): Stream {
    let stream = streams.get(organization);
    if (!stream) {
      const row = load.get(organization);
      if (!row) throw new EmulatorError('organization-gone');
      stream = { ...row, free: { dsnap: 0, snap: 0 } };
      streams.set(organization, stream);
    }
    return stream;
  }

  function isFree(organization: number, stream: Stream, kind: IdKind, id: string): boolean {
    if (kind === 'dsnap' || kind === 'snap') {
      if (stream.made <= stream.free[kind]) return true;
      const last = stream.made + ahead;
      const range = [firstIdFrom(kind, stream.made), firstIdFrom(kind, last + 1)] as const;
      if (between[kind].get(organization, ...range) === undefined) {
        stream.free[kind] = last;
        return true;
      }
    }
    return holders[kind].every((holder) => holder.get(organization, id) === undefined);
  }

  return {
    /** The next id of a world's stream; passes over what callers or documents have brought along. */
    make(organization: number, kind: IdKind): string {
      const stream = of(organization);
      changed.add(organization);
      for (;;) {
        stream.made++;
        const id = makeId(kind, stream.seed, stream.made);
        if (isFree(organization, stream, kind, id)) return id;
      }
    },

    /** Does something; where that throws, the ids that it made are as if they had never been. */
    attempt<R>(organization: number, body: () => R): R {
      const made = streams.get(organization)?.made;
      try {
        return body();
      } catch (error) {
        const stream = streams.get(organization);
        if (stream && made !== undefined) stream.made = made;
        else streams.delete(organization);
        throw error;
      }
    },

    /** Writes how far the streams have come: before a commit, and before somebody reads it. */
    keep(): void {
      for (const organization of changed) {
        const stream = streams.get(organization);
        if (stream) store.run(stream.made, organization);
      }
      changed.clear();
    },

    /** What is in the database has been replaced. */
    forget: (organization: number) => streams.delete(organization),
    forgetAll(): void {
      streams.clear();
      changed.clear();
    },
  };
}
