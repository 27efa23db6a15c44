import type { AddressInfo } from 'node:net';
import { buildApp } from './app.ts';
import { type ControlClient, controlClient } from './client.ts';
import { defaults, type Options } from './options.ts';
import { stop } from './stop.ts';

export * from './client.ts';
export type { Options } from './options.ts';

/** A running emulator. */
export interface Emulator {
  /** Where the API is: what a client takes as its endpoint. */
  url: string;
  /** What a test does to it. */
  control: ControlClient;
  /** Stops it; answers under way are delivered. */
  close(): Promise<void>;
}

/**
 * Starts an emulator in this process, on a free port of the loopback address unless the options say otherwise, with
 * its state in memory unless they name a file.
 *
 * @throws DatabaseFileError where the database file cannot be used, Error where the address cannot be listened on.
 */
export async function startEmulator(options: Partial<Options> = {}): Promise<Emulator> {
  const all: Options = { ...defaults, port: 0, logLevel: 'silent', control: true, ...options };
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
