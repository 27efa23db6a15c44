import type { Database } from 'better-sqlite3';
import type { Clock, Instant } from '../clock.ts';
import { createAccounts } from './accounts.ts';
import { type AttachRequest, createAttachments } from './attachments.ts';
import { createAutoscaling } from './autoscaling.ts';
import { createDescribe, type SnapshotDescription, type VolumeDescription } from './describe.ts';
import { createInstances } from './instances.ts';
import { createMachine, type Tx } from './machine.ts';
import { createModifications, type ModifyRequest } from './modifications.ts';
import { createSeeder, type Seed, type WorldOptions } from './seed.ts';
import { type CreateSnapshotRequest, createSnapshots, type RestoreRequest } from './snapshots.ts';
import { createTokens } from './tokens.ts';
import { createVolumes } from './volumes.ts';
import { createWorlds } from './worlds.ts';

export type { SnapshotDescription, VolumeDescription } from './describe.ts';
export type { RestoreSource } from './snapshots.ts';
export { isReadOnly } from './tokens.ts';

/** The account that a call runs against. */
export type Target = Pick<Tx, 'organization' | 'account' | 'accountId' | 'ownAccount'>;

/** The accounts that a list call runs over. */
export interface Targets {
  organization: number;
  accounts: readonly number[];
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
export function createState(db: Database, clock: Clock) {
  const machine = createMachine(db);
  const worlds = createWorlds(db, clock);
  const accounts = createAccounts(db);
  const tokens = createTokens(db);
  const instances = createInstances(db);
  const volumes = createVolumes(db, worlds);
  const attachments = createAttachments(db, machine, volumes, instances);
  const modifications = createModifications(db, machine, volumes, attachments);
  const snapshots = createSnapshots(db, machine, worlds, volumes);
  const autoscaling = createAutoscaling(machine, worlds, volumes, attachments, modifications);
  const describe = createDescribe(volumes, attachments, modifications, snapshots);
  const seeder = createSeeder(db, {
    machine,
    worlds,
    accounts,
    tokens,
    instances,
    volumes,
    attachments,
    modifications,
    snapshots,
  });

  const effects = { ...modifications.effects, ...autoscaling.effects };

  /** Does what is due in a world; answers its time. */
  function settle(organization: number): { now: Instant; pace: Tx['pace'] } {
    const world = worlds.get(organization);
    const now = worlds.now(world);
    machine.settle(world, now, effects);
    return { now, pace: world.pace };
  }

  const transaction = db.transaction((body: (tx: Tx) => unknown, tx: Tx) => body(tx));

  function run<R>(target: Target, body: (tx: Tx) => R): R {
    const { organization, account, accountId, ownAccount } = target;
    return transaction(body, { organization, account, accountId, ownAccount, ...settle(organization) }) as R;
  }

  return {
    findToken: tokens.findBySecret,
    findAccount: accounts.find,
    subAccounts: accounts.subAccounts,

    /** The current instant of a world. */
    now: (organization: number): Instant => worlds.now(worlds.get(organization)),

    createSnapshot: (target: Target, volumeId: string, request: CreateSnapshotRequest): SnapshotDescription =>
      run(target, (tx) => describe.snapshot(snapshots.create(tx, volumeId, request), tx.accountId)),

    restore: (target: Target, request: RestoreRequest) => run(target, (tx) => snapshots.restore(tx, request)),

    attach: (target: Target, volumeId: string, request: AttachRequest): void =>
      run(target, (tx) => attachments.attach(tx, volumeId, request)),

    modify: (target: Target, volumeId: string, request: ModifyRequest): void =>
      run(target, (tx) => modifications.modify(tx, volumeId, request)),

    activate: (target: Target, volumeId: string): void => run(target, (tx) => autoscaling.activate(tx, volumeId)),

    deactivate: (target: Target, volumeId: string): void => run(target, (tx) => autoscaling.deactivate(tx, volumeId)),

    volume: (target: Target, volumeId: string): VolumeDescription =>
      run(target, (tx) => describe.volume(volumes.find(tx, volumeId), tx.accountId)),

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

    /** Whether no world is there yet: a new database. */
    isEmpty: worlds.isEmpty,

    /** Makes a world from a seed; all of it, or nothing. Answers its key. */
    createWorld: (seed: Seed, options: WorldOptions): number => seeder.load(seed, options, clock.now()),
  };
}
