import { act } from './act.ts';
import type { Second } from './exact.ts';
import { attachmentsOf, hasRoom } from './members.ts';
import { next } from './next.ts';
import type { Outcome } from './outcome.ts';
import type { VolumeState } from './volume.ts';

/** The volumes of one instance: they share its attachments, and nothing else. A volume attached nowhere is alone. */
export interface Group {
  /** Managed volumes, in the order of their ids. */
  readonly volumes: readonly VolumeState[];
  /** Attachments of volumes that are not managed, without the boot volume. */
  readonly ordinary: number;
}

/**
 * Lets the clock of a group go on: every rule acts at its tick, volumes of one tick in the order of their ids.
 *
 * @param after the second that all ticks are done through
 * @param through where to stop; its tick, if it is one, is done
 * @param on is told of every tick at which something was done
 */
export function advance(
  group: Group,
  after: Second,
  through: Second,
  on: (at: Second, outcome: Outcome) => void = () => {},
): Group {
  const volumes = [...group.volumes];
  let attached = volumes.reduce((sum, each) => sum + attachmentsOf(each), group.ordinary);
  const othersOf = (state: VolumeState) => attached - attachmentsOf(state);
  const nextOf = (state: VolumeState, from: Second) => next(state, { from, through, others: othersOf(state) });
  const due = volumes.map((state) => nextOf(state, after + 1));
  for (;;) {
    const first = earliest(due);
    const tick = due[first] ?? null;
    if (tick === null) return { ...group, volumes };
    const before = volumes[first] as VolumeState;
    const outcome = act(before, tick, othersOf(before));
    volumes[first] = outcome.state;
    const more = attachmentsOf(outcome.state) - attachmentsOf(before);
    attached += more;
    on(tick, outcome);
    due[first] = nextOf(outcome.state, tick + 1);
    if (more === 0) continue;
    // Whether there is room is all that one volume knows of the others.
    for (const [index, state] of volumes.entries()) {
      const others = othersOf(state);
      if (index === first || hasRoom(state, others) === hasRoom(state, others - more)) continue;
      due[index] = nextOf(state, index < first ? tick + 1 : tick);
    }
  }
}

/** The place of the earliest, and of equal ones the first; -1 where there is none. */
function earliest(due: readonly (Second | null)[]): number {
  let [first, tick] = [-1, Number.POSITIVE_INFINITY];
  for (let index = 0; index < due.length; index++) {
    const each = due[index] ?? Number.POSITIVE_INFINITY;
    if (each < tick) [first, tick] = [index, each];
  }
  return first;
}
