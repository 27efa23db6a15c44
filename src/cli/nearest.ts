import { UsageError } from '../ground/failure.ts';
import { nearest } from '../ground/nearest.ts';
import { variablePrefix } from '../options/option.ts';

/** The refusal of a name that is not known, with the one it may have been meant for. */
export function unknown(kind: string, name: string, known: readonly string[], list: string): UsageError {
  const bare = (text: string) => text.replace(variablePrefix, '').replace(/^-+/, '');
  const near = nearest(bare(name), known.map(bare));
  const hint = near === undefined ? '' : `the nearest is ${known.find((each) => bare(each) === near)}, and `;
  return new UsageError(`Unknown ${kind} ${JSON.stringify(name)}: ${hint}--help lists the ${list}`);
}
