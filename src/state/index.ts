import type { Clock, Instant } from '../ground/clock.ts';
import { EmulatorError } from '../ground/errors.ts';
import type { Tag } from './aws/tags.ts';
import type { AttachRequest } from './datafy/attachments.ts';
import type { InstanceChange, NewEbsVolume, NewInstance } from './datafy/aws.ts';
import type { CreateVolumeRequest, RestoreRequest } from './datafy/creation.ts';
import type { SnapshotDescription, VolumeDescription, VolumeHead } from './datafy/describe.ts';
import type {
  InventoryAttachment,
  InventoryInstance,
  InventorySnapshot,
  InventoryVolume,
  ListRequest,
} from './datafy/inventory.ts';
import type { ModifyAttachedRequest, ModifyRequest } from './datafy/modifications.ts';
import type { Rule, RuleRequest } from './datafy/rules.ts';
import type { CreateSnapshotRequest } from './datafy/snapshots.ts';
import type { Tx } from './engine/machine.ts';
import type { Observer, Target } from './engine/run.ts';
import { createParts } from './parts.ts';
import type { Database } from './storage/database.ts';
import type { Account, InventoryAccount } from './tenancy/accounts.ts';
import type { Token, TokenRequest } from './tenancy/tokens.ts';

export { zonePattern } from './aws/ebs.ts';
export { instanceChange, instanceView, newInstance } from './aws/instance-fields.ts';
export type { CreateVolumeRequest, RestoreSource } from './datafy/creation.ts';
export type { SnapshotDescription, VolumeDescription, VolumeHead } from './datafy/describe.ts';
export { attachmentView, newAttachment } from './datafy/fields/attachment.ts';
export { ruleContent, ruleView } from './datafy/fields/rule.ts';
export { inventorySnapshotView, snapshotView } from './datafy/fields/snapshot.ts';
export { inventoryVolumeView, newVolume, volumeView } from './datafy/fields/volume.ts';
export {
  type InventoryAttachment,
  type InventoryInstance,
  type InventorySnapshot,
  type InventoryVolume,
  orders,
} from './datafy/inventory.ts';
export type { Rule } from './datafy/rules.ts';
export { type SeedDocument, type WorldDocument, worldDocument } from './document/document.ts';
export { exportedWorld } from './document/exported.ts';
export { clockSchema, paceSchema, paceSetting } from './document/time.ts';
export type { Call, Fault, FaultMatch, FaultRequest } from './engine/faults.ts';
export type { Change } from './engine/machine.ts';
export type { Observer, Target } from './engine/run.ts';
export { faultyTransitions, restorable, statuses } from './engine/transitions.ts';
export { propertiesOf } from './fields/field.ts';
export { nullable, plainInstant, strict, strictObject, tag, tagsGiven, told, uuid, words } from './fields/schemas.ts';
export { type SeedName, seedNames } from './seeds/names.ts';
export { accountView, inventoryAccountView, newAccount } from './tenancy/account-fields.ts';
export { roleArnPattern } from './tenancy/role-arns.ts';
export { roleId } from './tenancy/roles.ts';
export { tokenView } from './tenancy/token-fields.ts';
export type { Principal, Token } from './tenancy/tokens.ts';
export { worldFromCheckpoint } from './world/from-checkpoint.ts';
export { newWorld } from './world/new-world.ts';

/** The accounts that a list call runs over. */
export interface Targets {
  organization: number;
  accounts: readonly number[];
  /** Their ids, for faults to be matched against. */
  accountIds?: readonly string[];
}

export interface Page<T> {
  /** How many there are in all, on every page. */
  count: number;
  items: T[];
}

export type State = ReturnType<typeof createState>;

/**
 * The engine as the routes see it. One verb is one transaction, in a world where all that was due is done; a verb
 * that throws an EmulatorError has changed nothing.
 */
