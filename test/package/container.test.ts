import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { validate } from 'dockerfile-utils';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

/**
 * No container engine is asked for: the Dockerfile is linted, and its steps are run as they are written, each stage in
 * a folder of its own. So what it copies and runs is known to work; the base image, USER and HEALTHCHECK's timing are
 * not.
 */

const root = join(import.meta.dirname, '../..');
const dockerfile = readFileSync(join(root, 'Dockerfile'), 'utf8');
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

interface Step {
  instruction: string;
  rest: string;
}

const steps: Step[] = dockerfile
  .replace(/^\s*#.*\n/gm, '')
  .replace(/\\\n\s*/g, '')
  .split('\n')
  .filter((line) => line.trim() !== '')
  .map((line) => {
    const [, instruction = '', rest = ''] = /^([A-Z]+) (.*)$/.exec(line) ?? [];
    return { instruction, rest };
  });

interface Stage {
  folder: string;
  workdir: string;
  env: Record<string, string>;
  entrypoint: string[];
  healthcheck: string[];
}

const scratch = mkdtempSync(join(tmpdir(), 'container-'));
const stages: Stage[] = [];
const named = new Map<string, Stage>();
// The base image has Node 24 in front, as the tests have.
const path = `${dirname(process.execPath)}:${process.env.PATH}`;

function copy(stage: Stage, rest: string): void {
  const [, from, paths = ''] = /^(?:--from=(\S+) )?(.*)$/.exec(rest) ?? [];
  const [target = '', ...sources] = paths.split(' ').reverse();
  for (const source of sources) {
    const base = from === undefined ? root : (named.get(from)?.folder ?? '');
    const to = join(stage.folder, stage.workdir, target);
    // Of a folder, its contents are copied.
    const isFile = statSync(join(base, source)).isFile();
    cpSync(join(base, source), isFile && target.endsWith('/') ? join(to, source) : to, { recursive: true });
  }
}

/** An absolute path of the image, as it is below the stage's folder. Only root can give a file to somebody else. */
function within(stage: Stage, text: string): string {
  const moved = text.replace(/(?<=^|[\s"])\/(?=app|data|build)/g, `${stage.folder}/`);
  return process.getuid?.() === 0 ? moved : moved.replace(/chown \S+ \S+/, 'true');
}

const instructions: Record<string, (stage: Stage, rest: string) => void> = {
  WORKDIR(stage, rest) {
    stage.workdir = rest;
    mkdirSync(join(stage.folder, rest), { recursive: true });
  },
  COPY: copy,
  RUN(stage, rest) {
    const cwd = join(stage.folder, stage.workdir);
    const [command, ...args] = rest.startsWith('[') ? JSON.parse(rest) : ['sh', '-c', within(stage, rest)];
    const { status, stderr, stdout } = spawnSync(command, args, {
      cwd,
      env: { ...process.env, ...stage.env, PATH: path },
      encoding: 'utf8',
    });
    expect(status, `${rest}\n${stdout}${stderr}`).toBe(0);
  },
  ENV(stage, rest) {
    const [name = '', value = ''] = rest.split('=');
    stage.env[name] = within(stage, value);
  },
  HEALTHCHECK(stage, rest) {
    stage.healthcheck = JSON.parse(within(stage, rest.slice(rest.indexOf('['))));
  },
  ENTRYPOINT(stage, rest) {
    stage.entrypoint = JSON.parse(within(stage, rest));
  },
  LABEL: (_, rest) => expect(rest).toContain(`org.opencontainers.image.version="${version}"`),
  VOLUME: (stage, rest) => expect(existsSync(within(stage, rest))).toBe(true),
  USER: (_, rest) => expect(rest).toMatch(/^[1-9]\d*:[1-9]\d*$/),
  EXPOSE: (_, rest) => expect(rest).toBe('4650'),
};

describe('the Dockerfile', () => {
  let child: ChildProcess;
  let url = '';
  let image: Stage;

  beforeAll(async () => {
    for (const { instruction, rest } of steps) {
      if (instruction === 'FROM') {
        const [, base, name] = /^(\S+)(?: AS (\S+))?$/.exec(rest) ?? [];
        expect(base).toBe('node:24-slim');
        const folder = join(scratch, String(stages.length));
        const stage = { folder, workdir: '/', env: {}, entrypoint: [], healthcheck: [] };
        stages.push(stage);
        if (name) named.set(name, stage);
        continue;
      }
      const stage = stages.at(-1) as Stage;
      const run = instructions[instruction];
      if (!run) throw new Error(`The Dockerfile has ${instruction}, which this test does not know`);
      run(stage, rest);
    }
    image = stages.at(-1) as Stage;
    const [node, ...args] = image.entrypoint;
    expect(node).toBe('node');
    child = spawn(process.execPath, [...args, '--host', '127.0.0.1', '--port', '0'], {
      cwd: join(image.folder, image.workdir),
      env: { ...image.env, PATH: path },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    child.stdout?.setEncoding('utf8');
    let output = '';
    while (!url) {
      const [more] = await once(child.stdout as NodeJS.ReadableStream, 'data');
      output += more;
      url = / ready on (\S+) /.exec(output)?.[1] ?? '';
    }
  }, 300_000);
  afterAll(() => {
    child?.kill('SIGKILL');
    rmSync(scratch, { recursive: true });
  });

  test('has nothing that a linter minds', () => {
    expect(validate(dockerfile).map(({ message }) => message)).toEqual([]);
    expect(validate(dockerfile.replace('WORKDIR /app', 'WORKDIR app')).map(({ message }) => message)).toHaveLength(1);
  });

  test('leaves the package, and nothing else', () => {
    const app = join(image.folder, image.workdir);
    expect(readdirSync(app).filter((name) => /^(node_modules|src|test|build)$/.test(name))).toEqual([]);
    expect(readdirSync(app)).toContain('THIRD-PARTY-NOTICES.txt');
  });

  test('has a folder for databases that its user may write to, and any other of group 0', () => {
    const { uid, gid, mode } = statSync(join(image.folder, 'data'));
    expect((mode & 0o777).toString(8)).toBe('775');
    // Only root can give it away.
    if (process.getuid?.() === 0) expect([uid, gid]).toEqual([1000, 0]);
  });

  test('keeps what V8 compiled, for every later start', () => {
    expect(readdirSync(image.env.NODE_COMPILE_CACHE ?? '')).toHaveLength(1);
  });

  test('runs an emulator that answers, and whose health the check sees', async () => {
    const made = await fetch(`${url}/_emulator/organizations`, { method: 'POST' });
    expect(made.status).toBe(201);
    const check = (at: string) => {
      const [, ...args] = image.healthcheck;
      return spawnSync(process.execPath, args, { env: { ...image.env, PATH: path, DATAFY_EMULATOR_URL: at } }).status;
    };
    expect(check(url)).toBe(0);
    expect(check('http://127.0.0.1:1')).toBe(1);
  });

  test('has the package, which starts an emulator by its name', () => {
    const program = `
      const { startEmulator } = await import('datafy-emulator');
      const { control, close } = await startEmulator();
      console.log((await control.health()).status);
      await close();`;
    const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
      cwd: join(image.folder, image.workdir),
      encoding: 'utf8',
    });
    expect(stdout, stderr).toBe('ok\n');
  });

  test('stops as a process of its own when it is told to', async () => {
    child.kill('SIGTERM');
    expect((await once(child, 'exit'))[0]).toBe(0);
  });
});
