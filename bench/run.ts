/**
 * The benchmark. `npm run bench` measures everything, writes `results.json` beside this file, and the table of
 * docs/performance.md. `npm run bench -- --quick` looks at everything for a moment; `npm run bench -- get-volume start`
 * measures only what has such a name. Both of these only print.
 *
 * Every server is a process of its own, on a core of its own where the system has `taskset`; this process makes the load
 * from another core.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { arch, availableParallelism, cpus, platform, release, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { figures } from './figures/index.ts';
import { full, quick } from './figures/scale.ts';
import { insertTable, type Machine, type Results, tableOf } from './report.ts';
import { notMeasured, type Result } from './result.ts';
import { pinned, pinThisProcess } from './servers.ts';

const root = join(import.meta.dirname, '..');

function npm(folder: string, ...args: string[]): void {
  const { status } = spawnSync('npm', args, { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
  if (status !== 0) throw new Error(`npm ${args.join(' ')} failed in ${folder}`);
}

/** What the benchmark alone needs is installed here, and nowhere else; and what is measured is what is shipped. */
function prepare(): void {
  if (!existsSync(join(import.meta.dirname, 'node_modules'))) {
    npm(import.meta.dirname, 'ci', '--ignore-scripts', '--no-audit', '--no-fund');
  }
  npm(root, 'run', 'build');
}

const machine: Machine = {
  processor: cpus()[0]?.model ?? 'unknown',
  cores: availableParallelism(),
  memory: `${Math.round(totalmem() / 2 ** 30)} GB`,
  system: `${platform()} ${release().split('-')[0]} ${arch()}`,
  node: process.version,
  pinned,
};

function readArguments() {
  try {
    const read = parseArgs({ options: { quick: { type: 'boolean' } }, allowPositionals: true });
    const unknown = read.positionals.filter((name) => !Object.hasOwn(figures, name));
    if (unknown.length > 0) throw new Error(`no figure is called ${unknown.join(', ')}`);
    return read;
  } catch (error) {
    console.error(`npm run bench: ${(error as Error).message}`);
    console.error(`Usage: npm run bench -- [--quick] [${Object.keys(figures).join('|')}]…`);
    process.exit(2);
  }
}

async function main(): Promise<void> {
  const { values, positionals } = readArguments();
  const names = positionals.length > 0 ? positionals : Object.keys(figures);
  prepare();
  pinThisProcess();

  const results: Result[] = [];
  const folder = mkdtempSync(join(import.meta.dirname, '.work-'));
  try {
    for (const name of names) {
      const began = performance.now();
      const measure = figures[name] as (typeof figures)[string];
      try {
        results.push(...(await measure(values.quick ? quick : full, folder)));
      } catch (error) {
        // The others are worth having all the same.
        console.error(error);
        results.push(notMeasured(name, 'ratio', undefined, (error as Error).message));
        process.exitCode = 1;
      }
      console.error(`${name}: ${Math.round((performance.now() - began) / 1000)} s`);
      // After each: what has been measured is not lost where the rest fails.
      if (!values.quick && positionals.length === 0) keep({ machine, results });
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  console.log(tableOf({ machine, results }));
}

/** Writes what was measured beside this file, and into the page. */
function keep(measured: Results): void {
  writeFileSync(join(import.meta.dirname, 'results.json'), `${JSON.stringify(measured, null, 2)}\n`);
  const page = join(root, 'docs/performance.md');
  writeFileSync(page, insertTable(readFileSync(page, 'utf8'), measured));
}

await main();
