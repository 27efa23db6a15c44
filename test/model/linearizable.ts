/**
 * Whether a history of concurrent operations is linearizable: whether each can be given one instant between its call and
 * its answer, so that a sequential model, taking them in that order, gives the very same answers. The search is that of
 * Wing and Gong, with Lowe's memory of what has been tried.
 */

/** Something that a client asked for. Instants are places in the order of all that was seen, by whatever counter. */
export interface Operation<C, A> {
  client: number;
  call: C;
  invoked: number;
  /** Undefined: no answer came, so that it may have been done at any time since, or never. */
  answered: { at: number; answer: A } | undefined;
}

export interface SequentialModel<S, C, A> {
  begin: S;
  /**
   * The state after a call that was given this answer, or what is wrong with the answer. `answer` undefined: nobody
   * heard it, so that any will do. `state` itself is left as it is.
   */
  step(state: S, call: C, answer: A | undefined): { state: S } | { problem: string };
  /** Whether a call that is answered like this changes nothing, whatever the state: reads do, and refusals. */
  changesNothing(call: C, answer: A): boolean;
  /** States of one key have one future. */
  keyOf(state: S): string;
}

export type Verdict<C, A> =
  | { linearizable: true; order: Operation<C, A>[] }
  | {
      linearizable: false;
      /** As far as any order went. */
      order: Operation<C, A>[];
      /** Those that had to come next, and why none of them could. */
      stuck: { operation: Operation<C, A>; problem: string }[];
    };

/** How many states are looked at before giving up. */
const patience = 1_000_000;

/** @throws Error where an answer is not found in bearable time: neither verdict is given then. */
export function linearize<S, C, A>(
  model: SequentialModel<S, C, A>,
  history: readonly Operation<C, A>[],
): Verdict<C, A> {
  const operations = history.toSorted((one, other) => one.invoked - other.invoked);
  const endOf = (operation: Operation<C, A>) => operation.answered?.at ?? Number.POSITIVE_INFINITY;
  const done = new Set<number>();
  const order: number[] = [];
  const tried = new Set<string>();
  let furthest: { order: number[]; stuck: { operation: Operation<C, A>; problem: string }[] } = {
    order: [],
    stuck: [],
  };
  let looked = 0;

  /** Those of which the next one has to be: called before any other was answered. The first to be answered comes first. */
  function candidates(from: number): { next: number[]; settled: boolean } {
    let deadline = Number.POSITIVE_INFINITY;
    const open: number[] = [];
    for (let at = from; at < operations.length; at++) {
      const operation = operations[at] as Operation<C, A>;
      if (operation.invoked > deadline) break;
      if (done.has(at)) continue;
      open.push(at);
      deadline = Math.min(deadline, endOf(operation));
    }
    const next = open.filter((at) => (operations[at] as Operation<C, A>).invoked < deadline);
    const end = (at: number) => endOf(operations[at] as Operation<C, A>);
    // Where all that were answered have their place, the others need none.
    return { next: next.sort((one, other) => end(one) - end(other)), settled: deadline === Number.POSITIVE_INFINITY };
  }

  function search(state: S, stateKey: string, firstOpen: number): boolean {
    let from = firstOpen;
    while (done.has(from)) from++;
    const { next, settled } = candidates(from);
    if (settled) return true;
    const beyond = [...done].filter((at) => at > from).sort((one, other) => one - other);
    const key = `${from}:${beyond.join()}:${stateKey}`;
    if (tried.has(key)) return false;
    tried.add(key);
    if (++looked > patience) throw new Error(`Undecided after ${patience} states`);

    const stuck: { operation: Operation<C, A>; problem: string }[] = [];
    for (const at of next) {
      const operation = operations[at] as Operation<C, A>;
      const outcome = model.step(state, operation.call, operation.answered?.answer);
      if ('problem' in outcome) {
        stuck.push({ operation, problem: outcome.problem });
        continue;
      }
      const after = model.keyOf(outcome.state);
      // What nobody heard of need not have been done here, where it changes nothing.
      const { answered } = operation;
      if (after === stateKey && !answered) continue;
      done.add(at);
      order.push(at);
      if (search(outcome.state, after, from)) return true;
      done.delete(at);
      order.pop();
      // What can be next, and would change nothing later either, can as well be next: no order has it only later.
      if (after === stateKey && answered && model.changesNothing(operation.call, answered.answer)) return false;
    }
    if (order.length >= furthest.order.length && stuck.length > 0) furthest = { order: [...order], stuck };
    return false;
  }

  const linearizable = search(model.begin, model.keyOf(model.begin), 0);
  const inOrder = (places: readonly number[]) => places.map((at) => operations[at] as Operation<C, A>);
  if (linearizable) return { linearizable, order: inOrder(order) };
  return { linearizable, order: inOrder(furthest.order), stuck: furthest.stuck };
}

/** How much of a history is concurrent: how many others are under way when one is called, at most and on average. */
export function overlapOf(history: readonly Operation<unknown, unknown>[]): { most: number; average: number } {
  const others = history.map(
    ({ invoked }) =>
      history.filter((each) => each.invoked < invoked && each.answered !== undefined && each.answered.at > invoked)
        .length,
  );
  return { most: Math.max(...others), average: others.reduce((sum, each) => sum + each, 0) / others.length };
}
