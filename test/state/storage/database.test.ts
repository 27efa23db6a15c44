import { fork } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { applicationId, DatabaseFileError, openDatabase } from '../../../src/state/storage/database.ts';
import { type Migration, projectMigrations } from '../../../src/state/storage/migrations.ts';

const first: Migration = {
  name: '0001_first',
  sql: `CREATE TABLE parent (id INTEGER PRIMARY KEY, text TEXT NOT NULL);
    CREATE TABLE child (parent INTEGER NOT NULL REFERENCES parent (id));
    INSERT INTO parent (text) SELECT hex(randomblob(200)) FROM json_each('[${'0,'.repeat(500)}0]');`,
};
const second: Migration = { name: '0002_second', sql: 'CREATE TABLE more (id INTEGER PRIMARY KEY);' };
const failing: Migration = { name: '0002_failing', sql: `${second.sql} INSERT INTO nowhere VALUES (1);` };

let folder: string;
let file: string;

beforeEach(() => {
  folder = fs.mkdtempSync(join(tmpdir(), 'datafy-emulator-'));
  file = join(folder, 'world.db');
});

afterEach(() => fs.rmSync(folder, { recursive: true }));

/** Every file below the folder, with the hash of its bytes. Not for a file this process holds: reading it ends the lock. */
function contents(): Record<string, string> {
  const names = fs.readdirSync(folder).sort();
  return Object.fromEntries(names.map((name) => [name, hash(join(folder, name))]));
}

function hash(path: string): string {
  return fs.statSync(path).isFile() ? createHash('sha256').update(fs.readFileSync(path)).digest('hex') : 'no file';
}

/** What the refusal says; that nothing in the folder changed has been checked. */
function refusal(path = file, migrations = [first]): DatabaseFileError {
  const before = contents();
  try {
    openDatabase(path, { migrations }).close();
  } catch (error) {
    expect(error).toBeInstanceOf(DatabaseFileError);
    expect((error as Error).message).toContain(path);
    expect((error as Error).message).not.toContain('\n');
    expect(contents()).toEqual(before);
    return error as DatabaseFileError;
  }
  throw new Error('The file was expected to be refused');
}

/** Makes a database of another program. */
function foreign(sql: string): void {
  new Sqlite(file).exec(sql).close();
}

/** Changes the file's bytes in place, from the offset on. */
function overwrite(offset: number, bytes: Uint8Array): void {
  const descriptor = fs.openSync(file, 'r+');
  fs.writeSync(descriptor, bytes, 0, bytes.length, offset);
  fs.closeSync(descriptor);
}

/** Runs code in another process that has `openDatabase`, `file` and `migrations`; what it sends first is returned. */
async function elsewhere(code: string) {
  const script = join(folder, 'elsewhere.ts');
  const source = new URL('../../../src/state/storage/database.ts', import.meta.url).href;
  fs.writeFileSync(
    script,
    `import { openDatabase } from ${JSON.stringify(source)};
    const file = ${JSON.stringify(file)};
    const migrations = ${JSON.stringify([first])};
    ${code}`,
  );
  const child = fork(script, { execPath: process.execPath, execArgv: [] });
  const ended = once(child, 'exit');
  const [message] = await Promise.race([once(child, 'message'), ended]);
  fs.rmSync(script);
  return { child, message: message as unknown, ended };
}

/** For `elsewhere`: the file as `db`, opened by SQLite alone as another program would. */
const usingSqlite = `const { default: Sqlite } = await import('${import.meta.resolve('better-sqlite3')}');
  const db = new Sqlite(file);`;

/** For `elsewhere`: sends the message of the refusal. */
const tryToOpen = `try { openDatabase(file, { migrations }); process.send('opened'); }
  catch (error) { process.send(error.message); }`;

/** A database whose process was killed with its last rows only in the write-ahead log. */
async function killed(): Promise<void> {
  openDatabase(file, { migrations: [first] }).close();
  const { child, ended } = await elsewhere(`
    const db = openDatabase(file, { migrations });
    db.exec("INSERT INTO parent (text) SELECT hex(randomblob(200)) FROM parent");
    process.send('written');
    process.on('message', () => {});`);
  child.kill('SIGKILL');
  await ended;
  expect(Object.keys(contents())).toEqual(['world.db', 'world.db-wal']);
}

