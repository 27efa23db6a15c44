import { Type } from '@sinclair/typebox';
import type { Command } from 'commander';
import { formatInstant, parseInstant } from '../../ground/clock.ts';
import { UsageError } from '../../ground/failure.ts';
import { flag, onlySwitch } from '../../options/option.ts';
import type { ClockState } from '../../types/time.ts';
import { readValue } from '../flags.ts';
import { addExamples } from '../help.ts';
import { jsonTable, print, tableOf } from '../print.ts';
import { remote } from '../remote.ts';

const seconds = flag({
  name: 'seconds',
  schema: Type.Number(),
  placeholder: 'SECONDS',
  help: 'how far',
  accepts: 'a number of seconds, such as 60 or 0.5',
});

const instant = flag({
  name: 'instant',
  schema: Type.String(),
  placeholder: 'INSTANT',
  help: 'where it is to stand',
  accepts: 'an RFC 3339 instant, such as 2026-01-01T00:00:00Z',
  parse: (written) => parseInstant(written),
});

export function define(command: Command, env: NodeJS.ProcessEnv): void {
  addExamples(command, 'datafy-emulator clock set 2026-01-01T00:00:00Z', 'datafy-emulator clock advance 60');

  const show = command.command('show', { isDefault: true }).description('show what time it is in the world');
  addExamples(show, 'datafy-emulator clock');
  remote(show, env, jsonTable, async ({ world, flags }) => tell(await world.clock.get(), flags));

  const set = command.command('set').description('let the clock stand at an instant, or where it is; forward only');
  set.argument('[INSTANT]', `where it is to stand: ${instant.accepts}`);
  addExamples(set, 'datafy-emulator clock set 2026-01-01T00:00:00Z');
  remote(set, env, jsonTable, async ({ world, flags, args: [at] }) => {
    const now = at === undefined ? {} : { now: formatInstant(readValue(instant, 'INSTANT', at)) };
    tell(await world.clock.set({ mode: 'controlled', ...now }), flags);
  });

  const advance = command.command('advance').description('move a clock that stands, and show what came due on the way');
  advance.argument('[SECONDS]', `how far: ${seconds.accepts}`);
  const advanceTable = {
    untilIdle: onlySwitch('until-idle', 'until nothing is under way that ends by itself'),
    ...jsonTable,
  };
  addExamples(advance, 'datafy-emulator clock advance 60', 'datafy-emulator clock advance --until-idle');
  remote(advance, env, advanceTable, async ({ world, flags, args: [by] }) => {
    if ((by === undefined) === !flags.untilIdle)
      throw new UsageError('clock advance needs either SECONDS or --until-idle');
    const moved =
      by === undefined ? world.clock.advanceUntilIdle() : world.clock.advance(readValue(seconds, 'SECONDS', by));
    tell(await moved, flags);
  });

  const system = command.command('system').description("let the clock run with the machine's");
  addExamples(system, 'datafy-emulator clock system');
  remote(system, env, jsonTable, async ({ world, flags }) => tell(await world.clock.set({ mode: 'system' }), flags));
}

/** Where the clock is, and what came due until then. */
function tell(clock: ClockState, flags: { json: boolean | undefined }): void {
  print(clock, flags, () => {
    const { mode, now, settled, parked } = clock;
    const rows = settled.map(({ at, resource, id, action, to }) => [at, resource, id, action, to ?? '']);
    const changes = rows.length === 0 ? [] : [tableOf(['at', 'what', 'id', 'action', 'to'], rows)];
    const held = parked.map(({ at, resource, id, action, reason }) => [at, resource, id, action, reason]);
    const failures = held.length === 0 ? [] : [tableOf(['at', 'what', 'id', 'parked', 'reason'], held)];
    return [`${now} (${mode})`, ...changes, ...failures].join('\n');
  });
}
