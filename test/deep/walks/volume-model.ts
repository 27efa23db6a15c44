import { isDeepStrictEqual } from 'node:util';
import { learner } from '../../model/learn.ts';
import type { SequentialModel } from '../../model/linearizable.ts';
import { type Refusal, type Step, verbs } from '../../model/verbs.ts';
import * as views from '../../model/views.ts';
import { type Attachment, copyOf, settle, type Volume, type World } from '../../model/world.ts';
import type { Answer, Call } from '../linearizability/history.ts';

/** What the model does at a call, and what it says of an answer. */

/** An answer is not the model's. */
class Mismatch extends Error {}

function demand(found: unknown, wanted: unknown, what: string): void {
  if (isDeepStrictEqual(found, wanted)) return;
  throw new Mismatch(`${what} is ${JSON.stringify(found)}, where the model has ${JSON.stringify(wanted)}`);
}

const reads: readonly string[] = [
  ...['getVolume', 'getAwsVolume', 'inspect', 'listVolumes', 'listSnapshots', 'listAttachments'],
];

/** The volumes of a world under concurrent calls. All is in one account. */
export function volumeModel(begin: World, accountId: string): SequentialModel<World, Call, Answer> {
  const accountIds = [accountId];
  return {
    begin,
    step(state, call, answer) {
      // A fault took the call's place: nothing was done.
      if (answer?.code === 'fault') return { state };
      const world = copyOf(state);
      try {
        take(world, call, answer, accountIds);
        // What is due already is as good as done: a call that changes nothing leaves the very same state.
        settle(world, world.standsAt ?? 0);
        return { state: world };
      } catch (error) {
        if (error instanceof Mismatch) return { problem: error.message };
        throw error;
      }
    },
    changesNothing: ({ verb }, { code }) => code !== undefined || reads.includes(verb),
    keyOf: (state) =>
      JSON.stringify(state, (key, value) => (key === 'replacedBy' && value ? state.volumes.indexOf(value) : value)),
  };
}

function take(world: World, call: Call, answer: Answer | undefined, accountIds: readonly string[]): void {
  if (world.standsAt === undefined) throw new Error('The world has no time of its own');
  const step: Step = { world, account: 0, now: world.standsAt };
  if ('volumeId' in call) {
    const volume = world.volumes.find(({ id }) => id === call.volumeId);
    const refusal = refusalOf(step, call) ?? (volume ? undefined : 'volume-not-found');
    if (!answer) return;
    demand(answer.code, refusal, 'the refusal');
    if (refusal === undefined && volume) check(world, call, answer.body, volume, accountIds);
    return;
  }
  if (call.verb === 'advance') {
    world.standsAt += call.seconds * 1_000;
    settle(world, world.standsAt);
    if (answer) demand(Date.parse(answer.body?.now), world.standsAt, 'the time');
    return;
  }
  if (!answer) return;
  demand(answer.code, undefined, 'the refusal');
  const learn = learning(world);
  if (call.verb === 'listVolumes') {
    const seen = answer.body.volumes.map((each: views.SeenVolume) => views.seenVolume(each, accountIds));
    learn((known) => known.volumes(seen));
    demand(seen, views.volumeViews(world), 'the list');
  } else if (call.verb === 'listSnapshots') {
    const seen = answer.body.snapshots.map((each: views.SeenSnapshot) => views.seenSnapshot(each, accountIds));
    learn((known) => known.snapshots(seen));
    demand(seen, world.snapshots.map(views.snapshotView), 'the list');
  } else {
    const seen: SeenAttachment[] = answer.body.attachments;
    for (const each of seen) {
      const volume = world.volumes.find(({ attachment }) => attachment && isAt(attachment, each));
      if (volume) learn((known) => known.volume(volume, { id: each.volumeId, backing: [], replacedBy: null }));
    }
    const wanted = world.volumes.flatMap(({ id, attachment }) => (attachment ? [textOf(attachment, id)] : []));
    // They are sorted by when they began, of which the model knows nothing.
    demand(seen.map((each) => textOf(each, each.volumeId)).sort(), wanted.sort(), 'the list');
  }
}

