import type { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import { commands as all, names } from './every-command.ts';

// Whatever can be asked for help answers with a text that fits a screen.

function helpOf(command: Command): string {
  let text = '';
  command.configureOutput({ writeOut: (more) => (text += more), getOutHelpWidth: () => 100 }).outputHelp();
  return text;
}

test('the commands are those that were asked for', () => {
  expect(names).toEqual([
    ...['start', 'reset', 'clock', 'checkpoint', 'faults', 'requests', 'seed', 'health', 'env', 'openapi'],
  ]);
  const below = (name: string) => all.filter(([path]) => path.startsWith(`datafy-emulator ${name} `));
  expect(below('clock').map(([path]) => path.split(' ')[2])).toEqual(['show', 'set', 'advance', 'system']);
  expect(below('checkpoint').map(([path]) => path.split(' ')[2])).toEqual(['create', 'list', 'restore', 'delete']);
  expect(below('faults').map(([path]) => path.split(' ')[2])).toEqual(['list', 'add', 'remove', 'clear']);
  expect(below('seed').map(([path]) => path.split(' ')[2])).toEqual(['validate', 'schema']);
  expect(below('requests').map(([path]) => path.split(' ')[2])).toEqual(['list', 'clear']);
});

describe.each(all)('%s --help', (path, command) => {
  const text = helpOf(command);
  const lines = text.trimEnd().split('\n');

  test('fits a screen of 24 lines and 100 columns', () => {
    expect(lines.length).toBeLessThanOrEqual(24);
    expect(lines.filter((line) => line.length > 100)).toEqual([]);
  });

  test('says how the command is written, what it does, and has one or two examples', () => {
    expect(lines[0]).toMatch(new RegExp(`^Usage: ${path}( |$)`));
    expect(lines[2]).toMatch(/^\w/);
    const examples = lines.filter((line) => /^(Example:)? .*datafy-emulator/.test(line));
    expect([1, 2]).toContain(examples.length);
    // Of this command, or of one below it.
    for (const example of examples) {
      const [, called = ''] = /(datafy-emulator[^")]*)/.exec(example) ?? [];
      const group = path.split(' ').slice(0, 2).join(' ');
      expect([path, 'datafy-emulator start'].includes(group) || called.startsWith(group)).toBe(true);
    }
  });

  test('describes every flag', () => {
    for (const option of command.options) expect(option.description).toMatch(/\w/);
  });
});
