/** One step of a pattern: a character, `*` for any run, or `?` for one character or none [P]. */
type Step = { readonly character: string } | 'run' | 'maybe';

/** A pattern with `*`, `?` and `\` in front of a character that stands for itself [P]. */
export interface Wildcard {
  /** The only text that agrees with it, where it has neither `*` nor `?`: something to look up in an index. */
  readonly exact: string | undefined;
  matches(text: string): boolean;
}

export function compileWildcard(pattern: string): Wildcard {
  const steps = readSteps(pattern);
  const characters = steps.map((step) => (typeof step === 'object' ? step.character : undefined));
  if (characters.every((character) => character !== undefined)) {
    const exact = characters.join('');
    return { exact, matches: (text) => text === exact };
  }
  return { exact: undefined, matches: (text) => agrees(steps, text) };
}

function readSteps(pattern: string): Step[] {
  const steps: Step[] = [];
  let escaped = false;
  for (const character of pattern) {
    if (escaped || !'*?\\'.includes(character)) {
      steps.push({ character });
      escaped = false;
    } else if (character === '\\') escaped = true;
    // Two runs are one run.
    else if (character === '?') steps.push('maybe');
    else if (steps.at(-1) !== 'run') steps.push('run');
  }
  // One with nothing behind it stands for itself.
  if (escaped) steps.push({ character: '\\' });
  return steps;
}

/**
 * Whether a text agrees, in one way through it: for each character, all places of the pattern that it could be at. No text
 * takes longer than its length times that of the pattern.
 */
function agrees(steps: readonly Step[], text: string): boolean {
  let places = new Uint8Array(steps.length + 1);
  places[0] = 1;
  skip(steps, places);
  for (const character of text) {
    const next = new Uint8Array(steps.length + 1);
    let alive = false;
    for (let at = 0; at < steps.length; at++) {
      if (!places[at]) continue;
      const step = steps[at] as Step;
      if (step === 'run') next[at] = 1;
      else if (step === 'maybe' || step.character === character) next[at + 1] = 1;
      else continue;
      alive = true;
    }
    if (!alive) return false;
    skip(steps, next);
    places = next;
  }
  return places[steps.length] === 1;
}

/** What needs no character is passed without one. */
function skip(steps: readonly Step[], places: Uint8Array): void {
  for (let at = 0; at < steps.length; at++) if (places[at] && typeof steps[at] === 'string') places[at + 1] = 1;
}
