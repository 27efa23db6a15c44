/**
 * A small service that backs volumes up: POST /backups/{volumeId} takes a snapshot. Run it beside an emulator that
 * listens on its usual port, with Node 24:
 *
 *   DATAFY_URL=http://127.0.0.1:4650 DATAFY_TOKEN=account-token node server.ts
 *   curl -X POST http://127.0.0.1:8080/backups/vol-0b9176567fe16f0bc
 *
 * It listens on HOST (left out: 127.0.0.1) and PORT (left out: 8080; 0: any free one).
 */
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { backUp } from './backup.ts';

const { DATAFY_URL: url, DATAFY_TOKEN: token, HOST: host = '127.0.0.1', PORT: port = '8080' } = process.env;
if (!url || !token) throw new Error('Set DATAFY_URL and DATAFY_TOKEN: where the Datafy API is, and who calls it');

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(`${JSON.stringify(body)}\n`);
}

const server = createServer(async (request, response) => {
  const [, volumeId] = /^\/backups\/([\w-]+)$/.exec(request.url ?? '') ?? [];
  if (request.method === 'GET' && request.url === '/health') return send(response, 200, { status: 'ok' });
  if (request.method !== 'POST' || !volumeId) return send(response, 404, { message: 'POST /backups/{volumeId}' });
  try {
    const { datafySnapshotId, status } = await backUp({ url, token }, volumeId);
    send(response, 201, { snapshotId: datafySnapshotId, status });
  } catch (error) {
    send(response, 502, { message: (error as Error).message });
  }
});

server.listen(Number(port), host, () => {
  const address = server.address() as AddressInfo;
  console.log(`backup service ready on http://${address.address}:${address.port}`);
});
// What runs in a container as its first process has to end by itself when it is told to.
for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => server.close(() => process.exit(0)));
