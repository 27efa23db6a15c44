import { Type } from '@sinclair/typebox';
import { describe, expect, test } from 'vitest';
import { controlledClock } from '../../../src/ground/clock.ts';
import { instanceFields } from '../../../src/state/aws/instance-fields.ts';
import { ruleFields } from '../../../src/state/datafy/fields/rule.ts';
import { snapshotFields } from '../../../src/state/datafy/fields/snapshot.ts';
import { volumeFields } from '../../../src/state/datafy/fields/volume.ts';
import { columnsAsked, type Faces, face, facedColumns, show } from '../../../src/state/fields/face.ts';
import {
  columnsOf,
  defaultsOf,
  documentOf,
  type Fields,
  flag,
  hex,
  json,
  kept,
  moment,
  momentOrNull,
  orNull,
  propertiesOf,
  type RowOf,
  rowOf,
} from '../../../src/state/fields/field.ts';
import { nullable } from '../../../src/state/fields/schemas.ts';
import { createState } from '../../../src/state/index.ts';
import { loadSeed } from '../../../src/state/seeds/index.ts';
import { openDatabase } from '../../../src/state/storage/database.ts';
import { tokenFields } from '../../../src/state/tenancy/token-fields.ts';
import { beginning } from '../../support/world.ts';

const fields = {
  thingId: kept('id', Type.String()),
  due: Type.Optional(Type.String()),
  size: kept('size_gb', Type.Optional(Type.Integer({ description: 'GiB' })), 7),
  parent: orNull('parent', Type.Optional(Type.String())),
  boot: flag('boot', Type.Optional(Type.Boolean()), false),
  tags: json('tags', Type.Optional(Type.Array(Type.String())), []),
  hash: hex('hash', Type.String()),
  madeAt: moment('made_at', Type.String()),
  goneAt: momentOrNull('gone_at', Type.Optional(Type.String())),
} satisfies Fields;

const said = { thingId: 'a', hash: '00ff', madeAt: '2026-01-01T00:00:00.000Z' };
const stored: RowOf<typeof fields> = {
  id: 'a',
  size_gb: 7,
  parent: null,
  boot: 0,
  tags: '[]',
  hash: Buffer.from([0, 255]),
  made_at: Date.UTC(2026, 0, 1),
  gone_at: null,
};

describe('a table of fields', () => {
  test('has its columns, its schemas and its defaults', () => {
    expect(columnsOf(fields)).toEqual(['id', 'size_gb', 'parent', 'boot', 'tags', 'hash', 'made_at', 'gone_at']);
    expect(Object.keys(propertiesOf(fields))).toEqual(Object.keys(fields));
    expect(propertiesOf(fields).size).toMatchObject({ type: 'integer', description: 'GiB' });
    expect(defaultsOf(fields)).toEqual({ size_gb: 7, parent: null, boot: 0, tags: '[]', gone_at: null });
  });

  test('makes a row of what a document says, with defaults for what it leaves out', () => {
    expect(rowOf(fields, said)).toEqual(stored);
    expect(rowOf(fields, { ...said, boot: true, parent: 'b', tags: ['x'] })).toEqual({
      ...stored,
      ...{ boot: 1, parent: 'b', tags: '["x"]' },
    });
  });

  test('takes what the caller worked out before what the document says', () => {
    expect(rowOf(fields, { ...said, size: 1 }, { size_gb: 9 }).size_gb).toBe(9);
  });

  test('makes a document of a row, in its own order, and leaves out what is NULL', () => {
    const document = documentOf(fields, stored, { due: 'soon' });
    expect(JSON.stringify(document)).toBe(
      '{"thingId":"a","due":"soon","size":7,"boot":false,"tags":[],"hash":"00ff","madeAt":"2026-01-01T00:00:00.000Z"}',
    );
    expect(rowOf(fields, document)).toEqual(stored);
  });

  test('refuses what is no instant', () => {
    expect(() => rowOf(fields, { ...said, madeAt: 'yesterday' })).toThrow('yesterday is not an instant');
  });
});

describe('the faces of fields', () => {
  const faces = {
    owner: Type.String(),
    sizeGb: face(fields.size, Type.Optional(Type.Integer())),
    parentId: face(fields.parent, Type.Optional(nullable(Type.String()))),
    isBoot: face(fields.boot, Type.Boolean()),
  } satisfies Faces;

  test('show a row in their own order and names, with null for NULL', () => {
    expect(JSON.stringify(show(faces, stored, { owner: 'me' }))).toBe(
      '{"owner":"me","sizeGb":7,"parentId":null,"isBoot":false}',
    );
  });

  test('find the columns of a request: what is left out is left out, and null is NULL', () => {
    expect(facedColumns(faces)).toEqual(['size_gb', 'parent', 'boot']);
    expect(columnsAsked(faces, { owner: 'me', isBoot: true })).toEqual({ boot: 1 });
    expect(columnsAsked(faces, { owner: 'me', isBoot: false, parentId: null, sizeGb: 3 })).toEqual({
      ...{ boot: 0, parent: null, size_gb: 3 },
    });
  });
});

test('an export has the fields of each thing in the order of its table', async () => {
  const db = openDatabase(':memory:');
  try {
    const { control } = createState(db, controlledClock(beginning));
    const rules = [{ rule: { in: [{ var: 'instance_id' }, ['i-1']] } }];
    const world = control.export(control.create({ ...(await loadSeed('default')), rules }));
    for (const [list, table] of [
      [world.volumes, volumeFields],
      [world.snapshots, snapshotFields],
      [world.instances, instanceFields],
      [world.rules ?? [], ruleFields],
      [world.tokens, tokenFields],
    ] as const) {
      expect(list.length).toBeGreaterThan(0);
      for (const thing of list) {
        expect(Object.keys(thing)).toEqual(Object.keys(table).filter((name) => name in thing));
      }
    }
  } finally {
    db.close();
  }
});
