import { digits } from './numbers.ts';
import type { Result, Target } from './result.ts';

/** Where it was measured. */
export interface Machine {
  processor: string;
  cores: number;
  memory: string;
  system: string;
  node: string;
  /** Whether the servers had one core to themselves, and the load generator another. */
  pinned: boolean;
}

/** What results.json has in it. */
export interface Results {
  machine: Machine;
  results: Result[];
}

/** The figures as a table in Markdown, and a sentence on where they are from. */
export function tableOf({ machine, results }: Results): string {
  const rows = results.map((result) => [
    result.title,
    result.target ? targetText(result.target, result.unit) : '',
    result.measured === undefined ? 'not measured' : amount(result.measured, result.unit),
    result.met === undefined ? '' : result.met ? 'met' : '**missed**',
    spread(result),
    result.notes.join('; '),
  ]);
  const head = ['Figure', 'Target', 'Measured', '', 'Lowest and highest', 'Seen with it'];
  const lines = [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
  const { processor, cores, memory, system, node } = machine;
  const cored = machine.pinned ? 'the servers on one, the load on another' : 'servers and load share them';
  const where = [`On ${processor}, ${cores} cores (${cored}),`, `${memory}, ${system}, Node ${node}.`];
  return [...lines, '', ...where].join('\n');
}

const [opening, closing] = ['<!-- npm run bench writes what follows -->', '<!-- npm run bench wrote this -->'];

/**
 * A page with the table between its two marks.
 *
 * @throws Error for a page without them.
 */
export function insertTable(page: string, results: Results): string {
  const [start, end] = [page.indexOf(opening), page.indexOf(closing)];
  if (start < 0 || end < start) throw new Error(`The page has no ${opening} and ${closing} to put the table between`);
  return `${page.slice(0, start)}${opening}\n\n${tableOf(results)}\n\n${page.slice(end)}`;
}

function targetText(target: Target, unit: Result['unit']): string {
  return 'least' in target ? `≥ ${amount(target.least, unit)}` : `≤ ${amount(target.most, unit)}`;
}

function spread({ rounds, unit }: Result): string {
  if (rounds.length < 2) return '';
  return `${amount(Math.min(...rounds), unit)} to ${amount(Math.max(...rounds), unit)} in ${rounds.length}`;
}

function amount(value: number, unit: Result['unit']): string {
  if (unit === 'ratio') return `${digits(value)} ×`;
  return unit === 'milliseconds' ? `${digits(value)} ms` : `${value.toFixed(0)} MB`;
}
