import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  busy,
  done,
  type Emulated,
  emulate,
  furniture,
  ids,
  type Own,
  operationsOf,
  own,
  worker,
  zone,
} from './control.ts';

let emulated: Emulated;

beforeAll(async () => {
  emulated = await emulate();
});
afterAll(() => emulated.close());

/** Every operation of the API, refusals among them, control calls between them. Answers what was answered. */
async function script(world: Own): Promise<string[]> {
  const texts: string[] = [];
  const keep = async (answer: Promise<{ status: number; code: string | undefined; text: string; body: unknown }>) => {
    const { status, code, text, body } = await answer;
    texts.push(`${status} ${code ?? ''} ${text.replace(/"secret":"[^"]*"/, '"secret":""')}`);
    // biome-ignore lint/suspicious/noExplicitAny: what is in it is what the script goes on with
    return body as any;
  };
  type Call = Parameters<Own['api']>;
  const call = (...args: Call) => keep(world.api(...args));
  const whole = (...args: Call) => keep(world.as(world.token)(...args));
  const control = (...args: Call) => keep(world.control(...args));
  const account = `/accounts/${world.accountId}`;
  const device = { instanceId: worker, deviceName: '/dev/sdz' };
  const roleArn = 'arn:aws:iam::123456789012:role/datafy';
  const rule = { some: [{ var: 'tags' }, { in: [{ var: '' }, ['autoscale:yes']] }] };
  const volumeProperties = { availabilityZone: zone, diskSize: 5 };

  await control('PUT', '/pace', { snapshot: 4000, create: 3000, attach: 2000, modify: 1000, deactivate: 5000 });
  await control('POST', '/faults', { match: { method: 'GET' }, probability: 0.3, effect: { status: 503 } });
  await control('POST', '/faults', {
    match: { transition: 'snapshot.create' },
    skip: 1,
    times: 1,
    effect: { outcome: 'fail' },
  });
  await call('GET', '/volumes');
  await whole('GET', '/volumes?accounts=all');
  await call('GET', `/volumes/${ids.free}`);
  await call('GET', '/volumes/vol-000000ff');
  const { datafySnapshotId } = await call('POST', `/volumes/${ids.free}/create-snapshot`, { description: 'one' });
  await call('POST', `/volumes/${ids.free}/create-snapshot`, { description: 'two', tags: [{ key: 'a', value: 'b' }] });
  await call('POST', `/volumes/${ids.ordinary}/create-snapshot`);
  await call('POST', '/volumes/create-from-snapshots', {
    source: { datafySnapshotId },
    volumeProperties: { availabilityZone: zone },
  });
  await control('POST', '/clock/advance', { seconds: 4 });
  await call('GET', '/snapshots');
  await call('GET', `/aws/snapshots/${datafySnapshotId}`);
  const restored = await call('POST', '/volumes/create-from-snapshots', {
    source: { datafySnapshotId },
    volumeProperties: { availabilityZone: zone },
  });
  await call('POST', '/aws/volumes/create-from-snapshots', {
    source: { datafySnapshotId },
    volumeProperties: { availabilityZone: zone, diskSize: 30 },
  });
  const created = await call('POST', '/aws/volumes/create-autoscaling-volume', { volumeProperties });
  await call('POST', '/aws/volumes/create-datafied-volume', { volumeProperties });
  await call('POST', '/aws/volumes/create-autoscaling-volume', {
    volumeProperties: { ...volumeProperties, datafyMode: 'performance' },
  });
  await call('POST', `/volumes/${restored.volumeId}/attach`, device);
  await control('POST', '/clock/advance', { untilIdle: true });
  await call('POST', `/volumes/${restored.volumeId}/attach`, device);
  await call('POST', `/aws/volumes/${created.volumeId}/attach`, { ...device, deviceName: '/dev/sdy' });
  await call('POST', `/aws/volumes/${created.volumeId}/attach`, device);
  await call('POST', `/aws/volumes/${ids.attached}/detach`, { instanceId: worker });
  await call('POST', `/aws/volumes/${ids.attached}/detach`, { instanceId: worker, force: true });
  await call('POST', `/volumes/${ids.attached2}/modify`, { volumeSizeGb: 20 });
  await call('POST', `/volumes/${ids.attached2}/modify`, { volumeSizeGB: 30 });
  await call('POST', `/aws/volumes/${ids.attached3}/modify`, { volumeIops: 4000 });
  await call('POST', `/aws/volumes/${ids.free}/modify`, { volumeIops: 4000 });
  await control('POST', '/clock/advance', { seconds: 0.5 });
  await call('GET', `/aws/volumes/${ids.attached2}`);
  await control('POST', '/clock/advance', { seconds: 0.5 });
  await call('GET', `/aws/volumes/${ids.attached2}`);
  await call('POST', `/volumes/${ids.idle}/deactivate-autoscaling`);
  await call('POST', `/volumes/${ids.idle}/deactivate-autoscaling`);
  await control('POST', '/clock/advance', { untilIdle: true });
  await call('GET', `/volumes/${ids.idle}`);
  await call('POST', '/volumes/create-datafied-volume', {
    volumeProperties: { availabilityZone: 'us-east-1a', diskSize: 10 },
  });
  await call('DELETE', `/volumes/${ids.idle}`);
  const added = await whole('POST', '/accounts', { name: 'added' });
  await call('POST', '/accounts', { name: 'not allowed' });
  await whole('PUT', `/accounts/${added.accountId}`, { name: 'renamed' });
  await whole('GET', `/accounts/${added.accountId}`);
  await call('GET', `/accounts/${added.accountId}`);
  await whole('DELETE', `/accounts/${added.accountId}`);
  await whole('DELETE', account);
  const token = await call('POST', `${account}/tokens`, { expireInMinutes: 5 });
  await call('GET', `${account}/tokens/${token.tokenId}`);
  await call('DELETE', `${account}/tokens/${token.tokenId}`);
  await call('DELETE', `${account}/tokens/${token.tokenId}`);
  await call('GET', `${account}/role-arn`);
  await call('POST', `${account}/role-arn`, { roleArn });
  await call('GET', `${account}/role-arn`);
  await call('DELETE', `${account}/role-arn`);
  const made = await call('POST', `${account}/autoscaling/rules`, { active: true, rule });
  await call('GET', `${account}/autoscaling/rules/${made.ruleId}`);
  await call('PUT', `${account}/autoscaling/rules/${made.ruleId}`, { active: false, rule });
  await call('DELETE', `${account}/autoscaling/rules/${made.ruleId}`);
  await call('POST', `${account}/autoscaling/rules`, { active: true, rule: { or: [] } });
  await control('GET', '/faults');
  await control('POST', '/checkpoints', { name: 'end' });
  await control('GET', '/checkpoints');
  texts.push((await world.export()).replace(world.organizationId, '').replaceAll(/"secretHash":"\w+"/g, ''));
  // Where a follower goes on is of this beginning of the world alone.
  texts.push((await world.control('GET', '/requests?limit=5000')).text.replace(/"next":"[0-9a-f]{8}-/, ''));
  return texts;
}

test('the same calls in two fresh worlds are answered alike, whatever other worlds do meanwhile', async () => {
  const alone = await own(emulated.send, furniture);
  const first = await script(alone);
  expect(first.length).toBeGreaterThan(60);
  const used = new Set(
    (await done(alone.control('GET', '/requests?limit=5000'))).requests.map(
      (each: { operationId: string }) => each.operationId,
    ),
  );
  const documented = operationsOf((await emulated.send('GET', '/openapi.json')).body);
  expect([...used].sort()).toEqual(documented.map(({ operation }) => operation.operationId).sort());
  const refused = first.filter((text) => /^4\d\d [a-z-]+ /.test(text));
  expect(refused.length).toBeGreaterThan(12);
  expect(first.filter((text) => text.startsWith('503 fault')).length).toBeGreaterThan(1);

  let going = true;
  let rounds = 0;
  const others = Array.from({ length: 4 }, async () => {
    while (going) {
      const other = await busy(emulated.send);
      await done(other.control('POST', '/clock/advance', { untilIdle: true }));
      await script(await own(emulated.send, furniture));
      rounds++;
    }
  });
  const crowded = await own(emulated.send, furniture);
  const second = await script(crowded);
  going = false;
  await Promise.all(others);
  expect(rounds).toBeGreaterThanOrEqual(4);
  for (const [at, text] of first.entries()) expect(second[at]).toBe(text);
  expect(second).toHaveLength(first.length);

  // And once more in the same world, from its beginning.
  await done(alone.control('POST', '/reset'));
  await done(alone.control('DELETE', '/checkpoints/end'));
  expect(await script(alone)).toEqual(first);
});
