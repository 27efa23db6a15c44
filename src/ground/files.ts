import { existsSync } from 'node:fs';

/** The folder of the package: the bundle's files are one folder below it, and those of the sources two. */
export const packageRoot = ['../', '../../']
  .map((path) => new URL(path, import.meta.url))
  .find((folder) => existsSync(new URL('package.json', folder))) as URL;
