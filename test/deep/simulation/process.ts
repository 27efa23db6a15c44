import { copyFileSync, existsSync, mkdirSync } from 'node:fs';
import { Agent, request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type App, buildApp } from '../../../src/app.ts';
import { type ControlledClock, controlledClock } from '../../../src/ground/clock.ts';
import { defaults } from '../../../src/options/options.ts';
import { type Heard, hear } from '../../routes/control/control.ts';
import { beginning, type Method } from '../../support/world.ts';

/** The emulator as one process after another on one database file, with a clock that only the simulation moves. */
export interface Process {
  readonly built: App;
  readonly clock: ControlledClock;
  call(method: Method, url: string, body?: unknown, token?: string): Promise<Heard>;
  /** Listens to the events of a world, from its first one on; below `base` its control calls are. */
  listen(base: string): Promise<void>;
  /** Ends this process, and begins the next one. Answers what was heard of events, by where it was listened. */
  restart(how: 'stop' | 'kill'): Promise<Map<string, string>>;
  /** Ends it for good. */
  end(): Promise<Map<string, string>>;
}

export async function startProcess(folder: string): Promise<Process> {
  mkdirSync(folder, { recursive: true });
  const clock = controlledClock(beginning);
  let file = join(folder, 'world.db');
  let life = await begin(file, clock);
  let killed = 0;
  return {
    get built() {
      return life.built;
    },
    clock,
    call: (...args) => life.call(...args),
    listen: (base) => life.listen(base),
    async restart(how) {
      if (how === 'kill') {
        // What a process leaves behind that never got to close its database.
        killed++;
        const next = join(folder, `killed-${killed}.db`);
        for (const ending of ['', '-wal']) if (existsSync(file + ending)) copyFileSync(file + ending, next + ending);
        file = next;
      }
      const heard = await life.end();
      life = await begin(file, clock);
      return heard;
    },
    end: () => life.end(),
  };
}

async function begin(file: string, clock: ControlledClock) {
  const built = await buildApp({ ...defaults, control: true, logLevel: 'silent', db: file }, clock);
  await built.app.listen({ host: '127.0.0.1', port: 0 });
  const origin = `http://127.0.0.1:${(built.app.server.address() as AddressInfo).port}`;
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const streams = new Map<string, Promise<string>>();
  // The same in every run, as the port is not: the journal shows it.
  const host = { host: 'localhost' };
  return {
    built,
    call: (method: Method, url: string, body?: unknown, token?: string): Promise<Heard> => {
      const headers = { ...host, ...(token !== undefined && { authorization: `Bearer ${token}` }) };
      return hear(origin, method, url, { body, headers, agent });
    },
    listen: (base: string): Promise<void> =>
      new Promise((listening, fail) => {
        const headers = { ...host, 'last-event-id': '0' };
        const request = httpRequest(`${origin}${base}/events`, { headers, agent: false }, (response) => {
          let text = '';
          const ended = new Promise<string>((resolve) => response.on('close', () => resolve(text)));
          response.setEncoding('utf8').on('data', (more) => {
            text += more;
          });
          streams.set(base, ended);
          listening();
        });
        request.on('error', fail).end();
      }),
    async end(): Promise<Map<string, string>> {
      agent.destroy();
      await built.app.close();
      const heard = new Map<string, string>();
      for (const [base, ended] of streams) heard.set(base, await ended);
      return heard;
    },
  };
}
