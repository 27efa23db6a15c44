/**
 * What the other examples test: a snapshot of a volume, by way of the Datafy API. It is written for Datafy and knows
 * nothing of the emulator: all that changes between the two is the address and the token.
 */

/** Where the API is, and who calls. */
export interface Datafy {
  /** Such as https://api.datafy.io, or that of an emulator. */
  url: string;
  token: string;
}

export interface Snapshot {
  datafySnapshotId: string;
  volumeId: string;
  status: string;
}

/** How often to try, and how many milliseconds to wait before the second time: twice as many each time after it. */
export interface Patience {
  tries: number;
  waitMs: number;
}

/**
 * Takes a snapshot. An answer of 5xx says that none was taken, so it is tried again. A lost answer does not say whether
 * one was: a second try could take a second snapshot, so there is none.
 *
 * @throws Error with Datafy's own message where it refuses, or is still out of order after all tries.
 */
export async function backUp(
  { url, token }: Datafy,
  volumeId: string,
  { tries, waitMs }: Patience = { tries: 5, waitMs: 200 },
): Promise<Snapshot> {
  for (let left = tries - 1, wait = waitMs; ; left--, wait *= 2) {
    const answer = await fetch(`${url}/api/v1/volumes/${encodeURIComponent(volumeId)}/create-snapshot`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ description: `backup of ${volumeId}` }),
    });
    if (answer.ok) return (await answer.json()) as Snapshot;
    if (answer.status < 500 || left <= 0) {
      const { message } = (await answer.json()) as { message: string };
      throw new Error(`Datafy answered ${answer.status}: ${message}`);
    }
    await new Promise((resolve) => setTimeout(resolve, wait));
  }
}
