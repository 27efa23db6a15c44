import { Agent, request } from 'node:http';
import type { Call } from './load.ts';
import { executable, type Server, startServer } from './servers.ts';

/** The documentation's volume, of the default seed: managed, with two EBS volumes behind it. */
export const volumeId = 'vol-0b9176567fe16f0bc';
export const accountId = '1536356a-b26f-4feb-8cd5-56b54b6c51d2';
const authorization = 'Bearer account-token';
const json = 'application/json';

export const createSnapshot = (id = volumeId): Call => ({
  method: 'POST',
  path: `/api/v1/volumes/${id}/create-snapshot`,
  headers: { authorization, 'content-type': json },
  body: JSON.stringify({ description: 'before the upgrade', tags: [{ key: 'Name', value: 'nightly' }] }),
});

export const getVolume = (id = volumeId): Call => ({
  method: 'GET',
  path: `/api/v1/aws/volumes/${id}`,
  headers: { authorization },
});

export const createVolume: Call = {
  method: 'POST',
  path: '/api/v1/aws/volumes/create-autoscaling-volume',
  headers: { authorization, 'content-type': json },
  body: JSON.stringify({ volumeProperties: { availabilityZone: 'us-east-1a', diskSize: 100 } }),
};

/** The emulator as it is shipped: nothing is switched off, and it logs what it logs by default. */
export const startEmulator = (name: string, folder: string, ...flags: string[]) =>
  startServer(name, folder, { args: [executable, '--port', '0', ...flags], path: '/_emulator/health' });

const agent = new Agent({ keepAlive: true });

/**
 * A single call, on a connection that stays open.
 *
 * @returns the text of the answer, and how long it took in milliseconds.
 * @throws Error where the answer is no 2xx.
 */
export async function send(
  server: Pick<Server, 'url'>,
  method: 'GET' | 'POST' | 'PUT' | 'DELETE',
  path: string,
  body?: string,
): Promise<{ text: string; milliseconds: number }> {
  const began = performance.now();
  const { status, text } = await new Promise<{ status: number; text: string }>((resolve, reject) => {
    const headers = { authorization, ...(body && { 'content-type': json, 'content-length': Buffer.byteLength(body) }) };
    const sent = request(server.url + path, { method, agent, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString() }));
    });
    sent.on('error', reject);
    sent.end(body);
  });
  const milliseconds = performance.now() - began;
  if (status < 200 || status > 299) throw new Error(`${method} ${path} is ${status}: ${text}`);
  return { text, milliseconds };
}

/** Back to the seed: what one round has made is not in the way of the next. */
export const reset = async (server: Server) => {
  await send(server, 'POST', '/_emulator/reset');
};
