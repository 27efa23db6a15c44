import type { Database } from '../../src/state/storage/database.ts';

/** The names of the tables, in order. */
export const tablesOf = (db: Database): string[] =>
  db
    .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name")
    .pluck()
    .all() as string[];

/** Answers every row of one world, as text: made anew only where a row was written since, in whatever world. */
export function worldDumper(db: Database): (organization: number) => string {
  const columns = db.prepare<[string], string>('SELECT name FROM pragma_table_info(?)').pluck();
  /** Which rows of a table are a world's, or of a checkpoint of it. */
  const mine = (name: string) => {
    if (name === 'organization') return 'key = ?';
    if (name.startsWith('kept_')) return 'checkpoint IN (SELECT key FROM checkpoint WHERE world = ?)';
    return `${columns.all(name).includes('organization') ? 'organization' : 'world'} = ?`;
  };
  const statements = tablesOf(db).map((name) => {
    const names = columns.all(name);
    const line = `'["${name}"' || ',' || ${names.map(jsonOf).join(" || ',' || ")} || ']'`;
    const rows = `SELECT ${line} AS line FROM ${name} WHERE ${mine(name)} ORDER BY ${names.join(', ')}`;
    return db.prepare<[number], string | null>(`SELECT group_concat(line, char(10)) FROM (${rows})`).pluck();
  });
  const written = db.prepare('SELECT total_changes()').pluck();
  const made = new Map<number, { at: unknown; text: string }>();
  return (organization) => {
    const at = written.get();
    const last = made.get(organization);
    if (last && last.at === at) return last.text;
    const text = statements.flatMap((each) => each.get(organization) ?? []).join('\n');
    made.set(organization, { at, text });
    return text;
  };
}

/** A column as JSON, bytes in hexadecimal. SQLite writes it: it does so ten times faster than we would. */
const jsonOf = (column: string) =>
  `CASE typeof(${column}) WHEN 'blob' THEN json_quote(lower(hex(${column}))) ELSE json_quote(${column}) END`;
