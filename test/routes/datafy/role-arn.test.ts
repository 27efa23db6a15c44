import { describe, expect, test } from 'vitest';
import { refused } from '../../support/refused.ts';
import { organization, production, staging } from '../../support/world.ts';
import { describeTypes } from '../../support/wrong-types.ts';
import {
  accepted,
  accountPath,
  eachInWorldOfItsOwn,
  isEmpty,
  nowhere,
  testRefusals,
  testStrangers,
  world,
} from './room.ts';

const set = (roleArn: string, more: object = {}, accountId = production, token = 'organization-token') =>
  world.as(token)('POST', accountPath('/role-arn', accountId), { roleArn, ...more });
const read = (accountId = production, token = 'organization-token') =>
  world.as(token)('GET', accountPath('/role-arn', accountId));
const remove = (accountId = production, token = 'organization-token') =>
  world.as(token)('DELETE', accountPath('/role-arn', accountId));

const role = 'arn:aws:iam::123456789012:role/datafy';
/** The one of the seed that fails the permission check. */
const failing = 'arn:aws:iam::123456789012:role/datafy-without-permissions';

const goodForms = [
  role,
  'arn:aws-us-gov:iam::123456789012:role/datafy',
  'arn:aws-cn:iam::123456789012:role/datafy',
  'arn:aws-iso:iam::123456789012:role/datafy',
  'arn:aws-iso-b:iam::123456789012:role/datafy',
  'arn:aws-eusc:iam::123456789012:role/datafy',
  'arn:aws:iam::000000000000:role/d',
  'arn:aws:iam::123456789012:role/service-role/datafy',
  'arn:aws:iam::123456789012:role/a/deep/path/to/Datafy_Role',
  'arn:aws:iam::123456789012:role/with+all=the,letters.of@names-_9',
  `arn:aws:iam::123456789012:role/${'x'.repeat(64)}`,
];

const badForms = [
  '',
  ' ',
  'datafy',
  'role/datafy',
  'arn:aws:iam::123456789012:role/',
  'arn:aws:iam::123456789012:role',
  'arn:aws:iam::12345678901:role/datafy',
  'arn:aws:iam::1234567890123:role/datafy',
  'arn:aws:iam::12345678901x:role/datafy',
  'arn:aws:iam:us-east-1:123456789012:role/datafy',
  'arn:aws:iam::123456789012:user/datafy',
  'arn:aws:iam::123456789012:instance-profile/datafy',
  'arn:aws:sts::123456789012:assumed-role/datafy/session',
  'arn:azure:iam::123456789012:role/datafy',
  'ARN:AWS:IAM::123456789012:ROLE/DATAFY',
  'arn:aws:iam::123456789012:role/two words',
  'arn:aws:iam::123456789012:role/röle',
  'arn:aws:iam::123456789012:role/*',
  ` ${role}`,
  `${role} `,
  `${role}\n`,
  `${role}\n${role}`,
  `${role};${role}`,
];

describe('types', () => {
  describeTypes('organization-token', [
    {
      method: 'POST',
      path: '/api/v1/accounts/{accountId}/role-arn',
      params: { accountId: production },
      body: { roleArn: role, skipValidation: false },
      fields: { roleArn: 'string', skipValidation: 'boolean' },
      required: ['roleArn'],
    },
  ]);
});

describe('constraints', () => {
  describe('the form', () => {
    testRefusals(
      badForms.flatMap((roleArn) =>
        [false, true].map((skipValidation) => ({
          what: `${JSON.stringify(roleArn)}${skipValidation ? ', also where the check is skipped' : ''}`,
          call: () => set(roleArn, { skipValidation }),
          code: 'role-arn-invalid' as const,
          message: `roleArn "${roleArn}" is not the ARN of an IAM role: it looks like arn:aws:iam::123456789012:role/name`,
        })),
      ),
    );
  });

  describe('the permission check', () => {
    testRefusals(
      [{}, { skipValidation: false }].map((more) => ({
        what: `a role that fails, with ${JSON.stringify(more)}, and says why and what to do`,
        call: () => set(failing, more),
        code: 'role-check-failed' as const,
        message:
          `Role ${failing} failed the permission check: it may not call ec2:CreateVolume. ` +
          'Mend the role, or send "skipValidation": true',
      })),
    );
  });

  describe('an account', () => {
    testRefusals([
      ...[
        { what: 'setting the role', call: () => set(role, {}, nowhere) },
        { what: 'reading the role', call: () => read(nowhere) },
        { what: 'removing the role', call: () => remove(nowhere) },
      ].map(({ what, call }) => ({
        what: `${what} of one that is not there`,
        call,
        status: 404,
        code: 'account-not-found' as const,
        message: `There is no account ${nowhere}`,
      })),
      ...[
        { what: 'reading the role', call: () => read() },
        { what: 'removing the role', call: () => remove() },
      ].map(({ what, call }) => ({
        what: `${what} of one that has none`,
        call,
        status: 404,
        code: 'role-arn-not-found' as const,
        message: `Account ${production} has no role ARN`,
      })),
    ]);
  });
});

