/**
 * Code as users of the package write it: every export of `datafy-emulator` used once, and every directive below a misuse
 * that the types must refuse. test/package/declarations.test.ts compiles it against the declarations as they are published, and
 * nothing of the project beside them.
 */
import {
  type AccountControl,
  type AccountDocument,
  type AttachmentDocument,
  type AttachmentQuery,
  type AttachmentStatus,
  type AttachVolume,
  type Change,
  type Checkpoint,
  type ClockSetting,
  type ClockState,
  type ControlClient,
  ControlError,
  controlClient,
  type Due,
  type Emulator,
  type Fault,
  type FaultEffect,
  type FaultMatch,
  type FromCheckpoint,
  type Health,
  type InstanceChange,
  type InstanceDocument,
  type InstanceQuery,
  type InventoryAccount,
  type InventoryAttachment,
  type InventoryInstance,
  type InventorySnapshot,
  type InventoryVolume,
  type JournalEntry,
  type JournalFilter,
  type JournalPage,
  type ModificationDocument,
  type ModificationStatus,
  type NewFault,
  type NewInstance,
  type NewOrganization,
  type NewVolume,
  type OrganizationCreated,
  type Pace,
  type PaceName,
  type Parked,
  type Performance,
  type RuleDocument,
  type SeedAccount,
  type SeedDocument,
  type SeedInstance,
  type SeedName,
  type SeedRule,
  type SeedSnapshot,
  type SeedToken,
  type SeedVolume,
  type SnapshotDocument,
  type SnapshotQuery,
  type SnapshotStatus,
  type StartOptions,
  startEmulator,
  type Tag,
  type TokenDocument,
  type VolumeDocument,
  type VolumeOrigin,
  type VolumeQuery,
  type VolumeStatus,
  type VolumeType,
  type World,
  type WorldControl,
  type WorldDocument,
} from 'datafy-emulator';

const pace: Pace = {
  ...{ create: 0, activate: 1, snapshot: 2, attach: 3, detach: 4, modify: 5, deactivate: 6 },
  source: 'keep',
};
const seed: SeedName = 'default';
const options: StartOptions = { port: 0, db: ':memory:', seed, pace, clock: 'system', logLevel: 'warn' };
const emulator: Emulator = await startEmulator(options);
const control: ControlClient = emulator.control;
const health: Health = await control.health();
const uptime: number = health.uptimeSeconds;

// @ts-expect-error a port is a number
await startEmulator({ port: '4650' });
// @ts-expect-error an option by its flag's name
await startEmulator({ logLvl: 'warn' });
// @ts-expect-error no such seed
await startEmulator({ seed: 5 });
// @ts-expect-error there is no such level
await startEmulator({ logLevel: 'loud' });

const tag: Tag = { key: 'Name', value: 'data' };
const account: AccountDocument = { accountId: '1', name: 'mine' };
const token: TokenDocument = { accountId: '1', token: 'secret', readOnly: true };
const rule: RuleDocument = { ruleId: '1', accountId: '1', active: true, rule: { '==': [1, 1] } };
const instance: InstanceDocument = { instanceId: 'i-1', accountId: '1', availabilityZone: 'us-east-1a', agent: true };
const due: Due = { at: '2026-01-01T00:00:00Z' };
const attachment: AttachmentDocument = { instanceId: 'i-1', deviceName: '/dev/sdf', status: 'attaching', due };
const modification: ModificationDocument = { status: 'completed', sizeGb: 5 };
const origin: VolumeOrigin = 'native';
const volume: VolumeDocument = {
  volumeId: 'vol-1',
  accountId: '1',
  status: 'managed',
  sizeGb: 5,
  availabilityZone: 'us-east-1a',
  origin,
  attachment,
  modifications: [modification],
  tags: [tag],
};
const snapshot: SnapshotDocument = {
  datafySnapshotId: 'dsnap-1',
  accountId: '1',
  volumeId: 'vol-1',
  status: 'pending',
  sizeGb: 5,
  ebsSnapshots: [{ snapshotId: 'snap-1', volumeId: 'vol-1' }],
};
const document: WorldDocument = {
  name: 'mine',
  accounts: [account],
  tokens: [token],
  rules: [rule],
  instances: [instance],
  volumes: [volume],
  snapshots: [snapshot],
};
await control.state.import(document);
// @ts-expect-error a volume has no such status
const strange: VolumeDocument = { ...volume, status: 'available' };

const seedAccount: SeedAccount = { name: 'mine' };
const seedToken: SeedToken = { token: 'secret' };
const seedRule: SeedRule = { rule: { in: [{ var: 'cluster_name' }, ['a']] } };
const seedInstance: SeedInstance = { agent: false };
const volumeType: VolumeType = 'io2';
const seedVolume: SeedVolume = { sizeGb: 5, volumeType };
const seedSnapshot: SeedSnapshot = { volumeId: 'vol-1' };
const written: SeedDocument = {
  accounts: [seedAccount],
  tokens: [seedToken],
  rules: [seedRule],
  instances: [seedInstance],
  volumes: [seedVolume],
  snapshots: [seedSnapshot],
};
await control.state.import(written);
// @ts-expect-error a volume has a size
await control.state.import({ volumes: [{ status: 'managed' }] });

