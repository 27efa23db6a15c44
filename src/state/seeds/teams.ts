/** What a team runs: its volumes are named after it, and are of these sizes, in GiB. */
export interface Service {
  name: string;
  sizesGb: readonly number[];
  fileSystem?: 'xfs';
  /** The size of its arrays; left out: it has none. */
  array?: 4 | 6 | 8;
  volumeType?: 'gp2' | 'io1' | 'io2' | 'st1' | 'sc1' | 'standard';
}

export interface Team {
  name: string;
  awsAccount: string;
  region: string;
  /** How many instances it has, and how many volumes in all: one of each instance is what that starts from. */
  nodes: number;
  volumes: number;
  encrypted?: true;
  services: readonly Service[];
}

/** The teams of the fleet: each has an account. */
export const teams: readonly Team[] = [
  {
    name: 'payments',
    awsAccount: '111122223333',
    region: 'us-east-1',
    nodes: 18,
    volumes: 110,
    encrypted: true,
    services: [
      { name: 'orders-db', sizesGb: [500, 1000, 2000], array: 4 },
      { name: 'ledger-db', sizesGb: [1000, 2000, 4000], fileSystem: 'xfs', array: 8 },
      { name: 'fraud-features', sizesGb: [200, 500] },
      { name: 'kafka', sizesGb: [500, 1000], fileSystem: 'xfs' },
      { name: 'audit-archive', sizesGb: [2000, 4000], volumeType: 'st1' },
    ],
  },
  {
    name: 'catalog',
    awsAccount: '222233334444',
    region: 'us-west-2',
    nodes: 16,
    volumes: 95,
    services: [
      { name: 'products-db', sizesGb: [200, 500, 1000] },
      { name: 'images-cache', sizesGb: [100, 200], fileSystem: 'xfs' },
      { name: 'prices', sizesGb: [50, 100] },
      { name: 'legacy-mysql', sizesGb: [300, 600], volumeType: 'gp2' },
    ],
  },
  {
    name: 'search',
    awsAccount: '333344445555',
    region: 'us-east-2',
    nodes: 14,
    volumes: 85,
    services: [
      { name: 'opensearch-hot', sizesGb: [1000, 2000], fileSystem: 'xfs', array: 6 },
      { name: 'opensearch-warm', sizesGb: [4000, 8000], fileSystem: 'xfs' },
      { name: 'suggest', sizesGb: [50, 100] },
      { name: 'crawl-frontier', sizesGb: [500], volumeType: 'io1' },
    ],
  },
  {
    name: 'analytics',
    awsAccount: '444455556666',
    region: 'eu-west-1',
    nodes: 16,
    volumes: 100,
    services: [
      { name: 'clickhouse', sizesGb: [2000, 4000, 8000], fileSystem: 'xfs' },
      { name: 'spark-scratch', sizesGb: [500, 1000], fileSystem: 'xfs' },
      { name: 'airflow', sizesGb: [50, 100] },
      { name: 'cold-exports', sizesGb: [4000, 8000], volumeType: 'sc1' },
    ],
  },
  {
    name: 'platform',
    awsAccount: '555566667777',
    region: 'us-east-1',
    nodes: 11,
    volumes: 70,
    services: [
      { name: 'prometheus', sizesGb: [200, 500] },
      { name: 'loki', sizesGb: [500, 1000], fileSystem: 'xfs' },
      { name: 'registry', sizesGb: [1000, 2000] },
      { name: 'vault', sizesGb: [20], volumeType: 'io2' },
    ],
  },
  {
    name: 'staging',
    awsAccount: '666677778888',
    region: 'us-east-1',
    nodes: 5,
    volumes: 40,
    services: [
      { name: 'orders-db', sizesGb: [50, 100] },
      { name: 'products-db', sizesGb: [20, 50] },
      { name: 'opensearch', sizesGb: [100, 200], fileSystem: 'xfs' },
      { name: 'scratch', sizesGb: [10, 20], volumeType: 'standard' },
    ],
  },
];
