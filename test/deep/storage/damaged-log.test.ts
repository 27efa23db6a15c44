import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { paces } from '../../../src/state/engine/pace.ts';
import { type Database, openDatabase } from '../../../src/state/storage/database.ts';
import { type Random, randomOf } from '../../model/random.ts';
import { done, type Emulated, emulate } from '../../routes/control/control.ts';
import { production, volumes } from '../../support/world.ts';
import { sized } from '../size.ts';
import { endAll, start } from './process.ts';

// What a killed process leaves is a file and its write-ahead log. Here the log is damaged before the next start, which
// finds exactly what the first so many commits did.

const images = sized(42, 400);
/** Of these also the executable is started on some. */
const started = sized(2, 40);

const pageSize = 8192;
const header = 32;
/** What a page takes in the log. */
const frame = pageSize + 24;

let folder: string;
let commits: number;
/** Of all that is in the database after each commit, the hash, and how many commits that were. */
const states = new Map<string, number>();
/** What a process that is killed then leaves. */
const leftovers: { name: string; file: Buffer; log: Buffer; commits: number; inFile: number }[] = [];

const dump = (db: Database): string => {
  const tables = db
    .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
    .pluck()
    .all() as string[];
  const hash = createHash('sha256');
  for (const table of tables) hash.update(JSON.stringify(db.prepare(`SELECT * FROM "${table}"`).all()));
  return hash.digest('hex');
};

/** Frames of the log, and how many of them are in the file as well. */
const logOf = (db: Database) => db.pragma('wal_checkpoint(NOOP)') as [{ log: number; checkpointed: number }];

function keep(name: string, path: string): void {
  const [file, log] = [fs.readFileSync(path), fs.readFileSync(`${path}-wal`)];
  leftovers.push({ name, file, log, commits, inFile: Number.NaN });
}

/** Writes until the log has been worked into the file and begun anew, and keeps what is there at some moments. */
async function live({ db, send }: Emulated, file: string): Promise<void> {
  const call = (index: number) => {
    const [token, method, path, body] = (
      [
        ['organization-token', 'POST', 'accounts', { name: `account ${index}` }],
        ['account-token', 'POST', `volumes/${volumes.documented}/create-snapshot`, { description: `${index}` }],
        ['organization-token', 'PUT', `accounts/${production}`, { name: `name ${index}` }],
      ] as const
    )[index % 3]!;
    return done(send(method, `/api/v1/${path}`, body, { authorization: `Bearer ${token}` }));
  };
  const remember = () => states.set(dump(db), commits);
  remember();
  keep('nothing was called', file);
  const moments = [3, 20, 60];
  let [pages, afterwards] = [0, 0];
  for (let index = 0; afterwards < 6; ) {
    // Now and then several in one commit.
    const calls = commits % 10 === 9 ? 5 : 1;
    await Promise.all(Array.from({ length: calls }, () => call(index++)));
    commits++;
    remember();
    const [{ log, checkpointed }] = logOf(db);
    if (log < pages || checkpointed > 0 || afterwards > 0) afterwards++;
    pages = log;
    if (moments.includes(commits)) keep(`${commits} commits`, file);
    if (log > 900 && moments.length === 3) moments.push(commits + 1);
    if (afterwards === 1) keep('the log has just been worked into the file', file);
  }
  keep('the log has begun anew over the old one', file);
}

beforeAll(async () => {
  folder = fs.mkdtempSync(join(tmpdir(), 'datafy-emulator-'));
  commits = 0;
  const file = join(folder, 'world.db');
  const emulated = await emulate({ db: file, pace: paces.realistic });
  await live(emulated, file);
  await emulated.close();
  // Where nothing of the log is left, it is as if the file had just been made.
  const blank = openDatabase(':memory:');
  states.set(dump(blank), -1);
  blank.close();
  for (const leftover of leftovers) {
    const path = join(folder, 'alone.db');
    fs.writeFileSync(path, leftover.file);
    leftover.inFile = commitsIn(path, leftover.name);
  }
}, 120_000);
afterEach(endAll);
afterAll(() => fs.rmSync(folder, { recursive: true }));

/** Frames of a log, and how to put others together. */
const frameAt = (log: Buffer, at: number) => log.subarray(header + at * frame, header + (at + 1) * frame);

type Damage = (log: Buffer, random: Random) => Buffer;

