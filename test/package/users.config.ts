import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

const src = join(import.meta.dirname, '../../src');

/** For the tests of users, which import the package by its name: here that is what it is built from. */
export default defineConfig({
  resolve: {
    alias: { 'datafy-emulator/vitest': join(src, 'vitest.ts'), 'datafy-emulator': join(src, 'index.ts') },
  },
  test: {
    // A busy machine is slow, and that is no fault of the emulator's.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Those of this project have a name of their own, so that its own run passes them over.
    include: ['*.test.ts', '*.users.ts'],
    // Node loads the package itself, as where it is installed: Vite does not see it.
    server: { deps: { external: [/\/src\/.*\.ts$/] } },
  },
});
