/**
 * `/docs`: the interactive reference of the OpenAPI documents. The page is ours, what draws it is Swagger UI, and all
 * of it comes from here: it loads nothing from elsewhere, and its policy would not let it.
 */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { packageRoot } from '../../ground/files.ts';
import type { Surface } from '../../surface/surface.ts';

/** The files of Swagger UI that the page needs; the build puts them into the package's folder `swagger-ui`. */
export const swaggerUiFiles = ['swagger-ui-bundle.js', 'swagger-ui.css'] as const;

/** Where they are in the project: the package is of Fastify's makers, and only its files are used. */
export const swaggerUiSource = 'node_modules/@fastify/swagger-ui/static';

const types = {
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  html: 'text/html; charset=utf-8',
};

/** Nothing from elsewhere, nothing inline, and nobody may put the page into a frame. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** A page: where it is, what it shows, and where the document of that is. */
interface Page {
  path: string;
  name: string;
  document: string;
}

/** Serves the reference. Its files are read when they are asked for, so that a start does not wait for them. */
export function serveDocs(app: FastifyInstance, version: string, surfaces: readonly Surface[]): void {
  const pages = surfaces.flatMap(({ title, document }): Page[] =>
    document ? [{ path: document.page, name: title, document: document.url }] : [],
  );
  const get = (url: string, handler: (reply: FastifyReply) => unknown) =>
    app.get(url, { schema: { hide: true }, config: { logAt: 'debug' } }, (_request, reply) => handler(reply));
  for (const page of pages) get(page.path, (reply) => send(reply, 'html', pageOf(page, page.path, pages, version)));
  const first = pages.find(({ path }) => path === '/docs');
  if (first) get('/docs/', (reply) => send(reply, 'html', pageOf(first, '/docs/', pages, version)));
  get('/docs/start.js', (reply) => send(reply, 'js', startScript));
  get('/docs/page.css', (reply) => send(reply, 'css', pageStyle));
  for (const file of swaggerUiFiles) {
    get(`/docs/${file}`, async (reply) => send(reply, file.endsWith('.js') ? 'js' : 'css', await swaggerUi(file)));
  }
}

function send(reply: FastifyReply, type: keyof typeof types, content: string | Buffer): FastifyReply {
  return reply
    .type(types[type])
    .header('Content-Security-Policy', policy)
    .header('X-Content-Type-Options', 'nosniff')
    .header('Referrer-Policy', 'no-referrer')
    .header('Cache-Control', 'no-cache')
    .send(content);
}

/** In the package they are in a folder of its own. */
function swaggerUi(file: string): Promise<Buffer> {
  const packaged = new URL(`swagger-ui/${file}`, packageRoot);
  return readFile(existsSync(packaged) ? packaged : new URL(`${swaggerUiSource}/${file}`, packageRoot));
}

/** A volume with a snapshot of it. */
const icon =
  "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'><path fill='%23a5b4fc' d='M5 " +
  "1h10v10h-2V3H5z'/><path fill='%234f46e5' d='M1 5h10v10H1z'/></svg>";

/**
 * No address in it names a host, and each is relative to where it is served, so that it works under whatever name the
 * emulator is reached by, and below whatever path a proxy puts before it.
 *
 * @param at where it is served
 */
function pageOf({ path, name, document }: Page, at: string, pages: readonly Page[], version: string): string {
  const to = (address: string) => '../'.repeat(at.split('/').length - 2) + address.slice(1);
  const links = pages.map((each) => {
    const current = each.path === path ? ' aria-current="page"' : '';
    return `<a href="${to(each.path)}"${current}>${each.name}</a>`;
  });
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${name} · datafy-emulator</title>
<link rel="icon" href="${icon}">
<link rel="stylesheet" href="${to('/docs/swagger-ui.css')}">
<link rel="stylesheet" href="${to('/docs/page.css')}">
</head>
<body>
<header><b>datafy-emulator ${version}</b><nav>${links.join('')}<a href="${to(document)}">openapi.json</a></nav></header>
<main id="reference" data-document="${to(document)}"><noscript>This page needs JavaScript.</noscript></main>
<script src="${to('/docs/swagger-ui-bundle.js')}"></script>
<script src="${to('/docs/start.js')}"></script>
</body>
</html>
`;
}

const startScript = `const reference = document.querySelector('#reference');
SwaggerUIBundle({
  domNode: reference,
  url: new URL(reference.dataset.document, document.baseURI).href,
  deepLinking: true,
  displayOperationId: true,
  displayRequestDuration: true,
  showExtensions: true,
  tryItOutEnabled: true,
});
`;

const pageStyle = `body { margin: 0; font-family: sans-serif; }
header { display: flex; flex-wrap: wrap; gap: 0.5rem 2rem; padding: 1rem 1.25rem; color: #fff; background: #312e81; }
nav { display: flex; gap: 1.25rem; }
a { color: #c7d2fe; }
a[aria-current] { color: #fff; font-weight: bold; text-decoration: none; }
main a { color: #4338ca; }
`;