describe('a file that opens', () => {
  test('is made, kept and opened again', () => {
    openDatabase(file, { migrations: [first] }).close();
    expect(Object.keys(contents())).toEqual(['world.db']);
    const before = contents();
    const db = openDatabase(file, { migrations: [first] });
    expect(db.prepare('SELECT count(*) FROM parent').pluck().get()).toBe(501);
    db.close();
    expect(contents()).toEqual(before);
  });

  test('has its settings in force', () => {
    for (const round of ['new', 'again']) {
      const db = openDatabase(file, { migrations: [first] });
      const settings = [
        ['journal_mode', 'wal'],
        ['locking_mode', 'exclusive'],
        ['synchronous', 2],
        ['foreign_keys', 1],
        ['trusted_schema', 0],
        ['page_size', 8192],
        ['application_id', applicationId],
        ['user_version', 1],
      ] as const;
      const found = settings.map(([name]) => [name, db.pragma(name, { simple: true })]);
      expect(found, round).toEqual(settings);
      expect(() => db.exec('INSERT INTO child VALUES (-1)')).toThrow('FOREIGN KEY constraint failed');
      db.close();
    }
  });

  test('is synced as it is asked to be', () => {
    for (const [durability, synchronous, fullfsync] of [
      ['full', 2, 1],
      ['normal', 1, 0],
    ] as const) {
      const db = openDatabase(file, { durability, migrations: [first] });
      const found = ['synchronous', 'fullfsync'].map((name) => db.pragma(name, { simple: true }));
      expect([durability, ...found]).toEqual([durability, synchronous, fullfsync]);
      db.close();
    }
  });

  test('has no shared-memory file beside it', () => {
    const db = openDatabase(file, { migrations: [first] });
    expect(fs.readdirSync(folder).sort()).toEqual(['world.db', 'world.db-wal']);
    db.close();
  });

  test.each([
    ['an empty file', () => fs.writeFileSync(file, '')],
    ['an SQLite file nobody has used', () => foreign('PRAGMA journal_mode = WAL; VACUUM')],
  ])('may be %s', (_, make) => {
    make();
    const db = openDatabase(file, { migrations: [first] });
    expect(db.pragma('application_id', { simple: true })).toBe(applicationId);
    db.close();
    expect(Object.keys(contents())).toEqual(['world.db']);
  });

  test('may have been left by a killed process: nothing is lost', async () => {
    await killed();
    const db = openDatabase(file, { migrations: [first] });
    expect(db.prepare('SELECT count(*) FROM parent').pluck().get()).toBe(1002);
    db.close();
    expect(Object.keys(contents())).toEqual(['world.db']);
  });

  test('in memory has the same settings, as far as they apply', () => {
    const db = openDatabase(':memory:', { migrations: [first] });
    const names = ['foreign_keys', 'trusted_schema', 'page_size', 'application_id', 'user_version'];
    expect(names.map((name) => db.pragma(name, { simple: true }))).toEqual([1, 0, 8192, applicationId, 1]);
    db.close();
    expect(fs.readdirSync(folder)).toEqual([]);
  });
});

describe('a corrupt file is refused', () => {
  test.each([
    ['text', 'This is a shopping list, and no database at all.\n'.repeat(100)],
    ['one letter', 'S'],
    ['zeros', '\0'.repeat(16_384)],
    ['the beginning of a header', 'SQLite format 3\0\x20\0'],
  ])('%s', (_, bytes) => {
    fs.writeFileSync(file, bytes, 'latin1');
    expect(refusal().reason).toBe('corrupt');
  });

  test.each([
    ['half its size', 0.5],
    ['less than a page', 0.001],
    ['all but a byte', 0],
  ])('cut to %s', (_, part) => {
    openDatabase(file, { migrations: [first] }).close();
    const { size } = fs.statSync(file);
    fs.truncateSync(file, part ? Math.ceil(size * part) : size - 1);
    expect(refusal().reason).toBe('corrupt');
  });

  test('with a page overwritten', () => {
    openDatabase(file, { migrations: [first] }).close();
    overwrite(5 * 8192, Buffer.alloc(8192, 0xa5));
    expect(refusal().reason).toBe('corrupt');
  });

  test('with its list of tables overwritten', () => {
    openDatabase(file, { migrations: [first] }).close();
    overwrite(100, Buffer.alloc(8092, 0xa5));
    expect(refusal().reason).toBe('corrupt');
  });

  test('left by a killed process and damaged since, be it named itself or through a link', async () => {
    await killed();
    overwrite(5 * 8192, Buffer.alloc(8192, 0xa5));
    expect(refusal().reason).toBe('corrupt');
    const link = join(folder, 'link.db');
    fs.symlinkSync(file, link);
    expect(refusal(link).reason).toBe('corrupt');
    expect(Object.keys(contents())).toEqual(['link.db', 'world.db', 'world.db-wal']);
  });

  test('named with a space behind it, which better-sqlite3 leaves out', () => {
    fs.writeFileSync(file, 'S');
    expect(refusal(`${file} `).reason).toBe('corrupt');
  });
});

