import { type IdKind, makeAwsAccountId, makeId } from '../../ground/ids.ts';
import { gp3, type Performance } from '../aws/ebs.ts';
import { instanceFields } from '../aws/instance-fields.ts';
import { arrayCount, plainBackingCount } from '../datafy/fields/volume.ts';
import { millisecondsOf } from '../engine/pace.ts';
import { volumeStatuses } from '../engine/transitions.ts';
import type {
  AccountDocument,
  Seed,
  SeedDocument,
  SnapshotDocument,
  TokenDocument,
  VolumeDocument,
  WorldDocument,
} from './document.ts';
import { fillList, type ListName, listNames } from './lists.ts';

/** What a world draws its ids from where nothing else is said: the same calls in two such worlds give the same ids. */
export const idSeed = 'world';

/** Where things are that say nothing of it. */
const zone = instanceFields.availabilityZone.default;

type Written<K extends 'accounts' | 'instances' | 'volumes' | 'snapshots'> = NonNullable<SeedDocument[K]>[number];

/** The account at a place in the list, with an id and a name if it was given none. */
export function fillAccount(account: Written<'accounts'>, at: number, seed = idSeed): AccountDocument {
  return {
    ...account,
    accountId: account.accountId ?? makeId('uuid', `${seed}:account`, at + 1),
    name: account.name ?? `account-${at + 1}`,
  };
}

/**
 * Which AWS account each account of a document is: the one it says, that of its role ARN, or one that follows from its
 * id. No two are one.
 */
export function awsAccountsOf({ organizationId, ownAccountId, awsAccountId, roleArn, accounts }: Seed) {
  const all = [{ accountId: ownAccountId ?? organizationId, awsAccountId, roleArn }, ...accounts];
  const taken = new Set(all.map((account) => account.awsAccountId));
  const found = new Map<string, string>();
  for (const account of all) {
    const ofRole = account.roleArn?.split(':')[4];
    let awsId = account.awsAccountId ?? (ofRole && !taken.has(ofRole) ? ofRole : makeAwsAccountId(account.accountId));
    for (let attempt = 1; !account.awsAccountId && taken.has(awsId); attempt++) {
      awsId = makeAwsAccountId(account.accountId, attempt);
    }
    taken.add(awsId);
    found.set(account.accountId, awsId);
  }
  return found;
}

/** The id of an organization's own account, where nothing else is said. */
export const makeOwnAccountId = (seed = idSeed) => makeId('uuid', `${seed}:account`, 0);

/**
 * A document with all that its parts need to find each other: ids, owners, zones, and what stands behind volumes. What
 * was left out is filled in the same way every time; what was written stays as it is, in its place.
 *
 * @param organizationId that of the world it is for, where the document says nothing.
 */
