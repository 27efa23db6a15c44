/**
 * Tells the first time of each name from the others. Only the last `maxNames` are remembered: one that is forgotten
 * is new again.
 */
export function firstTimes(maxNames: number): (name: string) => boolean {
  const seen = new Set<string>();
  return (name) => {
    if (seen.has(name)) return false;
    seen.add(name);
    const [oldest] = seen;
    if (seen.size > maxNames && oldest !== undefined) seen.delete(oldest);
    return true;
  };
}
