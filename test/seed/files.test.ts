import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { SeedError } from '../../src/ground/failure.ts';
import { inspectSeedFile } from '../../src/seed/file.ts';
import { findSeedFile, isSeedName, isSeedPath, readSeed } from '../../src/seed/seed.ts';

const folder = mkdtempSync(join(tmpdir(), 'seeds-'));
afterAll(() => rmSync(folder, { recursive: true }));

function write(name: string, text: string | Buffer): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

/** What a start says of a seed file, line by line, without the folder that it is in. */
async function refusal(name: string, text: string | Buffer): Promise<string[]> {
  const error = await readSeed(write(name, text)).catch((error) => error);
  expect(error).toBeInstanceOf(SeedError);
  expect(error.exitCode).toBe(2);
  return error.message.replaceAll(`${folder}/`, '').split('\n');
}

const volumes = (count: number, text: string) => `volumes:\n${Array(count).fill(`  - ${text}\n`).join('')}`;
const deep = (levels: number) => 'a: '.concat('['.repeat(levels), ']'.repeat(levels));

/** What is broken, and the lines that say so, each behind the file's name. */
const yaml: [string, string, ...string[]][] = [
  // Text that is no YAML
  ['a tab', 'volumes:\n\t- sizeGb: 1\n', '2:1: not YAML: Tabs are not allowed as indentation'],
  ['a quote that is left open', 'name: "x\n', '2:1: not YAML: Missing closing "quote'],
  [
    'a colon too many',
    'name: a: b\nvolumes: []\n',
    '1:7: not YAML: Nested mappings are not allowed in compact mappings',
  ],
  [
    'a list that is left open',
    'volumes: [\n',
    '2:1: not YAML: Flow sequence in block collection must be sufficiently indented and end with a ]',
  ],
  ['two documents', 'name: a\n---\nname: b\n', '2:1: a second document begins here: a seed is one'],
  // What is YAML, and no seed
  ['nothing', '', '1:1: the seed must be object, not null'],
  ['nothing but a comment', '# a seed\n', '1:1: the seed must be object, not null'],
  ['an object without fields', '{}\n', '1:1: the seed is empty'],
  ['a list', '- sizeGb: 1\n', '1:1: the seed must be object, not array'],
  ['a text', 'volumes\n', '1:1: the seed must be object, not string'],
  // Names
  ['a name twice', 'name: a\nvolumes: []\nname: b\n', '3:1: name is there twice'],
  [
    'names twice, deep down',
    'volumes:\n  - sizeGb: 1\n    tags:\n      - { key: a, key: b, value: c }\n    sizeGb: 2\n',
    '4:19: volumes[0].tags[0].key is there twice',
    '5:5: volumes[0].sizeGb is there twice',
  ],
  ['a misspelt name', 'volume: []\n', '1:1: volume is not known: the nearest is volumes'],
  [
    'a misspelt name of what must be there',
    'volumes:\n  - status: managed\n    sizeGB: 1\n',
    '3:5: volumes[0].sizeGB is not known: the nearest is sizeGb',
  ],
  [
    'a name like no other',
    'clock:\n  mode: system\n  colour: red\n',
    '3:3: clock.colour is not known: there are mode, now',
  ],
  [
    'a merge key',
    'clock: &c { mode: system }\npace: { <<: *c }\n',
    '2:9: pace["<<"] is not known: there are create, activate, snapshot, attach, detach, modify, deactivate, source',
  ],
  ['the name of a pace that is none', 'pace: brisk\n', '1:7: pace must be one of instant, realistic'],
  ['a name that is a list', '? [a]\n: 1\n', '1:3: the seed has a name that is not plain text'],
  [
    'the prototype',
    '__proto__: { name: x }\nname: y\n',
    '1:1: __proto__ is not known: there are $schema, organizationId, ownAccountId, name, createdAt, clock, pace, ids, awsAccountId, roleArn, accounts, tokens, failingRoles, rules, instances, volumes, snapshots',
  ],
  // Types, words and what is missing
  ['a size in quotes', volumes(1, 'sizeGb: "1"'), '2:13: volumes[0].sizeGb must be integer, not string'],
  ['half a GiB', volumes(1, 'sizeGb: 1.5'), '2:13: volumes[0].sizeGb must be integer, not number 1.5'],
  ['a size without end', volumes(1, 'sizeGb: .inf'), '2:13: volumes[0].sizeGb must be integer, not number Infinity'],
  [
    'a token of digits',
    'tokens:\n  - token: 0123\n',
    '2:12: tokens[0].token must be string, not number: put it in quotes',
  ],
  [
    'a token that is true',
    'tokens:\n  - token: true\n',
    '2:12: tokens[0].token must be string, not boolean: put it in quotes',
  ],
  ['a name that is left empty', 'name:\n', '1:6: name must be string, not null'],
  ['a list that is left empty', 'name: x\nvolumes:\n', '2:9: volumes must be array, not null'],
  ['a yes of YAML 1.1', 'instances:\n  - agent: yes\n', '2:12: instances[0].agent must be boolean, not string'],
  ['no size', volumes(1, 'status: managed'), '2:5: volumes[0].sizeGb is missing'],
  [
    'no device',
    volumes(1, '{ sizeGb: 1, attachment: { instanceId: i-00000001 } }'),
    '2:30: volumes[0].attachment.deviceName is missing',
  ],
  [
    'an unknown status',
    volumes(1, '{ sizeGb: 1, status: available }'),
    '2:26: volumes[0].status must be one of creating, ordinary, activating, managed, deactivating, replaced',
  ],
  [
    'an id that is none',
    volumes(1, '{ sizeGb: 1, volumeId: vol-1 }'),
    '2:28: volumes[0].volumeId must be vol- and 8 to 17 hex digits',
  ],
  ['a size of nothing', volumes(1, 'sizeGb: 0'), '2:13: volumes[0].sizeGb must be >= 1'],
  ['an empty name', 'accounts:\n  - name: ""\n', '2:11: accounts[0].name must not be empty'],
  [
    'a date without a time',
    'createdAt: 2026-01-01\n',
    '1:12: createdAt must be an RFC 3339 instant, such as 2026-01-01T00:00:00Z',
  ],
  [
    'a day that there is not',
    'createdAt: 2026-02-30T00:00:00Z\n',
    '1:12: createdAt must be an RFC 3339 instant, such as 2026-01-01T00:00:00Z',
  ],
  // What no world can be
  [
    'an account that is not there',
    volumes(1, '{ sizeGb: 1, accountId: 11111111-2222-4333-8444-555555555555 }'),
    '2:29: volumes[0].accountId 11111111-2222-4333-8444-555555555555 is none of the accounts',
  ],
  [
    'an id twice',
    `volumes:\n  - { volumeId: vol-00000001, sizeGb: 1 }\n  - sizeGb: 1\n    volumeId: vol-00000001\n`,
    '4:15: volumes[1].volumeId vol-00000001 is taken: volumes[0].volumeId has it',
  ],
  [
    'a secret twice',
    'tokens:\n  - token: secret\n  - { token: other }\n  - { token: secret }\n',
    '4:14: tokens[2].token is taken: tokens[0].token has it',
  ],
  [
    'a token without a secret',
    'tokens:\n  - description: none\n',
    '2:5: tokens[0] has no secret: give it token or secretHash',
  ],
  [
    'too many IOPS',
    volumes(1, '{ sizeGb: 10, iops: 9000 }'),
    '2:25: volumes[0].iops 9000 is too much for 10 GiB: gp3 has at most 500 IOPS per GiB, here 5000',
  ],
  [
    'too much in all, by what was left out',
    volumes(1, '{ sizeGb: 1, datafyMode: performance }'),
    '2:15: volumes[0].sizeGb is 1: it must be from 4 to 262144 GiB',
  ],
  [
    'a zone that is none',
    'instances:\n  - availabilityZone: us-east-1\n',
    '2:23: instances[0].availabilityZone "us-east-1" is not an availability zone: it looks like us-east-1a',
  ],
  [
    'a device that is none',
    'instances:\n  - instanceId: i-00000001\nvolumes:\n  - sizeGb: 1\n    attachment:\n      instanceId: i-00000001\n      deviceName: sda\n',
    '7:19: volumes[0].attachment.deviceName "sda" is not a device name: use /dev/sd[a-z] or /dev/xvd[a-z], with up to two more characters',
  ],
  [
    'a reserved tag',
    'instances:\n  - tags:\n      - { key: Name, value: a }\n      - { key: "aws:x", value: b }\n',
    '4:16: instances[0].tags[1].key "aws:x" begins with "aws:", which is reserved',
  ],
  [
    'a rule that is none',
    'rules:\n  - rule:\n      in: [{ var: colour }, [a]]\n',
    '3:19: rules[0].rule.in[0].var: "colour" is not a variable "in" takes: use instance_id, cluster_name, node_group_name',
  ],
  [
    'a date at rest',
    'volumes:\n  - sizeGb: 1\n    due:\n      at: 2026-01-01T00:00:00Z\n',
    '4:7: volumes[0].due is for what is under way, and a volume that is managed is not: leave it out',
  ],
  [
    'what an alias says',
    'clock: { mode: controlled }\naccounts:\n  - accountId: &a 11111111-2222-4333-8444-555555555555\n  - accountId: *a\n',
    '4:16: accounts[1].accountId 11111111-2222-4333-8444-555555555555 is taken: accounts[0].accountId has it',
  ],
  [
    'what is within an alias',
    'instances:\n  - tags: &t [{ key: "aws:x", value: b }]\n  - tags: *t\n',
    '2:22: instances[0].tags[0].key "aws:x" begins with "aws:", which is reserved',
    '2:22: instances[1].tags[0].key "aws:x" begins with "aws:", which is reserved',
  ],
  // Several at once: those that are named stand in the order of the file
  [
    'seven problems',
    'name: 1\nvolumes:\n  - { sizeGb: a }\n  - { sizeGb: b }\n  - { sizeGb: c, x: 1 }\n  - { sizeGb: d }\nnmae: x\n',
    '1:7: name must be string, not number: put it in quotes',
    '3:15: volumes[0].sizeGb must be integer, not string',
    '4:15: volumes[1].sizeGb must be integer, not string',
    '5:18: volumes[2].x is not known: there are volumeId, accountId, status, due, sizeGb, iops, throughput, availabilityZone, volumeType, origin, restoredFrom, replacedBy, hasSource, encrypted, kmsKeyId, datafyMode, backingVolumeIds, backingVolumes, backingCount, boot, fileSystem, tags, attachment, modifications, ageMinutes, createdAt, changedBy',
    '7:1: nmae is not known: the nearest is name',
    'and 2 more problems',
  ],
  // YAML that is more than a seed needs
  ['a tag', 'name: !env NAME\n', '1:12: name has the tag !env: a seed has none'],
  [
    'a tag of YAML',
    'createdAt: !!timestamp 2026-01-01T00:00:00Z\n',
    '1:24: createdAt has the tag !!timestamp: a seed has none',
  ],
  ['code', 'name: !!js/function "function () {}"\n', '1:21: name has the tag !!js/function: a seed has none'],
  ['a set', 'volumes: !!set { a, b }\n', '1:16: volumes has the tag !!set: a seed has none'],
  ['an alias of nothing', 'name: *nothing\n', '1:7: name is *nothing, and there is no &nothing before it'],
  [
    'an alias of what comes after',
    'name: *later\nroleArn: &later x\n',
    '1:7: name is *later, and there is no &later before it',
  ],
  ['an alias within itself', 'volumes: &v\n  - *v\n', '2:5: volumes[0] is *v, which it is within'],
  [
    'aliases upon aliases',
    `name: x\nrules:\n  - rule:\n      a: &a [x, x, x, x, x, x, x, x, x, x]\n${[...'bcdefgh'].map((letter, at) => `      ${letter}: &${letter} [${Array(10).fill(`*${'abcdefgh'[at]}`).join()}]\n`).join('')}`,
    '1:1: the seed has more than 1000000 values, its aliases written out',
  ],
  ['33 levels', `rules:\n  - rule:\n      ${deep(30)}\n`, '3:39: rules is nested more than 32 levels deep'],
  ['a NUL', 'name: "a\\0b"\n', '1:7: name has a NUL, or half of a surrogate pair'],
  ['half of a surrogate pair', 'name: "\\ud800"\n', '1:7: name has a NUL, or half of a surrogate pair'],
];

