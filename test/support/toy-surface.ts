import { identify } from '../../src/auth/authenticate.ts';
import { EmulatorError } from '../../src/ground/errors.ts';
import type { BodyFormat } from '../../src/http/body-format.ts';
import type { ServedSurface } from '../../src/routes/served.ts';
import { targetOf } from '../../src/surface/call.ts';

/** A refusal that is the toy's own, as an API of its own has them. */
class ToyError extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

const form: BodyFormat = {
  accepts: (contentType) => contentType.startsWith('application/x-www-form-urlencoded'),
  expected: 'a form',
  notText: () => new ToyError('BadForm', 'The form is no UTF-8'),
  reader: () => (text, done) => {
    if (/%(?![\da-f]{2})/i.test(text)) return done(new ToyError('BadForm', 'A % is followed by no two digits'));
    done(null, Object.fromEntries(new URLSearchParams(text)));
  },
  show: (text, hide) =>
    Object.fromEntries([...new URLSearchParams(text)].map(([name, value]) => [name, hide(name, value)])),
};

const operations = ['ToyList', 'ToySnapshot', 'ToyGrow', 'ToyFail'].map((operationId) => ({
  operationId,
  method: 'POST',
  path: '/toy',
  namesVolume: true,
}));

/**
 * The smallest surface there can be that has all of its own: a header for its credential, a form for its bodies, one
 * address for all operations, which the form names, refusals that are lines of text, its own statuses, names and
 * sentences, and a document. It has nothing of what surfaces share.
 */
export const toySurface: ServedSurface = {
  name: 'toy',
  title: 'Toy API',
  paths: ['/toy'],
  isWatched: true,
  credentialIn: ({ 'x-toy-key': key }) => key?.toString(),
  admit: ({ headers }, state) => {
    const key = headers['x-toy-key'];
    if (key === undefined) throw new ToyError('NoKey', 'Send the header X-Toy-Key');
    return identify(state, String(key));
  },
  operationOf: ({ body }) => (body as { Action?: string } | undefined)?.Action ?? '',
  operations,
  volumeIdOf: ({ body }) => (body as { Volume?: string } | undefined)?.Volume,
  changes: ({ call }) => call.operation !== 'ToyList',
  bodies: form,
  bodyLimit: 2_048,
  statuses: {
    forbidden: 403,
    unauthorized: 403,
    invalid: 418,
    missing: 410,
    disallowed: 405,
    conflict: 412,
    unsupported: 415,
    unavailable: 503,
    'size-not-larger': 422,
    http: 416,
  },
  names: { sizeGb: 'ToySize' },
  sentences: { 'token-unknown': () => 'That key opens nothing' },
  ownRefusal: (error) =>
    error instanceof ToyError ? { code: error.code, message: error.message, status: 402 } : undefined,
  render: ({ code, clientCode = `Toy.${code}`, message }) => ({
    body: `${clientCode}\n${message}\n`,
    headers: { 'content-type': 'text/toy' },
  }),
  hasCodes: true,
  document: {
    url: '/toy/openapi.json',
    page: '/docs/toy',
    decorator: 'toyDocument',
    openapi: { info: { title: 'The toy', version: '' } },
  },

  open(app, { state }) {
    app.post('', { schema: { summary: 'All that the toy can' } }, (request, reply) => {
      const { Volume = '', Size = '' } = request.body as Record<string, string>;
      const target = targetOf(request);
      switch (request.call.operation) {
        case 'ToySnapshot':
          return reply.send(state.createSnapshot(target, Volume, { autoscalingOnly: true }).datafySnapshotId);
        case 'ToyList':
          return reply.send(target.accountId);
        case 'ToyGrow':
          state.modify(target, Volume, { sizeGb: Number(Size), autoscalingOnly: true, expandFilesystem: false });
          return reply.send('grown');
        case 'ToyFail':
          throw new Error('nobody foresaw this');
        default:
          throw new EmulatorError('request-invalid', { problems: 'The toy has no such action' });
      }
    });
  },
};
