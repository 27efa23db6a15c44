import { Type } from '@sinclair/typebox';

/** Atoms of the routes' schemas. The published ones carry what Datafy's document has, and no more. */

export const volumeParams = Type.Object({ volumeId: Type.String() });

export const headers = Type.Object({
  'X-Datafy-Sub-Account-Id': Type.Optional(
    Type.String({
      deprecated: true,
      description: 'Deprecated: name the sub-account with the query parameter `accounts` instead.',
    }),
  ),
});

export const oneAccount = Type.Object({
  accounts: Type.Optional(
    Type.Array(Type.String(), {
      description:
        'The sub-account to run against, for a token that may act for several. Several values, or `all`, are ignored: ' +
        "the call then runs against the caller's own account.",
    }),
  ),
});

const integer = (description: string, options: Record<string, number>) =>
  Type.Optional(Type.Integer({ description, ...options }));

/** Which page of a list. The highest offset is far below where SQLite takes a number for no integer. */
export const paging = {
  limit: integer('How many to answer with, at most.', { minimum: 1, maximum: 1000, default: 100 }),
  offset: integer('How many to pass over first.', { minimum: 0, maximum: Number.MAX_SAFE_INTEGER, default: 0 }),
};

export const listQuery = Type.Object({
  accounts: Type.Optional(
    Type.Array(Type.String(), {
      description:
        'The sub-accounts to list: their ids, or `all` for every sub-account of the organization. An organization ' +
        'token must name them.',
    }),
  ),
  ...paging,
});

/** A tag as callers send it: the published document requires neither part. */
export const tagInput = Type.Object({ key: Type.Optional(Type.String()), value: Type.Optional(Type.String()) });

export { nullable, plainInstant as instant, tag } from '../../state/index.ts';

/** A number for which clients send 0 where they mean none [C]. */
export const zeroIsDefault = (description: string) =>
  Type.Optional(Type.Integer({ minimum: 0, description: `${description} 0: the default.` }));

/** A response without a body. */
export const nothing = (description: string) => Type.Unsafe<undefined>({ type: 'null', description });

/** The refusals of the published calls: their bodies are not in Datafy's document, so they are not in ours. */
export const badRequest = { 400: nothing('What was asked for is wrong or not possible; `message` says why.') };
export const unauthorized = {
  401: { ...nothing('The token is missing or not valid.'), headers: { WWW_Authenticate: { type: 'string' } } },
};
export const unprocessable = { 422: nothing('The state of the volume does not allow it; `message` says why.') };

/** The body of every refusal. */
export const errorBody = (description: string) => Type.Object({ message: Type.String() }, { description });

/** The refusals of all other calls, by status. */
const refusalBodies = {
  400: errorBody('The request is wrong; `message` says where.'),
  401: errorBody('The token is missing, not valid, or may not do this.'),
  404: errorBody('There is no such thing for this caller.'),
  409: errorBody('The state it is in does not allow it; `message` says what is needed.'),
};

export function refusals<S extends keyof typeof refusalBodies>(...statuses: S[]) {
  const bodies = [400, 401, ...statuses].map((status) => [status, refusalBodies[status as S]]);
  return Object.fromEntries(bodies) as Pick<typeof refusalBodies, S | 400 | 401>;
}

/** Where an operation is known from, and which part of the API it belongs to; shown in /openapi.json. */
export const accountCall = { 'x-datafy-surface': 'account', 'x-datafy-source': 'C' } as const;
export const infrastructureCall = { 'x-datafy-surface': 'infrastructure', 'x-datafy-source': 'C' } as const;
/** Calls that are known from an unmerged branch of a client alone. */
export const branchCall = { 'x-datafy-surface': 'branch', 'x-datafy-source': 'C' } as const;

export const accountParams = Type.Object({ accountId: Type.String({ description: 'A UUID.' }) });
