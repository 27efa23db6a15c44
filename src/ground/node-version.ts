/** The oldest Node that SQLite's binding and the emulator run on: an older one crashes without a word. */
export const oldestNode = '22.12';

/**
 * Makes sure that this Node is new enough.
 *
 * @throws Error that says what is needed, and how to come by it.
 */
export function requireNode(version: string = process.versions.node): void {
  const numbers = (text: string) => text.split('.').map(Number) as [number, number];
  const [major, minor] = numbers(version);
  const [oldestMajor, oldestMinor] = numbers(oldestNode);
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return;
  throw new Error(
    `datafy-emulator needs Node ${oldestNode} or newer, and this is ${version}: ` +
      '`npx -p node@24 -p datafy-emulator datafy-emulator` brings one along',
  );
}
