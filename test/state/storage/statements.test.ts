import { afterAll, expect, test } from 'vitest';
import { controlledClock } from '../../../src/ground/clock.ts';
import { createState } from '../../../src/state/index.ts';
import { emptySeed } from '../../../src/state/seeds/empty.ts';
import { openDatabase } from '../../../src/state/storage/database.ts';
import { beginning } from '../../support/world.ts';

// As it comes, SQLite compiles a statement anew at every call that binds a parameter which it might plan by, such as one
// compared with a column that no index answers for, or a LIMIT: that costs ten times what the statement does. Behind a
// plus, which changes nothing else, it does not look at a parameter.

const db = openDatabase(':memory:');
afterAll(() => db.close());

test('of each statement of the engine, what is compared with a parameter is behind a plus, and so is a limit', () => {
  const statements: string[] = [];
  const prepare: (sql: string) => unknown = db.prepare.bind(db);
  db.prepare = ((sql: string) => {
    statements.push(sql);
    return prepare(sql);
  }) as typeof db.prepare;
  const { control } = createState(db, controlledClock(beginning));
  // Those of copies are prepared with the first one.
  const organization = control.create(emptySeed);
  control.checkpoint(organization, 'one');
  control.restoreCheckpoint(organization, 'one');
  Reflect.deleteProperty(db, 'prepare');

  // What is assigned is no matter to the plan.
  const compared = statements.map((sql) => sql.replaceAll(/\bSET\b[\s\S]*?(?=\bWHERE\b|$)/g, ''));
  expect(compared.filter((sql) => /(?:[=<>]|\b(?:LIMIT|OFFSET)\b)\s*[?@]/.test(sql))).toEqual([]);
  expect(compared.filter((sql) => /(?:[=<>]|\b(?:LIMIT|OFFSET)\b)\s*\+[?@]/.test(sql)).length).toBeGreaterThan(100);
  expect(compared.some((sql) => /\bkept_volume\b.*\bcheckpoint = \+@checkpoint/s.test(sql))).toBe(true);
});

test('a parameter behind a plus finds the same, whatever type a value has, and by the index', () => {
  db.exec('CREATE TABLE thing (number INTEGER, name TEXT UNIQUE, bytes BLOB) STRICT');
  db.prepare('INSERT INTO thing VALUES (?, ?, ?)').run(7, '007', Buffer.from('007'));
  const found = (column: string, value: unknown) =>
    db.prepare<[value: unknown], number>(`SELECT count(*) FROM thing WHERE ${column} = +?`).pluck().get(value);
  expect([found('number', 7), found('name', '007'), found('bytes', Buffer.from('007'))]).toEqual([1, 1, 1]);
  // Neither a text for a number, nor bytes for a text.
  expect([found('name', '7'), found('name', Buffer.from('007')), found('bytes', '007')]).toEqual([0, 0, 0]);
  const plan = db.prepare<[], { detail: string }>("EXPLAIN QUERY PLAN SELECT * FROM thing WHERE name = +'007'").get();
  expect(plan?.detail).toMatch(/^SEARCH thing USING INDEX/);
});
