import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { done } from '../../routes/control/control.ts';
import { volumes } from '../../support/world.ts';
import { begin, endAll, sender } from './process.ts';

// Told to stop with calls under way, and with connections that would never end by themselves.

const calls = 20;

let folder: string;
let sockets: Socket[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'datafy-emulator-'));
  sockets = [];
});
afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  await endAll();
  rmSync(folder, { recursive: true });
});

/** A connection on which this has been sent, and an answer to all of it if there is one. */
async function sent(port: number, text: string): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  sockets.push(socket);
  socket.on('error', () => {});
  await new Promise<void>((written) => socket.write(text, () => written()));
  if (text.endsWith('\r\n\r\n') && text.startsWith('GET')) await new Promise((heard) => socket.once('data', heard));
}

const head = 'HTTP/1.1\r\nHost: localhost\r\n';
const unfinished = [
  ['idle, never used', ''],
  ['idle, used', `GET /_emulator/health ${head}\r\n`],
  ['half of a first line', 'GET /_emul'],
  ['half of its headers', `GET /_emulator/health ${head}Accept: `],
  [
    'half of a body',
    `POST /api/v1/accounts ${head}Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{"name":`,
  ],
] as const;

test(`of ${calls} calls under way each is answered, and it ends with 0 within 5 seconds`, async () => {
  const { child, ended, send, url, port } = await begin(['--db', 'world.db'], { cwd: folder });
  const match = { operationId: 'createSnapshotCommand' };
  const { faultId } = await done(send('POST', '/_emulator/faults', { match, effect: { delayMs: 1_500 } }));
  for (const [, text] of unfinished) for (let count = 0; count < 3; count++) await sent(port, text);
  const authorization = 'Bearer account-token';
  const path = `/api/v1/volumes/${volumes.documented}/create-snapshot`;
  const answers = Array.from({ length: calls }, (_, call) =>
    sender(url)('POST', path, { description: `call ${call}` }, { authorization }),
  );
  // Each is under way once the fault has struck it.
  const struck = async () => {
    const { faults } = await done(send('GET', '/_emulator/faults'));
    return faults.find((each: { faultId: string }) => each.faultId === faultId).fired;
  };
  while ((await struck()) < calls);

  const told = performance.now();
  child.kill('SIGTERM');
  const statuses = (await Promise.all(answers)).map(({ status }) => status);
  expect(statuses).toEqual(Array.from({ length: calls }, () => 200));
  expect(await ended).toBe(0);
  expect(performance.now() - told).toBeLessThan(5_000);
  expect(readdirSync(folder)).toEqual(['world.db']);

  const next = await begin(['--db', 'world.db'], { cwd: folder });
  const { snapshots } = await done(next.send('GET', '/_emulator/state'));
  const descriptions = snapshots.map(({ description }: { description: string }) => description);
  expect(descriptions).toEqual(expect.arrayContaining(Array.from({ length: calls }, (_, call) => `call ${call}`)));
}, 60_000);
