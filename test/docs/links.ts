import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { prose, root } from './markdown.ts';

/** The anchors of a page's headings, as GitHub makes them. */
function anchors(markdown: string): string[] {
  const seen = new Map<string, number>();
  return [...prose(markdown).matchAll(/^#+ (.*)$/gm)].map(([, heading]) => {
    const plain = heading!.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1');
    const slug = plain
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\p{M}_ -]/gu, '')
      .replaceAll(' ', '-');
    const times = seen.get(slug) ?? 0;
    seen.set(slug, times + 1);
    return times === 0 ? slug : `${slug}-${times}`;
  });
}

/** What is wrong with the links of a page, whose path is from a folder: the project's, or that of a package. */
export function brokenLinks(path: string, markdown: string, folder = root): string[] {
  const text = prose(markdown).replace(/`[^`\n]*`/g, '');
  const inline = [...text.matchAll(/\]\(\s*<?([^)\s>]+)>?(?:\s+"[^"]*")?\s*\)/g)].map(([, target]) => target!);
  const defined = [...text.matchAll(/^\[[^\]]+\]:\s*(\S+)/gm)].map(([, target]) => target!);
  return [...inline, ...defined].flatMap((target) => {
    if (/^(https?|mailto):/.test(target)) return [];
    if (/^[a-z][a-z+.-]*:|^\//i.test(target)) return [`${path}: ${target} is no relative link`];
    const [file = '', anchor] = target.split('#', 2);
    const found = file === '' ? path : normalize(join(dirname(path), decodeURIComponent(file)));
    const itself = found === path;
    if (!itself && (found.startsWith('..') || !existsSync(join(folder, found))))
      return [`${path}: ${target} is not there`];
    if (anchor === undefined) return [];
    const isPage = itself || (found.endsWith('.md') && statSync(join(folder, found)).isFile());
    const there =
      isPage &&
      anchors(itself ? markdown : readFileSync(join(folder, found), 'utf8')).includes(decodeURIComponent(anchor));
    return there ? [] : [`${path}: ${target} has no such heading`];
  });
}
