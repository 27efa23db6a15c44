import { afterEach, expect, test } from 'vitest';
import { paces } from '../../../src/state/engine/pace.ts';
import { placeTaken, takeMembersPlace } from '../../support/trouble.ts';
import { instances, type Method, production, volumes } from '../../support/world.ts';
import { done, type Emulated, emulate } from './control.ts';

// A transition that throws when it is due. What the engine makes of it is in test/state/engine/settle.test.ts.

let emulated: Emulated;
afterEach(() => emulated.close());

const volume = volumes.ordinary;
const parked = {
  resource: 'volume',
  id: volume,
  at: '2026-01-01T00:02:00.000Z',
  reason: `finish-activation failed: ${placeTaken}`,
};
const change = { ...parked, action: 'park', to: 'activating' };

/** The default world, in which a rule has begun an activation that cannot end: what it is to make is there already. */
async function inTrouble() {
  emulated = await emulate({ pace: paces.realistic });
  const { control, send, db, clock, state } = emulated;
  const headers = { authorization: 'Bearer account-token' };
  const api = (method: Method, path: string, body?: unknown) => send(method, `/api/v1${path}`, body, headers);
  const rule = { in: [{ var: 'instance_id' }, [instances.documented]] };
  await done(api('POST', `/accounts/${production}/autoscaling/rules`, { active: true, rule }));
  state.flush();
  takeMembersPlace(db, volume);
  const { organizationId, accounts } = await done(control('POST', '/organizations', { seed: 'default' }));
  clock.advance(paces.realistic.activate);
  const beside = (method: Method, path: string) =>
    send(method, `/api/v1${path}`, undefined, { authorization: `Bearer ${accounts[0].token}` });
  return { control, api, beside, organizationId };
}

test('every call of its world is answered, and those of other worlds in the same turn are kept', async () => {
  const { api, beside, control, organizationId } = await inTrouble();
  const snapshot = `/volumes/${volumes.documented}/create-snapshot`;
  const answers = await Promise.all([
    beside('POST', snapshot),
    api('GET', '/volumes'),
    api('POST', snapshot),
    beside('POST', snapshot),
    api('GET', `/volumes/${volume}`),
  ]);
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
  const other = await done(control('GET', `/organizations/${organizationId}/state`));
  const made = new Set(other.snapshots.map((each: { datafySnapshotId: string }) => each.datafySnapshotId));
  expect([answers[0], answers[3]].every((answer) => made.has(answer?.body.datafySnapshotId))).toBe(true);
});

test('what is parked is in the clock, the events, and the journal, with the call that began it', async () => {
  const { control } = await inTrouble();
  const clock = await done(control('GET', '/clock'));
  expect(clock.settled).toContainEqual(change);
  expect(clock.parked).toEqual([{ ...parked, action: 'finish-activation' }]);
  // It is told once, and there for as long as it is parked.
  expect(await done(control('GET', '/clock'))).toEqual({ ...clock, settled: [] });

  const { requests } = await done(control('GET', '/requests?operationId=createAutoscalingRule'));
  expect(requests).toHaveLength(1);
  expect(requests[0].changes.at(-1)).toEqual(change);
  expect(requests[0].changes).toContainEqual(expect.objectContaining({ action: 'activate', id: volume }));

  const url = await emulated.app.listen({ host: '127.0.0.1', port: 0 });
  const stop = new AbortController();
  const stream = await fetch(`${url}/_emulator/events`, { headers: { 'last-event-id': '0' }, signal: stop.signal });
  let text = '';
  for await (const bytes of stream.body ?? []) {
    text += Buffer.from(bytes).toString();
    if (text.includes('"action":"park"')) break;
  }
  stop.abort();
  const told = text.split('\n').filter((line) => line.includes('"park"'));
  expect(told.map((line) => JSON.parse(line.slice('data: '.length)))).toEqual([{ ...change, request: null }]);
});

test('and is held in an export, which ends that it is parked', async () => {
  const { control } = await inTrouble();
  const exported = await done(control('GET', '/state'));
  expect(exported.volumes.find((each: { volumeId: string }) => each.volumeId === volume)).toMatchObject({
    status: 'activating',
    due: { action: 'finish-activation' },
  });
  await done(control('POST', '/reset'));
  expect(await done(control('GET', '/clock'))).toMatchObject({ parked: [] });
});
