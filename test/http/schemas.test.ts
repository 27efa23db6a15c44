import Fastify from 'fastify';
import { expect, test } from 'vitest';
import { systemClock } from '../../src/ground/clock.ts';
import { defaults } from '../../src/options/options.ts';
import { serve } from '../../src/routes/served.ts';
import { surfacesOf } from '../../src/routes/surfaces.ts';
import { createState } from '../../src/state/index.ts';
import { openDatabase } from '../../src/state/storage/database.ts';
import { createRecorder } from '../../src/watch/recorder.ts';

/**
 * The emulator compiles a schema when its call is first made, and trusts it. Fastify's own compilers, which this
 * instance has, hold every schema against the meta-schema and compile it before the instance is ready.
 */
test('every schema of every call is a schema, and compiles', async () => {
  const recorder = createRecorder(
    () => 0,
    () => undefined,
  );
  const db = openDatabase(':memory:');
  const state = createState(db, systemClock, recorder);
  const app = Fastify();
  let compiled = 0;
  app.addHook('onRoute', ({ schema }) => {
    if (schema) compiled++;
  });
  const surfaces = surfacesOf(defaults);
  const door = { state, recorder, version: '0', surfaces, operations: [], commentEveryMs: 20_000 };
  serve(app, surfaces, door);
  await app.ready();
  expect(compiled).toBeGreaterThan(50);
  await app.close();
  db.close();
});
