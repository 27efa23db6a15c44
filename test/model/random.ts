/** Numbers that look random and follow from a seed: mulberry32. */
export interface Random {
  /** From 0 up to 1. */
  fraction(): number;
  /** A whole number from 0 up to `below`. */
  upTo(below: number): number;
  chance(probability: number): boolean;
  /** @throws RangeError where there is nothing to pick from. */
  pick<T>(from: readonly T[]): T;
  /** One of these, as often as its weight says. */
  weighted<T>(from: readonly { weight: number; of: T }[]): T;
}

export function randomOf(seed: number): Random {
  let state = seed >>> 0;
  function fraction(): number {
    state = (state + 0x6d2b79f5) >>> 0;
    let bits = Math.imul(state ^ (state >>> 15), state | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  }
  const upTo = (below: number) => Math.floor(fraction() * below);
  return {
    fraction,
    upTo,
    chance: (probability) => fraction() < probability,
    pick<T>(from: readonly T[]): T {
      if (from.length === 0) throw new RangeError('There is nothing to pick from');
      return from[upTo(from.length)] as T;
    },
    weighted(from) {
      let left = fraction() * from.reduce((sum, { weight }) => sum + weight, 0);
      for (const { weight, of } of from) {
        left -= weight;
        if (left < 0) return of;
      }
      throw new RangeError('There is nothing to pick from');
    },
  };
}
