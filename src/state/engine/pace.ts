/**
 * Pace: how long each timed transition takes, in milliseconds of its world's clock.
 *
 * Datafy publishes no durations, so every figure here is an assumption (A); `realistic` follows what
 * EBS users commonly see.
 */
export const paceKeys = [
  'create',
  'activate',
  'snapshot',
  'attach',
  'detach',
  'modify',
  'deactivate',
  'source',
] as const;

export type PaceKey = (typeof paceKeys)[number];

/**
 * Milliseconds per timed transition; 0 means due at once, seen by the next request. `source` `keep`: the original
 * EBS volume of a managed volume stays.
 */
export type Pace = Readonly<Record<Exclude<PaceKey, 'source'>, number> & { source: number | 'keep' }>;

export const paces = {
  instant: { create: 0, activate: 0, snapshot: 0, attach: 0, detach: 0, modify: 0, deactivate: 0, source: 0 },
  realistic: {
    create: 5_000,
    activate: 120_000,
    snapshot: 60_000,
    attach: 3_000,
    detach: 3_000,
    modify: 30_000,
    deactivate: 180_000,
    // Clients expect that it is gone once autoscaling is on [C].
    source: 0,
  },
} as const satisfies Record<string, Pace>;

export type PaceName = keyof typeof paces;

/** A pace as it is stored: JSON text. A key that it was stored without takes no time, as in a document. */
export const readPace = (stored: string): Pace => ({ ...paces.instant, ...JSON.parse(stored) });

/** The milliseconds that a pace says, where it is given by its name as where it is given by them. */
export const millisecondsOf = (pace: PaceName | Partial<Pace>): Partial<Pace> =>
  typeof pace === 'string' ? paces[pace] : pace;

/** The longest a transition may take: 30 days. */
const longest = 30 * 24 * 3_600_000;

/**
 * Reads a pace as a user writes it: `instant`, `realistic`, milliseconds for every transition (`250`),
 * or a list that changes some of `instant` (`snapshot=2000,attach=500`), in which `source=keep` keeps the source.
 *
 * @throws Error whose message is one sentence that names the offending part.
 */
export function parsePace(text: string): Pace {
  if (text === 'instant' || text === 'realistic') return paces[text];
  if (/^\d+$/.test(text)) {
    const every = milliseconds(text, text);
    return Object.fromEntries(paceKeys.map((key) => [key, every])) as Pace;
  }
  const pace: { -readonly [K in PaceKey]: Pace[K] } = { ...paces.instant };
  for (const part of text.split(',')) {
    const [key = '', value = ''] = part.split('=', 2);
    if (!paceKeys.includes(key as PaceKey)) {
      throw new Error(
        `"${part}" is not a pace: use instant, realistic, milliseconds, or a list such as snapshot=2000,attach=500 ` +
          `with the names ${paceKeys.join(', ')}`,
      );
    }
    if (part === 'source=keep') pace.source = 'keep';
    else pace[key as PaceKey] = milliseconds(value, part, key === 'source' ? ', or keep' : '');
  }
  return pace;
}

function milliseconds(text: string, part: string, others = ''): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!(value <= longest)) {
    throw new Error(`"${part}" is not a pace: milliseconds are a whole number from 0 to ${longest}${others}`);
  }
  return value;
}
