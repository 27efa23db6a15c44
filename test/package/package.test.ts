import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { brokenLinks } from '../docs/links.ts';
import { blocks, readPage } from '../docs/markdown.ts';

/** The package as somebody else has it: packed, and installed from the tarball into an empty folder. */

const root = join(import.meta.dirname, '../..');
const scratch = mkdtempSync(join(tmpdir(), 'package-'));
const consumer = join(scratch, 'consumer');
const installed = join(consumer, 'node_modules/datafy-emulator');
const tarball = join(consumer, `datafy-emulator-${packageJson.version}.tgz`);
const env = {
  PATH: `${dirname(process.execPath)}:${process.env.PATH}`,
  HOME: scratch,
  npm_config_offline: 'true',
  npm_config_audit: 'false',
  npm_config_fund: 'false',
  npm_config_update_notifier: 'false',
};

/** The README's commands for it. */
const readme = {
  pack: 'npm run build && npm pack ./dist',
  install: 'npm install ./datafy-emulator-0.1.0.tgz',
  start: 'npx datafy-emulator',
};

const run = (command: string, ...args: string[]) =>
  execFileSync(command, args, { cwd: consumer, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

/** What a checkout has that the build reads. */
const sources = [
  ...['package.json', 'README.md', 'CHANGELOG.md', 'CONTRIBUTING.md', 'LICENSE'],
  ...['build', 'db', 'docs', 'examples', 'src'],
];

beforeAll(() => {
  const checkout = join(scratch, 'checkout');
  for (const path of sources) cpSync(join(root, path), join(checkout, path), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(checkout, 'node_modules'));
  execFileSync('bash', ['-c', readme.pack], { cwd: checkout, env, stdio: 'pipe' });
  mkdirSync(consumer);
  writeFileSync(join(consumer, 'package.json'), '{"private": true, "type": "module"}');
  cpSync(join(checkout, basename(tarball)), tarball);
  run('bash', '-c', readme.install);
}, 120_000);

afterAll(() => rmSync(scratch, { recursive: true }));

describe('the package', () => {
  test('brings nothing along: no dependency, no script that runs at its installation', () => {
    expect(readdirSync(join(consumer, 'node_modules')).filter((name) => !name.startsWith('.'))).toEqual([
      'datafy-emulator',
    ]);
    const manifest = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'));
    expect(manifest).not.toHaveProperty('dependencies');
    expect(manifest).not.toHaveProperty('scripts');
    expect(readdirSync(installed)).not.toContain('binding.gyp');
  });

  test('is at most 12 MB large', () => {
    expect(statSync(tarball).size).toBeLessThan(12_000_000);
  });

  test('has what runs, and the pages that speak of it, but no source or test of the project', () => {
    expect(readdirSync(installed).sort()).toEqual([
      'CHANGELOG.md',
      'CONTRIBUTING.md',
      'LICENSE',
      'README.md',
      'THIRD-PARTY-NOTICES.txt',
      'db',
      'docs',
      'examples',
      'lib',
      'openapi.json',
      'package.json',
      'prebuilds',
      'seed.schema.json',
      'swagger-ui',
    ]);
  });

  test('has all that its pages link to, and none of what writes them', () => {
    const files = readdirSync(installed, { recursive: true, encoding: 'utf8' });
    const pages = files.filter((path) => path.endsWith('.md'));
    expect(pages).toEqual(
      expect.arrayContaining(['README.md', 'docs/control.md', 'docs/decisions/0001-node-and-types.md']),
    );
    const broken = pages.map((path) => brokenLinks(path, readFileSync(join(installed, path), 'utf8'), installed));
    expect(broken.flat()).toEqual([]);
    expect(files).toContain('examples/seeds/team.yaml');
    expect(files.filter((path) => /^docs\/.*\.ts$/.test(path))).toEqual([]);
  });

  test('names the licence of every package that it has parts of', () => {
    const notices = readFileSync(join(installed, 'THIRD-PARTY-NOTICES.txt'), 'utf8');
    expect(notices).toMatch(/^Swagger UI \(Apache-2\.0\)/m);
    for (const name of ['fastify', 'better-sqlite3', 'ajv', 'jose', 'json-logic-engine', '@sinclair/typebox']) {
      expect(notices).toMatch(new RegExp(`^${name} \\d+\\.\\d+\\.\\d+ \\(`, 'm'));
    }
  });

  test('has declarations beside all that can be imported', () => {
    const { exports } = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'));
    const code = Object.values<string | { default: string; types?: string }>(exports).filter(
      (each) => typeof each !== 'string',
    );
    expect(code.map(({ types = '' }) => readFileSync(join(installed, types), 'utf8').includes('export '))).toEqual([
      true,
      true,
    ]);
  });

  test('answers from the process of whoever imports it', () => {
    writeFileSync(
      join(consumer, 'in-process.js'),
      `import { startEmulator } from 'datafy-emulator';
      const emulator = await startEmulator();
      const world = await emulator.control.createOrganization({ seed: 'default' });
      const token = world.accounts.find(({ name }) => name === 'production').token;
      const answer = await fetch(emulator.url + '/api/v1/volumes/vol-0b9176567fe16f0bc/create-snapshot', {
        method: 'POST',
        headers: { authorization: 'Bearer ' + token },
      });
      console.log(answer.status, (await answer.json()).status);
      await emulator.close();`,
    );
    expect(run(process.execPath, 'in-process.js')).toBe('200 pending\n');
  });

  test('goes by no global that a test may replace, nor does what is bundled with it', () => {
    writeFileSync(
      join(consumer, 'replaced.js'),
      `import { startEmulator } from 'datafy-emulator';
      const timers = ['Timeout', 'Interval', 'Immediate'].flatMap((name) => ['set' + name, 'clear' + name]);
      for (const name of [...timers, 'queueMicrotask', 'fetch']) {
        globalThis[name] = () => { throw new Error(name + ' is replaced'); };
      }
      const emulator = await startEmulator();
      const world = await emulator.control.createOrganization({ seed: 'default' });
      await world.control.checkpoints.create('kept');
      await world.delete();
      await emulator.close();
      console.log('done');`,
    );
    expect(run(process.execPath, 'replaced.js')).toBe('done\n');
  });

  test('has the OpenAPI document that its program answers with', () => {
    writeFileSync(
      join(consumer, 'document.js'),
      `import document from 'datafy-emulator/openapi.json' with { type: 'json' };
      import { startEmulator } from 'datafy-emulator';
      import { isDeepStrictEqual } from 'node:util';
      const { url, close } = await startEmulator();
      const served = await (await fetch(url + '/openapi.json')).json();
      console.log(isDeepStrictEqual(served, document), Object.keys(document.paths).length > 10);
      await close();`,
    );
    expect(run(process.execPath, 'document.js')).toBe('true true\n');
  });

  test('has the schema of seeds, which its program prints as well', () => {
    writeFileSync(
      join(consumer, 'schema.js'),
      `import schema from 'datafy-emulator/seed.schema.json' with { type: 'json' };
      console.log(JSON.stringify(schema, null, 2));`,
    );
    const published = run(process.execPath, 'schema.js');
    expect(published).toBe(readFileSync(join(root, 'docs/seed.schema.json'), 'utf8'));
    expect(run(join(consumer, 'node_modules/.bin/datafy-emulator'), 'seed', 'schema')).toBe(published);
  });

  test('has a fixture for the vitest of whoever imports it', () => {
    symlinkSync(join(root, 'node_modules/vitest'), join(consumer, 'node_modules/vitest'));
    writeFileSync(
      join(consumer, 'a.test.js'),
      `import { test } from 'datafy-emulator/vitest';
      import { expect } from 'vitest';
      test('a world of its own', async ({ world }) => {
        expect((await world.control.clock.get()).now).toBe('2026-01-01T00:00:00.000Z');
      });`,
    );
    run(process.execPath, 'node_modules/vitest/vitest.mjs', 'run', '--reporter=json', '--outputFile=report.json');
    const report = JSON.parse(readFileSync(join(consumer, 'report.json'), 'utf8'));
    expect(report).toMatchObject({ numPassedTests: 1, numFailedTests: 0 });
  });
});

test('the README has these commands, and no others', () => {
  const commands = blocks(readPage('README.md')).filter(({ text }) => /npm pack|npm install|npx/.test(text));
  expect(commands.map(({ text }) => text)).toEqual([`${readme.pack}\n`, `${readme.install}\n${readme.start}\n`]);
});

test('it starts by the name of its program', async () => {
  const child = spawn('bash', ['-c', readme.start], {
    cwd: consumer,
    env: { ...env, DATAFY_EMULATOR_PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
    // A group of its own, so that what npx has started ends with it.
    detached: true,
  });
  const [first] = await once(child.stdout.setEncoding('utf8'), 'data');
  expect(first).toMatch(/^datafy-emulator ready on http:\/\/127\.0\.0\.1:\d+ /);
  process.kill(-(child.pid ?? 0), 'SIGKILL');
  await once(child, 'close');
});

describe('its program', () => {
  let child: ChildProcess;
  let url = '';
  let logged = '';

  beforeAll(async () => {
    const program = join(consumer, 'node_modules/.bin/datafy-emulator');
    child = spawn(program, ['--port', '0'], { cwd: consumer, env, stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout?.setEncoding('utf8');
    child.stderr?.setEncoding('utf8').on('data', (chunk) => {
      logged += chunk;
    });
    let output = '';
    while (!url) {
      const [more] = await once(child.stdout as NodeJS.ReadableStream, 'data');
      output += more;
      url = / ready on (\S+) /.exec(output)?.[1] ?? '';
    }
  });
  afterAll(() => child.kill('SIGKILL'));

  test('points a shell at itself, answers, says what it was asked, and begins anew', () => {
    const session = `
      set -euo pipefail
      eval "$(datafy-emulator env)"
      curl -sS -o /dev/null -w '%{http_code}\\n' -X POST -H "Authorization: Bearer $DATAFY_TOKEN" \\
        "$DATAFY_URL/api/v1/volumes/vol-0b9176567fe16f0bc/create-snapshot"
      datafy-emulator requests | cut -d' ' -f1,5-
      datafy-emulator reset
      datafy-emulator requests`;
    const { stdout, stderr } = spawnSync('bash', ['--norc', '-c', session], {
      cwd: consumer,
      env: { PATH: `${join(consumer, 'node_modules/.bin')}:${env.PATH}`, DATAFY_EMULATOR_URL: url },
      encoding: 'utf8',
    });
    expect(stderr).toBe('');
    const lines = stdout.split('\n');
    expect(lines[0]).toBe('200');
    expect(lines.slice(1, 3).join()).toMatch(/create-snapshot +200 +dsnap-\w+ create -> pending$/);
    expect(lines.slice(3)).toEqual(['Reset the default world: it is as it began', 'There are no such requests', '']);
  });

  test('has the pages of /docs, and what they load', async () => {
    for (const path of ['/docs', '/docs/swagger-ui-bundle.js', '/docs/swagger-ui.css']) {
      const answer = await fetch(url + path);
      expect(answer.status).toBe(200);
      expect((await answer.text()).length).toBeGreaterThan(500);
    }
  });

  test('ends cleanly at SIGTERM, and has logged the call by then', async () => {
    child.kill('SIGTERM');
    expect((await once(child, 'close'))[0]).toBe(0);
    expect(
      logged
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual([expect.objectContaining({ operationId: 'createSnapshotCommand', status: 200 })]);
  });
});
