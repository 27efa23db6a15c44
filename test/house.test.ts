import { readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type RoomName, roomNames, roomOf } from '../docs/rooms.ts';
import * as timers from '../src/ground/timers.ts';
import { statuses } from '../src/state/engine/transitions.ts';

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

/** The wire of EC2 and STS: a room without a door yet. */
const wire = 'routes/aws/wire/index.ts';

describe('imports', () => {
  const rank = (file: string) => roomNames.indexOf(roomOf(file) as RoomName);

  test('name files that are there', () => {
    expect(within.length).toBeGreaterThan(files.size);
    expect(within.filter(({ to }) => !files.has(to))).toEqual([]);
    expect([...files.keys()].filter((file) => roomOf(file) === undefined)).toEqual([]);
    expect(roomNames.filter((name) => ![...files.keys()].some((file) => roomOf(file) === name))).toEqual([]);
  });

  test(`run one way: ${roomNames.join(' -> ')}`, () => {
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
    const isDoor = (file: string) => ['routes', 'auth', 'watch'].includes(roomOf(file) as RoomName);
    const doors = within.filter(({ from, to }) => isDoor(from) && to.startsWith('state/'));
    for (const part of [/^routes\/control\//, /^auth\//, /^watch\//]) {
      expect(doors.some(({ from }) => part.test(from))).toBe(true);
    }
    expect(doors.filter(({ to }) => to !== 'state/index.ts')).toEqual([]);
  });

  test('let the tools see of the engine what is data, and nothing that acts', () => {
    const data =
      /^state\/(engine\/pace|storage\/durability|document\/(problem|document|defaults|problems)|seeds\/\w+)\.ts$/;
    const isTool = (file: string) => ['log', 'options', 'seed', 'http'].includes(roomOf(file) as RoomName);
    const tools = within.filter(({ from, to }) => isTool(from) && to.startsWith('state/'));
    expect(tools.length).toBeGreaterThan(0);
    expect(tools.filter(({ to }) => !data.test(to))).toEqual([]);
  });

  test('let only the control surface, and what calls pass, see what is remembered of them', () => {
    const memory = /^watch\/(recorder|journal|events)\.ts$/;
    const seers = new Set(within.filter(({ to }) => memory.test(to)).map(({ from }) => from));
    expect(
      [...seers].filter(
        (file) => !/^(app|watch\/(recorder|events|strike)|routes\/served|routes\/control\/(\w+\/)?\w+)\.ts$/.test(file),
      ),
    ).toEqual([]);
    // Who is calling is found out by itself, whatever is remembered of it.
    const strangers = within.filter(({ from, to }) => roomOf(from) === 'auth' && roomOf(to) === 'watch');
    expect(strangers).toEqual([]);
    expect(within.filter(({ from, to }) => roomOf(from) === 'watch' && roomOf(to) === 'auth')).toEqual([]);
  });

  test('let the model of autoscaling know nothing but itself: no database, no clock, nothing of the engine', () => {
    const ofModel = edges.filter(({ from }) => from.startsWith('state/simulation/'));
    expect(ofModel.length).toBeGreaterThan(0);
    expect(ofModel.filter(({ to }) => !to.startsWith('state/simulation/') && to !== 'node:crypto')).toEqual([]);
  });

  test('let the client, and the fixture, run without what they have only types of', () => {
    const values = /^(?:import|export)\b(?! type\b)[^;]*?\bfrom '([^']+)'|^import '|\bimport\(/gm;
    const valuesOf = (file: string) => [...(files.get(file) ?? '').matchAll(values)].map((found) => found[1]);
    expect(importsOf('client.ts').length).toBeGreaterThan(0);
    expect(valuesOf('client.ts')).toEqual(['node:http', 'node:https']);
    expect(valuesOf('vitest.ts')).toEqual(['vitest', './index.ts']);
    expect(valuesOf('index.ts')).toEqual([
      './app.ts',
      './client.ts',
      './http/stop.ts',
      './options/options.ts',
      './client.ts',
    ]);
  });

  test("let the package's types need nothing but each other, so that its declarations stand alone", () => {
    const ofTypes = edges.filter(({ from }) => roomOf(from) === 'types');
    expect(ofTypes.length).toBeGreaterThan(0);
    expect(ofTypes.filter(({ to }) => !to.startsWith('types/'))).toEqual([]);
    expect(importsOf('client.ts').filter((to) => !/^(types\/|node:)/.test(to))).toEqual([]);
  });

  test('let a start load no other command, and no command the app unless it builds one', () => {
    const now = /^(?:import|export)\b(?! type\b)[^;]*?\bfrom '(\.[^']+)'|^import '(\.[^']+)'/gm;
    const loads = (file: string) =>
      [...(files.get(file) ?? '').matchAll(now)].map((found) =>
        posix.join(posix.dirname(file), (found[1] ?? found[2]) as string),
      );
    const loaded = (from: string) => {
      const all = new Set([from]);
      for (const file of all) for (const to of loads(file)) all.add(to);
      return [...all];
    };
    // Nothing before the compile cache is switched on, and then the program.
    expect(loaded('main.ts')).toEqual(['main.ts']);
    expect(importsOf('main.ts')).toEqual(['node:module', 'cli/program.ts']);
    const program = loaded('cli/program.ts');
    expect(program.filter((file) => /^(app|client)\.ts$|^(routes|auth|state\/index)\b/.test(file))).toEqual([]);
    const later = [...(files.get('cli/program.ts') ?? '').matchAll(/\bimport\('\.\/([^']+)'\)/g)].map(
      ([, file]) => `cli/${file}`,
    );
    expect(later).toContain('cli/commands/start.ts');
    expect(
      loaded('cli/commands/start.ts').filter((file) => file !== 'cli/commands/start.ts' && later.includes(file)),
    ).toEqual([]);
    expect(program.filter((file) => later.includes(file))).toEqual([]);
  });

  test('let a plain start do without what only some starts need', () => {
    const values = /^(?:import|export)\b(?! type\b)[^;]*?\bfrom '([^']+)'|^import '([^']+)'/gm;
    const loaded = new Set(['main.ts', 'cli/commands/start.ts', wire]);
    // A set that grows while it is walked through is walked through to its new end.
    for (const file of loaded) {
      for (const [, from, alone] of (files.get(file) ?? '').matchAll(values)) {
        const name = (from ?? alone) as string;
        loaded.add(name.startsWith('.') ? posix.join(posix.dirname(file), name) : name);
      }
    }
    expect([...loaded]).toEqual(expect.arrayContaining(['app.ts', 'seed/seed.ts', 'fastify']));
    const spared = [
      'yaml',
      'seed/text.ts',
      'seed/file.ts',
      'state/seeds/fleet.ts',
      'state/seeds/teams.ts',
      'cli/commands/seed.ts',
      'routes/aws/wire/shapes/ec2.ts',
      'routes/aws/wire/shapes/sts.ts',
    ];
    expect(spared.filter((name) => loaded.has(name))).toEqual([]);
    expect(spared.filter((name) => name.endsWith('.ts') && !files.has(name))).toEqual([]);
  });

  test('reach every file from the executable or the face of the package', () => {
    // Reached by the tests of whoever uses it, and by nothing here.
    const forUsers = ['vitest.ts'];
    // Built and tested, and used by nothing yet: each goes from here with its first user.
    const ahead = ['state/simulation/index.ts', wire];
    const reached = new Set(['main.ts', 'index.ts', ...forUsers, ...ahead]);
    // A set that grows while it is walked through is walked through to its new end.
    for (const file of reached) for (const { from, to } of within) if (from === file) reached.add(to);
    expect([...files.keys()].filter((file) => !reached.has(file))).toEqual([]);
    expect(within.filter(({ to }) => forUsers.includes(to) || ahead.includes(to))).toEqual([]);
  });
});

