/**
 * The options of the process. Each stands once, as data: its flag, environment variable, default and help text, and
 * the type `Options`, all come from here. What reads them is in `cli/flags.ts`.
 */
import { Type } from '@sinclair/typebox';
import { type Instant, isOfClock, parseInstant } from '../ground/clock.ts';
import { isSeedName, isSeedPath, seeds } from '../seed/seed.ts';
import { parsePace } from '../state/engine/pace.ts';
import { seedNames } from '../state/seeds/names.ts';
import { durabilities } from '../state/storage/durability.ts';
import { oneOf, option, type Values } from './option.ts';

export const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export const logFormats = ['auto', 'pretty', 'json'] as const;

/** Those of a start. */
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
  durability: option({
    name: 'durability',
    schema: Type.Union(durabilities.map((each) => Type.Literal(each))),
    default: 'full',
    placeholder: 'HOW',
    help: 'what survives a power cut: full, or normal',
    accepts: oneOf(durabilities),
  }),
  seed: option({
    name: 'seed',
    schema: Type.String(),
    default: 'default',
    placeholder: 'SEED',
    help: `what a new world holds: ${seedNames.join(', ')} or a file`,
    accepts: seeds,
    parse: (written) => (isSeedName(written) || isSeedPath(written) ? written : undefined),
  }),
  allowedHost: option({
    name: 'allowed-host',
    schema: Type.String({ pattern: '^[\\w.-]+(,[\\w.-]+)*$|^$' }),
    default: '',
    placeholder: 'NAME',
    help: 'a further host name, or several as in a.test,b.test',
    repeats: true,
    accepts: 'a host name without its port, or several of them separated by commas',
    parse: (written): readonly string[] => written.toLowerCase().split(',').filter(Boolean),
  }),
  pace: option({
    name: 'pace',
    schema: Type.String(),
    default: 'instant',
    placeholder: 'PACE',
    help: 'pace of transitions: instant, realistic or milliseconds',
    accepts: 'instant, realistic, milliseconds, or a list such as snapshot=2000,attach=500',
    parse: parsePace,
  }),
  clock: option({
    name: 'clock',
    schema: Type.String(),
    default: 'system',
    placeholder: 'CLOCK',
    help: 'system, or an RFC 3339 instant to stand at',
    accepts: 'system, or an RFC 3339 instant to stand at such as 2026-01-01T00:00:00Z',
    parse(written): 'system' | Instant | undefined {
      if (written === 'system') return written;
      const instant = parseInstant(written);
      return instant !== undefined && isOfClock(instant) ? instant : undefined;
    },
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
    default: 'info',
    placeholder: 'LEVEL',
    help: 'how much is logged: fatal to trace, or silent',
    accepts: oneOf(logLevels),
  }),
  logFormat: option({
    name: 'log-format',
    schema: Type.Union(logFormats.map((format) => Type.Literal(format))),
    default: 'auto',
    placeholder: 'FORMAT',
    help: 'auto, pretty or json; auto is pretty on a terminal',
    accepts: oneOf(logFormats),
  }),
};

/** The options as the emulator uses them. */
export type Options = Values<typeof optionTable>;

/** The options where neither a flag nor a variable says otherwise. */
export const defaults = Object.fromEntries(
  Object.entries(optionTable).map(([key, option]) => [key, option.read(String(option.default))]),
) as unknown as Options;

/** Those of every command that speaks to a running emulator. */
export const connectionTable = {
  url: option({
    name: 'url',
    schema: Type.String(),
    default: '',
    placeholder: 'URL',
    help: 'where the emulator is; none: where one with the same host and port would be',
    accepts: 'where the emulator is, such as http://127.0.0.1:4650',
    parse: (written) => {
      const url = URL.parse(written);
      if (written === '') return written;
      return url && /^https?:$/.test(url.protocol) ? url.href.replace(/\/+$/, '') : undefined;
    },
  }),
  controlToken: { ...optionTable.controlToken, help: 'what the emulator was given as --control-token' },
  organization: option({
    name: 'organization',
    schema: Type.String(),
    default: '',
    placeholder: 'ID',
    help: 'the world that is meant, by its organizationId; none: the default one',
    accepts: 'an organizationId',
  }),
};

/** Where an emulator is, and which of its worlds is meant. */
export type Connection = Values<typeof connectionTable>;
