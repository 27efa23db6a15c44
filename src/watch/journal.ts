import type { Instant } from '../ground/clock.ts';
import { randomEpoch } from '../ground/ids.ts';
import { goOn, type Place } from '../ground/series.ts';
import type { Call } from '../surface/call.ts';

/** One call, and what came of it. Instants are of the world's clock. */
export interface Entry<C = unknown> {
  /** Counts a world's requests up from 1. */
  id: number;
  at: Instant;
  operationId: string;
  method: string;
  /** Its path and query, as they arrived but for what is secret. */
  url: string;
  headers: Record<string, string | string[] | undefined>;
  /** The text of the body, as it was sent. */
  body: string;
  /** Null where the connection ended without an answer. */
  status: number | null;
  error: string | null;
  /** The text of the answer. */
  response: string;
  durationMs: number;
  accountId: string | null;
  faultId: string | null;
  /** How its body is shown, and what is to be masked in it. */
  call: Pick<Call, 'surface' | 'credential'>;
  changes: readonly C[];
  /** How much it takes, in bytes, roughly. */
  size: number;
}

/** Which entries are asked for. */
interface Choice<C> {
  /** Those that ended after it; left out: the last ones. */
  since: Place | undefined;
  /** How many at most. */
  limit: number;
  agrees(entry: Entry<C>): boolean;
}

interface Page<C> {
  /** How many there are, in all. */
  count: number;
  entries: Entry<C>[];
  /** Where the next page begins. */
  next: Place;
  /** How many ended after `since` and are forgotten; null where nobody knows. */
  missed: number | null;
}

/** How much a world remembers: whichever is reached first, the oldest entry goes. */
const maxPerWorld = { entries: 5_000, bytes: 8 * 1024 * 1024 };

/** What an entry takes beside its texts, roughly, in bytes. */
export const entryOverheadBytes = 500;

export type Journal<C = unknown> = ReturnType<typeof createJournal<C>>;

/** What was called in each world: in memory, bounded, the oldest forgotten first. */
export function createJournal<C>(lastRequest: (world: number) => number) {
  interface Pages {
    /** The number of the request that arrived last. */
    last: number;
    /** The place of the request that ended last. */
    ended: Place;
    bytes: number;
    /** In the order in which they ended. Those before `from` are forgotten. */
    entries: (Entry<C> | undefined)[];
    from: number;
  }
  const worlds = new Map<number, Pages>();
  /** How often a world has begun anew: a call of before that is none of its present journal. */
  const generations = new Map<number, number>();

  function pagesOf(world: number): Pages {
    let pages = worlds.get(world);
    if (!pages) {
      pages = { last: lastRequest(world), ended: { epoch: randomEpoch(), number: 0 }, bytes: 0, entries: [], from: 0 };
      worlds.set(world, pages);
    }
    return pages;
  }

  return {
    generation: (world: number): number => generations.get(world) ?? 0,

    /** A document was put in place: its rows may name requests beyond those counted so far. */
    goOn(world: number): void {
      const pages = pagesOf(world);
      pages.last = Math.max(pages.last, lastRequest(world));
    },

    /** The number of a request that has just arrived. */
    number(world: number): number {
      const pages = pagesOf(world);
      pages.last++;
      return pages.last;
    },

    add(world: number, entry: Entry<C>): void {
      const pages = pagesOf(world);
      pages.entries.push(entry);
      pages.ended.number++;
      pages.bytes += entry.size;
      while (pages.entries.length - pages.from > maxPerWorld.entries || pages.bytes > maxPerWorld.bytes) {
        const oldest = pages.entries[pages.from];
        if (!oldest || oldest === entry) break;
        pages.bytes -= oldest.size;
        pages.entries[pages.from] = undefined;
        pages.from++;
      }
      // The places of the forgotten are not taken away one by one, but before they are as many as the kept.
      if (pages.from * 2 > pages.entries.length) {
        pages.entries.splice(0, pages.from);
        pages.from = 0;
      }
    },

    /** Something came of a call after it had ended. */
    addChange(world: number, id: number, change: C): void {
      const pages = worlds.get(world);
      const entry = pages?.entries.findLast((each) => each?.id === id);
      if (entry) entry.changes = [...entry.changes, change];
    },

    /**
     * The entries that agree, in the order in which the requests arrived. After `since`, the first that ended, so that
     * whoever goes on from `next` gets every one once, however long a call took; without it, the last.
     */
    page(world: number, { since, limit, agrees }: Choice<C>): Page<C> {
      const { entries, from, ended } = pagesOf(world);
      const oldest = ended.number - (entries.length - from) + 1;
      const { after, missed } = since ? goOn(since, ended, oldest) : { after: 0, missed: 0 };
      const kept = entries.slice(from) as Entry<C>[];
      const found = kept
        .map((entry, at) => ({ entry, number: oldest + at }))
        .filter(({ entry, number }) => number > after && agrees(entry));
      const shown = since ? found.slice(0, limit) : found.slice(-limit);
      const isCut = since !== undefined && shown.length < found.length;
      return {
        count: found.length,
        entries: shown.map(({ entry }) => entry).sort((one, other) => one.id - other.id),
        next: { ...ended, ...(isCut && { number: shown.at(-1)?.number ?? after }) },
        missed,
      };
    },

    /** Forgets the entries, and goes on counting. */
    clear(world: number): void {
      const pages = worlds.get(world);
      if (pages) Object.assign(pages, { entries: [], from: 0, bytes: 0 });
    },

    /** The world begins anew, and counts from 1 again. */
    renew(world: number): void {
      worlds.delete(world);
      generations.set(world, this.generation(world) + 1);
    },

    /** The world is gone. */
    forget(world: number): void {
      worlds.delete(world);
      generations.delete(world);
    },
  };
}
