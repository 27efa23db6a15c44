import { Type } from '@sinclair/typebox';
import { type Faces, face } from '../fields/face.ts';
import { type Fields, hex, json, kept, moment, momentOrNull } from '../fields/field.ts';
import { createdAt, instant, longest, name, nullable, plainInstant, text, uuid, yesOrNo } from '../fields/schemas.ts';
import { roleId } from './roles.ts';

/** A token: its columns and its document, in the order of an export. The secret is in neither, only its hash. */
export const tokenFields = {
  accountId: Type.Optional(uuid("Left out: the first account. The organization's own makes it an organization token.")),
  token: Type.Optional(name('The secret: any string. Only its hash is kept.')),
  secretHash: hex(
    'secret_hash',
    Type.Optional(
      Type.String({
        title: 'a SHA-256 in 64 hex digits',
        pattern: '^[0-9a-f]{64}$',
        description: 'The SHA-256 of the secret, instead of the secret.',
      }),
    ),
  ),
  tokenId: kept('id', Type.Optional(uuid('Left out: made, the same every time.'))),
  description: kept('description', Type.Optional(text('What it is for.')), ''),
  readOnly: Type.Optional(yesOrNo('Whether it may only read. Left out: it may do everything.')),
  roleIds: json(
    'role_ids',
    Type.Optional(Type.Array(roleId('A role.'), { description: 'Its roles, instead of readOnly.' })),
  ),
  expires: momentOrNull('expires_at', Type.Optional(instant('Left out: never.'))),
  expiresInMinutes: Type.Optional(
    Type.Integer({
      minimum: -longest,
      maximum: longest,
      description: 'After the beginning of the world, instead of an instant; below 0, it has expired already.',
    }),
  ),
  createdAt: moment('created_at', createdAt),
} satisfies Fields;

const its = tokenFields;

/** A token as callers see it, without the secret. */
export const tokenView = {
  accountId: Type.String(),
  tokenId: face(its.tokenId, Type.String()),
  description: face(its.description, Type.String()),
  expires: face(its.expires, nullable(Type.String({ format: 'date-time', description: 'Null: never.' }))),
  createdAt: face(its.createdAt, plainInstant),
  roleIds: face(its.roleIds, Type.Array(Type.String())),
} satisfies Faces;
