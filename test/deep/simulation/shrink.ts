/**
 * A shorter list that fails still: leaves out halves, then quarters, and so on, for as long as that is so.
 *
 * @param tries how often it may look whether a list fails.
 */
export async function shrink<T>(
  list: readonly T[],
  fails: (list: readonly T[]) => Promise<boolean>,
  tries: number,
): Promise<readonly T[]> {
  let shortest = list;
  let left = tries;
  for (let size = Math.ceil(list.length / 2); size >= 1; size = size > 1 ? Math.ceil(size / 2) : 0) {
    for (let end = shortest.length; end > 0 && left > 0; end -= size) {
      const without = [...shortest.slice(0, Math.max(0, end - size)), ...shortest.slice(end)];
      left--;
      if (await fails(without)) shortest = without;
    }
  }
  return shortest;
}
