import { relative } from 'node:path';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Where the tests are that take longest: they start processes, or try very many inputs. */
const long = [
  'test/cli/commands',
  'test/deep/',
  'test/package/',
  'test/docs/',
  'test/log/',
  'test/seed/',
  'test/attack/',
];

/** The longest come first, so that no core waits for the last of them. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => {
      const path = relative(import.meta.dirname, moduleId);
      const at = long.findIndex((each) => path.startsWith(each));
      return at < 0 ? long.length : at;
    };
    return (await super.sort(files)).toSorted((a, b) => rank(a) - rank(b));
  }
}

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Far more than any of them takes: a busy machine is slow, and that is no fault of the emulator's.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // The modules of the emulator keep nothing between two emulators, so test files can share them: loading them anew for
    // each file took a third of the time.
    isolate: false,
    // As it comes, vitest leaves one core to itself, and of two that is half.
    maxWorkers: '100%',
    sequence: { sequencer: LongestFirst },
    // The gate reads its counts from this report, never from what the terminal shows.
    reporters: process.env.CI ? ['default', ['json', { outputFile: '.reports/vitest.json' }]] : ['default'],
  },
});
