import type { Entry } from './journal.ts';

/** Something that happened in a world. */
export type Happening<C = unknown> =
  | ({ type: 'request' } & Pick<
      Entry,
      'id' | 'operationId' | 'method' | 'url' | 'status' | 'error' | 'accountId' | 'faultId'
    >)
  | { type: 'transition'; change: C; request: number | null }
  | { type: 'reset' | 'import' | 'removed' };

/** The same, by a number that counts up while the process runs. */
export interface WorldEvent<C = unknown> {
  number: number;
  what: Happening<C>;
}

type Listener<C> = (event: WorldEvent<C>) => void;

/** How many events a world keeps for listeners that come back. */
const most = 2_000;

export type Events<C = unknown> = ReturnType<typeof createEvents<C>>;

/** What happens in each world, as it happens, for whoever listens. */
export function createEvents<C>() {
  const worlds = new Map<number, { last: number; kept: WorldEvent<C>[]; listeners: Set<Listener<C>> }>();

  function of(world: number) {
    let found = worlds.get(world);
    if (!found) {
      found = { last: 0, kept: [], listeners: new Set() };
      worlds.set(world, found);
    }
    return found;
  }

  return {
    publish(world: number, what: Happening<C>): void {
      const found = of(world);
      found.last++;
      const event = { number: found.last, what };
      found.kept.push(event);
      // Cut now and then, so that the common event costs one push.
      if (found.kept.length > 2 * most) found.kept.splice(0, found.kept.length - most);
      for (const listener of found.listeners) listener(event);
    },

    /**
     * Listens from now on, after the kept events that came after `since`, if that is given. Answers how many of
     * those are no longer kept, and how to stop.
     */
    listen(world: number, since: number | undefined, listener: Listener<C>): { missed: number; stop(): void } {
      const found = of(world);
      let missed = 0;
      if (since !== undefined) {
        const oldest = found.kept[0]?.number ?? found.last + 1;
        missed = Math.max(0, oldest - since - 1);
        for (const event of found.kept) if (event.number > since) listener(event);
      }
      found.listeners.add(listener);
      return { missed, stop: () => found.listeners.delete(listener) };
    },

    forget(world: number): void {
      worlds.delete(world);
    },
  };
}
