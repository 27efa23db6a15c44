import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import packageJson from '../../package.json' with { type: 'json' };
import { optionTable } from '../../src/options/options.ts';
import { bash, type Running, runCommand, shellPath } from '../cli/executable.ts';
import { vitest } from '../support/processes.ts';
import { type Block, blocks, root } from './markdown.ts';

/** The address that the pages speak of: the default one. */
export const written = `http://${optionTable.host.default}:${optionTable.port.default}`;

/** The port that the pages have nothing listen on, until they start something there themselves. */
const otherPort = '4651';

/** A block that prints something, and what the page says it prints. */
export interface Step {
  block: Block;
  /** What stands in the block behind it; undefined where there is none. */
  shown: string | undefined;
}

/** Whether it shows what the block before it prints. */
export const isOutput = ({ language }: Block) => language === 'text' || language === 'json';

/** The blocks of a page that something is printed by, but for those that are run elsewhere. */
export function stepsOf(markdown: string, elsewhere: (block: Block) => boolean): Step[] {
  return blocks(markdown).flatMap((block, at, all) => {
    if (!['sh', 'bash'].includes(block.language) || block.notRun !== undefined || elsewhere(block)) return [];
    const next = all[at + 1];
    return [{ block, shown: next && isOutput(next) ? next.text : undefined }];
  });
}

/** The name that a file is saved under: its first line, as a comment. */
export const fileName = ({ text }: Block) => /^# ([\w.-]+)\n/.exec(text)?.[1];

/** How an emulator is started: in a checkout by npm, elsewhere by its name. */
export const isStart = ({ text }: Block) => /^((npm ci && )?npm start( --.*)?|datafy-emulator( .*)?)\n$/.test(text);

/** Starts an emulator by the line of a page, on any free port. */
async function start({ text }: Block, cwd: string): Promise<{ running: Running; url: string; printed: () => string }> {
  const inCheckout = text.replace(/^npm ci && /, '').replace(/^npm start(?: -- ?)?/, `${packageJson.scripts.start} `);
  const isNpm = inCheckout !== text;
  const { name, version, scripts } = packageJson;
  const running = runCommand('bash', ['-c', `exec ${inCheckout}`], {
    cwd: isNpm ? root : cwd,
    env: { PATH: shellPath(), [optionTable.port.variable]: '0' },
  });
  await running.says(/^docs .*\n/m);
  const [url] = /http:\/\/[^\s/]+/.exec(running.output.stdout)!;
  // What npm prints before it: it is not asked itself, since it does not pass a signal on.
  const header = isNpm ? `> ${name}@${version} start\n> ${scripts.start}\n` : '';
  return { running, url, printed: () => header + running.output.stdout.replaceAll(url, written) };
}

async function freePort(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await once(server.close(), 'close');
  return String(port);
}

const mark = '--- end of block ---';

/**
 * Does what a reader of a page would do. A `sh` block starts an emulator. All `bash` blocks are pasted into one shell,
 * whose commands go to the emulator that was started last; where the page starts none, to a fresh one. Files that
 * the page shows are in the folder of them all.
 *
 * @returns what each step printed, in their order.
 */
export async function play(markdown: string, steps: readonly Step[]): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'page-'));
  const emulators: Running[] = [];
  try {
    for (const block of blocks(markdown).filter(({ language }) => language === 'yaml'))
      writeFileSync(join(folder, fileName(block) ?? ''), block.text);
    const port = await freePort();
    const printed: (() => string)[] = [];
    let script = 'exec 2>&1\n';
    let url = '';
    const begin = async (block: Block) => {
      const started = await start(block, folder);
      emulators.push(started.running);
      url = started.url;
      script += `export DATAFY_EMULATOR_URL=${url}\n`;
      return started.printed;
    };
    let outputs: string[] = [];
    let pasted = 0;
    for (const { block } of steps) {
      if (block.language === 'sh') {
        printed.push(await begin(block));
        continue;
      }
      if (url === '') await begin({ ...block, text: 'datafy-emulator\n' });
      const here = url;
      script += `${block.text.replaceAll(written, here).replaceAll(otherPort, port)}\necho '${mark}'\n`;
      const number = pasted++;
      printed.push(() => (outputs[number] ?? '').replaceAll(here, written).replaceAll(port, otherPort));
    }
    if (pasted > 0) {
      const { stdout, code } = await bash(script, { cwd: folder });
      outputs = stdout.split(`${mark}\n`);
      if (outputs.length !== pasted + 1 || outputs[pasted] !== '')
        throw new Error(`The shell ended early, with ${code}: ${outputs.at(-1)}`);
    }
    return printed.map((each) => each());
  } finally {
    for (const { child } of emulators) child.kill('SIGKILL');
    rmSync(folder, { recursive: true });
  }
}

/** Runs a block as a file of tests; answers with how many passed, and how many there are. */
export async function runTests({ text }: Block): Promise<[passed: number, total: number]> {
  const reports = join(root, '.reports');
  mkdirSync(reports, { recursive: true });
  // Within the project, so that vitest is found from there.
  const folder = mkdtempSync(join(reports, 'page-'));
  try {
    writeFileSync(join(folder, 'page.test.ts'), text);
    return await vitest(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const instant = /\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g;
const hour = 3_600_000;

/** The lines that were printed, and those that are shown, without what differs from run to run: the time of day. */
export function alike(printed: string, shown: string): [printed: string[], shown: string[]] {
  // What a controlled clock says has to be shown as it is.
  const now = [...printed.matchAll(instant)].map(([at]) => Math.abs(Date.parse(at) - Date.now()) < hour);
  const lines = (text: string) => {
    let place = 0;
    return text
      .replaceAll(instant, (at) => (now[place++] ? 'NOW' : at))
      .replaceAll(/(?<!T)\b\d\d:\d\d:\d\d\.\d{3}/g, 'TIME')
      .replaceAll(/\b[\d.]+ ms\b/g, 'N ms')
      .replaceAll(/(\bfor |"uptimeSeconds": ?|"durationMs": ?)[\d.]+/g, '$1N')
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '');
  };
  return [lines(printed), lines(shown)];
}
