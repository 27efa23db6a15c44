import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Commits, createCommits } from '../../../src/state/engine/commits.ts';
import { type Database, openDatabase } from '../../../src/state/storage/database.ts';

/** A row of `doom` makes the commit fail: its reference is held against the notes only then. */
const sql = `CREATE TABLE note (text TEXT PRIMARY KEY) STRICT;
  CREATE TABLE doom (note TEXT NOT NULL REFERENCES note (text) DEFERRABLE INITIALLY DEFERRED) STRICT;`;

let db: Database;
let commits: Commits;
/** What was told, and what was lost, in its order. */
let log: string[];

beforeEach(() => {
  log = [];
  db = openDatabase(':memory:', { migrations: [{ name: '0001_test', sql }] });
  commits = createCommits(
    db,
    () => undefined,
    () => log.push('lost'),
  );
});

afterEach(() => db.close());

const notes = () => db.prepare('SELECT text FROM note ORDER BY rowid').pluck().all();

/** Writes a note, as part of whatever is going on. */
function write(text: string): void {
  commits.write(() => db.prepare('INSERT INTO note VALUES (?)').run(text));
  commits.afterwards(() => log.push(text));
}

const doom = () => void commits.write(() => db.exec("INSERT INTO doom VALUES ('nothing')"));

/** What became of the turn: `kept`, or the error's code. */
const outcome = (kept = commits.kept()) =>
  kept?.then(
    () => 'kept',
    ({ code }) => code as string,
  );

const failed = 'SQLITE_CONSTRAINT_FOREIGNKEY';

describe('what is written in one turn', () => {
  test('is committed once, and then told in its order', async () => {
    commits.verb(() => write('a'));
    const first = commits.kept();
    commits.verb(() => write('b'));
    expect(commits.kept()).toBe(first);
    expect(notes()).toEqual(['a', 'b']);
    expect([db.inTransaction, log]).toEqual([true, []]);

    expect(await outcome()).toBe('kept');
    expect([db.inTransaction, log]).toEqual([false, ['a', 'b']]);
    expect(commits.kept()).toBeUndefined();
  });

  test('is committed at the end of the turn, and with several verbs at that of the next', async () => {
    commits.verb(() => write('a'));
    await turn();
    expect([db.inTransaction, log]).toEqual([false, ['a']]);
    commits.verb(() => write('b'));
    commits.verb(() => write('c'));
    await turn();
    expect(db.inTransaction).toBe(true);
    commits.verb(() => write('d'));
    await turn();
    expect([db.inTransaction, log]).toEqual([false, ['a', 'b', 'c', 'd']]);
  });

  test('is taken back where it throws, and nothing else', async () => {
    commits.verb(() => write('a'));
    const refuse = () =>
      commits.verb(() =>
        commits.write(() => {
          write('b');
          throw new Error('refused');
        }),
      );
    expect(refuse).toThrow('refused');
    commits.verb(() => write('c'));
    expect(await outcome()).toBe('kept');
    expect(notes()).toEqual(['a', 'c']);
  });

  test('can be committed at once', () => {
    commits.verb(() => write('a'));
    commits.flush();
    expect([db.inTransaction, log]).toEqual([false, ['a']]);
    commits.flush();
  });
});

describe('where the commit fails', () => {
  test('all of the turn is as if it had never been, and whoever waits is told', async () => {
    commits.verb(() => write('a'));
    commits.verb(doom);
    const waiting = outcome();
    expect(log).toEqual([]);
    expect(await waiting).toBe(failed);
    expect([db.inTransaction, log, notes()]).toEqual([false, ['lost'], []]);
    expect(commits.kept()).toBeUndefined();
  });

  test('and nobody waits for it, nothing else happens', async () => {
    commits.verb(doom);
    await turn();
    await turn();
    expect([db.inTransaction, log]).toEqual([false, ['lost']]);
  });

  test('verbs are committed one by one from then on, until one succeeds', async () => {
    commits.verb(doom);
    expect(await outcome()).toBe(failed);

    expect(() => commits.verb(doom)).toThrow('FOREIGN KEY');
    expect(db.inTransaction).toBe(false);
    commits.verb(() => write('a'));
    expect([db.inTransaction, notes()]).toEqual([false, ['a']]);

    commits.verb(() => write('b'));
    expect(db.inTransaction).toBe(true);
    expect(await outcome()).toBe('kept');
  });

  test('and nothing was asked for, whoever has looked need not know', async () => {
    doom();
    expect(await outcome()).toBe('kept');
    expect([db.inTransaction, log]).toEqual([false, ['lost']]);
  });

  test('a verb that stands alone tells so itself, and has nothing to do with those before it', async () => {
    commits.verb(() => write('a'));
    const before = outcome();
    expect(() => commits.alone(doom)).toThrow('FOREIGN KEY');
    expect([db.inTransaction, log, notes()]).toEqual([false, ['a', 'lost'], ['a']]);
    expect(await before).toBe('kept');
  });
});

