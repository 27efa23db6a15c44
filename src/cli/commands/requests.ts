import { Type } from '@sinclair/typebox';
import type { Command } from 'commander';
import { placePattern } from '../../ground/series.ts';
import { flag, textFlag, wholeFlag } from '../../options/option.ts';
import type { JournalEntry, JournalPage } from '../../types/journal.ts';
import { callFlag } from '../call.ts';
import { addExamples } from '../help.ts';
import { jsonTable, print, tableOf } from '../print.ts';
import { remote } from '../remote.ts';

/** Which calls: the fields of the journal's filter. */
const filterTable = {
  call: callFlag,
  status: wholeFlag('status', 'CODE', 'only what was answered so, such as 400'),
  accountId: textFlag('account', 'ID', 'only what ran against this account', 'an accountId'),
  since: flag({
    name: 'since',
    schema: Type.String({ pattern: placePattern }),
    placeholder: 'NEXT',
    help: 'only those that ended after an earlier answer; 0: all',
    accepts: '0, or what an earlier answer says under "next"',
  }),
  limit: wholeFlag('limit', 'N', 'N at most; 100 where nothing is said'),
};

export function define(command: Command, env: NodeJS.ProcessEnv): void {
  addExamples(command, 'datafy-emulator requests list --status 400');

  const list = command
    .command('list', { isDefault: true })
    .description('list the calls, oldest first; secrets are masked');
  addExamples(list, 'datafy-emulator requests list --call createSnapshotCommand', 'datafy-emulator requests --json');
  remote(list, env, { ...filterTable, ...jsonTable }, async ({ world, flags }) => {
    const { json, call, ...filter } = flags;
    const page = await world.requests.page({ ...call, ...filter });
    print(page, { json }, () => render(page, filter.since));
  });

  const clear = command.command('clear').description('forget the calls');
  addExamples(clear, 'datafy-emulator requests clear');
  remote(clear, env, {}, async ({ world, worldName }) => {
    await world.requests.clear();
    console.log(`Forgot the requests of ${worldName}`);
  });
}

/** Who goes on from somewhere is told what they have missed, and from where to go on next. */
function render({ requests, next, missed }: JournalPage, since: string | undefined): string {
  const table = requests.length === 0 ? 'There are no such requests' : tableOfRequests(requests);
  if (since === undefined) return table;
  const lost = missed === 0 ? [] : [`Forgotten before these: ${missed ?? 'nobody knows how many'}`];
  return [...lost, table, `Go on with --since ${next}`].join('\n');
}

function tableOfRequests(entries: readonly JournalEntry[]): string {
  const rows = entries.map((entry) => [
    String(entry.id),
    entry.at,
    entry.method,
    entry.path + queryOf(entry.query),
    entry.status === null ? '-' : String(entry.status),
    outcomeOf(entry),
  ]);
  return tableOf(['id', 'at', 'method', 'path', 'status', 'what came of it'], rows);
}

function queryOf(query: unknown): string {
  const pairs = new URLSearchParams(query as Record<string, string>).toString();
  return pairs === '' ? '' : `?${decodeURIComponent(pairs)}`;
}

/** Why it was refused, or what it changed. */
function outcomeOf({ error, response, changes, faultId }: JournalEntry): string {
  const said = (response as { message?: unknown } | null)?.message;
  const refusal = error === null ? [] : [`${faultId ?? error}${typeof said === 'string' ? `: ${said}` : ''}`];
  return [...refusal, ...changes.map(({ id, action, to }) => `${id} ${action}${to ? ` -> ${to}` : ''}`)].join(', ');
}
