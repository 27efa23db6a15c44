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

/**
 * From where to where a clock goes: no date that is reckoned from it, a hundred years earlier or later, needs another
 * year than one of four digits, and no client expects one.
 */
export const earliestInstant: Instant = Date.UTC(1000, 0, 1);
export const latestInstant: Instant = Date.UTC(9000, 0, 1);

/** Whether a clock can stand at an instant. */
export const isOfClock = (instant: Instant): boolean => instant >= earliestInstant && instant <= latestInstant;

/** The years that a date can have. */
const [firstDate, lastDate] = [Date.parse('0000-01-01T00:00:00Z'), Date.parse('9999-12-31T23:59:59.999Z')];

/** Whether an instant can be written as a date with a year of four digits. */
export const isWritable = (instant: Instant): boolean => instant >= firstDate && instant <= lastDate;

let lastFormatted = { instant: 0, text: new Date(0).toISOString() };

/** An instant as the API writes it: RFC 3339 in UTC, with milliseconds. */
export function formatInstant(instant: Instant): string {
  // Many calls are made within one millisecond, and each speaks of it a few times.
  if (instant !== lastFormatted.instant) lastFormatted = { instant, text: new Date(instant).toISOString() };
  return lastFormatted.text;
}

/**
 * An instant as callers may write it, wherever they write one: RFC 3339, with any offset and up to nine digits of a
 * second, as the libraries of most languages print it. What is finer than a millisecond is cut off.
 */
export const instantPattern =
  '^\\d{4}-\\d{2}-\\d{2}T([01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d(\\.\\d{1,9})?(Z|[+-]([01]\\d|2[0-3]):[0-5]\\d)$';

/** What that is, in a refusal. */
export const instantTitle = 'an RFC 3339 instant, such as 2026-01-01T00:00:00Z';

const form = new RegExp(instantPattern);

let lastParsed: { text: string; instant: Instant | undefined } = { text: '', instant: undefined };

/** The instant that a text of `instantPattern` says; undefined where it says none (a date alone, or a thirteenth month). */
export function parseInstant(text: string): Instant | undefined {
  // A document of a world says the same instant of all that was made at once.
  if (text !== lastParsed.text) lastParsed = { text, instant: parse(text) };
  return lastParsed.instant;
}

function parse(text: string): Instant | undefined {
  const instant = Date.parse(text);
  if (!form.test(text) || !isWritable(instant)) return undefined;
  // Date.parse takes February 30 for March 1.
  const day = text.slice(0, 10);
  return new Date(`${day}T00:00:00Z`).toISOString().startsWith(day) ? instant : undefined;
}
