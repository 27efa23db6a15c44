import { supported } from '../aws/ebs.ts';
import { fillWorld } from '../document/defaults.ts';
import type { Seed, SeedDocument } from '../document/document.ts';
import { type Status, transition, volumeStatuses } from '../engine/transitions.ts';
import { type Service, type Team, teams } from './teams.ts';

type Written<K extends 'instances' | 'volumes' | 'snapshots'> = NonNullable<SeedDocument[K]>[number];

const day = 24 * 60;
const tag = (key: string, value: string) => ({ key, value });
const hex = (...parts: [value: number, width: number][]) =>
  parts.map(([value, width]) => value.toString(16).padStart(width, '0')).join('');

/** An id of a team's own things: which team, what, and which of them. */
const idOf = (prefix: string, team: number, what: number, at: number) =>
  `${prefix}-0f1ee7${hex([team + 1, 2], [what, 4], [at, 5])}`;
const accountIdOf = (team: number) => `f1ee7000-0000-4000-8000-${hex([team + 1, 12])}`;
const organizationId = accountIdOf(-1);

const zoneOf = ({ region }: Team, at: number) => region + 'abc'.charAt(at % 3);

/** What stands at a place in a list that begins anew when it ends. */
const turn = <T>(list: readonly T[], at: number) => list[at % list.length] as T;

/**
 * A company: 500 volumes of six teams, on their instances. Everything has the same ids every time, and something is in
 * every status that there is; what is under way is held.
 */
export function makeFleet(): Seed {
  const made = teams.map(makeTeam);
  return fillWorld({
    organizationId,
    name: 'Fleet',
    accounts: teams.map(({ name, awsAccount }, at) => ({
      accountId: accountIdOf(at),
      name,
      roleArn: `arn:aws:iam::${awsAccount}:role/datafy`,
    })),
    tokens: [
      { token: 'organization-token', accountId: organizationId, description: 'any sub-account, named by ?accounts=' },
      ...teams.map(({ name }, at) => ({
        token: `${name}-token`,
        accountId: accountIdOf(at),
        description: `sub-account ${name}, ${accountIdOf(at)}`,
      })),
      { token: 'readonly-token', accountId: accountIdOf(0), description: 'payments, may only read', readOnly: true },
      { token: 'expired-token', accountId: accountIdOf(0), description: 'payments, expired', expiresInMinutes: -60 },
    ],
    failingRoles: [
      {
        roleArn: 'arn:aws:iam::111122223333:role/datafy-without-permissions',
        reason: 'it may not call ec2:CreateVolume',
      },
    ],
    rules: teams.flatMap(({ name }, at) => [
      {
        ruleId: `f1ee7001-0000-4000-8000-${hex([at, 12])}`,
        accountId: accountIdOf(at),
        rule: { some: [{ var: 'tags' }, { in: [{ var: '' }, ['autoscale:on']] }] },
      },
      {
        ruleId: `f1ee7002-0000-4000-8000-${hex([at, 12])}`,
        accountId: accountIdOf(at),
        active: false,
        rule: { in: [{ var: 'cluster_name' }, [`${name}-${environmentOf(name)}`]] },
      },
    ]),
    instances: made.flatMap(({ instances }) => instances),
    volumes: made.flatMap(({ volumes }) => volumes),
    snapshots: made.flatMap(({ snapshots }) => snapshots),
  });
}

const environmentOf = (team: string) => (team === 'staging' ? 'staging' : 'production');

function makeTeam(team: Team, of: number) {
  const instances = Array.from({ length: team.nodes }, (_, at) => makeInstance(team, of, at));
  const boots = instances.map((instance, at) => makeBootVolume(team, of, instance, at));
  const data = Array.from({ length: team.volumes - boots.length }, (_, at) => makeDataVolume(team, of, instances, at));
  const volumes = [...boots, ...data];
  return { instances, volumes, snapshots: makeSnapshots(team, of, data) };
}

type Instance = ReturnType<typeof makeInstance>;

