/**
 * Arithmetic in whole numbers. A fraction in floating point would be wrong by a GiB now and then: there 400 × 1.1 is
 * more than 440.
 */

/** Whole seconds since the Unix epoch, UTC. */
export type Second = number;

/** Thousandths of a GiB, whole. */
export type MilliGib = number;

/** The largest whole number that is at most a × b / c, for a positive c. Exact beyond 2^53 too. */
export function floorOf(a: number, b: number, c: number): number {
  const product = a * b;
  // Below 2^53 the rounding of a division never reaches the next whole number.
  if (Number.isSafeInteger(product)) return Math.floor(product / c);
  const [exact, by] = [BigInt(a) * BigInt(b), BigInt(c)];
  const quotient = exact / by;
  return Number(exact < 0n && quotient * by !== exact ? quotient - 1n : quotient);
}

/** The smallest whole number that is at least a × b / c, for a positive c. */
export const ceilOf = (a: number, b: number, c: number): number => -floorOf(-a, b, c);
