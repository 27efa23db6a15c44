import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { done } from '../../routes/control/control.ts';
import { volumes } from '../../support/world.ts';
import { sized } from '../size.ts';
import { begin, sender, useFolder } from './process.ts';
import { whyUnable } from './unable.ts';

// The power cannot be cut in a test. What can be seen is what would be lost: strace tells in which order the process
// writes its files, has the system sync them to the disk, and sends its answers.

const clients = 16;
const calls = sized(10, 150);

const unable = whyUnable(() => execFileSync('strace', ['-f', '-o', '/dev/null', 'true'], { stdio: 'pipe' }));

const folder = useFolder();

interface Trace {
  /** How many calls that write were answered. */
  answers: number;
  /** Answers without a sync between the call and them, or with something written and not yet synced. */
  early: number;
  syncs: number;
}

/** Reads what strace has written: `PID call(FD<what>, …) = result`, in two lines where another thread came between. */
function read(file: string): Trace {
  const trace: Trace = { answers: 0, early: 0, syncs: 0 };
  const unsynced = new Set<string>();
  /** The file that a thread is syncing. */
  const syncing = new Map<string, string>();
  /** How many syncs there had been when a call came in, by its connection. */
  const asked = new Map<string, number>();
  const synced = (path: string) => {
    if (unsynced.delete(path)) trace.syncs++;
  };
  for (const line of readFileSync(file, 'latin1').split('\n')) {
    const [, thread = '', call = '', what = '', rest = ''] = /^(\d+) +(\w+)\(\d+<([^>]*)>(.*)/.exec(line) ?? [];
    if (call === 'pwrite64' && what.startsWith(folder.path)) unsynced.add(what);
    if (call === 'fsync' || call === 'fdatasync') {
      if (rest.includes('<unfinished')) syncing.set(thread, what);
      else synced(what);
    }
    const [, resumed = ''] = /^(\d+) +<\.\.\. (?:fsync|fdatasync) resumed>/.exec(line) ?? [];
    if (resumed) synced(syncing.get(resumed) ?? '');
    if (call === 'read' && rest.includes('"POST ')) asked.set(what, trace.syncs);
    const before = asked.get(what);
    if (/^writev?$/.test(call) && rest.includes('HTTP/1.1 200') && before !== undefined) {
      trace.answers++;
      if (unsynced.size > 0 || trace.syncs === before) trace.early++;
    }
  }
  return trace;
}

/** Has all clients write to an emulator that is traced. */
async function traced(durability: string): Promise<Trace> {
  const trace = join(folder.path, 'trace');
  const before = `exec strace -D -f -y -s 40 -e trace=pwrite64,fsync,fdatasync,read,write,writev -o '${trace}' "$0" "$@"`;
  const { child, ended, url } = await begin(['--db', 'world.db', '--durability', durability], {
    cwd: folder.path,
    before,
  });
  const path = `/api/v1/volumes/${volumes.documented}/create-snapshot`;
  await Promise.all(
    Array.from({ length: clients }, async () => {
      const send = sender(url);
      for (let call = 0; call < calls; call++) {
        await done(send('POST', path, {}, { authorization: 'Bearer account-token' }));
      }
    }),
  );
  child.kill('SIGTERM');
  await ended;
  return read(trace);
}

describe(unable === undefined ? 'under strace' : `under strace (skipped: ${unable})`, () => {
  test.skipIf(unable !== undefined)(
    'with durability full no answer leaves before what it tells of is on the disk, and many share a sync',
    async () => {
      const { answers, early, syncs } = await traced('full');
      expect(answers).toBe(clients * calls);
      expect(early).toBe(0);
      expect(syncs).toBeGreaterThan(0);
      expect(syncs).toBeLessThan(answers / 2);
    },
    sized(60_000, 600_000),
  );

  test.skipIf(unable !== undefined)(
    'with durability normal they do: that is the difference',
    async () => {
      const { answers, early } = await traced('normal');
      expect(answers).toBe(clients * calls);
      expect(early).toBeGreaterThan(answers / 2);
    },
    sized(60_000, 600_000),
  );
});
