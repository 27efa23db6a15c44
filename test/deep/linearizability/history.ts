import { Agent } from 'node:http';
import type { NewOrganization } from '../../../src/index.ts';
import type { Pace } from '../../../src/state/engine/pace.ts';
import type { Operation } from '../../model/linearizable.ts';
import { type Random, randomOf } from '../../model/random.ts';
import { controlled, hear, type Own } from '../../routes/control/control.ts';
import type { Method } from '../../support/world.ts';

/** Concurrent clients that all want something of one volume, and what they were answered. */

export const zone = 'us-east-1a';
export const subject = 'vol-00000001';
const workers = ['i-00000001', 'i-00000002'] as const;

/** A world with the volume in it, two instances to put it on, and a volume that is in its way. */
export const scene = {
  clock: controlled,
  instances: workers.map((instanceId) => ({ instanceId, availabilityZone: zone, agent: true })),
  volumes: [
    {
      volumeId: subject,
      ...{ status: 'managed', sizeGb: 10, availabilityZone: zone, backingVolumeIds: ['vol-0000000a', 'vol-0000000b'] },
    },
    {
      volumeId: 'vol-00000002',
      ...{ status: 'managed', sizeGb: 10, availabilityZone: zone, backingVolumeIds: ['vol-0000000c', 'vol-0000000d'] },
      attachment: { instanceId: workers[0], deviceName: '/dev/sdg' },
    },
  ],
} satisfies NewOrganization;

/** What a client asks for. The volume is the one it last knew of: autoscaling switched off makes it another. */
export type Call =
  | { verb: 'createSnapshot'; volumeId: string; autoscalingOnly: boolean }
  | { verb: 'attach' | 'attachAws' | 'attachInAws'; volumeId: string; instanceId: string; deviceName: string }
  | { verb: 'detach'; volumeId: string; instanceId: string; force: boolean }
  | { verb: 'modify'; volumeId: string; size: number; autoscalingOnly: boolean }
  | { verb: 'modifyAws'; volumeId: string; size: number; iops: number }
  | { verb: 'deactivate' | 'activate' | 'getVolume' | 'getAwsVolume' | 'inspect'; volumeId: string }
  | { verb: 'tag'; volumeId: string; value: string }
  | { verb: 'advance'; seconds: number }
  | { verb: 'listVolumes' | 'listSnapshots' | 'listAttachments' };

export interface Answer {
  status: number;
  /** `X-Emulator-Error` */
  code: string | undefined;
  // biome-ignore lint/suspicious/noExplicitAny: the model says what has to be in it
  body: any;
}

export type VolumeHistory = Operation<Call, Answer>[];

interface Request {
  method: Method;
  /** Below the API's prefix, or below the world's control calls. */
  path: string;
  control?: boolean;
  body?: unknown;
}

const post = (path: string, body: unknown = {}): Request => ({ method: 'POST', path, body });

export function requestOf(call: Call, accountId: string): Request {
  const control = (request: Request, path: string): Request => ({
    ...request,
    path: `/accounts/${accountId}${path}`,
    control: true,
  });
  switch (call.verb) {
    case 'createSnapshot':
      return post(`/volumes/${call.volumeId}/create-snapshot`, { autoscalingOnly: call.autoscalingOnly });
    case 'attach':
    case 'attachAws':
    case 'attachInAws': {
      const { volumeId, instanceId, deviceName } = call;
      const request = post(`/volumes/${volumeId}/attach`, { instanceId, deviceName });
      if (call.verb === 'attachInAws') return control(request, request.path);
      return call.verb === 'attach' ? request : { ...request, path: `/aws${request.path}` };
    }
    case 'detach':
      return post(`/aws/volumes/${call.volumeId}/detach`, { instanceId: call.instanceId, force: call.force });
    case 'modify':
      return post(`/volumes/${call.volumeId}/modify`, {
        volumeSizeGB: call.size,
        autoscalingOnly: call.autoscalingOnly,
      });
    case 'modifyAws':
      return post(`/aws/volumes/${call.volumeId}/modify`, { volumeSizeGb: call.size, volumeIops: call.iops });
    case 'deactivate':
      return post(`/volumes/${call.volumeId}/deactivate-autoscaling`);
    case 'activate':
      return control({ method: 'POST', path: '' }, `/volumes/${call.volumeId}/activate`);
    case 'tag': {
      const body = { tags: [{ key: 'by', value: call.value }] };
      return control({ method: 'PUT', path: '', body }, `/volumes/${call.volumeId}`);
    }
    case 'advance':
      return { method: 'POST', path: '/clock/advance', control: true, body: { seconds: call.seconds } };
    case 'getVolume':
      return { method: 'GET', path: `/volumes/${call.volumeId}` };
    case 'getAwsVolume':
      return { method: 'GET', path: `/aws/volumes/${call.volumeId}` };
    case 'inspect':
      return control({ method: 'GET', path: '' }, `/volumes/${call.volumeId}`);
    case 'listVolumes':
      return { method: 'GET', path: '/volumes?limit=1000' };
    case 'listSnapshots':
      return { method: 'GET', path: '/snapshots?limit=1000' };
    case 'listAttachments':
      return control({ method: 'GET', path: '' }, '/attachments?limit=1000');
  }
}

