import { type Static, type TSchema, Type } from '@sinclair/typebox';
import { greatestCount } from '../../ground/ids.ts';
import type { WorldDocument } from '../../types/world-document.ts';
import { snapshotFields } from '../datafy/fields/snapshot.ts';
import { volumeFields } from '../datafy/fields/volume.ts';
import { propertiesOf } from '../fields/field.ts';
import { count, type due, instant, name, strict, text, uuid } from '../fields/schemas.ts';
import { accountFields, awsAccountId } from '../tenancy/account-fields.ts';
import { tokenFields } from '../tenancy/token-fields.ts';
import { listProperties } from './lists.ts';
import { clockSchema, paceSetting } from './time.ts';

/**
 * A world as a document: what a seed is written in, what an export answers with and an import takes, and what a
 * checkpoint keeps. A seed leaves most of it out, and `world-defaults.ts` fills that in; an export has all of it, so
 * that a round trip changes nothing.
 */

const account = Type.Object(propertiesOf(accountFields), strict);
const token = Type.Object(propertiesOf(tokenFields), strict);
const volume = Type.Object(propertiesOf(volumeFields), strict);
const snapshot = Type.Object(propertiesOf(snapshotFields), strict);

const failingRole = Type.Object(
  { roleArn: text('The role.'), reason: text('What the permission check says of it.') },
  strict,
);

const many = <T extends TSchema>(items: T, description: string) => Type.Optional(Type.Array(items, { description }));

export const worldDocument = Type.Object(
  {
    $schema: Type.Optional(text('Where the schema of seed files is, for an editor. It says nothing else.')),
    organizationId: Type.Optional(uuid('Left out: that of the world it is put in.')),
    ownAccountId: Type.Optional(uuid("The organization's own account. Left out: the organization's id.")),
    name: Type.Optional(name('Left out: organization.')),
    createdAt: Type.Optional(instant('The beginning of the world. Left out: now.')),
    clock: Type.Optional(clockSchema),
    pace: Type.Optional(paceSetting),
    ids: Type.Optional(
      Type.Object(
        { seed: name('Any text.'), made: count(greatestCount, 'How many have been made.') },
        { ...strict, description: 'The stream that new ids come from. The same seed gives the same ids.' },
      ),
    ),
    awsAccountId: awsAccountId("The organization's own. Left out: its role ARN's, or made from ownAccountId."),
    roleArn: Type.Optional(text("The organization's own.")),
    accounts: many(account, 'Its sub-accounts. Left out: one.'),
    tokens: many(token, 'Left out: organization-token, and account-token for the first account.'),
    failingRoles: many(failingRole, "Roles that fail Datafy's permission check."),
    ...listProperties,
    volumes: many(volume, 'EBS volumes, autoscaled by Datafy or not.'),
    snapshots: many(snapshot, 'Datafy snapshots.'),
  },
  // An empty body, or an empty file, is a mistake rather than a world.
  { ...strict, minProperties: 1 },
);

/** A document as somebody writes it. */
export type SeedDocument = Static<typeof worldDocument>;
export type DueDocument = Static<typeof due>;

// With all that the parts of a document need to find each other: what an export has, and a filled-in seed.
export type {
  AccountDocument,
  InstanceDocument,
  RuleDocument,
  SnapshotDocument,
  TokenDocument,
  VolumeDocument,
  WorldDocument,
} from '../../types/world-document.ts';

/** A document that says which organization it is: a seed that ships with the emulator. */
export type Seed = WorldDocument & { organizationId: string };
