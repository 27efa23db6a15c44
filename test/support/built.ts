import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');
const sources = ['package.json', 'package-lock.json', '{build,db,src}/**/*.*'];

let folder: string | undefined;

/**
 * The folder of the package as it is built from the sources of now. The first test file that asks builds it, and all
 * others share it: the package starts in a third of the time that the sources take.
 */
export function builtPackage(): string {
  folder ??= build();
  return folder;
}

/** The executable of the package. */
export const builtProgram = (): string => join(builtPackage(), 'lib/main.js');

/** A folder in which `datafy-emulator` is the executable, for a shell's PATH. */
export const builtCommands = (): string => join(builtPackage(), 'commands');

function build(): string {
  const hash = createHash('sha256');
  for (const path of globSync(sources, { cwd: root }).sort()) hash.update(path).update(readFileSync(join(root, path)));
  const all = join(root, '.reports/built');
  const built = join(all, hash.digest('hex').slice(0, 16));
  if (existsSync(built)) return built;
  mkdirSync(all, { recursive: true });
  const mine = mkdtempSync(join(all, 'under-way-'));
  execFileSync(process.execPath, [join(root, 'build/index.ts'), mine], { cwd: root, stdio: 'pipe' });
  mkdirSync(join(mine, 'commands'));
  symlinkSync('../lib/main.js', join(mine, 'commands/datafy-emulator'));
  try {
    renameSync(mine, built);
  } catch (error) {
    // Another test file was faster, and what it built is the same.
    if (!existsSync(built)) throw error;
    rmSync(mine, { recursive: true });
  }
  return built;
}
