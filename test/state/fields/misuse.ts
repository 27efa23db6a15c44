/** What the compiler refuses of fields and faces. Nothing of this file runs. */
import { Type } from '@sinclair/typebox';
import { face, show } from '../../../src/state/fields/face.ts';
import { documentOf, kept, type RowOf, rowOf } from '../../../src/state/fields/field.ts';

const fields = {
  thingId: kept('id', Type.String()),
  due: Type.Optional(Type.String()),
  size: kept('size_gb', Type.Optional(Type.Integer()), 7),
};

export function misuse(row: RowOf<typeof fields>): void {
  // @ts-expect-error a row has every column
  show({ size: face(fields.size, Type.Integer()) }, { id: 'a' }, {});
  // @ts-expect-error what no column has is given
  show({ owner: Type.String() }, row, {});
  // @ts-expect-error a column has the type of its field
  rowOf(fields, { thingId: 'a' }, { size_gb: 'large' });
  // @ts-expect-error only what has no column is given beside a row
  documentOf(fields, row, { size: 1 });
  // @ts-expect-error a default is one of the values
  kept('size_gb', Type.Integer(), 'large');
}
