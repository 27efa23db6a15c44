import { expect, test } from 'vitest';
import { firstTimes } from '../../../src/routes/datafy/first-times.ts';

test('each name is first once, and no more names are remembered than it is told', () => {
  const isFirst = firstTimes(2);
  expect(['a', 'a', 'b', 'a', 'b'].map(isFirst)).toEqual([true, false, true, false, false]);
  // The oldest of three is forgotten.
  expect(['c', 'b', 'c', 'a'].map(isFirst)).toEqual([true, false, false, true]);
});
