import { type Static, type TSchema, Type } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';

/** Every environment variable of the emulator begins like this. */
export const variablePrefix = 'DATAFY_EMULATOR_';

/** What may be written behind a command, and what it is read into (`V`). Left out, it has no value. */
export interface Flag<V = unknown> {
  /** As it is written, such as `--log-level`. */
  readonly flag: string;
  /** What stands for the value in the help text; a switch has none, its flag takes no value. */
  readonly placeholder: string;
  readonly help: string;
  /** What is accepted, as it completes "use …". */
  readonly accepts: string;
  /** Whether it may be written several times, each adding to the list it is read into. */
  readonly repeats: boolean;
  /**
   * Reads the value as a user wrote it.
   * @throws Error whose message names the offending part and says what is accepted.
   */
  read(text: string): V;
}

/** A flag that an environment variable can stand for, and that has a default. */
export interface Option<V = unknown> extends Flag<V> {
  /** Its environment variable, such as `DATAFY_EMULATOR_LOG_LEVEL`. */
  readonly variable: string;
  /** What may be written, once a number or a boolean has been told from text. */
  readonly schema: TSchema;
  /** The default, as it would be written. */
  readonly default: string | number | boolean;
}

export type FlagTable = Record<string, Flag>;

/** What the flags of a table are read into. */
export type Values<T extends FlagTable> = {
  readonly [K in keyof T]: T[K] extends Option<infer V> ? V : T[K] extends Flag<infer V> ? V | undefined : never;
};

interface FlagSpec<S extends TSchema, V> {
  name: string;
  schema: S;
  placeholder?: string;
  help: string;
  accepts: string;
  repeats?: boolean;
  /** What the written value stands for; undefined, or an error with a message of its own, where it is not accepted. */
  parse?: (written: Static<S>) => V | undefined;
}

export function flag<S extends TSchema, V = Static<S>>(spec: FlagSpec<S, V>): Flag<V> {
  const { name, schema, accepts, placeholder = '', help, repeats = false, parse = (written) => written as V } = spec;
  return {
    flag: `--${name}`,
    placeholder,
    help,
    accepts,
    repeats,
    read(text) {
      const written = typed(schema, text);
      const value = Value.Check(schema, written) ? parse(written) : undefined;
      if (value === undefined) throw new Error(`${JSON.stringify(text)} is not accepted: use ${accepts}`);
      return value;
    },
  };
}

export function option<S extends TSchema, V = Static<S>>(
  spec: FlagSpec<S, V> & { default: Static<S> & (string | number | boolean) },
): Option<V> {
  const variable = variablePrefix + spec.name.toUpperCase().replaceAll('-', '_');
  return { ...flag(spec), variable, schema: spec.schema, default: spec.default };
}

/** A switch that is off unless it is written. */
export const onlySwitch = (name: string, help: string): Flag<boolean> =>
  flag({ name, schema: Type.Boolean(), help, accepts: 'true or false' });

/** Any text. */
export const textFlag = (name: string, placeholder: string, help: string, accepts: string): Flag<string> =>
  flag({ name, schema: Type.String(), placeholder, help, accepts });

/** A whole number. */
export const wholeFlag = (name: string, placeholder: string, help: string): Flag<number> =>
  flag({ name, schema: Type.Integer(), placeholder, help, accepts: 'a whole number' });

export const isOption = (flag: Flag): flag is Option => 'variable' in flag;

/** Whether it is a boolean, whose flag takes no value: `--strict`. */
export const isSwitch = (flag: Flag): boolean => flag.placeholder === '';

const booleans = new Map([
  ['true', true],
  ['1', true],
  ['false', false],
  ['0', false],
]);

/** Text as the number or boolean its schema asks for, or undefined where it is none. */
function typed(schema: TSchema, text: string): unknown {
  if (schema.type === 'integer') return /^\d+$/.test(text) ? Number(text) : undefined;
  if (schema.type === 'number') return /^\d+(\.\d+)?$/.test(text) ? Number(text) : undefined;
  return schema.type === 'boolean' ? booleans.get(text) : text;
}

export const oneOf = (names: readonly string[]) => `one of ${names.join(', ')}`;
