/**
 * Tells the first time of each name from the others. Only the last `most` names are remembered: one that is forgotten
 * is new again.
 */
export function firstTimes(most: number): (name: string) => boolean {
  const seen = new Set<string>();
  return (name) => {
    if (seen.has(name)) return false;
    seen.add(name);
    const [oldest] = seen;
    if (seen.size > most && oldest !== undefined) seen.delete(oldest);
    return true;
  };
}
