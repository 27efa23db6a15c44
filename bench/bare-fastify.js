/**
 * What Fastify does at best: one route with the emulator's own schemas, whose handler has its answer ready. It validates
 * and serializes as any Fastify route does, and does nothing else.
 * `node bare-fastify.js ROUTE`, where ROUTE is a file as bench/references.ts writes it.
 */
import { readFileSync } from 'node:fs';
import Fastify from 'fastify';

const { method, url, schema, answer } = JSON.parse(readFileSync(process.argv[2], 'utf8'));

const app = Fastify();
app.route({ method, url, schema, handler: (_request, reply) => reply.send(answer) });
console.log(`ready on ${await app.listen({ port: 0, host: '127.0.0.1' })}`);
