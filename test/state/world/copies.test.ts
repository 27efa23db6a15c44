import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type ControlledClock, controlledClock } from '../../../src/ground/clock.ts';
import { paces } from '../../../src/state/engine/pace.ts';
import { createState, type State } from '../../../src/state/index.ts';
import { defaultSeed } from '../../../src/state/seeds/default.ts';
import { emptySeed } from '../../../src/state/seeds/empty.ts';
import { contentOf, keepPlace } from '../../../src/state/storage/content.ts';
import { type Database, openDatabase } from '../../../src/state/storage/database.ts';
import { projectMigrations } from '../../../src/state/storage/migrations.ts';
import { beginning, createWorld, instances, production, volumes } from '../../support/world.ts';

// Checkpoints hold rows: of every table with a column `organization`, whoever adds one.

const otherId = '0a6f2a52-3c1d-4d62-9d0e-8f3c5b7a1e02';

/** A table that somebody adds: its rows hang on a volume, and come one after the other. */
const marble = {
  name: '9999_marble',
  sql: `CREATE TABLE marble (
    key INTEGER PRIMARY KEY AUTOINCREMENT, organization INTEGER NOT NULL, account INTEGER NOT NULL,
    volume INTEGER NOT NULL REFERENCES volume (key) ON DELETE CASCADE, after INTEGER REFERENCES marble (key), colour TEXT
  ) STRICT`,
};

let db: Database;
let clock: ControlledClock;
let state: State;
let organization: number;

beforeEach(() => {
  db = openDatabase(':memory:', { migrations: [...projectMigrations(), marble] });
  clock = controlledClock(beginning);
  state = createState(db, clock);
  organization = createWorld(state, defaultSeed as never, { clockNow: beginning, pace: paces.realistic });
});
afterEach(() => db.close());

/** Every row of a world, by its table. */
function rowsOf(world: number): Record<string, Record<string, unknown>[]> {
  state.flush();
  return Object.fromEntries(
    contentOf(db).map(({ name, identity }) => {
      const mine = identity.length === 0 ? 'key' : 'organization';
      const order = identity.length === 0 ? '' : `ORDER BY ${identity.join(', ')}`;
      return [name, db.prepare(`SELECT * FROM ${name} WHERE ${mine} = ? ${order}`).all(world)] as never;
    }),
  );
}

const inProduction = () => state.targetIn(organization, production);

/** Changes something in every table that can change, and adds and takes rows away. */
function live(): void {
  const target = inProduction();
  state.createSnapshot(target, volumes.documented, { autoscalingOnly: true });
  state.deactivate(target, volumes.documented);
  state.createVolume(target, { availabilityZone: 'us-east-1a', sizeGb: 5, encrypted: false, mode: 'autoscaling' });
  state.setRoleArn(target, 'arn:aws:iam::123456789012:role/other', true);
  state.renameAccount(target, 'renamed');
  state.createRule(target, { active: false, rule: { in: [{ var: 'instance_id' }, ['i-none']] } });
  state.aws.terminateInstance(target, instances.withoutAgent);
  state.control.setPace(organization, { snapshot: 7 });
  state.control.advance(organization, { untilIdle: true });
}

const addMarble = (world: number) => {
  const [volume] = rowsOf(world).volume ?? [];
  const insert = db.prepare(
    'INSERT INTO marble (organization, account, volume, after, colour) VALUES (?, ?, ?, ?, ?) RETURNING key',
  );
  const add = (after: number | null, colour: string) =>
    insert.pluck().get(world, volume?.account, volume?.key, after, colour) as number;
  add(add(null, 'red'), 'blue');
};

