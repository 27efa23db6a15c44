import { describe, expect, test } from 'vitest';
import { pages, prose, readPage } from './markdown.ts';

/** How the pages are written: one form, so that a change shows what was changed. */

/** A line of a table as it should be: one space on either side of a cell, and nothing lined up. */
function compact(line: string): string {
  const cells = line.slice(1, -1).split(/(?<!\\)\|/);
  const written = cells.map((cell) => cell.trim().replace(/^(:?)-{3,}(:?)$/, '$1---$2'));
  return `| ${written.join(' | ')} |`;
}

function misshapen(markdown: string): string[] {
  const lines = prose(markdown).split('\n');
  return lines.flatMap((line, at) => {
    if (/^\|.*\|$/.test(line)) return line === compact(line) ? [] : [`write: ${compact(line)}`];
    if (line.length > 120) return [`longer than 120: ${line}`];
    if (/\s$/.test(line)) return [`ends in a space: ${line}`];
    if (/^#+ /.test(line) && lines[at - 1]) return [`a heading needs an empty line before it: ${line}`];
    return [];
  });
}

describe('every page', () => {
  test.each(pages())('%s', (path) => {
    const markdown = readPage(path);
    expect(misshapen(markdown)).toEqual([]);
    expect(markdown).toMatch(/[^\n]\n$/);
    expect(prose(markdown).match(/^# /gm)).toHaveLength(1);
  });

  test('that is written otherwise is found', () => {
    const long = 'x'.repeat(121);
    const page = ['| a  | b |', '| ---- | ---: |', `| ${long} |  |`, long, `\`\`\`text\n${long}\n\`\`\``, 'a ', '# b'];
    expect(misshapen(page.join('\n'))).toEqual([
      'write: | a | b |',
      'write: | --- | ---: |',
      `longer than 120: ${long}`,
      'ends in a space: a ',
      'a heading needs an empty line before it: # b',
    ]);
  });
});