type SeenAttachment = Omit<Attachment, 'due'> & { volumeId: string };

const isAt = (one: Omit<Attachment, 'due'>, other: Omit<Attachment, 'due'>) =>
  one.instanceId === other.instanceId && one.deviceName === other.deviceName;

const textOf = (attachment: Omit<Attachment, 'due'>, volumeId: string | undefined) =>
  [volumeId, attachment.instanceId, attachment.deviceName, attachment.status, attachment.deleteOnTermination].join(' ');

/** Lets ids be taken over; one that is none that could be is a mismatch. */
const learning = (world: World) => (from: (known: ReturnType<typeof learner>) => void) => {
  try {
    from(learner(world));
  } catch (error) {
    throw new Mismatch((error as Error).message);
  }
};

type VolumeCall = Extract<Call, { volumeId: string }>;

function refusalOf(step: Step, call: VolumeCall): Refusal {
  const { volumeId } = call;
  switch (call.verb) {
    case 'createSnapshot':
      return verbs.createSnapshot(step, volumeId, { autoscalingOnly: call.autoscalingOnly, tags: [] });
    case 'attach':
    case 'attachAws':
    case 'attachInAws': {
      const { instanceId, deviceName } = call;
      const attach = call.verb === 'attachInAws' ? verbs.attachInAws : verbs.attach;
      return attach(step, volumeId, { instanceId, deviceName, deleteOnTermination: false });
    }
    case 'detach':
      return verbs.detach(step, volumeId, call);
    case 'modify':
      return verbs.modify(step, volumeId, {
        size: call.size,
        expandFilesystem: false,
        autoscalingOnly: call.autoscalingOnly,
      });
    case 'modifyAws':
      return verbs.modifyAttached(step, volumeId, { size: call.size, iops: call.iops });
    case 'deactivate':
      return verbs.deactivate(step, volumeId);
    case 'activate':
      return verbs.activate(step, volumeId);
    case 'tag':
      return verbs.tag(step, volumeId, [{ key: 'by', value: call.value }]);
    case 'getVolume':
    case 'getAwsVolume':
    case 'inspect':
      return undefined;
  }
}

/** Holds the answer of a call that was done against the model, which has done it too. */
function check(
  world: World,
  call: VolumeCall,
  // biome-ignore lint/suspicious/noExplicitAny: this is what says what has to be in it
  body: any,
  volume: Volume,
  accountIds: readonly string[],
): void {
  const learn = learning(world);
  switch (call.verb) {
    case 'createSnapshot': {
      const snapshot = world.snapshots.at(-1);
      if (!snapshot) throw new Error('The model has made no snapshot');
      learn((known) => known.snapshot(snapshot, { id: body.datafySnapshotId }));
      const { id, status, size } = views.snapshotView(snapshot);
      demand([body.datafySnapshotId, body.status, body.volumeSizeGb], [id, status, size], 'the snapshot');
      return;
    }
    case 'activate':
    case 'attachInAws':
    case 'tag':
    case 'getVolume':
    case 'inspect': {
      const seen = views.seenVolume(body, accountIds);
      learn((known) => known.volume(volume, seen));
      const replaced = world.volumes.find(({ replacedBy }) => replacedBy === volume);
      demand(seen, views.volumeView(volume, replaced), 'the volume');
      return;
    }
    case 'getAwsVolume': {
      learn((known) => known.volume(volume, { id: volume.id, backing: [], replacedBy: body.replacedBy }));
      const { status, size, iops, throughput, replacedBy } = views.volumeView(volume, undefined);
      const isManaged = ['creating', 'managed', 'deactivating'].includes(status);
      demand(
        [body.isManaged, body.sizeBytes, body.iops, body.throughput, body.replacedBy],
        [isManaged, size * 2 ** 30, iops, throughput, replacedBy],
        'the volume',
      );
      return;
    }
    case 'attach':
    case 'attachAws':
    case 'detach':
    case 'modify':
    case 'modifyAws':
    case 'deactivate':
      demand(body, undefined, 'the answer');
  }
}