describe('the tables', () => {
  test('of content have one beside them for what is kept, with all their columns', () => {
    const columns = db.prepare<[string], string>('SELECT name FROM pragma_table_info(?) ORDER BY cid').pluck();
    const content = contentOf(db);
    expect(content.map(({ name }) => name)).toEqual(expect.arrayContaining(['organization', 'volume', 'marble']));
    for (const { name, columns: own } of content) {
      expect(columns.all(`kept_${name}`)).toEqual(['checkpoint', ...own.map((column) => column.name)]);
    }
  });

  test('never use a key again: a checkpoint puts rows back under those they had', () => {
    const sql = db.prepare<[string], string>('SELECT sql FROM sqlite_schema WHERE name = ?').pluck();
    const keyed = contentOf(db).filter(({ keys }) => keys.has('key'));
    expect(keyed.length).toBeGreaterThan(5);
    for (const { name } of keyed) expect(sql.get(name), name).toMatch(/\bkey +INTEGER PRIMARY KEY AUTOINCREMENT/);
  });

  test('say which columns hold keys of which table', () => {
    const keys = Object.fromEntries(contentOf(db).map(({ name, keys }) => [name, Object.fromEntries(keys)]));
    expect(keys.account).toEqual({ key: 'account', parent: 'account' });
    expect(keys.attachment).toEqual({
      ...{ key: 'attachment', account: 'account', volume: 'volume', instance: 'instance' },
    });
    expect(keys.marble).toEqual({ key: 'marble', account: 'account', volume: 'volume', after: 'marble' });
  });

  test('gain and lose columns with the table that they are beside', () => {
    const columns = db.prepare<[string], string>('SELECT name FROM pragma_table_info(?) ORDER BY cid').pluck();
    addMarble(organization);
    state.control.checkpoint(organization, 'before');
    state.flush();
    db.exec("ALTER TABLE marble ADD COLUMN size TEXT NOT NULL DEFAULT 'small'; ALTER TABLE marble DROP COLUMN colour");
    keepPlace(db);
    expect(columns.all('kept_marble')).toEqual(['checkpoint', 'key', 'account', 'volume', 'after', 'size']);
    const newer = createState(db, clock);
    db.exec('DELETE FROM marble');
    newer.control.restoreCheckpoint(organization, 'before');
    expect(db.prepare('SELECT size FROM marble').pluck().all()).toEqual(['small', 'small']);
  });
});

describe('a restore', () => {
  test('puts every row back as it was, under its key', () => {
    addMarble(organization);
    const before = rowsOf(organization);
    state.control.checkpoint(organization, 'before');
    live();
    db.prepare("UPDATE marble SET colour = 'green'").run();
    const after = rowsOf(organization);
    for (const name of ['organization', 'account', 'volume', 'snapshot', 'role_arn', 'autoscaling_rule', 'marble']) {
      expect(after[name], name).not.toEqual(before[name]);
    }
    state.control.restoreCheckpoint(organization, 'before');
    expect(rowsOf(organization)).toEqual(before);
    expect(db.pragma('foreign_key_check')).toEqual([]);
    // What was under way goes on, and ids go on from where they were.
    const again = () => {
      live();
      const { snapshot, volume, account } = rowsOf(organization);
      return { snapshot, volume: volume?.map(({ key: _, ...row }) => row), account };
    };
    const first = again();
    state.control.restoreCheckpoint(organization, 'before');
    const second = again();
    const withoutKeys = (rows: Record<string, unknown>[] | undefined) =>
      rows?.map(({ key: _, volume: __, ...row }) => row);
    expect(withoutKeys(second.snapshot)).toEqual(withoutKeys(first.snapshot));
    expect(second.volume).toEqual(first.volume);
  });

  test('writes nothing where nothing has changed', () => {
    const writes = () => db.prepare('SELECT total_changes()').pluck().get() as number;
    state.control.checkpoint(organization, 'now');
    const before = writes();
    state.control.restoreCheckpoint(organization, 'now');
    // The world's own row.
    expect(writes() - before).toBe(1);
    state.control.checkpoint(organization, 'now');
    expect(writes() - before).toBe(3);
  });

  test('finds its keys free, whatever other worlds have made meanwhile', () => {
    state.control.checkpoint(organization, 'before');
    const before = rowsOf(organization);
    // The last keys of all.
    state.control.import(organization, {
      ...(state.control.export(organization) as never as object),
      volumes: [],
      snapshots: [],
    } as never);
    const other = createWorld(state, { ...defaultSeed, organizationId: otherId, tokens: [] } as never, {
      clockNow: beginning,
      pace: paces.instant,
    });
    const others = rowsOf(other);
    state.control.restoreCheckpoint(organization, 'before');
    expect(rowsOf(organization)).toEqual(before);
    expect(rowsOf(other)).toEqual(others);
  });

  test('is refused where another world has the secret of one of its tokens by now, and changes nothing', () => {
    state.control.checkpoint(organization, 'before');
    const exported = state.control.export(organization);
    state.control.import(organization, { ...exported, tokens: [] } as never);
    createWorld(state, { ...exported, organizationId: otherId } as never, { clockNow: beginning, pace: paces.instant });
    const before = rowsOf(organization);
    expect(() => state.control.restoreCheckpoint(organization, 'before')).toThrow(
      'a token of another world has the secret of one of its tokens by now',
    );
    expect(rowsOf(organization)).toEqual(before);
  });

  test('ends nothing that is parked in the copy, and is told of it', () => {
    state.deactivate(inProduction(), volumes.documented);
    db.exec("CREATE TRIGGER trouble BEFORE INSERT ON volume BEGIN SELECT RAISE(ABORT, 'trouble'); END");
    state.control.advance(organization, { seconds: 3_600 });
    const { parked } = state.control.clock(organization);
    expect(parked).toMatchObject([{ id: volumes.documented, reason: 'finish-deactivation failed: trouble' }]);
    state.control.checkpoint(organization, 'parked');
    db.exec('DROP TRIGGER trouble');
    state.control.reset(organization);
    expect(state.control.clock(organization).parked).toEqual([]);
    state.control.restoreCheckpoint(organization, 'parked');
    expect(state.control.clock(organization).parked).toEqual(parked);
  });
});

