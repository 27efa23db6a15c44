import type { Command } from 'commander';
import { textFlag, wholeFlag } from '../option.ts';
import type { JournalEntry } from '../types/journal.ts';
import { callFlag } from './call.ts';
import { addExamples } from './help.ts';
import { jsonTable, print, tableOf } from './print.ts';
import { remote } from './remote.ts';

/** Which calls: the fields of the journal's filter. */
const filterTable = {
  call: callFlag,
  status: wholeFlag('status', 'CODE', 'only what was answered so, such as 400'),
  accountId: textFlag('account', 'ID', 'only what ran against this account', 'an accountId'),
  since: wholeFlag('since', 'N', 'only those with a higher number'),
  limit: wholeFlag('limit', 'N', 'the last N; 100 where nothing is said'),
};

export function define(command: Command, env: NodeJS.ProcessEnv): void {
  addExamples(command, 'datafy-emulator requests list --status 400');

  const list = command
    .command('list', { isDefault: true })
    .description('list the calls, oldest first; secrets are masked');
  addExamples(list, 'datafy-emulator requests list --call createSnapshotCommand', 'datafy-emulator requests --json');
  remote(list, env, { ...filterTable, ...jsonTable }, async ({ world, flags }) => {
    const { json, call, ...filter } = flags;
    const entries = await world.requests.list({ ...call, ...filter });
    print(entries, { json }, () => (entries.length === 0 ? 'There are no such requests' : render(entries)));
  });

  const clear = command.command('clear').description('forget the calls');
  addExamples(clear, 'datafy-emulator requests clear');
  remote(clear, env, {}, async ({ world, worldName }) => {
    await world.requests.clear();
    console.log(`Forgot the requests of ${worldName}`);
  });
}

function render(entries: readonly JournalEntry[]): string {
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
