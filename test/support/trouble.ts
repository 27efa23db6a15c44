import type { Database } from 'better-sqlite3';

/** Lets the activation of a volume throw when it is due: the place of its first member is taken already. */
export function takeMembersPlace(db: Database, volumeId: string, organization?: number): void {
  const mine = 'id = @volumeId AND (@organization IS NULL OR organization = @organization)';
  const where = { volumeId, organization: organization ?? null };
  db.prepare(
    `INSERT INTO ebs_volume (organization, account, id, status, volume_type, size_gb, iops, throughput,
       availability_zone, encrypted, tags, created_at)
     SELECT organization, account, 'vol-00000099', 'available', 'gp3', size_gb, iops, throughput, availability_zone,
       encrypted, tags, created_at
     FROM volume WHERE ${mine}`,
  ).run(where);
  db.prepare(
    `INSERT INTO member (volume, position, organization, account, ebs_volume)
     SELECT key, 0, organization, account, last_insert_rowid() FROM volume WHERE ${mine}`,
  ).run(where);
}

/** Why it is parked then. */
export const placeTaken = 'UNIQUE constraint failed: member.volume, member.position';
