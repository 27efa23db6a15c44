import type { Database } from 'better-sqlite3';
import type { Instant } from '../clock.ts';
import { type Resource, resources } from './transitions.ts';

/** A transition that came due: the row's key, its account, and what is to happen when. */
export interface Due {
  resource: Resource;
  key: number;
  account: number;
  status: string;
  due_action: string;
  due_at: Instant;
}

/** How callers know a row that came due, and its account. */
export interface Names {
  id: string;
  accountId: string;
}

/** What is due next in a world. */
export function createDue(db: Database) {
  const selectFirst = resources.map((resource) => prepareFirstDue(db, resource));
  const selectNames = new Map(resources.map((resource) => [resource, prepareNames(db, resource)]));

  return {
    /** The transition that comes due first: each resource's own index answers for it, and the earliest wins. */
    findFirst(organization: number): Due | undefined {
      let first: Due | undefined;
      for (const select of selectFirst) {
        const due = select.get(organization);
        if (due && (!first || due.due_at < first.due_at)) first = due;
      }
      return first;
    },

    namesOf(resource: Resource, key: number): Names {
      const names = selectNames.get(resource)?.get(key);
      if (!names) throw new Error(`No ${resource} has the key ${key}`);
      return names;
    },
  };
}

/**
 * Which of several rows comes first when they are due at one instant. What hangs on a volume follows the volumes' order,
 * which an export and import keeps.
 */
const turnOf: Record<Resource, string> = {
  volume: 'key',
  modification: 'volume',
  snapshot: 'key',
  attachment: 'volume',
};

/** By which id callers know a row. */
const idOf: Record<Resource, string> = {
  volume: 'volume.id',
  modification: '(SELECT id FROM volume WHERE volume.key = modification.volume)',
  snapshot: 'snapshot.id',
  attachment: '(SELECT id FROM volume WHERE volume.key = attachment.volume)',
};

function prepareFirstDue(db: Database, resource: Resource) {
  return db.prepare<[number], Due>(
    `SELECT '${resource}' AS resource, key, account, status, due_action, due_at FROM ${resource}
     WHERE organization = ? AND due_at IS NOT NULL ORDER BY due_at, ${turnOf[resource]} LIMIT 1`,
  );
}

function prepareNames(db: Database, resource: Resource) {
  return db.prepare<[number], Names>(
    `SELECT ${idOf[resource]} AS id, account.id AS accountId FROM ${resource}
     JOIN account ON account.key = ${resource}.account WHERE ${resource}.key = ?`,
  );
}
