import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { done, type Send } from '../../routes/control/control.ts';
import { volumes } from '../../support/world.ts';
import { sized } from '../size.ts';
import { begin, endAll, type Process, sender, start } from './process.ts';
import { whyUnable } from './unable.ts';

// A disk that is full, or refuses to be written, under the running executable: for real, by a file system of a few
// megabytes, and by the longest file that the system lets the process write.

vi.setConfig({ testTimeout: sized(120_000, 600_000) });

const clients = 16;

/** The first needs Linux, the second also the right to mount. */
const noLimits = whyUnable(() => execFileSync('prlimit', ['--pid', String(process.pid), '--fsize'], { stdio: 'pipe' }));
const noMounts = whyUnable(() => {
  const folder = fs.mkdtempSync(join(tmpdir(), 'datafy-emulator-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'none', folder], { stdio: 'pipe' });
    execFileSync('umount', [folder]);
  } finally {
    fs.rmdirSync(folder);
  }
});

let folder: string;
beforeEach(() => {
  folder = fs.mkdtempSync(join(tmpdir(), 'datafy-emulator-'));
});
afterEach(async () => {
  await endAll();
  if (mounted) execFileSync('umount', [folder]);
  mounted = false;
  fs.rmSync(folder, { recursive: true });
});
let mounted = false;

/** A disk that stops taking what is written, and takes it again. */
interface Disk {
  prepare(): void;
  fill(running: Process): void;
  empty(running: Process): void;
}

/** A file system of its own: a file beside the database takes up all that is left of it. */
const small: Disk = {
  prepare() {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=16m', 'none', folder]);
    mounted = true;
  },
  fill() {
    const ballast = fs.openSync(join(folder, 'ballast'), 'w');
    try {
      for (const bytes = Buffer.alloc(4096); ; ) fs.writeSync(ballast, bytes);
    } catch (error) {
      expect(error).toMatchObject({ code: 'ENOSPC' });
    } finally {
      fs.closeSync(ballast);
    }
  },
  empty: () => fs.rmSync(join(folder, 'ballast')),
};

/** The system lets the process write no file beyond 64 KiB: what is longer already stays, and cannot be written on. */
const limited: Disk = {
  prepare: () => undefined,
  fill: ({ child }) => void execFileSync('prlimit', ['--pid', String(child.pid), '--fsize=65536:']),
  empty: ({ child }) => void execFileSync('prlimit', ['--pid', String(child.pid), '--fsize=unlimited:']),
};

const authorization = 'Bearer account-token';
const volume = `/api/v1/volumes/${volumes.documented}`;

/** Snapshots, by what each is described with: those that were answered, and those that were refused. */
let answered: Set<string>;
let refused: Set<string>;
beforeEach(() => {
  [answered, refused] = [new Set(), new Set()];
});

async function create(send: Send, description: string): Promise<boolean> {
  const { status, code, body } = await send('POST', `${volume}/create-snapshot`, { description }, { authorization });
  if (status === 200) {
    answered.add(description);
    return true;
  }
  refused.add(description);
  expect({ status, code }).toEqual({ status: 503, code: 'storage-failed' });
  expect(body.message).toMatch(/^The database could not be read or written \(.+\): this call has changed nothing\. /);
  return false;
}

/** All clients create so many snapshots, one after the other; answers whether each one's last was made. */
async function burst(name: string, { url }: Process, calls: number, then?: () => void): Promise<boolean[]> {
  let left = (clients * calls) / 2;
  return Promise.all(
    Array.from({ length: clients }, async (_, client) => {
      const send = sender(url);
      let made = false;
      for (let call = 0; call < calls; call++) {
        made = await create(send, `${name} ${client} ${call}`);
        left--;
        if (left === 0) then?.();
      }
      return made;
    }),
  );
}

/** What is there is what was answered. */
async function compare(send: Send): Promise<void> {
  const { snapshots } = (await done(send('GET', '/_emulator/state'))) as { snapshots: { description: string }[] };
  const there = new Set(snapshots.map(({ description }) => description));
  expect([...answered].filter((each) => !there.has(each))).toEqual([]);
  expect([...refused].filter((each) => there.has(each))).toEqual([]);
}

const disks: [name: string, disk: Disk, unable: string | undefined][] = [
  ['a file that may not grow', limited, noLimits],
  ['a full disk', small, noMounts],
];

describe.each(disks)('%s', (name, disk, unable) => {
  const tested = unable === undefined ? name : `${name} (skipped: ${unable})`;

  test.skipIf(unable !== undefined)(
    `is told to callers, costs nothing, and is over once it is over: ${tested}`,
    async () => {
      disk.prepare();
      const running = await begin(['--db', 'world.db'], { cwd: folder });
      const { send } = running;
      expect(await burst('before', running, 5)).not.toContain(false);
      expect(await burst('filling', running, 10, () => disk.fill(running))).not.toContain(true);
      expect(refused.size).toBeGreaterThanOrEqual(clients);

      // What it has it still says, though the last snapshots come due and that cannot be kept.
      for (let calls = 0; calls < 5; calls++) {
        expect(await create(send, `alone ${calls}`)).toBe(false);
        for (const path of [volume, '/api/v1/snapshots', '/api/v1/volumes']) {
          expect((await send('GET', path, undefined, { authorization })).status, path).toBe(200);
        }
        expect((await send('GET', '/_emulator/health')).status).toBe(200);
        expect(await send('POST', '/_emulator/checkpoints', { name: 'full' })).toMatchObject({ status: 503 });
        expect(await send('PUT', '/_emulator/pace', { create: calls + 1 })).toMatchObject({ code: 'storage-failed' });
      }
      await compare(send);
      expect(await done(send('GET', '/_emulator/checkpoints'))).toEqual({ checkpoints: [] });
      expect(await done(send('GET', '/_emulator/pace'))).toMatchObject({ create: 0 });

      disk.empty(running);
      expect(await burst('after', running, 5)).not.toContain(false);
      await compare(send);
      await running.kill();

      const next = await begin(['--db', 'world.db'], { cwd: folder });
      await compare(next.send);
    },
  );
});

test.skipIf(noMounts !== undefined)(
  `a start on a full disk is refused with 4 and a reason, or finds all that was answered${noMounts ? ` (skipped: ${noMounts})` : ''}`,
  async () => {
    small.prepare();
    const running = await begin(['--db', 'world.db'], { cwd: folder });
    expect(await burst('before', running, 5)).not.toContain(false);
    small.fill(running);
    expect(await create(running.send, 'full')).toBe(false);
    await running.kill();
    const contents = () => fs.readdirSync(folder).map((name) => [name, fs.readFileSync(join(folder, name)).length]);
    const before = contents();
    const { ended, output } = start(['--db', 'world.db'], { cwd: folder });
    expect(await ended).toBe(4);
    expect(output).toEqual({
      stdout: '',
      stderr: expect.stringMatching(/^Database file world\.db cannot be used: .+\n$/),
    });
    expect(contents()).toEqual(before);

    small.empty(running);
    await compare((await begin(['--db', 'world.db'], { cwd: folder })).send);
  },
);
