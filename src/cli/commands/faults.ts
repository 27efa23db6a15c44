import { Type } from '@sinclair/typebox';
import type { Command } from 'commander';
import { UsageError } from '../../ground/failure.ts';
import { type FlagTable, flag, oneOf, textFlag, type Values, wholeFlag } from '../../options/option.ts';
import type { Fault } from '../../types/faults.ts';
import { callFlag } from '../call.ts';
import { addExamples } from '../help.ts';
import { jsonTable, pairsOf, print, tableOf } from '../print.ts';
import { remote } from '../remote.ts';

const word = <const W extends string>(name: string, placeholder: string, help: string, words: readonly W[]) =>
  flag({
    name,
    schema: Type.Unsafe<W>(Type.Union(words.map((each) => Type.Literal(each)))),
    placeholder,
    help,
    accepts: oneOf(words),
  });

/** What is struck: the fields of `match`, where a call is one of three. */
const matchTable = {
  call: callFlag,
  accountId: textFlag('account', 'ID', 'the account that the call runs against', 'an accountId'),
  volumeId: textFlag('volume', 'ID', 'the volume in the path, or that a transition is about', 'a volumeId'),
  tokenId: textFlag('token', 'ID', 'the token that the call is made with, by its tokenId', 'a tokenId'),
  transition: textFlag(
    'transition',
    'NAME',
    'a transition instead of a call, such as snapshot.create',
    'its name, such as snapshot.create',
  ),
};

/** What happens then: the fields of `effect`. */
const effectTable = {
  status: flag({
    name: 'status',
    schema: Type.Integer({ minimum: 400, maximum: 599 }),
    placeholder: 'CODE',
    help: 'answer with this status, 400 to 599, and do nothing',
    accepts: 'a whole number from 400 to 599',
  }),
  message: textFlag('message', 'TEXT', 'what that answer says', 'any text'),
  header: flag({
    name: 'header',
    schema: Type.String(),
    placeholder: 'NAME:VALUE',
    help: 'a header of the answer, such as Retry-After:1; may be repeated',
    accepts: 'a name and a value, such as Retry-After:1',
    repeats: true,
    parse: (written): [string, string][] | undefined => {
      const [, name = '', value = ''] = /^([^:\s]+):\s*(.*)$/.exec(written) ?? [];
      return name === '' ? undefined : [[name, value]];
    },
  }),
  delayMs: wholeFlag('delay-ms', 'MS', 'let the answer come late'),
  drop: word('drop', 'WHAT', 'connection: no answer, nothing is done; body: half of the answer', [
    'connection',
    'body',
  ]),
  outcome: word('outcome', 'OUTCOME', 'of a transition: fail when it is due, or hold for ever', ['fail', 'hold']),
};

/** How often: the other fields. */
const timesTable = {
  skip: wholeFlag('skip', 'N', 'let so many matches pass first'),
  times: wholeFlag('times', 'N', 'strike so often, and then no more'),
  probability: flag({
    name: 'probability',
    schema: Type.Number({ maximum: 1 }),
    placeholder: 'P',
    help: "strike so probably, by the world's seed: up to 1",
    accepts: 'a number up to 1, such as 0.25',
  }),
};

export function define(command: Command, env: NodeJS.ProcessEnv): void {
  addExamples(command, 'datafy-emulator faults add --call createSnapshotCommand --status 503 --times 2');

  const list = command.command('list', { isDefault: true }).description('list the faults there are, and what they did');
  addExamples(list, 'datafy-emulator faults list --json');
  remote(list, env, jsonTable, async ({ world, flags }) => {
    const faults = await world.faults.list();
    print(faults, flags, () => (faults.length === 0 ? 'There are no faults' : render(faults)));
  });

  const add = command.command('add').description('let something go wrong from now on: what is struck, and how');
  addExamples(add, 'datafy-emulator faults add --call createSnapshotCommand --status 503 --times 2');
  const table = { ...matchTable, ...effectTable, ...timesTable, ...jsonTable };
  remote(add, env, table, async ({ world, flags }) => {
    const { header, ...effect } = pick(flags, effectTable);
    if (Object.keys(effect).length === 0 && header === undefined) {
      const flags = Object.values(effectTable).map(({ flag }) => flag);
      throw new UsageError(`faults add needs what is to happen: one of ${flags.join(', ')}`);
    }
    const { call, ...match } = pick(flags, matchTable);
    const fault = await world.faults.create({
      match: { ...call, ...match },
      effect: { ...effect, ...(header && { headers: Object.fromEntries(header) }) },
      ...pick(flags, timesTable),
    });
    print(fault, flags, () => render([fault]));
  });

  const remove = command.command('remove <ID>').description('remove a fault');
  addExamples(remove, 'datafy-emulator faults remove fault-1');
  remote(remove, env, {}, async ({ world, worldName, args: [id = ''] }) => {
    await world.faults.delete(id);
    console.log(`Removed ${id} from ${worldName}`);
  });

  const clear = command.command('clear').description('remove all faults');
  addExamples(clear, 'datafy-emulator faults clear');
  remote(clear, env, {}, async ({ world, worldName }) => {
    await world.faults.deleteAll();
    console.log(`Removed all faults from ${worldName}`);
  });
}

/** Of what was written that which a table is about; what was left out is not there. */
function pick<T extends FlagTable>(flags: Values<T>, table: T): Partial<Values<T>> {
  const written = Object.entries(flags).filter(([key, value]) => key in table && value !== undefined);
  return Object.fromEntries(written) as Partial<Values<T>>;
}

function render(faults: readonly Fault[]): string {
  const rows = faults.map(({ faultId, match, effect, seen, fired, ...times }) => [
    faultId,
    pairsOf(match) || 'every call',
    pairsOf(effect),
    pairsOf(times) || 'always',
    String(seen),
    String(fired),
  ]);
  return tableOf(['id', 'match', 'effect', 'when', 'seen', 'fired'], rows);
}
