import type { ServerResponse } from 'node:http';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from '@sinclair/typebox';
import { EmulatorError } from '../../errors.ts';
import type { Happening, WorldEvent } from '../../events.ts';
import type { Recorder } from '../../recorder.ts';
import type { Change } from '../../state/index.ts';
import { pathOf } from '../../url.ts';
import { renderChange, responses } from './shared.ts';

/** How far a listener may fall behind, in bytes, before it is let go. */
const patience = 4 * 1024 * 1024;

const listen = {
  operationId: 'listEvents',
  summary: 'Server-sent events of every request and transition, numbered; Last-Event-ID goes on where one left off',
  tags: ['Journal'],
  produces: ['text/event-stream'],
  headers: Type.Object({ 'Last-Event-ID': Type.Optional(Type.String()) }),
  response: responses(200, Type.String({ description: 'A stream of server-sent events.' })),
};

/** What happens, as it happens. */
export function eventRoutes({ events }: Recorder): FastifyPluginAsyncTypebox {
  return async (app) => {
    const open = new Set<ServerResponse>();
    app.addHook('preClose', async () => {
      for (const stream of open) stream.end();
    });

    // Its headers alone say nothing.
    app.get('/events', { schema: listen, exposeHeadRoute: false }, (request, reply) => {
      const last = request.headers['last-event-id'];
      const since = last === undefined ? undefined : Number(last);
      if (last !== undefined && !/^\d{1,15}$/.test(String(last))) {
        throw new EmulatorError('request-invalid', { problems: `headers/Last-Event-ID "${last}" is no event number` });
      }
      reply.hijack();
      const stream = reply.raw;
      stream.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
      stream.flushHeaders();
      // Where nothing happens, nothing moves, and that is no reason to end it.
      request.raw.socket.setTimeout(0);
      open.add(stream);
      const { missed, stop } = events.listen(request.world, since, (event) => {
        stream.write(render(event));
        if (event.what.type === 'removed') stream.end();
        if (stream.writableLength > patience) stream.destroy();
      });
      if (missed > 0) stream.write(`event: missed\ndata: {"count":${missed}}\n\n`);
      stream.on('close', () => {
        stop();
        open.delete(stream);
      });
    });
  };
}

function render({ number, what }: WorldEvent<Change>): string {
  return `id: ${number}\nevent: ${what.type}\ndata: ${JSON.stringify(dataOf(what))}\n\n`;
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
