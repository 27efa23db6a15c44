/**
 * Time. This file is the only reader of the machine's clock; everything else is handed an instant.
 *
 * Instants are integers: milliseconds since the Unix epoch, UTC.
 */
export type Instant = number;

export interface Clock {
  /** The current instant. */
  now(): Instant;
}

export const systemClock: Clock = { now: () => Date.now() };

/** A clock that moves only when told; forward only. */
export interface ControlledClock extends Clock {
  advance(milliseconds: number): void;
}

export function controlledClock(start: Instant): ControlledClock {
  let now = start;
  return {
    now: () => now,
    advance(milliseconds) {
      if (!(milliseconds >= 0)) throw new RangeError('A clock moves forward only');
      now += milliseconds;
    },
  };
}

/** As far as a clock goes: well before a date needs a fifth digit for its year, which no client expects. */
export const latestInstant: Instant = Date.UTC(9000, 0, 1);

let lastFormatted = { instant: 0, text: new Date(0).toISOString() };

/** An instant as the API writes it: RFC 3339 in UTC, with milliseconds. */
export function formatInstant(instant: Instant): string {
  // Many calls are made within one millisecond, and each speaks of it a few times.
  if (instant !== lastFormatted.instant) lastFormatted = { instant, text: new Date(instant).toISOString() };
  return lastFormatted.text;
}

const rfc3339 = /^(\d{4}-\d{2}-\d{2})T\d{2}:\d{2}:\d{2}(\.\d{1,9})?(Z|[+-]\d{2}:\d{2})$/;

let lastParsed: { text: string; instant: Instant | undefined } = { text: '', instant: undefined };

/** An RFC 3339 instant, or undefined where the text is none (a date alone, or a thirteenth month). */
export function parseInstant(text: string): Instant | undefined {
  // A document of a world says the same instant of all that was made at once.
  if (text !== lastParsed.text) lastParsed = { text, instant: parse(text) };
  return lastParsed.instant;
}

function parse(text: string): Instant | undefined {
  const [, day] = rfc3339.exec(text) ?? [];
  const instant = Date.parse(text);
  if (day === undefined || Number.isNaN(instant)) return undefined;
  // Date.parse takes February 30 for March 1.
  return new Date(`${day}T00:00:00Z`).toISOString().startsWith(day) ? instant : undefined;
}
