import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import type { Option } from '../../src/option.ts';
import { optionTable } from '../../src/options.ts';
import { paceKeys } from '../../src/state/pace.ts';
import { defaultSeed } from '../../src/state/seeds/default.ts';
import { type Running, run } from '../cli/executable.ts';
import { blocks, codes, readPage, section, table } from './markdown.ts';
import { play, sessionOf, steady, written } from './session.ts';

const readme = readPage('README.md');

const tools = ['bash', 'curl', 'grep', 'sed', 'cut', 'tr', 'tail'];
const missing = tools.filter((tool) => spawnSync(tool, ['--version']).error);
const because = missing.length > 0 ? ` (skipped: there is no ${missing.join(', ')})` : '';

const session = sessionOf(readme);

let emulator: Running;
let url = '';
/** What each block of the session printed. */
let printed: string[] = [];

beforeAll(async () => {
  emulator = run(['--port', '0']);
  await emulator.says(/^docs .*\n/m);
  url = /http:\/\/\S+/.exec(emulator.output.stdout)![0];
  if (missing.length === 0) printed = await play(session, url);
});

afterAll(() => emulator?.child.kill('SIGKILL'));

async function get(path: string) {
  const response = await fetch(`${url}/api/v1/${path}`, { headers: { authorization: 'Bearer account-token' } });
  // biome-ignore lint/suspicious/noExplicitAny: what is in it is what the tests are about
  return (await response.json()) as any;
}

describe('the start', () => {
  test('is npm start, and prints what is shown', () => {
    const [commands, shown] = blocks(section(readme, 'Start'));
    expect(commands?.text).toBe('npm ci && npm start\n');
    const { name, version, scripts } = packageJson;
    expect(scripts.start).toBe('node src/main.ts');
    const npmPrints = `> ${name}@${version} start\n> ${scripts.start}\n`;
    expect(steady(shown!.text)).toEqual(steady(npmPrints + emulator.output.stdout));
  });

  test('the tests run with a command on a line of its own', () => {
    expect(readme.split('\n')).toContain('npm ci && npm test');
    expect(packageJson.scripts.test).toBe('vitest run');
  });
});

describe(`the session${because}`, () => {
  test('is there', () => {
    expect(session.length).toBeGreaterThan(0);
    for (const { commands } of session) expect(commands).toContain('curl');
    expect(session[0]!.commands).toContain(written);
  });

  test.skipIf(missing.length > 0).each(session.map(({ shown }, at) => [at + 1, shown] as const))(
    'prints what is shown below block %i',
    (number, shown) => {
      expect(steady(printed[number - 1] ?? '')).toEqual(steady(shown));
    },
  );

  test.skipIf(missing.length > 0)("prints the same every time in a world of one's own", () => {
    const own = session.findIndex(({ commands }) => commands.includes('"$control/organizations"'));
    expect(own).toBeGreaterThan(0);
    expect(printed[own]).toBe(session[own]!.shown);
  });

  test.skipIf(missing.length > 0)('ends with nothing but its last block', () => {
    expect(printed.slice(session.length)).toEqual(['']);
  });

  test.skipIf(missing.length > 0)('uses every published call', () => {
    const called = session.map(({ commands }) => commands).join('');
    for (const call of ['create-snapshot', 'create-from-snapshots', 'attach', 'modify', 'deactivate-autoscaling']) {
      expect(called).toMatch(new RegExp(`(post|POST) "?\\S*${call}\\b`));
    }
  });

  test.skipIf(missing.length > 0)('has the effects that it speaks of', async () => {
    const { snapshots } = await get('snapshots');
    const taken = snapshots.find((each: { description: string }) => each.description === 'before the upgrade');
    expect(taken).toMatchObject({ volumeId: 'vol-0b9176567fe16f0bc', status: 'completed', volumeSizeGb: 100 });

    const { volumes } = await get('volumes');
    const restored = volumes.find((each: { restoredFrom: string }) => each.restoredFrom === taken.datafySnapshotId);
    expect(restored).toMatchObject({
      status: 'replaced',
      volumeSizeGb: 150,
      attachment: null,
      modification: { status: 'completed', volumeSizeGb: 150 },
    });
    expect(await get(`volumes/${restored.replacedBy}`)).toMatchObject({
      status: 'ordinary',
      volumeSizeGb: 150,
      replaces: restored.volumeId,
      attachment: { instanceId: 'i-09759c0bdec242294', deviceName: '/dev/sdb', status: 'attached' },
    });
  });
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
