import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { isSafePattern } from 'redos-detector';
import { parseAst } from 'rolldown/parseAst';
import { afterAll, describe, expect, test } from 'vitest';
import { buildWorld } from '../support/world.ts';
import { stepsOf } from './steps.ts';

// A pattern on which a text can make the engine try again and again stops the whole process: it has one thread.

interface Pattern {
  where: string;
  source: string;
  flags: string;
}

const flagsOf = (flags: string) => ({
  unicode: flags.includes('u'),
  caseInsensitive: flags.includes('i'),
  dotAll: flags.includes('s'),
  multiLine: flags.includes('m'),
});

/** In how many ways it can match one text, at most; a pattern of which that grows with the text has infinitely many. */
function waysOf({ source, flags }: Pattern): number {
  const { score, error } = isSafePattern(source, { ...flagsOf(flags), maxScore: 50, maxSteps: 20_000 });
  return score.infinite || error !== null ? Number.POSITIVE_INFINITY : score.value;
}

/** Texts that are made of parts of what a pattern matches, one of them again and again, and do not match in the end. */
function attacksOn({ source, flags }: Pattern, length: number): string[] {
  const matches = () =>
    fc.sample(fc.stringMatching(new RegExp(source, flags.replace(/[gim]/g, ''))), { numRuns: 8, seed: 1 });
  // Of what the library cannot make up, the letters of the pattern are enough.
  const known = source.includes('\\p{') || source.includes('(?=') || source.includes('\\b') ? [] : matches();
  const letters = [...new Set(source.replaceAll(/\\[a-zA-Z]/g, 'a0 -'))].slice(0, 20);
  const parts = [...letters, ...letters.map((letter) => `${letter}a`), 'a', '0', ' ', '-', '\n', '"'];
  const bad = '\u0001';
  return [
    ...parts.map((part) => part.repeat(length / part.length) + bad),
    ...known.flatMap((match) =>
      [0, 1, 2, 5, Math.floor(match.length / 2), match.length - 1].flatMap((from) =>
        [1, 2, 5].map((size) => {
          const part = match.slice(from, from + size) || 'a';
          return match.slice(0, from) + part.repeat(length / part.length) + match.slice(from + size) + bad;
        }),
      ),
    ),
  ];
}

/** How much longer a search takes in a text of double the length: at most, or the first that is too much. */
function growthOf(pattern: Pattern): number {
  const shorter = attacksOn(pattern, 160);
  let most = 1;
  for (const [at, text] of attacksOn(pattern, 320).entries()) {
    const steps = stepsOf(pattern.source, pattern.flags, text);
    // What is small, however it grew, is the length of the pattern itself.
    if (steps > 2_000) most = Math.max(most, steps / stepsOf(pattern.source, pattern.flags, shorter[at] ?? ''));
    if (steps === Number.POSITIVE_INFINITY) return steps;
    if (most > 3) return most;
  }
  return most;
}

/** Every `pattern` in a schema, or in whatever has schemas in it. */
function patternsIn(value: unknown, where: string, seen = new Set<unknown>()): Pattern[] {
  if (typeof value !== 'object' || value === null || seen.has(value)) return [];
  seen.add(value);
  return Object.entries(value).flatMap(([key, item]) =>
    // Ajv makes them with the flag u.
    key === 'pattern' && typeof item === 'string'
      ? [{ where, source: item, flags: 'u' }]
      : patternsIn(item, `${where}/${key}`, seen),
  );
}

const unique = (patterns: readonly Pattern[]) => [
  ...new Map(patterns.map((each) => [`${each.source}/${each.flags}`, each])).values(),
];

/** The schemas as they are registered: what a document leaves out is among them. */
const world = await buildWorld();
afterAll(() => world.close());
const documents = [world.app.swagger(), world.app.controlDocument()];
const inSchemas = unique(patternsIn(documents, 'documents'));

const root = new URL('../../src/', import.meta.url);
const files = (readdirSync(root, { recursive: true }) as string[]).filter((path) => path.endsWith('.ts')).sort();

interface Node {
  type: string;
  regex?: { pattern: string; flags: string };
  callee?: { name?: string };
  [key: string]: unknown;
}

function visit(node: unknown, see: (node: Node) => void): void {
  if (typeof node !== 'object' || node === null) return;
  if ('type' in node) see(node as Node);
  for (const child of Object.values(node)) visit(child, see);
}

const literals: Pattern[] = [];
const made: string[] = [];
for (const file of files) {
  visit(parseAst(readFileSync(new URL(file, root), 'utf8'), { lang: 'ts' }, file).body, (node) => {
    if (node.regex) literals.push({ where: `src/${file}`, source: node.regex.pattern, flags: node.regex.flags });
    if (/^(New|Call)Expression$/.test(node.type) && node.callee?.name === 'RegExp') made.push(file);
  });
}

/** What reads a user's own command line and files, or the address that a program gives a client of its own. */
const ofUsers = /^src\/(cli\/(commands\/)?\w+|ground\/failure|options\/options?|seed\/\w+|client)\.ts$/;

/** Those that could match in many ways, and never have to try them. */
const exceptions: Record<string, string> = {
  'src/surface/mask.ts /[,:]? ?(?:\\.\\.\\.)?".*$/s': 'whatever comes, its end agrees with it',
};

test('what finds bad patterns finds them', () => {
  const bad = ['^(a+)+$', '^a*a*$', '^(\\w+\\s?)*$', '\\s+$', '^\\d+\\d+x$'].map((source) => ({
    where: '',
    source,
    flags: 'u',
  }));
  for (const pattern of bad) {
    expect(waysOf(pattern), pattern.source).toBe(Number.POSITIVE_INFINITY);
    expect(growthOf(pattern), pattern.source).toBeGreaterThan(3);
  }
  const good = ['^a+$', '^(ab)*c$', '^\\d{4}-\\d{2}$', '^[\\w-]+$', '\\S'].map((source) => ({
    where: '',
    source,
    flags: 'u',
  }));
  for (const pattern of good) {
    expect(waysOf(pattern), pattern.source).toBeLessThan(10);
    expect(growthOf(pattern), pattern.source).toBeLessThan(2.5);
  }
});

test('patterns are found, in schemas and in the source', () => {
  expect(inSchemas.length).toBeGreaterThan(4);
  expect(literals.length).toBeGreaterThan(30);
});

const callers = [...inSchemas, ...unique(literals.filter(({ where }) => !ofUsers.test(where)))];

describe.each(callers.map((pattern) => ({ name: `${pattern.where} /${pattern.source}/${pattern.flags}`, pattern })))(
  '$name',
  ({ name, pattern }) => {
    const reason = exceptions[name];
    test(reason ? `could match in many ways, but ${reason}` : 'matches a text in a few ways at most', () => {
      if (reason) expect(waysOf(pattern)).toBe(Number.POSITIVE_INFINITY);
      else expect(waysOf(pattern)).toBeLessThanOrEqual(10);
    });

    test('takes twice the steps for twice the text', () => {
      expect(growthOf(pattern)).toBeLessThan(2.5);
    });
  },
);

test('every exception is one', () => {
  const names = callers.map((pattern) => `${pattern.where} /${pattern.source}/${pattern.flags}`);
  expect(Object.keys(exceptions).filter((name) => !names.includes(name))).toEqual([]);
});

test('no pattern is made while it runs but from constants', () => {
  expect([...new Set(made)]).toEqual(['cli/flags.ts', 'ground/clock.ts', 'ground/series.ts', 'state/aws/ebs.ts']);
});
