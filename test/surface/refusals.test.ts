import { describe, expect, test } from 'vitest';
import { EmulatorError, type ErrorCode, errors, type Facts, type WrongStatus } from '../../src/ground/errors.ts';
import { defaults } from '../../src/options/options.ts';
import { controlNames } from '../../src/routes/control/words.ts';
import { datafyNames, newVolumeNames } from '../../src/routes/datafy/words.ts';
import { surfacesOf } from '../../src/routes/surfaces.ts';
import { Call } from '../../src/surface/call.ts';
import { refusalOf } from '../../src/surface/refuse.ts';
import { isOf, type Surface, surfaceAt } from '../../src/surface/surface.ts';
import { toySurface } from '../support/toy-surface.ts';

const wrong: WrongStatus = {
  situation: 'Volume vol-1 is ordinary',
  action: 'modify',
  expected: ['managed', 'creating'],
  hint: 'send {autoscalingOnly}, or {force}',
};
const range = { value: 7, minimum: 8, maximum: 9, unit: 'GiB' };
const account = { accountId: 'acc-1' };

/** What may be known of each refusal. */
const facts: { [C in ErrorCode]: Facts<C> } = {
  'target-not-a-path': {},
  'host-malformed': { problem: 'there are 2' },
  'host-not-allowed': { name: 'evil.example' },
  'origin-not-allowed': { origin: 'http://evil.example' },
  'site-not-allowed': { site: 'cross-site' },
  'authorization-missing': {},
  'authorization-malformed': {},
  'token-unknown': {},
  'token-expired': { expiredAt: 0 },
  'token-read-only': {},
  'account-not-allowed': { accountIds: ['acc-1', 'acc-2'] },
  'accounts-required': {},
  'control-token-wrong': {},
  'organization-token-required': {},
  'request-invalid': { problems: 'it is wrong' },
  'json-invalid': { problem: 'it is no JSON' },
  'content-type-unsupported': { contentType: 'text/plain', expected: 'something else' },
  'content-encoding-unsupported': { contentEncoding: 'gzip' },
  'size-contradictory': { upper: 1, lower: 2 },
  'field-internal': { field: 'a field' },
  'tags-invalid': { at: [0, 'key'], problem: 'is too long' },
  'availability-zone-invalid': { availabilityZone: 'moon-1a' },
  'device-name-invalid': { deviceName: 'sda' },
  'filter-invalid': { value: 'x', known: ['y', 'z'] },
  'snapshot-set-invalid': { reason: 'incomplete', datafySnapshotId: 'dsnap-1', missing: ['snap-1'] },
  'region-mismatch': { snapshotId: 'snap-1', snapshotRegion: 'us-east-1', region: 'eu-west-1' },
  'size-out-of-range': range,
  'iops-out-of-range': range,
  'throughput-out-of-range': range,
  'iops-ratio-exceeded': { iops: 9, sizeGb: 1, maximum: 8 },
  'throughput-ratio-exceeded': { throughput: 9, iops: 1, maximum: 8 },
  'size-below-snapshot': { snapshotId: 'snap-1', snapshotSizeGb: 9, sizeGb: 8 },
  'disk-size-missing': {},
  'kms-key-without-encryption': {},
  'array-size-invalid': { mode: 'performance', arraySize: 5, possible: [4, 6, 8] },
  'array-contradictory': { first: { field: 'one', value: 1 }, second: { field: 'two', value: 2 } },
  'volume-mode-missing': { fields: ['one', 'two'] },
  'array-size-fixed': { volumeId: 'vol-1', current: 4, wanted: 6 },
  'nothing-to-modify': {},
  'role-arn-invalid': { roleArn: 'arn' },
  'role-check-failed': { roleArn: 'arn', reason: 'it may not' },
  'fault-idle': { problem: 'it matches nothing' },
  'world-invalid': { problem: 'it is flat' },
  'clock-backwards': { now: 1, wanted: 0 },
  'clock-too-far': { latest: 1 },
  'clock-not-controlled': {},
  'organization-is-default': {},
  'rule-invalid': { problem: 'rule is none' },
  'volume-not-attached': {},
  'size-not-larger': { volumeId: 'vol-1', current: 2, wanted: 1 },
  'volume-not-found': { volumeId: 'vol-1', ...account, hint: 'it is elsewhere' },
  'snapshot-not-found': { snapshotId: 'snap-1', ...account, meant: 'ebs' },
  'instance-not-found': { instanceId: 'i-1', ...account },
  'account-not-found': account,
  'organization-not-found': { organizationId: 'org-1' },
  'fault-not-found': { faultId: 'fault-1' },
  'organization-gone': {},
  'checkpoint-not-found': { name: 'one', known: ['two', 'three'] },
  'token-not-found': { tokenId: 'token-1', ...account },
  'role-arn-not-found': account,
  'rule-not-found': { ruleId: 'rule-1', ...account },
  'call-not-found': { method: 'GET', path: '/x', gap: true, described: { page: '/docs/x', document: '/x.json' } },
  'method-not-allowed': { method: 'GET', path: '/x', methods: ['POST', 'PUT'] },
  'volume-not-absent': wrong,
  'volume-not-creating': wrong,
  'volume-not-ordinary': wrong,
  'volume-not-activating': wrong,
  'volume-not-managed': wrong,
  'volume-not-deactivating': wrong,
  'volume-not-available': wrong,
  'volume-already-attached': wrong,
  'volume-attached': wrong,
  'volume-id-taken': { volumeId: 'vol-1', holder: 'another' },
  'instance-id-taken': { instanceId: 'i-1', ...account },
  'modification-in-progress': wrong,
  'modification-ended': wrong,
  'snapshot-not-absent': wrong,
  'snapshot-ended': wrong,
  'snapshot-not-completed': wrong,
  'attachment-not-attaching': wrong,
  'attachment-not-detaching': wrong,
  'attached-elsewhere': { volumeId: 'vol-1', instanceId: 'i-1', wanted: 'i-2' },
  'account-owns-volumes': { ...account, count: 2 },
  'account-is-organization': account,
  'attachment-in-transition': wrong,
  'generations-exhausted': { volumeId: 'vol-1', last: 9 },
  'volume-too-large': { volumeId: 'vol-1', sizeGb: 9, maximum: 8 },
  'volume-unsupported': { volumeId: 'vol-1', reason: 'it is odd' },
  'agent-unsuitable': { instanceId: 'i-1', problem: 'has an agent that is a Sensor, which only looks' },
  'instance-without-agent': { instanceId: 'i-1' },
  'availability-zone-mismatch': { volumeId: 'vol-1', volumeZone: 'a', instanceId: 'i-1', instanceZone: 'b' },
  'device-in-use': {
    deviceName: '/dev/sdf',
    instanceId: 'i-1',
    occupant: { volumeId: 'vol-2', deviceName: '/dev/sdf' },
  },
  'filesystem-without-instance': { volumeId: 'vol-1' },
  'storage-failed': { reason: 'SQLITE_FULL' },
};

