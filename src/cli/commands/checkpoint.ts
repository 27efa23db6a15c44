import type { Command } from 'commander';
import { addExamples } from '../help.ts';
import { jsonTable, print, tableOf } from '../print.ts';
import { remote } from '../remote.ts';

export function define(command: Command, env: NodeJS.ProcessEnv): void {
  addExamples(command, 'datafy-emulator checkpoint create before', 'datafy-emulator checkpoint restore before');

  const create = command.command('create <NAME>').description('keep a copy of the world; one of that name is replaced');
  addExamples(create, 'datafy-emulator checkpoint create before');
  remote(create, env, {}, async ({ world, worldName, args: [name = ''] }) => {
    const { replaced } = await world.checkpoints.create(name);
    console.log(`${replaced ? 'Replaced' : 'Created'} checkpoint ${name} of ${worldName}`);
  });

  const list = command.command('list', { isDefault: true }).description('list the copies there are');
  addExamples(list, 'datafy-emulator checkpoint list --json');
  remote(list, env, jsonTable, async ({ world, flags }) => {
    const checkpoints = await world.checkpoints.list();
    print(checkpoints, flags, () =>
      checkpoints.length === 0
        ? 'There are no checkpoints'
        : tableOf(
            ['name', 'created'],
            checkpoints.map(({ name, createdAt }) => [name, createdAt]),
          ),
    );
  });

  const restore = command.command('restore <NAME>').description('put a copy back: state, clock, pace and ids');
  addExamples(restore, 'datafy-emulator checkpoint restore before');
  remote(restore, env, {}, async ({ world, worldName, args: [name = ''] }) => {
    await world.checkpoints.restore(name);
    console.log(`Restored checkpoint ${name} of ${worldName}`);
  });

  const remove = command.command('delete <NAME>').description('forget a copy');
  addExamples(remove, 'datafy-emulator checkpoint delete before');
  remote(remove, env, {}, async ({ world, worldName, args: [name = ''] }) => {
    await world.checkpoints.delete(name);
    console.log(`Deleted checkpoint ${name} of ${worldName}`);
  });
}
