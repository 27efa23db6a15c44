import type { Database } from 'better-sqlite3';
import type { Instant } from '../clock.ts';
import { type Resource, resources } from './transitions.ts';

/** A transition that is due: the row that it moves, how callers know that, and what is to happen when. */
export interface Due {
  resource: Resource;
  key: number;
  id: string;
  account: number;
  accountId: string;
  status: string;
  due_action: string;
  due_at: Instant;
}

/** What is due next in a world, of each resource: that one's own index answers for it. */
export function createDue(db: Database) {
  const select = Object.fromEntries(resources.map((resource) => [resource, prepareFirstDue(db, resource)])) as Record<
    Resource,
    ReturnType<typeof prepareFirstDue>
  >;
  return (resource: Resource, organization: number): Due | undefined => select[resource].get(organization);
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
    `SELECT '${resource}' AS resource, key, ${idOf[resource]} AS id, account,
       (SELECT id FROM account WHERE account.key = ${resource}.account) AS accountId, status, due_action, due_at
     FROM ${resource} WHERE organization = ? AND due_at IS NOT NULL ORDER BY due_at, ${turnOf[resource]} LIMIT 1`,
  );
}
