import type { Database } from 'better-sqlite3';
import type { Instant } from '../../ground/clock.ts';
import { EmulatorError } from '../../ground/errors.ts';
import type { Seed } from '../document/document.ts';

export interface Checkpoint {
  name: string;
  createdAt: Instant;
}

export type Checkpoints = ReturnType<typeof createCheckpoints>;

/** Named copies of a world. */
export function createCheckpoints(db: Database) {
  const put = db.prepare<[number, string, string, Instant]>(
    `INSERT INTO checkpoint (organization, name, document, created_at) VALUES (?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET document = excluded.document, created_at = excluded.created_at`,
  );
  const document = db
    .prepare<[number, string], string>('SELECT document FROM checkpoint WHERE organization = ? AND name = ?')
    .pluck();
  const list = db.prepare<[number], Checkpoint>(
    'SELECT name, created_at AS createdAt FROM checkpoint WHERE organization = ? ORDER BY name',
  );
  const remove = db.prepare<[number, string]>('DELETE FROM checkpoint WHERE organization = ? AND name = ?');

  const notFound = (organization: number, name: string) =>
    new EmulatorError('checkpoint-not-found', { name, known: list.all(organization).map((each) => each.name) });

  return {
    /** Keeps a copy; one of the same name is replaced. Answers with whether there was one. */
    put(organization: number, name: string, world: Seed, createdAt: Instant): boolean {
      const replaced = list.all(organization).some((each) => each.name === name);
      put.run(organization, name, JSON.stringify(world), createdAt);
      return replaced;
    },

    list: (organization: number): Checkpoint[] => list.all(organization),

    /** @throws EmulatorError `checkpoint-not-found` */
    get(organization: number, name: string): Seed {
      const text = document.get(organization, name);
      if (text === undefined) throw notFound(organization, name);
      return JSON.parse(text);
    },

    /** @throws EmulatorError `checkpoint-not-found` */
    remove(organization: number, name: string): void {
      if (remove.run(organization, name).changes === 0) throw notFound(organization, name);
    },
  };
}
