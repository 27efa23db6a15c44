import { describe, expect, test } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import type { Option } from '../../src/option.ts';
import { optionTable } from '../../src/options.ts';
import { paceKeys } from '../../src/state/pace.ts';
import { defaultSeed } from '../../src/state/seeds/default.ts';
import { blocks, codes, readPage, section, table } from './markdown.ts';

const readme = readPage('README.md');

test('the start and the tests each have a line of their own, which is their command', () => {
  for (const line of ['npm ci && npm start', 'npm ci && npm test']) expect(readme.split('\n')).toContain(line);
  expect(blocks(readme)[0]?.text).toBe('npm ci && npm start\n');
  expect(packageJson.scripts.test).toBe('vitest run');
});

test('the first session uses every published call', () => {
  const [session] = blocks(section(readme, 'A first session'));
  for (const call of ['create-snapshot', 'create-from-snapshots', 'attach', 'modify', 'deactivate-autoscaling']) {
    expect(session?.text).toMatch(new RegExp(`post "?\\S*${call}\\b`));
  }
});

describe('the tables', () => {
  const code = (text: string) => `\`${text}\``;
  const accountNames = new Map<string, string>([
    [defaultSeed.organizationId, defaultSeed.name],
    ...defaultSeed.accounts.map(({ accountId, name }): [string, string] => [accountId, name]),
  ]);
  const accountName = (accountId: string) => accountNames.get(accountId)!;

  test('of options have what the options have, row by row', () => {
    // A switch that is on by default is shown by the flag that switches it off.
    const flag = (option: Option) => (option.default === true ? option.flag.replace('--', '--no-') : option.flag);
    expect(table(readme, 'Options', ['Flag', 'Variable', 'Default', 'Meaning', 'Value'])).toEqual(
      (Object.values(optionTable) as Option[]).map((option) => ({
        Flag: code(`${flag(option)} ${option.placeholder}`.trim()),
        Variable: code(option.variable),
        Default: option.default === '' ? 'none' : code(String(option.default)),
        Meaning: option.help,
        Value: option.accepts,
      })),
    );
  });

  test('the names of a pace are those there are', () => {
    const sentence = /A pace may be set for([^.]*)\./.exec(section(readme, 'Options'))![1]!;
    expect(codes(sentence)).toEqual([...paceKeys]);
  });

  test('of accounts', () => {
    const rows = table(readme, 'Accounts', ['Account', 'Id']);
    expect(rows.map((row) => [row.Account!.replace(" (the organization's own)", ''), row.Id])).toEqual(
      [...accountNames].map(([id, name]) => [name, code(id)]),
    );
  });

  test('of tokens', () => {
    const may = ({ expiresInMinutes, readOnly }: (typeof defaultSeed.tokens)[number]) => {
      if (expiresInMinutes !== undefined && expiresInMinutes < 0) return 'nothing: it has expired';
      return readOnly ? 'read' : 'everything';
    };
    expect(table(readme, 'Tokens', ['Token', 'Account', 'May'])).toEqual(
      defaultSeed.tokens.map((token) => ({
        Token: code(token.token ?? ''),
        Account: accountName(token.accountId),
        May: may(token),
      })),
    );
  });

  test('of instances', () => {
    expect(table(readme, 'Instances', ['Instance', 'Account', 'Zone', 'Datafy agent', 'Cluster / node group'])).toEqual(
      defaultSeed.instances.map((instance) => ({
        Instance: code(instance.instanceId),
        Account: accountName(instance.accountId),
        Zone: instance.availabilityZone,
        'Datafy agent': instance.agent ? 'yes' : 'no',
        'Cluster / node group': [instance.clusterName, instance.nodeGroupName].filter(Boolean).join(' / '),
      })),
    );
  });

  test('of volumes', () => {
    expect(table(readme, 'Volumes', ['Volume', 'Account', 'Status', 'GiB', 'On instance', '`Name` tag'])).toEqual(
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

  test('of snapshots', () => {
    expect(table(readme, 'Snapshots', ['Datafy snapshot', 'Of volume', 'Status', 'GiB', 'EBS snapshots'])).toEqual(
      defaultSeed.snapshots.map((snapshot) => ({
        'Datafy snapshot': code(snapshot.datafySnapshotId),
        'Of volume': code(snapshot.volumeId),
        Status: snapshot.status,
        GiB: String(snapshot.sizeGb),
        'EBS snapshots': snapshot.ebsSnapshots.map(({ snapshotId }) => code(snapshotId)).join(', '),
      })),
    );
  });

  test('of roles', () => {
    expect(table(readme, 'A role that fails its check', ['Role', 'Why'])).toEqual(
      (defaultSeed.failingRoles ?? []).map(({ roleArn, reason }) => ({ Role: code(roleArn), Why: reason })),
    );
  });
});
