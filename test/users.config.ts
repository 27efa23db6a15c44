import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

const src = join(import.meta.dirname, '../src');

/** For the tests of users, which import the package by its name: here that is what it is built from. */
export default defineConfig({
  resolve: {
    alias: { 'datafy-emulator/vitest': join(src, 'vitest.ts'), 'datafy-emulator': join(src, 'index.ts') },
  },
  test: { include: ['*.test.ts'] },
});
