import { EmulatorError } from '../../ground/errors.ts';

/** What AWS knows of EBS: zones, device names, and the limits of each type of volume. */

/** The types of EBS volumes [D]. */
export const volumeTypes = ['gp3', 'gp2', 'io1', 'io2', 'st1', 'sc1', 'standard'] as const;

export type VolumeType = (typeof volumeTypes)[number];

/** How many EBS volumes there may be in an array [C]. */
export const arraySizes: readonly number[] = [4, 6, 8];

interface Range {
  minimum: number;
  maximum: number;
}

interface Limits {
  /** GiB */
  sizeGb: Range;
  iops: Range & { perGb?: number };
  /** MiB/s */
  throughput: Range & { perIops?: number };
}

/** The throughput range is what Datafy's clients name [C]; the others are AWS's own documentation [D]. */
export const gp3 = {
  sizeGb: { minimum: 1, maximum: 65_536 },
  iops: { minimum: 3_000, maximum: 80_000, perGb: 500 },
  throughput: { minimum: 125, maximum: 2_000, perIops: 0.25 },
} as const satisfies Limits;

const upTo = (sizeGb: number, iops: number, throughput: number): Limits => ({
  sizeGb: { minimum: 1, maximum: sizeGb },
  iops: { minimum: 1, maximum: iops },
  throughput: { minimum: 1, maximum: throughput },
});

/**
 * What each type has at most is AWS's own documentation [D]. What the others than gp3 have at least, and for each GiB, is
 * not looked at [A]. AWS lets nobody give st1, sc1 and standard volumes their IOPS, and a standard one has less than 125
 * MiB/s: here each volume has a number of both, and these take as much as a volume has that says nothing of it [A].
 */
export const limits: Record<VolumeType, Limits> = {
  gp3,
  gp2: upTo(16_384, 16_000, 250),
  io1: upTo(16_384, 64_000, 1_000),
  io2: upTo(65_536, 256_000, 4_000),
  st1: upTo(16_384, gp3.iops.minimum, 500),
  sc1: upTo(16_384, gp3.iops.minimum, 250),
  standard: upTo(1_024, gp3.iops.minimum, gp3.throughput.minimum),
};

/** GiB: the largest of volumes, which is an array. */
export const greatestSizeGb =
  Math.max(...Object.values(limits).map(({ sizeGb }) => sizeGb.maximum)) * Math.max(...arraySizes);

export interface Performance {
  sizeGb: number;
  iops: number;
  /** MiB/s */
  throughput: number;
}

/**
 * Holds size, IOPS and throughput against the limits of a type. Over an array of `count` volumes the limits are totals.
 *
 * @throws EmulatorError `size-out-of-range`, `iops-out-of-range`, `iops-ratio-exceeded`, `throughput-out-of-range`,
 *   `throughput-ratio-exceeded`
 */
export function checkPerformance(volumeType: VolumeType, { sizeGb, iops, throughput }: Performance, count = 1): void {
  const limit = limits[volumeType];
  const check = (
    code: 'size-out-of-range' | 'iops-out-of-range' | 'throughput-out-of-range',
    value: number,
    { minimum, maximum }: Range,
    unit: string,
  ) => {
    if (value < minimum * count || value > maximum * count) {
      throw new EmulatorError(code, { value, minimum: minimum * count, maximum: maximum * count, unit });
    }
  };
  check('size-out-of-range', sizeGb, limit.sizeGb, 'GiB');
  check('iops-out-of-range', iops, limit.iops, 'IOPS');
  check('throughput-out-of-range', throughput, limit.throughput, 'MiB/s');

  // Every gp3 volume has the minimum, however small it is: the ratios bind above it.
  const mostIops = Math.max(limit.iops.minimum * count, sizeGb * (limit.iops.perGb ?? Number.POSITIVE_INFINITY));
  if (iops > mostIops) {
    throw new EmulatorError('iops-ratio-exceeded', { iops, sizeGb, maximum: mostIops });
  }
  const mostThroughput = Math.floor(iops * (limit.throughput.perIops ?? Number.POSITIVE_INFINITY));
  if (throughput > mostThroughput) {
    throw new EmulatorError('throughput-ratio-exceeded', {
      throughput,
      iops,
      maximum: mostThroughput,
    });
  }
}

/**
 * IOPS and throughput as close to these as one gp3 volume of that size can have them: an array's totals may be more, and
 * those of another type more or less [A].
 */
export function asGp3({ sizeGb, iops, throughput }: Performance): Omit<Performance, 'sizeGb'> {
  const within = (value: number, minimum: number, ...most: number[]) => Math.max(minimum, Math.min(value, ...most));
  const possible = within(iops, gp3.iops.minimum, gp3.iops.maximum, sizeGb * gp3.iops.perGb);
  const { minimum, maximum, perIops } = gp3.throughput;
  return {
    iops: possible,
    throughput: within(throughput, minimum, maximum, Math.floor(possible * perIops)),
  };
}

/** Volume types that Datafy can autoscale, and file systems it can grow and shrink [A]. */
export const supported = {
  volumeTypes: ['gp3', 'gp2', 'io1', 'io2'],
  fileSystems: ['ext4', 'xfs'],
};

// us-east-1, us-gov-west-1, eusc-de-east-1; their zones us-east-1a, us-west-2-lax-1a, ap-northeast-1-wl1-nrt-wlz-1 [D].
const region = '[a-z]{2,4}(?:-[a-z]{2,12}){1,3}-[1-9]';
const zone = '(?:[a-z]|-[a-z]{3,5}-[1-9][a-z]|-wl[1-9]-[a-z]{3}-wlz-[1-9])';
/** The form of an availability zone, or of a local one; the region is what is in its parentheses. */
export const zonePattern = `^(${region})${zone}$`;
const [regionForm, zoneForm] = [new RegExp(`^${region}$`), new RegExp(zonePattern)];

/** Whether a text has the form of a region (us-east-1). */
export const isRegion = (text: string): boolean => regionForm.test(text);

/**
 * The region of an availability zone (us-east-1a), a local zone (us-west-2-lax-1a), or a Wavelength zone
 * (us-east-1-wl1-bos-wlz-1).
 *
 * @throws EmulatorError `availability-zone-invalid`
 */
export function regionOf(availabilityZone: string): string {
  const [, region] = zoneForm.exec(availabilityZone) ?? [];
  if (!region) throw new EmulatorError('availability-zone-invalid', { availabilityZone });
  return region;
}

/**
 * @throws EmulatorError `device-name-invalid`
 */
export function checkDeviceName(deviceName: string): void {
  if (!/^\/dev\/(sd|xvd)[a-z][a-z0-9]{0,2}$/.test(deviceName)) {
    throw new EmulatorError('device-name-invalid', { deviceName });
  }
}

/**
 * What EC2 takes a device name for: `/dev/sdf` and `/dev/xvdf` are one attachment point of an instance, as public reports about EC2 show [A], and so are
 * all names of the root device [A]: `/dev/sda`, `/dev/sda1`, `/dev/xvda`. Two names of an instance are in each other's
 * way where this is the same.
 */
export function attachmentPoint(deviceName: string): string {
  const letters = deviceName.replace(/^\/dev\/(?:sd|xvd)/, '');
  return letters === 'a1' ? 'a' : letters;
}
