import type { Database } from 'better-sqlite3';
import type { Instant } from '../../ground/clock.ts';
import type { Memory } from './remembered.ts';
import type { Resource, Table } from './transitions.ts';
import type { Change } from './tx.ts';

/** A transition that is due: the row that it moves, how callers know that, and what is to happen when. */
export interface Due {
  resource: Resource;
  key: number;
  id: string;
  account: number;
  status: string;
  due_action: string;
  due_at: Instant;
}

/** Before which instant nothing of a resource is due, and before which nothing at all is: the earliest of them. */
interface Expected {
  of: Record<Resource, Instant>;
  earliest: Instant;
}

/** What began with a verb and, since it takes no time, has ended with it. */
export interface Ended {
  changes: readonly Change[];
  /** Whether the verb has been committed. */
  isKept: boolean;
}

/** How many are looked up at once: few, and more the next time where that was too few. */
const few = 2;
const most = 128;

export type DueRows = ReturnType<typeof createDue>;

/** What is due in each world, and when: the rows say so, and an index of each resource. */
export function createDue(db: Database, table: Table, memory: Memory) {
  const { resources } = table;
  const perResource = <V>(of: (resource: Resource) => V) =>
    Object.fromEntries(resources.map((resource) => [resource, of(resource)])) as Record<Resource, V>;
  const select = perResource((resource) => prepareRows(db, table, resource));
  const next = perResource((resource) => prepareNext(db, resource));
  const nextEnd = perResource((resource) => {
    const only = waitingFor(table, resource);
    return only === '' ? next[resource] : prepareNext(db, resource, only);
  });
  /**
   * For each world, what the common request compares, and goes on. It is no later than what the rows say, so that one
   * which is taken away does not matter.
   */
  const notBefore = memory.perWorld<Expected>();
  const ended = memory.perWorld<Ended>(({ isKept }) => isKept);
  let limit = few;

  function expectedIn(organization: number): Expected {
    let expected = notBefore.get(organization);
    if (!expected) {
      expected = {
        of: perResource(() => Number.NEGATIVE_INFINITY),
        earliest: Number.NEGATIVE_INFINITY,
      };
      notBefore.set(organization, expected);
    }
    return expected;
  }

  /** What `first` answers with. Brings the instants of a world up to date. */
  function look(organization: number, instants: Expected['of'], now: Instant, setsOff: (due: Due) => boolean) {
    let found: readonly Due[] = [];
    for (const resource of resources) {
      if (instants[resource] > now) continue;
      const rows = select[resource].all(organization, now, limit);
      instants[resource] = rows[0]?.due_at ?? next[resource].get(organization) ?? Number.POSITIVE_INFINITY;
      if (rows[0] && (!found[0] || rows[0].due_at < found[0].due_at)) found = rows;
    }
    if (!found[0]) return found;
    const { resource } = found[0];
    const place = resources.indexOf(resource);
    const before = Math.min(...resources.slice(0, place).map((other) => instants[other]));
    const after = Math.min(...resources.slice(place + 1).map((other) => instants[other]));
    const follows = (at: number) => {
      const { due_at } = found[at] as Due;
      return due_at < before && due_at <= after && !setsOff(found[at - 1] as Due);
    };
    let count = 1;
    while (count < found.length && follows(count)) count++;
    const isAll = found.length < limit;
    // Of those that were not looked up nothing is due by now, unless there were too many of them.
    instants[resource] = found[count]?.due_at ?? (isAll ? Math.floor(now) + 1 : (found[count - 1] as Due).due_at);
    limit = !isAll && count === found.length ? Math.min(2 * limit, most) : few;
    return count === found.length ? found : found.slice(0, count);
  }

  return {
    /** A row of a world is now due at this instant. */
    expect(organization: number, resource: Resource, at: Instant): void {
      const expected = expectedIn(organization);
      if (at < expected.of[resource]) expected.of[resource] = at;
      if (at < expected.earliest) expected.earliest = at;
    },

    /** Whoever settles the world next tells of this, as if it came due only then. */
    hasEnded: (organization: number, what: Ended) => ended.set(organization, what),

    takeEnded(organization: number): Ended | undefined {
      const what = ended.get(organization);
      if (what) ended.delete(organization);
      return what;
    },

    /** Whether there may be anything to settle in a world. */
    isDue: (organization: number, now: Instant): boolean => expectedIn(organization).earliest <= now,

    /**
     * What is due first in a world by `now`, and what follows it, as far as it is all of one resource, nothing of another
     * is due in between, and none but the last sets something off; empty where nothing is. At one instant, the order is
     * that of the resources. The caller settles all of it.
     */
    first(organization: number, now: Instant, setsOff: (due: Due) => boolean): readonly Due[] {
      const expected = expectedIn(organization);
      const found = look(organization, expected.of, now, setsOff);
      expected.earliest = Number.POSITIVE_INFINITY;
      for (const resource of resources) expected.earliest = Math.min(expected.earliest, expected.of[resource]);
      return found;
    },

    /** When something that is under way ends next in a world; infinity where nothing does. */
    nextEnd: (organization: number): Instant =>
      Math.min(...resources.map((resource) => nextEnd[resource].get(organization) ?? Number.POSITIVE_INFINITY)),

    /** Settling a world has failed half way: what is due is looked for anew. */
    lookAnew: (organization: number) => notBefore.delete(organization),
  };
}

/** By which id callers know a row. */
export function idOf({ goesBy }: Table, resource: Resource): string {
  const owner = goesBy[resource];
  return owner ? `(SELECT id FROM ${owner} WHERE ${owner}.key = ${resource}.${owner})` : `${resource}.id`;
}

/** The dues of a resource that something under way waits for: all but recurring ones and what is to be forgotten. */
function waitingFor({ transitions }: Table, resource: Resource): string {
  const others = transitions.filter((row) => row.resource === resource && row.kind);
  return others.map(({ action }) => ` AND due_action <> '${action}'`).join('');
}

function prepareRows(db: Database, table: Table, resource: Resource) {
  const turn = table.goesBy[resource] ?? 'key';
  return db.prepare<[organization: number, now: Instant, limit: number], Due>(
    `SELECT '${resource}' AS resource, key, ${idOf(table, resource)} AS id, account, status, due_action, due_at FROM ${resource} WHERE organization = +? AND due_at <= +? ORDER BY due_at, ${turn} LIMIT +?`,
  );
}

function prepareNext(db: Database, resource: Resource, only = '') {
  return db
    .prepare<[organization: number], Instant>(
      `SELECT due_at FROM ${resource} WHERE organization = +? AND due_at IS NOT NULL${only} ORDER BY due_at LIMIT 1`,
    )
    .pluck();
}
