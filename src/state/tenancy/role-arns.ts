import type { Database } from 'better-sqlite3';
import { EmulatorError } from '../../ground/errors.ts';
import type { Faults } from '../engine/faults.ts';
import { note, type Tx } from '../engine/machine.ts';

/** An IAM role's ARN: any partition, a path if it has one, and a name of up to 64 characters [D]. */
const roleForm = /^arn:aws(-[a-z]+)*:iam::\d{12}:role\/([\w+=,.@-]+\/)*[\w+=,.@-]{1,64}$/;

export const roleArnPattern = roleForm.source;

/** With AWS's longest path and name. */
const longest = 700;

/** @throws EmulatorError `role-arn-invalid` */
export function checkRoleArn(roleArn: string): void {
  if (roleArn.length > longest || !roleForm.test(roleArn)) {
    throw new EmulatorError('role-arn-invalid', { roleArn });
  }
}

export type RoleArns = ReturnType<typeof createRoleArns>;

/** The AWS role that Datafy uses for an account. */
export function createRoleArns(db: Database, faults: Faults) {
  const select = db
    .prepare<[organization: number, account: number], string>(
      'SELECT arn FROM role_arn WHERE organization = +? AND account = +?',
    )
    .pluck();
  const upsert = db.prepare<[organization: number, account: number, arn: string]>(
    'INSERT INTO role_arn (organization, account, arn) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET arn = excluded.arn',
  );
  const remove = db.prepare<[organization: number, account: number]>(
    'DELETE FROM role_arn WHERE organization = +? AND account = +?',
  );
  const failure = db
    .prepare<[organization: number, arn: string], string>(
      'SELECT reason FROM failing_role WHERE organization = +? AND arn = +?',
    )
    .pluck();
  const insertFailure = db.prepare<[organization: number, arn: string, reason: string]>(
    'INSERT INTO failing_role (organization, arn, reason) VALUES (?, ?, ?)',
  );

  const removeFailing = db.prepare<[organization: number]>('DELETE FROM failing_role WHERE organization = +?');

  /** What the permission check finds wrong with a role, if anything. */
  function failureOf(tx: Tx, roleArn: string): string | undefined {
    const fault = faults.ofTransition(tx.organization, { resource: 'role-arn', action: 'set' }, tx.accountId);
    if (fault) return fault.effect.message ?? `${fault.faultId} was planted for it`;
    return failure.get(tx.organization, roleArn);
  }

  return {
    removeFailing: (organization: number) => removeFailing.run(organization),

    /** Says what the permission check finds wrong with a role; it finds nothing wrong with any other. */
    addFailing: (organization: number, arn: string, reason: string) => insertFailure.run(organization, arn, reason),

    /**
     * Sets the role, or replaces it; its permissions are checked first, unless the caller wants that skipped [C].
     *
     * @throws EmulatorError `role-arn-invalid`, `role-check-failed`
     */
    set(tx: Tx, roleArn: string, skipValidation: boolean): void {
      checkRoleArn(roleArn);
      const reason = skipValidation ? undefined : failureOf(tx, roleArn);
      if (reason !== undefined) throw new EmulatorError('role-check-failed', { roleArn, reason });
      note(tx, 'role-arn', roleArn, 'set');
      upsert.run(tx.organization, tx.account, roleArn);
    },

    /** @throws EmulatorError `role-arn-not-found` */
    get(tx: Tx): string {
      const arn = select.get(tx.organization, tx.account);
      if (arn === undefined) throw new EmulatorError('role-arn-not-found', { accountId: tx.accountId });
      return arn;
    },

    /** @throws EmulatorError `role-arn-not-found` */
    remove(tx: Tx): void {
      if (remove.run(tx.organization, tx.account).changes === 0) {
        throw new EmulatorError('role-arn-not-found', { accountId: tx.accountId });
      }
      note(tx, 'role-arn', tx.accountId, 'delete');
    },
  };
}
