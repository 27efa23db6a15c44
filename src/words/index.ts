/**
 * What refusals are called and how they are said, where a surface says nothing else. No sentence here has the name of a
 * field in it: each surface gives its own names, and has its own sentences where its clients know others.
 */

import { EmulatorError, type ErrorCode } from '../ground/errors.ts';
import { doorSentences } from './door.ts';
import type { Names } from './names.ts';
import { requestSentences } from './requests.ts';
import { type Sentences, say } from './sentence.ts';
import { stateSentences } from './states.ts';

export { type Field, type Names, plainNames } from './names.ts';
export type { Sentences } from './sentence.ts';

/** How every refusal is said. */
export const plainSentences: Sentences = { ...doorSentences, ...requestSentences, ...stateSentences };

/** Why something failed that nobody foresaw, as a sentence. */
export function sayWhy(error: unknown): string {
  if (error instanceof EmulatorError) return sentenceOf(error);
  return error instanceof Error ? error.message : String(error);
}

/**
 * A refusal as a sentence, with the caller's names of fields in it.
 *
 * @param own the sentences that a surface has in place of the plain ones.
 */
export function sentenceOf<C extends ErrorCode>(
  error: EmulatorError<C>,
  names: Names = {},
  own: Partial<Sentences> = {},
): string {
  return say(own[error.code] ?? plainSentences[error.code], error.facts, names);
}
