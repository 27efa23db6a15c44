import type { Instant } from './clock.ts';

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
  changes: readonly C[];
  /** How much it takes, in bytes, roughly. */
  size: number;
}

/** How much a world remembers: whichever is reached first, the oldest entry goes. */
const most = { entries: 5_000, bytes: 8 * 1024 * 1024 };

/** What an entry takes beside its texts, roughly, in bytes. */
export const overhead = 500;

export type Journal<C = unknown> = ReturnType<typeof createJournal<C>>;

/** What was called in each world: in memory, bounded, the oldest forgotten first. */
export function createJournal<C>(lastRequest: (world: number) => number) {
  interface Pages {
    last: number;
    bytes: number;
    /** Those before `from` are forgotten. */
    entries: (Entry<C> | undefined)[];
    from: number;
  }
  const worlds = new Map<number, Pages>();
  /** How often a world has begun anew: a call of before that is none of its present journal. */
  const generations = new Map<number, number>();

  function pagesOf(world: number): Pages {
    let pages = worlds.get(world);
    if (!pages) {
      pages = { last: lastRequest(world), bytes: 0, entries: [], from: 0 };
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
      pages.bytes += entry.size;
      while (pages.entries.length - pages.from > most.entries || pages.bytes > most.bytes) {
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
      const entry = this.entries(world).find((each) => each.id === id);
      if (entry) entry.changes = [...entry.changes, change];
    },

    /** In the order in which the requests arrived; they are kept in the order in which they ended. */
    entries(world: number): Entry<C>[] {
      const pages = worlds.get(world);
      const kept = pages?.entries.slice(pages.from) as Entry<C>[] | undefined;
      return kept?.sort((one, other) => one.id - other.id) ?? [];
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
