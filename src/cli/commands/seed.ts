import type { Command } from 'commander';
import { SeedError } from '../../ground/failure.ts';
import { inspectSeedFile, inspectSeedInput, refusalOf } from '../../seed/file.ts';
import { seedSchema } from '../../seed/schema.ts';
import type { Seed } from '../../state/document/document.ts';
import { addFlags, readFlags } from '../flags.ts';
import { addExamples } from '../help.ts';
import { jsonTable, print } from '../print.ts';

export function define(command: Command, env: NodeJS.ProcessEnv): void {
  addExamples(command, 'datafy-emulator seed validate team.yaml', 'datafy-emulator seed schema > seed.schema.json');

  const validate = command
    .command('validate <FILE>')
    .description('look a seed file through, without starting anything; - is standard input');
  addExamples(validate, 'datafy-emulator seed validate team.yaml --json');
  addFlags(validate, jsonTable);
  validate.action(async (named: string) => {
    const flags = readFlags(validate, jsonTable, env);
    const report = named === '-' ? await inspectSeedInput(process.stdin) : inspectSeedFile(named);
    const { file, document, problems } = report;
    if (document) {
      const counts = countsOf(document);
      return print({ file, valid: true, ...counts }, flags, () => `${file} is a seed: ${inWords(counts)}`);
    }
    if (!flags.json) throw refusalOf(report);
    print({ file, valid: false, problems }, flags, () => '');
    process.exitCode = new SeedError([]).exitCode;
  });

  const schema = command.command('schema').description('print the JSON Schema of seeds, for an editor');
  addExamples(schema, 'datafy-emulator seed schema > seed.schema.json');
  schema.action(() => console.log(JSON.stringify(seedSchema(), null, 2)));
}

/** How many of each there are in a seed, once it is filled in. */
function countsOf({ accounts, tokens, rules = [], instances, volumes, snapshots }: Seed): Record<string, number> {
  const lists = { accounts, tokens, rules, instances, volumes, snapshots };
  return Object.fromEntries(Object.entries(lists).map(([name, list]) => [name, list.length]));
}

function inWords(counts: Record<string, number>): string {
  const parts = Object.entries(counts).map(([name, count]) => `${count} ${count === 1 ? name.slice(0, -1) : name}`);
  return parts.join(', ');
}
