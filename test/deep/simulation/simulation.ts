import { hash } from 'node:crypto';
import type { App } from '../../../src/app.ts';
import { hashSecret } from '../../../src/ground/secrets.ts';
import { resources } from '../../../src/state/engine/transitions.ts';
import { roles } from '../../../src/state/tenancy/roles.ts';
import { type Random, randomOf } from '../../model/random.ts';
import { furniture, type Heard, operationsOf, slow } from '../../routes/control/control.ts';
import { tablesOf, worldDumper } from '../../support/dump.ts';
import type { Method } from '../../support/world.ts';
import { Broken, checker, dueFinder } from './invariants.ts';
import { type CallStep, chooseOperation, left, makeUp, type Operation, type Ticket } from './make-up.ts';
import { createMasks } from './masks.ts';
import { type Peek, peeker } from './peek.ts';
import { startProcess } from './process.ts';

/** One thing that happens in a simulation; all that it needs to happen again. */
export type Step =
  | CallStep
  /** The time of the process goes on. */
  | { do: 'pass'; milliseconds: number }
  /** One process ends, and the next one begins. */
  | { do: 'restart'; how: 'stop' | 'kill' }
  /** The next calls, so many of them, find that a table cannot be written to. */
  | { do: 'break down'; table: string; event: 'INSERT' | 'UPDATE' | 'DELETE'; calls: number }
  /** A world goes out as a document, and in again. */
  | { do: 'go round'; base: string };

/** What a simulation did, and what was seen of it: a line for each step, and what each of its calls was answered. */
export interface Seen {
  steps: Step[];
  transcript: string[];
  answers: Map<Step, string>;
  /** Operations with how they ended, such as `attachCommand 200`. */
  outcomes: Set<string>;
  /** All operations there are, by their ids. */
  operations: string[];
}

/** What must hold was seen not to: after which steps. */
export class Failure extends Error {
  readonly rule: string;
  readonly steps: readonly Step[];
  constructor(cause: Broken, steps: readonly Step[]) {
    super(cause.message, { cause });
    this.rule = cause.rule;
    this.steps = steps;
  }
}

const defaultBase = '/_emulator';

/** Calls that look at a world, or change it, do first what was due by then. These do not look. */
const lookAway =
  /^(setPace|getPace|resetWorld|importState|restoreCheckpoint|listCheckpoints|deleteCheckpoint|listInventoryAccounts|(create|delete)Organization|\w+Faults?|\w+Requests)$/;

/** Runs steps on an emulator of its own, whose files are in `folder`. `next` answers undefined where it is enough. */
export async function simulate(folder: string, next: (simulated: Simulated) => Step | undefined): Promise<Seen> {
  const simulated = await begin(folder);
  const { seen } = simulated;
  try {
    await simulated.open(defaultBase);
    for (let step = next(simulated); step; step = next(simulated)) {
      seen.steps.push(step);
      await simulated.take(step);
    }
    await simulated.close();
    return seen;
  } catch (error) {
    await simulated.abandon();
    throw error instanceof Broken ? new Failure(error, seen.steps) : error;
  }
}

type Simulated = Awaited<ReturnType<typeof begin>>;

