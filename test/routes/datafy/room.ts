import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { ErrorCode } from '../../../src/ground/errors.ts';
import type { Target } from '../../../src/state/index.ts';
import { refused } from '../../support/refused.ts';
import { type Answer, buildWorld, type Method, production, type World } from '../../support/world.ts';
import { type JsonType, wrongTypes } from '../../support/wrong-types.ts';

/** The world that the tests of a block run in. */
export let world: World;

/** A world for each test of a block. */
export function eachInWorldOfItsOwn(options?: Parameters<typeof buildWorld>[0]): void {
  let own: World;
  beforeEach(async () => {
    own = await buildWorld(options);
    world = own;
  });
  afterEach(() => own.close());
}

/** One world for all tests of a block, but for blocks in it that have another: no test has an effect that others see. */
export function allInOneWorld(options?: Parameters<typeof buildWorld>[0]): void {
  let own: World;
  beforeAll(async () => {
    own = await buildWorld(options);
  });
  beforeEach(() => {
    world = own;
  });
  afterAll(() => own.close());
}

/** What a successful call answers with; the status is exactly this one. */
export function accepted({ status, text, body }: Answer, expected = 200) {
  expect(status, text).toBe(expected);
  return body;
}

/** A success that says nothing. */
export function isEmpty(answer: Answer): void {
  accepted(answer);
  expect(answer.text).toBe('');
  expect(answer.headers['content-length']).toBe('0');
  expect(answer.headers['content-type']).toBeUndefined();
}

export interface Case {
  what: string;
  call: () => Promise<Answer>;
  status?: number;
  code: ErrorCode | 'request-invalid';
  message: string | RegExp;
}

/** Calls that are to be refused, all in one world. */
export function testRefusals(cases: readonly Case[], options?: Parameters<typeof buildWorld>[0]): void {
  allInOneWorld(options);
  test.each(cases)('refuses $what', async ({ call, status = 400, code, message }) => {
    await refused(world, call, { status, code, message });
  });
}

/**
 * Every field of a body with every value of a wrong type, and bodies that are none: for the few calls whose bodies
 * `describeTypes` cannot vary.
 */
export function testWrongTypes(
  send: (body: unknown) => Promise<Answer>,
  body: Record<string, unknown>,
  fields: Record<string, JsonType>,
): void {
  allInOneWorld();

  const wrong = Object.entries(fields).flatMap(([field, type]) =>
    wrongTypes[type].map((value) => ({ field, type, value })),
  );
  test.each(wrong)('refuses $field as $value: it is not of type $type', async ({ field, type, value }) => {
    await refused(world, () => send({ ...body, [field]: value }), {
      status: 400,
      code: 'request-invalid',
      message: new RegExp(`^body/${field} must be ${type}, not `),
    });
  });

  test.each(['null', '[]', '"text"', '0', 'true'])('refuses the body %s', async (text) => {
    await refused(world, () => send(text), {
      status: 400,
      code: 'request-invalid',
      message: /^body must be object, not \w+$/,
    });
  });

  test.each(['{', "{'a':1}", 'a=1'])('refuses %j, which is no JSON', async (text) => {
    await refused(world, () => send(text), {
      status: 400,
      code: 'json-invalid',
      message: 'The body is not valid JSON: ',
    });
  });
}

export interface Call {
  what: string;
  method: Method;
  path: string;
  body?: unknown;
}

const strangers: { who: string; authorization?: string; code: ErrorCode; message: string }[] = [
  { who: 'no token', code: 'authorization-missing', message: 'send "Authorization: Bearer <token>"' },
  {
    who: 'another scheme than Bearer',
    authorization: 'Basic YWNjb3VudC10b2tlbg==',
    code: 'authorization-malformed',
    message: 'not of the form "Bearer <token>"',
  },
  { who: 'an unknown token', authorization: 'Bearer nobody', code: 'token-unknown', message: 'The token is not valid' },
  {
    who: 'an expired token',
    authorization: 'Bearer expired-token',
    code: 'token-expired',
    message: 'The token expired at 2025-12-31T23:00:00.000Z',
  },
];

/** Every call with every token that lets nobody in, and, where it changes something, with one that may only read. */
export function testStrangers(calls: readonly Call[]): void {
  describe.each(calls)('$what', ({ method, path, body }) => {
    allInOneWorld();

    test.each(strangers)('refuses $who', async ({ authorization, code, message }) => {
      const headers = authorization === undefined ? undefined : { authorization };
      await refused(world, () => world.send(method, path, body, headers), { status: 401, code, message });
    });

    if (method === 'GET') return;
    test('refuses a token that may only read', async () => {
      await refused(world, () => world.as('readonly-token')(method, path, body), {
        status: 401,
        code: 'token-read-only',
        message: 'use a token with the Admin role',
      });
    });
  });
}

/** An account as the engine is told of it. */
export function targetOf(accountId: string = production): Target {
  const { organization, key: account } = world.state.findAccount(1, accountId)!;
  return { organization, account, accountId, ownAccount: false };
}

/** The account calls of a path, below one account. */
export const accountPath = (rest = '', accountId: string = production) => `/api/v1/accounts/${accountId}${rest}`;

export const aUuid = expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);

/** A UUID that nothing has. */
export const nowhere = '11111111-2222-4333-8444-555555555555';
