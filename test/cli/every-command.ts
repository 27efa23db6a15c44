import type { Command } from 'commander';
import { createProgram } from '../../src/cli/program.ts';

/** Every command that a command line can name, as it is written, with itself. */
async function commandsOf(argv: string[]): Promise<[string, Command][]> {
  const program = await createProgram(argv, {});
  const walk = (command: Command, path: string): [string, Command][] => [
    [path, command],
    ...command.commands.flatMap((each) => walk(each, `${path} ${each.name()}`)),
  ];
  const [name] = argv;
  if (name === undefined) return [['datafy-emulator', program]];
  return walk(program.commands.find((each) => each.name() === name)!, `datafy-emulator ${name}`);
}

/** The names of the commands, without those below them. */
export const names = (await createProgram([], {})).commands.map((command) => command.name());

/** Every command there is, by how it is written, as in `datafy-emulator clock set`. */
export const commands = [await commandsOf([]), ...(await Promise.all(names.map((name) => commandsOf([name]))))].flat();
