import { Type } from '@sinclair/typebox';
import { flag } from '../options/option.ts';

/** Which call of the Datafy API: its operationId, or its method, its path or both. */
export const callFlag = flag({
  name: 'call',
  schema: Type.String(),
  placeholder: 'CALL',
  help: "the call: createSnapshotCommand, DELETE, or 'POST /api/v1/accounts'",
  accepts: "an operationId, a method, a path, or a method and a path such as 'POST /api/v1/accounts'",
  parse: (written): { operationId?: string; method?: string; path?: string } | undefined => {
    const [first = '', second, ...more] = written.split(' ');
    if (more.length > 0) return undefined;
    if (second !== undefined) return { method: first, path: second };
    if (first.startsWith('/')) return { path: first };
    return first === first.toUpperCase() ? { method: first } : { operationId: first };
  },
});
