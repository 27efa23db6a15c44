import type { SeedAccount, SeedDocument, SeedInstance, SeedVolume } from './seed-document.ts';
import type { ClockSetting, Pace, PaceName } from './time.ts';

/**
 * A seed by its name: `default` has something of everything, `empty` only what a request needs, `fleet` 500 volumes of
 * six accounts.
 */
export type SeedName = 'default' | 'empty' | 'fleet';

/** What a new world is to be; what is left out is filled in, the same in every world. */
export interface NewOrganization {
  /** Left out: the seed's, or `organization`. */
  name?: string;
  /** What it begins with; accounts, volumes and instances given beside it come on top. Left out: nothing. */
  seed?: SeedName;
  /** Its sub-accounts, 100 at most, each with a UUID or one that is made; left out: one, or the seed's. */
  accounts?: Pick<SeedAccount, 'name' | 'accountId'>[];
  /** Without an `accountId`, of the first account. */
  volumes?: SeedVolume[];
  /** Without an `accountId`, of the first account. */
  instances?: SeedInstance[];
  /** Roles that fail Datafy's permission check, beside those of the seed. */
  failingRoles?: SeedDocument['failingRoles'];
  /** Left out: the system's. */
  clock?: ClockSetting;
  /** By a name, or in milliseconds: what is left out takes 0 ms. */
  pace?: Partial<Pace> | PaceName;
  /**
   * A checkpoint that it is a copy of: the same content and ids, and tokens of its own. Beside it only `name`, `clock` and
   * `pace` may be given; what is left out is as it was kept.
   */
  from?: FromCheckpoint;
}

/** A checkpoint, and the organization that has it. */
export interface FromCheckpoint {
  /** The organization's id: a UUID. */
  organizationId: string;
  /** Its name. */
  checkpoint: string;
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
