import { describe, expect, test } from 'vitest';
import { type Random, randomOf } from '../../model/random.ts';
import { done, type Send } from '../../routes/control/control.ts';
import { production, volumes } from '../../support/world.ts';
import { sized } from '../size.ts';
import { begin, type Process, sender, useFolder } from './process.ts';

// A process that is killed while many write, again and again on one file. Everything that was answered is there in the
// next one. What was under way when it was killed may be there, or not.

const kills = sized(3, 60);
const clients = 16;
/** The process is killed at the latest after so many answers: so that some logs are worked into the file on the way. */
const most = sized(300, 2_500);

/** How long a start may take, in milliseconds: a share runs beside all other tests, and is no place to measure. */
const soon = sized(20_000, 2_000);

const folder = useFolder();

/** What one client was answered, and may have done without being answered. */
interface Memory {
  accountId: string;
  /** The names that its account may have: the last that was answered, and any sent since. */
  names: string[];
  tokens: Map<string, 'there' | 'gone' | 'either'>;
  /** By what each is described with. */
  snapshots: Map<string, string>;
  accounts: Set<string>;
}

const own = '/api/v1/accounts';

const authorized =
  (send: Send): Send =>
  (method, path, body) =>
    send(method, path, body, { authorization: 'Bearer organization-token' });

/** Sends one call after the other until the process ends; remembers what that tells. */
async function write(url: string, memory: Memory, random: Random, answered: () => void): Promise<void> {
  const send = authorized(sender(url));
  const { accountId, tokens } = memory;
  for (;;) {
    try {
      const there = [...tokens].filter(([, state]) => state === 'there').map(([tokenId]) => tokenId);
      const what = random.pick([
        'snapshot',
        'snapshot',
        'rename',
        'account',
        'token',
        ...(there.length ? ['untoken'] : []),
      ]);
      if (what === 'snapshot') {
        const path = `/api/v1/volumes/${volumes.documented}/create-snapshot?accounts=${production}`;
        const description = `description ${random.upTo(1e9)}`;
        memory.snapshots.set((await done(send('POST', path, { description }))).datafySnapshotId, description);
      } else if (what === 'account') {
        memory.accounts.add((await done(send('POST', own, { name: 'new' }))).accountId);
      } else if (what === 'rename') {
        const name = `name ${random.upTo(1e9)}`;
        memory.names.push(name);
        await done(send('PUT', `${own}/${accountId}`, { name }));
        memory.names = [name];
      } else if (what === 'token') {
        tokens.set((await done(send('POST', `${own}/${accountId}/tokens`, {}))).tokenId, 'there');
      } else {
        const tokenId = random.pick(there);
        tokens.set(tokenId, 'either');
        await done(send('DELETE', `${own}/${accountId}/tokens/${tokenId}`));
        tokens.set(tokenId, 'gone');
      }
      answered();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === undefined) throw error;
      return;
    }
  }
}

/** Begins a process on the file, has all clients write to it, and kills it after so many answers. */
async function round(argv: string[], memories: Memory[], seed: number): Promise<Process> {
  const process = await begin(argv, { cwd: folder.path });
  const random = randomOf(seed);
  let left = 1 + random.upTo(most);
  const answered = () => {
    left--;
    if (left === 0) process.child.kill('SIGKILL');
  };
  await Promise.all(memories.map((memory, at) => write(process.url, memory, randomOf(seed * clients + at), answered)));
  expect(left).toBeLessThanOrEqual(0);
  await process.ended;
  return process;
}

/** What the file holds is what was answered. */
function compare(state: State, memories: readonly Memory[], killed: number, seeded: number): void {
  const names = new Map(state.accounts.map(({ accountId, name }) => [accountId, name]));
  const tokens = new Set(state.tokens.map(({ tokenId }) => tokenId));
  const snapshots = new Map(state.snapshots.map((each) => [each.datafySnapshotId, each]));
  for (const memory of memories) {
    const name = names.get(memory.accountId);
    expect(memory.names).toContain(name);
    memory.names = [name as string];
    expect([...memory.accounts].filter((accountId) => !names.has(accountId))).toEqual([]);
    for (const [tokenId, state] of memory.tokens) {
      if (state === 'either') memory.tokens.set(tokenId, tokens.has(tokenId) ? 'there' : 'gone');
      else expect([tokenId, tokens.has(tokenId)]).toEqual([tokenId, state === 'there']);
    }
    for (const [datafySnapshotId, description] of memory.snapshots) {
      // Each has its two EBS snapshots: a snapshot is there as a whole.
      const found = snapshots.get(datafySnapshotId);
      expect(found).toMatchObject({ description, ebsSnapshots: [{}, {}] });
    }
  }
  // What there is beyond that was under way: one call of each client at the most.
  const known = memories.reduce((sum, memory) => sum + memory.snapshots.size, 0);
  const unknown = snapshots.size - known - seeded;
  expect(unknown).toBeLessThanOrEqual(clients * killed);
}

interface State {
  accounts: { accountId: string; name: string }[];
  tokens: { tokenId: string }[];
  snapshots: { datafySnapshotId: string }[];
}

describe.each(['full', 'normal'])('with durability %s', (durability) => {
  test(
    `${kills} times killed, nothing that was answered is lost, and it is back within 2 seconds`,
    async () => {
      const argv = ['--db', 'world.db', '--durability', durability];
      const first = await begin(argv, { cwd: folder.path });
      const send = authorized(first.send);
      const memories: Memory[] = [];
      for (let client = 0; client < clients; client++) {
        const { accountId } = await done(send('POST', own, { name: 'mine' }));
        memories.push({ accountId, names: ['mine'], tokens: new Map(), snapshots: new Map(), accounts: new Set() });
      }
      const seeded = (await done(first.send('GET', '/_emulator/state'))).snapshots.length;
      await first.kill();
      const startMs: number[] = [];
      for (let seed = 1; seed <= kills; seed++) {
        await round(argv, memories, seed);
        const next = await begin(argv, { cwd: folder.path });
        startMs.push(next.startMs);
        const state: State = await done(next.send('GET', '/_emulator/state'));
        compare(state, memories, seed, seeded);
        await next.kill();
      }
      // One in twenty may have met a machine that is busy with something else.
      const [slowest = 0] = startMs.sort((one, other) => one - other).slice(Math.ceil(0.95 * kills) - 1);
      expect(slowest).toBeLessThan(soon);
      expect(memories.every(({ snapshots, tokens, accounts }) => snapshots.size && tokens.size && accounts.size)).toBe(
        true,
      );
    },
    sized(120_000, 3_600_000),
  );
});
