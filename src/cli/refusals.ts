import type { Command, CommanderError } from 'commander';
import { type Failure, UsageError } from '../ground/failure.ts';
import { needsValue, TableFlag } from './flags.ts';
import { unknown } from './nearest.ts';

/** Lets a command, and those below it, throw what it refuses as a sentence of ours. */
export function refuseInOurWords(command: Command): void {
  command
    .showSuggestionAfterError(false)
    // What is refused is said once, by `run`.
    .configureOutput({ writeErr: () => {} })
    .exitOverride((error) => {
      throw error.exitCode === 0 ? error : refusalOf(command, error);
    });
  for (const below of command.commands) refuseInOurWords(below);
}

/** What commander refuses, in our words. The name that it is about stands in quotes in commander's own. */
function refusalOf(command: Command, { code, message }: CommanderError): Failure {
  const [, name = ''] = /'(.*)'/s.exec(message) ?? [];
  const flags = command.options.filter((option) => option instanceof TableFlag);
  const [written = ''] = name.split(/[= ]/, 1);
  const flag = flags.find(({ long }) => long === written);
  switch (code) {
    case 'commander.unknownOption':
      // Known but for what stands behind it.
      if (flag) {
        return new UsageError(
          `${written} takes no value, but was given ${JSON.stringify(name.slice(written.length + 1))}`,
        );
      }
      return unknown(
        'flag',
        name.split('=', 1)[0]!,
        [...flags.map(({ long }) => long!), '--help', '--version'],
        'flags',
      );
    case 'commander.optionMissingArgument':
      return needsValue(flag!.row);
    case 'commander.excessArguments':
      return excess(command);
    case 'commander.missingArgument':
      return new UsageError(`${pathOf(command)} needs ${name}: --help says what it is`);
    // A command that is nothing but those below it.
    case 'commander.help':
      return withoutCommand(command);
    default:
      return new UsageError(message.replace(/^error: /, ''));
  }
}

/** An argument too much, which may be a command that there is not. */
function excess(command: Command): Failure {
  const argument = command.args[command.registeredArguments.length] ?? '';
  const above = command.parent;
  // Where no command was named, commander has taken the usual one.
  const isFirst = above?.args[0] === argument;
  if (above && isFirst) return unknown('command', argument, namesOf(above), 'commands');
  const hint =
    above && namesOf(above).includes(argument) ? 'a command stands before its flags' : '--help lists the flags';
  return new UsageError(`Unexpected argument ${JSON.stringify(argument)}: ${hint}`);
}

/** Nothing that can be done is named; `help` may name what there is not. */
function withoutCommand(command: Command): Failure {
  const [, named] = command.args;
  if (named !== undefined) return unknown('command', named, namesOf(command), 'commands');
  return new UsageError(`${pathOf(command)} needs a command: ${namesOf(command).join(' or ')}`);
}

const namesOf = (command: Command) => command.commands.map((each) => each.name());

/** A command as it is written: `datafy-emulator clock set`. */
function pathOf(command: Command): string {
  return command.parent ? `${pathOf(command.parent)} ${command.name()}` : command.name();
}
