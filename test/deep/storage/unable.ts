/** Why something cannot be tried here: the first line of what it fails with; undefined where it can. */
export function whyUnable(attempt: () => void): string | undefined {
  try {
    attempt();
    return undefined;
  } catch (error) {
    return String((error as Error).message).split('\n', 1)[0];
  }
}
