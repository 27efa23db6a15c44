import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { type Running, runCommand } from '../../cli/executable.ts';
import { done, emulate } from '../../routes/control/control.ts';
import { volumes } from '../../support/world.ts';
import { sized } from '../size.ts';
import { begin, endAll, start } from './process.ts';

// The executable and files that it must not touch. What it says of each is tried in test/state/storage/database.test.ts; here it
// is what a user meets: one line, exit code 4, soon, and every byte as it was.

vi.setConfig({ testTimeout: 60_000 });

/** How long a refusal may take, in milliseconds: a share runs beside all other tests, and is no place to measure. */
const soon = sized(20_000, 2_000);

let folder: string;
let file: string;
beforeEach(() => {
  folder = fs.mkdtempSync(join(tmpdir(), 'datafy-emulator-'));
  file = join(folder, 'world.db');
});
afterEach(async () => {
  await endAll();
  fs.rmSync(folder, { recursive: true });
});

/** A file that was closed, and one whose process was killed, with the log beside it. */
let closed: Buffer;
let killed: { file: Buffer; log: Buffer };

beforeAll(async () => {
  const elsewhere = fs.mkdtempSync(join(tmpdir(), 'datafy-emulator-'));
  const db = join(elsewhere, 'world.db');
  const { send, close } = await emulate({ db });
  const path = `/api/v1/volumes/${volumes.documented}/create-snapshot`;
  for (let calls = 0; calls < 20; calls++) {
    await done(send('POST', path, {}, { authorization: 'Bearer account-token' }));
  }
  killed = { file: fs.readFileSync(db), log: fs.readFileSync(`${db}-wal`) };
  await close();
  closed = fs.readFileSync(db);
  fs.rmSync(elsewhere, { recursive: true });
});

const pageSize = 8192;

function overwrite(offset: number, bytes: Uint8Array): void {
  const descriptor = fs.openSync(file, 'r+');
  fs.writeSync(descriptor, bytes, 0, bytes.length, offset);
  fs.closeSync(descriptor);
}

const putClosed = () => fs.writeFileSync(file, closed);
function putKilled(): void {
  fs.writeFileSync(file, killed.file);
  fs.writeFileSync(`${file}-wal`, killed.log);
}

/** Does something to the file as SQLite alone, closed or with its log left beside it. */
function bySqlite(sql: string, left = false): void {
  const db = new Sqlite(file);
  db.exec(sql);
  if (left) for (const ending of ['', '-wal']) fs.copyFileSync(file + ending, `${file}${ending}.left`);
  db.close();
  if (left) for (const ending of ['', '-wal']) fs.renameSync(`${file}${ending}.left`, file + ending);
}

/** Every file in the folder, with the hash of its bytes. */
function contents(): Record<string, string> {
  const files = fs.readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isFile());
  const hash = (name: string) =>
    createHash('sha256')
      .update(fs.readFileSync(join(folder, name)))
      .digest('hex');
  return Object.fromEntries(files.map(({ name }) => [name, hash(name)]));
}

const says = {
  corrupt: /^Database file .* is damaged or no database \(.+\): restore it, or name another file\n$/,
  newer: /^Database file .* was written by a newer emulator \(version \d+, while this one knows \d+\): .+\n$/,
  unlike: /^Database file .* was made by an unreleased emulator with other tables: delete it, or name another file\n$/,
  foreign: /^Database file .* is the database of another program: name another file\n$/,
  'in-use': /^Database file .* is in use by another process: stop that one, or name another file\n$/,
};

async function refuses(reason: keyof typeof says): Promise<void> {
  const before = contents();
  // The machine may be busy with something else: one of three has to be soon enough.
  for (let attempt = 1; attempt <= 3; attempt++) {
    const began = performance.now();
    const { ended, output } = start(['--db', 'world.db'], { cwd: folder });
    const code = await ended;
    const took = performance.now() - began;
    expect({ code, ...output }).toEqual({ code: 4, stdout: '', stderr: expect.stringMatching(says[reason]) });
    expect(contents()).toEqual(before);
    if (took < soon) return;
  }
  throw new Error(`Three times the refusal took longer than ${soon} ms`);
}

