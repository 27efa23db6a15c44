import { describe, expect, test } from 'vitest';
import {
  change,
  changeProblems,
  contradictions,
  defaultSettings,
  describeSettings,
  effective,
  type Settings,
  settingNames,
  settings,
} from '../../../src/state/simulation/index.ts';

const messages = (problems: { message: string }[]) => problems.map(({ message }) => message);

describe('the table', () => {
  test('has a default within its range, and words, for each setting', () => {
    for (const name of settingNames) {
      expect(changeProblems({ [name]: defaultSettings[name] })).toEqual([]);
      expect(settings[name].words).toMatch(/^[A-Z].*\.$/);
    }
    expect(contradictions(defaultSettings)).toEqual([]);
  });

  test.each(settingNames.filter((name) => settings[name].maximum !== undefined))(
    '%s has both ends of its range',
    (name) => {
      const { minimum = 0, maximum = 0, decimals = 0 } = settings[name];
      const step = 1 / 10 ** decimals;
      expect(changeProblems({ [name]: minimum })).toEqual([]);
      expect(changeProblems({ [name]: maximum })).toEqual([]);
      const wrong = [minimum - step, maximum + step, minimum + step / 10, String(minimum), Number.NaN, true];
      for (const value of wrong) {
        expect(messages(changeProblems({ [name]: value }))).toEqual([
          expect.stringContaining(`from ${minimum} to ${maximum}`),
        ]);
      }
    },
  );

  test('refuses other names, other types, and what is no object', () => {
    expect(messages(changeProblems({ limitModifications: 1 }))).toEqual(['limitModifications is true or false']);
    expect(messages(changeProblems({ growAT: 1 }))).toEqual([
      expect.stringMatching(/^growAT is no setting: there are evaluate/),
    ]);
    expect(messages(changeProblems({ toString: 1 }))).toEqual([expect.stringMatching(/^toString is no setting/)]);
    expect(messages(changeProblems(null))).toEqual(['The settings are an object']);
  });
});

describe('contradictions', () => {
  test.each<[Partial<Settings>, RegExp]>([
    [{ shrinkAt: 0.75, growAt: 1, minStepPercent: 0 }, /^shrinkAt \(0.75\) has to be below targetUtilization \(0.75\)/],
    [{ targetUtilization: 0.8 }, /^targetUtilization \(0.8\) has to be below growAt \(0.8\)/],
    [{ shrinkAt: 0.64, minStepPercent: 25 }, /^shrinkAt \(0.64\) has to be below growAt \(0.8\) even when/],
    [{ minStepGb: 11 }, /^minStepGb \(11\) has to be at most minShrinkGb \(10\)/],
    [{ shrinkAfterSeconds: 60 }, /^shrinkAfterSeconds \(60\) has to be at least evaluateEverySeconds \(300\)/],
  ])('%j', (own, message) => {
    expect(messages(contradictions(effective(own)))).toEqual([expect.stringMatching(message)]);
  });

  test('begin exactly where a volume would flap', () => {
    expect(contradictions(effective({ shrinkAt: 0.64, minStepPercent: 24.9 }))).toEqual([]);
    expect(contradictions(effective({ targetUtilization: 0.799 }))).toEqual([]);
    expect(contradictions(effective({ minStepGb: 11, minShrinkGb: 11 }))).toEqual([]);
  });
});

describe('inheritance', () => {
  const account = change({}, { growAt: 0.9, coolDownSeconds: 0 });
  const instance = change({}, { growAt: 0.85 });
  const viewOf = (name: string, views = describeSettings(account, instance)) =>
    views.find((each) => each.name === name);

  test('goes from the default to the account to the instance', () => {
    expect(effective(account, instance)).toEqual({ ...defaultSettings, growAt: 0.85, coolDownSeconds: 0 });
    expect(viewOf('growAt')).toMatchObject({ value: 0.85, origin: 'instance', inherited: 0.9, default: 0.8 });
    expect(viewOf('coolDownSeconds')).toMatchObject({ value: 0, origin: 'account', inherited: 0 });
    expect(viewOf('shrinkAt')).toMatchObject({ value: 0.6, origin: 'default', inherited: 0.6 });
    expect(viewOf('growAt', describeSettings(account))).toMatchObject({
      value: 0.9,
      origin: 'account',
      inherited: 0.8,
    });
  });

  test('is followed again where an override is reverted', () => {
    const reverted = change(instance, { growAt: null });
    expect(reverted).toEqual({});
    expect(effective(account, reverted).growAt).toBe(0.9);
    expect(changeProblems({ growAt: null })).toEqual([]);
  });

  test('keeps what a change does not name, in the order of the table', () => {
    expect(Object.entries(change(account, { evaluateEverySeconds: 60 }))).toEqual([
      ['evaluateEverySeconds', 60],
      ['growAt', 0.9],
      ['coolDownSeconds', 0],
    ]);
  });
});
