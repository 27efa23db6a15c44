import { faultyTransitions } from '../../../src/state/engine/transitions.ts';
import type { Random } from '../../model/random.ts';
import { rules } from '../../model/world.ts';
import { furniture } from '../../routes/control/control.ts';
import type { Method } from '../../support/world.ts';
import type { Peek } from './peek.ts';

/** Calls of every operation there is, made up at random from what is there: good ones, and some that are not. */

/** An operation of either document, by its id without what tells a world apart. */
export interface Operation {
  operationId: string;
  method: Method;
  /** With its parameters in braces. */
  path: string;
  control: boolean;
}

/** A token that is known, with random secrets by their masks. */
export interface Ticket {
  token: string;
  account: string;
  /** Whether it is there, has not expired, and may do more than read. */
  good: boolean;
}

export interface CallStep {
  do: 'call';
  operationId: string;
  method: Method;
  /** With the masks of what is random. */
  url: string;
  token?: string;
  body?: unknown;
  /** The path of the world's control calls: of the world that it is meant for. */
  base: string;
}

export interface Scene {
  random: Random;
  /** The world that the call is for, and all others. */
  world: Peek;
  others: readonly Peek[];
  base: string;
  tickets: readonly Ticket[];
  faults: readonly string[];
  /** How many exports of the world are kept, for imports. */
  exports: number;
  /** The instant of the world. */
  now: number;
  operations: readonly Operation[];
}

const zones = [...Array(8).fill('us-east-1a'), 'us-east-1b', 'nowhere'];
const devices = [...'fghijklmnop'].map((letter) => `/dev/sd${letter}`).concat('/dev/hda');
const clusters = [null, 'plain', 'autoscaled'];
const roles = ['6f1d3c1e-0c6b-4b57-9a53-2f6e6f0a0a01', '6f1d3c1e-0c6b-4b57-9a53-2f6e6f0a0a02'];
const roleArns = ['arn:aws:iam::123456789012:role/datafy', 'arn:aws:iam::123456789012:role/datafy-without-permissions'];

/** How often each operation is called, where it is not once as often as most. */
const weights: Record<string, number> = {
  ...{ createSnapshotCommand: 6, attachCommand: 7, attachAwsVolume: 5, detachAwsVolume: 8, modifyCommand: 5 },
  ...{ modifyAwsVolume: 5, deactivateAutoscalingCommand: 7, createFromSnapshotsCommand: 3, listVolumes: 2 },
  ...{ activateInventoryVolume: 6, attachInventoryVolume: 6, tagInventoryVolume: 3, deleteInventoryVolume: 4 },
  ...{ setRoleArn: 2, getRoleArn: 2, createAutoscalingRule: 2, createToken: 2 },
  ...{ changeInventoryInstance: 3, createInventoryVolume: 2, createAutoscalingVolume: 2 },
  ...{ advanceClock: 14, createFault: 7, setPace: 3, createCheckpoint: 1.5, restoreCheckpoint: 1, importState: 1.5 },
  ...{ resetWorld: 0.3, deleteAccount: 0.4, deleteFaults: 0.5, terminateInventoryInstance: 1, setClock: 1 },
  ...{ createDatafiedVolume: 0.5, deleteRequests: 0.3, createOrganization: 0.6, deleteOrganization: 0.4 },
};
/** `health` says how long it has run, and `listEvents` never ends: the simulation listens by itself. */
export const left = ['health', 'listEvents'];

export function chooseOperation(random: Random, operations: readonly Operation[]): Operation {
  return random.weighted(operations.map((of) => ({ of, weight: weights[of.operationId] ?? 1 })));
}

const nobody = {
  volume: 'vol-0ffffffffffffffff',
  snapshot: 'dsnap-0fffffffffffffff0',
  instance: 'i-0ffffffffffffffff',
};