test('a verb that stands alone, and throws after some of its steps, has taken none', async () => {
  commits.verb(() => write('a'));
  const half = () =>
    commits.alone(() => {
      write('b');
      throw new Error('half way');
    });
  expect(half).toThrow('half way');
  expect([db.inTransaction, log, notes()]).toEqual([false, ['a', 'lost'], ['a']]);
  // Its commit has not failed: those that follow go together again.
  commits.verb(() => write('c'));
  expect(db.inTransaction).toBe(true);
  expect(await outcome()).toBe('kept');
  expect([log, notes()]).toEqual([
    ['a', 'lost', 'c'],
    ['a', 'c'],
  ]);
});

describe('what is written in steps', () => {
  const half = () =>
    commits.join(() => {
      write('done');
      db.exec("INSERT INTO note VALUES ('done')");
    });

  test('and cannot go on keeps the steps that were done, and all that others wrote in the turn', async () => {
    commits.verb(() => write('a'));
    expect(half).toThrow('UNIQUE');
    commits.verb(() => write('b'));
    expect([db.inTransaction, log, notes()]).toEqual([true, [], ['a', 'done', 'b']]);
    expect(await outcome()).toBe('kept');
    expect([log, notes()]).toEqual([
      ['a', 'done', 'b'],
      ['a', 'done', 'b'],
    ]);
  });

  test('takes the turn with it where the disk fails', async () => {
    commits.verb(() => write('a'));
    const before = outcome();
    const pages = db.pragma('page_count', { simple: true });
    db.pragma(`max_page_count = ${pages}`);
    const fill = () => commits.join(() => db.prepare('INSERT INTO note VALUES (?)').run('b'.repeat(100_000)));
    expect(fill).toThrow('database or disk is full');
    expect([db.inTransaction, log, notes()]).toEqual([false, ['lost'], []]);
    expect(await before).toBe('SQLITE_FULL');
  });
});

test('the number of changes is another after every write, however it ended, and the same after none', async () => {
  const numbers = [commits.changes()];
  const after = (body: () => unknown) => {
    try {
      body();
    } catch {}
    numbers.push(commits.changes());
  };
  after(() => commits.verb(() => write('a')));
  after(() => commits.join(() => db.exec("INSERT INTO note VALUES ('b')")));
  after(() => commits.flush());
  expect(numbers[3]).toBe(numbers[2]);
  numbers.pop();
  after(() => commits.alone(() => db.exec("INSERT INTO note VALUES ('alone')")));
  commits.verb(() => doom());
  numbers.push(commits.changes());
  after(() => commits.flush());
  after(() => commits.alone(() => db.exec('nonsense')));
  expect(notes()).toEqual(['a', 'b', 'alone']);
  expect(new Set(numbers).size).toBe(7);
});

describe('where SQLite gives the transaction up', () => {
  test('in the midst of a turn, all verbs before are told so', async () => {
    commits.verb(() => write('a'));
    const before = outcome();
    const pages = db.pragma('page_count', { simple: true });
    db.pragma(`max_page_count = ${pages}`);
    expect(() => commits.verb(() => write('b'.repeat(100_000)))).toThrow('database or disk is full');
    expect([db.inTransaction, log, notes()]).toEqual([false, ['lost'], []]);
    expect(await before).toBe('SQLITE_FULL');

    db.pragma('max_page_count = 1000');
    commits.verb(() => write('c'));
    expect([log, notes()]).toEqual([['lost', 'c'], ['c']]);
  });
});