const clock: ClockSetting = { mode: 'controlled', now: '2026-01-01T00:00:00Z' };
const request: NewOrganization = { seed, clock, pace: { snapshot: 1 }, volumes: [volume] };
const created: World = await control.createOrganization(request);
const tokens: OrganizationCreated = created;
const from: FromCheckpoint = { organizationId: created.organizationId, checkpoint: 'kept' };
await control.createOrganization({ from, name: 'copy' });
const world: WorldControl = created.control;
await control.createOrganization({ seed, pace: 'realistic' });
// @ts-expect-error a clock is a setting, no instant
await control.createOrganization({ clock: '2026-01-01T00:00:00Z' });
// @ts-expect-error a world makes no worlds
await world.createOrganization();

const state: ClockState = await world.clock.advance(60);
const changes: Change[] = state.settled;
const parked: Parked[] = state.parked;
const name: PaceName = 'realistic';
const paced: Pace = await world.pace.set(name);
const checkpoints: Checkpoint[] = await world.checkpoints.list();
// @ts-expect-error seconds are a number
await world.clock.advance('60');
// @ts-expect-error no such transition has a pace
await world.pace.set({ snapshots: 1 });

const match: FaultMatch = { operationId: 'createSnapshotCommand' };
const effect: FaultEffect = { status: 503, headers: { 'Retry-After': '1' } };
const wanted: NewFault = { match, effect, times: 1 };
const fault: Fault = await world.faults.create(wanted);
const fired: number = fault.fired;
// @ts-expect-error a fault does something
await world.faults.create({ match });
// @ts-expect-error a connection is dropped, or a body
await world.faults.create({ match, effect: { drop: 'answer' } });

const filter: JournalFilter = { status: 503 };
const entries: JournalEntry[] = await world.requests.list(filter);
const page: JournalPage = await world.requests.page({ since: '0' });
await world.requests.page({ since: page.next });
// @ts-expect-error what was sent may be anything: it is looked at before it is used
const sent: string = entries[0]?.body.description;

const accounts: InventoryAccount[] = await world.accounts();
const held: AccountControl = world.account(tokens.accounts[0]?.accountId ?? '');
const newVolume: NewVolume = { sizeGb: 5, availabilityZone: 'us-east-1a', volumeType: 'gp3' };
const made: InventoryVolume = await held.volumes.create(newVolume);
const performance: Performance = made;
const status: VolumeStatus = made.status;
const attach: AttachVolume = { instanceId: 'i-1', deviceName: '/dev/sdf' };
const attached: AttachmentStatus | undefined = (await held.volumes.attach(made.volumeId, attach)).attachment?.status;
const modified: ModificationStatus | undefined = made.modification?.status;
const volumes: VolumeQuery = { status: 'managed', sort: 'volumeSizeGb:desc' };
const snapshots: SnapshotQuery = { sort: 'startTime:desc' };
const attachments: AttachmentQuery = { sort: 'deviceName:asc' };
const instances: InstanceQuery = { sort: 'instanceId:asc', limit: 1 };
const listedVolumes: InventoryVolume[] = await held.volumes.list(volumes);
const listedSnapshots: InventorySnapshot[] = await held.snapshots.list(snapshots);
const completed: SnapshotStatus | undefined = listedSnapshots[0]?.status;
const listedAttachments: InventoryAttachment[] = await held.attachments.list(attachments);
const listedInstances: InventoryInstance[] = await held.instances.list(instances);
const newInstance: NewInstance = { availabilityZone: 'us-east-1a', agent: false };
const change: InstanceChange = { agent: true, clusterName: null };
const launched: InventoryInstance = await held.instances.create(newInstance);
const changed: InventoryInstance = await held.instances.change(launched.instanceId, change);
// @ts-expect-error snapshots are not sorted by what volumes are
await held.snapshots.list({ sort: 'createdAt:desc' });
// @ts-expect-error instances have no status
await held.instances.list({ status: 'running' });
// @ts-expect-error it may be on no instance
made.attachment.instanceId;
// @ts-expect-error a comparison with what no status is
if (made.status === 'available') throw new Error();

try {
  await controlClient(emulator.url, 'token').reset();
} catch (error) {
  if (!(error instanceof ControlError)) throw error;
  const refusal: [number, string, string] = [error.status, error.code, error.message];
  throw refusal;
}
// @ts-expect-error an address is needed
controlClient();

await created.delete();
await emulator.close();

// Nothing above is there for its import only: the compiler is told to refuse what is not used.
export const numbers = [uptime, fired];
export const texts = [sent, status, attached, modified, completed];
export const things = [
  strange,
  changes,
  parked,
  page,
  paced,
  checkpoints,
  entries,
  accounts,
  performance,
  launched,
  changed,
];
export const lists = [listedVolumes, listedSnapshots, listedAttachments, listedInstances];
