import type { InstanceView, SnapshotView, VolumeView } from './views.ts';
import type { Instance, Snapshot, Volume, World } from './world.ts';

/** The ids that a world knows: what is none of them is new. */
const known = ({ volumes, snapshots, instances }: World) =>
  new Set([
    ...volumes.flatMap((each) => [each.id, each.replacedBy?.id, ...each.backing]),
    ...snapshots.flatMap((each) => [each.id, each.volumeId, ...each.parts, ...each.of]),
    ...instances.map((each) => each.id),
  ]);

/**
 * The model takes over the ids that it could not know, from what was seen of one of its things.
 *
 * @throws Error where such an id is known already, or has another form.
 */
export function learner(world: World) {
  let ids: Set<string | undefined> | undefined;
  const take = (id: string, prefix: string) => {
    ids ??= known(world);
    if (ids.has(id) || !new RegExp(`^${prefix}-0[0-9a-f]{16}$`).test(id)) throw new Error(`${id} is no new id`);
    ids.add(id);
    return id;
  };
  return {
    volume(volume: Volume, seen: Pick<VolumeView, 'id' | 'backing' | 'replacedBy'>): void {
      const { replacedBy } = volume;
      if (volume.id === undefined && seen.id) volume.id = take(seen.id, 'vol');
      if (replacedBy && replacedBy.id === undefined && seen.replacedBy) replacedBy.id = take(seen.replacedBy, 'vol');
      if (volume.backing.length === 0 && seen.backing.length === volume.backingCount) {
        volume.backing.push(...seen.backing.map((id) => take(id, 'vol')));
      }
    },

    snapshot(snapshot: Snapshot, { id, parts = [], of = [] }: Partial<SnapshotView>): void {
      const { count } = snapshot;
      if (snapshot.id === undefined && id) snapshot.id = take(id, 'dsnap');
      if (snapshot.parts.length === 0 && parts.length === count) {
        snapshot.parts.push(...parts.map((each) => take(each, 'snap')));
      }
      if (snapshot.of.length === 0 && of.length === count) snapshot.of.push(...of.map((each) => take(each, 'vol')));
    },

    instances(instances: readonly Instance[], seen: readonly InstanceView[]): void {
      each(instances, seen, (instance, { id }) => {
        if (instance.id === undefined && id) instance.id = take(id, 'i');
      });
    },

    /** From whole lists, in the model's order. */
    volumes(seen: readonly VolumeView[]): void {
      each(world.volumes, seen, this.volume);
    },
    snapshots(seen: readonly SnapshotView[]): void {
      each(world.snapshots, seen, this.snapshot);
    },
  };
}

function each<T, V>(things: readonly T[], views: readonly V[], take: (thing: T, seen: V) => void): void {
  for (const [at, thing] of things.entries()) {
    const seen = views[at];
    if (seen) take(thing, seen);
  }
}
