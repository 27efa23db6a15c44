import { defineConfig } from 'vitest/config';

/** The suites of test/deep at their full size, which `npm test` runs a share of, and those too slow for any share. */
export default defineConfig({
  test: {
    include: ['test/deep/**/*.test.ts', 'test/deep/**/*.deep.ts'],
    env: { DEEP: '1' },
    // Each has a bound of its own; whatever has none is not waited for longer than this.
    testTimeout: 300_000,
    hookTimeout: 120_000,
    reporters: process.env.CI ? ['default', ['json', { outputFile: '.reports/deep.json' }]] : ['default'],
    // Each of them has both cores busy by itself.
    fileParallelism: false,
  },
});
