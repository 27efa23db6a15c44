import { hashSecret } from '../../../src/ground/secrets.ts';

/**
 * What is random on purpose, by names that are the same in every run: token secrets, their hashes, the ids of
 * organizations that are made, and the epochs of places.
 */
export function createMasks() {
  const names = new Map<string, string>();
  const values = new Map<string, string>();
  const counts = new Map<string, number>();

  function add(kind: string, value: string): string {
    const known = names.get(value);
    if (known) return known;
    const count = (counts.get(kind) ?? 0) + 1;
    counts.set(kind, count);
    const name = `<${kind} ${count}>`;
    names.set(value, name);
    values.set(name, value);
    return name;
  }

  return {
    organization: (id: string) => add('organization', id),
    secret(secret: string): string {
      add('hash', hashSecret(secret).toString('hex'));
      return add('secret', secret);
    },
    hash: (digest: string) => add('hash', digest),
    /** With names in place of what is random. */
    mask: (text: string) =>
      text.replace(random, (value) => {
        if (isToken(value)) return names.get(value) ?? '<part of a secret>';
        return isEpoch(value) ? add('epoch', value) : (names.get(value) ?? value);
      }),
    /** With what is random in place of names. */
    unmask: (text: string) =>
      text.replace(/<(?:organization|secret|hash|epoch) \d+>/g, (name) => values.get(name) ?? name),
  };
}
export type Masks = ReturnType<typeof createMasks>;

/** Of a stream of events, or of what ended in a journal: each process begins its own. */
const isEpoch = (text: string) => text.length === 8;

const isToken = (text: string) => text.startsWith('eyJ');

/** A JSON Web Token, or the beginning of one; a SHA-256; a UUID; the epoch of a place. */
const random =
  /\beyJ[\w.-]+|\b[0-9a-f]{64}\b|\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b|(?<=^id: |"next":")[0-9a-f]{8}(?=-\d)/gm;
