import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const read = (file: string) => JSON.parse(readFileSync(new URL(`../${file}`, import.meta.url), 'utf8'));

interface Locked {
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

  it('is in the lock file for every platform', () => {
    const wanted = Object.values(packages).flatMap(({ optionalDependencies = {} }) =>
      Object.keys(optionalDependencies),
    );
    expect(wanted.filter((name) => !packages[`node_modules/${name}`])).toEqual([]);
  });
});
