import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from '@sinclair/typebox';
import { EmulatorError } from '../../ground/errors.ts';
import { type FaultMatch, type FaultRequest, faultyTransitions, type State } from '../../state/index.ts';
import { worldOf } from '../../surface/call.ts';
import type { ServedOperation } from '../served.ts';
import { noContent, responses, strict, strictObject } from './shared.ts';

const tags = ['Faults'];

const text = (description: string) => Type.Optional(Type.String({ description }));

/** The last number that JSON's readers agree on. */
const maxCount = Number.MAX_SAFE_INTEGER;

export const spec = {
  match: strictObject({
    operationId: text('A call, by its id in /openapi.json.'),
    method: text('GET, POST, PUT or DELETE.'),
    path: text('A path as it is called, or as /openapi.json writes it.'),
    accountId: text('The account that a call runs against.'),
    volumeId: text('The volume in the path, or that a transition is about.'),
    tokenId: text('The token that a call is made with.'),
    transition: text('A transition instead of a call, such as snapshot.create; or role-arn.set, the check of a role.'),
  }),
  skip: Type.Optional(
    Type.Integer({ minimum: 0, maximum: maxCount, description: 'How many matches to let pass first.' }),
  ),
  times: Type.Optional(
    Type.Integer({ minimum: 1, maximum: maxCount, description: 'How often to strike; left out: always.' }),
  ),
  probability: Type.Optional(Type.Number({ minimum: 0, maximum: 1, description: "Drawn from the world's seed." })),
  effect: Type.Object(
    {
      delayMs: Type.Optional(Type.Integer({ minimum: 0, maximum: 60_000 })),
      status: Type.Optional(Type.Integer({ minimum: 400, maximum: 599 })),
      message: Type.Optional(Type.String()),
      code: Type.Optional(
        Type.String({
          minLength: 1,
          maxLength: 100,
          description: 'With status: the code of the answer, where the API of the call has codes in its answers.',
        }),
      ),
      headers: Type.Optional(
        Type.Record(
          Type.String({ pattern: "^[A-Za-z0-9!#$%&'*+.^_`|~-]+$" }),
          Type.String({ pattern: '^[\\t\\x20-\\x7e]*$', title: 'printable ASCII' }),
          { ...strict, title: "a header, which has letters, digits and !#$%&'*+.^_`|~- only" },
        ),
      ),
      drop: Type.Optional(
        Type.Unsafe<'connection' | 'body'>({
          type: 'string',
          enum: ['connection', 'body'],
          description: 'connection: nothing is done, and no answer comes. body: all is done, half the answer arrives.',
        }),
      ),
      outcome: Type.Optional(
        Type.Unsafe<'fail' | 'hold'>({
          type: 'string',
          enum: ['fail', 'hold'],
          description: 'Of a transition: it fails when it is due, or never comes due.',
        }),
      ),
    },
    { ...strict, minProperties: 1 },
  ),
};

export const fault = Type.Object({
  faultId: Type.String(),
  ...spec,
  seen: Type.Integer({ description: 'How many matches there were.' }),
  fired: Type.Integer({ description: 'How many of them it struck.' }),
});

const list = {
  operationId: 'listFaults',
  summary: 'The faults there are, and what they did',
  tags,
  response: responses(200, Type.Object({ faults: Type.Array(fault) }, { description: 'In the order they were made.' })),
};

export const create = {
  operationId: 'createFault',
  summary: 'Let something go wrong; what can match nothing is refused',
  tags,
  body: strictObject(spec),
  response: responses(201, { ...fault, description: 'The fault.' }),
};

const removeAll = { operationId: 'deleteFaults', summary: 'Let all go well', tags, response: noContent('Gone.') };

const remove = {
  operationId: 'deleteFault',
  summary: 'Remove a fault',
  tags,
  params: Type.Object({ faultId: Type.String() }),
  response: noContent('It is gone.'),
};

/** What goes wrong on purpose. */
export function faultRoutes(state: State, operations: readonly ServedOperation[]): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get('/faults', { schema: list }, (request, reply) => {
      reply.send({ faults: [...state.faults.list(worldOf(request))] });
    });

    app.post('/faults', { schema: create }, (request, reply) => {
      check(state, worldOf(request), operations, request.body);
      reply.code(201).send(state.control.addFault(worldOf(request), request.body));
    });

    app.delete('/faults', { schema: removeAll }, (request, reply) => {
      state.control.removeFaults(worldOf(request));
      reply.code(204).send(undefined);
    });

    app.delete('/faults/:faultId', { schema: remove }, (request, reply) => {
      const { faultId } = request.params;
      if (!state.control.removeFault(worldOf(request), faultId))
        throw new EmulatorError('fault-not-found', { faultId });
      reply.code(204).send(undefined);
    });
  };
}

/** A fault that silently does nothing is the worst of all: what can match nothing, or does nothing, is refused. */
function check(state: State, world: number, operations: readonly ServedOperation[], request: FaultRequest): void {
  const { match, effect, probability } = request;
  const { accountId, volumeId, tokenId, transition } = match;
  const problem =
    (accountId !== undefined && !state.findAccount(world, accountId) && `there is no account ${accountId}`) ||
    volumeProblem(state, world, volumeId ?? volumeIn(operations, match.path), accountId) ||
    (tokenId !== undefined && !state.hasToken(world, tokenId) && `there is no token ${tokenId}`) ||
    (probability === 0 && 'its probability is 0') ||
    (transition === undefined
      ? (callProblem(operations, match) ?? codeProblem(operations, match, effect) ?? callEffectProblem(effect))
      : (transitionMatchProblem(transition, match) ?? transitionEffectProblem(transition, effect)));
  if (problem) throw new EmulatorError('fault-idle', { problem });
}

