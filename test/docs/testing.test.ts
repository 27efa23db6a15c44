import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { optionTable } from '../../src/options.ts';
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
    const alias = {
      'datafy-emulator/vitest': join(root, 'src/vitest.ts'),
      'datafy-emulator': join(root, 'src/index.ts'),
    };
    writeFileSync(join(folder, 'backup.test.ts'), of('ts')[0] ?? '');
    writeFileSync(
      join(folder, 'vitest.config.js'),
      `export default { resolve: { alias: ${JSON.stringify(alias)} }, test: { include: ['*.test.ts'] } };\n`,
    );
    const report = join(folder, 'report.json');
    const { PATH } = process.env;
    const args = [
      join(root, 'node_modules/vitest/vitest.mjs'),
      ...['run', '--root', folder, '--reporter', 'json', '--outputFile', report],
    ];
    const child = spawn(process.execPath, args, { cwd: folder, env: { PATH }, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (more) => (output += more));
    const [code] = await once(child, 'close');
    expect(code, output).toBe(0);
    const { numPassedTests, numTotalTests } = JSON.parse(readFileSync(report, 'utf8'));
    expect([numPassedTests, numTotalTests]).toEqual([3, 3]);
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
    const { PATH } = process.env;
    child = spawn(process.execPath, [...args, '--port', '0'], {
      cwd: root,
      env: { PATH },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    child.stdout?.setEncoding('utf8');
    while (!url) {
      const [more] = await once(child.stdout as NodeJS.ReadableStream, 'data');
      output += more;
      url = / ready on (\S+) /.exec(output)?.[1] ?? '';
    }
  });
  afterAll(() => child?.kill('SIGKILL'));

  test.skipIf(missing.length > 0)('prints what is shown below it, twice', async () => {
    const script = of('bash')[0] ?? '';
    expect(script).toContain(written);
    const { PATH } = process.env;
    for (let time = 0; time < 2; time++) {
      const bash = spawn('bash', ['-u', '-c', script.replaceAll(written, url)], {
        env: { PATH },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      let output = '';
      for (const stream of [bash.stdout, bash.stderr])
        stream.setEncoding('utf8').on('data', (more) => (output += more));
      await once(bash, 'close');
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
