import { createRequire } from 'node:module';
import { digits, median } from './numbers.ts';
import type { Server } from './servers.ts';

/** One kind of call, to be made again and again. */
export interface Call {
  method: 'GET' | 'POST';
  path: string;
  headers?: Record<string, string>;
  body?: string;
}

/** How much load: for how long, or how many calls. */
export type Amount = { seconds: number } | { calls: number };

/** What a server did under load. */
export interface Outcome {
  callsPerSecond: number;
  /** Processor time of the server per call, in microseconds. */
  cpuPerCall: number | undefined;
  /** How much of the time the server worked, from 0 to 1: well below 1, it was not the server that was the limit. */
  busy: number | undefined;
  /** Of the calls, in milliseconds. */
  p50: number;
  p99: number;
}

/** How many connections make calls at once, each its next one when it has its answer. */
export const connections = 32;

/** What is used of autocannon, which is not there before the benchmark has installed it. */
type Autocannon = (options: object) => Promise<{
  duration: number;
  errors: number;
  non2xx: number;
  '2xx': number;
  latency: { p50: number; p99: number };
}>;

interface Client {
  setRequests(calls: readonly Call[]): void;
  on(event: 'body', listener: (body: Buffer) => void): void;
}

/**
 * Puts load on a server: one call again and again, or those that are made up for each connection in turn.
 *
 * @param heard is given the body of each answer.
 * @throws Error where any call is not answered with a 2xx: what is measured is then something else.
 */
export async function load(
  server: Server,
  calls: Call | (() => Call[]),
  amount: Amount,
  heard?: (body: string) => void,
): Promise<Outcome> {
  const autocannon: Autocannon = createRequire(import.meta.url)('autocannon');
  const cpuBefore = server.cpu();
  const awake = stayAwake();
  const result = await autocannon({
    url: server.url + (typeof calls === 'function' ? '' : calls.path),
    connections,
    ...('calls' in amount ? { amount: amount.calls } : { duration: amount.seconds }),
    ...(typeof calls === 'function' ? {} : calls),
    setupClient(client: Client) {
      if (typeof calls === 'function') client.setRequests(calls());
      if (heard) client.on('body', (body) => heard(body.toString()));
    },
  });
  const cpuAfter = server.cpu();
  clearImmediate(awake.next);
  if (result.errors > 0 || result.non2xx > 0 || result['2xx'] === 0) {
    throw new Error(
      `${server.name}: ${result['2xx']} good answers, ${result.non2xx} others, ${result.errors} without an answer`,
    );
  }
  const cpu = cpuBefore === undefined || cpuAfter === undefined ? undefined : cpuAfter - cpuBefore;
  return {
    callsPerSecond: result['2xx'] / result.duration,
    cpuPerCall: cpu && (cpu / result['2xx']) * 1e6,
    busy: cpu && cpu / result.duration,
    p50: result.latency.p50,
    p99: result.latency.p99,
  };
}

/** A server in a race, what it is asked, and what is done to it before each round. */
export interface Runner {
  server: Server;
  calls: Call | (() => Call[]);
  before?(): Promise<unknown>;
}

/**
 * Keeps this process from sleeping while a server works on its calls: it would have to be woken for each answer, by the
 * server, at the cost of those that are slow enough to let it sleep.
 */
function stayAwake(): { next: NodeJS.Immediate } {
  const awake = { next: setImmediate(again) };
  function again() {
    awake.next = setImmediate(again);
  }
  return awake;
}

/** What the servers did in one round, by their names. */
export type Round = Record<string, Outcome>;

/** How long each server is made warm before the first round that counts, in seconds. */
const warmUp = 3;

/**
 * Puts load on one server after another, round after round, so that what else the machine does meets all of them. The
 * order turns from round to round.
 */
export async function race(runners: readonly Runner[], rounds: number, seconds: number): Promise<Round[]> {
  const outcomes: Round[] = [];
  for (let round = 0; round <= rounds; round++) {
    const outcome: Round = {};
    const turn = round % runners.length;
    for (const { server, calls, before } of [...runners.slice(turn), ...runners.slice(0, turn)]) {
      await before?.();
      outcome[server.name] = await load(server, calls, { seconds: round === 0 ? warmUp : seconds });
    }
    if (round > 0) outcomes.push(outcome);
  }
  return outcomes;
}

/** How many times the calls of another server each round's one answered. */
export const ratios = (rounds: readonly Round[], one: string, other: string): number[] =>
  rounds.map((round) => round[one]!.callsPerSecond / round[other]!.callsPerSecond);

/** What both servers did, for a reader to judge the ratio by. */
export function seen(rounds: readonly Round[], one: string, other: string): string[] {
  const of = (name: string, read: (outcome: Outcome) => number | undefined) =>
    median(rounds.map((round) => read(round[name]!) ?? Number.NaN));
  const pace = [one, other].map((name) => of(name, (outcome) => outcome.callsPerSecond));
  const notes = [`${pace.map((each) => Math.round(each).toLocaleString('en')).join(' and ')} calls per second`];
  const cpu = [one, other].map((name) => of(name, (outcome) => outcome.cpuPerCall));
  if (!cpu.some(Number.isNaN))
    notes.push(`${cpu.map((each) => digits(each)).join(' and ')} µs of processor time per call`);
  for (const name of [one, other]) {
    const busy = of(name, (outcome) => outcome.busy);
    if (busy < 0.9) notes.push(`${name} was busy ${Math.round(busy * 100)} % of the time only`);
  }
  return notes;
}
