import type { Result } from '../result.ts';

/** How much is measured. */
export interface Scale {
  rounds: number;
  /** Of load, per server and round. */
  seconds: number;
  /** Volumes of the large world. */
  volumes: number;
  /** Calls before the memory is looked at again. */
  calls: number;
  /** Starts of a process. */
  starts: number;
  /** Single calls of the control surface. */
  singles: number;
}

export const full: Scale = { rounds: 5, seconds: 2, volumes: 1_000_000, calls: 1_000_000, starts: 11, singles: 200 };
export const quick: Scale = { rounds: 3, seconds: 1, volumes: 20_000, calls: 30_000, starts: 5, singles: 60 };

/** Measures one thing or a few; the servers' files go into the folder. */
export type Measure = (scale: Scale, folder: string) => Promise<Result[]>;
