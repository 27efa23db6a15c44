import { Type } from '@sinclair/typebox';

/**
 * The roles a token can carry [D]. Datafy's own role ids are UUIDs that are not public: these are ours [A].
 */
export const roles = {
  admin: '6f1d3c1e-0c6b-4b57-9a53-2f6e6f0a0a01',
  readOnly: '6f1d3c1e-0c6b-4b57-9a53-2f6e6f0a0a02',
} as const;

/** What else the roles may be called: one client's documentation writes `admin` where it wants an id [C][A]. */
const roleNames = { admin: 'admin', readOnly: 'read-only' } as const;

/** A role as callers name it. */
export const roleId = (description: string) =>
  Type.String({
    title: `"admin", "read-only" or a UUID (${roles.admin} is admin, ${roles.readOnly} is read-only)`,
    pattern: '^(?:admin|read-only|[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})$',
    description,
  });

/**
 * Whether a token with these roles may read only: it has the read-only role and not Admin. One without any role, or with
 * unknown ones, may do everything [A].
 */
export function isReadOnly(roleIds: readonly string[]): boolean {
  // UUIDs are the same in upper and lower case.
  const ids = roleIds.map((id) => id.toLowerCase());
  const has = (role: keyof typeof roles) => ids.includes(roles[role]) || ids.includes(roleNames[role]);
  return has('readOnly') && !has('admin');
}
