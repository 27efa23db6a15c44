import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { defaults, type Option, type Options, optionTable, readOptions, UsageError } from '../src/options.ts';
import { paces } from '../src/state/pace.ts';

/** For every option a text other than its default, what that is read into, and a text that is not accepted. */
const samples: { [K in keyof Options]: { text: string; value: Options[K]; bad: string } } = {
  host: { text: '::1', value: '::1', bad: 'http://localhost' },
  port: { text: '0', value: 0, bad: '65536' },
  db: { text: 'world.db', value: 'world.db', bad: ' ' },
  seed: { text: 'empty', value: 'empty', bad: 'full' },
  allowedHost: { text: 'a.test,B.test', value: ['a.test', 'b.test'], bad: 'a.test:80' },
  pace: { text: 'snapshot=2000', value: { ...paces.instant, snapshot: 2000 }, bad: 'snapshot=soon' },
  clock: { text: '2026-01-02T03:04:05Z', value: Date.UTC(2026, 0, 2, 3, 4, 5), bad: '2026-01-02' },
  strict: { text: 'true', value: true, bad: 'yes' },
  control: { text: 'false', value: false, bad: 'off' },
  controlToken: { text: 'secret', value: 'secret', bad: 'two words' },
  logLevel: { text: 'debug', value: 'debug', bad: 'loud' },
};

const table = Object.entries(optionTable).map(([key, option]): [keyof Options, Option] => [
  key as keyof Options,
  option,
]);
const valued = table.filter(([, option]) => option.placeholder);

function options(argv: string[], env: NodeJS.ProcessEnv = {}): Options {
  const command = readOptions(argv, env);
  if (command.kind !== 'start') throw new Error(`A start was expected, not ${command.kind}`);
  return command.options;
}

/** The refusal's sentence: one line, without a full stop and so without a second sentence. */
function refusal(argv: string[], env: NodeJS.ProcessEnv = {}): string {
  try {
    readOptions(argv, env);
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError);
    const { message } = error as UsageError;
    expect(message).not.toMatch(/[\r\n\u2028\u2029]|\. /);
    return message;
  }
  throw new Error(`${JSON.stringify(argv)} was expected to be refused`);
}

const helpText = () => {
  const command = readOptions(['--help'], {});
  return command.kind === 'help' ? command.text : '';
};

describe('where nothing is said', () => {
  test('the defaults hold', () => {
    expect(options([])).toEqual(defaults);
    expect(defaults).toEqual({
      host: '127.0.0.1',
      port: 4650,
      db: ':memory:',
      seed: 'default',
      allowedHost: [],
      pace: paces.instant,
      clock: 'system',
      strict: false,
      control: true,
      controlToken: '',
      logLevel: 'warn',
    });
  });

  test('variables of other programs do not matter', () => {
    expect(options([], { PORT: '1', DATAFY_TOKEN: 'x', PATH: '/bin' })).toEqual(defaults);
  });
});

describe.each(table)('%s', (key, option) => {
  const { text, value, bad } = samples[key];
  const { flag, variable } = option;
  const other = { ...defaults, [key]: value };

  test('is read from its variable', () => {
    expect(options([], { [variable]: text })).toEqual(other);
  });

  test('keeps its default where its variable is empty', () => {
    expect(options([], { [variable]: '' })).toEqual(defaults);
  });

  test('its flag wins over its variable', () => {
    const off = flag.replace('--', '--no-');
    const written = option.placeholder ? [flag, text] : [value ? flag : off];
    expect(options(written, { [variable]: String(option.default) })).toEqual(other);
    expect(options(written, { [variable]: bad })).toEqual(other);
  });

  test('a bad variable is refused by its name, with the value and what is accepted', () => {
    const message = refusal([], { [variable]: bad });
    expect(message.startsWith(`${variable} `)).toBe(true);
    expect(message).toContain(JSON.stringify(bad));
    expect(message.length).toBeGreaterThan(variable.length + bad.length + 10);
  });

  test('stands in the help text', () => {
    const off = option.default === true ? flag.replace('--', '--no-') : flag;
    expect(helpText()).toContain(`${off} ${option.placeholder}`);
  });
});

