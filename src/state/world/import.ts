import { formatInstant, type Instant } from '../../ground/clock.ts';
import { EmulatorError } from '../../ground/errors.ts';
import { makeId } from '../../ground/ids.ts';
import { hashSecret } from '../../ground/secrets.ts';
import { attachmentPoint, regionOf } from '../aws/ebs.ts';
import type { Instances } from '../aws/instances.ts';
import type { Attachments } from '../datafy/attachments.ts';
import { ebsColumns } from '../datafy/ebs-snapshots.ts';
import { attachmentFields } from '../datafy/fields/attachment.ts';
import { modificationFields } from '../datafy/fields/modification.ts';
import { snapshotFields } from '../datafy/fields/snapshot.ts';
import { volumeFields } from '../datafy/fields/volume.ts';
import type { Members } from '../datafy/members.ts';
import type { Modifications } from '../datafy/modifications.ts';
import type { Snapshots } from '../datafy/snapshots.ts';
import type { VolumeRow, Volumes } from '../datafy/volumes.ts';
import { awsAccountsOf, backingCountOf, hasSource, performanceOf } from '../document/defaults.ts';
import type {
  DueDocument,
  Seed,
  SnapshotDocument,
  TokenDocument,
  VolumeDocument,
  WorldDocument,
} from '../document/document.ts';
import { inBody } from '../document/problem.ts';
import type { Machine, Pending, Tx } from '../engine/machine.ts';
import { type Pace, paces } from '../engine/pace.ts';
import type { Memory } from '../engine/remembered.ts';
import { isUnderWay } from '../engine/transitions.ts';
import type { Worlds } from '../engine/worlds.ts';
import { instantOf, rowOf } from '../fields/field.ts';
import { type Database, SqliteError } from '../storage/database.ts';
import type { Accounts } from '../tenancy/accounts.ts';
import type { RoleArns } from '../tenancy/role-arns.ts';
import { roles } from '../tenancy/roles.ts';
import { tokenFields } from '../tenancy/token-fields.ts';
import type { Tokens } from '../tenancy/tokens.ts';
import { type Lists, putLists } from './lists.ts';

interface Parts {
  machine: Machine;
  memory: Memory;
  worlds: Worlds;
  accounts: Accounts;
  tokens: Tokens;
  roleArns: RoleArns;
  lists: Lists;
  instances: Instances;
  volumes: Volumes;
  members: Members;
  attachments: Attachments;
  modifications: Modifications;
  snapshots: Snapshots;
}

const minute = 60_000;

export type Import = ReturnType<typeof createImport>;

