/**
 * The options of the process. Each stands once, as data, in `optionTable`: its flag, environment variable,
 * default and help text, and the type `Options`, all come from there.
 */
import { type ParseArgsOptionsConfig, parseArgs } from 'node:util';
import { type Static, type TSchema, Type } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import { type Instant, parseInstant } from './clock.ts';
import { parsePace } from './state/pace.ts';
import { seedNames } from './state/seeds/names.ts';

/** Every environment variable of the emulator begins like this. */
export const variablePrefix = 'DATAFY_EMULATOR_';

export const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

/** One option: how it is written, and what it is read into (`V`). */
export interface Option<V = unknown> {
  /** Its flag, such as `--log-level`. */
  readonly flag: string;
  /** Its environment variable, such as `DATAFY_EMULATOR_LOG_LEVEL`. */
  readonly variable: string;
  /** What may be written, once a number or a boolean has been told from text. */
  readonly schema: TSchema;
  /** The default, as it would be written. */
  readonly default: string | number | boolean;
  /** What stands for the value in the help text; a boolean has none, its flag takes no value. */
  readonly placeholder: string;
  readonly help: string;
  /** What is accepted, as it completes "use …". */
  readonly accepts: string;
  /**
   * Reads the option as a user wrote it.
   * @throws Error whose message names the offending part and says what is accepted.
   */
  read(text: string): V;
}

function option<S extends TSchema, V = Static<S>>(spec: {
  name: string;
  schema: S;
  default: Static<S> & (string | number | boolean);
  placeholder?: string;
  help: string;
  accepts: string;
  /** What the written value stands for; undefined, or an error with a message of its own, where it is not accepted. */
  parse?: (written: Static<S>) => V | undefined;
}): Option<V> {
  const { name, schema, accepts, placeholder = '', parse = (written) => written as V } = spec;
  return {
    flag: `--${name}`,
    variable: variablePrefix + name.toUpperCase().replaceAll('-', '_'),
    schema,
    default: spec.default,
    placeholder,
    help: spec.help,
    accepts,
    read(text) {
      const written = typed(schema, text);
      const value = Value.Check(schema, written) ? parse(written) : undefined;
      if (value === undefined) throw new Error(`${JSON.stringify(text)} is not accepted: use ${accepts}`);
      return value;
    },
  };
}

const booleans = new Map([
  ['true', true],
  ['1', true],
  ['false', false],
  ['0', false],
]);

/** Text as the number or boolean its schema asks for, or undefined where it is none. */
function typed(schema: TSchema, text: string): unknown {
  if (schema.type === 'integer') return /^\d+$/.test(text) ? Number(text) : undefined;
  return schema.type === 'boolean' ? booleans.get(text) : text;
}

const oneOf = (names: readonly string[]) => `one of ${names.join(', ')}`;

