/** `npm run build`: writes the package to `dist`, or to the folder that is named. */
import { join, resolve } from 'node:path';
import { buildPackage } from './package.ts';

const root = join(import.meta.dirname, '..');
await buildPackage(root, resolve(process.argv[2] ?? join(root, 'dist')));