describe('a newer file is refused', () => {
  test('with the versions', () => {
    openDatabase(file, { migrations: [first, second] }).close();
    const { reason, message } = refusal();
    expect(reason).toBe('newer');
    expect(message).toContain('version 2, while this one knows 1');
  });

  test('with a version that no migration has', () => {
    openDatabase(file, { migrations: [first] }).close();
    foreign('PRAGMA user_version = -1');
    expect(refusal().reason).toBe('newer');
  });

  test('left by a killed process', async () => {
    await killed();
    const migrations: Migration[] = [];
    expect(refusal(file, migrations).reason).toBe('newer');
  });
});

describe('a file of another program is refused', () => {
  test.each([
    ['with a table', 'CREATE TABLE theirs (id)'],
    ['with a table and a version', 'CREATE TABLE theirs (id); PRAGMA user_version = 1'],
    ['in a write-ahead log', 'PRAGMA journal_mode = WAL; CREATE TABLE theirs (id)'],
    ['empty but for its mark', 'PRAGMA application_id = 1'],
    ['empty but for its version', 'PRAGMA user_version = 1'],
  ])('%s', (_, sql) => {
    foreign(sql);
    expect(refusal().reason).toBe('foreign');
  });

  test.each([
    ['a write-ahead log', '-wal', "db.pragma('journal_mode = WAL'); db.exec('CREATE TABLE theirs (id)');"],
    [
      'a rollback journal',
      '-journal',
      // So small a cache has to write into the file before the transaction ends.
      "db.exec('PRAGMA cache_size = 1; CREATE TABLE theirs (id); BEGIN; CREATE TABLE other (id)');" +
        "db.exec('INSERT INTO theirs SELECT hex(randomblob(9999)) FROM pragma_function_list');",
    ],
  ])('left by a killed process with %s', async (_, ending, code) => {
    const { child, ended } = await elsewhere(
      `${usingSqlite} ${code} process.on('message', () => db.open); process.send('');`,
    );
    child.kill('SIGKILL');
    await ended;
    expect(fs.statSync(file + ending).size).toBeGreaterThan(4096);
    expect(refusal().reason).toBe('foreign');
  });
});

describe('a file in use is refused', () => {
  const hold = `process.on('message', () => process.exit()); process.send('open');`;

  test.each([
    ['an emulator', 'const db = openDatabase(file, { migrations });'],
    [
      'an emulator that has written',
      'const db = openDatabase(file, { migrations }); db.exec("INSERT INTO parent (text) VALUES (1)");',
    ],
    ['a reader', `${usingSqlite} db.exec('BEGIN; SELECT * FROM parent');`],
    ['a writer', `${usingSqlite} db.exec('BEGIN IMMEDIATE; DELETE FROM child');`],
    ['a writer without a log', `${usingSqlite} db.pragma('journal_mode = DELETE'); db.exec('BEGIN EXCLUSIVE');`],
  ])('by %s, and free once that ended', async (_, code) => {
    openDatabase(file, { migrations: [first] }).close();
    const { child, message, ended } = await elsewhere(`${code} ${hold} globalThis.kept = db;`);
    expect(message).toBe('open');
    expect(refusal().reason).toBe('in-use');
    child.send('end');
    await ended;
    openDatabase(file, { migrations: [first] }).close();
  });

  test('whatever its bytes look like while the other process writes them', async () => {
    openDatabase(file, { migrations: [first] }).close();
    const { child, ended } = await elsewhere(`globalThis.db = openDatabase(file, { migrations }); ${hold}`);
    overwrite(5 * 8192, Buffer.alloc(8192, 0xa5));
    expect(refusal().reason).toBe('in-use');
    child.send('end');
    await ended;
  });

  test('by this process, which keeps its hold on it', async () => {
    const db = openDatabase(file, { migrations: [first] });
    expect(() => openDatabase(file, { migrations: [first] })).toThrow('in use');
    const { message, ended } = await elsewhere(`${tryToOpen} process.disconnect();`);
    await ended;
    expect(message).toContain('in use');
    db.close();
  });
});

