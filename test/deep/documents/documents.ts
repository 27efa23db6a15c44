import type { Seed, SeedDocument } from '../../../src/state/document/document.ts';
import type { Random } from '../../model/random.ts';

/** Documents of worlds, made up by the schema of documents itself, and the calls that a world made of one lives by. */

type Json = unknown;
export interface Schema {
  type?: string;
  enum?: Json[];
  oneOf?: Schema[];
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  pattern?: string;
  minimum?: number;
  maximum?: number;
  maxItems?: number;
}

const uuids = ['10000000', '11111111', '22222222', '33333333'].map((first) => `${first}-0000-4000-8000-000000000001`);
const zones = ['us-east-1a', 'us-east-1a', 'us-east-1a', 'us-east-1b'];
const rules = [
  { in: [{ var: 'cluster_name' }, ['a']] },
  { some: [{ var: 'tags' }, { in: [{ var: '' }, ['a:b', 'Name:a']] }] },
  { '!': { in: [{ var: 'instance_id' }, ['i-00000001']] } },
];
const roleArn = 'arn:aws:iam::123456789012:role/datafy';

/** What a field of this name is, whatever its schema says: most say no more than that it is text, or an object. */
const known: Record<string, readonly Json[]> = {
  availabilityZone: zones,
  region: ['us-east-1', 'eu-west-1'],
  deviceName: ['/dev/sdf', '/dev/sdg', '/dev/xvda'],
  roleArn: [roleArn, `${roleArn}-2`],
  action: ['finish-creation', 'finish-activation', 'finish-deactivation', 'complete', 'fail', 'finish-attach'],
  fileSystem: ['ext4', 'ext4', 'xfs', 'ntfs'],
  rule: rules,
  clusterName: ['a', 'b'],
  instanceType: ['m5.large', 'm5.large', 't2.micro'],
  agentVersion: ['1.37.1', '1.29.0'],
  awsAccountId: ['123456789012', '210987654321', '000000000001'],
  key: ['Name', 'a', 'b'],
};

/** From where dates begin to as far as a clock goes; most are near each other, so that things come due together. */
const instants = [
  '0000-01-01T00:00:00Z',
  '0000-01-01T00:00:00.001Z',
  '1970-01-01T00:00:00Z',
  '2026-01-01T00:00:00Z',
  '2026-01-01T00:00:00Z',
  '2026-01-01T00:00:00.001Z',
  '2026-01-01T00:01:00Z',
  '8999-12-31T23:59:59.999Z',
  '9000-01-01T00:00:00Z',
];

/** How likely it is that a field is there which may be left out, unless that is said here. */
const usual = 0.35;
const likely: Record<string, number> = {
  volumes: 0.95,
  instances: 0.8,
  snapshots: 0.7,
  accounts: 0.5,
  attachment: 0.5,
  status: 0.8,
  due: 0.7,
  at: 0.8,
  backingVolumeIds: 0.5,
  backingVolumes: 0.05,
  datafyMode: 0.2,
  backingCount: 0.2,
  $schema: 0.02,
};

/** The ids that things of a kind share, so that they name each other, or stand in each other's way. */
const idsOf = (pattern: string) => {
  const [, prefix] = /^\^([a-z]+)-\[0-9a-f\]/.exec(pattern) ?? [];
  return prefix && Array.from({ length: 16 }, (_, at) => `${prefix}-0000000${at.toString(16)}`);
};

function integer({ minimum = 0, maximum = 2 ** 31 }: Schema, random: Random): number {
  const usualOnes = [1, 2, 8, 10, 100, 125, 500, 1_000, 3_000, 4_000, 16_384, 65_536];
  const edges = [minimum, minimum + 1, maximum - 1, maximum];
  const value = random.pick(random.chance(0.15) ? edges : usualOnes);
  return Math.min(maximum, Math.max(minimum, value));
}

function text(name: string, schema: Schema, random: Random): string {
  const { pattern } = schema;
  if (pattern === undefined || name in known) {
    return random.pick((known[name] as string[] | undefined) ?? ['a', 'b', 'two words']);
  }
  const ids = idsOf(pattern);
  if (ids) return random.pick(ids);
  if (pattern.includes('{64}')) return random.pick(['a', 'b', 'c']).repeat(64);
  if (pattern.includes('{8}')) return random.pick(uuids);
  return random.pick(instants);
}

/** A value that fits a schema. */
function fitting(name: string, schema: Schema, random: Random): Json {
  if (schema.enum) return random.pick(schema.enum);
  if (schema.oneOf) return fitting(name, random.pick(schema.oneOf), random);
  switch (schema.type) {
    case 'boolean':
      return random.chance(0.5);
    case 'integer':
      return integer(schema, random);
    case 'string':
      return text(name, schema, random);
    case 'array':
      return Array.from({ length: random.pick([0, 1, 2, 2, 2, 3, 4]) }, () =>
        fitting(name, schema.items ?? {}, random),
      );
    case 'object':
      return schema.properties ? objectOf(schema, random) : random.pick(known[name] ?? [{}]);
    default:
      throw new Error(`${name} has no type that is known here`);
  }
}

function objectOf({ properties = {}, required = [] }: Schema, random: Random): Json {
  const names = Object.keys(properties).filter(
    (name) => required.includes(name) || random.chance(likely[name] ?? usual),
  );
  return Object.fromEntries(names.map((name) => [name, fitting(name, properties[name] as Schema, random)]));
}

