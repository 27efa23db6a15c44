import { type IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';

/** How long a client may take. */
export interface Timeouts {
  /** From the first byte of a request, or from connecting, to the end of its headers. */
  headersMs: number;
  /** To the end of its body. */
  requestMs: number;
  /** How long nothing may move on a connection while an answer is on its way. */
  stallMs: number;
  /** How long a connection may wait for its next request. */
  idleMs: number;
  /** How often the first two are looked at. */
  checkMs: number;
  /** How often a stream of events gets a comment, so that no client and no proxy ends it for its silence. */
  commentMs: number;
}

/**
 * With Fastify's defaults a client may send one byte at a time for as long as it likes, and never read its answer:
 * what it has sent, or what is written for it, is kept in memory all the while.
 */
export const timeouts: Timeouts = {
  // Headers are one packet or two. It must be less than the time for all of a request: only then Node looks at either.
  headersMs: 10_000,
  // An import of 64 MiB has to fit in, by a slow network too.
  requestMs: 30_000,
  // Longer than the longest delay that a fault can have: nothing moves during it.
  stallMs: 90_000,
  // Longer than the minute after which many clients and proxies let go of a connection: else they would send a request
  // just when it is closed here.
  idleMs: 72_000,
  // Node's own 30 s would add to each of the first two.
  checkMs: 1_000,
  // Proxies commonly end a stream on which nothing comes for a minute.
  commentMs: 20_000,
};

/** The options of Fastify's that hold for connections. */
export const connectionOptions = ({ headersMs, requestMs, stallMs, idleMs, checkMs }: Timeouts) => ({
  http: {
    headersTimeout: headersMs,
    connectionsCheckingInterval: checkMs,
    ServerResponse: PatientResponse as typeof ServerResponse,
  },
  requestTimeout: requestMs,
  connectionTimeout: stallMs,
  keepAliveTimeout: idleMs,
  clientErrorHandler,
});

/** How much is read of bodies that nobody wants, in bytes: twice the longest that any call takes. */
export const maxDiscardedBytes = 128 * 1024 * 1024;

/** The request of a connection that was answered last before it had arrived. */
const early = new WeakMap<Socket, IncomingMessage>();

/** Whether a request was answered before it had arrived. */
export const answeredEarly = (request: IncomingMessage) => early.get(request.socket) === request;

/**
 * An answer that ends when its request has arrived. A refusal may be written long before that, and most clients read it
 * only when they have sent everything: a connection that is closed with bytes unread is reset, and the answer lost. So
 * the rest is read and thrown away, up to `maxDiscardedBytes`, and for as long as a request may take.
 */
class PatientResponse extends ServerResponse<IncomingMessage> {
  // biome-ignore lint/suspicious/noExplicitAny: it is passed on as it came
  override end(...given: any[]): this {
    const { req } = this;
    if (req.complete || !mayHaveBody(req)) return super.end(...given);
    if (answeredEarly(req)) return this;
    early.set(req.socket, req);
    const [chunk, encoding] = given;
    if (chunk?.length > 0) this.write(chunk, encoding);
    else this.flushHeaders();
    let left = maxDiscardedBytes;
    req.on('data', ({ length }) => {
      left -= length;
      if (left < 0) req.socket.destroy();
    });
    req.on('end', () => super.end());
    req.resume();
    return this;
  }
}

const mayHaveBody = ({ headers }: IncomingMessage) =>
  headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined;

/** What is said to a client before its connection ends, by the code of Node's error; 400 for all that is no HTTP. */
const ends: Partial<Record<string, [status: string, message: string]>> = {
  ERR_HTTP_REQUEST_TIMEOUT: ['408 Request Timeout', 'The request took too long to arrive'],
  HPE_HEADER_OVERFLOW: ['431 Request Header Fields Too Large', 'The headers are more than 16 KiB long'],
  HPE_CHUNK_EXTENSIONS_OVERFLOW: ['413 Payload Too Large', 'The extensions of the chunks are too long'],
};

/**
 * A request that Node cannot read, or will not wait for. Its bytes, which the error has with it, may hold a token: they
 * are neither answered nor logged.
 */
function clientErrorHandler(this: FastifyInstance, error: NodeJS.ErrnoException & { reason?: string }, socket: Socket) {
  const { code = '', reason = 'it cannot be read' } = error;
  this.log.trace({ code }, 'A connection ended before its request did');
  if (code === 'ECONNRESET' || !socket.writable) return socket.destroy();
  // It has its answer, of which some may still be on the way.
  if (early.get(socket)?.complete === false) return socket.destroySoon();
  const [status, message] = ends[code] ?? ['400 Bad Request', `The request is no HTTP: ${reason}`];
  const body = JSON.stringify({ message });
  const head = `content-type: application/json; charset=utf-8\r\ncontent-length: ${Buffer.byteLength(body)}`;
  socket.write(`HTTP/1.1 ${status}\r\nconnection: close\r\n${head}\r\n\r\n${body}`);
  return socket.destroy();
}
