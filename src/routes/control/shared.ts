import { type TSchema, Type } from '@sinclair/typebox';
import { formatInstant } from '../../ground/clock.ts';
import type { Change } from '../../state/index.ts';
import { errorBody } from '../datafy/shared.ts';

/** Atoms of the control surface's schemas. What it does not know it refuses. */

export { strict, strictObject } from '../../state/index.ts';

/** The largest world that comes in over HTTP. */
export const maxWorldBytes = 64 * 1024 * 1024;

const bodies = {
  400: errorBody('The request is wrong; `message` says where.'),
  401: errorBody('The control token is missing or wrong.'),
  403: errorBody('It was sent to a name that is not allowed, or by a page of another site.'),
  404: errorBody('There is no such thing.'),
  409: errorBody('The state it is in does not allow it.'),
};

/** The responses of a control call: its own, and every refusal. */
export const responses = <S extends number, T extends TSchema>(status: S, schema: T) =>
  ({ ...bodies, [status]: schema }) as typeof bodies & Record<S, T>;

export const noContent = (description: string) => responses(204, Type.Unsafe<undefined>({ type: 'null', description }));

export const change = Type.Object({
  resource: Type.String(),
  id: Type.String(),
  action: Type.String(),
  to: Type.Optional(Type.String({ description: 'The status it has now; `absent` where it is gone.' })),
  at: Type.String({ format: 'date-time' }),
  reason: Type.Optional(Type.String({ description: 'Why it was parked, where `action` is that.' })),
});

/** A change, as the schema has it. */
export const renderChange = <C extends Pick<Change, 'at'>>(each: C) => ({ ...each, at: formatInstant(each.at) });
