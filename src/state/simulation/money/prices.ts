/**
 * What AWS asks for EBS volumes, in millionths of a dollar for a month of 2,592,000 seconds.
 *
 * gp3 by region, and the other types in us-east-1: AWS's price list as transcribed in a public file of 2021-07;
 * eu-central-1 and ap-northeast-1 agree with public reads of AWS's price API of 2026 [D]. Throughput is half the price
 * of a GiB in the three regions where it was found [D]; that it is so everywhere is assumed, and so is that other types
 * rise from region to region as gp3 does [A]. A region that is not here has the prices of us-east-1 [A].
 */
export const gp3Prices: Readonly<Record<string, readonly [gib: number, iops: number]>> = {
  'us-east-1': [80_000, 5000],
  'us-east-2': [80_000, 5000],
  'us-west-1': [96_000, 6000],
  'us-west-2': [80_000, 5000],
  'ca-central-1': [88_000, 5500],
  'sa-east-1': [152_000, 9500],
  'eu-central-1': [95_200, 6000],
  'eu-north-1': [83_600, 5200],
  'eu-south-1': [92_400, 5800],
  'eu-west-1': [88_000, 5500],
  'eu-west-2': [92_800, 5800],
  'eu-west-3': [92_800, 5800],
  'ap-east-1': [105_600, 6600],
  'ap-northeast-1': [96_000, 6000],
  'ap-northeast-2': [91_200, 5700],
  'ap-northeast-3': [96_000, 6000],
  'ap-south-1': [91_200, 5700],
  'ap-southeast-1': [96_000, 6000],
  'ap-southeast-2': [96_000, 6000],
  'af-south-1': [104_700, 6500],
  'me-south-1': [96_800, 6100],
};

/** Types in us-east-1: a GiB, and an IOPS by how many there are: each step's price counts above its first. */
const otherPrices = {
  gp2: { gib: 100_000, iops: [] },
  io1: { gib: 125_000, iops: [[0, 65_000]] },
  io2: {
    gib: 125_000,
    iops: [
      [0, 65_000],
      [32_000, 46_000],
      [64_000, 32_000],
    ],
  },
  st1: { gib: 45_000, iops: [] },
  sc1: { gib: 15_000, iops: [] },
} as const;

/** The types that an original may have. What `standard` costs depends on its requests, so it is not among them. */
export type VolumeType = 'gp3' | keyof typeof otherPrices;

export const pricedTypes: readonly VolumeType[] = [
  'gp3',
  ...(Object.keys(otherPrices) as (keyof typeof otherPrices)[]),
];

/** A volume as it is billed. */
export interface Billed {
  sizeGb: number;
  iops: number;
  /** MiB/s */
  throughput: number;
}

/** How many units a millionth of a dollar has: prices that follow gp3's from region to region are whole in them. */
export const unitsPerMillionth = 80;

/** What a volume costs in a month, in units. */
export function monthly(type: VolumeType, region: string, { sizeGb, iops, throughput }: Billed): number {
  const [gib, perIops] = (gp3Prices[region] ?? gp3Prices['us-east-1']) as readonly [number, number];
  if (type === 'gp3') {
    const beyond = Math.max(0, iops - 3000) * perIops + (Math.max(0, throughput - 125) * gib) / 2;
    return unitsPerMillionth * (sizeGb * gib + beyond);
  }
  const prices = otherPrices[type];
  let millionths = sizeGb * prices.gib;
  for (const [index, [above, price]] of prices.iops.entries()) {
    const end = prices.iops[index + 1]?.[0] ?? Number.POSITIVE_INFINITY;
    millionths += Math.max(0, Math.min(iops, end) - above) * price;
  }
  // × gib / 80,000, in units of an eightieth: every price above is a multiple of 1,000.
  return (millionths / 1000) * gib;
}