export const optionTable = {
  host: option({
    name: 'host',
    schema: Type.String({ pattern: '^[\\w.:%-]+$' }),
    default: '127.0.0.1',
    placeholder: 'HOST',
    help: 'address to listen on',
    accepts: 'a host name or an IP address, such as localhost, 0.0.0.0 or ::1',
  }),
  port: option({
    name: 'port',
    schema: Type.Integer({ minimum: 0, maximum: 65_535 }),
    default: 4650,
    placeholder: 'PORT',
    help: 'port to listen on; 0 takes any free one',
    accepts: 'a whole number from 0 to 65535, where 0 takes any free port',
  }),
  db: option({
    name: 'db',
    schema: Type.String({ pattern: '\\S' }),
    default: ':memory:',
    placeholder: 'FILE',
    help: 'where the state is kept: a file, or :memory:',
    accepts: 'the path of a file, or :memory: to keep it only while running',
  }),
  seed: option({
    name: 'seed',
    schema: Type.Union(seedNames.map((name) => Type.Literal(name))),
    default: 'default',
    placeholder: 'NAME',
    help: `what a new world holds: ${seedNames.join(' or ')}`,
    accepts: oneOf(seedNames),
  }),
  allowedHost: option({
    name: 'allowed-host',
    schema: Type.String({ pattern: '^[\\w.-]+(,[\\w.-]+)*$|^$' }),
    default: '',
    placeholder: 'NAME',
    help: 'more host names, as in a.test,b.test',
    accepts: 'a host name without its port, or several of them separated by commas',
    parse: (written): readonly string[] => written.toLowerCase().split(',').filter(Boolean),
  }),
  pace: option({
    name: 'pace',
    schema: Type.String(),
    default: 'instant',
    placeholder: 'PACE',
    help: 'how long transitions take: instant, realistic, milliseconds, or a list such as snapshot=2000,attach=500',
    accepts: 'instant, realistic, milliseconds, or a list such as snapshot=2000,attach=500',
    parse: parsePace,
  }),
  clock: option({
    name: 'clock',
    schema: Type.String(),
    default: 'system',
    placeholder: 'CLOCK',
    help: 'system, or an RFC 3339 instant at which time stands until it is moved',
    accepts: 'system, or an RFC 3339 instant to stand at such as 2026-01-01T00:00:00Z',
    parse: (written): 'system' | Instant | undefined => (written === 'system' ? written : parseInstant(written)),
  }),
  strict: option({
    name: 'strict',
    schema: Type.Boolean(),
    default: false,
    help: "hide everything that is not Datafy's own API",
    accepts: 'true, false, 1 or 0',
  }),
  control: option({
    name: 'control',
    schema: Type.Boolean(),
    default: true,
    help: 'do not serve the control surface below /_emulator',
    accepts: 'true, false, 1 or 0',
  }),
  controlToken: option({
    name: 'control-token',
    schema: Type.String(),
    default: '',
    placeholder: 'TOKEN',
    help: 'what control calls must send',
    accepts: 'any text without white space',
    parse: (written) => (/^\S*$/.test(written) ? written : undefined),
  }),
  logLevel: option({
    name: 'log-level',
    schema: Type.Union(logLevels.map((level) => Type.Literal(level))),
    default: 'warn',
    placeholder: 'LEVEL',
    help: `how much is logged: ${logLevels.join(', ')}`,
    accepts: oneOf(logLevels),
  }),
};

const seeHelp = '--help lists the flags';

type Key = keyof typeof optionTable;

/** The options as the emulator uses them. */
export type Options = { readonly [K in Key]: ReturnType<(typeof optionTable)[K]['read']> };

const entries = Object.entries(optionTable) as [Key, Option][];

/** Whether the option is a boolean, whose flag takes no value and has a negation: `--strict`, `--no-strict`. */
const isSwitch = (option: Option) => option.placeholder === '';

const negation = (option: Option) => option.flag.replace('--', '--no-');

const flagTypes: ParseArgsOptionsConfig = { help: { type: 'boolean' }, version: { type: 'boolean' } };
for (const [, option] of entries) {
  flagTypes[option.flag.slice(2)] = { type: isSwitch(option) ? 'boolean' : 'string' };
  if (isSwitch(option)) flagTypes[negation(option).slice(2)] = { type: 'boolean' };
}

/** A command line or environment that cannot be used; its message is one sentence for the person who wrote it. */
export class UsageError extends Error {
  override name = 'UsageError';

  constructor(message: string) {
    // What the user wrote is part of the sentence, and may hold line breaks.
    super(message.replace(/\s*[\r\n\u2028\u2029]\s*/g, ' '));
  }
}

/** The options where neither a flag nor a variable says otherwise. */
export const defaults: Options = readAll(new Map());

/** What the command line asks for. */
export type Command = { kind: 'start'; options: Options } | { kind: 'help'; text: string } | { kind: 'version' };

/** An option's text, and the flag or variable it was written with. */
interface Written {
  source: string;
  text: string;
}

/**
 * Reads the command line (without the executable and the script) and the environment. A flag wins over its
 * variable, and the last of a repeated flag counts; a variable that is empty counts as not set.
 *
 * @throws UsageError for the first thing that cannot be used.
 */
export function readOptions(argv: readonly string[], env: NodeJS.ProcessEnv): Command {
  const { tokens } = parseArgs({ args: [...argv], options: flagTypes, strict: false, tokens: true });
  const flags = tokens.filter((token) => token.kind === 'option');
  if (flags.some((flag) => flag.rawName === '--help')) return { kind: 'help', text: helpText() };
  if (flags.some((flag) => flag.rawName === '--version')) return { kind: 'version' };

  const written = readVariables(env);
  for (const token of tokens) {
    if (token.kind === 'positional') {
      throw new UsageError(`Unexpected argument ${JSON.stringify(token.value)}: ${seeHelp}`);
    }
    if (token.kind === 'option') {
      const [key, text] = readFlag(token, argv[token.index]!);
      written.set(key, { source: token.rawName, text });
    }
  }
  return { kind: 'start', options: readAll(written) };
}

