/**
 * A place in a series that counts up: calls in the order in which they ended, or events.
 *
 * A series begins anew with the process, and its numbers with it. The epoch tells its beginnings apart, so that a place
 * of an earlier one is never taken for one of this.
 */
export interface Place {
  epoch: string;
  number: number;
}

/** A place before everything that is kept, whatever the epoch. */
const beginning: Place = { epoch: '', number: 0 };

export const placePattern = '^(0|[0-9a-f]{8}-[0-9]{1,15})$';
const form = new RegExp(placePattern);

export const writePlace = ({ epoch, number }: Place) => `${epoch}-${number}`;

/** What `writePlace` wrote, or 0 for the beginning; undefined where the text is neither. */
export function readPlace(text: string): Place | undefined {
  if (!form.test(text)) return undefined;
  const [epoch = '', number = ''] = text.split('-');
  return text === '0' ? beginning : { epoch, number: Number(number) };
}

/**
 * Where somebody goes on who has seen everything up to a place: after which number, and how many they have missed.
 *
 * @param last the newest place of the series.
 * @param oldest the number of the oldest that is still kept.
 * @returns `missed` null where nobody knows: the place is of another beginning of the series, or of another series.
 */
export function goOn(seen: Place, last: Place, oldest: number): { after: number; missed: number | null } {
  const known = seen === beginning || (seen.epoch === last.epoch && seen.number <= last.number);
  return known ? { after: seen.number, missed: Math.max(0, oldest - seen.number - 1) } : { after: 0, missed: null };
}
