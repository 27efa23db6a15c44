import { chmodSync, cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildApp } from '../src/app.ts';
import { defaults } from '../src/options/options.ts';
import { swaggerUiFiles, swaggerUiSource } from '../src/routes/docs/page.ts';
import { seedSchema } from '../src/seed/schema.ts';
import { bundle } from './bundle.ts';
import { manifest } from './manifest.ts';
import { notices } from './notices.ts';
import { linkedPages } from './pages.ts';
import { emitTypes } from './types.ts';

/** What goes into the package as it is. */
const copied = {
  'db/migrations': 'db/migrations',
  // SQLite for each platform, as better-sqlite3 brings it: it looks for them beside the folder that it is in.
  'node_modules/better-sqlite3/prebuilds': 'prebuilds',
  ...Object.fromEntries(swaggerUiFiles.map((file) => [`${swaggerUiSource}/${file}`, `swagger-ui/${file}`])),
};

/**
 * Writes the package to a folder, ready to be packed, installed and copied into an image. What was in the folder goes.
 *
 * All that the program needs is bundled into a few files, so that it starts fast and whoever installs it installs
 * nothing else (docs/decisions/0011-one-bundled-package.md).
 */
export async function buildPackage(root: string, folder: string): Promise<void> {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const modules = await bundle(root, join(folder, 'lib'));
  chmodSync(join(folder, 'lib/main.js'), 0o755);
  emitTypes(join(folder, 'lib'));
  const pages = linkedPages(root).map((path) => [path, path] as const);
  for (const [from, to] of [...Object.entries(copied), ...pages])
    cpSync(join(root, from), join(folder, to), { recursive: true });
  const project = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;
  writeFileSync(join(folder, 'package.json'), json(manifest(project)));
  writeFileSync(join(folder, 'openapi.json'), json(await openApi()));
  writeFileSync(join(folder, 'seed.schema.json'), json(seedSchema()));
  writeFileSync(
    join(folder, 'THIRD-PARTY-NOTICES.txt'),
    notices([...modules, ...Object.keys(copied).map((path) => join(root, path))]),
  );
}

/** The document that a running emulator answers /openapi.json with. */
async function openApi(): Promise<object> {
  const { app } = await buildApp({ ...defaults, logLevel: 'silent' });
  const document = app.swagger();
  await app.close();
  return document;
}
