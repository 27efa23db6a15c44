import type { ServerResponse } from 'node:http';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from '@sinclair/typebox';
import { EmulatorError } from '../../ground/errors.ts';
import { readPlace, writePlace } from '../../ground/series.ts';
import { clearInterval, setInterval } from '../../ground/timers.ts';
import { pathOf } from '../../ground/url.ts';
import type { Change } from '../../state/index.ts';
import { worldOf } from '../../surface/call.ts';
import type { Happening, WorldEvent } from '../../watch/events.ts';
import type { Recorder } from '../../watch/recorder.ts';
import { renderChange, responses } from './shared.ts';

/** How far a listener may fall behind, in bytes, before it is let go. */
const maxUnreadBytes = 4 * 1024 * 1024;

const listen = {
  operationId: 'listEvents',
  summary: 'Server-sent events of every request and transition, numbered; Last-Event-ID goes on where one left off',
  tags: ['Journal'],
  produces: ['text/event-stream'],
  headers: Type.Object({ 'Last-Event-ID': Type.Optional(Type.String()) }),
  response: responses(200, Type.String({ description: 'A stream of server-sent events.' })),
};

/**
 * Sends what happens, as it happens.
 *
 * @param commentEveryMs how often a stream gets a comment.
 */
export function eventRoutes({ events }: Recorder, commentEveryMs: number): FastifyPluginAsyncTypebox {
  return async (app) => {
    const open = new Set<ServerResponse>();
    let comments: NodeJS.Timeout | undefined;
    const comment = () => {
      for (const stream of open) write(stream, ': nothing new\n\n');
    };
    app.addHook('preClose', async () => {
      for (const stream of open) stream.end();
    });

    // Its headers alone say nothing.
    app.get('/events', { schema: listen, exposeHeadRoute: false }, (request, reply) => {
      const last = request.headers['last-event-id'];
      const since = last === undefined ? undefined : readPlace(String(last));
      if (last !== undefined && since === undefined) {
        const problems = `headers/Last-Event-ID "${last}" is no id of an event: send one as it came, or 0 for all that is kept`;
        throw new EmulatorError('request-invalid', { problems });
      }
      reply.hijack();
      const stream = reply.raw;
      stream.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
      stream.flushHeaders();
      // Where nothing happens, nothing moves, and that is no reason to end it.
      request.raw.socket.setTimeout(0);
      open.add(stream);
      comments ??= setInterval(comment, commentEveryMs);
      const stop = events.listen(
        worldOf(request),
        since,
        (event) => {
          write(stream, renderEvent(event));
          if (event.what.type === 'removed') stream.end();
        },
        (count) => write(stream, `event: missed\ndata: ${JSON.stringify({ count })}\n\n`),
      );
      stream.on('close', () => {
        stop();
        open.delete(stream);
        if (open.size > 0) return;
        clearInterval(comments);
        comments = undefined;
      });
    });
  };
}

function write(stream: ServerResponse, text: string): void {
  stream.write(text);
  if (stream.writableLength > maxUnreadBytes) stream.destroy();
}

let last: { event?: WorldEvent<Change>; text: string } = { text: '' };

/** The text of an event; the same one where it was rendered last, so that all who listen share it. */
export function renderEvent(event: WorldEvent<Change>): string {
  if (event !== last.event) {
    const { what } = event;
    const text = `id: ${writePlace(event)}\nevent: ${what.type}\ndata: ${JSON.stringify(dataOf(what))}\n\n`;
    last = { event, text };
  }
  return last.text;
}

function dataOf(what: Happening<Change>): unknown {
  switch (what.type) {
    case 'transition':
      return { ...renderChange(what.change), request: what.request };
    case 'request': {
      const { type: _, url, ...rest } = what;
      return { ...rest, path: pathOf(url) };
    }
    default:
      return {};
  }
}
