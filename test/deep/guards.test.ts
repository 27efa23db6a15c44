import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { root } from '../docs/markdown.ts';
import { guards } from './guards.ts';

// They are taken out by the deep suite, which runs at night: what it looks for has to be there as soon as code changes.

test.each(guards)('$guard stands in $file, once', ({ file, from, keptBy }) => {
  expect(readFileSync(join(root, file), 'utf8').split(from)).toHaveLength(2);
  expect(existsSync(join(root, keptBy)), keptBy).toBe(true);
});
