import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Far more than any of them takes: a busy machine is slow, and that is no fault of the emulator's.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // The modules of the emulator keep nothing between two emulators, so test files can share them: loading them anew for
    // each file took a third of the time.
    isolate: false,
    // The gate reads its counts from this report, never from what the terminal shows.
    reporters: process.env.CI ? ['default', ['json', { outputFile: '.reports/vitest.json' }]] : ['default'],
  },
});