/** A document that fits the schema; whether a world can be what it says is another question. */
export const documentOf = (schema: Schema, random: Random) =>
  objectOf({ ...schema, required: ['volumes'] }, random) as SeedDocument;

/** The document without what stands at a path, or without what has that, where it cannot be left out. */
export function without(document: SeedDocument, path: readonly (string | number)[], schema: Schema): SeedDocument {
  const copy = structuredClone(document);
  let [holder, within]: [Json, Schema] = [copy, schema];
  let remove: (() => void) | undefined;
  for (const part of path) {
    const here = holder as Record<string | number, Json>;
    if (here === null || typeof here !== 'object' || !(part in here)) break;
    if (Array.isArray(here)) remove = () => here.splice(Number(part), 1);
    else if (!within.required?.includes(String(part))) remove = () => delete here[part];
    [holder, within] = [here[part], (Array.isArray(here) ? within.items : within.properties?.[part]) ?? {}];
  }
  remove?.();
  return copy;
}

export interface Step {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Below the world's control surface, or a path of the API. */
  path: string;
  body?: unknown;
}

/** A call that may be made in a world, for something that it has. */
export function stepOf(world: Seed, random: Random): Step {
  const volume = world.volumes.length > 0 ? random.pick(world.volumes) : undefined;
  const instance = world.instances.length > 0 ? random.pick(world.instances) : undefined;
  const snapshot = world.snapshots.length > 0 ? random.pick(world.snapshots) : undefined;
  const accountId =
    (random.chance(0.9) && volume?.accountId) || world.accounts[0]?.accountId || world.ownAccountId || '';
  const query = `?accounts=${accountId}`;
  const [volumeId, instanceId] = [volume?.volumeId ?? 'vol-00000001', instance?.instanceId ?? 'i-00000001'];
  const availabilityZone = random.pick(zones);
  const volumeProperties = { availabilityZone };
  const ofAccount = `/accounts/${accountId}`;
  const ofVolume = `${ofAccount}/volumes/${volumeId}`;
  const api = (rest: string) => `/api/v1${rest}${query}`;
  const place = { instanceId, deviceName: random.pick(['/dev/sdf', '/dev/sdg', '/dev/sdh', '/dev/xvda']) };
  const size = random.pick([1, (volume?.sizeGb ?? 1) + 1, 2 * (volume?.sizeGb ?? 1), 16_384, 65_536, 524_288, 2 ** 53]);
  const source = { datafySnapshotId: snapshot?.datafySnapshotId ?? 'dsnap-00000001' };
  const speed = {
    volumeIops: random.pick([0, 3_000, 64_000, 256_000, 2 ** 53]),
    volumeThroughput: random.pick([0, 125]),
  };
  const tags = [{ key: random.pick(['a', 'Name']), value: random.pick(['a', 'b']) }];
  const calls: [Step['method'], string, unknown?][] = [
    ['POST', api(`/volumes/${volumeId}/create-snapshot`), { autoscalingOnly: false }],
    ['POST', api(`/volumes/${volumeId}/modify`), { volumeSizeGb: size, autoscalingOnly: false }],
    ['POST', api(`/volumes/${volumeId}/attach`), place],
    ['POST', api(`/volumes/${volumeId}/deactivate-autoscaling`)],
    ['POST', api('/volumes/create-from-snapshots'), { source, volumeProperties }],
    [
      'POST',
      api('/aws/volumes/create-from-snapshots'),
      { source, volumeProperties: { ...volumeProperties, ...speed } },
    ],
    ['POST', api(`/aws/volumes/${volumeId}/modify`), { volumeSizeGb: size, ...speed }],
    [
      'POST',
      api(`/aws/volumes/${volumeId}/detach`),
      { instanceId: volume?.attachment?.instanceId ?? instanceId, force: random.chance(0.5) },
    ],
    ['GET', api(`/aws/volumes/${volumeId}`)],
    ['GET', api('/volumes')],
    ['GET', api('/snapshots')],
    ['POST', api(`/accounts/${accountId}/autoscaling/rules`), { active: true, rule: random.pick(rules) }],
    ['POST', `${ofVolume}/activate`],
    ['POST', `${ofVolume}/attach`, { ...place, deleteOnTermination: random.chance(0.5) }],
    ['PUT', ofVolume, { tags }],
    ['DELETE', ofVolume],
    ['POST', `${ofAccount}/volumes`, { sizeGb: random.pick([1, 200]), availabilityZone, tags }],
    ['POST', `${ofAccount}/instances`, { availabilityZone }],
    ['PUT', `${ofAccount}/instances/${instanceId}`, { agent: true, clusterName: random.pick(['a', null]) }],
    ['DELETE', `${ofAccount}/instances/${instanceId}`],
    ['GET', `${ofAccount}/attachments`],
    ['POST', '/faults', { match: { transition: 'snapshot.create' }, times: 1, effect: { outcome: 'hold' } }],
    ['POST', '/faults', { match: { transition: 'modification.modify' }, times: 1, effect: { outcome: 'fail' } }],
    ['PUT', '/pace', { snapshot: random.pick([0, 1_000]), activate: random.pick([0, 1_000]) }],
    ['POST', '/clock/advance', { seconds: random.pick([0, 1, 60]) }],
    ['POST', '/checkpoints', { name: 'a' }],
    ['POST', '/checkpoints/a/restore'],
    ['GET', '/accounts'],
  ];
  const [method, path, body] = random.pick(calls);
  return { method, path, ...(body !== undefined && { body }) };
}
