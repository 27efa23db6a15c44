import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, posix } from 'node:path';

/** A link of a page to a file or a folder, and not to the web or within the page. */
const relativeLink = /\]\((?![a-z]+:)([^)#\s]+)/g;

/**
 * The README and all that can be reached from it by links: pages, what they link to besides, and what is in the folders
 * that they link to.
 *
 * @returns the paths, from the project's folder.
 * @throws Error where a link leads nowhere.
 */
export function linkedPages(root: string): string[] {
  const found = new Set(['README.md']);
  // A set that grows while it is walked through is walked through to its new end.
  for (const path of found) for (const next of leadsTo(root, path)) found.add(next);
  return [...found].filter((path) => statSync(join(root, path)).isFile());
}

/** What is in a folder, or what a page links to. */
function leadsTo(root: string, path: string): string[] {
  if (statSync(join(root, path)).isDirectory()) {
    const names = readdirSync(join(root, path)).filter((name) => !/^(\.|node_modules$)/.test(name));
    return names.map((name) => posix.join(path, name));
  }
  if (!path.endsWith('.md')) return [];
  const links = readFileSync(join(root, path), 'utf8').matchAll(relativeLink);
  return [...links].map(([, target = '']) => posix.join(posix.dirname(path), target).replace(/\/$/, ''));
}
