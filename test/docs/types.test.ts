import { readFileSync } from 'node:fs';
import { Type } from '@sinclair/typebox';
import { describe, expect, test } from 'vitest';
import { interfacesOf, typeFiles } from '../../docs/types.ts';
import { nullable, told } from '../../src/state/fields/schemas.ts';

test.each(Object.entries(typeFiles))(
  'src/types/%s is what the schemas say: if not, `npm run docs` writes it',
  (name, text) => {
    expect(readFileSync(new URL(`../../src/types/${name}`, import.meta.url), 'utf8')).toBe(text());
  },
);

describe('an interface that is written from a schema', () => {
  const written = (properties: Parameters<typeof Type.Object>[0]) =>
    interfacesOf([{ name: 'Thing', schema: Type.Object(properties), says: 'A thing.' }]);

  test('has a member for each property, with its sentence', () => {
    const text = written({
      id: Type.String({ title: 'vol- and 8 to 17 hex digits', description: 'Its id.' }),
      size: Type.Optional(Type.Integer({ description: 'GiB' })),
      name: told(nullable(Type.String({ description: 'In the document.' })), 'In the types.'),
      words: Type.Array(Type.Unsafe({ type: 'string', enum: ['a', 'b'] }), { description: 'Some words.' }),
      inner: Type.Object({ a: Type.Boolean() }, { description: 'Without sentences.' }),
    });
    expect(text).toContain(`/** A thing. */
export interface Thing {
  /** \`vol-\` and 8 to 17 hex digits. Its id. */
  id: string;
  /** GiB. */
  size?: number;
  /** In the types. */
  name: string | null;
  /** Some words. */
  words: ('a' | 'b')[];
  /** Without sentences. */
  inner: { a: boolean };
}
`);
  });

  test('is not written where a property says nothing of itself', () => {
    expect(() => written({ mute: Type.String() })).toThrow('Thing.mute says nothing of itself');
  });
});
