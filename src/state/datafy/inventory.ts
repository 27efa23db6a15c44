import type { Database } from 'better-sqlite3';
import { EmulatorError } from '../../ground/errors.ts';
import { instanceView } from '../aws/instance-fields.ts';
import type { InstanceRow, Instances } from '../aws/instances.ts';
import type { Tx } from '../engine/machine.ts';
import { statuses } from '../engine/transitions.ts';
import { type Said, show } from '../fields/face.ts';
import type { AttachmentRow } from './attachments.ts';
import type { Describe } from './describe.ts';
import { attachmentView } from './fields/attachment.ts';
import type { inventorySnapshotView } from './fields/snapshot.ts';
import type { inventoryVolumeView } from './fields/volume.ts';
import type { SnapshotRow } from './snapshots.ts';
import type { VolumeRow, Volumes } from './volumes.ts';

export type InventoryVolume = Said<typeof inventoryVolumeView>;

export type InventorySnapshot = Said<typeof inventorySnapshotView>;

export type InventoryAttachment = Said<typeof attachmentView>;

export type InventoryInstance = Said<typeof instanceView>;

/** By which fields each list can be sorted, the one it is sorted by unasked first, and the column of each. */
const fields = {
  volumes: {
    createdAt: 'volume.created_at',
    volumeId: 'volume.id',
    volumeSizeGb: 'volume.size_gb',
    status: 'volume.status',
  },
  snapshots: {
    startTime: 'snapshot.started_at',
    datafySnapshotId: 'snapshot.id',
    volumeSizeGb: 'snapshot.size_gb',
    status: 'snapshot.status',
  },
  attachments: {
    startTime: 'attachment.started_at',
    volumeId: 'volume.id',
    instanceId: 'instance.id',
    deviceName: 'attachment.device_name',
  },
  instances: { createdAt: 'instance.created_at', instanceId: 'instance.id' },
} as const;

type List = keyof typeof fields;

/** Such as `createdAt:desc`. */
export type Order<L extends List> = `${keyof (typeof fields)[L] & string}:${'asc' | 'desc'}`;

/** The orders that each list can be had in; the first is the usual one, oldest first. */
export const orders = Object.fromEntries(
  Object.entries(fields).map(([list, columns]) => [
    list,
    Object.keys(columns).flatMap((field) => [`${field}:asc`, `${field}:desc`]),
  ]),
) as { [L in List]: Order<L>[] };

/** Which page of a list, and of which of its items. */
export interface ListRequest<L extends List> {
  /** What an id, a name, a description or a tag's key or value has in it, upper and lower case alike in ASCII. */
  search?: string;
  /** Any of these; left out: every status. */
  status?: readonly string[];
  sort?: Order<L>;
  limit: number;
  offset: number;
}

const has = (text: string) => `instr(lower(${text}), lower(@search)) > 0`;
const inTags = (column: string) =>
  `EXISTS (SELECT 1 FROM json_each(${column}) AS tag WHERE ${has("tag.value ->> 'key'")} OR ${has("tag.value ->> 'value'")})`;
const hasMember = `EXISTS (SELECT 1 FROM member JOIN ebs_volume ON ebs_volume.key = member.ebs_volume
  WHERE member.organization = +@organization AND member.account = +@account AND member.volume = volume.key
    AND ${has('ebs_volume.id')})`;

/** A list's statements: how many match, and a page of them in each order. */
function prepareList<Row, L extends List>(
  db: Database,
  list: L,
  table: string,
  { columns = `${table}.*`, joined = '', searched }: { columns?: string; joined?: string; searched: readonly string[] },
) {
  const byStatus =
    table in statuses ? `AND (@status IS NULL OR ${table}.status IN (SELECT value FROM json_each(@status)))` : '';
  // Where all else is equal: what hangs on a volume follows the volumes' order, which an import keeps.
  const turn = table === 'attachment' ? 'attachment.volume' : `${table}.key`;
  const matching = `FROM ${table} ${joined} WHERE ${table}.organization = +@organization AND ${table}.account = +@account
    AND (@search IS NULL OR ${searched.join(' OR ')}) ${byStatus}`;
  const count = db.prepare<Record<string, unknown>, number>(`SELECT count(*) ${matching}`).pluck();
  const pages = new Map(
    Object.entries(fields[list]).flatMap(([field, column]) =>
      ['asc', 'desc'].map((direction) => [
        `${field}:${direction}`,
        db.prepare<Record<string, unknown>, Row>(
          `SELECT ${columns} ${matching} ORDER BY ${column} ${direction}, ${turn} ${direction} LIMIT +@limit OFFSET +@offset`,
        ),
      ]),
    ),
  );

  return (tx: Tx, request: ListRequest<L>): { count: number; rows: Row[] } => {
    const { search = null, status, sort = orders[list][0], limit, offset } = request;
    const { organization, account } = tx;
    const where = { organization, account, search, status: status ? JSON.stringify(status) : null };
    const page = pages.get(sort as string);
    if (!page) throw new Error(`The ${list} are not sorted by ${sort}`);
    return { count: count.get(where) ?? 0, rows: page.all({ ...where, limit, offset }) };
  };
}