const cases: [reason: 'corrupt' | 'newer' | 'unlike' | 'foreign', what: string, make: () => void][] = [
  ['corrupt', 'that is text', () => fs.writeFileSync(file, 'This is a shopping list.\n'.repeat(1_000))],
  ['corrupt', 'of one byte', () => fs.writeFileSync(file, 'S')],
  ['corrupt', 'of zeros', () => fs.writeFileSync(file, Buffer.alloc(4 * pageSize))],
  ['corrupt', 'cut to half its size', () => fs.writeFileSync(file, closed.subarray(0, closed.length / 2))],
  ['corrupt', 'without its last byte', () => fs.writeFileSync(file, closed.subarray(0, -1))],
  ['corrupt', 'cut within its first page', () => fs.writeFileSync(file, closed.subarray(0, 50))],
  [
    'corrupt',
    'with a bad page',
    () => {
      putClosed();
      overwrite(5 * pageSize, Buffer.alloc(pageSize, 0xa5));
    },
  ],
  [
    'corrupt',
    'with a bad list of its tables',
    () => {
      putClosed();
      overwrite(100, Buffer.alloc(pageSize - 100, 0xa5));
    },
  ],
  [
    'corrupt',
    'with a bad page, that a killed process has left with its log',
    () => {
      putKilled();
      overwrite(5 * pageSize, Buffer.alloc(pageSize, 0xa5));
      // Of the log as much as does not write over that page.
      fs.writeFileSync(`${file}-wal`, killed.log.subarray(0, 32));
    },
  ],
  [
    'corrupt',
    'with JSON that is none any more',
    () => {
      putClosed();
      overwrite(closed.indexOf('[{"id":"snap-'), Buffer.from('!'));
    },
  ],
  [
    'corrupt',
    'with an id that its index has otherwise',
    () => {
      putClosed();
      overwrite(closed.indexOf('dsnap-00000000') + 'dsnap-'.length, Buffer.from('9'));
    },
  ],
  [
    'newer',
    'of a later version',
    () => {
      putClosed();
      bySqlite('PRAGMA user_version = 1000');
    },
  ],
  [
    'newer',
    'of a later version, that a killed process has left with its log',
    () => {
      putKilled();
      bySqlite('PRAGMA user_version = 1000', true);
    },
  ],
  [
    'unlike',
    'without an index',
    () => {
      putClosed();
      bySqlite('DROP INDEX volume_due');
    },
  ],
  ['foreign', 'with a table of its own', () => bySqlite('CREATE TABLE theirs (id)')],
  ['foreign', 'with a table in its log', () => bySqlite('PRAGMA journal_mode = WAL; CREATE TABLE theirs (id)', true)],
  ['foreign', 'marked by another program', () => bySqlite('PRAGMA application_id = 7')],
];

describe('a file is refused with 4, and left as it is', () => {
  // A share takes one of each kind, and files that were left with their log.
  const some = cases.filter((_, at) => at % 3 === 0);
  test.each(sized(some, cases))('%s: one %s', async (reason, _, make) => {
    make();
    await refuses(reason);
  });

  test('in-use: by an emulator, which goes on', async () => {
    putClosed();
    const first = await begin(['--db', 'world.db'], { cwd: folder });
    await refuses('in-use');
    const path = `/api/v1/volumes/${volumes.documented}/create-snapshot`;
    await done(first.send('POST', path, {}, { authorization: 'Bearer account-token' }));
    await refuses('in-use');
    first.child.kill('SIGTERM');
    expect(await first.ended).toBe(0);
  });

  test('in-use: by an emulator that was paused', async () => {
    putKilled();
    const first = await begin(['--db', 'world.db'], { cwd: folder });
    first.child.kill('SIGSTOP');
    await refuses('in-use');
    first.child.kill('SIGKILL');
    await first.ended;
  });
});

test('what they were made from is accepted', async () => {
  for (const put of [putClosed, putKilled]) {
    put();
    const { child, ended } = await begin(['--db', 'world.db'], { cwd: folder });
    child.kill('SIGTERM');
    expect(await ended).toBe(0);
  }
});

describe('a migration', () => {
  let running: Running | undefined;
  afterEach(() => running?.child.kill('SIGKILL'));

  /** Starts an emulator of a later version, that has one more migration. */
  function later(migration: string): Running {
    const root = join(folder, 'later');
    const here = join(import.meta.dirname, '../../..');
    fs.mkdirSync(root);
    for (const name of ['src', 'db']) fs.cpSync(join(here, name), join(root, name), { recursive: true });
    for (const name of ['package.json', 'node_modules']) fs.symlinkSync(join(here, name), join(root, name));
    const number = String(fs.readdirSync(join(root, 'db/migrations')).length + 1).padStart(4, '0');
    fs.writeFileSync(join(root, 'db/migrations', `${number}_later.sql`), migration);
    const main = join(root, 'src/main.ts');
    running = runCommand(process.execPath, [main, '--port', '0', '--db', file], { cwd: folder });
    return running;
  }

  test('that fails half way leaves the file as it was', async () => {
    putClosed();
    const before = contents();
    const { ended, output } = later(
      'CREATE TABLE more (id INTEGER PRIMARY KEY); DROP TABLE snapshot; INSERT INTO nowhere VALUES (1);',
    );
    expect(await ended).toBe(1);
    expect(output).toEqual({
      stdout: '',
      stderr: expect.stringMatching(/^Migration \d{4}_later failed: .*nowhere\n$/),
    });
    expect(contents()).toEqual(before);
  });

  test('that is killed half way leaves all that was in the file', async () => {
    putClosed();
    const { child, ended } = later(
      `CREATE TABLE more (id INTEGER PRIMARY KEY, text TEXT); DROP TABLE snapshot;
      WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers)
        INSERT INTO more SELECT n, hex(randomblob(500)) FROM numbers;`,
    );
    // It never ends by itself, and soon needs more than there is memory for it.
    const size = () => fs.statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0;
    while (size() < 4_000_000) await new Promise((next) => setImmediate(next));
    child.kill('SIGKILL');
    await ended;
    const { child: next, send, ended: nextEnded } = await begin(['--db', 'world.db'], { cwd: folder });
    const { snapshots } = await done(send('GET', '/_emulator/state'));
    expect(snapshots.length).toBeGreaterThan(20);
    next.kill('SIGTERM');
    expect(await nextEnded).toBe(0);
  });
});
