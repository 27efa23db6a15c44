import { describe, expect, test } from 'vitest';
import { buildApp } from '../../../src/app.ts';
import { defaults } from '../../../src/options/options.ts';
import { attachmentPoint } from '../../../src/state/aws/ebs.ts';
import { refused } from '../../support/refused.ts';
import { type Answer, instances, production, type Row, volumes } from '../../support/world.ts';
import { accepted, eachInWorldOfItsOwn, isEmpty, world } from './room.ts';

// EC2 takes /dev/sdf and /dev/xvdf for one attachment point of an instance, and all names of the root device, too.

eachInWorldOfItsOwn();

const post = (path: string, body?: unknown) => world.as('account-token')('POST', `/api/v1/${path}`, body);
const control = (path: string, body?: unknown) => world.send('POST', `/_emulator/accounts/${production}/${path}`, body);
const instanceId = instances.documented;

/** Puts a volume that is free on the instance, by each call that there is for it. */
const ways: [what: string, status: number, attach: (deviceName: string) => Promise<Answer>][] = [
  ['attach', 400, (deviceName) => post(`volumes/${volumes.documented}/attach`, { instanceId, deviceName })],
  [
    'attach by the infrastructure call',
    409,
    (deviceName) => post(`aws/volumes/${volumes.documented}/attach`, { instanceId, deviceName }),
  ],
  [
    'attach as if in AWS',
    409,
    async (deviceName) => {
      const { volumeId } = accepted(await control('volumes', { sizeGb: 1, availabilityZone: 'us-east-1a' }), 201);
      return control(`volumes/${volumeId}/attach`, { instanceId, deviceName });
    },
  ],
];

describe.each(ways)('%s', (_, status, attach) => {
  test.each([
    ['/dev/xvdf', '/dev/sdf', volumes.attached],
    ['/dev/sda', '/dev/xvda', volumes.boot],
    ['/dev/sda1', '/dev/xvda', volumes.boot],
    ['/dev/xvda1', '/dev/xvda', volumes.boot],
  ])('refuses %s where %s is taken', async (deviceName, taken, volumeId) => {
    const answer = await attach(deviceName);
    expect([answer.status, answer.headers['x-emulator-error']], answer.text).toEqual([status, 'device-in-use']);
    expect(answer.body.message).toBe(
      `Device ${deviceName} of instance ${instanceId} is in use by volume ${volumeId}, which is there as ${taken}: ` +
        'choose another deviceName',
    );
  });

  test.each(['/dev/xvdb', '/dev/sdf1', '/dev/xvdfa', '/dev/sdba'])('takes %s, which is another point', async (name) => {
    expect((await attach(name)).status).toBeLessThan(300);
  });
});

test('the volume that takes over at a deactivation holds the point', async () => {
  isEmpty(await post(`volumes/${volumes.attached}/deactivate-autoscaling`));
  const { replacedBy } = accepted(await world.as('account-token')('GET', `/api/v1/volumes/${volumes.attached}`));
  const attach = { instanceId, deviceName: '/dev/xvdf' };
  await refused(world, () => post(`volumes/${volumes.documented}/attach`, attach), {
    status: 400,
    code: 'device-in-use',
    message: `is in use by volume ${replacedBy}, which is there as /dev/sdf`,
  });
});

test('a point is free again once its volume is off, whatever the name', async () => {
  isEmpty(await post(`aws/volumes/${volumes.attached}/detach`, { instanceId }));
  isEmpty(await post(`volumes/${volumes.documented}/attach`, { instanceId, deviceName: '/dev/xvdf' }));
});

test.each([
  ['/dev/sdf', '/dev/xvdf'],
  ['/dev/xvdba', '/dev/sdba'],
  ['/dev/sda1', '/dev/xvda'],
])('a document with %s and %s of one instance is refused', async (one, other) => {
  const on = (deviceName: string) => ({ sizeGb: 1, attachment: { instanceId: 'i-00000001', deviceName } });
  const document = { instances: [{ instanceId: 'i-00000001' }], volumes: [on(one), on(other)] };
  await refused(world, () => world.send('PUT', '/_emulator/state', document), {
    status: 400,
    code: 'world-invalid',
    message: `body/volumes/1/attachment/deviceName ${other} of i-00000001 is taken: body/volumes/0/attachment/deviceName has it`,
  });
  const fits = { ...document, volumes: [on(one), on('/dev/sdz')] };
  expect((await world.send('PUT', '/_emulator/state', fits)).status).toBeLessThan(300);
});

test('the database holds it, whoever writes', async () => {
  const { app, db } = await buildApp({ ...defaults, logLevel: 'silent' });
  const rows = db.prepare<[], Row>('SELECT device_name, attachment_point FROM attachment').all();
  expect(rows.length).toBeGreaterThan(3);
  for (const row of rows) expect(row.attachment_point).toBe(attachmentPoint(row.device_name));
  expect(() => db.exec("UPDATE attachment SET attachment_point = 'f'")).toThrow(
    'UNIQUE constraint failed: attachment.instance, attachment.attachment_point',
  );
  await app.close();
});