/** What happens to a log: each makes another one of a copy of its own. */
const damages: Record<string, Damage> = {
  'cut off': (log, random) => log.subarray(0, random.upTo(log.length)),
  'cut off between two pages': (log, random) => log.subarray(0, header + random.upTo(countOf(log)) * frame),
  'a bit turned': (log, random) => {
    const at = random.upTo(log.length);
    log[at] = log[at]! ^ (1 << random.upTo(8));
    return log;
  },
  'a bit turned in its header': (log, random) => {
    const at = random.upTo(header);
    log[at] = log[at]! ^ (1 << random.upTo(8));
    return log;
  },
  "a bit turned in a page's header": (log, random) => {
    const at = header + random.upTo(countOf(log)) * frame + random.upTo(24);
    log[at] = log[at]! ^ (1 << random.upTo(8));
    return log;
  },
  'bytes written over': (log, random) => {
    const at = random.upTo(log.length);
    for (let next = at; next < Math.min(log.length, at + 1 + random.upTo(5_000)); next++) log[next] = random.upTo(256);
    return log;
  },
  'a page of zeros': (log, random) => {
    frameAt(log, random.upTo(countOf(log))).fill(0);
    return log;
  },
  // As a disk leaves it that has not written its blocks in their order when the power goes.
  'blocks never written': (log, random) => {
    for (let block = 0; block * 4096 < log.length; block++) {
      if (random.chance(0.05)) log.subarray(block * 4096, (block + 1) * 4096).fill(0);
    }
    return log;
  },
  'a page twice': (log, random) => {
    const [from, to] = [random.upTo(countOf(log)), random.upTo(countOf(log))];
    Buffer.from(frameAt(log, from)).copy(frameAt(log, to));
    return log;
  },
  'a page put in between': (log, random) => {
    const at = header + random.upTo(countOf(log)) * frame;
    return Buffer.concat([log.subarray(0, at), frameAt(log, random.upTo(countOf(log))), log.subarray(at)]);
  },
  'a page left out': (log, random) => {
    const at = header + random.upTo(countOf(log)) * frame;
    return Buffer.concat([log.subarray(0, at), log.subarray(at + frame)]);
  },
  'two pages exchanged': (log, random) => {
    const [one, other] = [frameAt(log, random.upTo(countOf(log))), frameAt(log, random.upTo(countOf(log)))];
    const kept = Buffer.from(one);
    other.copy(one);
    kept.copy(other);
    return log;
  },
  'more behind its end': (log, random) =>
    Buffer.concat([log, Buffer.from(Array.from({ length: 1 + random.upTo(20_000) }, () => random.upTo(256)))]),
  'all of it once more behind its end': (log) => Buffer.concat([log, log.subarray(header)]),
};
const countOf = (log: Buffer) => Math.floor((log.length - header) / frame);

/** Makes an image: a damaged log beside its file. Answers its path and what is the matter with it. */
function image(seed: number) {
  const random = randomOf(seed);
  // Each leftover has each damage done to it, before any has one again.
  const leftover = leftovers[seed % leftovers.length]!;
  const names = Object.keys(damages);
  const name = names[Math.floor(seed / leftovers.length) % names.length]!;
  const path = join(folder, `${seed}`, 'world.db');
  fs.mkdirSync(join(folder, `${seed}`));
  fs.writeFileSync(path, leftover.file);
  fs.writeFileSync(`${path}-wal`, damages[name]!(Buffer.from(leftover.log), random));
  return { path, story: `${seed}, ${leftover.name}: ${name}`, leftover };
}

/** How many commits the file holds; fails where it is no state that there ever was. */
function commitsIn(path: string, story: string): number {
  const db = openDatabase(path);
  const found = states.get(dump(db));
  db.close();
  if (found === undefined) throw new Error(`It is no state that there ever was: ${story}`);
  return found;
}

test('an undamaged log is there as a whole', () => {
  for (const [at, { name, file, log, commits }] of leftovers.entries()) {
    const path = join(folder, `whole-${at}`);
    fs.writeFileSync(path, file);
    fs.writeFileSync(`${path}-wal`, log);
    expect(commitsIn(path, name)).toBe(commits);
  }
});

test(
  `of ${images} damaged logs each opens as some first commits left it`,
  () => {
    const counts = { whole: 0, part: 0 };
    for (let seed = 1; seed <= images; seed++) {
      const { path, story, leftover } = image(seed);
      const found = commitsIn(path, story);
      expect(found, story).toBeLessThanOrEqual(leftover.commits);
      // A log that is damaged takes nothing along that the file has already.
      expect(found, story).toBeGreaterThanOrEqual(leftover.inFile);
      counts[found === leftover.commits ? 'whole' : 'part']++;
      fs.rmSync(join(path, '..'), { recursive: true });
    }
    // The damage was some, and not always all.
    expect(counts.part).toBeGreaterThan(images / 10);
    expect(counts.whole).toBeGreaterThan(0);
  },
  sized(60_000, 600_000),
);

test(
  `the executable starts on them: ${started} of them`,
  async () => {
    for (let seed = 1; seed <= started; seed++) {
      const { path, story } = image(seed);
      const { child, ended, says } = start(['--db', path], { cwd: folder });
      const [, from] = await says(/ ready on \S+ \((seed|state) /);
      child.kill('SIGTERM');
      expect(await ended, story).toBe(0);
      // Where nothing was left it has begun anew, at another time than ours.
      if (from === 'state') commitsIn(path, story);
      fs.rmSync(join(path, '..'), { recursive: true });
    }
  },
  sized(60_000, 600_000),
);