/** Every fifth runs no Kubernetes; the last one of a team has no agent. */
function makeInstance(team: Team, of: number, at: number) {
  const group = turn(['databases', 'databases', 'streaming', 'general'], at);
  const environment = environmentOf(team.name);
  const alone = at % 5 === 4;
  return {
    instanceId: idOf('i', of, 0, at),
    accountId: accountIdOf(of),
    availabilityZone: zoneOf(team, at),
    agent: at < team.nodes - 1,
    ...(!alone && { clusterName: `${team.name}-${environment}`, nodeGroupName: group }),
    tags: [
      tag('Name', alone ? `${team.name}-vm-${at}` : `${team.name}-${group}-${at}`),
      tag('team', team.name),
      tag('environment', environment),
    ],
  } satisfies Written<'instances'>;
}

function makeBootVolume(team: Team, of: number, { instanceId, availabilityZone }: Instance, at: number) {
  return {
    volumeId: idOf('vol', of, 0, at),
    accountId: accountIdOf(of),
    status: 'ordinary',
    sizeGb: turn([30, 30, 50], at),
    availabilityZone,
    boot: true,
    ...encryptionOf(team),
    attachment: { instanceId, deviceName: '/dev/xvda', deleteOnTermination: true },
    tags: [tag('Name', `${team.name}-root-${at}`), tag('team', team.name)],
    ageMinutes: (30 + 11 * at) * day,
  } satisfies Written<'volumes'>;
}

/** The statuses of a team's data volumes, in turn: most are managed, and some are in each of the others. */
const statuses: readonly Status<'volume'>[] = [
  ...(['managed', 'managed', 'ordinary', 'managed', 'managed', 'activating', 'managed', 'managed'] as const),
  ...(['managed', 'ordinary', 'managed', 'managed', 'replaced', 'ordinary', 'managed', 'managed'] as const),
  ...(['deactivating', 'managed', 'ordinary', 'managed', 'creating', 'managed', 'managed'] as const),
];

/** The status of a team's data volume: what Datafy does not support stays ordinary. */
function statusOf(team: Team, at: number): Status<'volume'> {
  const { volumeType = 'gp3' } = turn(team.services, at);
  const agent = at % team.nodes < team.nodes - 1;
  if (!agent || !supported.volumeTypes.includes(volumeType)) return 'ordinary';
  const status = turn(statuses, at);
  // The last one would have nothing that takes over.
  return volumeStatuses.replaced.includes(status) && at + team.nodes === team.volumes - 1 ? 'managed' : status;
}

/** Whose data it has: a new volume that of a snapshot, one that took over that of the volume before it. */
function originalOf(team: Team, at: number): number {
  if (volumeStatuses.beingMade.includes(statusOf(team, at))) return 0;
  return at > 0 && volumeStatuses.replaced.includes(statusOf(team, at - 1)) ? at - 1 : at;
}

/** What is special about a managed volume, in turn. */
const attachmentOf = (at: number): Status<'attachment'> | undefined =>
  at % 6 === 5 ? undefined : at % 19 === 1 ? 'attaching' : at % 11 === 8 ? 'detaching' : 'attached';

function modificationsOf(at: number, sizeGb: number): Written<'volumes'>['modifications'] {
  if (at % 13 === 3) return [{ status: 'modifying', sizeGb: 2 * sizeGb }];
  if (at % 17 === 4) return [{ status: 'failed', sizeGb: 2 * sizeGb }];
  return at % 4 === 0 ? [{ status: 'completed', sizeGb }] : undefined;
}