describe('a YAML file with', () => {
  test.each(yaml)('%s', async (_, text, ...lines) => {
    const expected = lines.map((line) => (/^\d/.test(line) ? `team.yaml:${line}` : line));
    expect(await refusal('team.yaml', text)).toEqual(expected);
  });

  test('10,000 levels', async () => {
    const lines = await refusal('team.yaml', `rules:\n  - rule:\n      ${deep(10_000)}\n`);
    // Where the parser gave up depends on its stack.
    expect(lines).toEqual([
      expect.stringMatching(/^team\.yaml:3:\d+: not YAML: it is nested more than 32 levels deep$/),
    ]);
  });
});

const json: [string, string, ...string[]][] = [
  ['a comma too many', '{\n  "name": "x",\n}\n', '3:1: not JSON: Expected double-quoted property name'],
  ['a name without quotes', '{ name: "x" }', "1:3: not JSON: Expected property name or '}'"],
  ['a comment', '{\n  // x\n}', "2:3: not JSON: Expected property name or '}'"],
  ['a word', '{"volumes": [{"sizeGb": one}]}', "1:25: not JSON: Unexpected token 'o'"],
  ['a YAML file', 'volumes:\n  - sizeGb: 1\n', "1:1: not JSON: Unexpected token 'v'"],
  [
    'a bracket too many',
    '{"volumes": [\n  {"sizeGb": 1}]]}',
    "2:17: not JSON: Expected ',' or '}' after property value",
  ],
  ['something behind it', '{"name": "x"}\n{}', '2:1: not JSON: Unexpected non-whitespace character after JSON'],
  ['a line end in a text', '{"name": "x\ny"}', '1:12: not JSON: Bad control character in string literal'],
  ['no end', '{\n  "name": "x"\n', "3:1: not JSON: Expected ',' or '}' after property value"],
  ['nothing', '', '1:1: not JSON: Unexpected end of JSON input'],
  ['a name twice', '{\n\t"name": "x",\n\t"name": "y"\n}', '3:2: name is there twice'],
  ['a misspelt name', '{"volumes": [{"sizeGB": 1}]}', '1:15: volumes[0].sizeGB is not known: the nearest is sizeGb'],
  [
    'a size in quotes',
    '{\n  "volumes": [\n    { "sizeGb": "1" }\n  ]\n}',
    '3:17: volumes[0].sizeGb must be integer, not string',
  ],
  [
    'a volume that is too large',
    '{\n  "volumes": [\n    { "sizeGb": 1000000 }\n  ]\n}',
    '3:17: volumes[0].sizeGb is 1000000: it must be from 1 to 65536 GiB',
  ],
];

