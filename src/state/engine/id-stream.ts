import type { Database } from 'better-sqlite3';
import { EmulatorError } from '../../ground/errors.ts';
import { firstIdFrom, greatestCount, type IdKind, makeId } from '../../ground/ids.ts';
import type { Memory } from './remembered.ts';

/** The tables whose rows callers know by an id of their world that may have come from anywhere. */
type IdTable = 'volume' | 'ebs_volume' | 'instance' | 'account' | 'token' | 'autoscaling_rule';

/** A world's stream as it is kept in memory, between two commits. */
interface Stream {
  seed: string;
  made: number;
  /**
   * The ids of snapshots that the stream has yet to come to, and that somebody has. Only a document brings any along,
   * and has its world forgotten.
   */
  taken: Set<string>;
}

export type IdStreams = ReturnType<typeof createIdStreams>;

/** Each world's stream of ids. How far it has come is counted in memory, and written once per transaction. */
export function createIdStreams(db: Database, memory: Memory) {
  const streams = memory.perWorld<Stream>();
  /** Which of them are further than what is written. */
  const changed = memory.perWorld<true>();

  const load = db.prepare<[organization: number], { seed: string; made: number }>(
    'SELECT id_seed AS seed, ids_made AS made FROM organization WHERE key = +?',
  );
  const store = db.prepare<[idsMade: number, organization: number]>(
    'UPDATE organization SET ids_made = ? WHERE key = +?',
  );
  const exists = (table: IdTable) =>
    db
      .prepare<[organization: number, id: string], number>(`SELECT 1 FROM ${table} WHERE organization = +? AND id = +?`)
      .pluck();
  /** A document may say that a volume took over which is none of its volumes. */
  const successor = db
    .prepare<[organization: number, replacedBy: string], number>(
      'SELECT 1 FROM volume WHERE organization = +? AND replaced_by = +?',
    )
    .pluck();
  const snapshotsFrom = db
    .prepare<{ organization: number; dsnap: string; snap: string }, string>(
      `SELECT id FROM snapshot WHERE organization = +@organization AND id >= +@dsnap
       UNION ALL SELECT part.value ->> 'id' FROM snapshot INDEXED BY snapshot_ebs JOIN json_each(ebs_snapshots) AS part
       WHERE organization = +@organization AND ebs_last >= +@snap`,
    )
    .pluck();
  /** Who can have an id of each kind. */
  const holders = {
    vol: [exists('volume'), exists('ebs_volume'), successor],
    i: [exists('instance')],
    uuid: [exists('account'), exists('token'), exists('autoscaling_rule')],
  };

  const takenFrom = (organization: number, made: number) =>
    new Set(snapshotsFrom.all({ organization, dsnap: firstIdFrom('dsnap', made), snap: firstIdFrom('snap', made) }));

  function of(organization: number): Stream {
    let stream = streams.get(organization);
    if (!stream) {
      const row = load.get(organization);
      if (!row) throw new EmulatorError('organization-gone');
      stream = { ...row, taken: takenFrom(organization, row.made) };
      streams.set(organization, stream);
    }
    return stream;
  }

  function isFree(organization: number, stream: Stream, kind: IdKind, id: string): boolean {
    if (kind === 'dsnap' || kind === 'snap') return !stream.taken.has(id);
    return holders[kind].every((holder) => holder.get(organization, id) === undefined);
  }

  return {
    /** The next id of a world's stream; passes over what callers or documents have brought along. */
    make(organization: number, kind: IdKind): string {
      const stream = of(organization);
      changed.set(organization, true);
      for (;;) {
        // From the last number on, it counts from the first again.
        if (stream.made === greatestCount) Object.assign(stream, { made: 0, taken: takenFrom(organization, 0) });
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
        if (stream && made !== undefined) {
          stream.made = made;
          // It may have been written meanwhile, and that be taken back.
          changed.set(organization, true);
        } else streams.delete(organization);
        throw error;
      }
    },

    /** Writes how far the streams have come: before a commit, and before somebody reads it. */
    keep(): void {
      for (const organization of changed.keys()) {
        const stream = streams.get(organization);
        if (stream) store.run(stream.made, organization);
      }
      changed.clear();
    },
  };
}
