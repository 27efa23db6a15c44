import { randomEpoch } from '../ground/ids.ts';
import { goOn, type Place } from '../ground/series.ts';
import type { Entry } from './journal.ts';

/** Something that happened in a world. */
export type Happening<C = unknown> =
  | ({ type: 'request' } & Pick<
      Entry,
      'id' | 'operationId' | 'method' | 'url' | 'status' | 'error' | 'accountId' | 'faultId'
    >)
  | { type: 'transition'; change: C; request: number | null }
  | { type: 'reset' | 'import' | 'removed' };

/** The same, and its place among the world's: its numbers count up while the process runs. */
export interface WorldEvent<C = unknown> extends Place {
  what: Happening<C>;
}

type Listener<C> = (event: WorldEvent<C>) => void;

/** How many events a world keeps for listeners that come back. */
const maxEventsPerWorld = 2_000;

export type Events<C = unknown> = ReturnType<typeof createEvents<C>>;

/** What happens in each world, as it happens, for whoever listens. */
export function createEvents<C>() {
  const worlds = new Map<number, { last: Place; kept: WorldEvent<C>[]; listeners: Set<Listener<C>> }>();

  function of(world: number) {
    let found = worlds.get(world);
    if (!found) {
      found = { last: { epoch: randomEpoch(), number: 0 }, kept: [], listeners: new Set() };
      worlds.set(world, found);
    }
    return found;
  }

  return {
    publish(world: number, what: Happening<C>): void {
      const found = of(world);
      found.last.number++;
      const event = { ...found.last, what };
      found.kept.push(event);
      // Cut now and then, so that the common event costs one push.
      if (found.kept.length > 2 * maxEventsPerWorld) found.kept.splice(0, found.kept.length - maxEventsPerWorld);
      for (const listener of found.listeners) listener(event);
    },

    /**
     * Listens from now on. With `since`, first to the kept events that came after it, and before them `tellMissed` is
     * told how many are no longer kept, if there are any; null: nobody knows, since it is of before a restart.
     *
     * @returns how to stop.
     */
    listen(
      world: number,
      since: Place | undefined,
      listener: Listener<C>,
      tellMissed: (count: number | null) => void,
    ): () => void {
      const found = of(world);
      if (since !== undefined) {
        const oldest = found.kept[0]?.number ?? found.last.number + 1;
        const { after, missed } = goOn(since, found.last, oldest);
        if (missed !== 0) tellMissed(missed);
        for (const event of found.kept) if (event.number > after) listener(event);
      }
      found.listeners.add(listener);
      return () => found.listeners.delete(listener);
    },

    forget(world: number): void {
      worlds.delete(world);
    },
  };
}
