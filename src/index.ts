import type { AddressInfo } from 'node:net';
import { buildApp } from './app.ts';
import { controlClient } from './client.ts';
import { stop } from './http/stop.ts';
import { defaults } from './options/options.ts';
import type { Emulator, StartOptions } from './types/emulator.ts';

export { ControlError, controlClient } from './client.ts';
export type * from './types/control.ts';
export type * from './types/emulator.ts';
export type * from './types/faults.ts';
export type * from './types/inventory.ts';
export type * from './types/inventory-requests.ts';
export type * from './types/journal.ts';
export type * from './types/organizations.ts';
export type * from './types/seed-document.ts';
export type * from './types/time.ts';
export type * from './types/words.ts';
export type * from './types/world-document.ts';

/**
 * Starts an emulator in this process, on a free port of the loopback address unless the options say otherwise, with
 * its state in memory unless they name a file.
 *
 * @throws Error named `SeedError` where the seed cannot be used, with a line for each problem, Error named
 *   `DatabaseFileError` where the database file cannot be used, Error with a `code` such as `EADDRINUSE` where the
 *   address cannot be listened on.
 */
export async function startEmulator(options: StartOptions = {}): Promise<Emulator> {
  // What is undefined is left out: callers pass on what they may not have.
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  const all = { ...defaults, port: 0, logLevel: 'silent' as const, control: true, ...(given as StartOptions) };
  const { app } = await buildApp(all);
  try {
    await app.listen({ host: all.host, port: all.port });
  } catch (error) {
    await app.close();
    throw error;
  }
  const { address, port, family } = app.server.address() as AddressInfo;
  const url = `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
  return { url, control: controlClient(url, all.controlToken || undefined), close: () => stop(app) };
}
