import type { Fault, NewFault } from './faults.ts';
import type {
  InventoryAccount,
  InventoryAttachment,
  InventoryInstance,
  InventorySnapshot,
  InventoryVolume,
} from './inventory.ts';
import type {
  AttachmentQuery,
  AttachVolume,
  InstanceChange,
  InstanceQuery,
  NewInstance,
  NewVolume,
  SnapshotQuery,
  VolumeQuery,
} from './inventory-requests.ts';
import type { JournalEntry, JournalFilter, JournalPage } from './journal.ts';
import type { NewOrganization, OrganizationCreated } from './organizations.ts';
import type { SeedDocument } from './seed-document.ts';
import type { ClockSetting, ClockState, Pace, PaceName } from './time.ts';
import type { Tag } from './words.ts';
import type { WorldDocument } from './world-document.ts';

/** Whether the emulator serves, and which one it is. */
export interface Health {
  /** `ok`. */
  status: string;
  /** Of the emulator, such as `0.1.0`. */
  version: string;
  /** Seconds since its process began. */
  uptimeSeconds: number;
  /** The APIs that it emulates. */
  apis: string[];
}

/** A copy of a world, kept in it under a name. */
export interface Checkpoint {
  /** What it was kept under: 1 to 200 characters. */
  name: string;
  /** RFC 3339, in UTC, by the world's clock. */
  createdAt: string;
}

/**
 * What can be done to one world. A call that is refused rejects with a `ControlError`, and has changed nothing: its
 * `code` is one of those named here, `request-invalid` where what was given is malformed, `control-token-wrong`, or
 * `organization-not-found` once the world is gone. These calls stand in no journal, and no fault strikes them.
 */
export interface WorldControl {
  /** Back to what the world was made from: state, clock, pace, ids, faults and journal. Checkpoints stay. */
  reset(): Promise<void>;

  /** The accounts of the world: its own, then its sub-accounts, oldest first. */
  accounts(): Promise<InventoryAccount[]>;

  /** What an account of the world holds. Nothing is called, and an unknown id refused only when it is used. */
  account(accountId: string): AccountControl;

  /** The whole world, out and in. */
  state: {
    /** With all that is under way; an import of it changes nothing. */
    export(): Promise<WorldDocument>;
    /**
     * Puts a document in place of all that the world holds, or nothing of it. Journal, faults and checkpoints stay.
     *
     * @throws ControlError `world-invalid`
     */
    import(document: SeedDocument): Promise<void>;
  };

  /** Copies of the world under names. */
  checkpoints: {
    /** One of that name is replaced; the answer says whether there was one. */
    create(name: string): Promise<{ name: string; replaced: boolean }>;
    /** By name. */
    list(): Promise<Checkpoint[]>;
    /**
     * Puts it back: state, clock, pace and ids. Journal and faults stay.
     *
     * @throws ControlError `checkpoint-not-found`
     */
    restore(name: string): Promise<void>;
    /** @throws ControlError `checkpoint-not-found` */
    delete(name: string): Promise<void>;
  };

  /** The world's time: forward only. */
  clock: {
    /** Where it stands. */
    get(): Promise<ClockState>;
    /** @throws ControlError `clock-backwards`, `clock-too-far` */
    set(clock: ClockSetting): Promise<ClockState>;
    /**
     * Moves a controlled clock by seconds, ten years at most, and answers when all that came due is done.
     *
     * @throws ControlError `clock-not-controlled`, `clock-too-far`
     */
    advance(seconds: number): Promise<ClockState>;
    /**
     * Moves a controlled clock until nothing is under way that would end by itself.
     *
     * @throws ControlError `clock-not-controlled`
     */
    advanceUntilIdle(): Promise<ClockState>;
  };

  /** How long transitions take that begin from now on. */
  pace: {
    /** What it is. */
    get(): Promise<Pace>;
    /** What is left out stays. Answers with the whole. */
    set(pace: Partial<Pace> | PaceName): Promise<Pace>;
  };

  /** What goes wrong on purpose. */
  faults: {
    /** @throws ControlError `fault-idle`: it could match nothing, or would do nothing. */
    create(fault: NewFault): Promise<Fault>;
    /** In the order in which they were made. */
    list(): Promise<Fault[]>;
    /** @throws ControlError `fault-not-found` */
    delete(faultId: string): Promise<void>;
    /** Lets all go well again. */
    deleteAll(): Promise<void>;
  };

