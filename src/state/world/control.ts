import { type Instant, latestInstant } from '../../ground/clock.ts';
import { EmulatorError } from '../../ground/errors.ts';
import { fillWorld } from '../document/defaults.ts';
import type { Seed, SeedDocument } from '../document/document.ts';
import type { NameOf } from '../document/problem.ts';
import { checkWorld } from '../document/problems.ts';
import type { Fault, FaultRequest, Faults } from '../engine/faults.ts';
import type { Change, Machine } from '../engine/machine.ts';
import { millisecondsOf, type Pace, type PaceName } from '../engine/pace.ts';
import type { Parked } from '../engine/settle.ts';
import type { Worlds } from '../engine/worlds.ts';
import type { Checkpoints } from './checkpoints.ts';
import type { Export } from './export.ts';
import { createFromCheckpoints } from './from-checkpoint.ts';
import type { Import } from './import.ts';

export interface WorldClock {
  mode: 'system' | 'controlled';
  now: Instant;
  /** What came due on the way, in the order in which it happened. */
  settled: readonly Change[];
  /** What threw when it was due, and is held. */
  parked: readonly Parked[];
}

interface Parts {
  worlds: Worlds;
  machine: Machine;
  faults: Faults;
  checkpoints: Checkpoints;
  exportWorld: Export;
  importWorld: Import;
  /** Does what is due in a world, by now or an instant that was read before. */
  settle(organization: number, now?: Instant): readonly Change[];
  /** Moves a controlled clock until nothing is under way, and does what comes due meanwhile. */
  settleUntilIdle(organization: number): readonly Change[];
  /** Does something in a transaction that no other call shares. */
  alone<R>(body: () => R): R;
  /** A world has begun anew: its faults and its journal go. */
  renewed(organization: number): void;
  replaced(organization: number): void;
  removed(organization: number): void;
}

export type Control = ReturnType<typeof createControl>;