const codes = Object.keys(errors) as ErrorCode[];
const surfaces = [...surfacesOf(defaults), toySurface] as const;

/** How a surface refuses. */
function refused(surface: Surface, code: ErrorCode) {
  const error = new EmulatorError(code, ...([facts[code]] as unknown as []));
  return refusalOf(error, { call: new Call(surface, '', undefined) } as never);
}

describe.each(surfaces.map((surface) => ({ name: surface.name, surface })))('on the surface $name', ({ surface }) => {
  test.each(codes)('%s has a sentence and a status', (code) => {
    const { message, status } = refused(surface, code);
    expect(message).toMatch(/^\S.{9,}[^\s:;,]$/s);
    expect(message).not.toMatch(/undefined|null|NaN|\[object|\$\{|\{(?:autoscalingOnly|force)\}/);
    expect(status).toBeGreaterThanOrEqual(400);
    expect(status).toBeLessThan(600);
    const { body, headers } = surface.render({ code, message, status }, new Call(surface, '', undefined));
    expect(body.includes(message) || body.includes(JSON.stringify(message))).toBe(true);
    expect(headers['content-type']).toMatch(/\w\/\w/);
  });
});

/** Names that no other surface could have by chance: `status` and `tags` are words of English, too. */
const namesOf = (...lists: object[]) =>
  lists.flatMap((names) => Object.values(names) as string[]).filter((name) => /[A-Z/"]/.test(name));

test('no refusal has the name of a field, or of a call, of another surface in it', () => {
  const own: Record<string, string[]> = {
    // A name that both have, in the path of a call.
    datafy: [...namesOf(datafyNames, newVolumeNames), '/api/v1', '?accounts=', 'volumeId'],
    control: [...namesOf(controlNames), 'PUT …/clock'],
    toy: namesOf(toySurface.names),
  };
  const foreign = surfaces.flatMap((surface) => {
    const mine = own[surface.name] ?? [];
    const theirs = Object.values(own)
      .flat()
      .filter((name) => !mine.includes(name));
    return codes.flatMap((code) => {
      const { message } = refused(surface, code);
      return theirs.filter((name) => message.includes(name)).map((name) => `${surface.name} ${code}: ${name}`);
    });
  });
  expect(foreign).toEqual([]);
  // What is looked for is there where it belongs.
  const said = codes.map((code) => refused(surfaces[0], code).message).join('\n');
  expect(own.datafy?.filter((name) => said.includes(name)).length).toBeGreaterThan(8);
});

test('a sentence begins with a capital where it has no name to begin with', () => {
  expect(refused(toySurface, 'iops-out-of-range').message).toBe('The IOPS is 7: it must be from 8 to 9 GiB');
  expect(refused(surfaces[0], 'iops-out-of-range').message).toBe('volumeIops is 7: it must be from 8 to 9 GiB');
});

describe('the surface of a path', () => {
  const at = (...paths: string[]) => ({ ...toySurface, name: paths.join(), paths });
  const list = [at('/api'), at('/', '/_aws'), at('/api/v2')] as const;

  test.each([
    ['/api', '/api'],
    ['/api/v1/x?y', '/api'],
    ['/api?x', '/api'],
    ['/apish', '/api'],
    ['/', '/,/_aws'],
    ['/?Action=x', '/,/_aws'],
    ['/_aws/ec2', '/,/_aws'],
    ['/_awsome', '/api'],
    ['*', '/api'],
  ])('%s is %s', (path, name) => {
    expect(surfaceAt(list, path).name).toBe(name);
  });

  test('is that of its own alone', () => {
    expect(isOf(at('/'), '/x')).toBe(false);
    expect(isOf(at('/x'), '/')).toBe(false);
  });
});