export function fillWorld(written: SeedDocument, organizationId = written.organizationId ?? makeOwnAccountId()): Seed {
  const seed = written.ids?.seed ?? written.organizationId ?? idSeed;
  const made = (kind: IdKind, what: string, at: number) => makeId(kind, `${seed}:${what}`, at);
  const ownAccountId = written.ownAccountId ?? written.organizationId ?? organizationId;
  const accounts = (written.accounts ?? [{}]).map((account, at) => fillAccount(account, at, seed));
  const first = accounts[0]?.accountId ?? ownAccountId;

  const filled = Object.fromEntries(
    listNames.map((list) => [list, fillList(list, written[list], first, made)]),
  ) as Required<Pick<WorldDocument, ListName>>;
  const instanceOf = new Map(filled.instances.map((instance) => [instance.instanceId, instance]));

  let backed = 0;
  const volumes = (written.volumes ?? []).map((volume, at): VolumeDocument => {
    const instance = volume.attachment && instanceOf.get(volume.attachment.instanceId);
    const { volumeId = made('vol', 'volume', at), status = 'managed' } = volume;
    const behind = volumeStatuses.autoscaled.includes(status) ? backingCountOf(volume) : 0;
    return {
      ...volume,
      volumeId,
      accountId: volume.accountId ?? instance?.accountId ?? first,
      status,
      availabilityZone: volume.availabilityZone ?? instance?.availabilityZone ?? zone,
      backingVolumeIds:
        volume.backingVolumeIds ??
        volume.backingVolumes?.map((each) => each.volumeId) ??
        Array.from({ length: behind }, () => made('vol', 'backing', backed++)),
    };
  });
  const volumeOf = new Map(volumes.map((volume) => [volume.volumeId, volume]));

  let parts = 0;
  const snapshots = (written.snapshots ?? []).map((snapshot, at): SnapshotDocument => {
    const volume = volumeOf.get(snapshot.volumeId);
    return {
      ...snapshot,
      datafySnapshotId: snapshot.datafySnapshotId ?? made('dsnap', 'snapshot', at),
      accountId: snapshot.accountId ?? volume?.accountId ?? first,
      status: snapshot.status ?? 'completed',
      // 0: of a volume that is gone, and said nowhere.
      sizeGb: snapshot.sizeGb ?? volume?.sizeGb ?? 0,
      ebsSnapshots:
        snapshot.ebsSnapshots ??
        partsOf(volume).map((volumeId) => ({ snapshotId: made('snap', 'snapshot', parts++), volumeId })),
    };
  });

  const { pace, ...asWritten } = written;
  return {
    ...asWritten,
    ...(pace && { pace: millisecondsOf(pace) }),
    organizationId: written.organizationId ?? organizationId,
    ownAccountId,
    name: written.name ?? 'organization',
    ids: written.ids ?? { seed, made: 0 },
    accounts,
    tokens: (written.tokens ?? standardTokens(ownAccountId, accounts)).map((token) => ({
      ...token,
      accountId: token.accountId ?? first,
    })),
    ...filled,
    volumes,
    snapshots,
  };
}

/** How many EBS volumes stand behind a volume while it is managed: those it names, or two, or the smallest array. */
export function backingCountOf({
  backingCount,
  backingVolumeIds,
  backingVolumes,
  datafyMode,
}: Written<'volumes'>): number {
  const plain = (datafyMode ?? 'autoscaling') === 'autoscaling';
  return backingCount ?? ((backingVolumeIds ?? backingVolumes)?.length || (plain ? plainBackingCount : 4));
}

/** Whether the EBS volume that a volume was is there: of a managed one it has gone, unless it says otherwise. */
export const hasSource = ({ status = 'managed', hasSource }: Written<'volumes'>): boolean =>
  hasSource ?? volumeStatuses.ownEbsVolume.includes(status);

/** Size, IOPS and throughput of a volume: gp3's least, or as much for each of an array, where it says nothing. */
export function performanceOf(volume: Written<'volumes'>): Performance {
  const count = arrayCount(backingCountOf(volume));
  const { sizeGb, iops = gp3.iops.minimum * count, throughput = gp3.throughput.minimum * count } = volume;
  return { sizeGb, iops, throughput };
}

/** The EBS volumes that a snapshot of a volume is made of: those behind it, or itself. */
function partsOf(volume: VolumeDocument | undefined): readonly string[] {
  if (!volume) return [];
  return volume.backingVolumeIds?.length ? volume.backingVolumeIds : [volume.volumeId];
}

/** The tokens of a world that names none: those of the default world's organization and first account. */
function standardTokens(ownAccountId: string, [first]: readonly AccountDocument[]): TokenDocument[] {
  const organization = 'any sub-account, named by ?accounts=';
  return [
    { token: 'organization-token', accountId: ownAccountId, description: organization },
    ...(first
      ? [
          {
            token: 'account-token',
            accountId: first.accountId,
            description: `sub-account ${first.name}, ${first.accountId}`,
          },
        ]
      : []),
  ];
}
