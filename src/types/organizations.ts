import type { ClockSetting, Pace } from './time.ts';
import type { InstanceDocument, VolumeDocument, WorldDocument } from './world-document.ts';

/** A seed by its name: `default` has something of everything, `empty` only what a request needs. */
export type SeedName = 'default' | 'empty';

/** What a new world is to be; what is left out is filled in, the same in every world. */
export interface NewOrganization {
  /** Left out: the seed's, or `organization`. */
  name?: string;
  /** What it begins with; accounts, volumes and instances given beside it come on top. Left out: nothing. */
  seed?: SeedName;
  /** Its sub-accounts, 100 at most, each with a UUID or one that is made; left out: one, or the seed's. */
  accounts?: { name?: string; accountId?: string }[];
  /** Without an `accountId`, of the first account. */
  volumes?: (Omit<VolumeDocument, 'accountId'> & { accountId?: string })[];
  /** Without an `accountId`, of the first account. */
  instances?: (Omit<InstanceDocument, 'accountId'> & { accountId?: string })[];
  /** Roles that fail Datafy's permission check, beside those of the seed. */
  failingRoles?: WorldDocument['failingRoles'];
  /** Left out: the system's. */
  clock?: ClockSetting;
  /** What is left out takes 0 ms. */
  pace?: Partial<Pace>;
}

/** A new world, and its tokens: they are shown this once. */
export interface OrganizationCreated {
  /** A UUID. */
  organizationId: string;
  /** An organization token: it may act for every sub-account [P]. */
  token: string;
  /** Its sub-accounts, each with an account token, which acts for that one [P]. */
  accounts: { accountId: string; name: string; token: string }[];
}