type Verb = Call['verb'];
const weights: Record<Verb, number> = {
  ...{ createSnapshot: 4, attach: 4, attachAws: 3, attachInAws: 4, detach: 8, modify: 5, modifyAws: 4 },
  ...{ deactivate: 5, activate: 7, tag: 4, advance: 5 },
  ...{ getVolume: 9, getAwsVolume: 7, inspect: 4, listVolumes: 5, listSnapshots: 3, listAttachments: 4 },
};
const choices = Object.entries(weights).map(([of, weight]) => ({ weight, of: of as Verb }));
export const verbs = Object.keys(weights) as Verb[];

function makeUp(random: Random, volumeId: string): Call {
  const verb = random.weighted(choices);
  const autoscalingOnly = random.chance(0.7);
  const size = 10 + random.upTo(60);
  const instanceId = random.pick(workers);
  switch (verb) {
    case 'createSnapshot':
      return { verb, volumeId, autoscalingOnly };
    case 'attach':
    case 'attachAws':
    case 'attachInAws':
      return { verb, volumeId, instanceId, deviceName: random.pick(['/dev/sdf', '/dev/sdf', '/dev/sdg']) };
    case 'detach':
      return { verb, volumeId, instanceId, force: random.chance(0.3) };
    case 'modify':
      return { verb, volumeId, size, autoscalingOnly };
    case 'modifyAws':
      return { verb, volumeId, size: random.chance(0.5) ? size : 0, iops: 3_000 + 500 * random.upTo(4) };
    case 'tag':
      return { verb, volumeId, value: String(random.upTo(1_000)) };
    case 'advance':
      return { verb, seconds: random.pick([0, 1, 2, 5]) };
    case 'deactivate':
    case 'activate':
    case 'getVolume':
    case 'getAwsVolume':
    case 'inspect':
      return { verb, volumeId };
    case 'listVolumes':
    case 'listSnapshots':
    case 'listAttachments':
      return { verb };
  }
}

/** Slow or quick, each thing on its own. */
export const paceOf = (random: Random): Pace => {
  const some = () => random.pick([0, 0, 1_000, 4_000]);
  return {
    ...{ create: some(), activate: some(), snapshot: some(), attach: some(), detach: some() },
    ...{ modify: some(), deactivate: some(), source: some() },
  };
};

/** What goes wrong meanwhile: calls that wait, so that others overtake them, that are refused, or get lost on the way. */
export const faults = [
  { match: { method: 'POST' }, probability: 0.02, effect: { drop: 'connection' } },
  { match: { method: 'POST' }, probability: 0.02, effect: { drop: 'body' } },
  { match: {}, probability: 0.02, effect: { status: 503 } },
  { match: {}, probability: 0.3, effect: { delayMs: 1 } },
  { match: {}, probability: 0.2, effect: { delayMs: 3 } },
];

/** How a request is sent, and answered; undefined where no answer came, or not all of it. */
export type Exchange = (method: Method, url: string, body: unknown, token: string) => Promise<Answer | undefined>;

/** Over a connection of its own, which is kept. */
export function connect(origin: string): { exchange: Exchange; close(): void } {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  return {
    async exchange(method, url, body, token) {
      const headers = { authorization: `Bearer ${token}` };
      const heard = await hear(origin, method, url, { body, headers, agent });
      if (heard.error) return undefined;
      const { status, text } = heard;
      const code = heard.headers['x-emulator-error'] as string | undefined;
      return { status, code, body: text === '' ? undefined : JSON.parse(text) };
    },
    close: () => agent.destroy(),
  };
}

/** Lets clients loose on a world, each with so many operations, one after the other; answers what they saw. */
export async function record(
  world: Own,
  seed: number,
  { clients, operations, exchanges }: { clients: number; operations: number; exchanges: readonly Exchange[] },
): Promise<VolumeHistory> {
  const history: VolumeHistory = [];
  // A counter, and no clock: what is called after something was answered has the higher number.
  let count = 0;
  const run = async (client: number) => {
    const random = randomOf(seed * 1_000 + client);
    const exchange = exchanges[client] as Exchange;
    let volumeId: string = subject;
    for (let made = 0; made < operations; made++) {
      const call = makeUp(random, volumeId);
      const { method, path, body, control } = requestOf(call, world.accountId);
      const token = world.accounts[0]?.token as string;
      const operation: VolumeHistory[number] = { client, call, invoked: count++, answered: undefined };
      history.push(operation);
      const answer = await exchange(method, control ? world.base + path : `/api/v1${path}`, body, token);
      if (!answer) continue;
      operation.answered = { at: count++, answer };
      // Another took its place, and it goes on with that.
      if ('volumeId' in call && answer.body?.replacedBy) volumeId = answer.body.replacedBy;
    }
  };
  await Promise.all(Array.from({ length: clients }, (_, client) => run(client)));
  return history;
}
