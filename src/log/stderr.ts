import { writeSync } from 'node:fs';
import { clearTimeout, setTimeout } from '../ground/timers.ts';

/** How much is gathered for one write, and kept for a reader that stalls, in characters. */
const batchLength = 32 * 1024;
const maxWaitingLength = 8 * 1024 * 1024;

/** How late a line may be, and how long the end of the process waits for a reader that stalls, in milliseconds. */
const maxDelayMs = 100;
const exitTimeoutMs = 500;

let lines: string[] = [];
/** What has been begun with, and could not be written whole. */
let left: Buffer[] = [];
/** Of all that is waiting. */
let length = 0;
let timer: NodeJS.Timeout | undefined;
let opened = false;

/**
 * Writes a line, which ends with its line break, to the process's stderr. On a terminal that is done at once; elsewhere
 * some are written together, after a tenth of a second at most, since a write for each would cost more than all else of
 * logging.
 *
 * It never waits, and never throws: Node has made pipes and sockets so that a write fails where it would have to wait. A
 * reader that stalls costs lines, once there are too many of them; one that is gone, or a disk that is full, costs lines
 * alone.
 */
export function writeLine(line: string): void {
  if (!opened) open();
  if (length + line.length > maxWaitingLength) return;
  lines.push(line);
  length += line.length;
  if (process.stderr.isTTY || (length >= batchLength && left.length === 0)) flush();
  else timer ??= setTimeout(flush, maxDelayMs).unref();
}

function open(): void {
  opened = true;
  const sleeper = new Int32Array(new SharedArrayBuffer(4));
  process.on('exit', () => {
    const pause = exitTimeoutMs / 20;
    for (let waited = 0; !flush() && waited < exitTimeoutMs; waited += pause) Atomics.wait(sleeper, 0, 0, pause);
  });
}

/** @returns whether nothing is waiting any more. */
function flush(): boolean {
  clearTimeout(timer);
  timer = undefined;
  if (lines.length > 0) left.push(Buffer.from(lines.join('')));
  lines = [];
  try {
    for (let next = left[0]; next; next = left[0]) {
      const written = writeSync(2, next);
      length -= written;
      if (written < next.length) left[0] = next.subarray(written);
      else left.shift();
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EAGAIN') {
      timer = setTimeout(flush, maxDelayMs).unref();
      return false;
    }
    left = [];
  }
  length = 0;
  return true;
}
