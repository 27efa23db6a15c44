import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';

const folder = `${sep}node_modules${sep}`;

/** What a package brings of others, and has no licence of. */
const ofOthers = readdirSync(join(import.meta.dirname, 'licenses')).map((file) =>
  readFileSync(join(import.meta.dirname, 'licenses', file), 'utf8'),
);

/**
 * The licences of all packages that modules of the bundle, and other files, come from, as they ask for.
 *
 * @throws Error for a package that does not say what its licence is.
 */
export function notices(files: readonly string[]): string {
  const packages = new Set(files.filter((path) => path.includes(folder)).map(packageOf));
  const parts = [...packages].sort().map((path) => {
    const { name, version, license } = JSON.parse(readFileSync(join(path, 'package.json'), 'utf8'));
    if (typeof license !== 'string') throw new Error(`${name} does not say what its licence is`);
    const licences = readdirSync(path).filter((file) => /^(licen[cs]e|notice)/i.test(file));
    const texts = licences.map((file) => readFileSync(join(path, file), 'utf8').trim());
    return [`${name} ${version} (${license})`, ...texts].join('\n\n');
  });
  const line = '='.repeat(100);
  return `This package contains parts of the following.\n\n${[...parts, ...ofOthers].map((part) => `${line}\n\n${part}\n`).join('\n')}`;
}

/** The folder of the package that a file belongs to. */
function packageOf(file: string): string {
  const start = file.lastIndexOf(folder) + folder.length;
  const [scope = '', name = ''] = file.slice(start).split(sep);
  const path = file.slice(0, start) + (scope.startsWith('@') ? join(scope, name) : scope);
  if (!existsSync(join(path, 'package.json'))) throw new Error(`${file} belongs to no package`);
  return path;
}
