import { Type } from '@sinclair/typebox';
import { type Faces, face } from '../fields/face.ts';
import { type Fields, kept, moment } from '../fields/field.ts';
import { createdAt, name, nullable, text, told, uuid } from '../fields/schemas.ts';

/** The id of an AWS account. */
export const awsAccountId = (description: string) =>
  Type.Optional(Type.String({ title: '12 digits', pattern: '^[0-9]{12}$', description }));

/** An account: its columns, and the document of a sub-account, in the order of an export. */
export const accountFields = {
  accountId: kept('id', Type.Optional(uuid('Left out: made, the same every time.'))),
  name: kept('name', Type.Optional(name('Left out: account-1, account-2, by its place in the list.'))),
  awsAccountId: kept('aws_id', awsAccountId("Left out: its role ARN's, or made from its accountId.")),
  roleArn: Type.Optional(text('The AWS role that Datafy uses for it. Left out: none.')),
  createdAt: moment('created_at', createdAt),
} satisfies Fields;

const its = accountFields;

/** An account as Datafy's callers see it. */
export const accountView = {
  accountId: face(its.accountId, Type.String()),
  accountName: face(its.name, Type.String()),
  parentAccountId: nullable(Type.String({ description: "The organization; null for the organization's own account." })),
} satisfies Faces;

/** The same for whoever runs the tests. */
export const inventoryAccountView = {
  accountId: face(its.accountId, told(Type.String(), 'A UUID.')),
  name: face(its.name, told(Type.String(), 'As it was created or renamed.')),
  parentAccountId: nullable(Type.String({ description: "Null for the organization's own account." })),
  awsAccountId: face(its.awsAccountId, Type.String({ description: 'The AWS account that it is: 12 digits.' })),
} satisfies Faces;

/** What is said of a new account, or of one that is renamed. */
export const newAccount = {
  name: face(its.name, Type.String({ minLength: 1 })),
} satisfies Faces;
