import { expect } from 'vitest';
import type { Answer, World } from './world.ts';

export interface Refusal {
  status: number;
  /** What the header X-Emulator-Error says. */
  code: string;
  /** What the message matches, or has in it. */
  message: string | RegExp;
}

/**
 * Makes a call that is to be refused: with this status, code and message, in the one form that refusals have, and
 * without any effect on the state. Answers with the answer.
 */
export async function refused(world: World, call: () => Promise<Answer>, expected: Refusal): Promise<Answer> {
  const answer = await withoutEffect(world, call);
  const { status, headers, body, text } = answer;
  expect({ status, code: headers['x-emulator-error'] }, text).toEqual({
    status: expected.status,
    code: expected.code,
  });
  expect(body).toEqual({ message: expect.stringMatching(/\S/) });
  expect(body.message).toMatch(expected.message);
  expect(headers['content-type']).toBe('application/json; charset=utf-8');
  const challenge = status === 401 ? 'Bearer realm="Datafy API"' : undefined;
  expect(headers['www-authenticate']).toBe(challenge);
  expect(headers.www_authenticate).toBe(challenge);
  return answer;
}

/** Makes a call that is to leave every row of every table as it is. */
export async function withoutEffect(world: World, call: () => Promise<Answer>): Promise<Answer> {
  settle(world);
  const before = world.dump();
  const answer = await call();
  expect(world.dump(), answer.text).toEqual(before);
  return answer;
}

/** Does what is due in every world: any call would, and that is not an effect of this one. */
export function settle({ state, dump }: World): void {
  for (const { key } of dump().organization ?? []) state.listVolumes({ organization: key, accounts: [] }, 0, 0);
}
