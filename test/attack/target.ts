import { settle } from '../support/refused.ts';
import { type Route, routesOf } from '../support/routes.ts';
import {
  buildWorld,
  instances,
  type Method,
  organization,
  production,
  snapshots,
  volumes,
  type World,
} from '../support/world.ts';

/** What the suites here attack: a world with one of everything, and for every route a call that would succeed. */

export interface Call {
  route: Route;
  method: Method;
  /** The route's path with its parameters filled in. */
  url: string;
  headers: Record<string, string>;
  body: unknown;
}

export interface Victim extends World {
  calls: Call[];
  /** Every row of every table, as text: quicker to compare. What is due is done first: any call would do it. */
  snapshot(): string;
}

const zone = 'us-east-1a';
const rule = { active: false, rule: { in: [{ var: 'instance_id' }, ['i-0']] } };
const role = { roleArn: 'arn:aws:iam::123456789012:role/datafy' };
const volumeProperties = { availabilityZone: zone };
const newVolume = { volumeProperties: { ...volumeProperties, diskSize: 10 } };
const newToken = { description: 'new', expireInMinutes: 0, roleIds: [] };
const restore = { source: { datafySnapshotId: snapshots.documented }, volumeProperties };
const fault = { match: { operationId: 'getAwsSnapshot' }, skip: 1_000_000, effect: { status: 503 } };

/** What the paths of a world name, unless a call says otherwise. */
interface Names {
  organizationId: string;
  accountId: string;
  volumeId: string;
  snapshotId: string;
  instanceId: string;
  tokenId: string;
  ruleId: string;
  faultId: string;
  /** A checkpoint. */
  name: string;
}

/** What a call of a world says. */
type Particulars = (things: { spareAccount: string; state: unknown }) => { body?: unknown; params?: Partial<Names> };

const attachment = { instanceId: instances.documented, deviceName: '/dev/sdz' };
const attached = { volumeId: volumes.attached };
const ordinary = { volumeId: volumes.ordinary };
const detached = { volumeId: 'vol-0a1b2c3d4e5f600aa' };

/** By route, without its world. A call that is not here needs no body, and no other names than those of all. */
const particulars: Record<string, Particulars> = {
  'POST /api/v1/volumes/create-from-snapshots': () => ({ body: restore }),
  'POST /api/v1/volumes/:volumeId/attach': () => ({ body: attachment }),
  'POST /api/v1/volumes/:volumeId/modify': () => ({ body: { volumeSizeGb: 500 } }),
  'POST /api/v1/volumes/create-datafied-volume': () => ({ body: newVolume }),
  'POST /api/v1/accounts': () => ({ body: { name: 'new' } }),
  'PUT /api/v1/accounts/:accountId': () => ({ body: { name: 'renamed' } }),
  'DELETE /api/v1/accounts/:accountId': ({ spareAccount }) => ({ params: { accountId: spareAccount } }),
  'POST /api/v1/accounts/:accountId/tokens': () => ({ body: newToken }),
  'POST /api/v1/accounts/:accountId/role-arn': () => ({ body: { roleArn: `${role.roleArn}-2` } }),
  'POST /api/v1/accounts/:accountId/autoscaling/rules': () => ({ body: rule }),
  'PUT /api/v1/accounts/:accountId/autoscaling/rules/:ruleId': () => ({ body: { ...rule, active: true } }),
  'POST /api/v1/aws/volumes/create-from-snapshots': () => ({ body: restore }),
  'POST /api/v1/aws/volumes/create-autoscaling-volume': () => ({ body: newVolume }),
  'POST /api/v1/aws/volumes/create-datafied-volume': () => ({ body: newVolume }),
  'POST /api/v1/aws/volumes/:volumeId/attach': () => ({ body: attachment }),
  'POST /api/v1/aws/volumes/:volumeId/detach': () => ({ body: attachment, params: attached }),
  'POST /api/v1/aws/volumes/:volumeId/modify': () => ({ body: { volumeSizeGb: 500 }, params: attached }),
  'POST /_emulator/organizations': () => ({ body: { name: 'new' } }),
  'PUT /_emulator/state': ({ state }) => ({ body: { ...(state as object), name: 'imported' } }),
  'POST /_emulator/checkpoints': () => ({ body: { name: 'new' } }),
  'PUT /_emulator/clock': () => ({ body: { mode: 'controlled', now: '2026-01-02T00:00:00Z' } }),
  'POST /_emulator/clock/advance': () => ({ body: { seconds: 1 } }),
  'PUT /_emulator/pace': () => ({ body: { snapshot: 1 } }),
  'POST /_emulator/faults': () => ({ body: fault }),
  'POST /_emulator/accounts/:accountId/volumes': () => ({ body: { sizeGb: 5, availabilityZone: zone } }),
  'PUT /_emulator/accounts/:accountId/volumes/:volumeId': () => ({ body: { tags: [{ key: 'a', value: 'b' }] } }),
  'POST /_emulator/accounts/:accountId/volumes/:volumeId/attach': () => ({ body: attachment, params: detached }),
  'POST /_emulator/accounts/:accountId/volumes/:volumeId/activate': () => ({ params: ordinary }),
  'POST /_emulator/accounts/:accountId/instances': () => ({ body: { availabilityZone: zone } }),
  'PUT /_emulator/accounts/:accountId/instances/:instanceId': () => ({ body: { agent: false } }),
};

