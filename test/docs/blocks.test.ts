import { spawnSync } from 'node:child_process';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { type Block, blocks, pages, readPage } from './markdown.ts';
import { misdrawn } from './mermaid.ts';
import { alike, fileName, isOutput, isStart, play, runTests, stepsOf } from './play.ts';

/**
 * Every block of every page is run, or says why not. What is done with one follows from its language:
 *
 * - `sh` starts an emulator; the `text` behind it is what the start prints
 * - `bash` is pasted into one shell for the page; the `text` or `json` behind it is what that prints
 * - `ts` is a file of tests for vitest, which pass
 * - `yaml` is saved under the name in its first line, as in `# seed.yaml`, where the commands of its page find it
 * - `mermaid` is a diagram
 *
 * A block that cannot be run has a line above it: `<!-- not run here: reason -->`.
 */

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

/** What is no start, and is run by something else than this: a file that has it, line by line. */
const elsewhere: Record<string, string> = {
  'npm ci && npm test\n': '.ci/run',
  'npm run build && npm pack ./dist\n': 'test/package/package.test.ts',
  'npm install ./datafy-emulator-0.1.0.tgz\nnpx datafy-emulator\n': 'test/package/package.test.ts',
};
const isElsewhere = ({ text }: Block) => Object.hasOwn(elsewhere, text);

const tools = ['bash', 'curl', 'grep', 'sed', 'cut', 'tr', 'head', 'tail'];
const missing = tools.filter((tool) => spawnSync(tool, ['--version']).error);
const because = missing.length > 0 ? ` (skipped: there is no ${missing.join(', ')})` : '';

/** Whether something looks after a block, by its language; `before` and `after` are its neighbours in the page. */
const looksAfter: Record<string, (block: Block, before?: Block, after?: Block) => boolean> = {
  sh: (block) => isElsewhere(block) || isStart(block),
  bash: (_block, _before, after) => after !== undefined && isOutput(after),
  text: (_, before) => before !== undefined && ['sh', 'bash'].includes(before.language) && !isElsewhere(before),
  json: (_, before) => before?.language === 'bash',
  ts: () => true,
  yaml: (block) => fileName(block) !== undefined,
  mermaid: () => true,
};

/** The blocks of a page that nothing runs, and that do not say why. */
function leftAlone(path: string, markdown: string): string[] {
  const all = blocks(markdown);
  return all
    .filter((block, at) => {
      const before = all[at - 1];
      if (block.notRun !== undefined) return false;
      // What something prints that is not run is not known either.
      if (before?.notRun !== undefined && isOutput(block)) return true;
      return !looksAfter[block.language]?.(block, before, all[at + 1]);
    })
    .map(({ line, language, text }) => `${path}:${line}: \`\`\`${language} ${text.split('\n', 1)}`);
}

const every = pages().map((path) => ({ path, markdown: readPage(path) }));

