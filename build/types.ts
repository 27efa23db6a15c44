import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { isolatedDeclarationSync } from 'rolldown/experimental';

const source = new URL('../src/', import.meta.url);

/** What the package exports; what their declarations speak of comes with them. */
const entries = ['index.ts', 'vitest.ts'];

const relativeImport = /(\bfrom ")(\.[^"]*)\.ts(")/g;

/**
 * Writes the declarations of the package's exports, and of what these speak of, and nothing else: each file by itself,
 * from the types that are written in it.
 *
 * @param outDir the folder that they go to, laid out as `src` is.
 * @returns the paths of what was written, from `outDir`.
 * @throws Error where an exported type is not written out: it names the file and the line.
 */
export function emitTypes(outDir: string): string[] {
  const found = new Set(entries);
  // A set that grows while it is walked through is walked through to its new end.
  for (const file of found) {
    const { code, errors } = isolatedDeclarationSync(file, readFileSync(new URL(file, source), 'utf8'));
    const [error] = errors;
    if (error) throw new Error(`src/${file}: ${error.message}\n${error.codeframe ?? ''}`);
    const declarations = code.replace(relativeImport, (_, before, path, after) => {
      found.add(posix.join(posix.dirname(file), `${path}.ts`));
      return `${before}${path}.js${after}`;
    });
    const target = join(outDir, declarationOf(file));
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, declarations);
  }
  return [...found].map(declarationOf);
}

const declarationOf = (file: string) => file.replace(/\.ts$/, '.d.ts');
