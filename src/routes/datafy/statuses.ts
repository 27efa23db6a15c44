import type { Statuses } from '../../surface/surface.ts';

/** 403 and 415 are the emulator's own guards, 405 is of a call that Datafy does not have, 503 is of the machine. */
const always = { forbidden: 403, unauthorized: 401, invalid: 400, disallowed: 405, unsupported: 415, unavailable: 503 };

/**
 * Datafy documents 400 and 401 for its published calls, 422 for deactivation, and nothing else [P]; which refusals of a
 * deactivation are 422 is our choice [A]: those of a volume whose state does not allow it.
 */
export const publishedStatuses: Statuses = { ...always, missing: 400, conflict: 400, http: 400 };
export const deactivationStatuses: Statuses = { ...publishedStatuses, conflict: 422 };

/** Those of all other calls, which Datafy's document does not have. */
export const otherStatuses: Statuses = { ...always, missing: 404, conflict: 409 };
