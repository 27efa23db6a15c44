import {
  advance,
  type Curve,
  create,
  defaultSettings,
  emptyHistory,
  type History,
  keep,
  type NewVolume,
  type Outcome,
  readCurve,
  rowOf,
  rulesOf,
  type Savings,
  type Second,
  type Settings,
  type SimulationEvent,
  savingsOf,
  type VolumeState,
} from '../../../src/state/simulation/index.ts';

/** A midnight, and so a tick. */
export const begin: Second = 19_675 * 86_400;

export const [minute, hour, day] = [60, 3600, 86_400];

export const volumeId = 'vol-0123456789abcdef0';

/** A curve that has to be right. */
export function curveOf(input: object, logicalGb = 1000, from = begin): Curve {
  const read = readCurve(input, { volumeId, seed: 7, logicalGb, begin: from });
  if ('problems' in read) throw new Error(read.problems.map(({ message }) => message).join('; '));
  return read.curve;
}

export const rulesWith = (settings: Partial<Settings> = {}) => rulesOf({ ...defaultSettings, ...settings });

/** A pair of 1,000 GiB on an instance that is ready. */
export const ordinary = (curve: Curve | null, rest: Partial<NewVolume> = {}): NewVolume => ({
  id: volumeId,
  region: 'us-east-1',
  mode: 'autoscaling',
  members: 2,
  logicalGb: 1000,
  iops: 3000,
  throughput: 125,
  curve,
  rules: rulesWith(),
  instanceId: 'i-1',
  agent: 'autoscaler',
  ...rest,
});

/** One volume's life from its begin on, with its history. */
export class Life {
  state: VolumeState;
  readonly history: History = emptyHistory();
  readonly events: SimulationEvent[] = [];
  now: Second;
  readonly #begun: Second;

  constructor(outcome: Outcome, at: Second) {
    this.now = at;
    this.#begun = at;
    this.state = outcome.state;
    this.#take(at, outcome);
  }

  static created(volume: NewVolume, at = begin): Life {
    return new Life(create(at, volume), at);
  }

  #take(at: Second, outcome: Outcome): void {
    this.state = outcome.state;
    this.events.push(...outcome.events);
    keep(this.history, outcome.state, at);
  }

  /** Lets the clock go on. */
  through(second: Second): this {
    advance({ volumes: [this.state], ordinary: 0 }, this.now, second, (at, outcome) => {
      if (outcome.tasks.length > 0) this.#take(at, outcome);
      else {
        this.state = outcome.state;
        this.events.push(...outcome.events);
      }
    });
    this.now = second;
    return this;
  }

  /** Does a verb, after all that comes before it. */
  verb(at: Second, verb: (state: VolumeState, at: Second) => Outcome): this {
    this.through(at);
    this.#take(at, verb(this.state, at));
    return this;
  }

  savings(): Savings {
    return savingsOf([{ until: rowOf(this.state, this.now) }]);
  }

  /** Every event as the table of examples writes it: `4d 00:00 grew 440`. */
  told(): string[] {
    return this.events.map(({ at, kind, toGb }) => `${when(at - this.#begun)} ${kind} ${toGb}`);
  }
}

const two = (value: number) => String(value).padStart(2, '0');
const when = (seconds: number) =>
  `${Math.floor(seconds / day)}d ${two(Math.floor((seconds % day) / hour))}:${two(Math.floor((seconds % hour) / minute))}`;
