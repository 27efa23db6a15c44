/** Something that happened in a world, by a number that counts up while the process runs. */
export interface WorldEvent {
  number: number;
  type: 'request' | 'transition' | 'reset' | 'import' | 'removed';
  data: unknown;
}

type Listener = (event: WorldEvent) => void;

/** How many events a world keeps for listeners that come back. */
const most = 2_000;

export type Events = ReturnType<typeof createEvents>;

/** What happens in each world, as it happens, for whoever listens. */
export function createEvents() {
  const worlds = new Map<number, { last: number; kept: WorldEvent[]; listeners: Set<Listener> }>();

  function of(world: number) {
    let found = worlds.get(world);
    if (!found) {
      found = { last: 0, kept: [], listeners: new Set() };
      worlds.set(world, found);
    }
    return found;
  }

  return {
    publish(world: number, type: WorldEvent['type'], data: unknown): void {
      const found = of(world);
      found.last++;
      const event = { number: found.last, type, data };
      found.kept.push(event);
      // Cut now and then, so that the common event costs one push.
      if (found.kept.length > 2 * most) found.kept.splice(0, found.kept.length - most);
      for (const listener of found.listeners) listener(event);
    },

    /**
     * Listens from now on, after the kept events that came after `since`, if that is given. Answers how many of
     * those are no longer kept, and how to stop.
     */
    listen(world: number, since: number | undefined, listener: Listener): { missed: number; stop(): void } {
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
