import type { Command } from 'commander';

/** The columns of a help text, at most. */
const width = 100;

/** How the help of a command looks, and of all that are added to it after. */
export function styleHelp(command: Command): Command {
  return command
    .configureHelp({
      optionTerm: ({ flags }) => flags.replace(/[<>]/g, ''),
      subcommandTerm: (each) => [each.name(), ...each.registeredArguments.map((argument) => argument.name())].join(' '),
    })
    .configureOutput({ getOutHelpWidth: () => Math.min(process.stdout.columns ?? width, width) });
}

/** Ends the help of a command with command lines that work as they stand. */
export function addExamples(command: Command, ...lines: string[]): void {
  const list = lines.length === 1 ? [`Example: ${lines[0]}`] : ['Examples:', ...lines.map((line) => `  ${line}`)];
  command.addHelpText('after', `\n${list.join('\n')}`);
}