describe.each(valued)('%s as a flag', (key, { flag, accepts }) => {
  const { text, value, bad } = samples[key];
  const other = { ...defaults, [key]: value };

  test('is read from the next argument and from behind =', () => {
    expect(options([flag, text])).toEqual(other);
    expect(options([`${flag}=${text}`])).toEqual(other);
  });

  test('counts as it was last written', () => {
    expect(options([flag, bad, flag, text])).toEqual(other);
  });

  test.each([[[flag, bad]], [[`${flag}=${bad}`]]])('is refused with a bad value: %j', (argv) => {
    const message = refusal(argv);
    expect(message.startsWith(`${flag} `)).toBe(true);
    expect(message).toContain(JSON.stringify(bad));
  });

  test.each([[[flag]], [[flag, '--strict']], [[`${flag}=`]], [[flag, '']]])(
    'is refused without a value: %j',
    (argv) => {
      expect(refusal(argv)).toBe(`${flag} needs a value: use ${accepts}`);
    },
  );
});

describe('strict as a flag', () => {
  test('is switched on and off, the last counts', () => {
    expect(options(['--strict']).strict).toBe(true);
    expect(options(['--strict', '--no-strict']).strict).toBe(false);
    expect(options(['--no-strict', '--strict']).strict).toBe(true);
    expect(options(['--no-strict'], { DATAFY_EMULATOR_STRICT: 'true' }).strict).toBe(false);
  });

  test.each(['true', '1', 'false', '0'])('its variable may be %s', (text) => {
    expect(options([], { DATAFY_EMULATOR_STRICT: text }).strict).toBe(text === 'true' || text === '1');
  });

  test('takes no value', () => {
    expect(refusal(['--strict=false'])).toContain('--strict takes no value');
    expect(refusal(['--strict', 'false'])).toContain('Unexpected argument "false"');
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
  ])('the flag %s is refused, with %s as the nearest', (flag, nearest) => {
    for (const argv of [[flag], [`${flag}=1`], [flag, '1']]) {
      expect(refusal(argv)).toBe(`Unknown flag "${flag}": the nearest is ${nearest}, and --help lists the flags`);
    }
  });

  test.each(['--frobnicate', '-x', '--x', '--__proto__', '--constructor'])('the flag %s is refused', (flag) => {
    expect(refusal([flag])).toBe(`Unknown flag "${flag}": --help lists the flags`);
  });

  test('a variable of the emulator is refused, with the nearest', () => {
    expect(refusal([], { DATAFY_EMULATOR_LOGLEVEL: 'info' })).toBe(
      'Unknown environment variable "DATAFY_EMULATOR_LOGLEVEL": ' +
        'the nearest is DATAFY_EMULATOR_LOG_LEVEL, and --help lists the flags',
    );
    expect(options([], { DATAFY_EMULATOR_LOGLEVEL: '' })).toEqual(defaults);
  });

  test.each([[['start']], [['--strict', '4650']], [['--', 'x']], [['']]])('an argument is refused: %j', (argv) => {
    expect(refusal(argv)).toContain(`Unexpected argument ${JSON.stringify(argv.at(-1))}`);
  });
});

test.each(['\n', '\r\n', '\u2028'])('a line break in what was written does not break the sentence: %j', (lineBreak) => {
  expect(refusal(['--pace', `slow${lineBreak}er`])).toContain('--pace "slow er" is not a pace');
  refusal([`--host=a${lineBreak}b`]);
  refusal([`--po${lineBreak}rt`]);
  refusal([`a${lineBreak}b`]);
});

describe('--help and --version', () => {
  test('are answered whatever else is wrong', () => {
    expect(readOptions(['--frobnicate', '--help'], { DATAFY_EMULATOR_X: '1' }).kind).toBe('help');
    expect(readOptions(['--version', 'x'], {}).kind).toBe('version');
  });

  test('the help text fits a screen of 24 lines and 80 columns', () => {
    const lines = helpText().split('\n');
    expect(lines.length).toBeLessThanOrEqual(24);
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
  });
});

test('whatever is written, the answer is a command or one line', () => {
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
  fc.assert(
    fc.property(fc.array(argument, { maxLength: 5 }), env, (argv, variables) => {
      try {
        readOptions(argv, variables);
      } catch (error) {
        expect(error).toBeInstanceOf(UsageError);
        expect((error as Error).message).not.toMatch(/[\r\n\u2028\u2029]/);
      }
    }),
    { numRuns: 1000 },
  );
});
