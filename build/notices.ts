import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';

const folder = `${sep}node_modules${sep}`;

/**
 * The licences of all packages that modules of the bundle come from, as they ask for.
 *
 * @throws Error for a package that does not say what its licence is.
 */
export function notices(modules: readonly string[]): string {
  const packages = new Set(modules.filter((path) => path.includes(folder)).map(packageOf));
  const parts = [...packages].sort().map((path) => {
    const { name, version, license } = JSON.parse(readFileSync(join(path, 'package.json'), 'utf8'));
    if (typeof license !== 'string') throw new Error(`${name} does not say what its licence is`);
    const files = readdirSync(path).filter((file) => /^(licen[cs]e|notice)/i.test(file));
    const texts = files.map((file) => readFileSync(join(path, file), 'utf8').trim());
    return [`${name} ${version} (${license})`, ...texts].join('\n\n');
  });
  const line = '='.repeat(100);
  return `This package contains parts of the following.\n\n${parts.map((part) => `${line}\n\n${part}\n`).join('\n')}`;
}

/** The folder of the package that a module belongs to. */
function packageOf(module: string): string {
  const start = module.lastIndexOf(folder) + folder.length;
  const [scope = '', name = ''] = module.slice(start).split(sep);
  const path = module.slice(0, start) + (scope.startsWith('@') ? join(scope, name) : scope);
  if (!existsSync(join(path, 'package.json'))) throw new Error(`${module} belongs to no package`);
  return path;
}
