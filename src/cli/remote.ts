import type { Command } from 'commander';
import { ControlError, controlClient } from '../client.ts';
import { Failure, UsageError } from '../ground/failure.ts';
import { urlOf } from '../ground/url.ts';
import type { FlagTable, Values } from '../options/option.ts';
import { connectionTable, optionTable } from '../options/options.ts';
import type { ControlClient, WorldControl } from '../types/control.ts';
import { addFlags, readFlags } from './flags.ts';

/** What a command that speaks to a running emulator is given. */
export interface Call<T extends FlagTable> {
  /** Where the emulator is, without a slash at the end. */
  url: string;
  client: ControlClient;
  /** The world that is meant. */
  world: WorldControl;
  /** How that world is called in a sentence. */
  worldName: string;
  flags: Values<T>;
  /** What stands behind the command besides flags. */
  args: readonly string[];
}

/** Lets a command speak to a running emulator. What that does not answer, or refuses, is a Failure with exit code 1. */
export function remote<T extends FlagTable>(
  command: Command,
  env: NodeJS.ProcessEnv,
  table: T,
  run: (call: Call<T>) => Promise<void>,
): void {
  addFlags(command, table);
  addFlags(command, connectionTable, { hidden: true });
  const terms = Object.values(connectionTable).map(({ flag, placeholder }) => `${flag} ${placeholder}`);
  command.addHelpText('after', `Which emulator, and which of its worlds: ${terms.join(', ')}`);
  command.action(async () => {
    const flags = readFlags(command, table, env);
    const { url: named, controlToken, organization } = readFlags(command, connectionTable, env);
    const url = named || usualUrl(command, env);
    const client = controlClient(url, controlToken || undefined);
    const world = organization ? client.organization(organization) : client;
    const worldName = organization ? `world ${organization}` : 'the default world';
    try {
      await run({ url, client, world, worldName, flags, args: command.args });
    } catch (error) {
      throw failureOf(error, url, worldName);
    }
  });
}

/** Where an emulator that is started with the same variables is. */
function usualUrl(command: Command, env: NodeJS.ProcessEnv): string {
  const { host, port } = readFlags(command, { host: optionTable.host, port: optionTable.port }, env);
  if (port > 0) return urlOf(host, port);
  throw new UsageError(`${optionTable.port.variable} 0 does not say where the emulator is: name it with ${urlOptions}`);
}

const urlOptions = `${connectionTable.url.flag} or ${connectionTable.url.variable}`;
const tokenOptions = `${connectionTable.controlToken.flag} or ${connectionTable.controlToken.variable}`;

/** Whether an emulator has answered that it has no control surface. */
export const isWithoutControl = (error: unknown) => error instanceof ControlError && error.code === 'call-not-found';

function failureOf(error: unknown, url: string, worldName: string): unknown {
  const fail = (message: string) => new Failure(1, message, { cause: error });
  const stranger = `What answers at ${url} is no datafy-emulator: name another with ${urlOptions}`;
  if (error instanceof ControlError) {
    if (error.code === '') return fail(stranger);
    if (isWithoutControl(error)) return fail(`The emulator at ${url} was started without its control surface`);
    if (error.code === 'control-token-wrong')
      return fail(`The emulator at ${url} needs its control token: give it with ${tokenOptions}`);
    if (error.code === 'clock-not-controlled')
      return fail(`The clock of ${worldName} is the machine's: let it stand first, by datafy-emulator clock set`);
    return fail(error.message);
  }
  // What it answered with is no JSON.
  if (error instanceof SyntaxError) return fail(stranger);
  // How the client says that there was no answer.
  if (error instanceof TypeError && error.cause instanceof Error) {
    const { code, message } = error.cause as NodeJS.ErrnoException;
    return fail(
      `No emulator answers at ${url} (${code ?? message}): start one with datafy-emulator, or name where it is with ${urlOptions}`,
    );
  }
  return error;
}
