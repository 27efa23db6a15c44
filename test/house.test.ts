import { readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { describe, expect, test } from 'vitest';

// The rules of the house that no type can hold: who may know whom, and what is done in one place only.

const root = new URL('../src/', import.meta.url);
const read = (file: string) => readFileSync(new URL(file, root), 'utf8');

/** Every file of src by its path there, without its comments. */
const files = new Map(
  (readdirSync(root, { recursive: true }) as string[])
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => path.endsWith('.ts'))
    .sort()
    .map((path) => [path, read(path).replace(/\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/.*/gm, '')]),
);

const specifier = /^(?:import|export)\b[^;]*?\bfrom '([^']+)'|^import '([^']+)'|\bimport\('([^']+)'\)/gm;

/** What a file imports, types too: files of src by their path, packages by their name. */
function importsOf(file: string): string[] {
  return [...(files.get(file) ?? '').matchAll(specifier)].map((found) => {
    const name = (found[1] ?? found[2] ?? found[3]) as string;
    return name.startsWith('.') ? posix.join(posix.dirname(file), name) : name;
  });
}

const edges = [...files.keys()].flatMap((from) => importsOf(from).map((to) => ({ from, to })));
const within = edges.filter(({ to }) => to.endsWith('.ts'));

/** Where in src a pattern occurs, but for the files that may. */
function places(pattern: RegExp, allowed: (file: string) => boolean): string[] {
  return [...files].filter(([file, text]) => !allowed(file) && pattern.test(text)).map(([file]) => file);
}

describe('imports', () => {
  /** From the top down; a file belongs to the first that fits it. */
  const layers: Record<string, RegExp> = {
    main: /^(main|index)\.ts$/,
    app: /^app\.ts$/,
    routes: /^routes\//,
    auth: /^auth\//,
    // What every file may use: time, ids, errors.
    ground: /^(clock|ids|errors|secrets)\.ts$/,
    // What main, the app and the doors use, and what knows none of them: options, parsing, rendering.
    tools: /^[^/]+\.ts$/,
    engine: /^state\/index\.ts$/,
    // What the parts of the engine stand on.
    foundation: /^state\/(transitions|pace|database|migrations)\.ts$/,
    parts: /^state\//,
  };
  const order = ['main', 'app', 'routes', 'auth', 'tools', 'engine', 'parts', 'foundation', 'ground'];
  const layerOf = (file: string) => Object.keys(layers).find((layer) => layers[layer]?.test(file)) as string;
  const rank = (file: string) => order.indexOf(layerOf(file));

  test('name files that are there', () => {
    expect(within.length).toBeGreaterThan(files.size);
    expect(within.filter(({ to }) => !files.has(to))).toEqual([]);
    expect(order.toSorted()).toEqual(Object.keys(layers).sort());
  });

  test(`run one way: ${order.join(' -> ')}`, () => {
    expect(within.filter(({ from, to }) => rank(from) > rank(to))).toEqual([]);
  });

  test('run in no circle', () => {
    const done = new Set<string>();
    const visit = (file: string, path: readonly string[]): void => {
      if (path.includes(file)) throw new Error(`A circle: ${[...path, file].join(' -> ')}`);
      if (done.has(file)) return;
      for (const { to } of within.filter(({ from }) => from === file)) visit(to, [...path, file]);
      done.add(file);
    };
    for (const file of files.keys()) visit(file, []);
  });

  test('let the doors see nothing of the engine but its face', () => {
    const doors = within.filter(({ from, to }) => /^(routes|auth)\//.test(from) && to.startsWith('state/'));
    expect(doors.length).toBeGreaterThan(0);
    expect(doors.filter(({ to }) => to !== 'state/index.ts')).toEqual([]);
  });

  test('reach every file from the executable or the face of the package', () => {
    const reached = new Set(['main.ts', 'index.ts']);
    // A set that grows while it is walked through is walked through to its new end.
    for (const file of reached) for (const { from, to } of within) if (from === file) reached.add(to);
    expect([...files.keys()].filter((file) => !reached.has(file))).toEqual([]);
  });
});

describe('in one place only', () => {
  test('SQL, and the database driver, are in src/state', () => {
    const inState = (file: string) => file.startsWith('state/');
    expect(places(/\.prepare\b/, inState)).toEqual([]);
    expect(edges.filter(({ from, to }) => to === 'better-sqlite3' && !inState(from))).toEqual([]);
  });

  test('a status is written by the machine', () => {
    const write = /\bupdate\b[^`;]*?\bset\b(?:(?!\bwhere\b)[^`;])*?\bstatus\s*=(?!=)|\bset\s+status\b/i;
    expect(write.test(files.get('state/machine.ts') ?? '')).toBe(true);
    expect(places(write, (file) => file === 'state/machine.ts')).toEqual([]);
  });

  /** What would read or wait for the machine's own time, and who may besides clock.ts. */
  const time: { pattern: RegExp; exceptions: Record<string, string> }[] = [
    {
      pattern: /\bDate\b|\bTemporal\b/,
      exceptions: { 'auth/guard.ts': 'the date since when a header is deprecated: a constant, which reads no clock' },
    },
    {
      pattern: /\bperformance\.(now|timeOrigin|mark|measure)\b|\bhrtime\b|\buptime\b|perf_hooks/,
      exceptions: { 'main.ts': 'says how long the start of the process took' },
    },
    {
      pattern: /\bset(Timeout|Interval|Immediate)\b|node:timers/,
      exceptions: { 'main.ts': 'cuts connections that outlast the grace given at the end of the process' },
    },
  ];
  test.each(time)('$pattern is in clock.ts', ({ pattern, exceptions }) => {
    expect(places(pattern, (file) => file === 'clock.ts' || file in exceptions)).toEqual([]);
  });

  test('chance is in ids.ts and secrets.ts', () => {
    const chance = /\bMath\.random\b|\brandom(Bytes|UUID|Int|Fill|FillSync)\b|\bgetRandomValues\b/;
    expect(places(chance, (file) => file === 'ids.ts' || file === 'secrets.ts')).toEqual([]);
  });
});

describe('files', () => {
  const longest = 300;
  const exceptions: Record<string, string> = {
    'errors.ts': 'the table of errors: it grows by a row for each',
    'options.ts': 'the table of options, and what reads it',
    'state/transitions.ts': 'the table of transitions: it grows by a row for each',
  };

  test(`have ${longest} lines at most, but for tables`, () => {
    const lengths = [...files.keys()].map((file) => ({ file, lines: read(file).split('\n').length - 1 }));
    expect(lengths.filter(({ file, lines }) => lines > longest && !(file in exceptions))).toEqual([]);
  });
});
