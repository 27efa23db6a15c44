import { once } from 'node:events';
import { type AddressInfo, connect, type Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';

/** Lets an app listen on any free port of the loopback address, and answers the port. */
export async function listen(app: FastifyInstance): Promise<number> {
  await app.listen({ host: '127.0.0.1', port: 0 });
  return (app.server.address() as AddressInfo).port;
}

/** A connection whose bytes are written by hand. */
export interface Connection {
  socket: Socket;
  /** What has arrived, one character a byte. */
  heard(): string;
  /** Resolves to all that arrived, once the connection has ended, however it did. */
  ended: Promise<string>;
  /** Resolves once what has arrived agrees. */
  until(agrees: (heard: string) => boolean): Promise<void>;
}

/** Opens a connection; it is there once the server has taken it. */
export async function open(app: FastifyInstance, port: number): Promise<Connection> {
  const socket = connect({ port, host: '127.0.0.1' });
  let heard = '';
  socket.setEncoding('latin1').on('data', (more) => {
    heard += more;
  });
  // It may be reset: that is an end as well.
  socket.on('error', () => {});
  const ended = new Promise<string>((resolve) => socket.on('close', () => resolve(heard)));
  const taken = once(app.server, 'connection');
  await once(socket, 'connect');
  await taken;
  return {
    socket,
    heard: () => heard,
    ended,
    async until(agrees) {
      while (!agrees(heard)) {
        const over = await Promise.race([ended.then(() => true), once(socket, 'data').then(() => false)]);
        if (over && !agrees(heard)) throw new Error(`The connection ended: ${JSON.stringify(heard.slice(0, 500))}`);
      }
    },
  };
}

/** How many connections a server has. */
export function connectionsOf(app: FastifyInstance): Promise<number> {
  return new Promise((resolve, fail) =>
    app.server.getConnections((error, count) => (error ? fail(error) : resolve(count))),
  );
}

/** Resolves once a server has no more connections than this. */
export async function fewer(app: FastifyInstance, most: number): Promise<void> {
  while ((await connectionsOf(app)) > most) await new Promise((next) => setImmediate(next));
}

/** The status of each answer in what was heard, in order; informational ones too. */
export const statusesOf = (heard: string): number[] =>
  [...heard.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status));
