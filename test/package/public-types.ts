/**
 * The public types are written out, so that the package's declarations need no other package. Here each is held to the
 * schema that the emulator works by: one that drifted is a compile error of `npm run types`, in its line below. Nothing
 * of this file runs.
 */
import type { Static } from '@sinclair/typebox';
import type { AppOptions } from '../../src/app.ts';
import type * as face from '../../src/index.ts';
import type { Options } from '../../src/options/options.ts';
import type * as clock from '../../src/routes/control/clock.ts';
import type * as faults from '../../src/routes/control/faults.ts';
import type * as health from '../../src/routes/control/health.ts';
import type * as inventory from '../../src/routes/control/inventory-schemas.ts';
import type * as requests from '../../src/routes/control/requests.ts';
import type { change } from '../../src/routes/control/shared.ts';
import type * as checkpoints from '../../src/routes/control/worlds/checkpoints.ts';
import type { createOrganization } from '../../src/routes/control/worlds/organizations.ts';
import type { SeedDocument } from '../../src/state/document/document.ts';
import type { Pace, paces } from '../../src/state/engine/pace.ts';
import type { Status } from '../../src/state/engine/transitions.ts';
import type { SeedName } from '../../src/state/seeds/names.ts';

/** A type with all that is in it written out, whether it was put together by `extends`, `&` or `Omit`. */
type Plain<T> = unknown extends T
  ? unknown
  : T extends readonly (infer E)[]
    ? Plain<E>[]
    : T extends object
      ? { -readonly [K in keyof T]: Plain<T[K]> }
      : T;

/** Whether two types are one: a field more or less, one that may be left out, or a wider type is a difference. */
type Same<A, B> = (<T>() => T extends Plain<A> ? 1 : 2) extends <T>() => T extends Plain<B> ? 1 : 2 ? true : false;

/** Each is true, or the compiler says which is not. */
type Hold<T extends Record<string, true>> = T;
type Tell<T extends Record<string, false>> = T;

/** The answer of a control call. */
type Answer<C extends { response: Record<200, unknown> }> = C['response'][200] extends infer S
  ? S extends { static: infer T }
    ? T
    : never
  : never;

type Item<T> = T extends readonly (infer E)[] ? E : never;

export type TypesOfTheControlSurface = Hold<{
  Health: Same<face.Health, Answer<typeof health.schema>>;
  NewOrganization: Same<face.NewOrganization, Static<typeof createOrganization.body>>;
  OrganizationCreated: Same<face.OrganizationCreated, Static<(typeof createOrganization.response)[201]>>;
  SeedName: Same<face.SeedName, SeedName>;
  SeedDocument: Same<face.SeedDocument, SeedDocument>;
  Checkpoint: Same<face.Checkpoint, Item<Answer<typeof checkpoints.list>['checkpoints']>>;
  ClockState: Same<face.ClockState, Static<typeof clock.clock>>;
  ClockSetting: Same<face.ClockSetting, Static<typeof clock.set.body>>;
  Pace: Same<face.Pace, Pace>;
  PaceName: Same<face.PaceName, keyof typeof paces>;
  'what a pace is set to': Same<Partial<face.Pace> | face.PaceName, Static<typeof clock.setPace.body>>;
  'what pace answers': Same<Partial<face.Pace>, Static<typeof clock.pace>>;
  Fault: Same<face.Fault, Static<typeof faults.fault>>;
  NewFault: Same<face.NewFault, Static<typeof faults.create.body>>;
  Change: Same<face.Change, Static<typeof change>>;
  JournalEntry: Same<face.JournalEntry, Static<typeof requests.entry>>;
  JournalPage: Same<face.JournalPage, Answer<typeof requests.list>>;
  JournalFilter: Same<face.JournalFilter, Static<typeof requests.list.querystring>>;
}>;

export type TypesOfTheInventory = Hold<{
  InventoryVolume: Same<face.InventoryVolume, Static<typeof inventory.inventoryVolume>>;
  InventorySnapshot: Same<face.InventorySnapshot, Static<typeof inventory.inventorySnapshot>>;
  InventoryAttachment: Same<face.InventoryAttachment, Static<typeof inventory.attachment>>;
  InventoryInstance: Same<face.InventoryInstance, Static<typeof inventory.instance>>;
  InventoryAccount: Same<face.InventoryAccount, Item<Answer<typeof inventory.listAccounts>['accounts']>>;
  VolumeQuery: Same<face.VolumeQuery, Static<typeof inventory.listVolumes.querystring>>;
  SnapshotQuery: Same<face.SnapshotQuery, Static<typeof inventory.listSnapshots.querystring>>;
  AttachmentQuery: Same<face.AttachmentQuery, Static<typeof inventory.listAttachments.querystring>>;
  InstanceQuery: Same<face.InstanceQuery, Static<typeof inventory.listInstances.querystring>>;
  NewVolume: Same<face.NewVolume, Static<typeof inventory.createVolume.body>>;
  tags: Same<{ tags: face.Tag[] }, Static<typeof inventory.tagVolume.body>>;
  AttachVolume: Same<face.AttachVolume, Static<typeof inventory.attachVolume.body>>;
  NewInstance: Same<face.NewInstance, Static<typeof inventory.createInstance.body>>;
  InstanceChange: Same<face.InstanceChange, Static<typeof inventory.changeInstance.body>>;
  VolumeStatus: Same<face.VolumeStatus, Status<'volume'>>;
  SnapshotStatus: Same<face.SnapshotStatus, Status<'snapshot'>>;
  AttachmentStatus: Same<face.AttachmentStatus, Status<'attachment'>>;
  ModificationStatus: Same<face.ModificationStatus, Status<'modification'>>;
}>;

export type TypesOfTheProcess = Hold<{
  StartOptions: Same<face.StartOptions, Partial<Omit<Options, 'seed'> & Pick<AppOptions, 'seed'>>>;
}>;

/** What `Same` tells apart: were it blind to one of these, all of the above would hold nothing. */
export type Differences = Tell<{
  'a field less': Same<Omit<face.Fault, 'seen'>, Static<typeof faults.fault>>;
  'a field more': Same<face.Fault & { last: string }, Static<typeof faults.fault>>;
  'fields that may be left out': Same<Partial<face.Fault>, Static<typeof faults.fault>>;
  'a field within that may not be left out': Same<face.Fault & { match: { method: string } }, face.Fault>;
  'a word less': Same<Exclude<face.VolumeStatus, 'replaced'>, Status<'volume'>>;
  'any text': Same<string, Status<'volume'>>;
  anything: Same<unknown, Status<'volume'>>;
  // biome-ignore lint/suspicious/noExplicitAny: what must not pass for everything
  'what is not checked': Same<any, Status<'volume'>>;
}>;
