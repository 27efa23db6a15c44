import { fractionOf } from '../../ground/ids.ts';
import type { Worlds } from './worlds.ts';

/** What a fault is for; all that is given must agree. Nothing given: every call. */
export interface FaultMatch {
  operationId?: string;
  method?: string;
  /** A path as it is called, or with its parameters as the OpenAPI document writes it. */
  path?: string;
  accountId?: string;
  volumeId?: string;
  tokenId?: string;
  /** A transition of the table instead of a call, such as `snapshot.create`; or `role-arn.set`, a role's check. */
  transition?: string;
}

export interface FaultEffect {
  delayMs?: number;
  status?: number;
  message?: string;
  /** With `status`: the code that the answer has for its clients, where its surface has codes. */
  code?: string;
  headers?: Record<string, string>;
  /** `connection`: it ends without an answer, and nothing was done; `body`: all was done, and half of the answer arrives. */
  drop?: 'connection' | 'body';
  /** Of a transition: it fails when it is due, or it is held and never comes due. */
  outcome?: 'fail' | 'hold';
}

export interface FaultRequest {
  match: FaultMatch;
  /** How many matches to let pass first. */
  skip?: number;
  /** How often to strike; left out: always. */
  times?: number;
  /** How likely each match is struck: 0 to 1, drawn from the world's seed. */
  probability?: number;
  effect: FaultEffect;
}

export interface Fault extends FaultRequest {
  faultId: string;
  /** How many matches there were, and how many of them were struck. */
  seen: number;
  fired: number;
}

/** A call, as faults are matched against it. `paths`: as it was called, and as the document writes it. */
export interface Call {
  operationId: string;
  method: string;
  paths: readonly string[];
  accountIds: readonly string[];
  volumeId: string | undefined;
  tokenId: string;
}

export type Faults = ReturnType<typeof createFaults>;

/**
 * What goes wrong on purpose, per world. Faults are kept with the process, not with the state: a refused call takes
 * back what it changed, but not that a fault has struck.
 */
export function createFaults(worlds: Worlds) {
  const faults = new Map<number, { made: number; list: Fault[] }>();

  const none: Fault[] = [];
  const of = (organization: number) => faults.get(organization)?.list ?? none;

  /** The first fault that agrees and strikes. Each that agrees counts the match. */
  function take(organization: number, agrees: (match: FaultMatch) => boolean): Fault | undefined {
    const list = faults.get(organization)?.list;
    if (!list) return undefined;
    for (const fault of list) {
      if (!agrees(fault.match)) continue;
      fault.seen++;
      const { skip = 0, times = Number.POSITIVE_INFINITY, probability = 1 } = fault;
      if (fault.seen <= skip || fault.fired >= times) continue;
      if (
        probability < 1 &&
        fractionOf(`${worlds.row(organization).id_seed}:${fault.faultId}`, fault.seen) >= probability
      ) {
        continue;
      }
      fault.fired++;
      return fault;
    }
    return undefined;
  }

  const is = (wanted: string | undefined, actual: string | undefined) => wanted === undefined || wanted === actual;

  return {
    list: of,

    add(organization: number, request: FaultRequest): Fault {
      const world = faults.get(organization) ?? { made: 0, list: [] };
      faults.set(organization, world);
      world.made++;
      const fault: Fault = { faultId: `fault-${world.made}`, ...request, seen: 0, fired: 0 };
      world.list.push(fault);
      return fault;
    },

    /** Whether there was such a fault. */
    remove(organization: number, faultId: string): boolean {
      const list = of(organization);
      const at = list.findIndex((fault) => fault.faultId === faultId);
      if (at >= 0) list.splice(at, 1);
      return at >= 0;
    },

    removeAll(organization: number): void {
      of(organization).length = 0;
    },

    /** The world begins anew, or ends: it has no faults, and counts from one again. */
    beginAnew: (organization: number) => faults.delete(organization),

    /** The fault that strikes a call. */
    ofCall: (organization: number, call: Call): Fault | undefined =>
      take(
        organization,
        (match) =>
          match.transition === undefined &&
          is(match.operationId, call.operationId) &&
          is(match.method, call.method) &&
          is(match.volumeId, call.volumeId) &&
          is(match.tokenId, call.tokenId) &&
          (match.path === undefined || call.paths.includes(match.path)) &&
          (match.accountId === undefined || call.accountIds.includes(match.accountId)),
      ),

    /** The fault that strikes a transition that is about to begin. */
    ofTransition(
      organization: number,
      { resource, action }: { resource: string; action: string },
      accountId: string,
      volumeId?: string,
    ): Fault | undefined {
      if (of(organization).length === 0) return undefined;
      const transition = `${resource}.${action}`;
      return take(
        organization,
        (match) => match.transition === transition && is(match.accountId, accountId) && is(match.volumeId, volumeId),
      );
    },
  };
}
