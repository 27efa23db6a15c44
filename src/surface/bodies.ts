import { isUtf8 } from 'node:buffer';
import type { FastifyInstance, preValidationHookHandler } from 'fastify';
import { EmulatorError } from '../ground/errors.ts';
import type { Surface } from './surface.ts';

/** The one type that Fastify knows: there is one parser, which looks at the type itself. */
const anyType = 'application/json';

/**
 * Bodies are of their surface's one format, whether the caller says so or says nothing: Datafy's own clients send no
 * Content-Type [C]. What is read is left at the call, as it was sent. An empty body is of no type: many clients name the
 * type that they would have sent. A call that takes a body, and has none or an empty one, is validated as `{}`, so that a
 * refusal can name what is missing [P].
 */
export function receiveBodies(app: FastifyInstance, surfaces: readonly Surface[]): void {
  // Fastify refuses a malformed type before it knows whether there is a body.
  app.addHook('onRequest', (request, _reply, done) => {
    const { 'content-type': contentType } = request.raw.headers;
    if (contentType !== undefined && contentType !== anyType) request.headers = { 'content-type': anyType };
    done();
  });
  app.addHook('onRoute', (route) => {
    if (!route.schema?.body) return;
    const hook: preValidationHookHandler = (request, _reply, done) => {
      if (request.body === undefined) request.body = {};
      done();
    };
    route.preValidation = [hook, ...[route.preValidation ?? []].flat()];
  });
  app.removeAllContentTypeParsers();
  const readers = new Map(surfaces.map((surface) => [surface, surface.bodies.reader(app)]));
  app.addContentTypeParser<Buffer>([anyType, '*'], { parseAs: 'buffer' }, (request, bytes, done) => {
    if (bytes.length === 0) return done(null, undefined);
    const { 'content-type': contentType, 'content-encoding': contentEncoding } = request.raw.headers;
    // A little that is compressed may be a lot that is not: nothing is unpacked here.
    if (contentEncoding !== undefined && !/^identity$/i.test(contentEncoding)) {
      return done(new EmulatorError('content-encoding-unsupported', { contentEncoding }));
    }
    const { call } = request;
    const { bodies } = call.surface;
    const body = bytes.toString();
    // What is no UTF-8 has become something else on the way.
    if (body.includes('\ufffd') && !isUtf8(bytes)) return done(bodies.notText());
    call.sent = body;
    if (contentType !== undefined && !bodies.accepts(contentType)) {
      return done(new EmulatorError('content-type-unsupported', { contentType, expected: bodies.expected }));
    }
    if (body.trim() === '') return done(null, undefined);
    readers.get(call.surface)?.(body, done);
  });
}
