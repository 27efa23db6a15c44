import { median } from './numbers.ts';

/** A figure, what it was to be, and what it is. */
export interface Result {
  /** What was measured, in a sentence's beginning. */
  title: string;
  /** Undefined where there is no target: for comparison only. */
  target?: Target | undefined;
  unit: 'ratio' | 'milliseconds' | 'megabytes';
  /** The median of the rounds. Undefined where it could not be measured. */
  measured?: number | undefined;
  /** Each round's own, in the order in which they were run. */
  rounds: number[];
  met?: boolean | undefined;
  /** What else was seen, and why it could not be measured, if so. */
  notes: string[];
}

export type Target = { least: number } | { most: number };

export function resultOf(
  title: string,
  unit: Result['unit'],
  rounds: readonly number[],
  target?: Target,
  notes: readonly string[] = [],
): Result {
  const measured = median(rounds);
  return {
    title,
    target,
    unit,
    measured,
    rounds: [...rounds],
    met: target && meets(measured, target),
    notes: [...notes],
  };
}

export const notMeasured = (title: string, unit: Result['unit'], target: Target | undefined, why: string): Result => ({
  title,
  target,
  unit,
  rounds: [],
  notes: [why],
});

const meets = (measured: number, target: Target) =>
  'least' in target ? measured >= target.least : measured <= target.most;