describe('a JSON file with', () => {
  test.each(json)('%s', async (_, text, ...lines) => {
    const found = await refusal('team.json', text);
    expect(found.map((line) => line.replace('team.json:', ''))).toEqual(lines);
  });

  test.each([
    ['{"name": "a \\"b\\": c", "roleArn": "\\\\", "name": "d"}', '1:41: name is there twice'],
    ['{"name": "\\u0000"}', '1:10: name has a NUL, or half of a surrogate pair'],
    [`{"rules": ${'['.repeat(40)}${']'.repeat(40)}}`, '1:1: not JSON: it is nested more than 32 levels deep'],
  ])('what is seen only when it is looked at closely: %s', async (text, line) => {
    expect(await refusal('team.json', text)).toEqual([`team.json:${line}`]);
  });

  test('quotes and colons in its texts is taken for what it is', async () => {
    const name = 'a ": " b \\ {"c": 1}';
    expect((await readSeed(write('quotes.json', JSON.stringify({ name })))).document.name).toBe(name);
  });

  test('the prototype', async () => {
    const [line] = await refusal('team.json', '{"__proto__": {"name": "x"}}');
    expect(line).toMatch(/^team\.json:1:2: __proto__ is not known: /);
  });

  test('what only YAML knows is refused, and as YAML taken', async () => {
    const text = 'volumes: [{ sizeGb: 1 }]\n';
    await refusal('team.json', text);
    expect((await readSeed(write('team.yml', text))).document.volumes).toHaveLength(1);
  });
});

