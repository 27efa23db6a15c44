import { performance as own } from 'node:perf_hooks';
import * as timers from 'node:timers';

/**
 * Timers as Node has them. The emulator may run within a test of its user's, who replaces the globals of that name: with
 * fake timers nothing would ever be committed. So what is here was taken from Node when this was loaded, and all of `src`
 * uses it; the bundle has its dependencies use it, too.
 */
export const { clearImmediate, clearInterval, clearTimeout, setImmediate, setInterval, setTimeout } = timers;
export const { queueMicrotask } = globalThis;
export const performance = own;