/** A call of an operation. */
export function makeUp(operation: Operation, scene: Scene): CallStep {
  const { random, world, base } = scene;
  const { operationId, method, control } = operation;
  const good = scene.tickets.filter((each) => each.good);
  const tickets = good.length > 0 && random.chance(0.97) ? good : scene.tickets;
  const ticket = !control && tickets.length > 0 ? random.pick(tickets) : undefined;
  const own = world.accounts.find((each) => each.own)?.id;
  const whole = ticket !== undefined && ticket.account === own;
  // More is to be had where there is more.
  const furnished = world.accounts.map(({ id: of }) => ({
    of,
    weight: 1 + world.volumes.filter(({ account }) => account === of).length,
  }));
  const account = whole || control ? random.weighted(furnished) : (ticket?.account ?? own ?? '');
  const it = things(scene, account, operationId);

  const params: Record<string, () => string> = {
    volumeId: () => it.subject,
    snapshotId: () => (random.chance(0.3) ? random.pick(['snap-0', ...it.parts(it.snapshot())]) : it.snapshot()),
    instanceId: it.instance,
    accountId: () => (random.chance(0.05) ? random.pick(world.accounts).id : account),
    tokenId: () => it.pick(world.tokens, 'nobody'),
    ruleId: () => it.pick(world.rules, 'nobody'),
    name: () => random.pick(['one', 'two', 'three']),
    faultId: () => random.pick([...scene.faults, 'fault-0']),
    organizationId: () => base.split('/').at(-1) as string,
  };
  const query = queryOf(operationId, scene, whole ? account : undefined);
  const path = operation.path.replace(/\{(\w+)\}/g, (_, name: string) => (params[name] as () => string)());
  const body = bodies[operationId]?.({ ...scene, it });
  const isSpoilt = body !== undefined && random.chance(0.04);
  const token = ticket && (random.chance(0.02) ? 'nobody' : ticket.token);
  return {
    do: 'call',
    operationId,
    method,
    url: (operation.path.startsWith('/_emulator') ? path : (control ? base : '') + path) + query,
    ...(token !== undefined && { token }),
    ...(body !== undefined && { body: isSpoilt ? spoil(random, body) : body }),
    base,
  };
}

/** In which statuses most calls of an operation find the volume. */
const suitable: Record<string, (volume: Peek['volumes'][number]) => boolean> = {
  attachCommand: ({ status, instance }) => status === 'managed' && instance === null,
  attachAwsVolume: ({ status, instance }) => status === 'managed' && instance === null,
  attachInventoryVolume: ({ status, instance }) => status === 'ordinary' && instance === null,
  detachAwsVolume: ({ instance }) => instance !== null,
  modifyAwsVolume: ({ instance }) => instance !== null,
  modifyCommand: ({ status }) => status === 'managed',
  createSnapshotCommand: ({ status }) => status === 'managed',
  deactivateAutoscalingCommand: ({ status }) => status === 'managed',
  activateInventoryVolume: ({ status, instance }) => status === 'ordinary' && instance !== null,
  deleteInventoryVolume: ({ instance }) => instance === null,
};

/** Picks from what an account has; now and then from another account, another world, or nowhere. */
function things({ random, world, others }: Scene, account: string, operationId: string) {
  const pick = <T extends { id: string; account: string }>(
    from: readonly T[],
    otherwise: string,
    fits?: (thing: T) => boolean,
  ) => {
    const own = from.filter((each) => each.account === account);
    const fit = fits ? own.filter(fits) : [];
    if (fit.length > 0 && random.chance(0.7)) return random.pick(fit).id;
    return random.pick(own.length > 0 && random.chance(0.95) ? own : [...from, { id: otherwise }]).id;
  };
  const volume = () => {
    if (random.chance(0.03)) return random.pick([...world.backing, nobody.volume]);
    const from = random.chance(0.03) ? (others[0] ?? world) : world;
    return pick(from.volumes, nobody.volume, suitable[operationId]);
  };
  /** The volume that the call is about. */
  const subject = volume();
  const on = world.volumes.find(({ id }) => id === subject)?.instance;
  return {
    pick,
    volume,
    subject,
    /** The instance that it is on, mostly. */
    where: () => (on && random.chance(0.9) ? on : pick(world.instances, nobody.instance)),
    snapshot: () => pick(world.snapshots, nobody.snapshot, ({ status }) => status === 'completed'),
    parts: (id: string) => world.snapshots.find((each) => each.id === id)?.parts ?? [],
    instance: () => pick(world.instances, nobody.instance),
  };
}
type Things = ReturnType<typeof things>;

