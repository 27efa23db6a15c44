import { afterAll, describe, expect, it } from 'vitest';
import { openDatabase } from '../../../src/state/storage/database.ts';

const db = openDatabase(':memory:');
afterAll(() => db.close());

describe('a statement', () => {
  it('has a plus before each parameter that SQLite might plan by, so that it is compiled once', () => {
    const { source } = db.prepare(
      'SELECT id FROM volume WHERE organization = ? AND size_gb >= @size LIMIT ? OFFSET @at',
    );
    expect(source).toBe('SELECT id FROM volume WHERE organization = +? AND size_gb >= +@size LIMIT +? OFFSET +@at');
  });

  it('finds the same behind the plus, whatever type a value has', () => {
    db.exec('CREATE TABLE thing (number INTEGER, name TEXT UNIQUE, bytes BLOB) STRICT');
    db.prepare('INSERT INTO thing VALUES (?, ?, ?)').run(7, '007', Buffer.from('007'));
    const found = (column: string, value: unknown) =>
      db.prepare<[unknown], number>(`SELECT count(*) FROM thing WHERE ${column} = ?`).pluck().get(value);
    expect([found('number', 7), found('name', '007'), found('bytes', Buffer.from('007'))]).toEqual([1, 1, 1]);
    // Neither a text for a number, nor bytes for a text.
    expect([found('name', '7'), found('name', Buffer.from('007')), found('bytes', '007')]).toEqual([0, 0, 0]);
    const plan = db.prepare<[], { detail: string }>("EXPLAIN QUERY PLAN SELECT * FROM thing WHERE name = +'007'").get();
    expect(plan?.detail).toMatch(/^SEARCH thing USING INDEX/);
  });
});