describe('a file', () => {
  test('that is not there, is a folder, is not text or is too large says so', async () => {
    const missing = join(folder, 'missing.yaml');
    await expect(readSeed(missing)).rejects.toThrow(`Seed file ${missing} is not there`);
    const inner = join(folder, 'folder.yaml');
    mkdirSync(inner);
    await expect(readSeed(inner)).rejects.toThrow(`Seed file ${inner} is a folder`);
    const [line] = await refusal('binary.yaml', Buffer.from([0x6e, 0x3a, 0x20, 0xff]));
    expect(line).toBe('Seed file binary.yaml is not written in UTF-8');
    const large = write('large.yaml', Buffer.alloc(64 * 1024 * 1024 + 1, '#'));
    await expect(readSeed(large)).rejects.toThrow(`Seed file ${large} is larger than 64 MiB`);
  });

  test('with a byte order mark, line ends of Windows and names of any kind is read', async () => {
    const file = write('windows.yaml', '\ufeffname: "Übung \\u2764"\r\nvolumes:\r\n  - sizeGb: 7\r\n');
    const { document } = await readSeed(file);
    expect(document).toMatchObject({ name: 'Übung ❤', volumes: [{ sizeGb: 7 }] });
  });

  test('has text as it stands: dates, numbers in quotes, and words that other YAMLs take for more', async () => {
    const text = 'name: 2026-01-01\ntokens: [{ token: "0123" }, { token: yes, description: 12:30:45 }]\nvolumes: []\n';
    const { document } = await readSeed(write('plain.yaml', text));
    expect(document).toMatchObject({
      name: '2026-01-01',
      tokens: [{ token: '0123' }, { token: 'yes', description: '12:30:45' }],
    });
  });

  test('may name its schema, and may use an alias as often as it likes', async () => {
    const text = `$schema: ./seed.schema.json
accounts:
  - { accountId: &one 11111111-2222-4333-8444-000000000001 }
  - { accountId: &two 11111111-2222-4333-8444-000000000002 }
${volumes(300, '{ sizeGb: 1, accountId: *two }')}`;
    const { document } = await readSeed(write('aliases.yaml', text));
    expect(new Set(document.volumes.map(({ accountId }) => accountId))).toEqual(
      new Set(['11111111-2222-4333-8444-000000000002']),
    );
  });

  test('with more problems than are named has all of them, in the order of the file, for who asks', () => {
    const file = write('many.yaml', volumes(20, 'sizeGb: 99999'));
    const { problems } = inspectSeedFile(file);
    expect(problems.map(({ line }) => line)).toEqual(Array.from({ length: 20 }, (_, at) => at + 2));
  });
});

