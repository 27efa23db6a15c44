import { EmulatorError } from '../errors.ts';

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

/**
 * The tags a caller sent, checked, as they are stored. A tag without a value has an empty one, as in AWS [A].
 *
 * @param path where they stand in the request, for the message.
 * @throws EmulatorError `tags-invalid`
 */
export function checkTags(tags: readonly TagInput[] | undefined, path: string): Tag[] {
  if (!tags) return [];
  const refuse = (at: string, problem: string) => new EmulatorError('tags-invalid', { path: path + at, problem });
  if (tags.length > limits.count) throw refuse('', `has ${tags.length} tags: at most ${limits.count} are allowed`);
  const seen = new Set<string>();
  return tags.map(({ key, value = '' }, at) => {
    if (!key) throw refuse(`/${at}`, 'has no key');
    if (key.length > limits.key) throw refuse(`/${at}/key`, `is longer than ${limits.key} characters`);
    if (value.length > limits.value) throw refuse(`/${at}/value`, `is longer than ${limits.value} characters`);
    const prefix = reserved.find((each) => key.toLowerCase().startsWith(each));
    if (prefix) throw refuse(`/${at}/key`, `"${key}" begins with "${prefix}", which is reserved`);
    if (seen.has(key)) throw refuse(`/${at}/key`, `"${key}" is there twice`);
    seen.add(key);
    return { key, value };
  });
}