/** @throws EmulatorError `filter-invalid` */
function checkStatus(resource: keyof typeof statuses, wanted: readonly string[] = []): void {
  const known: readonly string[] = statuses[resource];
  const stranger = wanted.find((each) => !known.includes(each));
  if (stranger !== undefined) throw new EmulatorError('filter-invalid', { value: stranger, known });
}

export type Inventory = ReturnType<typeof createInventory>;

/** What a test or a user interface looks at: all that an account holds, to be searched, sorted and leafed through. */
export function createInventory(db: Database, describe: Describe, volumes: Volumes, instances: Instances) {
  const listVolumes = prepareList<VolumeRow, 'volumes'>(db, 'volumes', 'volume', {
    searched: [has('volume.id'), hasMember, inTags('volume.tags')],
  });
  const listSnapshots = prepareList<SnapshotRow, 'snapshots'>(db, 'snapshots', 'snapshot', {
    searched: [
      has('snapshot.id'),
      has('snapshot.volume_id'),
      has('snapshot.description'),
      `EXISTS (SELECT 1 FROM json_each(snapshot.ebs_snapshots) AS part WHERE ${has("part.value ->> 'id'")})`,
      inTags('snapshot.tags'),
    ],
  });
  const listAttachments = prepareList<AttachmentRow & { volume_id: string; instance_id: string }, 'attachments'>(
    db,
    'attachments',
    'attachment',
    {
      columns: 'attachment.*, volume.id AS volume_id, instance.id AS instance_id',
      // The instance's own account, which is the attachment's, is what an index finds them by.
      joined: `JOIN volume ON volume.key = attachment.volume JOIN instance ON instance.key = attachment.instance
        AND instance.organization = +@organization AND instance.account = +@account`,
      searched: [has('volume.id'), has('instance.id'), has('attachment.device_name')],
    },
  );
  const listInstances = prepareList<InstanceRow, 'instances'>(db, 'instances', 'instance', {
    searched: [
      has('instance.id'),
      has("coalesce(instance.cluster_name, '')"),
      has("coalesce(instance.node_group_name, '')"),
      inTags('instance.tags'),
    ],
  });

  const volume = (tx: Tx, row: VolumeRow): InventoryVolume => ({
    ...describe.volume(row, tx.accountId),
    changedBy: row.changed_by,
  });

  const snapshot = (tx: Tx, row: SnapshotRow): InventorySnapshot => ({
    ...describe.snapshot(row, tx.accountId),
    tags: JSON.parse(row.tags),
    changedBy: row.changed_by,
  });

  const instance = (tx: Tx, row: InstanceRow): InventoryInstance =>
    show(instanceView, row, {
      accountId: tx.accountId,
      agentMode: row.agent ? row.agent_mode : null,
      agentVersion: row.agent ? row.agent_version : null,
    });

  return {
    /** @throws EmulatorError `filter-invalid` */
    volumes(tx: Tx, request: ListRequest<'volumes'>) {
      checkStatus('volume', request.status);
      const { count, rows } = listVolumes(tx, request);
      return { count, items: rows.map((row) => volume(tx, row)) };
    },

    /** @throws EmulatorError `filter-invalid` */
    snapshots(tx: Tx, request: ListRequest<'snapshots'>) {
      checkStatus('snapshot', request.status);
      const { count, rows } = listSnapshots(tx, request);
      return { count, items: rows.map((row) => snapshot(tx, row)) };
    },

    /** @throws EmulatorError `filter-invalid` */
    attachments(tx: Tx, request: ListRequest<'attachments'>) {
      checkStatus('attachment', request.status);
      const { count, rows } = listAttachments(tx, request);
      const items = rows.map(
        (row): InventoryAttachment =>
          show(attachmentView, row, {
            volumeId: row.volume_id,
            accountId: tx.accountId,
            instanceId: row.instance_id,
          }),
      );
      return { count, items };
    },

    instances(tx: Tx, request: ListRequest<'instances'>) {
      const { count, rows } = listInstances(tx, request);
      return { count, items: rows.map((row) => instance(tx, row)) };
    },

    /** @throws EmulatorError `volume-not-found` */
    volume: (tx: Tx, volumeId: string) => volume(tx, volumes.find(tx, volumeId)),

    /** @throws EmulatorError `instance-not-found` */
    instance: (tx: Tx, instanceId: string) => instance(tx, instances.find(tx, instanceId)),
  };
}
