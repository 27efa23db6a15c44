import { afterAll, expect, test } from 'vitest';
import { variable } from '../../src/cli/flags.ts';
import { isSwitch, variablePrefix } from '../../src/options/option.ts';
import { connectionTable, optionTable } from '../../src/options/options.ts';
import { commands } from '../cli/every-command.ts';
import { operations } from '../routes/datafy/contract/structure.ts';
import { buildWorld } from '../support/world.ts';
import { codes, pages, readPage } from './markdown.ts';

/** What stands in backticks within a line: commands, flags, variables and calls are those that there are. */

const world = await buildWorld();
afterAll(() => world.close());

const options = [...Object.values(optionTable), ...Object.values(connectionTable)];
const variables = options.map(({ variable }) => variable);
const flags = new Map(commands.map(([path, { options }]) => [path, ['--help', ...options.map(({ long }) => long)]]));
// What starts an emulator may be written without the command's name.
flags.get('datafy-emulator')!.push(...flags.get('datafy-emulator start')!);
const anyFlag = new Set([...flags.values()].flat());

const served = [world.app.swagger(), world.app.controlDocument()].flatMap((document) => operations(document as never));
const calls = new Set([
  ...served.map(({ method, path }) => `${method.toUpperCase()} ${path}`),
  'GET /openapi.json',
  'GET /_emulator/openapi.json',
]);

/** What is wrong with a flag, which may have a value behind it. */
function flagProblem(flag: string, value: string | undefined, known: Iterable<unknown>): string[] {
  if (!new Set(known).has(flag)) return [`${flag} is no flag`];
  const option = options.find((each) => each.flag === flag);
  // A word in capitals stands for any value.
  if (!option || isSwitch(option) || value === undefined || /^[A-Z]+$/.test(value)) return [];
  try {
    option.read(value);
    return [];
  } catch (error) {
    return [`${flag} ${(error as Error).message}`];
  }
}

/** What is wrong with a text in backticks. */
function misnamed(code: string): string[] {
  const [call = ''] = /^(GET|POST|PUT|DELETE) \/\S+$/.exec(code) ?? [];
  if (call && !calls.has(call)) return [`${call} is no call`];
  const named = code.match(new RegExp(`\\b${variablePrefix}\\w+`, 'g')) ?? [];
  // Those that a platform sets are named where it is said that they are passed over.
  const strangers = named.filter((each) => !variables.includes(each) && variable({ [each]: 'set' }, each));
  const unknown = strangers.map((each) => `${each} is no variable`);
  const [first = '', ...words] = code.split(' ');
  if (/^--[a-z]/.test(first)) return [...unknown, ...flagProblem(first, words[0], anyFlag)];
  if (first !== 'datafy-emulator') return unknown;
  const end = words.findIndex((word) => !/^[a-z]+$/.test(word));
  const path = ['datafy-emulator', ...words.slice(0, end < 0 ? undefined : end)].join(' ');
  const known = flags.get(path);
  if (!known) return [...unknown, `${path} is no command`];
  return words.flatMap((word, at) => (/^--[a-z]/.test(word) ? flagProblem(word, words[at + 1], known) : []));
}

// What was decided at a time may name what is no more.
const current = pages().filter((path) => !path.startsWith('docs/decisions/'));

test.each(current)('%s', (path) => {
  expect(codes(readPage(path)).flatMap(misnamed)).toEqual([]);
});

test('what is not there is found', () => {
  const found = [
    ...['--db', '--db FILE', '--no-control', '--seed empty', 'datafy-emulator --port 0', 'datafy-emulator clock set'],
    ...['datafy-emulator seed validate FILE --json', 'DATAFY_EMULATOR_PORT=0', 'GET /api/v1/volumes', '--help'],
    ...['--prot', '--port any', 'datafy-emulator rest', 'datafy-emulator reset --status 400', 'DATAFY_EMULATOR_PROT'],
    ...['DELETE /api/v1/volumes', 'datafy-emulator clock put'],
  ].flatMap(misnamed);
  expect(found).toEqual([
    '--prot is no flag',
    '--port "any" is not accepted: use a whole number from 0 to 65535, where 0 takes any free port',
    'datafy-emulator rest is no command',
    '--status is no flag',
    'DATAFY_EMULATOR_PROT is no variable',
    'DELETE /api/v1/volumes is no call',
    'datafy-emulator clock put is no command',
  ]);
});
