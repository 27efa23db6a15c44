import { type ContentTable, contentOf, keptName } from '../storage/content.ts';
import type { Database } from '../storage/database.ts';

/** By how much the keys of each table are moved: nothing where rows go back into the world that they are of. */
type Shifts = Record<string, number>;

export type Copies = ReturnType<typeof prepareCopies>;

/**
 * Rows of worlds into checkpoints, and back: of all tables that have a column `organization`, and the world's own row,
 * with nothing said here of what they hold. Each takes part in a transaction that is open.
 */
export function createCopies(db: Database): Copies {
  let prepared: Copies | undefined;
  // Most engines never make a copy, and to prepare all these statements would take as long as all others together.
  const copies = () => {
    prepared ??= prepareCopies(db);
    return prepared;
  };
  return {
    keep: (...asked) => copies().keep(...asked),
    restore: (...asked) => copies().restore(...asked),
    fill: (...asked) => copies().fill(...asked),
  };
}

function prepareCopies(db: Database) {
  const content = contentOf(db);
  const tables = content.filter(({ identity }) => identity.length > 0);
  const columns = content.filter(({ identity }) => identity.length === 0).flatMap((table) => table.columns);
  const keep = tables.map((table) => prepareAlike(db, table, live(table), kept(table)));
  const restore = tables.map((table) => prepareAlike(db, table, kept(table), live(table)));
  const fill = tables.map((table) => ({ table, run: prepareFill(db, table) }));
  const range = new Map(tables.filter(({ keys }) => keys.has('key')).map(({ name }) => [name, prepareRange(db, name)]));

  // The world's own row goes by its checkpoint alone.
  const names = columns.map(({ name }) => name).join(', ');
  const keepWorld = db.prepare<{ organization: number; checkpoint: number }>(
    `INSERT INTO kept_organization (checkpoint, ${names})
     SELECT @checkpoint, ${names} FROM organization WHERE key = +@organization
     ON CONFLICT DO UPDATE SET (${names}) = (${columns.map(({ name }) => `excluded.${name}`).join(', ')})`,
  );
  const restoreWorld = db.prepare<{ organization: number; checkpoint: number }>(
    `UPDATE organization SET (${names}) =
       (SELECT ${names} FROM kept_organization WHERE checkpoint = +@checkpoint) WHERE key = +@organization`,
  );

  return {
    /** Has a checkpoint hold what a world holds. */
    keep(organization: number, checkpoint: number): void {
      const between = { organization, checkpoint };
      keepWorld.run(between);
      for (const alike of keep) alike(between);
    },

    /** Has a world hold what a checkpoint of it holds, under the same keys. */
    restore(checkpoint: number, organization: number): void {
      const between = { organization, checkpoint };
      restoreWorld.run(between);
      for (const alike of restore) alike(between);
    },

    /**
     * Has a world that holds nothing yet hold what a checkpoint holds, of whichever world that is: all rows get new keys.
     *
     * @param except the tables that are left out.
     */
    fill(checkpoint: number, organization: number, except: readonly string[]): void {
      restoreWorld.run({ organization, checkpoint });
      const shifts: Shifts = {};
      for (const [name, rangeOf] of range) shifts[name] = rangeOf(checkpoint);
      for (const { table, run } of fill) {
        if (!except.includes(table.name)) run.run({ ...shifts, organization, checkpoint });
      }
    },
  };
}

/** Where rows of a table are, and which of them are meant. */
interface Place {
  table: string;
  scope: 'organization' | 'checkpoint';
}

const live = ({ name }: ContentTable): Place => ({ table: name, scope: 'organization' });
const kept = ({ name }: ContentTable): Place => ({ table: keptName(name), scope: 'checkpoint' });

/**
 * Makes rows the same in one place as they are in another. Only those that differ are written: a world that is put back
 * has mostly stayed as it was.
 */
function prepareAlike(db: Database, { columns, identity }: ContentTable, from: Place, to: Place) {
  type Between = { organization: number; checkpoint: number };
  const names = columns.map(({ name }) => name);
  const rest = names.filter((name) => !identity.includes(name));
  const isIn = ({ scope }: Place, row: string) => `${row}.${scope} = +@${scope}`;
  const found = identity.map((name) => `theirs.${name} = ours.${name}`);
  const same = [...found, ...rest.map((name) => `theirs.${name} IS ours.${name}`)].join(' AND ');
  const remove = db.prepare<Between>(
    `DELETE FROM ${to.table} AS ours WHERE ${isIn(to, 'ours')}
       AND NOT EXISTS (SELECT 1 FROM ${from.table} AS theirs WHERE ${isIn(from, 'theirs')} AND ${same})`,
  );
  const prepareAdd = (which: string) =>
    db.prepare<Between>(
      `INSERT INTO ${to.table} (${to.scope}, ${names.join(', ')})
       SELECT @${to.scope}, ${names.join(', ')} FROM ${from.table} AS ours WHERE ${isIn(from, 'ours')} ${which}
       ORDER BY ${identity.join(', ')}`,
    );
  // To look at the rows that are there, SQLite puts all that it adds aside first.
  const addAll = prepareAdd('');
  const addMissing = prepareAdd(
    `AND NOT EXISTS (SELECT 1 FROM ${to.table} AS theirs WHERE ${isIn(to, 'theirs')} AND ${found.join(' AND ')})`,
  );
  const count = ({ table, scope }: Place) => `(SELECT count(*) FROM ${table} WHERE ${scope} = +@${scope})`;
  const counts = db.prepare<Between, { wanted: number; there: number }>(
    `SELECT ${count(from)} AS wanted, ${count(to)} AS there`,
  );
  return (between: Between): void => {
    remove.run(between);
    // All that are left are wanted.
    const { wanted, there } = counts.get(between) as { wanted: number; there: number };
    if (wanted > there) (there === 0 ? addAll : addMissing).run(between);
  };
}

/** Puts the rows of a checkpoint into a world, with their keys moved. */
function prepareFill(db: Database, { name, columns, identity, keys }: ContentTable) {
  const names = columns.map((column) => column.name);
  const values = names.map((column) => (keys.has(column) ? `${column} + @${keys.get(column)}` : column));
  return db.prepare<Record<string, number>>(
    `INSERT INTO ${name} (organization, ${names.join(', ')})
     SELECT @organization, ${values.join(', ')} FROM ${keptName(name)} WHERE checkpoint = +@checkpoint
     ORDER BY ${identity.join(', ')}`,
  );
}

/** By how much the keys of what is kept of a table have to be moved to come after all that there have been. */
function prepareRange(db: Database, table: string) {
  const shift = db
    .prepare<{ checkpoint: number }, number>(
      `SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = '${table}'), 0) + 1
         - coalesce((SELECT min(key) FROM ${keptName(table)} WHERE checkpoint = +@checkpoint), 1)`,
    )
    .pluck();
  return (checkpoint: number): number => shift.get({ checkpoint }) ?? 0;
}
