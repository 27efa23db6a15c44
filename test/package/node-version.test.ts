import { expect, test } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { oldestNode, requireNode } from '../../src/ground/node-version.ts';

test.each(['22.12.0', '22.13.1', '24.0.0', '30.1.0', process.versions.node])('Node %s is new enough', (version) => {
  expect(() => requireNode(version)).not.toThrow();
});

test.each(['22.11.9', '20.20.2', '18.0.0', '8.17.0'])('Node %s is not, and is told what to do', (version) => {
  expect(() => requireNode(version)).toThrow(
    `datafy-emulator needs Node ${oldestNode} or newer, and this is ${version}: ` +
      '`npx -p node@24 -p datafy-emulator datafy-emulator` brings one along',
  );
});

test('what the project is developed with is new enough', () => {
  expect(() => requireNode(packageJson.engines.node.replace('>=', '').concat('.0.0'))).not.toThrow();
});