async function begin(folder: string) {
  const server = await startProcess(folder);
  const masks = createMasks();
  const seen: Seen = { steps: [], transcript: [], answers: new Map(), outcomes: new Set(), operations: [] };
  /** Who may call in each world, and what was exported of it. */
  const tickets = new Map<string, Omit<Ticket, 'good'>[]>();
  const exports = new Map<string, unknown[]>();
  let broken: Extract<Step, { do: 'break down' }> | undefined;
  let looking = look();
  let last: { written: number | undefined; rows: string } = { written: undefined, rows: '' };
  const operations = allOperations(server.built.app).filter(({ operationId }) => !left.includes(operationId));
  seen.operations = operations.map(({ operationId }) => operationId);

  /** What looks at the database, of the present process. */
  function look() {
    const { db } = server.built;
    return {
      dump: worldDumper(db),
      written: db.prepare<[], number>('SELECT total_changes()').pluck(),
      check: checker(db),
      due: dueFinder(db),
      peek: peeker(db),
      tables: tablesOf(db),
      worlds: db.prepare<[], { key: number; id: string }>('SELECT key, id FROM organization ORDER BY key'),
    };
  }

  function keyOf(base: string): number | undefined {
    const worlds = looking.worlds.all();
    if (base === defaultBase) return worlds[0]?.key;
    return worlds.find(({ id }) => id === masks.unmask(base).split('/').at(-1))?.key;
  }
  const dumps = () => new Map(looking.worlds.all().map(({ key }) => [key, looking.dump(key)]));
  const nowOf = (key: number) => server.built.state.now(key);

  const rows = () => masks.mask([...dumps().values()].join('\n'));

  function write(what: string, answer = ''): void {
    const written = looking.written.get();
    // Most steps write nothing.
    if (written !== last.written) {
      looking.check();
      last = { written, rows: hash('sha256', rows()) };
    }
    seen.transcript.push(`${what}\n${answer}\nrows ${last.rows}`);
  }

  for (const { token } of server.built.tokens ?? []) {
    const digest = hashSecret(token).toString('hex');
    const found = looking.peek(keyOf(defaultBase) as number).tokens.find((each) => each.hash === digest);
    if (found) tickets.set(defaultBase, [...(tickets.get(defaultBase) ?? []), { token, account: found.account }]);
  }

  /** A step like those a caller could take: it may be refused, and strike on trouble, but leaves a sound world. */
  async function call(step: CallStep): Promise<void> {
    const key = keyOf(step.base);
    const before = dumps();
    const dueBefore = key === undefined ? [] : looking.due(key, nowOf(key));
    const token = step.token === undefined ? undefined : masks.unmask(step.token);
    const { db } = server.built;
    const trouble = broken;
    broken = broken && broken.calls > 1 ? { ...broken, calls: broken.calls - 1 } : undefined;
    if (trouble) {
      db.exec(`CREATE TEMP TRIGGER trouble BEFORE ${trouble.event} ON main.${trouble.table}
        BEGIN SELECT RAISE(ABORT, 'The disk is in trouble'); END`);
    }
    const heard = await server.call(step.method, masks.unmask(step.url), bodyOf(step), token);
    if (trouble) db.exec('DROP TRIGGER trouble');
    const code = heard.headers['x-emulator-error'];
    note(step, heard);
    const answer = masks.mask(`${heard.status} ${headersOf(heard)} ${heard.error?.code ?? ''}\n${heard.text}`);
    write(JSON.stringify(step), answer);
    seen.answers.set(step, answer);
    seen.outcomes.add(`${step.operationId} ${heard.error ? 'lost' : heard.status}`);

    const isStruck = code === 'fault' || heard.headers['x-emulator-fault'] !== undefined;
    if (heard.error && !(key !== undefined && hasDrops(key))) throw new Broken('a call is answered', answer);
    if (heard.status >= 500 && !isStruck && !trouble) throw new Broken('nothing fails by itself', answer);
    const refused = heard.status >= 400 || (heard.error !== undefined && heard.status === 0);
    for (const [other, rows] of dumps()) {
      const was = before.get(other);
      if (was === undefined || was === rows) continue;
      if (other !== key) throw new Broken('a call changes its own world only', difference(was, rows));
      if (refused && dueBefore.length === 0) throw new Broken('a refused call changes nothing', difference(was, rows));
      if (step.method === 'GET' && dueBefore.length === 0)
        throw new Broken('a read changes nothing', difference(was, rows));
    }
    const isDone = !refused && !isStruck && !lookAway.test(step.operationId);
    if (isDone && key !== undefined && before.has(key) && keyOf(step.base) === key) {
      const left = looking.due(key, nowOf(key));
      const late = left.filter((each) => dueBefore.includes(each) || !each.endsWith(` ${nowOf(key)}`));
      if (late.length > 0) throw new Broken('what is due is done', late.join());
    }
    if (step.operationId === 'createOrganization' && heard.status === 201) await admit(heard);
  }

  /** Whether a token is there, has not expired, and may do more than read. */
  function isGood(token: string, { tokens }: Peek, now: number): boolean {
    const digest = hashSecret(masks.unmask(token)).toString('hex');
    const found = tokens.find((each) => each.hash === digest);
    return found !== undefined && !found.roles.includes(roles.readOnly) && (found.expires ?? now) >= now;
  }

  const hasDrops = (key: number) => server.built.state.faults.list(key).some(({ effect }) => effect.drop !== undefined);

  function bodyOf({ body, base }: CallStep): unknown {
    const { $export: at, $spoilt: spoilt } = (body ?? {}) as { $export?: number; $spoilt?: number };
    if (at === undefined) return body;
    const document = exports.get(base)?.[at];
    return document === undefined || spoilt === undefined ? (document ?? {}) : spoiltDocument(document, spoilt);
  }

  /** Takes note of what later calls need, and of what is random. */
  function note(step: CallStep, { status, text }: Heard): void {
    if (step.operationId === 'createToken') {
      if (status === 201 && text.endsWith('}')) {
        const { secret, accountId } = JSON.parse(text);
        tickets.get(step.base)?.push({ token: masks.secret(secret), account: accountId });
      }
      // Where only half of the answer arrived, nobody will ever know the secret.
      const key = keyOf(step.base);
      for (const each of key === undefined ? [] : looking.peek(key).tokens) masks.hash(each.hash);
    }
    if (step.operationId === 'exportState' && status === 200) {
      exports.set(step.base, [...(exports.get(step.base) ?? []), JSON.parse(text)].slice(-3));
    }
    if (step.operationId === 'createOrganization' && status === 201) {
      const { organizationId, token, accounts } = JSON.parse(text);
      const base = `${defaultBase}/organizations/${masks.organization(organizationId)}`;
      const [own] = looking.peek(keyOf(base) as number).accounts;
      tickets.set(base, [
        { token: masks.secret(token), account: own?.id ?? '' },
        ...accounts.map((each: { token: string; accountId: string }) => ({
          token: masks.secret(each.token),
          account: each.accountId,
        })),
      ]);
    }
  }

  async function admit({ text }: Heard): Promise<void> {
    await open(`${defaultBase}/organizations/${masks.organization(JSON.parse(text).organizationId)}`);
  }

  const open = (base: string) => server.listen(masks.unmask(base));

  /** The events of a world, as they were heard, count up from 1 without a gap. */
  function hearAll(heard: ReadonlyMap<string, string>): void {
    for (const [base, text] of heard) {
      const numbers = [...text.matchAll(/^id: (\d+)$/gm)].map((found) => Number(found[1]));
      const gap = numbers.findIndex((number, at) => number !== at + 1);
      if (gap >= 0) throw new Broken('events count up', `${numbers[gap]} is event ${gap + 1} of ${base}`);
      seen.transcript.push(masks.mask(`events of ${base}\n${text}`));
    }
  }

  async function restart(how: 'stop' | 'kill'): Promise<void> {
    await hearJournals();
    const before = dumps();
    hearAll(await server.restart(how));
    looking = look();
    for (const [key, rows] of dumps()) {
      if (before.get(key) !== rows)
        throw new Broken('a restart changes nothing', difference(before.get(key) ?? '', rows));
    }
    for (const { id } of looking.worlds.all().slice(1))
      await open(`${defaultBase}/organizations/${masks.organization(id)}`);
    await open(defaultBase);
    write(`restart: ${how}`);
  }

  /** The journal of every world counts up, and nothing names a request that it has not counted. */
  async function hearJournals(): Promise<void> {
    for (const { key, id } of looking.worlds.all()) {
      const { text } = await server.call('GET', `${defaultBase}/organizations/${id}/requests?limit=5000`);
      const numbers: number[] = JSON.parse(text).requests.map((each: { id: number }) => each.id);
      if (numbers.some((number, at) => at > 0 && number <= (numbers[at - 1] as number))) {
        throw new Broken('a journal counts up', numbers.join());
      }
      // Where a follower goes on is of this process alone.
      seen.transcript.push(masks.mask(`journal of ${key}\n${text.replace(/"next":"[^"]*"/, '')}`));
    }
  }

  async function goRound(base: string): Promise<void> {
    const url = `${masks.unmask(base)}/state`;
    const out = await server.call('GET', url);
    if (out.status === 404) return;
    const into = await server.call('PUT', url, JSON.parse(out.text));
    const again = await server.call('GET', url);
    if (into.status !== 204 || again.text !== out.text) {
      throw new Broken('an export that is imported changes nothing', difference(out.text, into.text || again.text));
    }
    write(`go round: ${base}`, masks.mask(out.text));
  }

  return {
    seen,
    operations,
    open,

    async take(step: Step): Promise<void> {
      switch (step.do) {
        case 'call':
          return call(step);
        case 'pass':
          server.clock.advance(step.milliseconds);
          return;
        case 'restart':
          return restart(step.how);
        case 'break down':
          broken = step;
          return;
        case 'go round':
          return goRound(step.base);
      }
    },

    /** The worlds there are, by their bases. */
    bases: () => [
      defaultBase,
      ...looking.worlds.all().map(({ id }) => `${defaultBase}/organizations/${masks.mask(id)}`),
    ],
    tables: () => looking.tables,

    /** What a call can be made up from. */
    scene(base: string, random: Random) {
      const key = keyOf(base) as number;
      const peeks = new Map(looking.worlds.all().map(({ key: each }) => [each, looking.peek(each)]));
      const world = peeks.get(key) as Peek;
      peeks.delete(key);
      // The default world goes by two names.
      const known = tickets.get(key === keyOf(defaultBase) ? defaultBase : base) ?? [];
      return {
        ...{ random, base, operations, world, now: nowOf(key) },
        others: [...peeks.values()],
        tickets: known.map((each) => ({ ...each, good: isGood(each.token, world, nowOf(key)) })),
        faults: server.built.state.faults.list(key).map(({ faultId }) => faultId),
        exports: exports.get(base)?.length ?? 0,
      };
    },

    async close(): Promise<void> {
      await hearJournals();
      seen.transcript.push(`all rows\n${rows()}`);
      hearAll(await server.end());
    },
    abandon: () => server.end(),
  };
}