function queryOf(operationId: string, { random }: Scene, account: string | undefined): string {
  const parts: string[] = [];
  if (account !== undefined) parts.push(random.chance(0.05) ? 'accounts=all' : `accounts=${account}`);
  if (operationId.startsWith('listInventory') && operationId !== 'listInventoryAccounts') {
    if (random.chance(0.3)) parts.push(`search=${random.pick(['vol', 'a', 'y'])}`);
    if (random.chance(0.3)) parts.push(`limit=${1 + random.upTo(5)}`, `offset=${random.upTo(3)}`);
  }
  if (operationId === 'listRequests') parts.push(`limit=${1 + random.upTo(20)}`);
  return parts.length > 0 ? `?${parts.join('&')}` : '';
}

/** Something that the schema refuses, mostly. */
function spoil(random: Random, body: unknown): unknown {
  const keys = Object.keys(body as object);
  if (keys.length === 0) return random.pick([[], 'text', { tags: 'none' }]);
  const key = random.pick(keys);
  return random.pick([[], null, { ...(body as object), [key]: random.pick([null, [[]], -1, 'text']) }]);
}

type Maker = (scene: Scene & { it: Things }) => unknown;

const tagsOf = (random: Random) =>
  random.pick([
    [],
    [{ key: 'Name', value: 'x' }],
    [{ key: 'autoscale', value: 'yes' }],
    [{ key: 'aws:reserved', value: 'x' }],
  ]);
const some = <T extends object>(random: Random, value: T) =>
  Object.fromEntries(Object.entries(value).filter(() => random.chance(0.5)));

const restore: Maker = ({ random, it }) => {
  const snapshot = it.snapshot();
  const bySet = random.chance(0.4);
  return {
    source: bySet
      ? {
          snapshotIds: it.parts(snapshot).slice(random.upTo(2)),
          region: random.pick(['us-east-1', 'us-east-1', 'eu-west-1']),
        }
      : { datafySnapshotId: snapshot },
    volumeProperties: {
      availabilityZone: random.pick(zones),
      ...some(random, { tags: tagsOf(random), volumeIops: 4_000 }),
    },
  };
};
const create: Maker = ({ random }) => {
  const isArray = random.chance(0.3);
  return {
    volumeProperties: {
      availabilityZone: random.pick(zones),
      diskSize: random.pick([5, 20, 0]),
      ...some(random, { tags: tagsOf(random), encrypted: true }),
      ...(isArray && { datafyMode: 'performance', performanceArraySize: random.pick([4, 5]) }),
    },
  };
};
const place: Maker = ({ random, it }) => ({ instanceId: it.instance(), deviceName: random.pick(devices) });
const placeToGo: Maker = (scene) => ({
  ...(place(scene) as object),
  ...some(scene.random, { deleteOnTermination: scene.random.chance(0.5) }),
});
const rule: Maker = ({ random }) => ({ active: random.chance(0.7), rule: random.pick([...rules, { or: [] }]) });

