import { styleText } from 'node:util';
import type { RequestLine } from './request-log.ts';

/** Control characters, characters that are not seen or turn the line round, other line breaks, halves of pairs. */
const unprintable = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/**
 * A text that a terminal shows as it is, whatever a caller wrote into it: what would move its cursor, or hide, stands
 * as an escape of JSON.
 */
export function printable(text: string): string {
  // Nearly every text is plain, and this way of finding out is quick.
  if (/^[\x20-\x7e]*$/.test(text)) return text;
  return text.replace(unprintable, (found) => found.split('').map(escapeUnit).join(''));
}

const escapeUnit = (unit: string) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** A record of the log, without what only machines need. */
interface Record extends Partial<RequestLine> {
  level: string;
  time: string;
  msg?: string;
}

type Colour = 'gray' | 'green' | 'yellow' | 'red' | 'magenta';

type Paint = (colour: Colour, text: string) => string;

/** A record of the log, as JSON, in a line for people; the stack of an error follows it. */
export function pretty(json: string, colours: boolean): string {
  const { level, time, msg, ...rest } = JSON.parse(json) as Record;
  const paint: Paint = (colour, text) => (colours ? styleText(colour, text, { validateStream: false }) : text);
  const { err, ...details } = rest;
  const words = msg === 'request' ? requestWords(rest as RequestLine, paint) : otherWords(level, msg, details, paint);
  const stack = err?.stack?.split('\n').map((line) => `\n    ${printable(line)}`) ?? [];
  // The date is that of today, on a terminal.
  return `${[paint('gray', time.slice(11, 23)), ...words].join(' ')}${stack.join('')}\n`;
}

function requestWords(line: RequestLine, paint: Paint): string[] {
  const { method, path, query, status, durationMs, accountId, error, message = '', faultId, aborted } = line;
  const colour = status === null || status >= 500 ? 'red' : status >= 400 ? 'yellow' : 'green';
  const words = [
    method.padEnd(6),
    printable(query === undefined ? path : `${path}?${query}`),
    paint(colour, String(status ?? '---')),
    `${durationMs.toFixed(1)} ms`,
    paint('gray', accountId ?? '-'),
  ];
  if (error !== undefined) words.push(`${paint(colour, error)}: ${printable(message)}`);
  if (aborted) words.push(paint(colour, status === null ? 'no answer' : 'answer cut short'));
  if (faultId !== undefined) words.push(paint('magenta', `[${faultId}]`));
  return words;
}

function otherWords(level: string, msg = '', details: object, paint: Paint): string[] {
  const colour = level === 'warn' ? 'yellow' : level === 'error' || level === 'fatal' ? 'red' : 'gray';
  const fields = Object.entries(details).map(([name, value]) =>
    paint('gray', `${name}=${printable(JSON.stringify(value))}`),
  );
  return [paint(colour, level), printable(msg), ...fields];
}
