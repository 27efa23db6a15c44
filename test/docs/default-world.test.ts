import { expect, test } from 'vitest';
import { defaultSeed } from '../../src/state/seeds/default.ts';
import { readPage, table } from './markdown.ts';

const page = readPage('docs/default-world.md');
const code = (text: string) => `\`${text}\``;
const accountNames = new Map<string, string>([
  [defaultSeed.organizationId, defaultSeed.name],
  ...defaultSeed.accounts.map(({ accountId, name }): [string, string] => [accountId, name]),
]);
const accountName = (accountId: string) => accountNames.get(accountId)!;

test('the table of accounts', () => {
  const rows = table(page, 'Accounts', ['Account', 'Id']);
  expect(rows.map((row) => [row.Account!.replace(" (the organization's own)", ''), row.Id])).toEqual(
    [...accountNames].map(([id, name]) => [name, code(id)]),
  );
});

test('the table of tokens', () => {
  const may = ({ expiresInMinutes, readOnly }: (typeof defaultSeed.tokens)[number]) => {
    if (expiresInMinutes !== undefined && expiresInMinutes < 0) return 'nothing: it has expired';
    return readOnly ? 'read' : 'everything';
  };
  expect(table(page, 'Tokens', ['Token', 'Account', 'May'])).toEqual(
    defaultSeed.tokens.map((token) => ({
      Token: code(token.token ?? ''),
      Account: accountName(token.accountId),
      May: may(token),
    })),
  );
});

test('the table of instances', () => {
  expect(table(page, 'Instances', ['Instance', 'Account', 'Zone', 'Datafy agent', 'Cluster / node group'])).toEqual(
    defaultSeed.instances.map((instance) => ({
      Instance: code(instance.instanceId),
      Account: accountName(instance.accountId),
      Zone: instance.availabilityZone,
      'Datafy agent': instance.agent ? 'yes' : 'no',
      'Cluster / node group': [instance.clusterName, instance.nodeGroupName].filter(Boolean).join(' / '),
    })),
  );
});

test('the table of volumes', () => {
  expect(table(page, 'Volumes', ['Volume', 'Account', 'Status', 'GiB', 'On instance', '`Name` tag'])).toEqual(
    defaultSeed.volumes.map(({ attachment, tags, ...volume }) => ({
      Volume: code(volume.volumeId),
      Account: accountName(volume.accountId),
      Status: volume.status,
      GiB: String(volume.sizeGb),
      'On instance': attachment ? `${code(attachment.instanceId)} as ${code(attachment.deviceName)}` : '',
      '`Name` tag': tags?.find(({ key }) => key === 'Name')?.value ?? '',
    })),
  );
  for (const { availabilityZone, volumeType = 'gp3' } of defaultSeed.volumes) {
    expect([availabilityZone, volumeType]).toEqual(['us-east-1a', 'gp3']);
  }
});

test('the table of snapshots', () => {
  expect(table(page, 'Snapshots', ['Datafy snapshot', 'Of volume', 'Status', 'GiB', 'EBS snapshots'])).toEqual(
    defaultSeed.snapshots.map((snapshot) => ({
      'Datafy snapshot': code(snapshot.datafySnapshotId),
      'Of volume': code(snapshot.volumeId),
      Status: snapshot.status,
      GiB: String(snapshot.sizeGb),
      'EBS snapshots': snapshot.ebsSnapshots.map(({ snapshotId }) => code(snapshotId)).join(', '),
    })),
  );
});

test('the table of roles', () => {
  expect(table(page, 'A role that fails its check', ['Role', 'Why'])).toEqual(
    (defaultSeed.failingRoles ?? []).map(({ roleArn, reason }) => ({ Role: code(roleArn), Why: reason })),
  );
});