  /** The journal: what was called, and what came of it. */
  requests: {
    /** The last ones that agree, in the order in which they arrived. */
    list(filter?: JournalFilter): Promise<JournalEntry[]>;
    /** The same, and where to go on: a follower sends `next` as `since`, and misses nothing. */
    page(filter?: JournalFilter): Promise<JournalPage>;
    /** Forgets what was called. */
    clear(): Promise<void>;
  };
}

/**
 * What an account holds, and what happens to it as if in AWS, or in Datafy's app. All of it rejects with a
 * `ControlError` `account-not-found` where the world has no such account.
 */
export interface AccountControl {
  /** Volumes, ordinary and managed. */
  volumes: {
    /** @throws ControlError `filter-invalid` */
    list(query?: VolumeQuery): Promise<InventoryVolume[]>;
    /** @throws ControlError `volume-not-found` */
    get(volumeId: string): Promise<InventoryVolume>;
    /**
     * Makes an ordinary EBS volume.
     *
     * @throws ControlError `volume-id-taken`, `availability-zone-invalid`, `tags-invalid`, `size-out-of-range`,
     *   `iops-out-of-range`, `throughput-out-of-range`, `iops-ratio-exceeded`, `throughput-ratio-exceeded`
     */
    create(volume: NewVolume): Promise<InventoryVolume>;
    /**
     * Gives it these tags, and no others.
     *
     * @throws ControlError `volume-not-found`, `tags-invalid`
     */
    tag(volumeId: string, tags: Tag[]): Promise<InventoryVolume>;
    /**
     * Attaches an ordinary volume; no agent is needed.
     *
     * @throws ControlError `volume-not-found`, `volume-not-ordinary`, `volume-already-attached`, `instance-not-found`,
     *   `availability-zone-mismatch`, `device-in-use`, `device-name-invalid`
     */
    attach(volumeId: string, attachment: AttachVolume): Promise<InventoryVolume>;
    /**
     * Switches autoscaling on, as the app's AutoScale switch does [D].
     *
     * @throws ControlError `volume-not-found`, `volume-not-ordinary`, `volume-unsupported`
     */
    activate(volumeId: string): Promise<InventoryVolume>;
    /**
     * Deletes a volume that is on no instance; its snapshots stay.
     *
     * @throws ControlError `volume-not-found`, `volume-attached`, `volume-not-available`
     */
    delete(volumeId: string): Promise<void>;
  };
  /** Datafy snapshots. */
  snapshots: {
    /** @throws ControlError `filter-invalid` */
    list(query?: SnapshotQuery): Promise<InventorySnapshot[]>;
  };
  /** Which volumes are on which instances. */
  attachments: {
    /** @throws ControlError `filter-invalid` */
    list(query?: AttachmentQuery): Promise<InventoryAttachment[]>;
  };
  /** EC2 instances. */
  instances: {
    /** A page of them. */
    list(query?: InstanceQuery): Promise<InventoryInstance[]>;
    /** @throws ControlError `instance-not-found` */
    get(instanceId: string): Promise<InventoryInstance>;
    /** @throws ControlError `instance-id-taken`, `availability-zone-invalid`, `tags-invalid` */
    create(instance: NewInstance): Promise<InventoryInstance>;
    /** @throws ControlError `instance-not-found`, `tags-invalid` */
    change(instanceId: string, change: InstanceChange): Promise<InventoryInstance>;
    /**
     * Its volumes come off at once; where an agent ran, those with `deleteOnTermination` go [P].
     *
     * @throws ControlError `instance-not-found`
     */
    terminate(instanceId: string): Promise<void>;
  };
}

/** A world of its own: its tokens, and its control. */
export interface World extends OrganizationCreated {
  /** Where the API is that the tokens are for, such as `http://127.0.0.1:4650`. */
  url: string;
  /** What can be done to it. */
  control: WorldControl;
  /** Removes the world with all that is in it. */
  delete(): Promise<void>;
}

/** The control surface: the default world's calls, and worlds made and removed. */
export interface ControlClient extends WorldControl {
  /** Answers once the seed is in place; needs no control token. */
  health(): Promise<Health>;
  /**
   * Makes a world: nothing that other worlds do reaches it.
   *
   * @throws ControlError `world-invalid`; `request-invalid` also for a checkpoint that is not there.
   */
  createOrganization(request?: NewOrganization): Promise<World>;
  /** A world that is there, by its id. Nothing is called, and an unknown id refused only when it is used. */
  organization(organizationId: string): WorldControl;
}
