import { EmulatorError } from '../../ground/errors.ts';

export interface Tag {
  key: string;
  value: string;
}

/** A tag as a caller sends it: the published document requires neither part [P]. */
export type TagInput = Partial<Tag>;

/** Tags Datafy puts on what it makes; callers may not write any with this prefix [C]. */
const reserved = ['datafy:', 'aws:'];

/** AWS's limits for the tags of an EBS resource [D]. */
const limits = { count: 50, key: 128, value: 256 };

/** What is wrong with tags, and where among them. */
export interface TagProblem {
  at: readonly (string | number)[];
  problem: string;
}

/** The first thing that is wrong with tags, if anything is. */
export function findTagProblem(tags: readonly TagInput[]): TagProblem | undefined {
  if (tags.length > limits.count) {
    return { at: [], problem: `has ${tags.length} tags: at most ${limits.count} are allowed` };
  }
  const seen = new Set<string>();
  for (const [at, { key, value = '' }] of tags.entries()) {
    if (!key) return { at: [at], problem: 'has no key' };
    const ofKey = (problem: string) => ({ at: [at, 'key'], problem });
    if (key.length > limits.key) return ofKey(`is longer than ${limits.key} characters`);
    if (value.length > limits.value) {
      return { at: [at, 'value'], problem: `is longer than ${limits.value} characters` };
    }
    const prefix = reserved.find((each) => key.toLowerCase().startsWith(each));
    if (prefix) return ofKey(`"${key}" begins with "${prefix}", which is reserved`);
    if (seen.has(key)) return ofKey(`"${key}" is there twice`);
    seen.add(key);
  }
  return undefined;
}

/**
 * The tags a caller sent, checked, as they are stored. A tag without a value has an empty one, as in AWS [A].
 *
 * @throws EmulatorError `tags-invalid`
 */
export function checkTags(tags: readonly TagInput[] | undefined): Tag[] {
  if (!tags) return [];
  const found = findTagProblem(tags);
  if (found) throw new EmulatorError('tags-invalid', { at: found.at, problem: found.problem });
  return tags.map(({ key = '', value = '' }) => ({ key, value }));
}
