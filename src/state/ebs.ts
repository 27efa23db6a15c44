import { EmulatorError } from '../errors.ts';

/**
 * What AWS knows of EBS: zones, device names, and the limits of a gp3 volume.
 *
 * The throughput range is what Datafy's clients name [C]; the others are AWS's own documentation [D].
 */
export const gp3 = {
  sizeGb: { minimum: 1, maximum: 65_536 },
  iops: { minimum: 3_000, maximum: 80_000, perGb: 500 },
  /** MiB/s */
  throughput: { minimum: 125, maximum: 2_000, perIops: 0.25 },
} as const;

export interface Performance {
  sizeGb: number;
  iops: number;
  /** MiB/s */
  throughput: number;
}

/**
 * Holds size, IOPS and throughput against gp3's limits. Over an array of `count` volumes the limits are totals.
 *
 * @throws EmulatorError `size-out-of-range`, `iops-out-of-range`, `iops-ratio-exceeded`, `throughput-out-of-range`,
 *   `throughput-ratio-exceeded`
 */
export function checkGp3({ sizeGb, iops, throughput }: Performance, count = 1): void {
  const check = (
    code: 'size-out-of-range' | 'iops-out-of-range' | 'throughput-out-of-range',
    field: string,
    value: number,
    { minimum, maximum }: { minimum: number; maximum: number },
    unit: string,
  ) => {
    if (value < minimum * count || value > maximum * count) {
      throw new EmulatorError(code, { field, value, minimum: minimum * count, maximum: maximum * count, unit });
    }
  };
  check('size-out-of-range', 'volumeSizeGb', sizeGb, gp3.sizeGb, 'GiB');
  check('iops-out-of-range', 'volumeIops', iops, gp3.iops, 'IOPS');
  check('throughput-out-of-range', 'volumeThroughput', throughput, gp3.throughput, 'MiB/s');

  // Every gp3 volume has the minimum, however small it is: the ratios bind above it.
  const mostIops = Math.max(gp3.iops.minimum * count, sizeGb * gp3.iops.perGb);
  if (iops > mostIops) throw new EmulatorError('iops-ratio-exceeded', { iops, sizeGb, maximum: mostIops });
  const mostThroughput = Math.floor(iops * gp3.throughput.perIops);
  if (throughput > mostThroughput) {
    throw new EmulatorError('throughput-ratio-exceeded', { throughput, iops, maximum: mostThroughput });
  }
}

/** The types of EBS volumes [D]. */
export const volumeTypes = ['gp3', 'gp2', 'io1', 'io2', 'st1', 'sc1', 'standard'] as const;

/** Volume types that Datafy can autoscale, and file systems it can grow and shrink [A]. */
export const supported = {
  volumeTypes: ['gp3', 'gp2', 'io1', 'io2'],
  fileSystems: ['ext4', 'xfs'],
};

/**
 * The region of an availability zone (us-east-1a) or of a local zone (us-west-2-lax-1a).
 *
 * @throws EmulatorError `availability-zone-invalid`
 */
export function regionOf(availabilityZone: string): string {
  const [, region] = /^([a-z]{2,3}(?:-[a-z]{2,12}){1,3}-\d{1,2})(?:-[a-z]{2,5}-\d)?[a-z]$/.exec(availabilityZone) ?? [];
  if (!region) throw new EmulatorError('availability-zone-invalid', { availabilityZone });
  return region;
}

/** @throws EmulatorError `device-name-invalid` */
export function checkDeviceName(deviceName: string): void {
  if (!/^\/dev\/(sd|xvd)[a-z][a-z0-9]{0,2}$/.test(deviceName)) {
    throw new EmulatorError('device-name-invalid', { deviceName });
  }
}
