/** The known name that is closest to what was written, if any is close: it begins so, or a few letters are wrong. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  const written = name.toLowerCase();
  if (written === '') return undefined;
  const maxEdits = Math.min(3, written.length / 2);
  const edits = (name: string) => {
    const to = name.toLowerCase();
    if (to.startsWith(written)) return 0;
    // Each edit changes the length by one at most: what is far longer need not be looked through.
    return Math.abs(to.length - written.length) > maxEdits ? maxEdits + 1 : editDistance(written, to);
  };
  const [first] = known.toSorted((a, b) => edits(a) - edits(b));
  return first !== undefined && edits(first) <= maxEdits ? first : undefined;
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
