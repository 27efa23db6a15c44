import { type Command, Option as CommanderOption } from 'commander';
import { UsageError } from '../ground/failure.ts';
import {
  type Flag,
  type FlagTable,
  isOption,
  isSwitch,
  type Option,
  type Values,
  variablePrefix,
} from '../options/option.ts';
import { connectionTable, optionTable } from '../options/options.ts';
import { unknown } from './nearest.ts';

/** A row of a table, as a flag of a command. */
export class TableFlag extends CommanderOption {
  readonly row: Flag;

  constructor(row: Flag, term: string) {
    super(term, describe(row));
    this.row = row;
  }
}

/**
 * What Kubernetes sets in every pod of a namespace that has a Service called datafy-emulator, or whose name begins so,
 * and a container engine in a container that is linked to one of that name: each as `NAME=text`.
 */
const ofPlatform = new RegExp(
  `^${variablePrefix}(\\w+_)?` +
    '(SERVICE_HOST=|SERVICE_PORT(_\\w+)?=|PORT=(tcp|udp|sctp)://|PORT_\\d+_(TCP|UDP|SCTP)(_\\w+)?=|NAME=/|ENV_\\w+=)',
);

/** What a variable says to the emulator: undefined where it is not set, and where its platform has set it. */
export function variable(env: NodeJS.ProcessEnv, name: string): string | undefined {
  const text = env[name];
  return ofPlatform.test(`${name}=${text}`) ? undefined : text;
}

/** What says something for a row, the flag or its variable, as it is written; undefined where neither does. */
export function givenBy(command: Command, row: Option, env: NodeJS.ProcessEnv): string | undefined {
  const flag = command.options.find((option) => option instanceof TableFlag && option.row === row);
  if (command.getOptionValueSource(flag?.attributeName() ?? '') === 'cli') return row.flag;
  return variable(env, row.variable) ? row.variable : undefined;
}

const negation = (row: Flag) => row.flag.replace('--', '--no-');

function describe(row: Flag): string {
  if (!isOption(row) || isSwitch(row)) return row.help;
  return `${row.help} (default ${row.default === '' ? 'none' : row.default})`;
}

/** Lets a command take the flags of a table. Those that have a variable, and so a default, can be written off: `--no-strict`. */
export function addFlags(command: Command, table: FlagTable, { hidden = false } = {}): void {
  for (const row of Object.values(table)) {
    if (!isSwitch(row)) {
      const flag = new TableFlag(row, `${row.flag} <${row.placeholder}>`).hideHelp(hidden);
      if (row.repeats) flag.argParser((text, before: string[] = []) => [...before, text]);
      command.addOption(flag);
    } else {
      // A switch that is on by default is one to switch off.
      const standard = isOption(row) && row.default === true;
      command.addOption(new TableFlag(row, row.flag).hideHelp(hidden || standard));
      if (isOption(row)) command.addOption(new TableFlag(row, negation(row)).hideHelp(hidden || !standard));
    }
  }
}

/**
 * What the flags of a command, and the environment, say for a table. A flag wins over its variable, and the last of a
 * repeated flag counts; a variable that is empty, or that its platform has set, counts as not set.
 *
 * @throws UsageError for the first thing that cannot be used.
 */
export function readFlags<T extends FlagTable>(command: Command, table: T, env: NodeJS.ProcessEnv): Values<T> {
  const values = Object.entries(table).map(([key, row]) => {
    const value = writtenOn(command, row);
    if (value !== undefined) return [key, fromFlag(row, value)];
    if (!isOption(row)) return [key, undefined];
    const text = variable(env, row.variable);
    return [key, text ? readValue(row, row.variable, text) : row.read(String(row.default))];
  });
  return Object.fromEntries(values);
}

/** What commander has for a row; undefined where it was not written. */
function writtenOn(command: Command, row: Flag): unknown {
  const flag = command.options.find((each) => each instanceof TableFlag && each.row === row);
  return flag && command.getOptionValue(flag.attributeName());
}

function fromFlag(row: Flag, value: unknown): unknown {
  if (typeof value === 'boolean') return value;
  if (Array.isArray(value)) return value.flatMap((each) => fromFlag(row, each));
  const text = String(value);
  // What looks like a flag is the next flag: `--port --strict` lacks the port.
  if (text === '' || text.startsWith('--')) throw needsValue(row);
  return readValue(row, row.flag, text);
}

/**
 * A value as a row of a table has it; `source` is where it was written.
 *
 * @throws UsageError
 */
export function readValue<V>(row: Flag<V>, source: string, text: string): V {
  try {
    return row.read(text);
  } catch (error) {
    throw new UsageError(`${source} ${(error as Error).message}`);
  }
}

export const needsValue = (row: Flag) => new UsageError(`${row.flag} needs a value: use ${row.accepts}`);

const variables = new Set(
  [...Object.values(optionTable), ...Object.values(connectionTable)].map((row) => row.variable),
);

/** A misspelt variable would otherwise do nothing, and nobody would be told. */
export function refuseUnknownVariables(env: NodeJS.ProcessEnv): void {
  for (const name of Object.keys(env)) {
    if (!name.startsWith(variablePrefix) || !variable(env, name) || variables.has(name)) continue;
    throw unknown('environment variable', name, [...variables], 'flags');
  }
}
