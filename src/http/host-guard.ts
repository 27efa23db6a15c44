import { isIPv4, isIPv6 } from 'node:net';
import type { FastifyRequest } from 'fastify';
import { EmulatorError } from '../ground/errors.ts';

// A page in a browser on this machine reaches what listens on it, whoever made the page. What it cannot do is choose
// these headers: the browser writes them.

/** Of HTTP's methods those that change nothing. */
const safe = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * What every request is held against before anything else, whether there is such a call or not: that it was sent to a
 * name of ours, and, where it may change something, by no page of another.
 *
 * A name is ours where no web site can have it: localhost and what is below it, an address, and a name without a dot,
 * such as a compose service's. Any other has to be allowed, since whoever owns it could let it lead here (DNS
 * rebinding), and have the browser think that we are one of their own servers.
 *
 * @param allowed further names
 * @returns a function that answers, with `refusesPages` for calls that only read, too, the refusal of a request: `target-not-a-path`, `host-malformed`, `host-not-allowed`,
 *   `origin-not-allowed`, `site-not-allowed`; undefined where it may pass
 */
export function hostGuard(
  allowed: readonly string[],
): (request: FastifyRequest, refusesPages?: boolean) => EmulatorError | undefined {
  const names = allowed.map((name) => name.toLowerCase());
  const passed = new Set<string>();
  return (request, refusesPages = false) =>
    refusedTarget(request) ??
    refusedHost(request, names, passed) ??
    (safe.has(request.method) && !refusesPages ? undefined : refusedPage(request));
}

/** A target with a host in it would win over the header, says HTTP; Fastify would serve its path. */
function refusedTarget({ raw: { url = '' } }: FastifyRequest) {
  return url.startsWith('/') ? undefined : new EmulatorError('target-not-a-path');
}

/** A name or an address, and a port; nothing else that HTTP would allow there. */
const form = /^(?:\[([0-9a-f:.]{2,45})\]|([\w.-]{1,253}))(?::(\d{1,5}))?$/i;

/** How many Host headers that have passed are remembered: a client sends the same one with every call. */
const maxPassedHosts = 100;

function refusedHost({ raw: { rawHeaders } }: FastifyRequest, allowed: readonly string[], passed: Set<string>) {
  // Node itself would go by the first of several, and a proxy before it maybe by the last.
  let count = 0;
  let host = '';
  for (let at = 0; at < rawHeaders.length; at += 2) {
    if (rawHeaders[at]?.length !== 4 || rawHeaders[at]?.toLowerCase() !== 'host') continue;
    count++;
    host = rawHeaders[at + 1] ?? '';
  }
  if (count !== 1) return new EmulatorError('host-malformed', { problem: `there are ${count}` });
  if (passed.has(host)) return undefined;
  const [whole, v6, written = '', port = '0'] = form.exec(host) ?? [];
  if (whole === undefined || Number(port) > 65_535 || (v6 !== undefined && !isIPv6(v6))) {
    return new EmulatorError('host-malformed', { problem: 'this is something else' });
  }
  const name = written.toLowerCase();
  if (v6 === undefined && !isOurs(name) && !allowed.includes(name)) {
    return new EmulatorError('host-not-allowed', { name });
  }
  if (passed.size >= maxPassedHosts) passed.clear();
  passed.add(host);
  return undefined;
}

const isOurs = (name: string) => !name.includes('.') || /^([\w-]+\.)+localhost$/.test(name) || isIPv4(name);

/** Only called where the Host header is one of ours, so that the origin that agrees with it is, too. */
function refusedPage({ headers: { host = '', origin, 'sec-fetch-site': site } }: FastifyRequest) {
  if (origin !== undefined && origin !== `http://${host.toLowerCase()}`) {
    return new EmulatorError('origin-not-allowed', { origin });
  }
  if (site !== undefined && site !== 'same-origin' && site !== 'none') {
    return new EmulatorError('site-not-allowed', { site: String(site) });
  }
  return undefined;
}
