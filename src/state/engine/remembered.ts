/** How much is remembered at once of what is not kept per world. */
const most = 1_000;

/** Where something is remembered, and how it is forgotten. */
interface Forgetful {
  /** A world has been replaced, or is gone. */
  forget(organization: number): void;
  /** A transaction has been given up, of whichever worlds it was. */
  forgetAll(): void;
}

export type Memory = ReturnType<typeof createMemory>;

/**
 * All that is remembered of rows outside the database. Each place to remember in is made here, so that none can be left
 * out when rows change behind its back: whoever puts other rows in the place of a world's calls `forget`.
 */
export function createMemory() {
  const places: Forgetful[] = [];

  /** Bounds a map: where it is full, it begins anew. */
  const boundedTo = <K, V>(map: Map<K, V>) => ({
    get: (key: K): V | undefined => map.get(key),
    set(key: K, value: V): V {
      if (map.size >= most) map.clear();
      map.set(key, value);
      return value;
    },
    clear: () => map.clear(),
  });

  return {
    /**
     * What is remembered of each world, by its key.
     *
     * @param isKept whether a value stays when a transaction is given up, since it was of an earlier one.
     */
    perWorld<V>(isKept: (value: V) => boolean = () => false): Map<number, V> {
      const values = new Map<number, V>();
      places.push({
        forget: (organization) => values.delete(organization),
        forgetAll() {
          for (const [organization, value] of values) if (!isKept(value)) values.delete(organization);
        },
      });
      return values;
    },

    /** What is remembered of all worlds together, by any key. It all goes with any world. */
    ofAllWorlds<K, V>() {
      const values = boundedTo(new Map<K, V>());
      places.push({ forget: values.clear, forgetAll: values.clear });
      return values;
    },

    /**
     * What was read of the things of an account, until anything at all is written: a client asks for one thing again and
     * again while it waits for it to change.
     *
     * @param changes a number that is another after every write.
     */
    untilWrite<V>(changes: () => number) {
      const values = this.ofAllWorlds<string, { account: number; value: V }>();
      let of = changes();
      return function remembered(account: number, id: string, read: () => V): V {
        if (of !== changes()) values.clear();
        of = changes();
        const found = values.get(id);
        if (found?.account === account) return found.value;
        return values.set(id, { account, value: read() }).value;
      };
    },

    /** Other rows have been put in the place of a world's, or it is gone. */
    forget(organization: number): void {
      for (const place of places) place.forget(organization);
    },

    /** A transaction has been given up: what was read in it does not hold. */
    forgetAll(): void {
      for (const place of places) place.forgetAll();
    },
  };
}
