import type { Command } from 'commander';
import { addExamples } from '../help.ts';
import { remote } from '../remote.ts';

export function define(command: Command, env: NodeJS.ProcessEnv): void {
  addExamples(command, 'datafy-emulator reset');
  remote(command, env, {}, async ({ world, worldName }) => {
    await world.reset();
    console.log(`Reset ${worldName}: it is as it began`);
  });
}
