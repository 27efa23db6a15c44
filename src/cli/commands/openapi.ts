import type { Command } from 'commander';
import { buildApp } from '../../app.ts';
import { onlySwitch } from '../../options/option.ts';
import { defaults, optionTable } from '../../options/options.ts';
import { addFlags, readFlags } from '../flags.ts';
import { addExamples } from '../help.ts';

const table = {
  control: onlySwitch('control', "that of the control surface, instead of the Datafy API's"),
  strict: optionTable.strict,
};

export function define(command: Command, env: NodeJS.ProcessEnv): void {
  addExamples(command, 'datafy-emulator openapi > openapi.json', 'datafy-emulator openapi --control');
  addFlags(command, table);
  command.action(async () => {
    const { control, strict } = readFlags(command, table, env);
    const { app } = await buildApp({ ...defaults, strict, logLevel: 'silent' });
    console.log(JSON.stringify(control ? app.controlDocument() : app.swagger(), null, 2));
    await app.close();
  });
}
