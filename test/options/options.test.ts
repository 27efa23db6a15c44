import { CommanderError } from 'commander';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readFlags } from '../../src/cli/flags.ts';
import { createProgram } from '../../src/cli/program.ts';
import { UsageError } from '../../src/ground/failure.ts';
import type { Option } from '../../src/options/option.ts';
import { defaults, type Options, optionTable } from '../../src/options/options.ts';
import { paces } from '../../src/state/engine/pace.ts';

/** For every option a text other than its default, what that is read into, and a text that is not accepted. */
const samples: { [K in keyof Options]: { text: string; value: Options[K]; bad: string } } = {
  host: { text: '::1', value: '::1', bad: 'http://localhost' },
  port: { text: '0', value: 0, bad: '65536' },
  db: { text: 'world.db', value: 'world.db', bad: ' ' },
  durability: { text: 'normal', value: 'normal', bad: 'off' },
  seed: { text: 'empty', value: 'empty', bad: 'full' },
  allowedHost: { text: 'a.test,B.test', value: ['a.test', 'b.test'], bad: 'a.test:80' },
  pace: {
    text: 'snapshot=2000,source=keep',
    value: { ...paces.instant, snapshot: 2000, source: 'keep' },
    bad: 'snapshot=keep',
  },
  clock: { text: '2026-01-02T03:04:05Z', value: Date.UTC(2026, 0, 2, 3, 4, 5), bad: '2026-01-02' },
  strict: { text: 'true', value: true, bad: 'yes' },
  control: { text: 'false', value: false, bad: 'off' },
  controlToken: { text: 'secret', value: 'secret', bad: 'two words' },
  logLevel: { text: 'debug', value: 'debug', bad: 'loud' },
  logFormat: { text: 'json', value: 'json', bad: 'xml' },
};

const table = Object.entries(optionTable).map(([key, option]): [keyof Options, Option] => [
  key as keyof Options,
  option,
]);
const valued = table.filter(([, option]) => option.placeholder);

/** The options that a start would be made with. */
async function options(argv: string[], env: NodeJS.ProcessEnv = {}): Promise<Options> {
  const program = await createProgram(argv, env);
  const start = program.commands.find((command) => command.name() === 'start')!;
  for (const command of [program, start]) command.configureOutput({ writeOut: () => {} });
  let read: Options | undefined;
  start.action(() => {
    read = readFlags(start, optionTable, env);
  });
  await program.parseAsync(argv, { from: 'user' });
  return read!;
}

/** The refusal's sentence: one line, without a full stop and so without a second sentence. */
async function refusal(argv: string[], env: NodeJS.ProcessEnv = {}): Promise<string> {
  const error = await options(argv, env).catch((error) => error);
  expect(error, `${JSON.stringify(argv)} is to be refused`).toBeInstanceOf(UsageError);
  const { message } = error as UsageError;
  expect(message).not.toMatch(/[\r\n\u2028\u2029]|\. /);
  return message;
}

const program = await createProgram(['start'], {});
const helpText = program.commands.find((command) => command.name() === 'start')!.helpInformation();

describe('where nothing is said', () => {
  test('the defaults hold', async () => {
    expect(await options([])).toEqual(defaults);
    expect(defaults).toEqual({
      host: '127.0.0.1',
      port: 4650,
      db: ':memory:',
      durability: 'full',
      seed: 'default',
      allowedHost: [],
      pace: paces.instant,
      clock: 'system',
      strict: false,
      control: true,
      controlToken: '',
      logLevel: 'info',
      logFormat: 'auto',
    });
  });

  test('variables of other programs do not matter', async () => {
    expect(await options([], { PORT: '1', DATAFY_TOKEN: 'x', PATH: '/bin' })).toEqual(defaults);
  });
});

