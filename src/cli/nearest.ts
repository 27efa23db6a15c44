import { UsageError } from '../failure.ts';
import { variablePrefix } from '../option.ts';

/** The refusal of a name that is not known, with the one it may have been meant for. */
export function unknown(kind: string, name: string, known: readonly string[], list: string): UsageError {
  const near = nearest(name, known);
  const hint = near === undefined ? '' : `the nearest is ${near}, and `;
  return new UsageError(`Unknown ${kind} ${JSON.stringify(name)}: ${hint}--help lists the ${list}`);
}

/** The known name that is closest to what was written, if any is close. */
function nearest(name: string, known: readonly string[]): string | undefined {
  const bare = (text: string) => text.replace(variablePrefix, '').replace(/^-+/, '').toLowerCase();
  const edits = (to: string) => (bare(to).startsWith(bare(name)) ? 0 : editDistance(bare(name), bare(to)));
  if (bare(name) === '') return undefined;
  const [first] = known.toSorted((a, b) => edits(a) - edits(b));
  return first !== undefined && edits(first) <= Math.min(3, bare(name).length / 2) ? first : undefined;
}

/** How many letters to insert, remove or replace to turn one text into the other (Levenshtein). */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (const letter of from) {
    const next = [row[0]! + 1];
    for (const [column, other] of [...to].entries()) {
      next.push(Math.min(row[column + 1]! + 1, next[column]! + 1, row[column]! + (letter === other ? 0 : 1)));
    }
    row = next;
  }
  return row.at(-1)!;
}