function makeDataVolume(team: Team, of: number, instances: readonly Instance[], at: number) {
  const status = statusOf(team, at);
  const original = originalOf(team, at);
  const service = turn(team.services, original);
  const round = Math.floor(original / team.services.length);
  const sizeGb = turn(service.sizesGb, round);
  const instance = turn(instances, original);
  const managed = volumeStatuses.managed.includes(status);
  const isNew = volumeStatuses.beingMade.includes(status);
  const isReplaced = volumeStatuses.replaced.includes(status);
  const attached = isNew || isReplaced ? undefined : managed ? attachmentOf(at) : 'attached';
  const modifications = managed ? modificationsOf(at, sizeGb) : undefined;
  return {
    volumeId: idOf('vol', of, 1, at),
    accountId: accountIdOf(of),
    status,
    sizeGb,
    availabilityZone: instance.availabilityZone,
    ...(isNew ? { restoredFrom: idOf('dsnap', of, 0, 0) } : kindOf(service, managed, sizeGb, round)),
    ...(isReplaced && { replacedBy: idOf('vol', of, 1, at + 1) }),
    ...(service.fileSystem && { fileSystem: service.fileSystem }),
    ...encryptionOf(team),
    ...(attached && {
      attachment: {
        instanceId: instance.instanceId,
        deviceName: `/dev/sd${'fghijklmnop'.charAt(Math.floor(original / instances.length))}`,
        status: attached,
      },
    }),
    ...(modifications && { modifications }),
    tags: [
      tag('Name', `${service.name}-${round}`),
      tag('service', service.name),
      tag('team', team.name),
      tag('environment', environmentOf(team.name)),
      ...(managed || status === transition('volume', 'activate').to ? [tag('autoscale', 'on')] : []),
    ],
    ageMinutes: isNew ? 0 : (10 + ((37 * at) % 700)) * day,
  } satisfies Written<'volumes'>;
}

/** Type, mode and speed: arrays where Datafy made one, and more speed than the least for what is large. */
function kindOf(service: Service, managed: boolean, sizeGb: number, round: number): Partial<Written<'volumes'>> {
  const { volumeType, array } = service;
  if (managed && array) {
    return {
      origin: 'native',
      datafyMode: round % 2 === 0 ? 'performance' : 'autoscaling_performance',
      backingCount: array,
    };
  }
  if (volumeType) return { volumeType, ...(volumeType.startsWith('io') && { iops: 10_000, throughput: 500 }) };
  return sizeGb >= 1_000 ? { iops: 6_000, throughput: 500 } : {};
}

function encryptionOf({ encrypted, region, awsAccount }: Team): Partial<Written<'volumes'>> {
  if (!encrypted) return {};
  return { encrypted, kmsKeyId: `arn:aws:kms:${region}:${awsAccount}:key/f1ee7003-0000-4000-8000-000000000001` };
}

/** Snapshots of every third managed volume, one of an ordinary volume, and one of a volume that is gone. */
function makeSnapshots(team: Team, of: number, volumes: readonly ReturnType<typeof makeDataVolume>[]) {
  const snapshots: Written<'snapshots'>[] = [];
  const add = (volumeId: string, more: Omit<Written<'snapshots'>, 'volumeId'>) =>
    snapshots.push({
      datafySnapshotId: idOf('dsnap', of, 0, snapshots.length),
      accountId: accountIdOf(of),
      volumeId,
      ...more,
    });
  const managed = volumes.filter(({ status }) => volumeStatuses.managed.includes(status));
  for (const [at, { volumeId }] of managed.entries()) {
    if (at % 3 !== 0) continue;
    add(volumeId, { description: 'weekly', ageMinutes: 8 * day });
    if (at % 6 === 0) add(volumeId, { description: 'daily', ageMinutes: day, tags: [tag('backup', 'daily')] });
    if (at % 12 === 3) add(volumeId, { status: 'pending', description: 'held: it never completes by itself' });
    if (at % 12 === 9)
      add(volumeId, { status: 'error', description: 'failed: it cannot be restored', ageMinutes: day });
  }
  const ordinary = volumes.find(({ status }) => volumeStatuses.activatable.includes(status));
  if (ordinary) add(ordinary.volumeId, { description: 'before autoscaling', ageMinutes: 2 * day });
  const gone = idOf('vol', of, 2, 0);
  add(gone, {
    sizeGb: 100,
    region: team.region,
    description: 'of a volume that is gone',
    ebsSnapshots: [{ snapshotId: idOf('snap', of, 2, 0), volumeId: gone }],
    ageMinutes: 300 * day,
  });
  return snapshots;
}