describe('what a platform sets by itself', () => {
  /** What a pod gets for a Service called datafy-emulator, and one whose name begins so; then a linked container. */
  const platform = {
    DATAFY_EMULATOR_SERVICE_HOST: '10.96.0.10',
    DATAFY_EMULATOR_SERVICE_PORT: '4650',
    DATAFY_EMULATOR_SERVICE_PORT_HTTP: '4650',
    DATAFY_EMULATOR_PORT: 'tcp://10.96.0.10:4650',
    DATAFY_EMULATOR_PORT_4650_TCP: 'tcp://10.96.0.10:4650',
    DATAFY_EMULATOR_PORT_4650_TCP_PROTO: 'tcp',
    DATAFY_EMULATOR_PORT_4650_TCP_PORT: '4650',
    DATAFY_EMULATOR_PORT_4650_TCP_ADDR: '10.96.0.10',
    DATAFY_EMULATOR_PORT_53_UDP: 'udp://10.96.0.10:53',
    DATAFY_EMULATOR_HOST_SERVICE_HOST: '10.96.0.11',
    DATAFY_EMULATOR_HOST_PORT: 'tcp://[fd00::1]:80',
    DATAFY_EMULATOR_HOST_PORT_80_TCP_ADDR: 'fd00::1',
    DATAFY_EMULATOR_NAME: '/web/datafy-emulator',
    DATAFY_EMULATOR_ENV_NODE_VERSION: '24.21.0',
  };

  test.each(Object.entries(platform))('%s=%s is passed over', async (name, text) => {
    expect(await options([], { [name]: text })).toEqual(defaults);
  });

  test('leaves a flag, and other variables, what they are', async () => {
    expect(await options(['--port', '0'], platform)).toEqual({ ...defaults, port: 0 });
    expect(await options([], { ...platform, DATAFY_EMULATOR_HOST: '::1' })).toEqual({ ...defaults, host: '::1' });
  });

  test.each([
    ['DATAFY_EMULATOR_PORT', '10.96.0.10:4650'],
    ['DATAFY_EMULATOR_PORT', 'http://10.96.0.10:4650'],
    ['DATAFY_EMULATOR_HOST', 'tcp://10.96.0.10:4650'],
    ['DATAFY_EMULATOR_SERVICE', '10.96.0.10'],
    ['DATAFY_EMULATOR_HOST_PORT', '4650'],
    ['DATAFY_EMULATOR_PORT_4650', '4650'],
    ['DATAFY_EMULATOR_NAME', 'web'],
    ['DATAFY_EMULATOR_ENVIRONMENT', 'x'],
  ])('%s=%s is none of them', async (name, text) => {
    expect(await refusal([], { [name]: text })).toContain(name);
  });
});

describe.each(table)('%s', (key, option) => {
  const { text, value, bad } = samples[key];
  const { flag, variable } = option;
  const other = { ...defaults, [key]: value };

  test('is read from its variable', async () => {
    expect(await options([], { [variable]: text })).toEqual(other);
  });

  test('keeps its default where its variable is empty', async () => {
    expect(await options([], { [variable]: '' })).toEqual(defaults);
  });

  test('its flag wins over its variable', async () => {
    const off = flag.replace('--', '--no-');
    const written = option.placeholder ? [flag, text] : [value ? flag : off];
    expect(await options(written, { [variable]: String(option.default) })).toEqual(other);
    expect(await options(written, { [variable]: bad })).toEqual(other);
  });

  test('a bad variable is refused by its name, with the value and what is accepted', async () => {
    const message = await refusal([], { [variable]: bad });
    expect(message.startsWith(`${variable} `)).toBe(true);
    expect(message).toContain(JSON.stringify(bad));
    expect(message.length).toBeGreaterThan(variable.length + bad.length + 10);
  });

  test('stands in the help text', async () => {
    const off = option.default === true ? flag.replace('--', '--no-') : flag;
    expect(helpText).toContain(`${off} ${option.placeholder}`);
  });
});

describe.each(valued)('%s as a flag', (key, { flag, accepts, repeats }) => {
  const { text, value, bad } = samples[key];
  const other = { ...defaults, [key]: value };

  test('is read from the next argument and from behind =', async () => {
    expect(await options([flag, text])).toEqual(other);
    expect(await options([`${flag}=${text}`])).toEqual(other);
  });

  if (repeats) {
    test('counts each time it is written', async () => {
      const all = ['z.test', ...(value as readonly string[])];
      expect(await options([flag, 'z.test', flag, text])).toEqual({ ...defaults, [key]: all });
      expect(await refusal([flag, bad, flag, text])).toContain(JSON.stringify(bad));
    });
  } else {
    test('counts as it was last written', async () => {
      expect(await options([flag, bad, flag, text])).toEqual(other);
    });
  }

  test.each([[[flag, bad]], [[`${flag}=${bad}`]]])('is refused with a bad value: %j', async (argv) => {
    const message = await refusal(argv);
    expect(message.startsWith(`${flag} `)).toBe(true);
    expect(message).toContain(JSON.stringify(bad));
  });

  test.each([[[flag]], [[flag, '--strict']], [[`${flag}=`]], [[flag, '']]])(
    'is refused without a value: %j',
    async (argv) => {
      expect(await refusal(argv)).toBe(`${flag} needs a value: use ${accepts}`);
    },
  );
});

