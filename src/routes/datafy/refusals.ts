import type { Refusal, RenderedRefusal } from '../../surface/surface.ts';

/** The published document calls the header WWW_Authenticate [P]; HTTP's own name has hyphens. Both are sent. */
const challenge = { 'WWW-Authenticate': 'Bearer realm="Datafy API"', WWW_Authenticate: 'Bearer realm="Datafy API"' };

/** `{"message"}`, and how to sign in where that was wrong. */
export function renderMessage({ status, code, message }: Refusal): RenderedRefusal {
  const signIn = status === 401 && code !== 'fault' ? challenge : {};
  return {
    body: JSON.stringify({ message }),
    headers: { ...signIn, 'content-type': 'application/json; charset=utf-8' },
  };
}
