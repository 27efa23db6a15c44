import type { ErrorCode, Facts, WrongStatus } from '../ground/errors.ts';
import { type Field, type Names, plainNames } from './names.ts';

/** What a sentence has at hand: the caller's names, and the call's own for fields that it lacks. */
export interface Words {
  readonly names: Names;
  /** A field, as the caller named it. */
  of(field: Field): string;
}

/** How a refusal is said. A sentence names the thing, the state it is in, and what was expected: clients show it as it is. */
export type Sentence<C extends ErrorCode> = (facts: Facts<C>, words: Words) => string;

/** Sentences by their codes. */
export type Sentences = { readonly [C in ErrorCode]: Sentence<C> };

export function wordsOf(names: Names): Words {
  return { names, of: (field) => names[field] ?? plainNames[field] };
}

/** A list in a sentence: `a, b or c`. */
export const list = (items: readonly string[], last: string) =>
  items.length < 2 ? items.join() : `${items.slice(0, -1).join(', ')} ${last} ${items.at(-1)}`;

/** A hint with the caller's names in the place of fields: `send {force}`. */
function named(hint: string, words: Words): string {
  const fields = Object.keys(plainNames) as Field[];
  return fields.reduce((text, field) => text.replaceAll(`{${field}}`, words.of(field)), hint);
}

/** What a status does not allow, and what would have to be. */
export function wrongStatus({ situation, action, expected, hint }: WrongStatus, words: Words): string {
  const needs = expected[0] === 'absent' ? '' : `; ${action} needs it to be ${list(expected, 'or')}`;
  return `${situation}${needs}${hint === undefined ? '' : `: ${named(hint, words)}`}`;
}

/** What a sentence says of these facts. It begins with a capital where its first words are ours. */
export function say<C extends ErrorCode>(sentence: Sentence<C>, facts: Facts<C>, names: Names): string {
  const said = sentence(facts, wordsOf(names));
  return said.startsWith('the ') ? `T${said.slice(1)}` : said;
}
