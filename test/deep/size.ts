/**
 * How much a suite of test/deep does: `share` with all other tests, `full` by `npm run test:deep`. A test's time limit
 * is given the same way.
 */
export const sized = <T>(share: T, full: T): T => (process.env.DEEP === '1' ? full : share);
