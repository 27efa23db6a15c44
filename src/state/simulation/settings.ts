import type { Problem } from './use/curve-input.ts';

/**
 * What the autoscaler goes by. The product has such settings per account, to be overridden per instance [D]; their
 * names, defaults and ranges are not public, so all of these are assumed [A].
 */
export interface Settings {
  evaluateEverySeconds: number;
  growAt: number;
  targetUtilization: number;
  minStepGb: number;
  minStepPercent: number;
  shrinkAt: number;
  shrinkAfterSeconds: number;
  coolDownSeconds: number;
  minShrinkGb: number;
  limitModifications: boolean;
  modificationSettlesSeconds: number;
  attachments: number;
  copyMibPerSecond: number;
}

export type SettingName = keyof Settings;

export interface Setting {
  default: number | boolean;
  /** The range of a number, both ends included. */
  minimum?: number;
  maximum?: number;
  /** How many decimals it may have. */
  decimals?: number;
  /** What it means, in one sentence. */
  words: string;
}

const [minute, hour, day] = [60, 3600, 86_400];

/** Every setting, in the order in which people read them. */
export const settings: Record<SettingName, Setting> = {
  evaluateEverySeconds: {
    default: 5 * minute,
    minimum: minute,
    maximum: 60 * minute,
    words: 'The autoscaler looks at a volume every so many seconds.',
  },
  growAt: {
    default: 0.8,
    minimum: 0.5,
    maximum: 1,
    decimals: 3,
    words: 'A volume grows when this share of its provisioned space is used.',
  },
  targetUtilization: {
    default: 0.75,
    minimum: 0.4,
    maximum: 0.95,
    decimals: 3,
    words: 'After a grow or a shrink about this share of the provisioned space is used.',
  },
  minStepGb: { default: 10, minimum: 1, maximum: 1000, words: 'A volume grows by at least so many GiB.' },
  minStepPercent: {
    default: 10,
    minimum: 0,
    maximum: 100,
    decimals: 1,
    words: 'A volume grows by at least this percentage of its provisioned space.',
  },
  shrinkAt: {
    default: 0.6,
    minimum: 0.1,
    maximum: 0.8,
    decimals: 3,
    words: 'A volume may shrink when no more than this share of its provisioned space is used.',
  },
  shrinkAfterSeconds: {
    default: 12 * hour,
    minimum: minute,
    maximum: 30 * day,
    words: 'Use has to be low for so many seconds without a break before a volume shrinks; at least one evaluation.',
  },
  coolDownSeconds: {
    default: 6 * hour,
    minimum: 0,
    maximum: 30 * day,
    words: 'After a change a volume does not begin to shrink for so many seconds.',
  },
  minShrinkGb: { default: 10, minimum: 1, maximum: 1000, words: 'A shrink has to save at least so many GiB.' },
  limitModifications: {
    default: true,
    words: 'An EBS volume is modified at most four times in 24 hours, and only when its last modification is complete.',
  },
  modificationSettlesSeconds: {
    default: 6 * minute,
    minimum: 0,
    maximum: day,
    words: 'A modification of an EBS volume is complete after so many seconds.',
  },
  attachments: {
    default: 28,
    minimum: 1,
    maximum: 128,
    words: 'An instance can have so many EBS volumes attached; one of them is its boot volume.',
  },
  copyMibPerSecond: {
    default: 125,
    minimum: 1,
    maximum: 10_000,
    words: 'A shrink, an activation and a deactivation copy so many MiB in a second.',
  },
};

export const settingNames = Object.keys(settings) as SettingName[];

export const defaultSettings = Object.fromEntries(
  settingNames.map((name) => [name, settings[name].default]),
) as unknown as Settings;

/** What an account, or an instance, has of its own; the rest is inherited. */
export type Overrides = Partial<Settings>;

/** What somebody asks to change: null gives a setting back to where it is inherited from. */
export type SettingsChange = { [name in SettingName]?: Settings[name] | null };

/** What holds for an account, or for an instance of it. */
export const effective = (account: Overrides, instance: Overrides = {}): Settings => ({
  ...defaultSettings,
  ...account,
  ...instance,
});

/** The overrides after a change; in the order of the table, so that equal ones look equal. */
export function change(overrides: Overrides, asked: SettingsChange): Overrides {
  const after: Record<string, unknown> = { ...overrides, ...asked };
  return Object.fromEntries(
    settingNames.filter((name) => after[name] !== undefined && after[name] !== null).map((name) => [name, after[name]]),
  );
}

