import { readdirSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The project's folder. */
export const root = fileURLToPath(new URL('../..', import.meta.url));

/** A page of the documentation, by its path from the project's folder. */
export const readPage = (path: string): string => readFileSync(join(root, path), 'utf8');

const elsewhere = new Set(['node_modules', 'dist', '.git', '.reports']);

/** The paths of all files below one of the project's folders, from the project's folder. */
export function filesBelow(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name).split(sep).join('/');
    if (!entry.isDirectory()) return [path];
    return elsewhere.has(entry.name) ? [] : filesBelow(path);
  });
}

/** The paths of all Markdown files of the project. */
export const pages = (): string[] =>
  filesBelow('')
    .filter((path) => path.endsWith('.md'))
    .sort();

/** A fenced block. */
export interface Block {
  /** What stands behind its fence. */
  language: string;
  /** The lines within. */
  text: string;
  /** Its first line in the page, from 1. */
  line: number;
  /** Why it is not run, where the line above it says so: `<!-- not run here: reason -->`. */
  notRun: string | undefined;
}

const fence = /^```(\S*)\n(.*?)^```$/gms;

export function blocks(markdown: string): Block[] {
  return [...markdown.matchAll(fence)].map(({ 1: language = '', 2: text = '', index }) => {
    const above = markdown.slice(0, index);
    const notRun = /<!-- not run here: (\S.*) -->\n$/.exec(above)?.[1];
    return { language, text, line: above.split('\n').length, notRun };
  });
}

/** The page without what stands in fenced blocks, where nothing is Markdown. */
export const prose = (markdown: string): string => markdown.replace(fence, '');

/** What stands below a heading, up to the next heading of its level or a higher one. */
export function section(markdown: string, heading: string): string {
  const lines = markdown.split('\n');
  const start = lines.findIndex((line) => /^#+ /.test(line) && line.replace(/^#+ /, '') === heading);
  if (start < 0) throw new Error(`There is no heading "${heading}"`);
  const level = /^#+/.exec(lines[start]!)![0].length;
  let inFence = false;
  const end = lines.findIndex((line, at) => {
    if (line.startsWith('```')) inFence = !inFence;
    return at > start && !inFence && new RegExp(`^#{1,${level}} `).test(line);
  });
  return lines.slice(start + 1, end < 0 ? undefined : end).join('\n');
}

/** A table: its rows by the names of its columns. */
export interface Table {
  columns: string[];
  rows: Record<string, string>[];
}

const cells = (line: string) =>
  line
    .replace(/^\||\|\s*$/g, '')
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim().replaceAll('\\|', '|'));

export function tables(markdown: string): Table[] {
  const found = prose(markdown).matchAll(/^(\|.*\|)\n\|[-:| ]+\|\n((?:\|.*\|(?:\n|$))*)/gm);
  return [...found].map(([, head = '', body = '']) => {
    const columns = cells(head);
    const rows = body.split('\n').filter(Boolean).map(cells);
    for (const row of rows) {
      if (row.length !== columns.length) throw new Error(`A row has other columns than its table: ${row.join(' | ')}`);
    }
    return { columns, rows: rows.map((row) => Object.fromEntries(row.map((cell, at) => [columns[at]!, cell]))) };
  });
}

/** The one table below a heading, with these columns. */
export function table(markdown: string, heading: string, columns: readonly string[]): Record<string, string>[] {
  const found = tables(section(markdown, heading)).filter((each) => each.columns.join() === columns.join());
  if (found.length !== 1) throw new Error(`Below "${heading}" are ${found.length} tables of ${columns.join(', ')}`);
  return found[0]!.rows;
}

/** Every text in backticks. */
export const codes = (markdown: string): string[] =>
  [...prose(markdown).matchAll(/`([^`\n]+)`/g)].map(([, code]) => code!);