/** What a test does to a whole world: copy it, put it back, move its time. */
export function createControl({
  worlds,
  machine,
  faults,
  checkpoints,
  exportWorld,
  importWorld,
  settle,
  settleUntilIdle,
  alone,
  renewed,
  replaced,
  removed,
}: Parts) {
  /** Where a world's clock stands, by one reading of it, when all that is due by then is done. */
  function clock(organization: number, now = nowIn(organization), before: readonly Change[] = []): WorldClock {
    const settled = [...before, ...settle(organization, now)];
    const mode = worlds.get(organization).clockNow === null ? 'system' : 'controlled';
    return { mode, now, settled, parked: machine.parked(organization) };
  }

  const nowIn = (organization: number): Instant => worlds.now(worlds.get(organization));

  /** Changes faults when what is due by now is done, and kept: that had to do with the faults that there were. */
  function afterSettling<R>(organization: number, change: () => R): R {
    alone(() => settle(organization));
    return change();
  }

  function put(organization: number, document: Seed): void {
    alone(() => {
      importWorld(document, organization);
      replaced(organization);
    });
  }

  return {
    /**
     * Makes a world; its organizationId must be new.
     *
     * @param nameOf how a message names what is wrong in the document.
     * @throws EmulatorError `world-invalid`
     */
    create(document: SeedDocument, nameOf?: NameOf): number {
      const world = fillWorld(document);
      checkWorld(world, nameOf);
      return alone(() => importWorld(world));
    },

    ...createFromCheckpoints({ worlds, checkpoints, alone }),

    find: worlds.find,
    first: worlds.first,

    /** @throws EmulatorError `organization-is-default` */
    remove(organization: number): void {
      if (organization === worlds.first()) throw new EmulatorError('organization-is-default');
      alone(() => {
        worlds.remove(organization);
        removed(organization);
      });
    },

    /** Back to what the world was made from: state, clock, pace, ids, faults and journal; checkpoints stay. */
    reset(organization: number): void {
      alone(() => {
        if (!checkpoints.reset(organization)) {
          importWorld(JSON.parse(worlds.origin(organization)), organization);
          // Where the world's time is its own, that is the same each time. Most worlds are never reset.
          if (worlds.get(organization).clockNow !== null) checkpoints.putOrigin(organization, nowIn(organization));
        }
        renewed(organization);
      });
    },

    export(organization: number): Seed {
      settle(organization);
      return exportWorld(organization);
    },

    /** @throws EmulatorError `world-invalid`: the old world stands then. */
    import(organization: number, document: SeedDocument): void {
      const world = fillWorld(document, worlds.row(organization).id);
      checkWorld(world);
      put(organization, world);
    },

    clock: (organization: number): WorldClock => clock(organization),

    /**
     * Lets a world's time be the system's, or stand until it is moved.
     *
     * @throws EmulatorError `clock-backwards`, `clock-too-far`
     */
    setClock(organization: number, mode: WorldClock['mode'], now?: Instant): WorldClock {
      const system = worlds.processNow();
      const before = worlds.get(organization).clockNow ?? system;
      const wanted = mode === 'system' ? system : (now ?? before);
      if (wanted < before) throw new EmulatorError('clock-backwards', { now: before, wanted });
      checkRange(wanted);
      return alone(() => {
        const settled = settle(organization, before);
        worlds.setClock(organization, mode === 'system' ? null : wanted);
        return clock(organization, wanted, settled);
      });
    },

    /**
     * Moves a controlled clock forward, by seconds, or until nothing is under way that would end by itself. What is due
     * beyond the latest instant never is.
     *
     * @throws EmulatorError `clock-not-controlled`, `clock-too-far`
     */
    advance(organization: number, by: { seconds: number } | { untilIdle: true }): WorldClock {
      const { clockNow } = worlds.get(organization);
      if (clockNow === null) throw new EmulatorError('clock-not-controlled');
      if ('seconds' in by) {
        const wanted = clockNow + Math.round(by.seconds * 1000);
        checkRange(wanted);
        return alone(() => {
          worlds.setClock(organization, wanted);
          return clock(organization);
        });
      }
      return alone(() => {
        const settled = settleUntilIdle(organization);
        return clock(organization, undefined, settled);
      });
    },

    pace: (organization: number): Pace => worlds.get(organization).pace,

    /** Changes how long transitions take that begin from now on. */
    setPace(organization: number, pace: Partial<Pace> | PaceName): Pace {
      return alone(() => {
        settle(organization);
        const after = { ...worlds.get(organization).pace, ...millisecondsOf(pace) };
        worlds.setPace(organization, after);
        return after;
      });
    },

    addFault: (organization: number, request: FaultRequest): Fault =>
      afterSettling(organization, () => faults.add(organization, request)),

    /** Whether there was such a fault. */
    removeFault: (organization: number, faultId: string): boolean =>
      afterSettling(organization, () => faults.remove(organization, faultId)),

    removeFaults: (organization: number): void => afterSettling(organization, () => faults.removeAll(organization)),

    checkpoints: (organization: number) => checkpoints.list(organization),

    /** Keeps a copy, and answers with whether it replaced one of that name. */
    checkpoint(organization: number, name: string): boolean {
      return alone(() => {
        settle(organization);
        return checkpoints.put(organization, name, nowIn(organization));
      });
    },

    /** @throws EmulatorError `checkpoint-not-found` */
    restoreCheckpoint(organization: number, name: string): void {
      alone(() => {
        checkpoints.restore(organization, name);
        replaced(organization);
      });
    },

    /** @throws EmulatorError `checkpoint-not-found` */
    deleteCheckpoint: (organization: number, name: string): void => alone(() => checkpoints.remove(organization, name)),
  };
}

/** @throws EmulatorError `clock-too-far` */
function checkRange(wanted: Instant): void {
  if (wanted > latestInstant) throw new EmulatorError('clock-too-far', { latest: latestInstant });
}