const inOrganization = '/_emulator/organizations/:organizationId/';

/**
 * Builds the app with two worlds, each with one of everything, and for every route a call that succeeds: those below
 * an organization are about the second one. A control token is sent where the options have one.
 */
export async function buildVictim(options: Parameters<typeof buildWorld>[0] = {}): Promise<Victim> {
  const world = await buildWorld(options);
  const trusted: Record<string, string> = options.controlToken
    ? { authorization: `Bearer ${options.controlToken}` }
    : {};

  async function done(method: Method, url: string, body?: unknown, headers?: Record<string, string>) {
    const answer = await world.send(method, url, body, { ...trusted, ...headers });
    if (answer.status >= 300) throw new Error(`${method} ${url}: ${answer.text}`);
    return answer.body;
  }

  /** Puts into a world what its seed has not, and answers how to call it. */
  async function furnish(base: string, organizationId: string, token: string) {
    const headers = { authorization: `Bearer ${token}` };
    const account = `/api/v1/accounts/${production}`;
    const spare = await done('POST', '/api/v1/accounts', { name: 'spare' }, headers);
    const minted = await done('POST', `${account}/tokens`, newToken, headers);
    const { ruleId } = await done('POST', `${account}/autoscaling/rules`, rule, headers);
    await done('POST', `${account}/role-arn`, role, headers);
    await done('POST', `${base}/accounts/${production}/volumes`, { sizeGb: 5, availabilityZone: zone, ...detached });
    await done('PUT', `${base}/clock`, { mode: 'controlled' });
    await done('POST', `${base}/checkpoints`, { name: 'kept' });
    // So there is something that a restore puts back.
    await done('PUT', `/api/v1/accounts/${spare.accountId}`, { name: 'renamed since' }, headers);
    const { faultId } = await done('POST', `${base}/faults`, fault);
    const names: Names = {
      organizationId,
      accountId: production,
      volumeId: volumes.documented,
      snapshotId: snapshots.documented,
      instanceId: instances.documented,
      tokenId: minted.tokenId,
      ruleId,
      faultId,
      name: 'kept',
    };
    const things = { spareAccount: spare.accountId, state: await done('GET', `${base}/state`) };

    return (route: Route): Call => {
      const { body, params } =
        particulars[`${route.method} ${route.url.replace(inOrganization, '/_emulator/')}`]?.(things) ?? {};
      const all: Partial<Record<string, string>> = { ...names, ...params };
      const isControl = route.url.startsWith('/_emulator');
      // Of the calls of the API only those about accounts may be the organization's without naming one.
      const query = isControl || route.url.startsWith('/api/v1/accounts') ? '' : `?accounts=${production}`;
      return {
        route,
        method: route.method,
        url: route.url.replace(/:(\w+)/g, (_, name) => all[name] ?? `no-${name}`) + query,
        headers: isControl ? trusted : headers,
        body,
      };
    };
  }

  const ofDefault = await furnish('/_emulator', organization, 'organization-token');
  const { organizationId, token } = await done('POST', '/_emulator/organizations', { seed: 'default' });
  const ofOther = await furnish(`/_emulator/organizations/${organizationId}`, organizationId, token);
  const calls = routesOf(world.app).map((route) =>
    route.url.includes('/:organizationId') ? ofOther(route) : ofDefault(route),
  );
  return {
    ...world,
    calls,
    snapshot: () => {
      settle(world);
      return JSON.stringify(world.dump());
    },
  };
}