describe('authorization', () => {
  testStrangers([
    { what: 'setting', method: 'POST', path: accountPath('/role-arn'), body: { roleArn: role } },
    { what: 'reading', method: 'GET', path: accountPath('/role-arn') },
    { what: 'removing', method: 'DELETE', path: accountPath('/role-arn') },
  ]);

  describe('an account token', () => {
    eachInWorldOfItsOwn();

    test('manages the role of its own account', async () => {
      accepted(await set(role, {}, production, 'account-token'), 201);
      expect(accepted(await read(production, 'account-token'))).toEqual({ roleArn: role });
      expect(accepted(await read(production, 'readonly-token'))).toEqual({ roleArn: role });
      isEmpty(await remove(production, 'account-token'));
    });
  });

  describe("an account token and another account's role", () => {
    testRefusals(
      [staging, organization, nowhere].flatMap((accountId) =>
        [
          { what: 'setting', call: () => set(role, {}, accountId, 'account-token') },
          { what: 'reading', call: () => read(accountId, 'account-token') },
          { what: 'removing', call: () => remove(accountId, 'account-token') },
        ].map(({ what, call }) => ({
          what: `${what} that of the account ${accountId}, as if that were not there`,
          call,
          status: 404,
          code: 'account-not-found' as const,
          message: new RegExp(`^There is no account ${accountId}$`),
        })),
      ),
    );
  });
});

describe('behaviour', () => {
  eachInWorldOfItsOwn();

  test.each(goodForms)('takes %s, answers 201, and it reads back so', async (roleArn) => {
    expect(accepted(await set(roleArn), 201)).toEqual({ roleArn });
    expect(accepted(await read())).toEqual({ roleArn });
  });

  test('a second one takes the place of the first', async () => {
    const other = 'arn:aws:iam::210987654321:role/other';
    accepted(await set(role), 201);
    expect(accepted(await set(other), 201)).toEqual({ roleArn: other });
    expect(accepted(await read())).toEqual({ roleArn: other });
    isEmpty(await remove());
    expect((await read()).status).toBe(404);
  });

  test('the same one again is no error', async () => {
    accepted(await set(role), 201);
    accepted(await set(role), 201);
    expect(accepted(await read())).toEqual({ roleArn: role });
  });

  test('one that fails the check leaves the one before in place', async () => {
    accepted(await set(role), 201);
    await refused(world, () => set(failing), { status: 400, code: 'role-check-failed', message: failing });
    expect(accepted(await read())).toEqual({ roleArn: role });
  });

  test('one that fails the check is taken where the check is skipped', async () => {
    expect(accepted(await set(failing, { skipValidation: true }), 201)).toEqual({ roleArn: failing });
    expect(accepted(await read())).toEqual({ roleArn: failing });
  });

  test.each([`${failing}-2`, failing.replace('123456789012', '123456789013'), failing.replace('aws', 'aws-cn')])(
    'only the very role fails the check, not %s',
    async (roleArn) => {
      accepted(await set(roleArn), 201);
    },
  );

  test('each account has its own, the organization too', async () => {
    const roles = [production, staging, organization].map((accountId, at) => ({ accountId, roleArn: `${role}-${at}` }));
    for (const { accountId, roleArn } of roles) accepted(await set(roleArn, {}, accountId), 201);
    for (const { accountId, roleArn } of roles) expect(accepted(await read(accountId))).toEqual({ roleArn });
    isEmpty(await remove(staging));
    expect(accepted(await read(production))).toEqual({ roleArn: `${role}-0` });
    expect(accepted(await read(organization))).toEqual({ roleArn: `${role}-2` });
  });

  test('removing answers with nothing, and reading or removing it again is an error', async () => {
    accepted(await set(role), 201);
    isEmpty(await remove());
    for (const call of [read, remove]) {
      await refused(world, () => call(), {
        status: 404,
        code: 'role-arn-not-found',
        message: `Account ${production} has no role ARN`,
      });
    }
  });

  test('a removed one can be set again', async () => {
    accepted(await set(role), 201);
    isEmpty(await remove());
    accepted(await set(role), 201);
    expect(accepted(await read())).toEqual({ roleArn: role });
  });
});
