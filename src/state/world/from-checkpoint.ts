import { formatInstant, type Instant, parseInstant } from '../../ground/clock.ts';
import { EmulatorError } from '../../ground/errors.ts';
import { randomUuid } from '../../ground/ids.ts';
import { mintSecret } from '../../ground/secrets.ts';
import { sayWhy } from '../../words/index.ts';
import { millisecondsOf, type Pace, type PaceName } from '../engine/pace.ts';
import type { Worlds } from '../engine/worlds.ts';
import type { Checkpoints } from './checkpoints.ts';

/** A checkpoint of a world, as callers name it. */
export interface FromCheckpoint {
  organizationId: string;
  checkpoint: string;
}

interface WantedClock {
  mode: 'system' | 'controlled';
  /** RFC 3339; left out: when the checkpoint was made. */
  now?: string;
}

/** What a caller may want of its own; what is left out is the checkpoint's. */
interface Wanted {
  name?: string | undefined;
  clock?: WantedClock | undefined;
  pace?: Partial<Pace> | PaceName | undefined;
}

/** The same, with what is made for it. */
interface Own extends Wanted {
  organizationId: string;
  /** The secret of a token for each account, by the account's id. */
  secrets: ReadonlyMap<string, string>;
}

interface Parts {
  worlds: Worlds;
  checkpoints: Checkpoints;
  /** Does something in a transaction that no other call shares. */
  alone<R>(body: () => R): R;
}

export type FromCheckpoints = ReturnType<typeof createFromCheckpoints>;

/** Worlds that are made from checkpoints of others. */
export function createFromCheckpoints({ worlds, checkpoints, alone }: Parts) {
  /**
   * A checkpoint that a world is to be made from.
   *
   * @throws EmulatorError `request-invalid` where there is no such world or checkpoint.
   */
  function keptWorld({ organizationId, checkpoint }: FromCheckpoint) {
    const organization = inField('organizationId', () => worlds.find(organizationId));
    return inField('checkpoint', () => checkpoints.look(checkpoints.get(organization, checkpoint)));
  }

  return {
    keptWorld,

    /**
     * Makes a world that holds what a checkpoint of another does, under the same ids, with tokens of its own.
     *
     * @returns false where it is not made: the checkpoint was replaced by one with accounts that there is no token for.
     * @throws EmulatorError `request-invalid` where there is no such checkpoint, or the clock would go back.
     */
    createFrom(from: FromCheckpoint, { clock, pace, ...own }: Own): boolean {
      return alone(() => {
        const kept = keptWorld(from);
        if (!kept.accounts.every(({ id }) => own.secrets.has(id))) return false;
        const clockNow = clock && clockOf(clock, kept.createdAt);
        if (clockNow !== undefined && (clockNow ?? worlds.processNow()) < kept.createdAt) {
          const problems = `body/clock goes back: the checkpoint was made at ${formatInstant(kept.createdAt)}, by the clock of its world`;
          throw new EmulatorError('request-invalid', { problems });
        }
        const paceText = pace && JSON.stringify({ ...kept.pace, ...millisecondsOf(pace) });
        checkpoints.open(kept.key, { ...own, clockNow, pace: paceText });
        return true;
      });
    },
  };
}

/** Names the field that a refusal is about, and makes it one of the request. */
function inField<R>(field: string, look: () => R): R {
  try {
    return look();
  } catch (error) {
    if (!(error instanceof EmulatorError)) throw error;
    throw new EmulatorError('request-invalid', { problems: `body/from/${field}: ${sayWhy(error)}` });
  }
}

/** Where the clock of a new world stands: null is the process's. */
function clockOf({ mode, now }: WantedClock, kept: Instant): Instant | null {
  if (mode === 'system') return null;
  return (now === undefined ? undefined : parseInstant(now)) ?? kept;
}

/**
 * Makes a world from a checkpoint of another.
 *
 * @returns its id and its tokens: the organization's, and one for each of its sub-accounts.
 * @throws EmulatorError `request-invalid`: nothing was made.
 */
export async function worldFromCheckpoint(
  { keptWorld, createFrom }: FromCheckpoints,
  { from, ...wanted }: Wanted & { from: FromCheckpoint },
) {
  const organizationId = randomUuid();
  for (;;) {
    const { accounts } = keptWorld(from);
    const secrets = new Map(await Promise.all(accounts.map(async ({ id }) => [id, await mintSecret(id, 0)] as const)));
    if (!createFrom(from, { ...wanted, organizationId, secrets })) continue;
    const tokenOf = (accountId: string) => secrets.get(accountId) ?? '';
    return {
      organizationId,
      token: tokenOf(accounts.find(({ parent }) => parent === null)?.id ?? ''),
      accounts: accounts
        .filter(({ parent }) => parent !== null)
        .map(({ id, name }) => ({ accountId: id, name, token: tokenOf(id) })),
    };
  }
}
