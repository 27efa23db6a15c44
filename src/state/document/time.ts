import { type Static, type TOptional, type TUnsafe, Type } from '@sinclair/typebox';
import { type Pace, type PaceKey, type PaceName, paceKeys, paces } from '../engine/pace.ts';
import { instant, strict, words } from '../fields/schemas.ts';

/** The time of a world as a document has it: its clock, and its pace. */

export const clockSchema = Type.Object(
  {
    mode: words(['system', 'controlled'], "Whether time is the machine's, or moves only when told."),
    now: Type.Optional(instant('Where a controlled clock stands. Left out: now.')),
  },
  { ...strict, description: "The time of the world. Left out: the machine's." },
);

/** What each timed transition ends with. */
const ends: Record<PaceKey, string> = {
  create: 'a new volume is managed',
  activate: 'autoscaling is on',
  snapshot: 'a snapshot is completed',
  attach: 'a volume is attached',
  detach: 'a volume is off its instance',
  modify: 'a modification is completed',
  deactivate: 'an ordinary volume has taken over',
  source: 'the original EBS volume of a volume goes, once autoscaling is on; keep: never',
};

const milliseconds = { type: 'integer', minimum: 0, maximum: 30 * 24 * 3_600_000 };
const orKeep = { oneOf: [milliseconds, { type: 'string', enum: ['keep'] }] };

const times = Object.fromEntries(
  paceKeys.map((key) => {
    const schema = key === 'source' ? orKeep : milliseconds;
    return [key, Type.Optional(Type.Unsafe({ ...schema, description: `Until ${ends[key]}.` }))];
  }),
) as { [K in PaceKey]: TOptional<TUnsafe<Pace[K]>> };

export const paceSchema = Type.Object(times, {
  ...strict,
  description: "Milliseconds of the world's clock per timed transition. What is left out takes none.",
});

/** A pace as it is asked for: by its name, or in milliseconds. */
export const paceSetting = Type.Unsafe<Static<typeof paceSchema> | PaceName>({
  oneOf: [paceSchema, { type: 'string', enum: Object.keys(paces) }],
  description: 'How long transitions take: in milliseconds, or by a name. Left out: no time.',
});
