import { AwsError, shortened } from '../wire/errors.ts';
import type { FilteredOperation, RequestShape, Service } from '../wire/shapes.ts';
import { compileWildcard, type Wildcard } from './wildcard.ts';

/** The limits of one call [P]. */
const most = { filters: 50, values: 200, characters: 255 };

export interface Filter {
  readonly name: string;
  readonly values: readonly Wildcard[];
}

/** What a row has under a name of a filter: nothing, one text, or several. */
export type ValuesOf = (name: string) => string | readonly string[] | undefined;

/**
 * The filters of a call. Names and values are case-sensitive [P].
 *
 * @throws AwsError InvalidParameterValue for a name that the operation does not have [R], FilterLimitExceeded [P].
 */
export function readFilters(
  service: Service<'ec2'>,
  operation: FilteredOperation,
  filters: readonly RequestShape<'ec2', 'Filter'>[] = [],
): Filter[] {
  const known = service.operations.get(operation)?.filters ?? new Set();
  const read = filters.map(({ Name = 'null', Values = [] }) => {
    const anyTag = Name.startsWith('tag:') && Name.length > 'tag:'.length && known.has('tag:*');
    if (!anyTag && !known.has(Name))
      throw new AwsError('InvalidParameterValue', `The filter '${shortened(Name)}' is invalid`);
    return { Name, Values };
  });
  const count = read.reduce((sum, { Values }) => sum + Values.length, 0);
  if (read.length > most.filters) throw tooMany('filters', most.filters);
  if (count > most.values) throw tooMany('filter values', most.values);
  for (const { Name, Values } of read)
    if (Values.some((value) => value.length > most.characters))
      throw new AwsError(
        'InvalidParameterValue',
        `A value of the filter '${shortened(Name)}' is too long; maximum is ${most.characters} characters`,
      );
  return read.map(({ Name, Values }) => ({ name: Name, values: Values.map(compileWildcard) }));
}

function tooMany(what: string, limit: number): AwsError {
  return new AwsError('FilterLimitExceeded', `The maximum number of ${what} specified on a single call is ${limit}`);
}

/** Whether a row agrees with all filters, each with one of its values; one without values agrees with nothing [R]. */
export function agreesWith(filters: readonly Filter[], valuesOf: ValuesOf): boolean {
  return filters.every(({ name, values }) => {
    const found = valuesOf(name) ?? [];
    const texts = typeof found === 'string' ? [found] : found;
    return values.some((wildcard) => texts.some((text) => wildcard.matches(text)));
  });
}

interface Tag {
  readonly Key: string;
  readonly Value: string;
}

/** What tags have under `tag:<key>`, `tag-key` and `tag-value`; undefined for any other name. */
export function tagValues(tags: readonly Tag[], name: string): readonly string[] | undefined {
  if (name === 'tag-key') return tags.map(({ Key }) => Key);
  if (name === 'tag-value') return tags.map(({ Value }) => Value);
  if (!name.startsWith('tag:')) return undefined;
  const key = name.slice('tag:'.length);
  return tags.filter(({ Key }) => Key === key).map(({ Value }) => Value);
}