describe('a reset', () => {
  test('puts the document in place, and from then on its rows back, under their keys', () => {
    const beginnings = state.control.export(organization);
    const lived = () => {
      live();
      state.control.reset(organization);
      expect(state.control.export(organization)).toEqual(beginnings);
      return rowsOf(organization);
    };
    const first = lived();
    expect(lived()).toEqual(first);
  });

  test('of a world whose time goes by is one from then on', () => {
    const seed = {
      ...emptySeed,
      ...{ organizationId: otherId, accounts: [{ accountId: production, name: 'one' }], clock: { mode: 'system' } },
      tokens: [{ accountId: production, token: 'short', expiresInMinutes: 5 }],
    };
    const other = state.control.create(seed as never);
    for (let times = 0; times < 2; times++) {
      clock.advance(600_000);
      state.control.reset(other);
      const [token] = rowsOf(other).token ?? [];
      expect(token?.expires_at).toBe(clock.now() + 300_000);
    }
  });
});

describe('a world from a checkpoint', () => {
  const secrets = () => {
    const { accounts } = state.control.keptWorld({ organizationId: defaultSeed.organizationId, checkpoint: 'before' });
    return new Map(accounts.map(({ id }) => [id, `secret of ${id}`]));
  };

  test('has its rows under keys of its own, which lead to its own rows', () => {
    addMarble(organization);
    live();
    state.control.checkpoint(organization, 'before');
    const before = rowsOf(organization);
    const from = { organizationId: defaultSeed.organizationId, checkpoint: 'before' };
    expect(state.control.createFrom(from, { organizationId: otherId, secrets: secrets() })).toBe(true);
    const other = state.control.find(otherId);
    expect(rowsOf(organization)).toEqual(before);
    const copied = rowsOf(other);
    expect(db.pragma('foreign_key_check')).toEqual([]);

    // By which rows they lead to, and what they say, the copies are the same.
    const content = contentOf(db);
    for (const { name, keys } of content) {
      if (name === 'token' || name === 'organization') continue;
      const plain = (all: typeof copied) =>
        all[name]?.map(({ organization: _, ...row }) => {
          for (const [column, of] of keys) {
            const at = all[of]?.findIndex(({ key }) => key === row[column]);
            row[column] = row[column] === null ? null : at;
          }
          return row;
        });
      expect(plain(copied), name).toEqual(plain(before));
      expect(
        plain(copied)?.some((row) => Object.values(row).includes(-1)),
        name,
      ).toBe(false);
      if (keys.has('key')) {
        const taken = new Set(before[name]?.map(({ key }) => key));
        expect(
          copied[name]?.some(({ key }) => taken.has(key)),
          name,
        ).toBe(false);
      }
    }
    expect(copied.marble).toHaveLength(2);
    const [one, two] = [rowsOf(organization), copied].map(({ organization: world }) => world?.[0]);
    expect(two).toEqual({ ...one, key: other, id: otherId });
  });

  test('is not made where an account has come since its tokens were made', () => {
    state.control.checkpoint(organization, 'before');
    const old = secrets();
    const own = state.targetIn(organization, defaultSeed.ownAccountId ?? defaultSeed.organizationId);
    state.createAccount(own, 'new');
    state.control.checkpoint(organization, 'before');
    const from = { organizationId: defaultSeed.organizationId, checkpoint: 'before' };
    expect(state.control.createFrom(from, { organizationId: otherId, secrets: old })).toBe(false);
    expect(() => state.control.find(otherId)).toThrow('organization-not-found');
    expect(state.control.createFrom(from, { organizationId: otherId, secrets: secrets() })).toBe(true);
  });
});
