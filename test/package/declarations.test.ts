import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { manifest } from '../../build/manifest.ts';
import { emitTypes } from '../../build/types.ts';
import packageJson from '../../package.json' with { type: 'json' };
import { errors } from '../../src/ground/errors.ts';

/** A project of a user's own, outside of this one: the package's declarations in its node_modules, and their code. */

const root = join(import.meta.dirname, '../..');
const consumer = join(root, 'test/package/consumer');
const project = mkdtempSync(join(tmpdir(), 'declarations-'));
const installed = join(project, 'node_modules', packageJson.name);
const emitted = new Map<string, string>();

beforeAll(() => {
  for (const file of emitTypes(join(installed, 'lib'))) {
    emitted.set(file, readFileSync(join(installed, 'lib', file), 'utf8'));
  }
  writeFileSync(join(installed, 'package.json'), JSON.stringify(manifest(packageJson)));
  writeFileSync(join(project, 'package.json'), JSON.stringify({ type: 'module' }));
});
afterAll(() => rmSync(project, { recursive: true }));

/** What the project's own compiler says of some files, with a user's strict settings and with every library checked. */
function compile(files: readonly string[], options: Record<string, unknown> = {}): string {
  const compilerOptions = {
    ...{ strict: true, noEmit: true, target: 'es2022', lib: ['es2022'], types: [] },
    ...{
      module: 'nodenext',
      moduleResolution: 'nodenext',
      skipLibCheck: false,
      isolatedModules: true,
      noUnusedLocals: true,
    },
    ...options,
  };
  writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, files }));
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  const { stdout, stderr, status } = spawnSync(process.execPath, [tsc, '-p', project], {
    cwd: project,
    encoding: 'utf8',
  });
  expect([status === 0, status !== null], stderr).toEqual([stdout === '', true]);
  return stdout;
}

const exports = /(\*\/\n)?^export (?:declare )?(?:interface|type|class|function|const) (\w+)/gm;
const names = (text: string) => [...text.matchAll(exports)].map(([, , name]) => name!);

describe('the declarations', () => {
  test('are of the exports and of what these speak of, and import nothing but each other and vitest', () => {
    expect([...emitted.keys()]).toContain('vitest.d.ts');
    for (const [file, text] of emitted) {
      const imports = [...text.matchAll(/\bfrom ['"]([^'"]+)['"]|\bimport\(['"]|^\/\/\/ <reference/gm)].map(
        ([, from]) => from,
      );
      const others = imports.filter((from) => !/^\.{1,2}\/[\w/-]+\.js$/.test(from ?? ''));
      expect(others, file).toEqual(file === 'vitest.d.ts' ? ['vitest'] : []);
    }
    expect(readdirSync(join(installed, 'lib'), { recursive: true, encoding: 'utf8' }).toSorted()).toEqual(
      ['types', ...emitted.keys()].sort(),
    );
  });

  test('say of everything that is exported, of every field and of every call in it, what it is', () => {
    const named =
      /(\*\/\n)?^(?:export (?:declare )?(?:interface|type|class|function|const) |\t(?:readonly )?|\t+(?=\w+\())(\w+)/gm;
    // What a class has from its base has its words from there.
    const inherited = /^\t(?:override|constructor)\b.*\n/gm;
    for (const [file, text] of emitted) {
      const found = [...text.replace(inherited, '').matchAll(named)];
      expect(
        found.filter(([, comment]) => !comment).map(([, , name]) => name),
        file,
      ).toEqual([]);
    }
  });

  test('name refusals by codes that there are', () => {
    const named = [...emitted.values()]
      .flatMap((text) => [...text.matchAll(/@throws ControlError ([^:]*?)(?:\*\/|:|\n\s*\*\/)/g)])
      .flatMap(([, codes = '']) => [...codes.matchAll(/`([^`]+)`/g)].map(([, code]) => code!));
    expect(named.length).toBeGreaterThan(20);
    expect(named.filter((code) => !(code in errors))).toEqual([]);
  });
});

describe('code of a user', () => {
  const file = 'index.ts';
  const text = readFileSync(join(consumer, file), 'utf8');

  test('uses every export', () => {
    const exported = [...emitted].filter(([path]) => path !== 'vitest.d.ts').flatMap(([, each]) => names(each));
    const [, imports = ''] = /^import \{(.*?)\} from 'datafy-emulator';$/ms.exec(text) ?? [];
    const imported = imports.split(',').map((each) => each.replace('type', '').trim());
    // That what is imported is used, too, the compiler sees to.
    expect(imported.filter(Boolean).sort()).toEqual(exported.sort());
  });

  test('compiles, with every library checked, and misuse of it does not', () => {
    cpSync(join(consumer, file), join(project, file));
    expect(compile([file])).toBe('');
    expect(compile([file], { exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true })).toBe('');
  });

  test('that misuses it is told where', () => {
    writeFileSync(join(project, 'misuse.ts'), text.replaceAll(/^ *\/\/ @ts-expect-error.*\n/gm, ''));
    const told = compile(['misuse.ts']).match(/^misuse\.ts\(\d+/gm);
    expect(new Set(told).size).toBe(text.match(/@ts-expect-error/g)?.length);
  });

  test('that tests with the fixture compiles, and misuse of that does not', () => {
    const fixture = 'fixture.ts';
    cpSync(join(consumer, fixture), join(project, fixture));
    mkdirSync(join(project, 'node_modules'), { recursive: true });
    symlinkSync(join(root, 'node_modules/vitest'), join(project, 'node_modules/vitest'));
    // What vitest's own declarations need besides is not ours: here it is left out, and what they miss passed over.
    const told = compile([fixture]).split('\n');
    expect(
      told.filter((line) => line.includes(fixture) || line.includes(installed) || line.includes(packageJson.name)),
    ).toEqual([]);
  });
});
