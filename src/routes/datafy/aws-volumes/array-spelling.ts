import { EmulatorError } from '../../../ground/errors.ts';
import type { CreateVolumeRequest } from '../../../state/index.ts';

type Mode = CreateVolumeRequest['mode'];

/** The array of a new volume, as clients of three ages spell it [C]. */
export interface ArraySpelling {
  datafyMode?: Mode;
  performanceArraySize?: number;
  arraySize?: number;
  autoscaling?: boolean;
  performance?: boolean;
  performanceTier?: number;
}

const at = (name: keyof ArraySpelling) => `body/volumeProperties/${name}`;

/**
 * The mode and the array that a caller wants: by `datafyMode` with `performanceArraySize` or `arraySize`, or by
 * `autoscaling` and `performance` with `performanceTier` [C]. All of them may be there, if they agree [A].
 *
 * @throws EmulatorError `array-contradictory` where two of them differ, `volume-mode-missing` where neither
 *   `autoscaling` nor `performance` is on
 */
export function readArray(spelling: ArraySpelling): {
  mode: Mode;
  arraySize: number;
  names: { mode: string; arraySize: string };
} {
  const { size: arraySize, name: size } = sizeOf(spelling);
  const { mode, said } = modeOf(spelling);
  return { mode, arraySize, names: { mode: said, arraySize: size } };
}

/** The mode, and how the caller said it. */
function modeOf(spelling: ArraySpelling): { mode: Mode; said: string } {
  const { datafyMode, autoscaling, performance } = spelling;
  if (datafyMode !== undefined || (autoscaling === undefined && performance === undefined)) {
    const mode = datafyMode ?? 'autoscaling';
    const meant = { autoscaling: mode !== 'performance', performance: mode !== 'autoscaling' };
    for (const name of ['autoscaling', 'performance'] as const) {
      if ((spelling[name] ?? meant[name]) !== meant[name]) throw contradiction(spelling, 'datafyMode', name);
    }
    return { mode, said: `datafyMode ${mode}` };
  }
  if (performance) return { mode: autoscaling ? 'autoscaling_performance' : 'performance', said: 'performance true' };
  if (autoscaling === false) {
    throw new EmulatorError('volume-mode-missing', { fields: [at('autoscaling'), at('performance')] });
  }
  return { mode: 'autoscaling', said: `performance ${performance ?? 'left out'}` };
}

const sizeNames = ['performanceArraySize', 'arraySize', 'performanceTier'] as const;

/** How large the array is to be, and what the caller named that; 0 is no array. */
function sizeOf(spelling: ArraySpelling): { size: number; name: string } {
  const [first, ...others] = sizeNames.filter((name) => spelling[name] !== undefined);
  if (!first) return { size: 0, name: at(spelling.performance ? 'performanceTier' : 'performanceArraySize') };
  const other = others.find((name) => spelling[name] !== spelling[first]);
  if (other) throw contradiction(spelling, first, other);
  return { size: spelling[first] ?? 0, name: at(first) };
}

function contradiction(spelling: ArraySpelling, first: keyof ArraySpelling, second: keyof ArraySpelling) {
  return new EmulatorError('array-contradictory', {
    first: { field: at(first), value: spelling[first] },
    second: { field: at(second), value: spelling[second] },
  });
}