describe('every block', () => {
  test.each(every)('of $path is run, or says why not', ({ path, markdown }) => {
    expect(leftAlone(path, markdown)).toEqual([]);
    // None is written in a form that would not be found.
    expect(markdown.match(/^\s*(`{3,}|~{3,}).*$/gm)?.length ?? 0).toBe(2 * blocks(markdown).length);
  });

  test('that is left alone is found', () => {
    const block = (language: string, text: string) => `\`\`\`${language}\n${text}\n\`\`\``;
    const said = '<!-- not run here: it needs a container engine -->\n';
    const page = [
      block('sh', 'datafy-emulator --port 0'),
      block('sh', 'docker run datafy-emulator'),
      said + block('sh', 'docker run datafy-emulator'),
      block('text', 'ready'),
      block('bash', 'echo'),
      block('ts', "test('', () => {})"),
      block('bash', 'echo'),
      block('text', ''),
      block('text', ''),
      block('yaml', '# a.yaml\naccounts: []'),
      block('yaml', 'accounts: []'),
      block('', 'anything'),
      `<!-- not run here: -->\n${block('console', 'anything')}`,
    ].join('\n\n');
    expect(leftAlone('X.md', page)).toEqual([
      'X.md:5: ```sh docker run datafy-emulator',
      'X.md:14: ```text ready',
      'X.md:18: ```bash echo',
      'X.md:34: ```text ',
      'X.md:43: ```yaml accounts: []',
      'X.md:47: ``` anything',
      'X.md:52: ```console anything',
    ]);
  });

  test.each(Object.entries(elsewhere))('%j is run by %s', (text, file) => {
    for (const line of text.trimEnd().split('\n')) expect(readPage(file)).toContain(line);
    expect(every.some(({ markdown }) => blocks(markdown).some((block) => block.text === text))).toBe(true);
  });
});

const of = (language: string) =>
  every.flatMap(({ path, markdown }) =>
    blocks(markdown)
      .filter((block) => block.language === language && block.notRun === undefined)
      .map((block) => ({ path, line: block.line, block })),
  );

describe.each(
  every
    .map((page) => ({ ...page, steps: stepsOf(page.markdown, isElsewhere) }))
    .filter(({ steps }) => steps.length > 0),
)(`$path${because}`, ({ markdown, steps }) => {
  let printed: string[] = [];
  beforeAll(async () => {
    if (missing.length === 0) printed = await play(markdown, steps);
  });

  test.skipIf(missing.length > 0).each(steps.map(({ block: { line }, shown }, at) => ({ line, shown, at })))(
    'prints what it shows below line $line',
    ({ shown, at }) => {
      expect(printed[at]).toBeDefined();
      if (shown === undefined) return;
      const [is, says] = alike(printed[at]!, shown);
      expect(is).toEqual(says);
    },
  );
});

test.each(of('ts'))('the tests of $path, line $line, pass', async ({ block }) => {
  const [passed, total] = await runTests(block);
  expect(total).toBeGreaterThan(0);
  expect(passed).toBe(total);
});

describe('diagrams', () => {
  test.each(of('mermaid'))('of $path, line $line, can be drawn', ({ block }) => {
    expect(misdrawn(block.text)).toEqual([]);
  });

  test('that cannot be drawn are found', () => {
    const lines = [
      'sequenceDiagram',
      '  participant a as app.ts, nowhere.ts',
      '  a->>b: c',
      '  a->b',
      '  Note over a,c: d',
    ];
    expect(misdrawn(lines.join('\n'))).toEqual([
      'No file: src/nowhere.ts',
      'No participant: b',
      'No line of a sequenceDiagram:   a->b',
      'No participant: c',
    ]);
    expect(misdrawn('stateDiagram-v2\n    [*] --> a : b (c)\n    a -> b')).toEqual([
      'No line of a stateDiagram-v2:     a -> b',
    ]);
    const flow = [
      'flowchart TB',
      '  subgraph a [one]',
      '    b["app.ts, nowhere.ts"]',
      '  end',
      '  a --> c',
      '  a -> b',
    ];
    expect(misdrawn(flow.join('\n'))).toEqual([
      'No file: src/nowhere.ts',
      'No participant: c',
      'No line of a flowchart TB:   a -> b',
    ]);
    expect(misdrawn('pie\n')).toEqual(['There is no pie']);
  });
});

test('what was printed is what is shown, but for the time of day', () => {
  const now = new Date().toISOString();
  const [a, b] = alike(
    `${now} 2030-01-01T00:00:00.000Z (12.5 ms)\n -> 200\n`,
    '2020-02-02T02:02:02.020Z 2030-01-01T00:00:00.000Z (7 ms)\n\n-> 200',
  );
  expect(a).toEqual(b);
  for (const other of ['2030-01-01T00:00:01.000Z', '2020-02-02T02:02:02.020Z 2030-01-01T00:00:00.000Z', 'vol-2']) {
    const [is, says] = alike('2030-01-01T00:00:00.000Z vol-1', other);
    expect(is).not.toEqual(says);
  }
});
