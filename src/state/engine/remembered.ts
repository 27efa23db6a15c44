/** How much is remembered at once. */
const most = 1_000;

/**
 * Remembers what was read of the things of an account, until anything at all is written: a client asks for one thing
 * again and again while it waits for it to change.
 *
 * @param changes a number that is another after every write.
 */
export function createRemembered<V>(changes: () => number) {
  const values = new Map<string, { account: number; value: V }>();
  let of = changes();

  return function remembered(account: number, id: string, read: () => V): V {
    if (of !== changes() || values.size >= most) values.clear();
    of = changes();
    const found = values.get(id);
    if (found?.account === account) return found.value;
    const value = read();
    values.set(id, { account, value });
    return value;
  };
}