/** The volume that a path names, where it is called and not as the document writes it. */
function volumeIn(operations: readonly ServedOperation[], path: string | undefined): string | undefined {
  if (path === undefined || path.includes('{')) return undefined;
  const documented = operations.find((each) => each.path.includes('{volumeId}') && isAt(each.path, path, undefined));
  return documented && path.split('/')[documented.path.split('/').indexOf('{volumeId}')];
}

function volumeProblem(state: State, world: number, volumeId?: string, accountId?: string): string | undefined {
  if (volumeId === undefined) return undefined;
  const owner = state.ownerOfVolume(world, volumeId);
  if (owner === undefined) return `there is no volume ${volumeId}`;
  return accountId === undefined || accountId === owner
    ? undefined
    : `volume ${volumeId} is not of account ${accountId}`;
}

const given = (...values: unknown[]) => values.some((value) => value !== undefined);

function callProblem(operations: readonly ServedOperation[], match: FaultMatch): string | undefined {
  const { operationId } = match;
  if (operationId !== undefined && !operations.some((each) => each.operationId === operationId)) {
    return `there is no operation ${operationId}: /openapi.json lists them`;
  }
  return matched(operations, match).length > 0 ? undefined : 'no operation agrees with all that match says';
}

/** The operations that agree with all that a fault says of a call. */
function matched(
  operations: readonly ServedOperation[],
  { operationId, method, path, volumeId }: FaultMatch,
): readonly ServedOperation[] {
  return operations.filter(
    (each) =>
      (operationId === undefined || each.operationId === operationId) &&
      (method === undefined || each.method === method) &&
      (path === undefined || isAt(each.path, path, volumeId)) &&
      (volumeId === undefined || each.namesVolume),
  );
}

/** A code that no client would ever see: the answers of some of the calls have none. */
function codeProblem(
  operations: readonly ServedOperation[],
  match: FaultMatch,
  { code }: FaultRequest['effect'],
): string | undefined {
  if (code === undefined) return undefined;
  const without = matched(operations, match).find(({ surface }) => !surface.hasCodes);
  return (
    without && `effect.code is for calls whose answers have a code, and those of ${without.surface.name} have none`
  );
}

/** Whether a path is the documented one, or one that is called there, with that volume in it if one is named. */
function isAt(documented: string, path: string, volumeId: string | undefined): boolean {
  if (documented === path) return true;
  const [wanted, called] = [documented.split('/'), path.split('/')];
  return (
    wanted.length === called.length &&
    wanted.every((part, at) => {
      if (part === '{volumeId}' && volumeId !== undefined) return called[at] === volumeId;
      return part === called[at] || (part.startsWith('{') && called[at] !== '');
    })
  );
}

/** Headers that say how the answer is sent: HTTP's own to set. */
const ofTransport = ['connection', 'content-length', 'keep-alive', 'te', 'trailer', 'transfer-encoding', 'upgrade'];

/** Headers that say what a fault did. */
const ofFaults = ['x-emulator-error', 'x-emulator-fault'];

function callEffectProblem({
  outcome,
  status,
  drop,
  message,
  headers,
  delayMs,
  code,
}: FaultRequest['effect']): string | undefined {
  const names = Object.keys(headers ?? {});
  if (!delayMs && !given(status, drop, outcome, message, code) && names.length === 0) return 'effect is nothing';
  if (outcome !== undefined) return 'effect.outcome is for a transition, and match.transition names none';
  if (status !== undefined && drop !== undefined) return 'effect has both status and drop: one of them can be';
  if (message !== undefined && status === undefined) return 'effect.message goes with effect.status';
  if (code !== undefined && status === undefined) return 'effect.code goes with effect.status';
  if (drop === 'connection' && headers !== undefined)
    return 'effect.headers need an answer, and the connection is dropped';
  return headerProblem(names);
}

function headerProblem(names: readonly string[]): string | undefined {
  const lower = names.map((name) => name.toLowerCase());
  for (const [at, name] of names.entries()) {
    const header = name.toLowerCase();
    if (ofTransport.includes(header)) return `effect.headers cannot set ${name}: it says how the answer is sent`;
    if (ofFaults.includes(header)) return `effect.headers cannot set ${name}: it says which fault struck, and how`;
    const first = lower.indexOf(header);
    if (first < at) return `effect.headers has ${names[first]} and ${name}, which are one header`;
  }
  return undefined;
}

function transitionMatchProblem(transition: string, match: FaultMatch): string | undefined {
  const known = faultyTransitions.has(transition);
  if (!known) return `there is no transition ${transition}: there are ${[...faultyTransitions.keys()].join(', ')}`;
  if (given(match.operationId, match.method, match.path, match.tokenId)) {
    return 'a transition is matched by accountId and volumeId only';
  }
  if (match.volumeId === undefined) return undefined;
  if (transition === 'role-arn.set') return 'role-arn.set is about no volume';
  return beginsVolume.includes(transition) ? `${transition} is about a volume that is not there yet` : undefined;
}

/** The transitions that make a volume: none can be named before. */
const beginsVolume = ['volume.create', 'volume.restore'];

function transitionEffectProblem(transition: string, effect: FaultRequest['effect']): string | undefined {
  const { outcome, message, delayMs, status, drop, headers, code } = effect;
  const possible = faultyTransitions.get(transition) ?? [];
  if (outcome === undefined) return 'a transition needs effect.outcome';
  if (!possible.includes(outcome)) return `the outcome of ${transition} can be ${possible.join(' or ')}`;
  if (given(delayMs, status, drop, headers, code)) return 'a transition has no answer to change';
  if (message !== undefined && transition !== 'role-arn.set') return 'effect.message is for role-arn.set';
  return undefined;
}