describe('in one place only', () => {
  test('SQL, and the database driver, are in src/state', () => {
    const inState = (file: string) => file.startsWith('state/');
    expect(places(/\.prepare\b/, inState)).toEqual([]);
    expect(edges.filter(({ from, to }) => to === 'better-sqlite3' && !inState(from))).toEqual([]);
  });

  test('each parameter of a statement has a name, beside its type', () => {
    const tuples = [...files].flatMap(([file, text]) =>
      [...text.matchAll(/\bprepare<\s*\[([^\]]*)\]/g)].map(([, tuple]) => ({ file, tuple: tuple as string })),
    );
    expect(tuples.length).toBeGreaterThan(50);
    // A comma may end the last line of a tuple; nothing follows it.
    const types = (tuple: string) => tuple.split(',').filter((type) => type.trim() !== '');
    const isNamed = (type: string) => /^\s*\w+\??:/.test(type);
    expect(tuples.filter(({ tuple }) => !types(tuple).every(isNamed))).toEqual([]);
  });

  test('a status is written by the machine', () => {
    const write = /\bupdate\b[^`;]*?\bset\b(?:(?!\bwhere\b)[^`;])*?\bstatus\s*=(?!=)|\bset\s+status\b/i;
    expect(write.test(files.get('state/engine/machine.ts') ?? '')).toBe(true);
    expect(places(write, (file) => file === 'state/engine/machine.ts')).toEqual([]);
  });

  test('what the engine remembers is made by createMemory, which can forget it', () => {
    const factory = /^export function create\w+[\s\S]*?^}/gm;
    const place = /^ {2}(?:const|let) (\w+) = new (?:Weak)?(?:Map|Set)(?:<.*>)?\(\)/gm;
    const found = [...files]
      .filter(([file]) => file.startsWith('state/'))
      .flatMap(([file, text]) =>
        [...text.matchAll(factory)].flatMap(([body]) => [...body.matchAll(place)].map(([, name]) => `${file} ${name}`)),
      );
    // Faults are no copy of rows: they stay when a world is put back to a checkpoint, and when a commit fails.
    expect(found).toEqual(['state/engine/faults.ts faults']);
  });

  test('a status is compared by the table, which has named sets of them for all other rules', () => {
    const one = `'(?:${[...new Set(Object.values(statuses).flat())].join('|')})'`;
    const inCode = `[!=]==? ${one}|${one} [!=]==?|case ${one}|\\[${one}[^\\]]*\\]\\.(?:includes|has|some)`;
    const inSql = `\\b(?:WHERE|AND|OR|WHEN|ON) \\(?(?:\\w+\\.)?status (?:=|<>|!=|IS|IN|NOT)[ (]*${one}`;
    const compared = new RegExp(`${inCode}|${inSql}`);
    const own = /^state\/engine\/transitions\.ts$/;
    // A model of its own, whose phases only have the names of some statuses, and levels of the log.
    const others = /^state\/simulation\/|^log\//;
    // The reason why a file is refused.
    const reason = 'state/storage/database.ts';
    expect(compared.test(files.get(reason) ?? '')).toBe(true);
    expect(places(compared, (file) => own.test(file) || others.test(file) || file === reason)).toEqual([]);
  });

  /** What would read or wait for the machine's own time, and who may besides clock.ts. */
  const time: { pattern: RegExp; exceptions: Record<string, string> }[] = [
    {
      pattern: /\bDate\b|\bTemporal\b/,
      exceptions: {
        'routes/datafy/aim.ts': 'the date since when a header is deprecated: a constant, which reads no clock',
      },
    },
    {
      pattern: /\bperformance\.(now|timeOrigin|mark|measure)\b|\bhrtime\b|\buptime\b|perf_hooks/,
      exceptions: {
        'ground/timers.ts': 'takes it from Node for whoever may use it',
        'cli/commands/start.ts': 'says how long the start of the process took',
        'routes/control/health.ts': 'says how long the process has run, which is of no world',
      },
    },
    {
      pattern: /\bset(Timeout|Interval|Immediate)\b|node:timers/,
      exceptions: {
        'ground/timers.ts': 'takes them from Node for whoever may use them',
        'state/engine/commits.ts': 'commits at the end of a turn of the event loop',
        'log/stderr.ts': 'writes what it has gathered a little later: it is a reader of the log that waits',
        'http/stop.ts': 'cuts connections that outlast the grace given at the end',
        'routes/control/events.ts': 'lets a connection be silent for as long as nothing happens',
        'watch/strike.ts': "waits for a fault's delay: it is the caller that is kept waiting, not the world",
      },
    },
  ];
  test.each(time)('$pattern is in clock.ts', ({ pattern, exceptions }) => {
    // An exception that is none any more goes.
    expect(places(pattern, (file) => !(file in exceptions)).sort()).toEqual(Object.keys(exceptions).sort());
    expect(places(pattern, (file) => file === 'ground/clock.ts' || file in exceptions)).toEqual([]);
  });

  test('the globals that a test of a user may have replaced: timers are those of timers.ts, and fetch is nowhere', () => {
    const alone = (name: string) => new RegExp(`(?<![.\\w])${name}(\\(|\\.(now|mark|measure|timeOrigin)\\b)`);
    const imported = (file: string) =>
      (files.get(file) ?? '').match(/^import \{([^}]*)\} from '[./\w]+timers\.ts'/m)?.[1]?.split(',') ?? [];
    for (const name of Object.keys(timers)) {
      const allowed = (file: string) => imported(file).some((each) => each.trim() === name);
      expect(places(alone(name), allowed), name).toEqual([]);
    }
    expect(importsOf('ground/timers.ts')).toEqual(['node:perf_hooks', 'node:timers']);
    expect(within.filter(({ to }) => to === 'ground/timers.ts').length).toBeGreaterThan(3);
    expect(places(/(?<![.\w])fetch\(|\bnextTick\b|globalThis/, (file) => file === 'ground/timers.ts')).toEqual([]);
  });

  test('chance is in ids.ts and secrets.ts', () => {
    const chance = /\bgenerateKey\b|\bMath\.random\b|\brandom(Bytes|UUID|Int|Fill|FillSync)\b|\bgetRandomValues\b/;
    expect(places(chance, (file) => file === 'ground/ids.ts' || file === 'ground/secrets.ts')).toEqual([]);
  });
});

describe('files', () => {
  const mostInFolder = 12;

  test(`stand ${mostInFolder} to a folder at most, and only the entrances outside all rooms`, () => {
    const folders = Map.groupBy(files.keys(), (file) => posix.dirname(file));
    expect([...folders].filter(([, within]) => within.length > mostInFolder).map(([folder]) => folder)).toEqual([]);
    expect(folders.get('.')).toEqual(['app.ts', 'client.ts', 'index.ts', 'main.ts', 'vitest.ts']);
  });

  const longest = 300;
  const exceptions: Record<string, string> = {
    'routes/aws/wire/shapes/ec2-structures.ts': 'the table of structures: it has a row for each member',
  };

  test(`have ${longest} lines at most, but for tables`, () => {
    const lengths = [...files.keys()].map((file) => ({ file, lines: read(file).split('\n').length - 1 }));
    expect(lengths.filter(({ file, lines }) => lines > longest && !(file in exceptions))).toEqual([]);
  });
});
