import type { Database } from '../../../src/state/storage/database.ts';

/** What there is in a world, by the names that callers give it: what the simulation makes its calls up from. */
export interface Peek {
  accounts: { id: string; own: boolean }[];
  volumes: { id: string; account: string; status: string; size: number; instance: string | null }[];
  backing: string[];
  snapshots: { id: string; account: string; status: string; parts: string[] }[];
  instances: { id: string; account: string }[];
  /** `roles`: the JSON text of their ids. */
  tokens: { id: string; account: string; hash: string; roles: string; expires: number | null }[];
  rules: { id: string; account: string }[];
  checkpoints: string[];
}

export function peeker(db: Database): (organization: number) => Peek {
  const all = (sql: string) => db.prepare<[number]>(sql);
  const owned = (table: string, columns: string) =>
    all(
      `SELECT ${table}.id, account.id AS account ${columns} FROM ${table} JOIN account ON account.key = ${table}.account
       WHERE ${table}.organization = ? ORDER BY ${table}.key`,
    );
  const accounts = all('SELECT id, parent IS NULL AS own FROM account WHERE organization = ? ORDER BY key');
  const instance = `(SELECT instance.id FROM attachment JOIN instance ON instance.key = attachment.instance
    WHERE attachment.volume = volume.key)`;
  const volumes = owned('volume', `, status, size_gb AS size, ${instance} AS instance`);
  const backing = all(
    'SELECT id FROM ebs_volume WHERE organization = ? AND key IN (SELECT ebs_volume FROM member) ORDER BY key',
  ).pluck();
  const parts = "(SELECT json_group_array(part.value ->> 'id') FROM json_each(snapshot.ebs_snapshots) AS part)";
  const snapshots = owned('snapshot', `, status, ${parts} AS parts`);
  const instances = owned('instance', '');
  const tokens = owned('token', ', lower(hex(secret_hash)) AS hash, role_ids AS roles, expires_at AS expires');
  const rules = owned('autoscaling_rule', '');
  const checkpoints = all('SELECT name FROM checkpoint WHERE world = ? AND name IS NOT NULL ORDER BY name').pluck();
  return (organization) => ({
    accounts: (accounts.all(organization) as { id: string; own: 0 | 1 }[]).map(({ id, own }) => ({
      id,
      own: own === 1,
    })),
    volumes: volumes.all(organization) as Peek['volumes'],
    backing: backing.all(organization) as string[],
    snapshots: (snapshots.all(organization) as (Omit<Peek['snapshots'][number], 'parts'> & { parts: string })[]).map(
      (each) => ({
        ...each,
        parts: JSON.parse(each.parts),
      }),
    ),
    instances: instances.all(organization) as Peek['instances'],
    tokens: tokens.all(organization) as Peek['tokens'],
    rules: rules.all(organization) as Peek['rules'],
    checkpoints: checkpoints.all(organization) as string[],
  });
}