/** Worlds in: rows are put in place as a document has them, all of it or nothing. */
export function createImport(db: Database, parts: Parts) {
  const { machine, memory, worlds, accounts, tokens, roleArns, lists, instances, volumes, members } = parts;
  const { attachments, modifications, snapshots } = parts;

  /** Puts a document in place of all that a world holds; in a world of its own where there is none yet. */
  function put(document: Seed, existing?: number): number {
    const controlled = document.clock?.mode === 'controlled';
    const clockNow = controlled ? (atOf(document.clock?.now) ?? worlds.processNow()) : null;
    const now = clockNow ?? worlds.processNow();
    const pace: Pace = { ...paces.instant, ...document.pace };
    const columns = {
      clock_now: clockNow,
      pace: JSON.stringify(pace),
      id_seed: document.ids?.seed ?? document.organizationId,
      ids_made: document.ids?.made ?? 0,
      created_at: atOf(document.createdAt) ?? now,
    };
    let organization: number;
    let before: ReadonlyMap<string, number> = new Map();
    if (existing === undefined) {
      // A reset goes back to the same instant, if the world's time is its own.
      const clock = clockNow === null ? document.clock : { mode: 'controlled' as const, now: formatInstant(clockNow) };
      const origin = JSON.stringify({ ...withoutSecrets(document), ...(clock && { clock }) });
      organization = worlds.insert({ id: document.organizationId, ...columns }, origin);
    } else {
      organization = existing;
      worlds.update({ key: organization, ...columns });
      before = accounts.removeAll(organization);
      roleArns.removeFailing(organization);
    }

    const awsAccounts = awsAccountsOf(document);
    const txs = new Map<string, Tx>();
    const addAccount = (accountId: string, name: string, parent: number | null, createdAt: Instant) => {
      const aws_id = awsAccounts.get(accountId) ?? '';
      const row = { organization, id: accountId, name, aws_id, parent, created_at: createdAt };
      const account = accounts.insert(row, before.get(accountId));
      const ownAccount = parent === null;
      txs.set(accountId, { organization, account, accountId, ownAccount, now, pace, request: null, changes: [] });
      return account;
    };
    const txOf = (accountId: string, at?: string, ageMinutes = 0): Tx => {
      const tx = txs.get(accountId);
      if (!tx) throw new Error(`No account ${accountId} was put in place`);
      return { ...tx, now: atOf(at) ?? now - ageMinutes * minute };
    };

    const ownAccountId = document.ownAccountId ?? document.organizationId;
    const own = addAccount(ownAccountId, document.name, null, columns.created_at);
    for (const { accountId, name, createdAt } of document.accounts) {
      addAccount(accountId, name, own, atOf(createdAt) ?? now);
    }
    for (const { accountId, roleArn } of [
      { accountId: ownAccountId, roleArn: document.roleArn },
      ...document.accounts,
    ]) {
      if (roleArn) roleArns.set(txOf(accountId), roleArn, true);
    }
    for (const [at, token] of document.tokens.entries()) {
      addToken(txOf(token.accountId, token.createdAt), token, makeId('uuid', `${columns.id_seed}:token`, at), at);
    }
    for (const { roleArn, reason } of document.failingRoles ?? []) roleArns.addFailing(organization, roleArn, reason);
    putLists(lists, document, ({ accountId, createdAt }) => txOf(accountId, createdAt));
    const txOfVolume = (volume: VolumeDocument) => txOf(volume.accountId, volume.createdAt, volume.ageMinutes);
    for (const volume of document.volumes) addVolume(txOfVolume(volume), volume);
    // Once every device that the document names is taken: members have those that are left.
    const reserved = namedPoints(document);
    for (const volume of document.volumes) addEbsVolumes(txOfVolume(volume), volume, reserved);
    for (const snapshot of document.snapshots) {
      addSnapshot(txOf(snapshot.accountId, snapshot.startedAt, snapshot.ageMinutes), snapshot);
    }
    return organization;
  }

  function addToken(tx: Tx, token: TokenDocument, tokenId: string, at: number): void {
    const { expiresInMinutes } = token;
    const secretHash = token.token === undefined ? Buffer.from(token.secretHash ?? '', 'hex') : hashSecret(token.token);
    if (tokens.isTaken(secretHash)) {
      const field = inBody(['tokens', at, token.token === undefined ? 'secretHash' : 'token']);
      const problem = `${field} is the secret of a token of another world: take another`;
      throw new EmulatorError('world-invalid', { problem });
    }
    tokens.insert({
      organization: tx.organization,
      account: tx.account,
      ...rowOf(
        tokenFields,
        {
          ...token,
          tokenId: token.tokenId ?? tokenId,
          roleIds: token.roleIds ?? [token.readOnly ? roles.readOnly : roles.admin],
        },
        {
          secret_hash: secretHash,
          expires_at:
            atOf(token.expires) ?? (expiresInMinutes === undefined ? null : tx.now + expiresInMinutes * minute),
          created_at: tx.now,
        },
      ),
    });
  }

  function addVolume(tx: Tx, volume: VolumeDocument): void {
    const { iops, throughput } = performanceOf(volume);
    const origin = volume.origin ?? (volume.restoredFrom ? 'snapshot' : 'ebs');
    const key = volumes.insert(tx, {
      ...machine.place('volume', volume.status, pendingOf(volume.due)),
      ...rowOf(volumeFields, volume, {
        iops,
        throughput,
        origin,
        has_source: hasSource(volume) ? 1 : 0,
        backing_count: backingCountOf(volume) as VolumeRow['backing_count'],
        created_at: tx.now,
      }),
    });
    const { attachment, modifications: changes = [] } = volume;
    const ofVolume = { organization: tx.organization, account: tx.account, volume: key };
    if (attachment) {
      const startedAt = attachment.startedAt ?? formatInstant(tx.now);
      attachments.insert({
        ...ofVolume,
        instance: instances.find(tx, attachment.instanceId).key,
        ...machine.place('attachment', attachment.status ?? 'attached', pendingOf(attachment.due)),
        ...rowOf(attachmentFields, { ...attachment, startedAt }),
      });
    }
    for (const change of changes) {
      const startedAt = change.startedAt ?? formatInstant(tx.now);
      modifications.insert({
        ...ofVolume,
        ...machine.place('modification', change.status, pendingOf(change.due)),
        ...rowOf(modificationFields, { iops, throughput, ...change, startedAt }),
      });
    }
  }

  function addEbsVolumes(tx: Tx, volume: VolumeDocument, reserved: ReadonlyMap<string, ReadonlySet<string>>): void {
    const { volumeId, backingVolumeIds = [], due, attachment, modifications: changes = [] } = volume;
    const modification = changes.find(({ status }) => isUnderWay('modification', status));
    const own = (volume.backingVolumes ?? []).map(({ volumeId: id, deviceName, attachedAt, createdAt }) => {
      const at = {
        ...(attachedAt && { attachedAt: instantOf(attachedAt) }),
        ...(createdAt && { createdAt: instantOf(createdAt) }),
      };
      return [id, { ...(deviceName && { deviceName }), ...at }] as const;
    });
    members.put(tx, volumes.find(tx, volumeId), backingVolumeIds, {
      own: new Map(own),
      reserved: reserved.get(attachment?.instanceId ?? '') ?? new Set(),
      creation: pendingOf(due),
      attachment: attachment && {
        instance: instances.find(tx, attachment.instanceId).key,
        deviceName: attachment.deviceName,
        deleteOnTermination: attachment.deleteOnTermination ?? false,
        status: attachment.status ?? 'attached',
        startedAt: atOf(attachment.startedAt) ?? tx.now,
        due: pendingOf(attachment.due),
      },
      modification: modification && {
        to: { ...performanceOf(volume), ...modification },
        due: pendingOf(modification.due),
      },
    });
  }

  function addSnapshot(tx: Tx, snapshot: SnapshotDocument): void {
    const volume = volumes.lookUp(tx, snapshot.volumeId);
    const set = snapshot.ebsSnapshots.map(({ snapshotId, volumeId }) => ({ id: snapshotId, volume_id: volumeId }));
    snapshots.insert({
      organization: tx.organization,
      account: tx.account,
      volume: volume?.key ?? null,
      ...machine.place('snapshot', snapshot.status, pendingOf(snapshot.due)),
      ...rowOf(snapshotFields, {
        ...snapshot,
        generation: snapshot.generation ?? (volume ? snapshots.nextGeneration(tx, volume.key) : 0),
        region: snapshot.region ?? regionOf(volume?.availability_zone ?? ''),
        encrypted: snapshot.encrypted ?? volume?.encrypted === 1,
        kmsKeyId: snapshot.kmsKeyId ?? volume?.kms_key_id ?? undefined,
        startedAt: formatInstant(tx.now),
      }),
      ...ebsColumns(set),
    });
  }

  const transaction = db.transaction(put);

  /**
   * Makes a world from a document, or puts the document in place of all that a world holds. The document is filled in
   * and checked (`world-defaults.ts`, `world-problems.ts`), or was written by an export. The last word is the
   * database's, by its CHECKs and keys, and the message is its own then.
   *
   * @throws EmulatorError `world-invalid`: the old world stands then.
   */
  return function importWorld(document: Seed, existing?: number): number {
    try {
      const organization = transaction(document, existing);
      memory.forget(organization);
      return organization;
    } catch (error) {
      if (error instanceof SqliteError && error.code.startsWith('SQLITE_CONSTRAINT')) {
        throw new EmulatorError('world-invalid', { problem: error.message });
      }
      throw error;
    }
  };
}

/** The attachment points of each instance that a document gives to members by name. */
function namedPoints({ volumes }: Seed): Map<string, Set<string>> {
  const points = new Map<string, Set<string>>();
  for (const { attachment, backingVolumes = [] } of volumes) {
    const named = backingVolumes.flatMap(({ deviceName }) => deviceName ?? []);
    if (!attachment || named.length === 0) continue;
    const ofInstance = points.get(attachment.instanceId) ?? new Set();
    points.set(attachment.instanceId, ofInstance);
    for (const name of named) ofInstance.add(attachmentPoint(name));
  }
  return points;
}

/** A document to keep: the same, with hashes in place of token secrets. */
export function withoutSecrets(document: WorldDocument): WorldDocument {
  return {
    ...document,
    tokens: document.tokens.map(({ token, ...rest }) =>
      token === undefined ? rest : { ...rest, secretHash: hashSecret(token).toString('hex') },
    ),
  };
}

/** @throws EmulatorError `world-invalid` */
const atOf = (text: string | undefined): Instant | undefined => (text === undefined ? undefined : instantOf(text));

function pendingOf(due: DueDocument | undefined): Partial<Pending> | undefined {
  return due && { ...(due.action && { action: due.action }), at: atOf(due.at) ?? null };
}
