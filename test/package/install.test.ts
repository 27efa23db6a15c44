import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const read = (file: string) => JSON.parse(readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8'));

interface Locked {
  dev?: boolean;
  hasInstallScript?: boolean;
  gypfile?: boolean;
  resolved?: string;
  optionalDependencies?: Record<string, string>;
}

describe('what npm ci installs', () => {
  const { packages } = read('package-lock.json') as { packages: Record<string, Locked> };

  it('needs no Python and no compiler: better-sqlite3 brings its binaries, and is not to be built', () => {
    expect(packages['node_modules/better-sqlite3']?.gypfile).toBe(false);
  });

  it('comes from whatever registry npm is set to', () => {
    expect(Object.values(packages).filter(({ resolved }) => resolved?.startsWith('http'))).toEqual([]);
  });

  it('runs no script of a package that the emulator is made of, and of all others only that of Node', () => {
    const scripted = Object.entries(packages).filter(([, { hasInstallScript }]) => hasInstallScript);
    expect(scripted.map(([path, { dev = false }]) => ({ path, dev }))).toEqual([
      { path: 'node_modules/node', dev: true },
    ]);
  });

  it('is 63 packages that the emulator is made of: one more is a decision', () => {
    const production = Object.entries(packages).filter(([path, { dev }]) => path !== '' && !dev);
    expect(production.length, production.map(([path]) => path).join('\n')).toBe(63);
  });

  it('is in the lock file for every platform', () => {
    const wanted = Object.values(packages).flatMap(({ optionalDependencies = {} }) =>
      Object.keys(optionalDependencies),
    );
    expect(wanted.filter((name) => !packages[`node_modules/${name}`])).toEqual([]);
  });
});
