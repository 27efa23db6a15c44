import type { Database } from 'better-sqlite3';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { controlledClock } from '../../../src/ground/clock.ts';
import { EmulatorError } from '../../../src/ground/errors.ts';
import { findProblems } from '../../../src/state/document/problems.ts';
import { createState, type State, type Target } from '../../../src/state/index.ts';
import { openDatabase } from '../../../src/state/storage/database.ts';
import { worldOf } from '../../model/begin.ts';
import { learner } from '../../model/learn.ts';
import type { Step } from '../../model/verbs.ts';
import * as views from '../../model/views.ts';
import { settle, type World } from '../../model/world.ts';
import { worldDumper } from '../../support/dump.ts';
import { beginning, createWorld } from '../../support/world.ts';
import { sized } from '../size.ts';
import { accountIds, callOf, seedOf, verbNames, walkOf } from './walk.ts';

// Random walks of calls over two worlds, beside a model of what they should do.

const walks = sized(100, 5_000);
const steps = 50;
const limit = sized(300_000, 3_600_000);

/** Who stands where: an organization, and its accounts in the model's order. */
interface Place {
  organization: number;
  accounts: readonly number[];
}

/** What the engine lists, as far as the model knows it. */
function list(state: State, { organization, accounts }: Place) {
  const volumes = state.listVolumes({ organization, accounts }, 1_000, 0);
  const snapshots = state.listSnapshots({ organization, accounts }, 1_000, 0);
  const instances = accounts.flatMap((account, at) => {
    const target = { organization, account, accountId: accountIds[at] as string, ownAccount: false };
    return state.inventory.instances(target, { limit: 1_000, offset: 0 }).items;
  });
  return {
    counts: [volumes.count, snapshots.count],
    volumes: volumes.items.map((each) => views.seenVolume(each, accountIds)),
    snapshots: snapshots.items.map((each) => views.seenSnapshot(each, accountIds)),
    instances: instances.map((each) => views.seenInstance(each, accountIds)),
  };
}
type Listing = ReturnType<typeof list>;

const expectedOf = (world: World): Listing => ({
  counts: [world.volumes.length, world.snapshots.length],
  volumes: views.volumeViews(world),
  snapshots: world.snapshots.map(views.snapshotView),
  instances: inAccounts(world).map(views.instanceView),
});

/** Instances are listed account by account. */
const inAccounts = ({ instances }: World) => instances.toSorted((one, other) => one.account - other.account);

/** Fails as `toEqual` does; comparing the texts first costs a fraction of it, and there are very many of these. */
function same(found: unknown, expected: unknown, what: string): void {
  if (JSON.stringify(found) !== JSON.stringify(expected)) expect(found, what).toEqual(expected);
}

/** What holds of any world, whatever was called. */
function checkInvariants(db: Database, organization: number, { volumes: all }: Listing): void {
  const attachments = db
    .prepare(
      `SELECT count(*) AS rows, count(DISTINCT attachment.volume) AS volumes,
         count(DISTINCT instance || ' ' || attachment_point) AS devices,
         count(CASE WHEN volume.status <> 'replaced' THEN 1 END) AS live
       FROM attachment LEFT JOIN volume ON volume.key = attachment.volume WHERE attachment.organization = ?`,
    )
    .get(organization) as Record<'rows' | 'volumes' | 'devices' | 'live', number>;
  const { rows } = attachments;
  same(attachments, { rows, volumes: rows, devices: rows, live: rows }, 'attachments');
  for (const each of all) {
    if (each.id === undefined) throw new Error('A volume has no id');
    if ((each.status === 'replaced') !== (each.replacedBy !== null)) throw new Error(`${each.id} is replaced, or not`);
    // It may have been deleted since.
    const successor = all.find(({ id }) => id === each.replacedBy);
    if (successor && (successor.replaces !== each.id || successor.account !== each.account)) {
      throw new Error(`${each.id} is replaced by one that does not know`);
    }
  }
}

/**
 * No volume shrinks. `sizes` remembers them from one time to the next, by the model's own volumes: an id may be that of
 * another one by now.
 */
function checkSizes({ volumes }: World, sizes: Map<World['volumes'][number], number>): void {
  for (const volume of volumes) {
    if (volume.size < (sizes.get(volume) ?? 0)) throw new Error(`${volume.id} has shrunk to ${volume.size} GiB`);
    sizes.set(volume, volume.size);
  }
}

