import type Sqlite from 'better-sqlite3';

interface Column {
  name: string;
  type: string;
  /** The SQL of its default; null where it has none. */
  initial: string | null;
}

/** A table that holds a part of what worlds hold: it has a column `organization`. */
export interface ContentTable {
  name: string;
  /** All but the world's own key. */
  columns: readonly Column[];
  /** Those by which a row is found within its world. */
  identity: readonly string[];
  /** Which columns hold keys, and of which table: its own `key`, and those by which rows are joined. */
  keys: ReadonlyMap<string, string>;
}

/** The world's own row is its content, too: all but its key and its id. */
const world = 'organization';

/** The table beside a table of content that holds what is kept of it. */
export const keptName = (table: string): string => `kept_${table}`;

/**
 * What worlds hold, as the schema has it: each table after those that its rows refer to, and the world's own row first.
 * A table that comes to be is there unasked.
 */
export function contentOf(db: Sqlite.Database): ContentTable[] {
  const names = db
    .prepare<[], string>(
      `SELECT name FROM sqlite_schema WHERE type = 'table' AND (name = '${world}'
         OR EXISTS (SELECT 1 FROM pragma_table_info(sqlite_schema.name) WHERE name = '${world}')) ORDER BY rowid`,
    )
    .pluck()
    .all();
  const columnsOf = db.prepare<[table: string], Column & { pk: number }>(
    'SELECT name, type, dflt_value AS initial, pk FROM pragma_table_info(?) ORDER BY cid',
  );
  const keysOf = db.prepare<[table: string], Reference>(
    `SELECT "from", "table" FROM pragma_foreign_key_list(?) WHERE "to" = 'key'`,
  );
  return sorted(names.map((name) => describe(name, columnsOf.all(name), keysOf.all(name), names)));
}

/** A column that holds a key of a table. */
interface Reference {
  from: string;
  table: string;
}

function describe(
  name: string,
  all: readonly (Column & { pk: number })[],
  references: readonly Reference[],
  names: readonly string[],
): ContentTable {
  if (name === world) {
    const columns = all.filter((column) => column.name !== 'key' && column.name !== 'id');
    return { name, columns, identity: [], keys: new Map() };
  }
  const columns = all.filter((column) => column.name !== world);
  const identity = columns.filter(({ pk }) => pk > 0).sort((a, b) => a.pk - b.pk);
  const keys = new Map(references.filter(({ from }) => from !== world).map(({ from, table }) => [from, table]));
  // A column that is named after a table holds a key of it, whether or not SQLite is told so.
  for (const column of columns) if (names.includes(column.name)) keys.set(column.name, column.name);
  if (columns.some((column) => column.name === 'key')) keys.set('key', name);
  if (identity.length === 0) throw new Error(`The table ${name} has no primary key to keep its rows by`);
  return { name, columns, identity: identity.map((column) => column.name), keys };
}

/** Tables, each after those that its rows refer to. */
function sorted(tables: readonly ContentTable[]): ContentTable[] {
  const done = new Set<string>();
  const all: ContentTable[] = [];
  const add = (table: ContentTable): void => {
    if (done.has(table.name)) return;
    done.add(table.name);
    for (const other of table.keys.values()) {
      const found = tables.find(({ name }) => name === other);
      if (found) add(found);
    }
    all.push(table);
  };
  for (const table of tables) add(table);
  return all;
}

/**
 * Gives each table of content one beside it for what is kept in checkpoints: the same columns, and the checkpoint in place
 * of the world. One that is there gets the columns that have come since, with their defaults, and loses those that went.
 */
export function keepPlace(db: Sqlite.Database): void {
  const columnsOf = db.prepare<[table: string], string>('SELECT name FROM pragma_table_info(?)').pluck();
  // All at once: SQLite reads its schema anew after each change of it.
  db.exec(
    contentOf(db)
      .flatMap((table) => placeFor(table, columnsOf.all(keptName(table.name))))
      .join(';\n'),
  );
}

/** The statements that give a table its place. @param before the columns that are there; empty: no table is. */
function placeFor({ name, columns, identity }: ContentTable, before: readonly string[]): string[] {
  const kept = keptName(name);
  if (before.length === 0) {
    const definitions = columns.map((column) => `${column.name} ${column.type}`);
    return [
      `CREATE TABLE ${kept} (checkpoint INTEGER NOT NULL REFERENCES checkpoint (key) ON DELETE CASCADE,
         ${definitions.join(', ')}, UNIQUE (${['checkpoint', ...identity].join(', ')})) STRICT`,
    ];
  }
  const gone = before.filter((each) => each !== 'checkpoint' && !columns.some((column) => column.name === each));
  const come = columns.filter((column) => !before.includes(column.name));
  return [
    ...gone.map((each) => `ALTER TABLE ${kept} DROP COLUMN ${each}`),
    ...come.map(({ name: column, type, initial }) => {
      const otherwise = initial === null ? '' : ` DEFAULT ${initial}`;
      return `ALTER TABLE ${kept} ADD COLUMN ${column} ${type}${otherwise}`;
    }),
  ];
}
