import { Command, CommanderError } from 'commander';
import { Failure } from '../ground/failure.ts';
import { version } from '../ground/version.ts';
import { refuseUnknownVariables } from './flags.ts';
import { addExamples, styleHelp } from './help.ts';
import { refuseInOurWords } from './refusals.ts';

/** What a command's file has: it lets the command take what it takes, and do what it does. */
interface CommandFile {
  define(command: Command, env: NodeJS.ProcessEnv): void;
}

/** The commands. Only the file of the one that is called is loaded: a start does not wait for the others. */
const commands: Record<string, { summary: string; load: () => Promise<CommandFile> }> = {
  start: {
    summary: 'start the emulator: what is done where no command is named',
    load: () => import('./commands/start.ts'),
  },
  reset: { summary: 'put the world back to its beginning', load: () => import('./commands/reset.ts') },
  clock: {
    summary: 'show the time of the world, stop it, move it, let it run',
    load: () => import('./commands/clock.ts'),
  },
  checkpoint: {
    summary: 'keep copies of the world, and go back to them',
    load: () => import('./commands/checkpoint.ts'),
  },
  faults: { summary: 'let things go wrong on purpose', load: () => import('./commands/faults.ts') },
  requests: {
    summary: 'show which calls were made, and what came of them',
    load: () => import('./commands/requests.ts'),
  },
  seed: { summary: 'look a seed file through, or print the schema of seeds', load: () => import('./commands/seed.ts') },
  health: { summary: 'ask whether the emulator serves', load: () => import('./commands/health.ts') },
  env: {
    summary: "print the variables that point Datafy's clients at the emulator",
    load: () => import('./commands/env.ts'),
  },
  openapi: {
    summary: 'print the OpenAPI document; no emulator needs to run',
    load: () => import('./commands/openapi.ts'),
  },
};

/** The program: every command by its name and summary, and the one that the command line names in full. */
export async function createProgram(argv: readonly string[], env: NodeJS.ProcessEnv): Promise<Command> {
  const program = styleHelp(new Command('datafy-emulator'))
    .description('A local, stateful emulator of the Datafy API.')
    .version(version, '--version', 'show the version')
    .helpOption('-h, --help', 'show this text')
    .helpCommand('help [command]', 'show the text of a command');
  addExamples(program, 'datafy-emulator --port 0', 'eval "$(datafy-emulator env)"');
  program.hook('preAction', () => refuseUnknownVariables(env));

  const [first = '', second = ''] = argv;
  const named = first === 'help' ? second : first;
  const called = Object.hasOwn(commands, named) ? named : 'start';
  for (const [name, { summary, load }] of Object.entries(commands)) {
    const command = program
      .command(name, { isDefault: name === 'start' })
      .summary(summary)
      .description(summary);
    if (name === called) (await load()).define(command.helpCommand(false), env);
  }
  refuseInOurWords(program);
  return program;
}

/** Does what the command line says. A failure is one line on stderr, and the exit code. */
export async function run(argv: readonly string[], env: NodeJS.ProcessEnv): Promise<void> {
  // Whoever reads may have read enough: `datafy-emulator requests | head -1`.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
  try {
    const program = await createProgram(argv, env);
    await program.parseAsync([...argv], { from: 'user' });
  } catch (error) {
    // Help, or the version: it is shown already.
    if (error instanceof CommanderError) return;
    console.error((error as Error).message);
    process.exitCode = error instanceof Failure ? error.exitCode : 1;
  }
}
