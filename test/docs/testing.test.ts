import { type ChildProcess, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { optionTable } from '../../src/options.ts';
import { listening, run, vitest } from '../processes.ts';
import { blocks, readPage, root, table } from './markdown.ts';

const page = readPage('docs/testing.md');
const all = blocks(page);
const of = (language: string) => all.filter((block) => block.language === language).map(({ text }) => text);

/** The address that the page speaks of: the default one. */
const written = `http://${optionTable.host.default}:${optionTable.port.default}`;

const tools = ['bash', 'curl', 'grep', 'sed'];
const missing = tools.filter((tool) => spawnSync(tool, ['--version']).error);
const because = missing.length > 0 ? ` (skipped: there is no ${missing.join(', ')})` : '';

test('every block is one that is run here, but for the one that needs a container engine', () => {
  expect(all.map(({ language }) => language)).toEqual(['ts', 'sh', 'bash', 'text', 'console']);
});

test('the example with vitest passes as it is written', async () => {
  const reports = join(root, '.reports');
  mkdirSync(reports, { recursive: true });
  // Within the project, so that vitest is found from there.
  const folder = mkdtempSync(join(reports, 'testing-'));
  try {
    writeFileSync(join(folder, 'backup.test.ts'), of('ts')[0] ?? '');
    expect(await vitest(folder)).toEqual([3, 3]);
  } finally {
    rmSync(folder, { recursive: true });
  }
}, 60_000);

describe(`the example with curl${because}`, () => {
  let child: ChildProcess;
  let url = '';

  beforeAll(async () => {
    const [command, script] = [of('sh')[0], packageJson.scripts.start];
    expect(command).toBe('npm start\n');
    // What npm would run; on a free port, and without any variable of whoever runs the tests.
    const [node, ...args] = script.split(' ');
    expect(node).toBe('node');
    ({ url, child } = await listening([...args, '--port', '0']));
  });
  afterAll(() => child?.kill('SIGKILL'));

  test.skipIf(missing.length > 0)('prints what is shown below it, twice', async () => {
    const script = of('bash')[0] ?? '';
    expect(script).toContain(written);
    for (let time = 0; time < 2; time++) {
      const { output } = await run('bash', ['-u', '-c', script.replaceAll(written, url)]);
      expect(output).toBe(of('text')[0]);
    }
  });

  test('the calls are those that there are', async () => {
    const document = (await (await fetch(`${url}/_emulator/openapi.json`)).json()) as {
      paths: Record<string, Record<string, unknown>>;
    };
    const calls = Object.entries(document.paths)
      .filter(([path]) => !path.startsWith('/_emulator/organizations/{organizationId}/'))
      .flatMap(([path, methods]) => Object.keys(methods).map((method) => `\`${method.toUpperCase()} ${path}\``));
    const rows = table(page, 'What each call is for', ['Call', 'What for']);
    expect(rows.map((row) => row.Call).sort()).toEqual(calls.sort());
  });

  test('the effects are those that a fault can have', async () => {
    const document = (await (await fetch(`${url}/_emulator/openapi.json`)).json()) as {
      // biome-ignore lint/suspicious/noExplicitAny: a schema of any shape
      paths: Record<string, any>;
    };
    const schema = document.paths['/_emulator/faults'].post.requestBody.content['application/json'].schema;
    const rows = table(page, 'Faults', ['Effect', 'What happens']);
    const named = new Set(rows.flatMap(({ Effect = '' }) => Object.keys(JSON.parse(Effect.replaceAll('`', '')))));
    expect([...named].sort()).toEqual(Object.keys(schema.properties.effect.properties).sort());
    for (const field of Object.keys(schema.properties.match.properties)) expect(page).toContain(`\`${field}\``);
    for (const field of ['skip', 'times', 'probability']) expect(page).toContain(`\`${field}\``);
  });
});