describe('strict as a flag', () => {
  test('is switched on and off, the last counts', async () => {
    expect((await options(['--strict'])).strict).toBe(true);
    expect((await options(['--strict', '--no-strict'])).strict).toBe(false);
    expect((await options(['--no-strict', '--strict'])).strict).toBe(true);
    expect((await options(['--no-strict'], { DATAFY_EMULATOR_STRICT: 'true' })).strict).toBe(false);
  });

  test.each(['true', '1', 'false', '0'])('its variable may be %s', async (text) => {
    expect((await options([], { DATAFY_EMULATOR_STRICT: text })).strict).toBe(text === 'true' || text === '1');
  });

  test('takes no value', async () => {
    expect(await refusal(['--strict=false'])).toContain('--strict takes no value');
    expect(await refusal(['--strict', 'false'])).toContain('Unexpected argument "false"');
  });
});

describe('what is not known', () => {
  test.each([
    ['--prot', '--port'],
    ['--logLevel', '--log-level'],
    ['--log_level', '--log-level'],
    ['--log', '--log-level'],
    ['-port', '--port'],
    ['--no-port', '--port'],
    ['--nostrict', '--no-strict'],
    ['--hlep', '--help'],
  ])('the flag %s is refused, with %s as the nearest', async (flag, nearest) => {
    for (const argv of [[flag], [`${flag}=1`], [flag, '1']]) {
      expect(await refusal(argv)).toBe(`Unknown flag "${flag}": the nearest is ${nearest}, and --help lists the flags`);
    }
  });

  test.each(['--frobnicate', '-x', '--x', '--__proto__', '--constructor'])('the flag %s is refused', async (flag) => {
    expect(await refusal([flag])).toBe(`Unknown flag "${flag}": --help lists the flags`);
  });

  test('a variable of the emulator is refused, with the nearest', async () => {
    expect(await refusal([], { DATAFY_EMULATOR_LOGLEVEL: 'info' })).toBe(
      'Unknown environment variable "DATAFY_EMULATOR_LOGLEVEL": ' +
        'the nearest is DATAFY_EMULATOR_LOG_LEVEL, and --help lists the flags',
    );
    expect(await options([], { DATAFY_EMULATOR_LOGLEVEL: '' })).toEqual(defaults);
  });

  test.each([
    [['strat'], 'Unknown command "strat": the nearest is start, and --help lists the commands'],
    [['--', 'x'], 'Unknown command "x": --help lists the commands'],
    [[''], 'Unknown command "": --help lists the commands'],
    [['help', 'strat'], 'Unknown command "strat": the nearest is start, and --help lists the commands'],
    [['start', 'x'], 'Unexpected argument "x": --help lists the flags'],
    [['--strict', '4650'], 'Unexpected argument "4650": --help lists the flags'],
    [['--strict', 'start'], 'Unexpected argument "start": a command stands before its flags'],
  ])('an argument is refused: %j', async (argv, message) => {
    expect(await refusal(argv)).toBe(message);
  });
});

test.each(['\n', '\r\n', '\u2028'])(
  'a line break in what was written does not break the sentence: %j',
  async (lineBreak) => {
    expect(await refusal(['--pace', `slow${lineBreak}er`])).toContain('--pace "slow er" is not a pace');
    await refusal([`--host=a${lineBreak}b`]);
    await refusal([`--po${lineBreak}rt`]);
    await refusal([`a${lineBreak}b`]);
  },
);

describe('--help and --version', () => {
  test.each([
    [['--frobnicate', '--help'], 'commander.helpDisplayed'],
    [['--version', 'x'], 'commander.version'],
  ])('are answered whatever else is wrong: %j', async (argv, code) => {
    const refused = options(argv, { DATAFY_EMULATOR_X: '1' });
    await expect(refused).rejects.toMatchObject({ code, exitCode: 0 });
  });
});

test('whatever is written, the answer is a command or one line', async () => {
  const flags = table.map(([, { flag }]) => flag);
  const texts = Object.values(samples).flatMap(({ text, bad }) => [text, bad]);
  const argument = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom(...flags, ...texts, '--no-strict', '--', '-', '--='),
    fc.tuple(fc.constantFrom(...flags), fc.string()).map((pair) => pair.join('=')),
  );
  const env = fc.dictionary(
    fc.constantFrom(...table.map(([, { variable }]) => variable), 'DATAFY_EMULATOR_X'),
    argument,
  );
  await fc.assert(
    fc.asyncProperty(fc.array(argument, { maxLength: 5 }), env, async (argv, variables) => {
      const error = await options(argv, variables).then(
        () => undefined,
        (error) => error,
      );
      // Help, or the version, is no refusal.
      if (error === undefined || (error instanceof CommanderError && error.exitCode === 0)) return;
      expect(error).toBeInstanceOf(UsageError);
      expect((error as Error).message).not.toMatch(/[\r\n\u2028\u2029]/);
    }),
    { numRuns: 500 },
  );
}, 60_000);