describe('which seed is meant', () => {
  test.each([
    ['default', true, false],
    ['empty', true, false],
    ['fleet', true, false],
    ['Default', false, false],
    ['team', false, false],
    ['team.yaml', false, true],
    ['TEAM.YML', false, true],
    ['team.json', false, true],
    ['./default', false, true],
    ['seeds/team', false, true],
    ['C:\\seeds\\team', false, true],
    ['', false, false],
  ])('%s', (text, name, path) => {
    expect([isSeedName(text), isSeedPath(text)]).toEqual([name, path]);
  });

  test('is said where it is neither', async () => {
    await expect(readSeed('flet')).rejects.toThrow(
      'There is no seed "flet": use default, empty, fleet, or the path of a seed file such as ./team.yaml',
    );
  });

  test('is that of the folder, and of several none', () => {
    const inner = mkdtempSync(join(folder, 'found-'));
    expect(findSeedFile(inner)).toBe(undefined);
    for (const name of ['datafy-emulator.yaml', 'datafy-emulator.yml', 'datafy-emulator.json']) {
      const alone = mkdtempSync(join(folder, 'alone-'));
      writeFileSync(join(alone, name), '');
      expect(findSeedFile(alone)).toBe(name);
      writeFileSync(join(inner, name), '');
    }
    expect(() => findSeedFile(inner)).toThrow(
      'Several seed files are here: datafy-emulator.yaml, datafy-emulator.yml, datafy-emulator.json. Keep one, or name one with --seed',
    );
  });
});

describe('an object', () => {
  test('is a seed, and stays as it was', async () => {
    const seed = Object.freeze({ volumes: Object.freeze([Object.freeze({ sizeGb: 5 })]) as never });
    expect((await readSeed(seed)).document.volumes).toMatchObject([{ sizeGb: 5, status: 'managed' }]);
    expect(seed).toEqual({ volumes: [{ sizeGb: 5 }] });
  });

  test.each([
    [{ volumes: [{ sizeGB: 5 }] }, 'seed: volumes[0].sizeGB is not known: the nearest is sizeGb'],
    [{ volumes: [{ sizeGb: 70_000 }] }, 'seed: volumes[0].sizeGb is 70000: it must be from 1 to 65536 GiB'],
    [{ name: 'a\0b' }, 'seed: a text in it has a NUL, or half of a surrogate pair'],
    [[], 'seed: the seed must be object, not array'],
    [
      { volumes: Array(7).fill({}) },
      [...Array.from({ length: 5 }, (_, at) => `seed: volumes[${at}].sizeGb is missing`), 'and 2 more problems'].join(
        '\n',
      ),
    ],
  ])('%j is refused', async (seed, message) => {
    await expect(readSeed(seed as never)).rejects.toThrow(new SeedError(message.split('\n')));
  });
});