const bodies: Record<string, Maker> = {
  createSnapshotCommand: ({ random }) =>
    some(random, { autoscalingOnly: random.chance(0.5), description: 'nightly', tags: tagsOf(random) }),
  createFromSnapshotsCommand: restore,
  createAwsVolumeFromSnapshots: restore,
  attachCommand: placeToGo,
  deactivateAutoscalingCommand: () => undefined,
  modifyCommand: ({ random }) => ({
    volumeSizeGB: 1 + random.upTo(300),
    ...some(random, { expandFilesystem: random.chance(0.5), autoscalingOnly: random.chance(0.5) }),
  }),
  createAccount: ({ random }) => ({ name: random.pick(['one', 'two', '']) }),
  renameAccount: ({ random }) => ({ name: random.pick(['three', 'four', '']) }),
  createToken: ({ random }) =>
    some(random, { description: 'made up', expireInMinutes: random.pick([0, 1, 60]), roleIds: [random.pick(roles)] }),
  setRoleArn: ({ random }) => ({ roleArn: random.pick(roleArns), ...some(random, { skipValidation: true }) }),
  createAutoscalingRule: rule,
  replaceAutoscalingRule: rule,
  createAutoscalingVolume: create,
  createDatafiedVolume: create,
  attachAwsVolume: place,
  detachAwsVolume: ({ random, it }) => ({ instanceId: it.where(), ...some(random, { force: true }) }),
  modifyAwsVolume: ({ random }) => ({
    ...some(random, { volumeSizeGb: 1 + random.upTo(300), volumeIops: random.pick([0, 3_000, 4_000, 90_000]) }),
  }),
  createInventoryVolume: ({ random, it }) => ({
    sizeGb: random.pick([1, 20, 20]),
    availabilityZone: random.pick(zones),
    ...some(random, { volumeType: random.pick(['gp2', 'st1']), boot: random.chance(0.3), tags: tagsOf(random) }),
    ...(random.chance(0.2) && { volumeId: random.pick([it.volume(), `vol-0aaaaaaa${random.upTo(9)}`]) }),
  }),
  tagInventoryVolume: ({ random }) => ({ tags: tagsOf(random) }),
  attachInventoryVolume: placeToGo,
  createInventoryInstance: ({ random, it }) => ({
    availabilityZone: random.pick(zones),
    ...some(random, { agent: random.chance(0.8), tags: tagsOf(random) }),
    ...(random.chance(0.2) && { instanceId: random.pick([it.instance(), `i-0aaaaaaa${random.upTo(9)}`]) }),
  }),
  changeInventoryInstance: ({ random }) =>
    some(random, { agent: random.chance(0.8), clusterName: random.pick(clusters), tags: tagsOf(random) }),
  createCheckpoint: ({ random }) => ({ name: random.pick(['one', 'two', '']) }),
  setClock: ({ random, now }) =>
    random.pick([
      { mode: 'system' },
      { mode: 'controlled' },
      { mode: 'controlled', now: new Date(now + 1_000 * (random.upTo(100) - 10)).toISOString() },
    ]),
  advanceClock: ({ random }) =>
    random.chance(0.2) ? { untilIdle: true } : { seconds: random.pick([0, 0.5, 1, 3, 5, 30, 60, 200]) },
  setPace: ({ random }) =>
    random.pick([
      'instant',
      'realistic',
      some(random, { create: 2_000, activate: 3_000, snapshot: 5_000, attach: 1_000, detach: 1_000, modify: 4_000 }),
    ]),
  createFault: fault,
  importState: ({ random, exports }) =>
    exports > 0 ? { $export: random.upTo(exports), ...some(random, { $spoilt: random.upTo(4) }) } : {},
  createOrganization: ({ random }) => ({
    ...some(random, { name: 'made up', seed: random.pick(['default', 'empty']), accounts: [{ name: 'first' }, {}] }),
    pace:
      random.pick(['realistic', 'instant']) === 'instant'
        ? {}
        : { snapshot: 3_000, attach: 2_000, modify: 1_000, source: 9_000 },
    clock: random.pick([{ mode: 'system' }, { mode: 'controlled', now: '2026-01-01T00:00:00.000Z' }]),
    ...(random.chance(0.7) && furniture),
  }),
};

/** A fault of a call or of a transition. Most end by themselves, so that not everything goes wrong in the end. */
function fault({ random, it, operations }: Parameters<Maker>[0]): unknown {
  const often = random.chance(0.7) ? { times: 1 + random.upTo(3) } : { probability: 0.2, times: 10 };
  const skipped = some(random, { skip: random.upTo(3) });
  if (random.chance(0.4)) {
    const [transition, outcomes] = random.pick([...faultyTransitions]);
    return { match: { transition }, ...often, ...skipped, effect: { outcome: random.pick([...outcomes, 'fail']) } };
  }
  const { operationId } = random.pick(operations.filter(({ control }) => !control));
  const match = random.pick([{ operationId }, { method: 'POST' }, { method: 'GET' }, { volumeId: it.subject }, {}]);
  const effect = random.pick([
    { status: random.pick([429, 500, 503]) },
    { status: 503, message: 'made up', headers: { 'Retry-After': '1' } },
    { delayMs: 1 },
    { drop: 'connection' },
    { drop: 'body' },
  ]);
  return { match, ...often, ...skipped, effect };
}
