import { afterEach, expect, test } from 'vitest';
import { controlledClock } from '../../../src/ground/clock.ts';
import { makeAwsAccountId } from '../../../src/ground/ids.ts';
import type { SeedDocument } from '../../../src/state/document/document.ts';
import { createState, type State } from '../../../src/state/index.ts';
import { defaultSeed } from '../../../src/state/seeds/default.ts';
import { type Database, openDatabase } from '../../../src/state/storage/database.ts';
import { beginning, production } from '../../support/world.ts';

// Which AWS account an account is.

const [first, second, third] = [1, 2, 3].map((at) => `c0000000-0000-4000-a000-00000000000${at}`) as [
  string,
  string,
  string,
];
const organizationId = 'c0000000-0000-4000-a000-000000000009';
const role = (digits: string) => `arn:aws:iam::${digits}:role/datafy`;

let db: Database | undefined;
afterEach(() => {
  db?.close();
});

function open(): State {
  db = openDatabase(':memory:');
  return createState(db, controlledClock(beginning));
}

const idsIn = (state: State, organization: number) =>
  Object.fromEntries(state.inventory.accounts(organization).map((each) => [each.accountId, each.awsAccountId]));

function made(document: SeedDocument) {
  const state = open();
  const organization = state.control.create({ organizationId, ...document });
  return { state, organization, ids: idsIn(state, organization) };
}

test('production of the default world is 123456789012, and each account has one of its own', () => {
  const { ids } = made(defaultSeed);
  expect(ids[production]).toBe('123456789012');
  expect(new Set(Object.values(ids)).size).toBe(Object.keys(ids).length);
  for (const id of Object.values(ids)) expect(id).toMatch(/^[1-9][0-9]{11}$/);
});

test('what a document says, then the role, then what is made of the id: no two are one', () => {
  const { ids } = made({
    roleArn: role('222222222222'),
    accounts: [
      { accountId: first, roleArn: role('111111111111') },
      { accountId: second, roleArn: role('111111111111') },
      { accountId: third, awsAccountId: '222222222222' },
    ],
  });
  expect(ids).toEqual({
    [organizationId]: makeAwsAccountId(organizationId),
    [first]: '111111111111',
    [second]: makeAwsAccountId(second),
    [third]: '222222222222',
  });
});

test('one that is made from an id gives way to one that is taken', () => {
  const { ids } = made({
    accounts: [{ accountId: first }, { accountId: second, awsAccountId: makeAwsAccountId(first) }],
  });
  expect(ids[first]).toBe(makeAwsAccountId(first, 1));
});

test('a document says none twice', () => {
  const twice = { awsAccountId: '222222222222' };
  expect(() => made({ ...twice, accounts: [{ accountId: first, ...twice }] })).toThrow(
    /accounts\/0\/awsAccountId 222222222222 is taken: .*awsAccountId has it/,
  );
});

test('it stays with its account: over another role, an export, and an import', () => {
  const { state, organization, ids } = made({ accounts: [{ accountId: first, roleArn: role('111111111111') }] });
  const target = state.targetIn(organization, first);
  state.setRoleArn(target, role('333333333333'), true);
  expect(idsIn(state, organization)).toEqual(ids);
  const exported = state.control.export(organization);
  state.control.import(organization, exported as never);
  expect(idsIn(state, organization)).toEqual(ids);
  const { accountId } = state.createAccount(state.targetIn(organization, organizationId), 'new');
  expect(idsIn(state, organization)[accountId]).toBe(makeAwsAccountId(accountId));
});
