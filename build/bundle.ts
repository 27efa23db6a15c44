import { join } from 'node:path';
import { rolldown } from 'rolldown';
import * as timers from '../src/ground/timers.ts';

/**
 * Bundles the program and the package's entry points, with all they import, into a folder.
 *
 * @returns the paths of all modules that went into it.
 */
export async function bundle(root: string, folder: string): Promise<string[]> {
  const bundled = await rolldown({
    cwd: root,
    input: { main: 'src/main.ts', index: 'src/index.ts', vitest: 'src/vitest.ts' },
    platform: 'node',
    // Whoever uses the fixture has vitest, and it must be that one.
    external: ['vitest'],
    transform: {
      define: { __dirname: 'import.meta.dirname', __filename: 'import.meta.filename' },
      // Of what the program uses, too, nothing goes by a timer that a test has replaced.
      inject: Object.fromEntries(Object.keys(timers).map((name) => [name, [join(root, 'src/ground/timers.ts'), name]])),
    },
  });
  const { output } = await bundled.write({
    dir: folder,
    format: 'esm',
    chunkFileNames: '[name].js',
    // Names stay as they are: they stand in the stack traces that users send.
    minify: { compress: true, codegen: { removeWhitespace: true }, mangle: false },
  });
  await bundled.close();
  return output.flatMap((file) => (file.type === 'chunk' ? file.moduleIds : [])).map((id) => join(id));
}