/** What was tried, and how it ended. */
const seen = new Set<string>();

function outcomeOf(ask: () => unknown): string | undefined {
  try {
    ask();
    return undefined;
  } catch (error) {
    if (error instanceof EmulatorError) return error.code;
    throw error;
  }
}

test(`${walks} walks of ${steps} steps go as the model says`, { timeout: limit }, () => {
  fc.assert(
    fc.property(walkOf(steps), ({ worlds: options, commands }) => {
      const db = openDatabase(':memory:');
      try {
        const clock = controlledClock(beginning);
        const state = createState(db, clock);
        const rowsOf = worldDumper(db);
        /** At the end of a turn of the event loop, as calls are answered: all that was done is in the database then. */
        const dump = (organization: number) => {
          state.flush();
          return rowsOf(organization);
        };
        const worlds = options.map(({ pace, stands, ruled }, at) => {
          const seed = seedOf(at, ruled);
          const organization = createWorld(state, seed, { clockNow: stands ? beginning : null, pace });
          return {
            organization,
            accounts: accountIds.map((id) => state.findAccount(organization, id)?.key as number),
            model: worldOf(seed, { pace, standsAt: stands ? beginning : undefined, at: beginning }),
            sizes: new Map(),
          };
        });
        type Side = (typeof worlds)[number];
        const nowOf = ({ model }: Side) => model.standsAt ?? clock.now();

        /** The world is as the model has it, and in order; another look at it changes nothing. */
        const look = (side: Side) => {
          const { organization, model } = side;
          settle(model, nowOf(side));
          const listing = list(state, side);
          const before = dump(organization);
          const learn = learner(model);
          learn.volumes(listing.volumes);
          learn.snapshots(listing.snapshots);
          learn.instances(inAccounts(model), listing.instances);
          same(listing, expectedOf(model), 'what is listed');
          checkInvariants(db, organization, listing);
          checkSizes(model, side.sizes);
          state.listVolumes(side, 0, 0);
          same(dump(organization), before, 'what is settled twice');
        };

        for (const command of commands) {
          if (command.verb === 'advance') {
            clock.advance(command.milliseconds);
            // Otherwise the next command is the first to meet what is due by then.
            if (command.look) for (const side of worlds) look(side);
            continue;
          }
          const mine = worlds[command.world] as Side;
          const other = worlds[1 - command.world] as Side;
          const { account } = command;
          const { organization, model } = mine;
          const target: Target = {
            organization,
            account: mine.accounts[account] as number,
            accountId: accountIds[account] as string,
            ownAccount: false,
          };
          const before = { mine: dump(organization), other: dump(other.organization) };
          const step: Step = { world: model, account, now: nowOf(mine) };
          const wasIdle = !settle(model, step.now);
          const call = callOf(command, step, other.model);
          const expected = call.predict();
          same(outcomeOf(() => call.ask(state, target)) ?? 'accepted', expected ?? 'accepted', command.verb);
          same(dump(other.organization), before.other, 'the other world');
          // What a refusal leaves is as it was, to the last row.
          if (expected && wasIdle) same(dump(organization), before.mine, 'the world, after a refusal');
          else if (command.look) look(mine);
          seen.add(`${command.verb}: ${expected ?? 'accepted'}`);
        }

        // Another engine, which remembers nothing of what is due, finds the same and nothing left to do.
        for (const side of worlds) look(side);
        const again = createState(db, clock);
        for (const side of worlds) {
          const before = dump(side.organization);
          same(list(again, side), list(state, side), 'what a new engine lists');
          same(dump(side.organization), before, 'what a new engine settles');
          // Whatever calls bring about can be exported and imported.
          same(findProblems(state.control.export(side.organization)), [], 'what is wrong with an export');
        }
      } finally {
        db.close();
      }
    }),
    { numRuns: walks },
  );
  // No call is always refused, and none always accepted: else the walks say less than they seem to.
  for (const each of verbNames) {
    const ends = [...seen].filter((end) => end.startsWith(`${each}: `));
    expect(ends).toContain(`${each}: accepted`);
    expect(ends.length, ends.join()).toBeGreaterThan(1);
  }
});
