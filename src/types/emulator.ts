import type { ControlClient } from './control.ts';
import type { SeedDocument } from './seed-document.ts';
import type { Pace } from './time.ts';

/** What an emulator in one's own process can be told: the options of the executable, but for three defaults. */
export interface StartOptions {
  /** The address to listen on; left out: `127.0.0.1`. */
  host?: string;
  /** The port to listen on; left out, or 0: any free one. */
  port?: number;
  /** Where the state is kept: the path of a file; left out, or `:memory:`: in memory, as long as it runs. */
  db?: string;
  /** What of a file survives a power cut: `full`: all that was answered; `normal`: not the last of it. Left out: `full`. */
  durability?: 'full' | 'normal';
  /**
   * What a new database begins with: a seed by its name (`default`, `empty`, `fleet`), the path of a seed file, or a
   * seed as an object; left out: `default`.
   */
  seed?: string | SeedDocument;
  /** Further host names that requests may be sent to, such as `emulator.test`; left out: none. */
  allowedHost?: readonly string[];
  /** How long transitions take, in milliseconds of the world's clock; left out: 0 for each. */
  pace?: Pace;
  /** The time of the default world: the machine's, or milliseconds since the Unix epoch at which it stands. */
  clock?: 'system' | number;
  /** Whether to hide everything that is not Datafy's own API; left out: false. */
  strict?: boolean;
  /** Whether to serve the control surface; left out: true. Without it, every call of `control` is refused. */
  control?: boolean;
  /** What callers of the control surface must send; left out, or empty: nothing. `control` sends it. */
  controlToken?: string;
  /** How much is logged, to stderr; left out: `silent`. */
  logLevel?: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent';
  /** How it is logged; left out, or `auto`: `pretty` on a terminal, `json` elsewhere. */
  logFormat?: 'auto' | 'pretty' | 'json';
}

/** A running emulator. */
export interface Emulator {
  /** Where the API is, such as `http://127.0.0.1:4650`: what a client takes as its endpoint. */
  url: string;
  /** What a test does to it. */
  control: ControlClient;
  /** Stops it; answers under way are delivered. A second time does nothing. */
  close(): Promise<void>;
}
