import type { Options } from '../options/options.ts';
import { controlSurface } from './control/surface.ts';
import { datafySurface } from './datafy/surface.ts';
import type { ServedSurface } from './served.ts';

/** At least one: a path that is of no surface is answered as the first one would. */
export type Surfaces = readonly [ServedSurface, ...ServedSurface[]];

/** Every surface that the options switch on. */
export function surfacesOf({
  strict,
  control,
  controlToken,
}: Pick<Options, 'strict' | 'control' | 'controlToken'>): Surfaces {
  return [datafySurface(strict), ...(control ? [controlSurface(controlToken)] : [])];
}
