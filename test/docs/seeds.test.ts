import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type Emulator, startEmulator } from '../../src/index.ts';
import { readSeed, seedFileNames } from '../../src/seed/seed.ts';
import { loadSeed } from '../../src/state/seeds/index.ts';
import { seedNames } from '../../src/state/seeds/names.ts';
import { teams } from '../../src/state/seeds/teams.ts';
import { blocks, codes, readPage, root, section, table } from './markdown.ts';

vi.setConfig({ testTimeout: 60_000 });

const page = readPage('docs/seeds.md');
const only = (heading: string, language: string) =>
  blocks(section(page, heading))
    .filter((block) => block.language === language)
    .map(({ text }) => text);

const folder = mkdtempSync(join(tmpdir(), 'seeds-page-'));
afterAll(() => rmSync(folder, { recursive: true }));

function write(name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

test('the least seed is filled in as is said of it', async () => {
  const [text = ''] = only('The least', 'yaml');
  const { document } = await readSeed(write('least.yaml', text));
  expect(document.accounts).toHaveLength(1);
  expect(document.tokens.map(({ token }) => token)).toEqual(['organization-token', 'account-token']);
  expect(document.volumes).toMatchObject([
    { sizeGb: 100, status: 'managed', availabilityZone: 'us-east-1a', backingVolumeIds: { length: 2 } },
  ]);
});

test('the example is a seed, and what is under way in it ends as it says', async () => {
  const [text = ''] = only('An example', 'yaml');
  const emulator = await startEmulator({ seed: write('example.yaml', text) });
  try {
    const before = await emulator.control.state.export();
    expect(before.name).toBe('Example team');
    expect(before.pace).toMatchObject({ snapshot: 60_000, attach: 0 });
    expect(before.volumes.map(({ availabilityZone }) => availabilityZone)).toEqual([
      ...['us-east-1a', 'us-east-1a', 'us-east-1a', 'eu-west-1a'],
    ]);
    await emulator.control.clock.advance(300);
    const { volumes } = await emulator.control.state.export();
    expect(volumes.map(({ status }) => status)).toEqual(['managed', 'managed', 'deactivating', 'managed']);
    const headers = { authorization: 'Bearer dashboard-token' };
    expect((await fetch(`${emulator.url}/api/v1/volumes`, { headers })).status).toBe(200);
  } finally {
    await emulator.close();
  }
});

test('the schema is passed over by the emulator, in a comment and in a field', async () => {
  const schema = './node_modules/datafy-emulator/seed.schema.json';
  const said = section(page, 'In an editor');
  expect(said).toContain('`# yaml-language-server: $schema=`');
  expect(said).toContain(`\`"$schema": "${schema}"\``);
  const [example = ''] = only('An example', 'yaml');
  expect(example).toContain(`\n# yaml-language-server: $schema=${schema}\n`);
  const json = JSON.stringify({ $schema: schema, volumes: [{ sizeGb: 100 }] });
  expect((await readSeed(write('schema.json', json))).document.volumes).toMatchObject([{ sizeGb: 100 }]);
});

test('the names are those that are looked for, and those that ship', () => {
  const order = section(page, 'Which seed is taken');
  for (const name of [...seedFileNames, ...seedNames]) expect(codes(order)).toContain(name);
  const rows = table(page, 'Seeds that ship', ['Seed', 'What is in it']);
  expect(rows.map(({ Seed }) => Seed)).toEqual(seedNames.map((name) => `\`${name}\``));
});

test('the fleet is as the page has it', async () => {
  const { accounts, volumes, tokens } = await loadSeed('fleet');
  const code = (text: string) => `\`${text}\``;
  expect(table(page, 'The fleet', ['Account', 'Id', 'Volumes', 'Region', 'Token'])).toEqual(
    accounts.map(({ accountId, name }) => ({
      Account: name,
      Id: code(accountId),
      Volumes: String(volumes.filter((each) => each.accountId === accountId).length),
      Region: teams.find((team) => team.name === name)?.region,
      Token: code(tokens.find((each) => each.accountId === accountId)?.token ?? ''),
    })),
  );
  const others = tokens
    .map(({ token }) => token)
    .filter((token) => !accounts.some(({ name }) => token === `${name}-token`));
  for (const token of others) expect(codes(section(page, 'The fleet'))).toContain(token);
});

describe('examples/seeds/team.yaml', () => {
  const file = join(root, 'examples/seeds/team.yaml');
  let emulator: Emulator;
  beforeAll(async () => {
    emulator = await startEmulator({ seed: file });
  });
  afterAll(() => emulator.close());

  const get = async (path: string, token: string) => {
    const answer = await fetch(`${emulator.url}/api/v1/${path}`, { headers: { authorization: `Bearer ${token}` } });
    return { status: answer.status, body: (await answer.json()) as { count: number; status: string } };
  };

  test('names its schema, and the page', () => {
    expect(readFileSync(file, 'utf8')).toMatch(
      /^# yaml-language-server: \$schema=\.\.\/\.\.\/docs\/seed\.schema\.json\n/,
    );
    expect(page).toContain('(../examples/seeds/team.yaml)');
  });

  test('has tokens that may do what they say', async () => {
    expect(await get('volumes', 'production-token')).toMatchObject({ status: 200, body: { count: 6 } });
    expect(await get('volumes', 'staging-token')).toMatchObject({ status: 200, body: { count: 1 } });
    expect(await get('volumes', 'dashboard-token')).toMatchObject({ status: 200, body: { count: 6 } });
    expect(await get('volumes', 'last-years-token')).toMatchObject({ status: 401 });
  });

  test('has what its comments say: an activation that ends, and a deactivation that does not', async () => {
    const status = async (volumeId: string) => (await get(`volumes/${volumeId}`, 'production-token')).body.status;
    const both = async () => [await status('vol-0000000000000a004'), await status('vol-0000000000000a005')];
    expect(await both()).toEqual(['activating', 'deactivating']);
    await emulator.control.clock.advance(300);
    expect(await both()).toEqual(['managed', 'deactivating']);
    await emulator.control.clock.advance(1_000_000);
    expect(await both()).toEqual(['managed', 'deactivating']);
  });
});
