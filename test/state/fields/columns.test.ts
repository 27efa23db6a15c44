import { afterAll, describe, expect, test } from 'vitest';
import { instanceFields } from '../../../src/state/aws/instance-fields.ts';
import { attachmentFields } from '../../../src/state/datafy/fields/attachment.ts';
import { modificationFields } from '../../../src/state/datafy/fields/modification.ts';
import { ruleFields } from '../../../src/state/datafy/fields/rule.ts';
import { snapshotFields } from '../../../src/state/datafy/fields/snapshot.ts';
import { volumeFields } from '../../../src/state/datafy/fields/volume.ts';
import { type AnyField, columnsOf, type Fields, isField } from '../../../src/state/fields/field.ts';
import { openDatabase } from '../../../src/state/storage/database.ts';
import { accountFields } from '../../../src/state/tenancy/account-fields.ts';
import { tokenFields } from '../../../src/state/tenancy/token-fields.ts';

const db = openDatabase(':memory:');
afterAll(() => db.close());

interface Column {
  name: string;
  type: string;
  notnull: 0 | 1;
}

/** Every table that is described, and its columns that no field has. */
const tables: Record<string, { fields: Fields; others: readonly string[] }> = {
  volume: { fields: volumeFields, others: ['due_at', 'due_action', 'parked'] },
  attachment: {
    fields: attachmentFields,
    others: ['volume', 'instance', 'attachment_point', 'due_at', 'due_action', 'parked'],
  },
  modification: { fields: modificationFields, others: ['volume', 'due_at', 'due_action', 'parked'] },
  snapshot: {
    fields: snapshotFields,
    others: ['volume', 'ebs_snapshots', 'ebs_first', 'ebs_last', 'due_at', 'due_action', 'parked'],
  },
  instance: { fields: instanceFields, others: [] },
  autoscaling_rule: { fields: ruleFields, others: [] },
  token: { fields: tokenFields, others: [] },
  account: { fields: accountFields, others: ['parent', 'position'] },
};

describe.each(Object.entries(tables))('the table %s', (table, { fields, others }) => {
  const columns = db.pragma(`table_info(${table})`) as Column[];

  test('has a column for each field, and no other that is not known', () => {
    // What belongs to an account says which.
    const owner = table === 'account' ? [] : ['account'];
    const known = ['key', 'organization', ...owner, ...others, ...(columnsOf(fields) as string[])];
    expect(columns.map(({ name }) => name).sort()).toEqual(known.sort());
  });

  test('has NULL where a field without a value does, and nowhere else', () => {
    const described = Object.values(fields).filter(isField) as AnyField[];
    const nullable = described.filter((field) => field.default === null).map(({ column }) => column);
    const inTable = columns.filter(({ name, notnull }) => notnull === 0 && name !== 'key' && !others.includes(name));
    expect(inTable.map(({ name }) => name).sort()).toEqual(nullable.sort());
  });
});