/** Every operation of both documents, each once. */
function allOperations(app: App['app']): Operation[] {
  const of = (document: unknown, control: boolean) =>
    operationsOf(document as Parameters<typeof operationsOf>[0]).map(
      ({ operation: { operationId }, method, path }): Operation => ({ operationId, method, path, control }),
    );
  const isAbove = (path: string) => path.startsWith(`${defaultBase}/organizations`) || path === `${defaultBase}/health`;
  return [
    ...of(app.swagger(), false),
    ...of(app.controlDocument(), true)
      .filter(({ operationId }) => !operationId.endsWith('InOrganization'))
      .map((each) => ({ ...each, path: isAbove(each.path) ? each.path : each.path.slice(defaultBase.length) })),
  ];
}

/** What differs from run to run, or says nothing. */
const unsaid = ['date', 'connection', 'keep-alive'];

const headersOf = ({ headers }: Heard) =>
  JSON.stringify(
    Object.entries(headers)
      .filter(([name]) => !unsaid.includes(name))
      .sort(),
  );

/** The first lines in which two texts differ. */
function difference(before: string, after: string): string {
  const [one, other] = [before.split('\n'), after.split('\n')];
  const at = one.findIndex((line, index) => line !== other[index]);
  return `\n- ${one[at] ?? ''}\n+ ${other[at < 0 ? one.length : at] ?? ''}`;
}

