import { readFileSync } from 'node:fs';
import { packageRoot } from './files.ts';

/** The version of this package. */
export const { version } = JSON.parse(readFileSync(new URL('package.json', packageRoot), 'utf8')) as {
  version: string;
};
