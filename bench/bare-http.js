/**
 * What Node's own HTTP server does at best: reads a body, and answers every call with one text.
 * `node bare-http.js ROUTE`, where ROUTE is a file as bench/references.ts writes it.
 */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';

const { answer } = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const text = JSON.stringify(answer);

const server = createServer((request, response) => {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    if (chunks.length > 0) JSON.parse(Buffer.concat(chunks).toString());
    response.writeHead(200, {
      'content-type': 'application/json; charset=utf-8',
      'content-length': Buffer.byteLength(text),
    });
    response.end(text);
  });
});
server.listen(0, '127.0.0.1', () => console.log(`ready on http://127.0.0.1:${server.address().port}`));