/** A world's document with something wrong in it. */
// biome-ignore lint/suspicious/noExplicitAny: any document will do
function spoiltDocument(document: any, how: number): unknown {
  const { volumes } = document;
  switch (how) {
    case 0:
      return { ...document, volumes: [...volumes, ...volumes.slice(0, 1)] };
    case 1:
      return { ...document, volumes: volumes.map((each: object) => ({ ...each, status: 'sold' })) };
    case 2:
      return { ...document, accounts: [] };
    default:
      return { ...document, snapshots: [...document.snapshots, {}] };
  }
}

/** What every life begins with: time that can be moved, things that take it, and a second world. */
const beginning: readonly Step[] = [
  control('setClock', 'PUT', '/clock', { mode: 'controlled' }),
  control('setPace', 'PUT', '/pace', 'realistic'),
  control('createOrganization', 'POST', '/organizations', { ...furniture, pace: slow }),
];

function control(operationId: string, method: Method, path: string, body: unknown): Step {
  return { do: 'call', operationId, method, url: defaultBase + path, body, base: defaultBase };
}

/** A simulation that makes up its steps, so many of them, from a seed. `calm`: nothing goes wrong on purpose. */
export function invented(seed: number, count: number, calm = false): (simulated: Simulated) => Step | undefined {
  const random = randomOf(seed);
  const trouble = (weight: number) => (calm ? 0 : weight);
  const kinds = [
    { weight: 88, of: 'call' as const },
    { weight: 4, of: 'pass' as const },
    { weight: trouble(2), of: 'restart' as const },
    { weight: trouble(5), of: 'break down' as const },
    { weight: trouble(2), of: 'go round' as const },
  ];
  return (simulated) => {
    const { length } = simulated.seen.steps;
    if (length >= count) return undefined;
    if (length < beginning.length) return beginning[length];
    const base = random.pick(simulated.bases());
    const kind = random.weighted(kinds);
    switch (kind) {
      case 'pass':
        return { do: kind, milliseconds: random.pick([1, 500, 1_000, 3_000, 30_000, 200_000]) };
      case 'restart':
        return { do: kind, how: random.pick(['stop', 'kill']) };
      case 'break down':
        return {
          do: kind,
          table: random.pick(random.chance(0.5) ? resources : simulated.tables()),
          event: random.pick(['INSERT', 'UPDATE', 'UPDATE', 'DELETE']),
          calls: 1 + random.upTo(6),
        };
      case 'go round':
        return { do: kind, base };
      case 'call': {
        const operations = simulated.operations.filter(({ operationId }) => !(calm && inMemory.test(operationId)));
        return makeUp(chooseOperation(random, operations), simulated.scene(base, random));
      }
    }
  };
}

/** What is about things that a process keeps in memory only: faults and the journal. */
const inMemory = /Faults?$|Requests$/;

/** A simulation of given steps. */
export function repeated(steps: readonly Step[]): () => Step | undefined {
  let at = 0;
  return () => steps[at++];
}

/** The same steps, with a process that ends, or a world that goes out and in again, between some of them. */
export function interrupted(steps: readonly Step[], random: Random): Step[] {
  return steps.flatMap((step): Step[] => {
    if (step.do !== 'call' || !random.chance(0.06)) return [step];
    const interruption: Step = random.chance(0.5)
      ? { do: 'restart', how: random.pick(['stop', 'kill']) }
      : { do: 'go round', base: step.base };
    return [interruption, step];
  });
}