export function createState(db: Database, clock: Clock, observer: Observer = {}) {
  const {
    accounts,
    aws,
    attachments,
    autoscaling,
    commits,
    control,
    creation,
    describe,
    faults,
    heads,
    inventory,
    modifications,
    read,
    roleArns,
    rules,
    run,
    runPlan,
    settle,
    snapshots,
    tokens,
    volumes,
    worlds,
  } = createParts(db, clock, observer);

  /** The volume as it is when `body` has been done to it, before anything comes due. */
  function volumeAfter(target: Target, volumeId: string, body: (tx: Tx) => void): InventoryVolume {
    return run(target, (tx) => {
      body(tx);
      return inventory.volume(tx, volumeId);
    });
  }

  return {
    findPrincipal: tokens.findBySecret,
    findAccount: accounts.find,
    subAccounts: accounts.subAccounts,

    /**
     * An account of a world, to run calls against.
     *
     * @throws EmulatorError `account-not-found`
     */
    targetIn(organization: number, accountId: string): Target {
      const row = accounts.find(organization, accountId);
      if (!row) throw new EmulatorError('account-not-found', { accountId });
      return { organization, account: row.key, accountId, ownAccount: row.parent === null };
    },

    /** The current instant of a world. */
    now: (organization: number): Instant => worlds.now(worlds.get(organization)),

    createAccount: (target: Target, name: string): Account => run(target, (tx) => accounts.create(tx, name)),
    account: (target: Target): Account => read(target, (tx) => accounts.view(tx)),
    renameAccount: (target: Target, name: string): Account => run(target, (tx) => accounts.rename(tx, name)),
    deleteAccount: (target: Target): void => run(target, (tx) => accounts.remove(tx)),

    createToken: (target: Target, request: TokenRequest): Token => run(target, (tx) => tokens.create(tx, request)),
    token: (target: Target, tokenId: string): Token => read(target, (tx) => tokens.get(tx, tokenId)),
    deleteToken: (target: Target, tokenId: string): void => run(target, (tx) => tokens.remove(tx, tokenId)),

    setRoleArn: (target: Target, roleArn: string, skipValidation: boolean): void =>
      run(target, (tx) => roleArns.set(tx, roleArn, skipValidation)),
    roleArn: (target: Target): string => read(target, (tx) => roleArns.get(tx)),
    deleteRoleArn: (target: Target): void => run(target, (tx) => roleArns.remove(tx)),

    createRule: (target: Target, request: RuleRequest): Rule => run(target, (tx) => rules.create(tx, request)),
    rule: (target: Target, ruleId: string): Rule => read(target, (tx) => rules.get(tx, ruleId)),
    replaceRule: (target: Target, ruleId: string, request: RuleRequest): Rule =>
      run(target, (tx) => rules.replace(tx, ruleId, request)),
    deleteRule: (target: Target, ruleId: string): void => run(target, (tx) => rules.remove(tx, ruleId)),

    createSnapshot: (target: Target, volumeId: string, request: CreateSnapshotRequest) =>
      describe.snapshotHead(runPlan(target, (tx) => snapshots.plan(tx, volumeId, request))),

    restore: (target: Target, request: RestoreRequest) => run(target, (tx) => creation.restore(tx, request)),

    createVolume: (target: Target, request: CreateVolumeRequest) =>
      run(target, (tx) => describe.newVolume(creation.create(tx, request))),

    attach: (target: Target, volumeId: string, request: AttachRequest): void =>
      run(target, (tx) => attachments.attach(tx, volumeId, request)),

    detach: (target: Target, volumeId: string, instanceId: string, force: boolean): void =>
      run(target, (tx) => attachments.detach(tx, volumeId, instanceId, force)),

    modify: (target: Target, volumeId: string, request: ModifyRequest): void =>
      run(target, (tx) => modifications.modify(tx, volumeId, request)),

    modifyAttached: (target: Target, volumeId: string, request: ModifyAttachedRequest): void =>
      run(target, (tx) => modifications.modifyAttached(tx, volumeId, request)),

    activate: (target: Target, volumeId: string): InventoryVolume =>
      volumeAfter(target, volumeId, (tx) => autoscaling.activate(tx, volumeId)),

    deactivate: (target: Target, volumeId: string): void => run(target, (tx) => autoscaling.deactivate(tx, volumeId)),

    volumeHead: (target: Target, volumeId: string): VolumeHead =>
      read(target, (tx) => heads(tx.account, volumeId, () => describe.volumeHead(volumes.head(tx, volumeId)))),

    volume: (target: Target, volumeId: string): VolumeDescription | undefined =>
      read(target, (tx) => describe.lookUp(tx, volumeId)),

    /** The Datafy snapshot that an id names, be it its own or that of one of its EBS snapshots. */
    snapshot: (target: Target, snapshotId: string): SnapshotDescription =>
      read(target, (tx) => describe.snapshot(snapshots.find(tx, snapshotId), tx.accountId)),

    /** What happens in AWS, without Datafy. */
    aws: {
      createVolume: (target: Target, volume: NewEbsVolume): InventoryVolume =>
        run(target, (tx) => inventory.volume(tx, aws.createVolume(tx, volume))),
      attachVolume: (target: Target, volumeId: string, request: AttachRequest): InventoryVolume =>
        volumeAfter(target, volumeId, (tx) => aws.attachVolume(tx, volumeId, request)),
      tagVolume: (target: Target, volumeId: string, tags: readonly Tag[]): InventoryVolume =>
        volumeAfter(target, volumeId, (tx) => aws.tagVolume(tx, volumeId, tags)),
      deleteVolume: (target: Target, volumeId: string): void => run(target, (tx) => aws.deleteVolume(tx, volumeId)),
      createInstance: (target: Target, instance: NewInstance): InventoryInstance =>
        run(target, (tx) => inventory.instance(tx, aws.createInstance(tx, instance))),
      changeInstance: (target: Target, instanceId: string, change: InstanceChange): InventoryInstance =>
        run(target, (tx) => {
          aws.changeInstance(tx, instanceId, change);
          return inventory.instance(tx, instanceId);
        }),
      terminateInstance: (target: Target, instanceId: string): void =>
        run(target, (tx) => aws.terminateInstance(tx, instanceId)),
    },

    /** All that a world holds, account by account, with what brought it about. */
    inventory: {
      accounts: (organization: number): InventoryAccount[] => accounts.list(organization),
      volumes: (target: Target, request: ListRequest<'volumes'>): Page<InventoryVolume> =>
        read(target, (tx) => inventory.volumes(tx, request)),
      snapshots: (target: Target, request: ListRequest<'snapshots'>): Page<InventorySnapshot> =>
        read(target, (tx) => inventory.snapshots(tx, request)),
      attachments: (target: Target, request: ListRequest<'attachments'>): Page<InventoryAttachment> =>
        read(target, (tx) => inventory.attachments(tx, request)),
      instances: (target: Target, request: ListRequest<'instances'>): Page<InventoryInstance> =>
        read(target, (tx) => inventory.instances(tx, request)),
      volume: (target: Target, volumeId: string): InventoryVolume =>
        read(target, (tx) => inventory.volume(tx, volumeId)),
      instance: (target: Target, instanceId: string): InventoryInstance =>
        read(target, (tx) => inventory.instance(tx, instanceId)),
    },

    listVolumes({ organization, accounts: keys }: Targets, limit: number, offset: number): Page<VolumeDescription> {
      settle(organization);
      const { count, rows } = volumes.page(organization, keys, limit, offset);
      return { count, items: rows.map((row) => describe.volume(row, row.account_id)) };
    },

    listSnapshots({ organization, accounts: keys }: Targets, limit: number, offset: number): Page<SnapshotDescription> {
      settle(organization);
      const { count, rows } = snapshots.page(organization, keys, limit, offset);
      return { count, items: rows.map((row) => describe.snapshot(row, row.account_id)) };
    },

    /** What is done to whole worlds. */
    control,

    /** What goes wrong on purpose, as calls ask for it. A test changes it by `control`. */
    faults: { list: faults.list, ofCall: faults.ofCall },

    /** The highest request number that anything in a world names: where a journal goes on after a restart. */
    lastRequest: worlds.lastRequest,

    /** Whether a world is still there: it may go while a call is under way. */
    hasWorld: worlds.isThere,

    ownerOfVolume: worlds.ownerOfVolume,
    hasToken: worlds.hasToken,

    /** Resolves once all that was done so far is committed, or rejects; undefined where all of it is. */
    kept: commits.kept,

    /** Commits what is open, now. @throws SqliteError where that fails. */
    flush: commits.flush,
  };
}