/** One setting as a person sees it: its value, where it comes from, and what it would be without its override. */
export interface SettingView extends Setting {
  name: SettingName;
  value: number | boolean;
  origin: 'default' | 'account' | 'instance';
  inherited: number | boolean;
}

/** All settings of an account or, where an instance is given, of that. */
export function describeSettings(account: Overrides, instance?: Overrides): SettingView[] {
  const now = effective(account, instance);
  return settingNames.map((name) => ({
    name,
    value: now[name],
    origin: instance?.[name] !== undefined ? 'instance' : account[name] !== undefined ? 'account' : 'default',
    inherited: instance === undefined ? settings[name].default : effective(account)[name],
    ...settings[name],
  }));
}

/** What is wrong with a change by itself: names, types, ranges. */
export function changeProblems(asked: unknown): Problem[] {
  if (asked === null || typeof asked !== 'object' || Array.isArray(asked)) {
    return [{ path: [], message: 'The settings are an object' }];
  }
  return Object.entries(asked).flatMap(([name, value]) => {
    if (!Object.hasOwn(settings, name)) {
      return [{ path: [name], message: `${name} is no setting: there are ${settingNames.join(', ')}` }];
    }
    const problem = value === null ? undefined : valueProblem(settings[name as SettingName], value);
    return problem ? [{ path: [name], message: `${name} ${problem}` }] : [];
  });
}

function valueProblem({ default: usual, minimum = 0, maximum = 0, decimals = 0 }: Setting, value: unknown) {
  if (typeof usual === 'boolean') return typeof value === 'boolean' ? undefined : 'is true or false';
  const scale = 10 ** decimals;
  const fits = typeof value === 'number' && Math.round(value * scale) / scale === value;
  if (fits && value >= minimum && value <= maximum) return undefined;
  const kind =
    decimals === 0 ? 'a whole number' : `a number with at most ${decimals} decimal${decimals > 1 ? 's' : ''}`;
  return `is ${kind} from ${minimum} to ${maximum}`;
}

/**
 * What contradicts itself in the settings that hold for an account or an instance: with these a volume would grow and
 * shrink without end. After a change of an account, ask for the account and for each instance with overrides.
 */
export function contradictions(held: Settings): Problem[] {
  const { growAt, targetUtilization, shrinkAt, minStepPercent, minStepGb, minShrinkGb } = rulesOf(held);
  const { shrinkAfterSeconds, evaluateEverySeconds } = held;
  const problems: Problem[] = [];
  const say = (name: SettingName, message: string) => problems.push({ path: [name], message });
  if (shrinkAt >= targetUtilization) {
    say('shrinkAt', `shrinkAt (${held.shrinkAt}) has to be below targetUtilization (${held.targetUtilization})`);
  }
  if (targetUtilization >= growAt) {
    say('targetUtilization', `targetUtilization (${held.targetUtilization}) has to be below growAt (${held.growAt})`);
  }
  if (shrinkAt * (1000 + minStepPercent) >= growAt * 1000) {
    say(
      'shrinkAt',
      `shrinkAt (${held.shrinkAt}) has to be below growAt (${held.growAt}) even when it is raised by minStepPercent (${held.minStepPercent} %), or a volume could shrink right after it grew`,
    );
  }
  if (minStepGb > minShrinkGb) {
    say('minStepGb', `minStepGb (${minStepGb}) has to be at most minShrinkGb (${minShrinkGb})`);
  }
  if (shrinkAfterSeconds < evaluateEverySeconds) {
    say(
      'shrinkAfterSeconds',
      `shrinkAfterSeconds (${shrinkAfterSeconds}) has to be at least evaluateEverySeconds (${evaluateEverySeconds})`,
    );
  }
  return problems;
}

/** The settings as the model calculates with them: shares in thousandths, all else as it is. */
export interface Rules extends Settings {
  readonly inThousandths: true;
}

export const rulesOf = (held: Settings): Rules => ({
  ...held,
  growAt: Math.round(held.growAt * 1000),
  targetUtilization: Math.round(held.targetUtilization * 1000),
  minStepPercent: Math.round(held.minStepPercent * 10),
  shrinkAt: Math.round(held.shrinkAt * 1000),
  inThousandths: true,
});
