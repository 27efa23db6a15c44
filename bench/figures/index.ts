import { attack } from './attack.ts';
import { createSnapshot, getVolume } from './calls.ts';
import { checkpoint, fromCheckpoint, world } from './control.ts';
import { durable } from './durable.ts';
import { memory } from './memory.ts';
import type { Measure } from './scale.ts';
import { start } from './start.ts';
import { volumes } from './volumes.ts';

/** Everything that is measured, in the order of the table, by the name that a filter is held against. */
export const figures: Record<string, Measure> = {
  'create-snapshot': createSnapshot,
  'get-volume': getVolume,
  volumes,
  durable,
  start,
  memory,
  world,
  checkpoint,
  'from-checkpoint': fromCheckpoint,
  attack,
};