function readVariables(env: NodeJS.ProcessEnv): Map<Key, Written> {
  const written = new Map<Key, Written>();
  for (const [source, text] of Object.entries(env)) {
    if (!source.startsWith(variablePrefix) || !text) continue;
    const known = entries.find(([, option]) => option.variable === source);
    // A misspelt variable would otherwise do nothing, and nobody would be told.
    if (!known)
      throw unknown(
        'environment variable',
        source,
        entries.map(([, option]) => option.variable),
      );
    written.set(known[0], { source, text });
  }
  return written;
}

/** The option a flag sets and the text it sets it to; `argument` is the flag as it stands on the command line. */
function readFlag(flag: { rawName: string; value?: string; inlineValue?: boolean }, argument: string): [Key, string] {
  const { rawName, value } = flag;
  for (const [key, option] of entries) {
    if (isSwitch(option) && (rawName === option.flag || rawName === negation(option))) {
      if (value !== undefined)
        throw new UsageError(`${rawName} takes no value, but was given ${JSON.stringify(value)}`);
      return [key, String(rawName === option.flag)];
    }
    if (rawName === option.flag) {
      // After a space, what looks like a flag is the next flag: `--port --strict` lacks the port.
      if (!value || (!flag.inlineValue && value.startsWith('--'))) {
        throw new UsageError(`${rawName} needs a value: use ${option.accepts}`);
      }
      return [key, value];
    }
  }
  const known = Object.keys(flagTypes).map((name) => `--${name}`);
  throw unknown('flag', argument.split('=', 1)[0]!, known);
}

function unknown(kind: string, name: string, known: readonly string[]): UsageError {
  const bare = (text: string) => text.replace(variablePrefix, '').replace(/^-+/, '').toLowerCase();
  const edits = (to: string) => (bare(to).startsWith(bare(name)) ? 0 : editDistance(bare(name), bare(to)));
  const nearest = known.toSorted((a, b) => edits(a) - edits(b))[0]!;
  const near = edits(nearest) <= Math.min(3, bare(name).length / 2) ? `the nearest is ${nearest}, and ` : '';
  return new UsageError(`Unknown ${kind} ${JSON.stringify(name)}: ${near}${seeHelp}`);
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

function readAll(written: ReadonlyMap<Key, Written>): Options {
  const values = entries.map(([key, option]) => {
    const { source, text } = written.get(key) ?? { source: option.flag, text: String(option.default) };
    try {
      return [key, option.read(text)];
    } catch (error) {
      throw new UsageError(`${source} ${(error as Error).message}`);
    }
  });
  return Object.fromEntries(values);
}

/** The help text: at most 24 lines of at most 80 columns, so that it fits one screen. */
function helpText(): string {
  const rows = entries.map(([, option]): [string, string] => {
    // A switch that is on by default is one to switch off.
    if (isSwitch(option)) return [option.default === true ? negation(option) : option.flag, option.help];
    const standard = option.default === '' ? 'none' : option.default;
    return [`${option.flag} ${option.placeholder}`, `${option.help} (default ${standard})`];
  });
  rows.push(['--help', 'show this text'], ['--version', 'show the version']);
  const width = Math.max(...rows.map(([flag]) => flag.length)) + 2;
  const { flag, variable } = optionTable.logLevel;
  return [
    'Usage: datafy-emulator [flags]',
    '',
    ...rows.map(
      ([flag, text]) => `  ${flag.padEnd(width)}${wrap(text, 78 - width).join(`\n${' '.repeat(width + 2)}`)}`,
    ),
    '',
    ...wrap(`Each is an environment variable too: ${flag} is ${variable}. Flags win, the last one of a kind.`, 80),
  ].join('\n');
}

/** The text in lines of at most `width` columns, broken at spaces. */
function wrap(text: string, width: number): string[] {
  return text.match(new RegExp(`\\S.{0,${width - 1}}(?=\\s|$)`, 'g')) ?? [];
}