describe('a file that cannot be used is refused', () => {
  test('in a folder that does not exist', () => {
    const { reason, message } = refusal(join(folder, 'missing', 'world.db'));
    expect(reason).toBe('unusable');
    expect(message).toContain('folder does not exist');
  });

  test('in a folder that is a file', () => {
    fs.writeFileSync(file, '');
    expect(refusal(join(file, 'world.db')).reason).toBe('unusable');
  });

  test('that is a folder', () => {
    const { reason, message } = refusal(folder);
    expect(reason).toBe('unusable');
    expect(message).toContain('it is a folder');
  });

  test('that is a device', () => {
    expect(refusal('/dev/null').reason).toBe('unusable');
  });

  test.each([
    ['that may not be written', 'fs.chmodSync(path.dirname(file), 0o777); fs.chmodSync(file, 0o444)'],
    ['in a folder that may not be written', 'fs.chmodSync(path.dirname(file), 0o555)'],
    ['in a folder that may not be written, and is new', 'fs.rmSync(file); fs.chmodSync(path.dirname(file), 0o555)'],
  ])('%s', async (_, code) => {
    openDatabase(file, { migrations: [first] }).close();
    const { message, ended } = await elsewhere(`
      const [fs, path] = [await import('node:fs'), await import('node:path')];
      ${code};
      // The superuser may write everything: become somebody who owns nothing.
      if (process.getuid() === 0) { fs.chmodSync(path.dirname(file), fs.statSync(path.dirname(file)).mode | 0o55); process.setuid(65534); }
      ${tryToOpen}
      process.disconnect();`);
    await ended;
    fs.chmodSync(folder, 0o755);
    expect(message).toContain('give this user the permission');
    expect(Object.keys(contents()).filter((name) => name !== 'world.db')).toEqual([]);
  });
});

describe('migrations', () => {
  test('run in their order, each once', () => {
    openDatabase(file, { migrations: [first] }).close();
    const db = openDatabase(file, { migrations: [first, second] });
    expect(db.prepare('SELECT count(*) FROM parent').pluck().get()).toBe(501);
    expect(db.prepare('SELECT count(*) FROM more').pluck().get()).toBe(0);
    expect(db.pragma('user_version', { simple: true })).toBe(2);
    db.close();
  });

  test('one that fails half way leaves the file as it was', () => {
    openDatabase(file, { migrations: [first] }).close();
    const before = contents();
    expect(() => openDatabase(file, { migrations: [first, failing] })).toThrow(
      'Migration 0002_failing failed: no such table: nowhere',
    );
    expect(contents()).toEqual(before);
    openDatabase(file, { migrations: [first, second] }).close();
  });

  test('one that fails keeps those before it', () => {
    expect(() => openDatabase(file, { migrations: [first, failing] })).toThrow('0002_failing');
    const db = openDatabase(file, { migrations: [first] });
    expect(db.pragma('user_version', { simple: true })).toBe(1);
    db.close();
  });

  test('are read from a folder in the order of their numbers', () => {
    for (const name of ['0002_b.sql', '0001_a.sql', 'README.md']) fs.writeFileSync(join(folder, name), `-- ${name}`);
    expect(projectMigrations(folder)).toEqual([
      { name: '0001_a', sql: '-- 0001_a.sql' },
      { name: '0002_b', sql: '-- 0002_b.sql' },
    ]);
  });

  test.each([
    [['0002_b.sql'], '0002_b.sql stands where 0001 should'],
    [['0001_a.sql', '0003_c.sql'], '0003_c.sql stands where 0002 should'],
    [['0001_a.sql', '0001_b.sql'], '0001_b.sql stands where 0002 should'],
    [['1_a.sql'], '1_a.sql stands where 0001 should'],
  ])('are refused with a gap: %j', (names, sentence) => {
    for (const name of names) fs.writeFileSync(join(folder, name), '');
    expect(() => projectMigrations(folder)).toThrow(sentence);
  });
});
