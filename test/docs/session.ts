import { optionTable } from '../../src/options.ts';
import { defaultSeed } from '../../src/state/seeds/default.ts';
import { bash } from '../cli/executable.ts';
import { blocks } from './markdown.ts';

/** The address that the pages speak of: the default one. */
export const written = `http://${optionTable.host.default}:${optionTable.port.default}`;

/** Something to paste into bash, and what the page says it prints. */
export interface Step {
  commands: string;
  shown: string;
}

/** The bash blocks of a page, each with the block of output behind it. */
export function sessionOf(markdown: string): Step[] {
  return blocks(markdown).flatMap((block, at, all) => {
    if (block.language !== 'bash') return [];
    const output = all[at + 1];
    if (output?.language !== 'text') throw new Error(`No output follows:\n${block.text}`);
    return [{ commands: block.text, shown: output.text }];
  });
}

const mark = '--- end of block ---';

/** Pastes the blocks into one shell, and answers with what each printed; the last is what came after them all. */
export async function play(session: readonly Step[], url: string, env: NodeJS.ProcessEnv = {}): Promise<string[]> {
  const script = session.map(({ commands }) => `${commands.replaceAll(written, url)}\necho '${mark}'\n`).join('');
  const { stdout } = await bash(`exec 2>&1\n${script}`, env);
  return stdout.split(`${mark}\n`);
}

const seeded = new Set(JSON.stringify(defaultSeed).match(/\b(?:vol|dsnap|snap|i)-[0-9a-f]{17}\b/g));

/** Output with what differs from run to run made the same: times, and in the order they turn up, ids that were made. */
export function steady(text: string): string[] {
  const made = new Map<string, string>();
  return text
    .replaceAll(/\b(vol|dsnap|snap|i)-[0-9a-f]{17}\b/g, (id, kind) => {
      if (seeded.has(id)) return id;
      if (!made.has(id)) made.set(id, `${kind}-made-${made.size + 1}`);
      return made.get(id)!;
    })
    .replaceAll(/\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g, 'INSTANT')
    .replaceAll(/http:\/\/127\.0\.0\.1:\d+/g, written)
    .replaceAll(/\d+ ms\)/g, 'N ms)')
    .replaceAll(/(\bfor|"uptimeSeconds":) [\d.]+/g, '$1 N')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}
